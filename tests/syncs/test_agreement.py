"""“Do the books agree?”: planted differences are all found, and nothing else is."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Tenant
from syncs.agreement import Agreement, Kind, agreement, by_kind
from syncs.engine.terms import Side
from syncs.models import Integration, Status, Sync, SyncRecord
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES
from syncs.setup import create_sync, install
from tests.syncs.conftest import connection

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
CUSTOMERS = 7
CURRENCIES = {"USD": "0.01", "JPY": "1", "KWD": "0.001"}
# The documents, the syncs of their customers, who these are on the other side, and their names.
QUERIES = 4

type Row = dict[str, Any]


@dataclass
class Ledger:
    """Invoices as runs leave them, all the same on both sides until one is spoilt."""

    sync: Sync
    contacts: Sync
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    rows: list[SyncRecord] = field(default_factory=list)

    def add(self, day: date | None = None, currency: str = "", **values: Any) -> SyncRecord:
        number = len(self.rows) + 1
        money = currency or self.dice.choice(list(CURRENCIES))
        cents = Decimal(CURRENCIES[money])
        amount = str(self.dice.randrange(1, 10**6) * cents)
        told = (day or FIRST + timedelta(days=self.dice.randrange(31))).isoformat()
        customer = self.dice.randrange(CUSTOMERS)
        usual: Row = {
            "left_id": f"l{number}",
            "right_id": f"r{number}",
            "left_title": f"INV-{number}",
            "left_values": {
                "contact": f"contact {customer}",
                "hs_invoice_date": told,
                "hs_currency": money,
                "hs_amount_billed": amount,
                "hs_invoice_status": "open",
            },
            "right_values": {
                "CustomerRef": f"customer {customer}",
                "TxnDate": told,
                "CurrencyRef": money,
                "TotalAmt": amount,
            },
            "status": Status.IN_SYNC,
        }
        self.rows.append(
            SyncRecord(tenant_id=self.sync.tenant_id, sync=self.sync, **usual | values)
        )
        return self.rows[-1]

    def add_lone(self, side: Side, **values: Any) -> SyncRecord:
        row = self.add(status=Status.FAILING, reason="Because.", **values)
        setattr(row, f"{side.other}_id", "")
        setattr(row, f"{side.other}_values", {})
        return row

    def keep(self) -> None:
        SyncRecord.objects.bulk_create(self.rows)

    def compare(self, first: date = FIRST, last: date = LAST) -> Agreement:
        return agreement(self.sync, first, last)

    def link_customers(self, count: int) -> None:
        SyncRecord.objects.bulk_create(
            SyncRecord(
                tenant_id=self.sync.tenant_id,
                sync=self.contacts,
                left_id=f"contact {number}",
                right_id=f"customer {number}",
                right_title=f"Customer {number} Ltd",
                status=Status.IN_SYNC,
            )
            for number in range(count)
        )


@pytest.fixture
def pair(tenant: Tenant) -> Integration:
    return install(connection(tenant, "hubspot"), connection(tenant, "quickbooks"))


@pytest.fixture
def ledger(pair: Integration) -> Ledger:
    made = Ledger(create_sync(pair, INVOICES), create_sync(pair, CONTACTS))
    made.link_customers(CUSTOMERS)
    return made


def spoil(row: SyncRecord, side: Side, **values: object) -> None:
    setattr(row, f"{side}_values", getattr(row, f"{side}_values") | values)


def plant(ledger: Ledger, kind: Kind) -> SyncRecord:
    """One document that does not agree in this way."""
    if kind is Kind.ONLY_LEFT:
        return ledger.add_lone(Side.LEFT)
    if kind is Kind.ONLY_RIGHT:
        return ledger.add_lone(Side.RIGHT)
    row = ledger.add(day=date(2026, 3, 15))
    side = ledger.dice.choice([Side.LEFT, Side.RIGHT])
    if kind is Kind.STATE:
        setattr(row, f"{side}_state", "voided")
        return row
    amount = Decimal(row.left_values["hs_amount_billed"])
    cent = Decimal(CURRENCIES[row.left_values["hs_currency"]])
    wrong: Mapping[Kind, tuple[str, str, str]] = {
        Kind.AMOUNT: ("hs_amount_billed", "TotalAmt", str(amount + cent)),
        Kind.CURRENCY: ("hs_currency", "CurrencyRef", "EUR"),
        Kind.CUSTOMER: ("contact", "CustomerRef", "somebody else"),
        Kind.DAY: ("hs_invoice_date", "TxnDate", "2026-03-16"),
    }
    left, right, value = wrong[kind]
    spoil(row, side, **{left if side is Side.LEFT else right: value})
    return row


@pytest.mark.parametrize("seed", range(4))
def test_every_planted_difference_is_found_and_nothing_else(ledger: Ledger, seed: int) -> None:
    ledger.dice.seed(seed)
    planted: list[tuple[Kind, SyncRecord]] = []
    for kind in list(Kind) * 3:
        for _ in range(ledger.dice.randrange(6)):
            ledger.add()
        planted.append((kind, plant(ledger, kind)))
    ledger.keep()

    found = ledger.compare()

    assert sorted((one.kind, one.record_id) for one in found.differences) == sorted(
        (kind, row.pk) for kind, row in planted
    )
    assert {kind: len(ones) for kind, ones in by_kind(found.differences).items()} == dict.fromkeys(
        Kind, 3
    )
    assert not found.agrees


def test_books_without_differences_agree_in_every_group(ledger: Ledger) -> None:
    for _ in range(200):
        ledger.add()
    ledger.keep()

    found = ledger.compare()

    assert found.agrees
    assert sum(group.linked.count for group in found.groups) == 200
    assert all(group.customer.endswith("Ltd") for group in found.groups)


def test_a_difference_says_what_each_side_holds_and_why(ledger: Ledger) -> None:
    row = ledger.add_lone(Side.LEFT, currency="USD", day=FIRST)
    ledger.keep()

    (told,) = ledger.compare().differences

    assert (told.kind, told.right, told.reason) == (Kind.ONLY_LEFT, None, "Because.")
    assert told.left is not None
    assert (told.left.id, told.left.title) == (row.left_id, row.left_title)
    assert told.left.amount == Decimal(row.left_values["hs_amount_billed"])


def test_the_worst_is_named_where_several_things_differ(ledger: Ledger) -> None:
    row = ledger.add(currency="USD", day=FIRST)
    spoil(row, Side.RIGHT, TotalAmt="0.01", CustomerRef="9", TxnDate="2026-03-09")
    ledger.keep()

    (told,) = ledger.compare().differences

    assert told.kind is Kind.AMOUNT


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("21", "21.00", id="zeros behind the point"),
        pytest.param("1000", "1E+3", id="an exponent"),
        pytest.param(None, "0", id="nothing and zero"),
    ],
)
def test_amounts_are_compared_as_numbers(ledger: Ledger, left: str | None, right: str) -> None:
    row = ledger.add()
    spoil(row, Side.LEFT, hs_amount_billed=left)
    spoil(row, Side.RIGHT, TotalAmt=right)
    ledger.keep()

    assert ledger.compare().agrees


def test_what_does_not_count_is_no_difference(ledger: Ledger) -> None:
    """Voided on both sides, voided alone, a draft, and what was archived or deleted."""
    ledger.add(left_state="voided", right_state="voided")
    ledger.add_lone(Side.LEFT).left_state = "voided"
    ledger.add_lone(Side.RIGHT).right_state = "voided"
    spoil(ledger.add_lone(Side.LEFT), Side.LEFT, hs_invoice_status="draft")
    ledger.add(left_state="archived", right_state="gone")
    ledger.keep()

    found = ledger.compare()

    assert found.agrees
    assert found.totals() == {}


@pytest.mark.parametrize(
    ("side", "kind"), [(Side.LEFT, Kind.ONLY_RIGHT), (Side.RIGHT, Kind.ONLY_LEFT)]
)
def test_what_was_deleted_on_one_side_is_only_on_the_other(
    ledger: Ledger, side: Side, kind: Kind
) -> None:
    setattr(ledger.add(), f"{side}_state", "gone")
    ledger.keep()

    assert [one.kind for one in ledger.compare().differences] == [kind]


def test_a_customer_without_a_link_is_another_one(ledger: Ledger) -> None:
    """Two ids are the same customer only because the contact sync says so."""
    row = ledger.add()
    spoil(row, Side.LEFT, contact="5")
    spoil(row, Side.RIGHT, CustomerRef="5")
    ledger.keep()

    assert [one.kind for one in ledger.compare().differences] == [Kind.CUSTOMER]


def test_a_period_has_both_its_borders_and_nothing_beyond(ledger: Ledger) -> None:
    days = [FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1)]
    for day in days:
        ledger.add(day=day)
    ledger.keep()

    found = ledger.compare()

    assert [group.key.day for group in found.groups] == [LAST.isoformat(), FIRST.isoformat()]


def test_a_time_of_the_last_day_belongs_to_it(ledger: Ledger) -> None:
    row = ledger.add(day=LAST)
    spoil(row, Side.LEFT, hs_invoice_date=f"{LAST}T23:59:59.999000+00:00")
    ledger.keep()

    found = ledger.compare()

    assert found.agrees
    assert [group.key.day for group in found.groups] == [LAST.isoformat()]


def test_two_days_across_a_border_are_a_difference_of_both_periods(ledger: Ledger) -> None:
    row = ledger.add(day=LAST)
    spoil(row, Side.RIGHT, TxnDate="2026-04-01")
    ledger.keep()

    for first, last in ((FIRST, LAST), (date(2026, 4, 1), date(2026, 4, 30))):
        assert [one.kind for one in ledger.compare(first, last).differences] == [Kind.DAY]


def test_sums_are_kept_apart_by_currency(ledger: Ledger) -> None:
    for currency, left, right in (
        ("JPY", "1200", "1200"),
        ("KWD", "1.005", "1.005"),
        ("KWD", "2.001", "2.002"),
        ("USD", "0.1", "0.1"),
        ("USD", "0.2", "0.2"),
    ):
        row = ledger.add(currency=currency)
        spoil(row, Side.LEFT, hs_amount_billed=left)
        spoil(row, Side.RIGHT, TotalAmt=right)
    spoil(ledger.add_lone(Side.RIGHT, currency="USD"), Side.RIGHT, TotalAmt="5")
    voided = ledger.add(currency="USD", right_state="voided")
    spoil(voided, Side.LEFT, hs_amount_billed="7")
    ledger.keep()

    totals = {
        currency: tuple((one.count, str(one.total)) for one in sums)
        for currency, sums in ledger.compare().totals().items()
    }

    assert totals == {
        "JPY": ((1, "1200"), (1, "1200"), (1, "1200")),
        "KWD": ((2, "3.006"), (2, "3.007"), (2, "3.006")),
        "USD": ((3, "7.3"), (3, "5.3"), (2, "0.3")),
    }


def test_a_company_without_currencies_books_in_its_own(ledger: Ledger) -> None:
    right = ledger.sync.integration.right
    right.currency = "GBP"
    right.save(update_fields=["currency"])
    row = ledger.add()
    spoil(row, Side.LEFT, hs_currency="GBP")
    spoil(row, Side.RIGHT, CurrencyRef=None)
    ledger.keep()

    assert list(ledger.compare().totals()) == ["GBP"]
    assert ledger.compare().agrees


def test_other_syncs_and_tenants_have_no_part_in_it(ledger: Ledger, other_tenant: Tenant) -> None:
    theirs = install(connection(other_tenant, "hubspot"), connection(other_tenant, "quickbooks"))
    other = Ledger(create_sync(theirs, INVOICES), create_sync(theirs, CONTACTS))
    other.add_lone(Side.LEFT)
    other.keep()
    ledger.add()
    ledger.keep()

    assert ledger.compare().agrees
    assert len(ledger.compare().groups) == 1


def test_a_sync_without_amounts_cannot_be_asked(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no documents with amounts"):
        agreement(ledger.contacts, FIRST, LAST)


def test_the_number_of_queries_does_not_grow(
    ledger: Ledger, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Ten documents or hundreds, of however many days."""
    sync = Sync.objects.for_tenant(ledger.sync.tenant_id).select_related("integration__right")
    ledger.sync = sync.get(pk=ledger.sync.pk)
    for _ in range(10):
        ledger.add()
    ledger.keep()
    with django_assert_num_queries(QUERIES):
        ledger.compare()
    ledger.rows.clear()
    for number in range(11, 400):
        ledger.add(left_id=f"more l{number}", right_id=f"more r{number}")
    ledger.keep()

    with django_assert_num_queries(QUERIES):
        ledger.compare()


def test_eight_times_the_documents_take_no_more_than_some_eight_times_as_long(
    ledger: Ledger,
) -> None:
    few, many = 500, 4_000
    # The first look pays for what is made once.
    _seconds(ledger, 1)

    small, large = _seconds(ledger, few - 1), _seconds(ledger, many - few)

    # Each day, customer and currency looking at all documents would make it 64 times.
    assert large < 24 * small


def _seconds(ledger: Ledger, more: int) -> float:
    """CPU seconds of a comparison after so many documents more."""
    SyncRecord.objects.bulk_create([ledger.add() for _ in range(more)], batch_size=500)
    begun = time.process_time()
    found = ledger.compare()
    taken = time.process_time() - begun
    assert sum(group.left.count for group in found.groups) == len(ledger.rows)
    return taken
