"""A company that stands in HubSpot and in QuickBooks, and what must be true in the end."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Q

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.demo import company
from syncs.models import Activity, ActivityAction, Intent, Status, Sync, SyncRecord
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES, PAYMENTS, PRODUCTS
from tests.factories import TenantFactory
from tests.resilience.documents import CUSTOM_ITEM, Documents, odd

NOTES = "hubspot_quickbooks_payment_notes"
ORDER = (CONTACTS, PRODUCTS, INVOICES, PAYMENTS, NOTES)

type Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Size:
    """How many records stand where when the first sync begins."""

    left: int = 40
    right: int = 40
    equal: int = 8
    differing: int = 8
    products: int = 12
    items: int = 12
    # Invoices made on either side, and how many of these are paid there; with any of them the
    # syncs of documents are switched on.
    invoices_left: int = 0
    invoices_right: int = 0
    paid_left: int = 0
    paid_right: int = 0

    @property
    def bills(self) -> bool:
        return self.invoices_left + self.invoices_right > 0


@dataclass
class Books:
    """A tenant, its two systems in the sandbox, its syncs, and what everybody should end with."""

    server: SandboxServer
    tenant: Tenant
    syncs: list[Sync]
    documents: Documents
    # E-mail -> telephone, and SKU -> price, as both sides should have them in the end.
    people: dict[str, str] = field(default_factory=dict)
    goods: dict[str, str] = field(default_factory=dict)
    # Who stood on both sides before they were linked: of two differing values the left one stays.
    pairs: set[str] = field(default_factory=set)
    _born: Counter[str] = field(default_factory=Counter)

    # What people do in the providers' own screens.

    def add_left(self, count: int = 1, *, both: bool = False) -> None:
        for _ in range(count):
            name, email, phone = self._person()
            self.server.sandbox.hubspot.add_contact(
                firstname="Pat", lastname=name, email=email, phone=phone, lifecyclestage="customer"
            )
            if both:
                self.pairs.add(email)
                self._customer(name, email, phone)

    def add_right(self, count: int = 1) -> None:
        for _ in range(count):
            self._customer(*self._person())

    def add_differing(self, count: int) -> None:
        """On both sides with another telephone number: where both changed, the left one wins."""
        for _ in range(count):
            name, email, phone = self._person()
            self.server.sandbox.hubspot.add_contact(
                firstname="Pat", lastname=name, email=email, phone=phone, lifecyclestage="customer"
            )
            self.pairs.add(email)
            self._customer(name, email, "(415) 555-9999")

    def add_product(self, count: int = 1) -> None:
        for _ in range(count):
            sku, price = self._good()
            self.server.sandbox.hubspot.add_product(name=f"Thing {sku}", hs_sku=sku, price=price)

    def add_item(self, count: int = 1) -> None:
        for _ in range(count):
            sku, price = self._good()
            self.server.sandbox.quickbooks.add_item(
                Name=f"Thing {sku}", Sku=sku, UnitPrice=float(price)
            )

    def phone_left(self, email: str, phone: str) -> None:
        found = {row["email"]: key for key, row in self.server.sandbox.hubspot.contacts.items()}
        if email in found:
            self.server.sandbox.hubspot.update("contacts", found[email], phone=phone)
            self.people[email] = phone

    def phone_right(self, email: str, phone: str) -> None:
        rows = self.server.sandbox.quickbooks.customers
        found = {_email(row): key for key, row in rows.items()}
        if email in found:
            self.server.sandbox.quickbooks.update("Customer", found[email], Phone=phone)
            self.people[email] = phone

    def live_on(self, dice: random.Random, edited: set[str]) -> None:
        """A few changes on either side; nobody is changed on both sides."""
        self.add_left()
        self.add_right()
        self.add_left(both=True)
        self.add_product()
        self.add_item()
        fresh = [email for email in sorted(self.people) if email not in edited | self.pairs]
        for change in (self.phone_left, self.phone_right):
            email = fresh.pop(dice.randrange(len(fresh)))
            edited.add(email)
            change(email, f"(212) 555-{dice.randrange(1000, 9000)}")
        if self.documents.invoices:
            self.documents.live_on(dice)

    # What the machinery is told.

    @property
    def sync_ids(self) -> list[int]:
        return [sync.pk for sync in self.syncs]

    def look_at_both_sides(self) -> None:
        """Let the next run read both feeds, whatever their time."""
        with tenant_scope(self.tenant):
            Sync.objects.update(left_due_at=None, right_due_at=None, next_run_at=None)

    def retry_what_broke_down(self) -> int:
        """As a person would: press retry on records that workers died on too often."""
        broken = self.records.filter(status=Status.FAILING, details__code="crashed")
        return services.retry(broken) if broken.exists() else 0

    # What must be true.

    @property
    def records(self):  # type: ignore[no-untyped-def]
        return SyncRecord.objects.for_tenant(self.tenant)

    @property
    def left_people(self) -> Pairs:
        rows = self.server.sandbox.hubspot.contacts.values()
        return sorted((row["email"], row.get("phone", "")) for row in rows)

    @property
    def right_people(self) -> Pairs:
        rows = self.server.sandbox.quickbooks.customers.values()
        return sorted((_email(row), _phone(row)) for row in rows)

    @property
    def left_goods(self) -> Pairs:
        rows = self.server.sandbox.hubspot.products.values()
        return sorted((row["hs_sku"], f"{float(row['price']):.2f}") for row in rows)

    @property
    def right_goods(self) -> Pairs:
        rows = self.server.sandbox.quickbooks.items.values()
        return sorted((row["Sku"], f"{row['UnitPrice']:.2f}") for row in rows if row.get("Sku"))

    def check(self) -> None:
        """Everybody is there once on both sides, with what was changed last; nothing is open."""
        assert self.odd_ones() == []
        self._check_records()
        self._check_machinery()

    def odd_ones(self) -> list[str]:
        """What the two systems lack, or have too often."""
        people, goods = sorted(self.people.items()), sorted(self.goods.items())
        return [
            *odd("HubSpot", self.left_people, people),
            *odd("QuickBooks", self.right_people, people),
            *odd("HubSpot", self.left_goods, goods),
            *odd("QuickBooks", self.right_goods, goods),
            *self.documents.odd_ones(),
        ]

    def open_questions(self) -> list[object]:
        """What is not as it should be yet."""
        stuck = self._meant.exclude(status=Status.IN_SYNC)
        reasons = stuck.values_list("status", "category", "reason", "left_title", "right_title")
        return [*self.odd_ones(), *reasons]

    @property
    def _meant(self):  # type: ignore[no-untyped-def]
        """All but what is left out on purpose: our own item, and payments of no deal."""
        left_out = Q(right_title=CUSTOM_ITEM) | Q(sync__recipe=NOTES)
        return self.records.exclude(left_out, status=Status.EXCLUDED)

    def _check_records(self) -> None:
        stuck = self._meant.exclude(status=Status.IN_SYNC)
        assert list(stuck.values_list("status", "category", "reason", "left_title")) == []
        told = Counter(self._meant.values_list("sync__recipe", flat=True))
        documents = self.documents
        assert told == +Counter(
            {
                CONTACTS: len(self.people),
                PRODUCTS: len(self.goods),
                INVOICES: len(documents.invoices),
                PAYMENTS: len(documents.payments),
                NOTES: len(documents.noted),
            }
        )
        assert not self._meant.filter(Q(left_id="") | Q(right_id="")).exists()
        assert not self.records.filter(due_at__isnull=False).exists()

    def _check_machinery(self) -> None:
        assert not Intent.objects.for_tenant(self.tenant).exists()
        held = Sync.objects.for_tenant(self.tenant).exclude(claimed_by="")
        assert list(held.values_list("claimed_by", flat=True)) == []
        created = Activity.objects.for_tenant(self.tenant).filter(action=ActivityAction.CREATED)
        told = Counter(created.values_list("record_id", F("side")))
        assert [key for key, times in told.items() if times > 1] == []

    def _person(self) -> tuple[str, str, str]:
        self._born["people"] += 1
        number = self._born["people"]
        email, phone = f"pat.{number}@example.org", f"(415) 555-{number:04d}"
        self.people[email] = phone
        return f"Number{number}", email, phone

    def _good(self) -> tuple[str, str]:
        self._born["goods"] += 1
        number = self._born["goods"]
        sku, price = f"T-{number:04d}", f"{number}.50"
        self.goods[sku] = price
        return sku, price

    def _customer(self, name: str, email: str, phone: str) -> None:
        self.server.sandbox.quickbooks.add_customer(
            DisplayName=f"Pat {name}", GivenName="Pat", FamilyName=name, Email=email, Phone=phone
        )


def open_books(server: SandboxServer, size: Size) -> Books:
    """A tenant that has just switched its syncs on; nothing was read yet."""
    tenant = TenantFactory.create()
    books = Books(server, tenant, [], Documents(server))
    server.sandbox.hubspot.set_currencies("USD")
    books.add_left(size.left)
    books.add_right(size.right)
    books.add_left(size.equal, both=True)
    books.add_differing(size.differing)
    books.add_product(size.products)
    books.add_item(size.items)
    with tenant_scope(tenant):
        books.syncs = _switch_on(tenant, server, (CONTACTS, PRODUCTS))
        if size.bills:
            books.syncs = _switch_on(tenant, server, (INVOICES,))
    # HubSpot's invoices count from the moment that their sync was switched on.
    for paid, left, right in (
        (False, size.invoices_left - size.paid_left, size.invoices_right - size.paid_right),
        (True, size.paid_left, size.paid_right),
    ):
        books.documents.add_left(left, paid=paid)
        books.documents.add_right(right, paid=paid)
    server.sandbox.clear_counters()
    return books


def _switch_on(tenant: Tenant, server: SandboxServer, recipes: Iterable[str]) -> list[Sync]:
    """These and whatever follows them by itself; all syncs there are, in the order of building."""
    told = server.ready()
    ends = [company.connect(tenant, name, told[name]) for name in ("hubspot", "quickbooks")]
    integration = services.install(*ends)
    income = server.sandbox.quickbooks.ledger("Services")
    for recipe in recipes:
        settings = {} if recipe == CONTACTS else {"income_account": income}
        services.activate(services.create_sync(integration, recipe, settings=settings))
    rows = Sync.objects.filter(integration=integration)
    return sorted(rows, key=lambda sync: ORDER.index(sync.recipe))


def _email(row: dict[str, object]) -> str:
    held = row.get("PrimaryEmailAddr")
    return str(held["Address"]) if isinstance(held, dict) else ""


def _phone(row: dict[str, object]) -> str:
    held = row.get("PrimaryPhone")
    return str(held["FreeFormNumber"]) if isinstance(held, dict) else ""
