"""Filters of the record list, made for a million rows: none of them counts or lists rows."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from integrations.contract import Category
from syncs import faults
from syncs.models import Sync

SINCE = {
    "day": (_("Less than a day"), timedelta(days=1)),
    "week": (_("Less than a week"), timedelta(days=7)),
    "month": (_("Less than 30 days"), timedelta(days=30)),
}
OLDER = "older"


class CategoryFilter(DropdownFilter):
    """By the plain-language problem."""

    title = _("problem")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(category.value, faults.explain(category).title) for category in Category]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(category=self.value()) if self.value() else queryset


class SyncFilter(DropdownFilter):
    """By the syncs that this person may see."""

    title = _("sync")
    parameter_name = "sync"
    # Support sees every customer's syncs; a list that long helps nobody.
    most: ClassVar[int] = 200

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        syncs = Sync.objects.select_related("tenant").order_by("tenant__name", "name")
        found = list(syncs[: self.most])
        several = len({sync.tenant_id for sync in found}) > 1
        return [
            (str(sync.pk), f"{sync.tenant.name}: {sync.name}" if several else sync.name)
            for sync in found
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(sync_id=chosen) if chosen and chosen.isdecimal() else queryset


class AgeFilter(SimpleListFilter):
    """By how long a record has been failing."""

    title = _("failing for")
    parameter_name = "failing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, text) for key, (text, _length) in SINCE.items()] + [
            (OLDER, _("30 days and longer"))
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == OLDER:
            return queryset.filter(first_failed_at__lte=timezone.now() - SINCE["month"][1])
        if chosen in SINCE:
            return queryset.filter(first_failed_at__gt=timezone.now() - SINCE[chosen][1])
        return queryset
