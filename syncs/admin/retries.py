"""What is tried again by itself, and when: brought forward or called off."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.admin_base import TenantScopedAdmin
from syncs.admin import cells
from syncs.admin.filters import CategoryFilter, SyncFilter
from syncs.models import JobKind, PlannedRetry, Sync, SyncRecord
from syncs.pages.acting import act, selection_of
from syncs.search import search
from syncs.selection import PLANNED, Selection, parameters_of, planned_retries, query_of


@admin.register(PlannedRetry)
class PlannedRetryAdmin(TenantScopedAdmin):
    """The next first; a record's own page says why it waits."""

    list_display = (
        "of_record",
        "next_try",
        "attempts",
        "status_now",
        "why",
        "attempted",
        "of_sync",
        "tenant",
    )
    list_display_links = None
    list_select_related = ("sync", "tenant")
    list_filter = (CategoryFilter, SyncFilter)
    list_filter_submit = True
    list_fullwidth = True
    ordering = ("due_at", "id")
    search_fields = ("left_title",)
    search_help_text = gettext_lazy("Name, e-mail, id, or an address copied from either system")
    actions = ("bring_forward", "cancel")
    list_before_template = "syncs/list/retries.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": _("Retries"), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlannedRetry]:
        """By their syncs, which is how what is due is indexed."""
        rows = super().get_queryset(request).filter(planned_retries())
        return rows.filter(sync_id__in=list(Sync.objects.values_list("pk", flat=True)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SyncRecord], search_term: str
    ) -> tuple[QuerySet[SyncRecord], bool]:
        return (queryset if "\x00" in search_term else search(queryset, search_term)), False

    # --- columns --------------------------------------------------------------------------

    @display(description=gettext_lazy("Record"))
    def of_record(self, record: PlannedRetry) -> SafeString:
        address = reverse("admin:syncs_syncrecord_change", args=[record.pk])
        return format_html('<a href="{}">{}</a>', address, cells.names_cell(record))

    @display(description=gettext_lazy("Status"))
    def status_now(self, record: PlannedRetry) -> SafeString:
        return cells.status_cell(record)

    @display(description=gettext_lazy("Problem"))
    def why(self, record: PlannedRetry) -> SafeString | str:
        return cells.reason_cell(record)

    @display(description=gettext_lazy("Next try"), ordering="due_at")
    def next_try(self, record: PlannedRetry) -> SafeString | str:
        if record.due_at is None:
            return cells.NOTHING
        left = _("in %(time)s") % {"time": timeuntil(record.due_at, depth=1)}
        text = '<span class="saldo-nowrap" title="{} UTC">{}</span>'
        return format_html(text, f"{record.due_at:%Y-%m-%d %H:%M}", left)

    @display(description=gettext_lazy("Last attempt"))
    def attempted(self, record: PlannedRetry) -> SafeString | str:
        return cells.age_cell(record.last_attempt_at)

    @display(description=gettext_lazy("Sync"))
    def of_sync(self, record: PlannedRetry) -> SafeString:
        return cells.cut(record.sync.name)

    # --- what is done about them ----------------------------------------------------------

    @admin.action(description=gettext_lazy("Try again now"), permissions=["work_records"])
    def bring_forward(
        self, request: HttpRequest, queryset: QuerySet[PlannedRetry]
    ) -> HttpResponseBase:
        return _act(request, JobKind.RETRY)

    @admin.action(
        description=gettext_lazy("Cancel: only when something changes"),
        permissions=["work_records"],
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet[PlannedRetry]) -> HttpResponseBase:
        return _act(request, JobKind.CANCEL_RETRY)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("left_title", "right_title", "status", "reason", "attempts", "due_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return ((None, {"fields": self.get_readonly_fields(request, obj)}),)


def _act(request: HttpRequest, kind: JobKind) -> HttpResponseBase:
    """On the rows with a tick, or on all that the list shows; then back to the list."""
    posted = request.POST.copy()
    posted["next"] = request.get_full_path()
    posted["query"] = query_of({**parameters_of(request.GET), "retry": PLANNED})
    request.POST = posted  # type: ignore[assignment]  # a copy that holds more
    chosen = selection_of(request)
    return act(request, kind, chosen if chosen.ids else Selection(chosen.query))
