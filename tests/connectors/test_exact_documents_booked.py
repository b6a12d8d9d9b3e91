"""Sales entries of a company on Exact: booked, refused, taken back and found again."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from integrations.contract import Category, Line, OutcomeStatus, RecordState
from tests.connectors.exact_shop import (
    ENTRIES,
    HIGH_INSIDE,
    TODAY,
    Shop,
    archive,
    create,
    done,
    facts,
    fault_of,
    lines_of,
    open_shop,
    update,
)

KIND, LINES = "sales_entry", "SalesEntryLines"
WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


def test_an_entry_is_booked_on_the_ledger_account_that_was_chosen(shop: Shop) -> None:
    lines = (shop.line("2", "50"), Line(description="Thanks"), shop.line("1", "0.33", tax="3"))

    made = shop.made(shop.entry(YourRef="Deal 1", SalesEntryLines=lines), KIND)

    assert [(line.sku, line.amount, line.tax) for line in lines_of(made, LINES)] == [
        ("8000", Decimal(100), "4"),
        ("8000", Decimal("0.33"), "3"),
    ]
    assert made.fields["AmountFC"] == Decimal("121.36")
    assert made.fields["EntryDate"] == TODAY
    assert made.title == made.fields["EntryNumber"]
    assert facts(made) == ("open", Decimal("121.36"), Decimal(0), None)
    assert shop.read(made.id, KIND) == made


def test_the_amount_of_an_entry_is_without_vat_whatever_the_code(shop: Shop) -> None:
    made = shop.made(shop.entry(SalesEntryLines=(shop.line("1", "100", tax=HIGH_INSIDE),)), KIND)

    assert [line.amount for line in lines_of(made, LINES)] == [Decimal(100)]


def test_an_entry_needs_a_ledger_account(shop: Shop) -> None:
    calls = shop.count_calls(
        lambda: shop.write(create(shop.entry(RevenueAccount=None)), object_type=KIND)
    )
    (outcome,) = shop.write(create(shop.entry(RevenueAccount=None)), object_type=KIND)

    assert fault_of(outcome) == (Category.FIELD_MISSING, "ledger_missing", "RevenueAccount")
    assert "SalesEntries" not in calls


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_closed_period(shop: Shop, language: str) -> None:
    shop.books.speak(language)
    shop.books.close_period(2026, 3)

    (outcome,) = shop.write(create(shop.entry(EntryDate=date(2026, 3, 31))), object_type=KIND)

    assert fault_of(outcome) == (Category.PERIOD_CLOSED, "period_closed", "EntryDate")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_blocked_ledger_account_is_told_by_its_field(shop: Shop, language: str) -> None:
    shop.books.speak(language)
    shop.books.update("financial/GLAccounts", shop.ledger, IsBlocked=True)

    (outcome,) = shop.write(create(shop.entry()), object_type=KIND)

    assert fault_of(outcome) == (
        Category.REFERENCE_INACTIVE,
        "ledger_blocked",
        "RevenueAccount",
    )


def test_an_open_entry_is_changed_and_deleted(shop: Shop) -> None:
    made = shop.made(shop.entry(), KIND)

    (changed,) = shop.write(update(made, YourRef="PO 7"), object_type=KIND)
    (removed,) = shop.write(archive(done(changed)), object_type=KIND)

    assert done(changed).fields["YourRef"] == "PO 7"
    assert done(removed).state is RecordState.GONE
    assert shop.books.count(ENTRIES) == 0


def test_an_entry_that_is_paid_is_locked(shop: Shop) -> None:
    made = shop.made(shop.entry(), KIND)
    shop.books.pay(made.id)

    (outcome,) = shop.write(archive(made), object_type=KIND)

    assert fault_of(outcome)[:2] == (Category.STATE_LOCKED, "processed")


def test_the_entry_of_a_processed_invoice_is_locked(shop: Shop) -> None:
    invoice = shop.made(shop.invoice(Processing="final"))
    entry = shop.read(shop.books.entry_of(invoice.id), KIND)

    (outcome,) = shop.write(update(entry, YourRef="PO 7"), object_type=KIND)

    assert fault_of(outcome)[:2] == (Category.STATE_LOCKED, "processed")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_no_entry_is_booked_twice(shop: Shop, kind: str) -> None:
    batch = shop.batch(create(shop.entry()), create(shop.entry()))
    shop.fault(kind=kind, path="SalesEntries", method="POST")

    lost, unsent = shop.connector.write(KIND, batch, ("Status",))
    found, open_one = shop.resolve(batch, KIND)

    assert (lost.status, unsent.status) == (UNKNOWN, NOT_SENT)
    assert found.status is (WRITTEN if kind == "drop_after" else NOT_SENT)
    assert open_one.status is NOT_SENT
    again = shop.connector.write(KIND, batch, ("Status",))
    assert [outcome.status for outcome in again] == [WRITTEN, WRITTEN]
    assert shop.books.count(ENTRIES) == 2
