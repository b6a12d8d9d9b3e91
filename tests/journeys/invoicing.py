"""A company that bills from HubSpot and keeps its books in QuickBooks: all syncs switched on."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.engine.terms import Direction
from syncs.models import Status, Sync
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES, PAYMENTS, PRODUCTS
from tests.journeys.conftest import connect
from tests.journeys.stories import Story

NOTES = "hubspot_quickbooks_payment_notes"
ORDER = (CONTACTS, PRODUCTS, INVOICES, PAYMENTS, NOTES)

type Row = Mapping[str, Any]


@dataclass
class Billing(Story):
    """A tenant with both providers connected; syncs are switched on by `switch_on`."""

    @property
    def main(self) -> Sync:
        return self.invoices

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

    def booked(self, invoice: str) -> dict[str, Any]:
        """What QuickBooks holds of a HubSpot invoice."""
        return self.sandbox.quickbooks.get("Invoice", self.record(left_id=invoice).right_id)

    def mirrored(self, number: str) -> dict[str, str]:
        """What HubSpot holds of a QuickBooks invoice."""
        return self.sandbox.hubspot.get("invoices", self.record(right_id=number).left_id)


def billing(tenant: Tenant, server: SandboxServer) -> Billing:
    server.sandbox.hubspot.set_currencies("USD")
    integration = services.install(
        connect(tenant, server, "hubspot"), connect(tenant, server, "quickbooks")
    )
    return Billing(tenant, server, integration)


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
