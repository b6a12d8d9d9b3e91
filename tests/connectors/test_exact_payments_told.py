"""Payments as the feeds of invoices and entries tell them: as changes of the document."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from integrations.contract import Record, RecordState
from tests.connectors.exact_shop import (
    ENTRIES,
    INVOICES,
    TODAY,
    Shop,
    facts,
    lines_of,
    open_shop,
)

PAID, OPEN = "paid", "open"
KINDS = ("sales_invoice", "sales_entry")


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


def booked(shop: Shop, kind: str) -> str:
    """A document in the books that comes to 121, made by somebody else."""
    if kind == "sales_entry":
        return shop.books.add_entry(shop.buyer, ("8000", 100))
    invoice = shop.books.add_invoice(shop.buyer, (shop.ware, 2, 50))
    shop.books.process(invoice)
    return invoice


def told(shop: Shop, kind: str) -> list[tuple[str, tuple[object, ...]]]:
    return [(record.id, facts(record)) for record in shop.changes(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_payment_is_told_and_so_is_taking_it_back(shop: Shop, kind: str) -> None:
    document = booked(shop, kind)
    assert told(shop, kind) == [(document, (OPEN, Decimal(121), Decimal(0), None))]
    assert told(shop, kind) == []

    shop.later(hours=1)
    shop.books.pay(document, 21)
    assert told(shop, kind) == [(document, ("partly_paid", Decimal(100), Decimal(21), None))]

    shop.later(hours=1)
    shop.books.pay(document, on=TODAY)
    assert told(shop, kind) == [(document, (PAID, Decimal(0), Decimal(121), TODAY))]

    shop.later(hours=1)
    shop.books.undo_payments(document)
    assert told(shop, kind) == [(document, (OPEN, Decimal(121), Decimal(0), None))]
    assert told(shop, kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_told_on_the_day_after_it_was_due(shop: Shop, kind: str) -> None:
    document = booked(shop, kind)
    other = booked(shop, kind)
    shop.books.pay(other)
    assert dict(told(shop, kind))[document][0] == OPEN

    shop.later(days=30)
    assert "overdue" not in [status for _, (status, *_) in told(shop, kind)]
    shop.later(days=1)

    assert told(shop, kind) == [(document, ("overdue", Decimal(121), Decimal(0), None))]
    assert told(shop, kind) == []


def test_nothing_is_read_twice_for_what_falls_due(shop: Shop) -> None:
    for _ in range(3):
        booked(shop, "sales_invoice")
    shop.changes()
    shop.later(hours=1)
    idle = shop.count_calls(shop.changes)
    shop.later(days=1)
    shop.changes()
    shop.later(days=30)

    calls = shop.count_calls(shop.changes)

    assert idle == ["SalesInvoices", "Deleted", "PaymentTerms"]
    # Once the division, the terms that fell due, their invoices, and the terms of these.
    assert sorted(set(calls) - set(idle)) == ["Divisions", "Receivables"]
    assert len(calls) <= 8


def test_a_credit_note_settles_an_invoice(shop: Shop) -> None:
    invoice = booked(shop, "sales_invoice")
    shop.changes()
    shop.later(hours=1)

    note = shop.books.credit(invoice)

    states = dict(told(shop, "sales_invoice"))
    assert states[invoice][:3] == (PAID, Decimal(0), Decimal(121))
    assert states[note][:3] == (PAID, Decimal(0), Decimal(-121))


@pytest.mark.parametrize("kind", KINDS)
def test_reading_by_id_says_the_same_as_the_feed(shop: Shop, kind: str) -> None:
    document = booked(shop, kind)
    shop.books.pay(document, 21)

    (fed,) = shop.changes(kind)

    assert shop.read(document, kind) == fed


def test_history_is_read_without_a_call_for_each_document(shop: Shop) -> None:
    for _ in range(90):
        booked(shop, "sales_invoice")
    shop.later(days=1)

    calls = shop.count_calls(shop.changes)

    assert len(shop.changes()) == 0
    assert calls.count("Receivables") == 1
    assert len(calls) <= 6


def test_old_payments_do_not_bring_their_documents_again(shop: Shop) -> None:
    documents = [booked(shop, "sales_entry") for _ in range(3)]
    shop.books.pay(documents[0])
    shop.later(days=1)

    pages: list[Record] = []
    for _ in range(10):
        page = shop.page("sales_entry")
        pages += page.records
        if not page.more:
            break

    assert sorted(record.id for record in pages) == sorted(documents)


def test_the_facts_cost_nothing_where_nobody_asks_for_them(shop: Shop) -> None:
    booked(shop, "sales_invoice")

    page = shop.connector.changes("sales_invoice", "", ("YourRef",))
    calls = shop.count_calls(
        lambda: shop.connector.changes("sales_invoice", page.cursor, ("YourRef",))
    )

    assert set(calls) <= {"SalesInvoices", "Deleted"}


# The documents themselves


def test_drafts_are_told_and_so_is_their_processing(shop: Shop) -> None:
    invoice = shop.books.add_invoice(shop.buyer, (shop.ware, 2, 50), YourRef="7")
    ((_, draft),) = told(shop, "sales_invoice")
    shop.later(hours=1)
    shop.books.process(invoice)

    (record,) = shop.changes()

    assert draft == ("draft", None, None, None)
    assert facts(record)[0] == OPEN
    assert record.fields["InvoiceNumber"] == record.title
    assert [line.amount for line in lines_of(record)] == [Decimal(100)]


def test_a_changed_line_is_told_with_all_the_others(shop: Shop) -> None:
    invoice = shop.books.add_invoice(shop.buyer, (shop.ware, 2, 50), (shop.ware, 1, 10))
    shop.changes()
    shop.later(hours=1)
    shop.books.change_line(invoice, 2, Quantity=3.0)

    (record,) = shop.changes()

    assert [line.amount for line in lines_of(record)] == [Decimal(100), Decimal(30)]


def test_a_deleted_draft_is_told(shop: Shop) -> None:
    kept, lost = (shop.books.add_invoice(shop.buyer, (shop.ware, 1, 5)) for _ in range(2))
    shop.changes()
    shop.later(hours=1)
    shop.books.delete(INVOICES, lost)

    (record,) = shop.changes()

    assert (record.id, record.state) == (lost, RecordState.GONE)
    assert shop.read(kept).state is RecordState.LIVE


def test_invoices_that_a_page_tears_apart_come_whole(shop: Shop) -> None:
    lines = [(shop.ware, 1, 10)] * 9
    made = {shop.books.add_invoice(shop.buyer, *lines) for _ in range(120)}

    records = shop.changes()

    assert {record.id for record in records} == made
    assert {len(lines_of(record)) for record in records} == {9}


def test_a_moved_division_is_read_anew(shop: Shop) -> None:
    invoice = booked(shop, "sales_invoice")
    shop.changes()
    shop.books.move()
    shop.later(days=1, hours=1)

    first = shop.page("sales_invoice")

    assert first.anew
    assert [record.id for record in first.records] == [invoice]
    assert shop.changes() == []


# Entries have no timestamps


def test_a_changed_entry_is_told_once(shop: Shop) -> None:
    entries = [booked(shop, "sales_entry") for _ in range(3)]
    assert len(shop.changes("sales_entry")) == 3
    shop.later(hours=1)
    shop.books.update(ENTRIES, entries[1], YourRef="PO 7")

    (record,) = shop.changes("sales_entry")

    assert (record.id, record.fields["YourRef"]) == (entries[1], "PO 7")
    assert [line.amount for line in lines_of(record, "SalesEntryLines")] == [Decimal(100)]
    assert shop.changes("sales_entry") == []


def test_entries_are_read_in_pages_and_the_clock_goes_back_meanwhile(shop: Shop) -> None:
    """The night in which summer time ends: an hour that happens twice."""
    shop.clock.advance(-(27 * 24 + 8.5) * 3600)
    made = set()
    for _ in range(70):
        made.add(booked(shop, "sales_entry"))
        shop.later(minutes=2)

    seen = {record.id for record in shop.changes("sales_entry")}
    shop.books.update(ENTRIES, min(made), YourRef="PO 7")
    (changed,) = shop.changes("sales_entry")

    assert seen == made
    assert changed.id == min(made)


def test_entries_are_read_whole_once_a_week_to_see_what_was_deleted(shop: Shop) -> None:
    kept, lost = (booked(shop, "sales_entry") for _ in range(2))
    shop.changes("sales_entry")
    shop.books.delete(ENTRIES, lost)
    shop.later(days=8)

    page = shop.page("sales_entry")

    assert page.anew
    assert [record.id for record in page.records] == [kept]
    assert shop.read(lost, "sales_entry").state is RecordState.GONE


def test_a_round_goes_on_when_its_fields_change_meanwhile(shop: Shop) -> None:
    for _ in range(70):
        booked(shop, "sales_entry")
    first = shop.connector.changes("sales_entry", "", ("YourRef",))

    second = shop.connector.changes("sales_entry", first.cursor, ("YourRef", "AmountFC"))

    assert first.more
    assert set(second.records[0].fields) == {"YourRef", "AmountFC"}


def test_the_day_of_a_payment_is_exacts_own(shop: Shop) -> None:
    invoice = booked(shop, "sales_invoice")
    shop.books.pay(invoice, on=date(2026, 11, 1))

    assert shop.read(invoice).fields["PaidOn"] == date(2026, 11, 1)
    assert shop.read(invoice).fields["DueDate"] == TODAY + timedelta(30)
