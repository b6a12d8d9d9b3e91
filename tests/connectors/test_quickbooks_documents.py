"""Invoices and payments of a company: made, changed, voided and read back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.contract import (
    Category,
    Line,
    Outcome,
    OutcomeStatus,
    RecordState,
)
from tests.connectors.quickbooks_company import (
    Company,
    archive,
    create,
    open_company,
    restore,
    statuses,
    update,
)
from tests.connectors.quickbooks_shop import (
    DAY,
    INVOICE,
    PAYMENT,
    Shop,
    done,
    fault_of,
    lines_of,
    shop_in,
)

WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


@pytest.fixture
def shop(company: Company) -> Shop:
    return shop_in(company, partner_tax=None, sales_tax=False, custom_numbers=True)


# Making


def test_an_invoice_is_made_as_it_was_meant(shop: Shop) -> None:
    lines = (
        replace(shop.line("2", "50", description="Two of them"), tax="TAX"),
        shop.line("3", "33.33", tax="NON"),
        Line(description="Thank you"),
    )

    made = shop.made(shop.invoice(DocNumber="HS-1", DueDate=DAY + timedelta(30), lines=lines))

    assert made.fields == {
        "DocNumber": "HS-1",
        "CustomerRef": shop.buyer,
        "TxnDate": DAY,
        "DueDate": DAY + timedelta(30),
        "lines": lines,
        "TotalAmt": Decimal("199.99"),
        "Balance": Decimal("199.99"),
        "TotalTax": Decimal(0),
        "Status": "open",
        "CurrencyRef": "USD",
        "PrivateNote": None,
    }
    assert (made.title, made.state) == ("HS-1", RecordState.LIVE)
    assert shop.read("invoice", made.id) == made


def test_thirty_invoices_are_made_with_one_call(shop: Shop) -> None:
    shop.company.connector.fields("invoice")
    operations = [create(shop.invoice(DocNumber=f"HS-{n}")) for n in range(30)]

    calls = shop.company.count_calls(lambda: shop.write(*operations))

    assert calls == ["batch"]
    assert shop.company.books.count("Invoice") == 30


def test_an_invoice_without_a_number_is_known_by_its_id(shop: Shop) -> None:
    made = shop.made(shop.invoice())

    assert made.title == f"Invoice {made.id}"


def test_a_payment_is_known_by_what_came_in_and_when(shop: Shop) -> None:
    first, second = (shop.made(shop.invoice()) for _ in range(2))

    made = shop.made(shop.payment(150, (first.id, 100), (second.id, 40)), "payment")

    assert made.title == "150.00 USD 2026-10-20"
    assert made.fields == {
        "CustomerRef": shop.buyer,
        "TotalAmt": Decimal(150),
        "TxnDate": DAY,
        "lines": (
            Line(reference=first.id, amount=Decimal(100)),
            Line(reference=second.id, amount=Decimal(40)),
        ),
        "UnappliedAmt": Decimal(10),
        "Deposited": False,
    }
    assert shop.read("invoice", first.id).fields["Status"] == "paid"
    assert shop.read("invoice", second.id).fields["Status"] == "partly_paid"


def test_the_company_is_asked_once_before_documents_are_written(shop: Shop) -> None:
    calls = shop.company.count_calls(lambda: [shop.made(shop.invoice()) for _ in range(3)])

    assert calls == ["{id}", "preferences", "batch", "batch", "batch"]


# Changing


def test_changed_lines_replace_the_others_and_keep_their_ids(shop: Shop) -> None:
    made = shop.made(shop.invoice(lines=(shop.line("1", "10"), shop.line("2", "20"))))
    first, second = lines_of(made)
    dearer = replace(second, unit_price=Decimal(25), amount=Decimal(50))

    (outcome,) = shop.write(update(made.id, made.version, {"lines": (dearer, shop.line("4", "1"))}))

    changed = done(outcome)
    assert changed.fields["TotalAmt"] == Decimal(54)
    assert lines_of(changed)[0].id == second.id
    assert first.id not in [line.id for line in lines_of(changed)]


def test_a_class_of_a_line_survives_a_change_of_it(shop: Shop) -> None:
    books = shop.company.books
    number = books.add("Class", Name="North")
    made = shop.made(shop.invoice())
    held = books.get("Invoice", made.id)["Line"]
    held[0]["SalesItemLineDetail"]["ClassRef"] = {"value": number}
    books.update("Invoice", made.id, Line=held)
    now = shop.read("invoice", made.id)
    (line,) = lines_of(now)

    done(*shop.write(update(now.id, now.version, {"lines": (replace(line, description="New"),)})))

    detail = books.get("Invoice", made.id)["Line"][0]["SalesItemLineDetail"]
    assert detail["ClassRef"]["value"] == number


def test_a_note_is_changed_without_reading_the_invoice_and_its_lines_stay(shop: Shop) -> None:
    made = shop.made(shop.invoice())
    outcomes: list[Outcome] = []

    calls = shop.company.count_calls(
        lambda: outcomes.extend(
            shop.write(update(made.id, made.version, {"PrivateNote": "Checked"}))
        )
    )

    assert calls == ["batch"]
    assert done(outcomes[0]).fields == {**made.fields, "PrivateNote": "Checked"}


def test_a_date_is_never_sent_empty(shop: Shop) -> None:
    made = shop.made(shop.invoice())

    (outcome,) = shop.write(update(made.id, made.version, {"DueDate": None}))

    assert fault_of(outcome) == (Category.FIELD_INVALID, "cannot_empty", "DueDate")


def test_a_payment_makes_the_invoice_stale_and_no_error(shop: Shop) -> None:
    made = shop.made(shop.invoice())
    shop.company.books.add_payment(shop.buyer, 30, {made.id: 30})

    by_note, by_lines = shop.write(
        update(made.id, made.version, {"PrivateNote": "Checked"}),
        replace(update(made.id, made.version, {"lines": (shop.line("9", "9"),)}), key="other"),
    )

    assert [by_note.status, by_lines.status] == [STALE, STALE]
    for outcome in (by_note, by_lines):
        assert outcome.record is not None
        assert outcome.record.fields["Balance"] == Decimal(70)
        assert outcome.record.fields["Status"] == "partly_paid"


def test_an_applied_credit_stays_when_the_invoices_of_a_payment_change(shop: Shop) -> None:
    books = shop.company.books
    first, second = (shop.made(shop.invoice()) for _ in range(2))
    credit = books.add_credit_memo(shop.buyer, (shop.ware, 1, 15))
    paid = books.add_payment(shop.buyer, 60, {first.id: 75}, {credit: 15})
    held = shop.read("payment", paid)

    (outcome,) = shop.write(
        update(paid, held.version, {"lines": (Line(reference=second.id, amount=Decimal(75)),)}),
        object_type="payment",
    )

    assert done(outcome).fields["lines"] == (
        Line(reference=second.id, amount=Decimal(75)),
        Line(name=f"CreditMemo {credit}", amount=Decimal(15)),
    )
    assert shop.read("invoice", first.id).fields["Balance"] == Decimal(100)


# Voiding and deleting


def test_an_invoice_is_voided_and_never_deleted(shop: Shop) -> None:
    made = shop.made(shop.invoice(PrivateNote="Ours"))

    (outcome,) = shop.write(archive(made.id, made.version))

    voided = done(outcome)
    assert voided.state is RecordState.VOIDED
    assert (voided.fields["TotalAmt"], voided.fields["Status"]) == (Decimal(0), "voided")
    assert str(voided.fields["PrivateNote"]).startswith("Voided")
    assert shop.read("invoice", made.id).state is RecordState.VOIDED


def test_a_payment_is_voided_and_its_invoice_is_open_again(shop: Shop) -> None:
    invoice = shop.made(shop.invoice())
    paid = shop.made(shop.payment(100, (invoice.id, 100)), "payment")

    (outcome,) = shop.write(archive(paid.id, paid.version), object_type="payment")

    assert done(outcome).state is RecordState.VOIDED
    assert shop.read("invoice", invoice.id).fields["Status"] == "open"


def test_an_invoice_of_nothing_is_paid_and_not_voided(shop: Shop) -> None:
    made = shop.made(shop.invoice(lines=(shop.line("1", "0"),), PrivateNote="A gift"))

    assert (made.state, made.fields["Status"]) == (RecordState.LIVE, "paid")


def test_a_void_whose_answer_is_lost_is_read_again(shop: Shop) -> None:
    made = shop.made(shop.invoice())
    shop.company.fault(kind="drop_after", path="batch")

    (outcome,) = shop.write(archive(made.id, made.version))

    assert done(outcome).state is RecordState.VOIDED


def test_what_was_voided_cannot_be_brought_back(shop: Shop) -> None:
    made = shop.made(shop.invoice())
    (voided,) = shop.write(archive(made.id, made.version))

    (outcome,) = shop.write(restore(made.id, done(voided).version))

    assert fault_of(outcome)[:2] == (Category.STATE_LOCKED, "no_unvoid")


def test_a_document_that_somebody_deleted_is_gone(shop: Shop) -> None:
    kept, lost = (shop.made(shop.invoice()) for _ in range(2))
    records, page = shop.company.read_all("", "invoice", INVOICE)
    assert {record.id for record in records} == {kept.id, lost.id}
    shop.company.clock.advance(60)
    shop.company.books.delete("Invoice", lost.id)
    shop.company.books.void("Invoice", kept.id)
    shop.company.clock.advance(60)

    records, _ = shop.company.read_all(page.cursor, "invoice", INVOICE)

    assert {record.id: record.state for record in records} == {
        kept.id: RecordState.VOIDED,
        lost.id: RecordState.GONE,
    }
    (outcome,) = shop.write(update(lost.id, lost.version, {"PrivateNote": "x"}))
    assert fault_of(outcome)[0] is Category.GONE


def test_a_thousand_invoices_are_read_with_one_call(shop: Shop) -> None:
    rows = [{"CustomerRef": shop.buyer, "Line": [(shop.ware, 1, n)]} for n in range(1, 1001)]
    numbers = shop.company.books.load_invoices(rows, range(1_700_000_000, 1_700_001_000))

    calls = shop.company.count_calls(
        lambda: shop.company.connector.read("invoice", numbers, INVOICE)
    )
    listed = shop.company.count_calls(
        lambda: shop.company.connector.changes("invoice", "", INVOICE)
    )

    assert calls == listed == ["query"]


# Resolving


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("object_type", ["invoice", "payment"])
def test_no_document_is_made_twice(shop: Shop, kind: str, object_type: str) -> None:
    values = shop.invoice() if object_type == "invoice" else shop.payment(20)
    names = {"invoice": INVOICE, "payment": PAYMENT}[object_type]
    batch = shop.company.batch(create(values), create(values))
    shop.company.fault(kind=kind, path="batch")

    outcomes = shop.company.connector.write(object_type, batch, names)
    resolved = shop.company.connector.resolve(object_type, batch, names)

    assert statuses(list(outcomes)) == [UNKNOWN, UNKNOWN]
    assert len({done(outcome).id for outcome in resolved}) == 2
    assert shop.company.books.count(object_type.title()) == 2
