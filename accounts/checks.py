"""Wrong set-ups found at start: every tenant's model guarded, every admin page scoped."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.contrib import admin
from django.core.checks import CheckMessage, Error, register
from django.db.models import Model

from accounts.admin_base import SameTenantForm, TenantScopedAdmin
from accounts.models import Tenant
from accounts.tenancy import TenantManager, TenantQuerySet


def tenant_models(app_configs: Sequence[AppConfig] | None = None) -> Iterator[type[Model]]:
    """Every model whose rows belong to one tenant."""
    for config in app_configs or apps.get_app_configs():
        yield from (model for model in config.get_models() if belongs_to_tenant(model))


def belongs_to_tenant(model: type[Model]) -> bool:
    return any(
        field.is_relation and field.related_model is Tenant and field.concrete
        for field in model._meta.get_fields()
        if not field.many_to_many
    )


@register("saldo")
def check_managers(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for model in tenant_models(app_configs):
        found += _manager_faults(model)
    return found


def _manager_faults(model: type[Model]) -> Iterator[CheckMessage]:
    label = model._meta.label
    if not any(field.name == "tenant" for field in model._meta.fields):
        yield Error(
            f"{label} refers to a tenant by another name than 'tenant'.",
            hint="Name the field 'tenant', so that scopes find it.",
            obj=model,
            id="saldo.E001",
        )
    for manager in model._meta.managers:
        queryset = manager._queryset_class  # type: ignore[attr-defined]  # not in the stubs
        if isinstance(manager, TenantManager) and issubclass(queryset, TenantQuerySet):
            continue
        yield Error(
            f"{label}.{manager.name} does not ask whose rows a query may touch.",
            hint="Use TenantManager() or TenantManager.from_queryset(…) of a TenantQuerySet.",
            obj=model,
            id="saldo.E002",
        )


@register("saldo")
def check_admin_pages(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for model, page in admin.site._registry.items():
        if belongs_to_tenant(model):
            found += _page_faults(page)
    return found


def _page_faults(page: "admin.ModelAdmin[Any]") -> Iterator[CheckMessage]:
    name = type(page).__name__
    if not isinstance(page, TenantScopedAdmin):
        yield Error(
            f"{name} shows tenants' rows but is no TenantScopedAdmin.",
            hint="Derive it from accounts.admin_base.TenantScopedAdmin.",
            obj=type(page),
            id="saldo.E003",
        )
        return
    if not issubclass(page.form, SameTenantForm):
        yield Error(
            f"{name}.form does not refuse references to another tenant's objects.",
            hint="Derive the form from accounts.admin_base.SameTenantForm.",
            obj=type(page),
            id="saldo.E004",
        )
    yield from _open_actions(page)


def _open_actions(page: TenantScopedAdmin) -> Iterator[CheckMessage]:
    for name in _action_names(page):
        method = getattr(page, name, None)
        if method is None or getattr(method, "allowed_permissions", None):
            continue
        yield Error(
            f"{type(page).__name__}.{name} says not who may use it.",
            hint='Pass permissions=["…"] to its decorator; see accounts.permissions.Action.',
            obj=type(page),
            id="saldo.E005",
        )


def _action_names(page: TenantScopedAdmin) -> list[str]:
    names: list[str] = []
    for listing in ("actions", "actions_row", "actions_detail", "actions_list"):
        for entry in getattr(page, listing, None) or ():
            items = entry.get("items", ()) if isinstance(entry, dict) else (entry,)
            names += [item for item in items if isinstance(item, str)]
    return names
