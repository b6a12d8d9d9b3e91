"""Sales invoices of a company on Exact: made, processed, taken back and read."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import Category, Line, OutcomeStatus, RecordState, RetryLater
from tests.connectors.exact_shop import (
    HIGH_INSIDE,
    INVOICES,
    START,
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

WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


# Made


def test_an_invoice_is_made_as_a_draft(shop: Shop) -> None:
    made = shop.made(shop.invoice(Remarks="Thanks", Processing="draft"))

    (line,) = lines_of(made)
    assert (line.reference, line.quantity, line.amount, line.tax) == (
        shop.ware,
        Decimal(2),
        Decimal(100),
        "4",
    )
    assert made.fields["AmountFC"] == Decimal(121)
    assert made.fields["Remarks"] == "Thanks"
    assert (made.fields["Status"], made.fields["Processing"]) == ("20", "draft")
    assert made.fields["InvoiceNumber"] is None
    assert facts(made) == ("draft", None, None, None)
    assert shop.read(made.id) == made


def test_an_invoice_is_processed_when_that_is_wanted(shop: Shop) -> None:
    made = shop.made(shop.invoice(Processing="final", InvoiceDate=date(2026, 11, 20)))

    assert (made.fields["Status"], made.fields["Processing"]) == ("50", "final")
    assert made.fields["InvoiceDate"] == date(2026, 11, 20)
    assert made.title == made.fields["InvoiceNumber"]
    assert facts(made) == ("open", Decimal(121), Decimal(0), None)


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        pytest.param([("3", "33.333333", "100")], "121", id="thirds"),
        pytest.param([("7", "14.29", "100")], "121", id="sevenths"),
        pytest.param([("1", "19.99", "19.99"), ("3", "0.1", "0.3")], "24.55", id="several"),
    ],
)
def test_every_cent_of_a_line_arrives(
    shop: Shop, lines: list[tuple[str, str, str]], total: str
) -> None:
    wanted = tuple(
        shop.line(quantity, price, amount=Decimal(amount)) for quantity, price, amount in lines
    )

    made = shop.made(shop.invoice(SalesInvoiceLines=wanted))

    assert [line.amount for line in lines_of(made)] == [Decimal(each) for *_, each in lines]
    assert made.fields["AmountFC"] == Decimal(total)


def test_a_discount_is_kept_beside_the_price(shop: Shop) -> None:
    line = shop.line("4", "25", amount=Decimal(90), discount=Decimal(10))

    made = shop.made(shop.invoice(SalesInvoiceLines=(line,)))

    (held,) = lines_of(made)
    assert (held.unit_price, held.discount, held.amount) == (Decimal(25), Decimal(10), Decimal(90))


def test_prices_with_their_vat_inside_come_to_what_was_asked(shop: Shop) -> None:
    line = shop.line("1", "121", tax=HIGH_INSIDE)

    made = shop.made(shop.invoice(SalesInvoiceLines=(line,)))

    (held,) = lines_of(made)
    assert (held.amount, made.fields["AmountFC"]) == (Decimal(121), Decimal(121))
    assert made.fields["AmountFCExclVat"] == Decimal(100)


def test_twenty_invoices_take_as_many_calls_and_three_reads(shop: Shop) -> None:
    operations = [create(shop.invoice(YourRef=f"Deal {number}")) for number in range(20)]

    calls = shop.count_calls(lambda: shop.write(*operations))

    assert calls.count("SalesInvoices") == 20 + 1 + 1
    assert sorted(set(calls)) == ["Accounts", "Items", "Journals", "SalesInvoices", "VATCodes"]
    assert len(calls) == 26
    assert shop.books.count(INVOICES) == 20


# Refused


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param({"Status": "P"}, "prospect", id="a prospect"),
        pytest.param({"Status": "C", "Blocked": True}, "customer_blocked", id="blocked"),
        pytest.param({"Status": "C", "EndDate": "2026-11-01"}, "customer_ended", id="ended"),
        pytest.param({"Status": "C", "StartDate": "2026-12-01"}, "customer_ended", id="not begun"),
    ],
)
@pytest.mark.parametrize("object_type", ["sales_invoice", "sales_entry"])
def test_who_cannot_be_invoiced_is_told_before_anything_is_sent(
    shop: Shop, wrong: dict[str, Any], code: str, object_type: str
) -> None:
    other = shop.books.add("crm/Accounts", Name="Other", **wrong)
    field = {"sales_invoice": "OrderedBy", "sales_entry": "Customer"}[object_type]
    values = {"sales_invoice": shop.invoice, "sales_entry": shop.entry}[object_type]

    bad, good = shop.write(
        create(values(**{field: other})), create(values()), object_type=object_type
    )

    assert fault_of(bad) == (Category.REFERENCE_INACTIVE, code, field)
    assert bad.fault is not None
    assert "“Other”" in bad.fault.message
    assert good.status is WRITTEN
    assert [call.method for call in shop.calls].count("POST") == 1


@pytest.mark.parametrize(
    ("wrong", "category", "code"),
    [
        pytest.param(
            {"IsSalesItem": False}, Category.REFERENCE_INACTIVE, "not_for_sale", id="not for sale"
        ),
        pytest.param(
            {"EndDate": "2026-11-01"}, Category.REFERENCE_INACTIVE, "item_ended", id="ended"
        ),
        pytest.param({"SalesVatCode": None}, Category.TAX, "vat_missing", id="no VAT code"),
    ],
)
def test_what_cannot_be_sold_is_told_before_anything_is_sent(
    shop: Shop, wrong: dict[str, Any], category: Category, code: str
) -> None:
    shop.books.update("logistics/Items", shop.ware, **wrong)

    (outcome,) = shop.write(create(shop.invoice(SalesInvoiceLines=(shop.line(tax=""),))))

    assert fault_of(outcome) == (category, code, "SalesInvoiceLines")
    assert "POST" not in [call.method for call in shop.calls]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        pytest.param(
            {"Journal": "20"},
            (Category.CONFIGURATION, "journal_type", "Journal"),
            id="a bank's journal",
        ),
        pytest.param(
            {"OrderedBy": "00000000-0000-4000-8000-000000000001"},
            (Category.PARENT_MISSING, "customer_reference", "OrderedBy"),
            id="an unknown customer",
        ),
        pytest.param(
            {"InvoiceTo": "00000000-0000-4000-8000-000000000001"},
            (Category.PARENT_MISSING, "customer_reference", "InvoiceTo"),
            id="an unknown payer",
        ),
    ],
)
def test_what_does_not_exist_is_told_before_anything_is_sent(
    shop: Shop, wrong: dict[str, Any], expected: tuple[Category, str, str]
) -> None:
    (outcome,) = shop.write(create(shop.invoice(**wrong)))

    assert fault_of(outcome) == expected
    assert "POST" not in [call.method for call in shop.calls]


def test_an_hour_of_bad_invoices_does_not_hold_up_the_good_ones(shop: Shop) -> None:
    blocked = shop.books.add("crm/Accounts", Name="Other", Status="C", Blocked=True)
    bad = [create(shop.invoice(OrderedBy=blocked)) for _ in range(15)]

    outcomes = shop.write(*bad, create(shop.invoice()))

    assert [outcome.status for outcome in outcomes] == [REFUSED] * 15 + [WRITTEN]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_closed_period_leaves_no_draft_behind(shop: Shop, language: str) -> None:
    shop.books.speak(language)
    shop.books.close_period(2026, 3)

    (outcome,) = shop.write(create(shop.invoice(Processing="final", InvoiceDate=date(2026, 3, 31))))

    assert fault_of(outcome) == (Category.PERIOD_CLOSED, "period_closed", "InvoiceDate")
    assert outcome.record is None
    assert shop.books.count(INVOICES) == 0


def test_an_unknown_vat_code(shop: Shop) -> None:
    line = shop.line(tax="99")

    (outcome,) = shop.write(create(shop.invoice(SalesInvoiceLines=(line,))))

    assert fault_of(outcome)[0] is Category.TAX


def test_a_line_without_item_costs_no_call(shop: Shop) -> None:
    shop.made(shop.invoice())
    free = shop.invoice(SalesInvoiceLines=(Line(name="Free", amount=Decimal(1)),))

    calls = shop.count_calls(lambda: shop.write(create(free)))

    assert "SalesInvoices" not in calls


def test_an_email_that_cannot_be_sent_is_said_and_the_invoice_stands(shop: Shop) -> None:
    (outcome,) = shop.write(create(shop.invoice(Processing="final", SendEmailToCustomer=True)))

    assert done(outcome).fields["Status"] == "50"
    assert outcome.fault is not None
    assert "E-mail" in outcome.fault.message


# Changed and taken back


def test_a_draft_is_changed(shop: Shop) -> None:
    made = shop.made(shop.invoice())

    (outcome,) = shop.write(update(made, YourRef="PO 7", DueDate=TODAY + timedelta(60)))

    changed = done(outcome)
    assert changed.fields["YourRef"] == "PO 7"
    assert changed.fields["DueDate"] == TODAY + timedelta(60)


def test_a_processed_invoice_is_locked_and_no_call_is_wasted(shop: Shop) -> None:
    made = shop.made(shop.invoice(Processing="final"))

    (changed,) = shop.write(update(made, YourRef="PO 7"))
    (removed,) = shop.write(archive(made))

    for outcome in (changed, removed):
        assert fault_of(outcome) == (Category.STATE_LOCKED, "processed", "")
    assert changed.fault is not None
    assert str(made.fields["InvoiceNumber"]) in changed.fault.message
    assert shop.books.count(INVOICES) == 1


def test_a_draft_is_deleted(shop: Shop) -> None:
    made = shop.made(shop.invoice())

    (outcome,) = shop.write(archive(made))

    assert done(outcome).state is RecordState.GONE
    assert shop.books.count(INVOICES) == 0
    assert shop.read(made.id).state is RecordState.GONE


def test_a_draft_that_somebody_changed_is_stale(shop: Shop) -> None:
    made = shop.made(shop.invoice())
    shop.later(seconds=5)
    shop.books.update(INVOICES, made.id, Description="By hand")

    (outcome,) = shop.write(update(made, YourRef="PO 7"))

    assert outcome.status is STALE


# Lost answers


@pytest.mark.parametrize("processing", ["draft", "final"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("resource", ["SalesInvoices", "PrintedSalesInvoices"])
def test_no_invoice_is_made_or_processed_twice(
    shop: Shop, kind: str, processing: str, resource: str
) -> None:
    batch = shop.batch(create(shop.invoice(Processing=processing)))
    shop.fault(kind=kind, path=resource, method="POST")

    (lost,) = shop.connector.write("sales_invoice", batch, ("Status",))
    (found,) = shop.resolve(batch)
    if found.status is NOT_SENT:
        (found,) = shop.connector.write("sales_invoice", batch, ("Status",))

    expects_loss = resource == "SalesInvoices" or processing == "final"
    assert lost.status is (UNKNOWN if expects_loss else WRITTEN)
    assert done(found).fields["Status"] == {"draft": "20", "final": "50"}[processing]
    assert shop.books.count(INVOICES) == 1


def test_a_call_that_may_be_under_way_is_waited_for(shop: Shop) -> None:
    batch = shop.batch(create(shop.invoice()), sent_at=START)

    with pytest.raises(RetryLater):
        shop.resolve(batch)
    shop.later(minutes=5)

    assert [outcome.status for outcome in shop.resolve(batch)] == [NOT_SENT]


def test_a_create_that_is_repeated_makes_one_invoice(shop: Shop) -> None:
    operation = create(shop.invoice())

    first, again = (shop.write(operation)[0] for _ in range(2))

    assert done(first).id == done(again).id
    assert shop.books.count(INVOICES) == 1


def test_two_equal_invoices_are_two(shop: Shop) -> None:
    first, second = (shop.made(shop.invoice()) for _ in range(2))

    assert first.id != second.id


def test_what_somebody_changed_before_it_was_found_again_is_told_and_not_deleted(
    shop: Shop,
) -> None:
    batch = shop.batch(create(shop.invoice(Processing="final")))
    shop.fault(kind="drop_after", path="SalesInvoices", method="POST")
    shop.connector.write("sales_invoice", batch, ("Status",))
    (invoice,) = shop.books.all(INVOICES)
    shop.books.change_line(invoice, 1, Quantity=3.0)

    (outcome,) = shop.resolve(batch)

    assert fault_of(outcome) == (Category.FIELD_INVALID, "totals_differ", "SalesInvoiceLines")
    assert outcome.record is not None
    assert (outcome.record.id, outcome.record.fields["Status"]) == (invoice, "20")


def test_a_closed_period_takes_back_what_was_found_again(shop: Shop) -> None:
    shop.books.close_period(2026, 3)
    wanted = shop.invoice(Processing="final", InvoiceDate=date(2026, 3, 31))
    batch = shop.batch(create(wanted))
    shop.fault(kind="drop_after", path="SalesInvoices", method="POST")
    shop.connector.write("sales_invoice", batch, ("Status",))

    (outcome,) = shop.resolve(batch)

    assert fault_of(outcome)[:2] == (Category.PERIOD_CLOSED, "period_closed")
    assert outcome.record is None
    assert shop.books.count(INVOICES) == 0
