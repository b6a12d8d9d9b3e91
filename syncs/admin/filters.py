"""Filters of lists, made for a million rows: none of them counts or lists rows."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

from integrations.contract import Category
from syncs import faults
from syncs.models import Sync
from syncs.selection import day_begins


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


class DaysFilter(RangeDateFilter):
    """By days of a time, both included, in UTC as the desk shows them."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = self.parameter_name
        told = {each: self.used_parameters.get(f"{name}_{each}") for each in ("from", "to")}
        try:
            if told["from"]:
                queryset = queryset.filter(**{f"{name}__gte": day_begins(told["from"])})
            if told["to"]:
                end = day_begins(told["to"]) + timedelta(days=1)
                queryset = queryset.filter(**{f"{name}__lt": end})
        except ValueError:
            return queryset
        return queryset
