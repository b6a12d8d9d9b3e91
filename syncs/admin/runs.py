"""The passes of each sync: what they read and did, and why one stopped early."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin_base import TenantScopedAdmin
from syncs.admin import cells
from syncs.admin.filters import SyncFilter
from syncs.models import Run, RunState

COLOURS = {
    RunState.DONE: "success",
    RunState.RUNNING: "info",
    RunState.STOPPED: "warning",
    RunState.FAILED: "danger",
}


@admin.register(Run)
class RunAdmin(TenantScopedAdmin):
    """Read only: a run is history."""

    list_display = (
        "started_at",
        "tenant",
        "sync",
        "outcome",
        "read",
        "linked",
        "created",
        "updated",
        "failed",
        "calls",
        "duration",
        "trigger",
    )
    list_select_related = ("sync", "tenant")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        SyncFilter,
        ("started_at", RangeDateTimeFilter),
    )
    fieldsets = (
        (
            None,
            {"fields": ("sync", "outcome", "message", "trigger", "by", "started_at", "ended_at")},
        ),
        (
            _("What it did"),
            {
                "fields": (
                    "read_left",
                    "read_right",
                    "decided",
                    "linked",
                    "created",
                    "updated",
                    "archived",
                    "failed",
                    "calls",
                )
            },
        ),
    )
    list_filter_submit = True
    ordering = ("-started_at",)
    list_fullwidth = True

    @display(description=_("Outcome"), ordering="state")
    def outcome(self, run: Run) -> SafeString:
        state = RunState(run.state)
        return cells.label(state.label, COLOURS[state])

    @display(description=_("Read"))
    def read(self, run: Run) -> int:
        return run.read_left + run.read_right

    @display(description=_("Seconds"))
    def duration(self, run: Run) -> str:
        if run.ended_at is None:
            return cells.NOTHING
        return f"{(run.ended_at - run.started_at).total_seconds():.1f}"

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return (*(field.name for field in self.opts.fields), "outcome")
