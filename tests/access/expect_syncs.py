"""Who may open the pages about syncs and their records."""

from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.models import Tenant
from syncs.models import FilterCondition, Integration, Mapping, Run, Sync, SyncRecord
from tests.access.expect_integrations import connection
from tests.access.pages import (
    ALL,
    LEADERS,
    NOBODY,
    POST_ONLY,
    WORKERS,
    Page,
    Rights,
    object_of,
    object_page,
)

# Mappings and conditions are added from their sync's page, whose number the address needs.
PART = Rights(view=ALL, add=NOBODY, change=WORKERS, delete=WORKERS)
RIGHTS = {
    "syncs.Integration": Rights(view=ALL, add=LEADERS),
    "syncs.Sync": Rights(view=ALL, change=WORKERS),
    "syncs.Mapping": PART,
    "syncs.FilterCondition": PART,
    "syncs.SyncRecord": Rights(view=ALL),
    "syncs.Run": Rights(view=ALL),
}


@object_of("syncs.Integration")
def integration(tenant: Tenant) -> Integration:
    left = connection(tenant)
    right = connection(tenant, provider="quickbooks")
    return Integration.objects.create(tenant=tenant, name=str(tenant), left=left, right=right)


@object_of("syncs.Sync")
def sync(tenant: Tenant) -> Sync:
    return Sync.objects.create(
        tenant=tenant,
        integration=integration(tenant),
        recipe="hubspot_quickbooks_contacts",
        name=str(tenant),
    )


@object_of("syncs.Mapping")
def mapping(tenant: Tenant) -> Model:
    return Mapping.objects.create(
        tenant=tenant, sync=sync(tenant), key="x", left=[str(tenant)], right=["Notes"]
    )


@object_of("syncs.FilterCondition")
def condition(tenant: Tenant) -> Model:
    return FilterCondition.objects.create(
        tenant=tenant, sync=sync(tenant), field="email", operator="equals", values=[str(tenant)]
    )


@object_of("syncs.SyncRecord")
def record(tenant: Tenant) -> Model:
    return SyncRecord.objects.create(
        tenant=tenant, sync=sync(tenant), left_id="1", left_title=str(tenant), status="failing"
    )


@object_of("syncs.Run")
def run(tenant: Tenant) -> Model:
    return Run.objects.create(tenant=tenant, sync=sync(tenant), started_at=timezone.now())


def _switch(tenant: Tenant) -> dict[str, Any]:
    return {"object_id": sync(tenant).pk, "name": "run"}


def _invoices(tenant: Tenant) -> dict[str, Any]:
    """Only syncs of documents have these pages."""
    return _of_recipe(tenant, "hubspot_quickbooks_invoices")


def _deals(tenant: Tenant) -> dict[str, Any]:
    """Only what people may ask for whatever its conditions say has this page."""
    return _of_recipe(tenant, "hubspot_exact_invoices")


def _of_recipe(tenant: Tenant, recipe: str) -> dict[str, Any]:
    made = sync(tenant)
    made.recipe = recipe
    made.save(update_fields=["recipe"])
    return {"object_id": made.pk}


POSTED = frozenset({POST_ONLY})
BUTTONS = ("retry", "exclude", "include", "enrol", "unlink", "partner", "resolve", "leave")
PAGES: dict[str, Page] = {
    f"admin:syncs_syncrecord_{name}": object_page(
        "syncs.SyncRecord", allowed=WORKERS, status=POSTED
    )
    for name in BUTTONS
} | {
    "admin:syncs_sync_preview": object_page("syncs.Sync", allowed=ALL, visit=False),
    "admin:syncs_sync_books": object_page("syncs.Sync", allowed=ALL, arguments=_invoices),
    "admin:syncs_sync_older": object_page("syncs.Sync", allowed=WORKERS, arguments=_invoices),
    "admin:syncs_sync_send": object_page(
        "syncs.Sync", allowed=WORKERS, status=POSTED, arguments=_deals
    ),
    "admin:syncs_sync_switch": object_page(
        "syncs.Sync", allowed=WORKERS, status=POSTED, arguments=_switch
    ),
}
