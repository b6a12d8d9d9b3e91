"""A company that stands in HubSpot and in Exact Online, and what must be true in the end."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from syncs.models import Activity, ActivityAction, Intent, Run, Status, Sync, SyncRecord
from syncs.recipes.hubspot_exact import COMPANIES, CONTACTS, PRODUCTS
from syncs.recipes.hubspot_exact_documents import INVOICES
from tests.factories import TenantFactory
from tests.journeys.exact_trading import (
    ACCOUNTS,
    BILLS,
    ITEMS,
    PERSONS,
    PRICES,
    Trading,
    line,
    money,
    trading,
)
from tests.resilience.documents import odd

# Away from midnight, and from the days on which clocks change.
START = datetime(2026, 11, 18, 9, tzinfo=UTC)
# The item of lines that name none.
SPARE = "HUBSPOT"
DRAFT, FINAL = "draft", "final"

type Bill = tuple[str, Decimal, int, int]


@dataclass
class Dutch(Trading):
    """Each record bears a name that both systems keep; here is what should be there of it."""

    processing: str = DRAFT
    companies: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    goods: dict[str, Decimal] = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=list)
    # HubSpot's ids.
    deals: list[str] = field(default_factory=list)
    # Those made last.
    company_id: str = ""
    product_id: str = ""

    # What people do in HubSpot.

    def add_company(self) -> str:
        name = f"Bedrijf {len(self.companies)}"
        self.companies.append(name)
        self.company_id = self.company(name)
        return self.company_id

    def add_person(self) -> str:
        name = f"Pat{len(self.people)}"
        self.people.append(f"{name.lower()}@example.org")
        return self.person(name, self.company_id)

    def add_product(self) -> str:
        sku, price = f"T-{len(self.goods)}", Decimal(len(self.goods)) + Decimal("0.50")
        self.goods[sku] = price
        self.product_id = self.product(sku, str(price))
        return self.product_id

    def add_deal(self) -> str:
        """Won, with a line that no item stands for."""
        name = f"Order {len(self.bills)}"
        price = list(self.goods.values())[-1]
        spare = line(name="Reiskosten", price="7.35", quantity="3")
        deal = self.deal(self.company_id, line(self.product_id, "2"), spare, name=name)
        status = 50 if self.processing == FINAL else 20
        self.bills.append((name, 2 * price + Decimal("22.05"), 2, status))
        self.deals.append(deal)
        return deal

    def live_on(self) -> None:
        """One of each, which belong together."""
        self.add_company()
        self.add_person()
        self.add_product()
        self.add_deal()

    # What the machinery is told.

    @property
    def sync_ids(self) -> list[int]:
        return [sync.pk for sync in self.syncs.values()]

    def let_tokens_age(self) -> None:
        """Exact's live for ten minutes."""
        exact = Connection.objects.for_tenant(self.tenant).filter(provider="exact")
        exact.update(access_expires_at=F("refreshed_at") + timedelta(minutes=10))

    def last_runs(self) -> list[tuple[str, str, str]]:
        runs = Run.objects.for_tenant(self.tenant).order_by("-pk")[:6]
        return list(runs.values_list("sync__recipe", "category", "message"))

    def look_at_both_sides(self) -> None:
        """Let the next run read both feeds, whatever their time."""
        with tenant_scope(self.tenant):
            Sync.objects.update(left_due_at=None, right_due_at=None, next_run_at=None)

    # What must be true.

    def odd_ones(self) -> list[str]:
        """What Exact lacks or has too often, and deals that were not told of their invoice."""
        exact = self.sandbox.exact
        codes = {key: str(row["Code"]) for key, row in exact.all(ITEMS).items()}
        prices = [(codes[row["Item"]], money(row, "Price")) for row in self.all(PRICES)]
        items = [*self.goods, *([SPARE] if self.bills else [])]
        state = "open" if self.processing == FINAL else "draft"
        told = [self.told(deal).get("payment_status", "") for deal in self.deals]
        return [
            *odd("Accounts", [row["Name"] for row in self.all(ACCOUNTS)], self.companies),
            *odd("Contacts", [row["Email"] for row in self.all(PERSONS)], self.people),
            *odd("Items", list(codes.values()), items),
            *odd("Prices", prices, list(self.goods.items())),
            *odd("Invoices", self._made(), self.bills),
            *odd("Deals", told, [state] * len(self.deals)),
        ]

    def _made(self) -> list[Bill]:
        exact = self.sandbox.exact
        rows = [exact.get(BILLS, key) for key in exact.all(BILLS)]
        lines = Counter(row["InvoiceID"] for row in self.all("salesinvoice/SalesInvoiceLines"))
        return [
            (
                str(row.get("YourRef", "")),
                money(row, "AmountFCExclVat"),
                lines[row["InvoiceID"]],
                int(row["Status"]),
            )
            for row in rows
        ]

    def open_questions(self) -> list[object]:
        """What is not as it should be yet."""
        return [*self.odd_ones(), *self._stuck()]

    def _stuck(self) -> list[object]:
        rows = SyncRecord.objects.for_tenant(self.tenant)
        # Our own item belongs to no product.
        meant = rows.exclude(status=Status.IN_SYNC).exclude(status=Status.EXCLUDED, left_id="")
        return list(meant.values_list("status", "category", "reason", "left_title"))

    def check(self) -> None:
        """Everything is there once, with what was wanted; nothing is open."""
        assert self.open_questions() == []
        rows = SyncRecord.objects.for_tenant(self.tenant).filter(status=Status.IN_SYNC)
        assert not rows.filter(Q(left_id="") | Q(right_id="")).exists()
        assert not Intent.objects.for_tenant(self.tenant).exists()
        held = Sync.objects.for_tenant(self.tenant).exclude(claimed_by="")
        assert list(held.values_list("claimed_by", flat=True)) == []
        created = Activity.objects.for_tenant(self.tenant).filter(action=ActivityAction.CREATED)
        told = Counter(created.values_list("record_id", F("side")))
        assert [key for key, times in told.items() if times > 1] == []
        assert self.sandbox.violations == 0


def open_dutch(
    server: SandboxServer, tenant: Tenant | None = None, *, processing: str = DRAFT
) -> Dutch:
    """A tenant that has just switched its syncs on; nothing was read yet."""
    found = trading(tenant or TenantFactory.create(), server)
    books = Dutch(found.tenant, found.server, found.integration, processing=processing)
    for code in (COMPANIES, CONTACTS, PRODUCTS):
        books.switch_on(code)
    books.switch_on(INVOICES, processing=processing)
    books.let_tokens_age()
    server.sandbox.clear_counters()
    return books
