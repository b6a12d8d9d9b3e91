"""A Dutch company that sells from HubSpot and keeps its books in Exact Online."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import Tenant
from integrations.contract import Values
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.models import Mapping as MappingRow
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes.hubspot_exact import COMPANIES, CONTACTS, PEOPLE, PRODUCTS
from syncs.recipes.hubspot_exact_documents import ENTRIES, INVOICES, OPPORTUNITIES
from syncs.setup import sync_of
from tests.journeys.conftest import connect
from tests.journeys.stories import Story

ACCOUNTS, PERSONS, ITEMS = "crm/Accounts", "crm/Contacts", "logistics/Items"
PRICES = "logistics/SalesItemPrices"
BILLS, BOOKINGS = "salesinvoice/SalesInvoices", "salesentry/SalesEntries"
WON = "default/closedwon"

type Row = Mapping[str, Any]


@dataclass
class Trading(Story):
    """Both providers connected; syncs are switched on one by one."""

    @property
    def main(self) -> Sync:
        found = (self.syncs.get(code) for code in (INVOICES, ENTRIES, OPPORTUNITIES))
        return next(sync for sync in found if sync is not None)

    # Setting up.

    def switch_on(self, code: str, **settings: Any) -> Sync:
        """The sync of a recipe with settings that will do, and those given."""
        sync = sync_of(self.integration, code)
        services.change_settings(
            sync, {"settings": {**sync.settings, **self.usual(code), **settings}}
        )
        services.activate(sync)
        self.find_syncs()
        return self.syncs[code]

    def usual(self, code: str) -> dict[str, Any]:
        if code in (COMPANIES, PEOPLE):
            chosen = {"vat_code": "4", "payment_condition": "30", "revenue_account": self.ledger()}
            return {"stages": ["customer"], **chosen}
        booked = {"who": "stages", "stages": [WON], "journal": "70", "no_tax": "4"}
        item = {"item_group": self.group(), "unit": "pc"}
        found: dict[str, dict[str, Any]] = {
            CONTACTS: {"who": "all"},
            PRODUCTS: {**item, "vat_code": "4"},
            INVOICES: {**booked, **item},
            ENTRIES: {**booked, "revenue_account": self.ledger()},
        }
        return found.get(code, {})

    def switch_on_invoices(self, **settings: Any) -> Sync:
        self.switch_on(COMPANIES)
        self.switch_on(PRODUCTS)
        return self.switch_on(INVOICES, **settings)

    def change(self, sync: Sync, **settings: Any) -> None:
        sync.refresh_from_db()
        services.change_settings(sync, {"settings": {**sync.settings, **settings}})

    def retry(self, record: SyncRecord) -> None:
        services.retry(SyncRecord.objects.for_tenant(self.tenant).filter(pk=record.pk))

    def map_own(self, code: str, left: str, right: str) -> None:
        """A property of the company's own goes to a field of Exact."""
        sync = sync_of(self.integration, code)
        MappingRow.objects.create(
            tenant=self.tenant, sync=sync, key=f"own_{right}", left=[left], right=[right]
        )

    # HubSpot.

    def company(self, name: str = "Jansen Bouw", **more: str) -> str:
        usual = {"name": name, "lifecyclestage": "customer"}
        return self.sandbox.hubspot.add_company(**(usual | more))

    def person(self, first: str = "Ann", company: str = "", **more: str) -> str:
        usual = {
            "firstname": first,
            "lastname": "Smit",
            "email": f"{first.lower()}@example.org",
            "lifecyclestage": "customer",
        }
        made = self.sandbox.hubspot.add_contact(**(usual | more))
        if company:
            self.sandbox.hubspot.link(made, company)
        return made

    def product(self, sku: str = "UUR", price: str = "50", **more: str) -> str:
        usual = {"name": f"Product {sku}", "hs_sku": sku, "price": price}
        return self.sandbox.hubspot.add_product(**(usual | more))

    def deal(
        self,
        company: str = "",
        *lines: Row,
        name: str = "Order 1",
        stage: str = "closedwon",
        **more: Any,
    ) -> str:
        usual = {"dealname": name, "dealstage": stage, "pipeline": "default"}
        return self.sandbox.hubspot.add_deal(company=company, lines=lines, **(usual | more))

    def told(self, deal: str) -> dict[str, str]:
        """What stands on the deal of its document."""
        held = self.sandbox.hubspot.get("deals", deal)
        return {
            name.removeprefix("saldo_"): value
            for name, value in held.items()
            if name.startswith("saldo_") and value and name != "saldo_key"
        }

    # Exact.

    def ledger(self, code: str = "8000") -> str:
        (found,) = self.sandbox.exact.find("financial/GLAccounts", Code=code)
        return found

    def group(self, code: str = "00001") -> str:
        (found,) = self.sandbox.exact.find("logistics/ItemGroups", Code=code)
        return found

    def all(self, path: str) -> list[dict[str, Any]]:
        return list(self.sandbox.exact.all(path).values())

    def account(self, name: str = "Jansen Bouw", **more: Any) -> str:
        usual = {"Name": name, "Status": "C"}
        return self.sandbox.exact.add(ACCOUNTS, **(usual | more))

    def named(self, name: str) -> dict[str, Any]:
        """The one account of that name."""
        (found,) = self.sandbox.exact.find(ACCOUNTS, Name=name)
        return self.sandbox.exact.get(ACCOUNTS, found)

    def bill(self, deal: str) -> dict[str, Any]:
        """The invoice of a deal as Exact has it."""
        return self.sandbox.exact.get(BILLS, self.document(deal))

    def document(self, deal: str) -> str:
        found: str = self.record(left_id=deal).right_id
        return found

    def failing(self, deal: str, category: str, sync: Sync | None = None) -> SyncRecord:
        row = self.record(sync, left_id=deal)
        assert (row.status, row.category) == (Status.FAILING, category), self.reasons()
        return row

    def in_sync(self, *ids: str, sync: Sync | None = None) -> None:
        for each in ids:
            assert self.record(sync, left_id=each).status == Status.IN_SYNC, self.reasons()


def trading(tenant: Tenant, server: SandboxServer) -> Trading:
    """As many calls as it takes: how limits are kept is told elsewhere."""
    server.sandbox.exact.configure(minute_calls=100_000, day_calls=100_000)
    server.sandbox.hubspot.set_currencies("EUR")
    integration = services.install(
        connect(tenant, server, "hubspot"), connect(tenant, server, "exact")
    )
    return Trading(tenant, server, integration)


def line(product: str = "", quantity: str = "1", **more: str) -> dict[str, str]:
    named = {"hs_product_id": product} if product else {}
    return {**named, "quantity": quantity, **more}


def money(row: Values | Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(row[name]))


def names(rows: Iterable[Mapping[str, Any]], field: str = "Name") -> list[str]:
    return sorted(str(row[field]) for row in rows)
