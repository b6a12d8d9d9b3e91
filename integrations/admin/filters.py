"""Filters that more than one list has."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.admin_base import MOST
from integrations.environments import environment_name
from integrations.health import FAILED
from integrations.registry import PROVIDERS


class ConnectionFilter(AutocompleteSelectFilter):
    """By one connection; a number that none can have chooses none."""

    def value(self) -> str | None:
        chosen: str | None = super().value()
        can_be = chosen is not None and chosen.isdecimal() and int(chosen) <= MOST
        return chosen if can_be else None


class ProviderFilter(admin.SimpleListFilter):
    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return [(provider.code, provider.label) for provider in PROVIDERS.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(provider=self.value()) if self.value() else queryset


class EnvironmentFilter(admin.SimpleListFilter):
    """By environment, of those that are in use."""

    title = _("environment")
    parameter_name = "environment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        used = model_admin.get_queryset(request).order_by("environment")
        names = used.values_list("environment", flat=True).distinct()
        return [(name, environment_name(name)) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(environment=self.value()) if self.value() else queryset


class OutcomeFilter(admin.SimpleListFilter):
    """The class of the status, and what never got one."""

    title = _("outcome")
    parameter_name = "outcome"
    CONDITIONS = {
        "good": Q(status__gte=200, status__lt=400),
        "refused": Q(status__gte=400, status__lt=500) & ~Q(status=429),
        "limited": Q(status=429),
        "broken": Q(status__gte=500),
        "silent": Q(status=0),
        "failed": FAILED,
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return (
            ("good", _("Good (2xx, 3xx)")),
            ("failed", _("All that failed")),
            ("refused", _("Refused (4xx)")),
            ("limited", _("Too many calls (429)")),
            ("broken", _("Provider's trouble (5xx)")),
            ("silent", _("No answer")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        condition = self.CONDITIONS.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)
