"""A company that bills from HubSpot and keeps its books in QuickBooks: all syncs switched on."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations.sandbox.core import Sandbox
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.engine.terms import Direction
from syncs.models import Integration, Status, Sync, SyncRecord
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES, PAYMENTS, PRODUCTS
from syncs.runs import Ended, run_sync
from tests.journeys.conftest import connect

NOTES = "hubspot_quickbooks_payment_notes"
ORDER = (CONTACTS, PRODUCTS, INVOICES, PAYMENTS, NOTES)
MOST_ROUNDS = 40

type Row = Mapping[str, Any]


@dataclass
class Billing:
    """A tenant with both providers connected; syncs are switched on by `switch_on`."""

    tenant: Tenant
    server: SandboxServer
    integration: Integration
    syncs: dict[str, Sync] = field(default_factory=dict)

    @property
    def sandbox(self) -> Sandbox:
        return self.server.sandbox

    @property
    def invoices(self) -> Sync:
        return self.syncs[INVOICES]

    @property
    def payments(self) -> Sync:
        return self.syncs[PAYMENTS]

    # Setting up.

    def switch_on(self, direction: Direction = Direction.BOTH, **settings: Any) -> Sync:
        """The invoice sync, and with it everything that it needs and that follows it."""
        income = self.sandbox.quickbooks.ledger("Services")
        booked = {"income_account": income, "expense_account": settings.get("expense_account", "")}
        products = services.create_sync(self.integration, PRODUCTS, settings=booked)
        services.activate(products)
        sync = services.create_sync(
            self.integration,
            INVOICES,
            direction=direction,
            settings={"income_account": income, **settings},
        )
        services.activate(sync, with_needs=True)
        self.find_syncs()
        return self.invoices

    def find_syncs(self) -> None:
        rows = Sync.objects.for_tenant(self.tenant).select_related("integration")
        found = {sync.recipe: sync for sync in rows}
        self.syncs = {code: found[code] for code in ORDER if code in found}

    # Running.

    def settle(self) -> None:
        """Run all syncs until nothing is left to do in any of them."""
        for _ in range(MOST_ROUNDS):
            ended = [self._run(sync) for sync in self.syncs.values()]
            if all(one in (Ended.DONE, Ended.IDLE) for one in ended) and not self._unsettled():
                return
            self._be_due()
        raise AssertionError(f"The syncs never came to rest: {self.reasons()[:8]}")

    def _run(self, sync: Sync) -> Ended:
        services.request_run(sync)
        return run_sync(sync.pk, seconds=120)

    def _unsettled(self) -> bool:
        rows = SyncRecord.objects.for_tenant(self.tenant).filter(sync__in=self.syncs.values())
        return rows.filter(due_at__lte=timezone.now()).exists() or any(
            row.status == Status.PENDING for row in rows.only("status")
        )

    def _be_due(self) -> None:
        now = timezone.now()
        pending = SyncRecord.objects.for_tenant(self.tenant).filter(status=Status.PENDING)
        pending.exclude(due_at=None).update(due_at=now)
        with tenant_scope(self.tenant):
            Sync.objects.update(held_until=None)

    # People at work in HubSpot.

    def contact(self, first: str = "Ann", **more: str) -> str:
        usual = {
            "firstname": first,
            "lastname": "Smit",
            "email": f"{first.lower()}@example.org",
            "lifecyclestage": "customer",
        }
        return self.sandbox.hubspot.add_contact(**(usual | more))

    def product(self, sku: str = "HRS", price: str = "50", **more: str) -> str:
        usual = {"name": f"Product {sku}", "hs_sku": sku, "price": price}
        return self.sandbox.hubspot.add_product(**(usual | more))

    def invoice(
        self, contact: str, *lines: Row, status: str = "open", deal: str = "", **more: Any
    ) -> str:
        """Lines are line items' properties, such as {"hs_product_id": "1", "quantity": "2"}."""
        return self.sandbox.hubspot.add_invoice(
            contact=contact, lines=lines, status=status, deal=deal, **more
        )

    # Looking.

    def record(self, sync: Sync | None = None, **where: object) -> SyncRecord:
        rows = SyncRecord.objects.for_tenant(self.tenant)
        return rows.get(sync=sync or self.invoices, **where)

    def records(self, sync: Sync | None = None) -> list[SyncRecord]:
        rows = SyncRecord.objects.for_tenant(self.tenant).filter(sync=sync or self.invoices)
        return list(rows.order_by("pk"))

    def booked(self, invoice: str) -> dict[str, Any]:
        """What QuickBooks holds of a HubSpot invoice."""
        return self.sandbox.quickbooks.get("Invoice", self.record(left_id=invoice).right_id)

    def mirrored(self, number: str) -> dict[str, str]:
        """What HubSpot holds of a QuickBooks invoice."""
        return self.sandbox.hubspot.get("invoices", self.record(right_id=number).left_id)

    def reasons(self) -> list[tuple[str, str, str, str, str]]:
        rows = SyncRecord.objects.for_tenant(self.tenant).exclude(status=Status.IN_SYNC)
        return list(
            rows.values_list("sync__recipe", "left_title", "right_title", "category", "reason")
        )

    def statuses(self, sync: Sync | None = None) -> dict[str, int]:
        return dict(services.totals(sync or self.invoices).statuses)


def billing(tenant: Tenant, server: SandboxServer) -> Billing:
    server.sandbox.hubspot.set_currencies("USD")
    integration = services.install(
        connect(tenant, server, "hubspot"), connect(tenant, server, "quickbooks")
    )
    return Billing(tenant, server, integration)


def again(books: Billing) -> None:
    """A second run writes nothing."""
    writes = books.sandbox.writes
    books.settle()
    assert books.sandbox.writes == writes


def amount(row: Mapping[str, Any], name: str = "TotalAmt") -> Decimal:
    return Decimal(str(row[name]))


def line(product: str = "", quantity: str = "1", **more: str) -> dict[str, str]:
    named = {"hs_product_id": product} if product else {}
    return {**named, "quantity": quantity, **more}


def sales(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The lines of a QuickBooks document that sell something."""
    return [one for one in document["Line"] if one["DetailType"] == "SalesItemLineDetail"]


def days_ago(days: int) -> datetime.date:
    return timezone.now().date() - datetime.timedelta(days=days)


def item(books: Billing, sku: str) -> str:
    """The id of the QuickBooks item with a SKU."""
    items = books.sandbox.quickbooks.items
    return next(id_ for id_, one in items.items() if one.get("Sku") == sku)


def agree(books: Billing, *invoices: str) -> None:
    """These HubSpot invoices are in sync, and come to the same in QuickBooks to the cent."""
    for invoice in invoices:
        row = books.record(left_id=invoice)
        assert row.status == Status.IN_SYNC, books.reasons()
        there = books.sandbox.hubspot.get("invoices", invoice)
        assert amount(books.booked(invoice)) == Decimal(there["hs_amount_billed"])


def failing(books: Billing, invoice: str, category: str) -> str:
    """The HubSpot invoice fails with this category; the reason that people read."""
    row = books.record(left_id=invoice)
    assert (row.status, row.category) == (Status.FAILING, category), books.reasons()
    return row.reason
