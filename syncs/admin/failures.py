"""What failed and went away again: how, when, and by whose doing."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from accounts.admin_base import TenantScopedAdmin, people_to_choose
from accounts.permissions import visible_tenants
from syncs import faults
from syncs.admin import cells
from syncs.admin.filters import CategoryFilter, DaysFilter, SyncFilter
from syncs.models import Failure, Outcome, SyncRecord
from syncs.search import matching
from syncs.views.ends import named_reason

COLOURS = {
    Outcome.PASSED: "success",
    Outcome.SOURCE: "success",
    Outcome.PARENT: "success",
    Outcome.CONFIGURATION: "success",
    Outcome.RETRIED: "success",
    Outcome.DECIDED: "info",
    Outcome.RESOLVED: "info",
    Outcome.EXCLUDED: "warning",
    Outcome.GONE: "warning",
}


class PersonFilter(DropdownFilter):
    """By whose doing it went away; our staff, who see everybody, have no such list."""

    title = _("person")
    parameter_name = "person"
    most: ClassVar[int] = 200

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        if visible_tenants(request.user) is None:
            return [(str(request.user.pk), str(request.user))]
        people = people_to_choose(request).order_by("full_name", "email")
        return [(str(person.pk), str(person)) for person in people[: self.most]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        is_number = chosen.isascii() and chosen.isdecimal() and len(chosen) <= 18
        return queryset.filter(by_id=chosen) if is_number else queryset


@admin.register(Failure)
class FailureAdmin(TenantScopedAdmin):
    """Read only: what is over is history. What still fails is in the record list."""

    list_display = (
        "of_record",
        "problem",
        "how",
        "failed",
        "resolved",
        "of_sync",
        "tenant",
    )
    list_display_links = None
    list_select_related = ("record", "sync", "by", "tenant")
    list_filter = (
        ("outcome", ChoicesDropdownFilter),
        CategoryFilter,
        SyncFilter,
        PersonFilter,
        ("closed_at", DaysFilter),
    )
    list_filter_submit = True
    list_fullwidth = True
    ordering = ("-closed_at", "-id")
    search_fields = ("record__left_title",)
    search_help_text = _("Name, e-mail, id, or an address copied from either system")
    actions = ()
    list_before_template = "syncs/list/resolved.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": _("Resolved"), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Failure]:
        return super().get_queryset(request).filter(closed_at__isnull=False)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Failure], search_term: str
    ) -> tuple[QuerySet[Failure], bool]:
        if not search_term.strip() or "\x00" in search_term:
            return queryset, False
        return queryset.filter(record__in=SyncRecord.objects.filter(matching(search_term))), False

    @display(description=_("Record"))
    def of_record(self, failure: Failure) -> SafeString:
        address = reverse("admin:syncs_syncrecord_change", args=[failure.record_id])
        return format_html('<a href="{}">{}</a>', address, cells.names_cell(failure.record))

    @display(description=_("Problem"))
    def problem(self, failure: Failure) -> SafeString:
        """In plain words, with what the provider said."""
        title = str(faults.explain(failure.category).title) if failure.category else ""
        return cells.cut(title) + cells.subtle(
            named_reason(failure.sync.recipe, failure.code, failure.reason)
        )

    @display(description=_("Failed"))
    def failed(self, failure: Failure) -> SafeString | str:
        return cells.moment_cell(failure.opened_at)

    @display(description=_("Resolved"), ordering="closed_at")
    def resolved(self, failure: Failure) -> SafeString | str:
        return cells.moment_cell(failure.closed_at)

    @display(description=_("How it went away"))
    def how(self, failure: Failure) -> SafeString | str:
        """And by whose doing, with what they said."""
        if not failure.outcome:
            return cells.NOTHING
        outcome = Outcome(failure.outcome)
        said = (str(part) for part in (failure.by, failure.note) if part)
        return cells.label(outcome.label, COLOURS[outcome]) + cells.subtle(": ".join(said))

    @display(description=_("Sync"))
    def of_sync(self, failure: Failure) -> SafeString:
        return cells.cut(failure.sync.name)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(field.name for field in self.opts.fields)
