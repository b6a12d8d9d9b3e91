"""What a person does with documents, and many documents at once."""

from __future__ import annotations

import time

import pytest

from integrations.sandbox.core import HandClock, Setting
from integrations.sandbox.quickbooks.provider import QuickBooks
from tests.sandbox.quickbooks_calls import START


@pytest.fixture
def books() -> QuickBooks:
    found = QuickBooks(Setting(HandClock(START)))
    found.add_customer(DisplayName="Anna")
    found.add_item(Name="Hours", UnitPrice=50)
    return found


def test_a_person_makes_invoices_and_payments(books: QuickBooks) -> None:
    invoice = books.add_invoice("1", ("1", 3, 33.333333, "Work"), TxnDate="2026-01-31")
    memo = books.add_credit_memo("1", ("1", 1, 20))
    payment = books.add_payment("1", 50, {invoice: 70}, {memo: 20})

    assert books.invoices[invoice]["TotalAmt"] == 100
    assert (books.invoices[invoice]["Balance"], books.payments[payment]["UnappliedAmt"]) == (30, 0)
    assert books.meter.writes == 0


def test_a_person_changes_a_line(books: QuickBooks) -> None:
    invoice = books.add_invoice("1", ("1", 2, 50), ("1", 1, 5))

    books.change_line(invoice, UnitPrice=60)
    books.change_line(invoice, "2", Description="Travel", Amount=5)

    now = books.invoices[invoice]
    assert (now["TotalAmt"], now["SyncToken"]) == (125, "2")
    assert now["Line"][1]["Description"] == "Travel"
    with pytest.raises(ValueError, match="no line 9"):
        books.change_line(invoice, "9", UnitPrice=1)


def test_a_person_deposits_voids_and_deletes(books: QuickBooks) -> None:
    payment = books.add_payment("1", 100)
    deposit = books.deposit(payment)

    with pytest.raises(ValueError, match="6540"):
        books.void("Payment", payment)
    books.delete("Deposit", deposit)
    books.void("Payment", payment)
    books.delete("Payment", payment)

    assert books.count("Payment") == 0


def test_a_person_may_still_change_closed_books(books: QuickBooks) -> None:
    invoice = books.add_invoice("1", ("1", 2, 50), TxnDate="2026-01-31")
    books.configure(book_close_date="2026-03-31")

    books.change_line(invoice, UnitPrice=60)

    assert books.invoices[invoice]["TotalAmt"] == 120


def test_documents_come_through_the_control_endpoint_too(books: QuickBooks) -> None:
    invoice = books.add_invoice("1", ("1", 2, 50))

    books.change(["invoice", invoice, "line", "1"], {"UnitPrice": 70})
    books.change(["invoice", invoice], {"PrivateNote": "By hand"})
    books.change(["invoice", invoice, "void"], {})

    now = books.invoices[invoice]
    assert (now["TotalAmt"], now["PrivateNote"]) == (0, "Voided - By hand")


def test_an_invoice_abroad_has_the_customers_currency_and_a_code() -> None:
    books = QuickBooks(Setting(HandClock(START)))
    books.configure(country="NL", currencies={"USD": 0.9})
    customer = books.add_customer(DisplayName="Anna", CurrencyRef="USD")
    item = books.add_item(Name="Hours")

    number = books.add_invoice(customer, (item, 1, 100), tax_code="1")
    paid = books.add_payment(customer, 121, {number: 121})

    invoice, payment = books.get("Invoice", number), books.get("Payment", paid)
    assert (invoice["CurrencyRef"]["value"], invoice["TotalAmt"]) == ("USD", 121)
    assert (invoice["HomeTotalAmt"], payment["HomeTotalAmt"]) == (108.9, 108.9)


def test_loaded_documents_are_as_if_they_had_been_made(books: QuickBooks) -> None:
    line = ("1", 2, 50, "Work")
    row = {"CustomerRef": "1", "TxnDate": "2026-01-31", "Line": [line]}
    made = books.get("Invoice", books.add_invoice("1", line, TxnDate="2026-01-31"))

    [number] = books.load_invoices([row], [1_770_000_000])
    [payment] = books.load_payments(
        [{"CustomerRef": "1", "TotalAmt": 80, "invoices": {number: 60}}], [1_770_000_100]
    )

    own = {"Id", "DocNumber", "MetaData", "SyncToken", "LinkedTxn", "Balance"}
    loaded = books.invoices[number]
    assert {k: v for k, v in loaded.items() if k not in own} == {
        k: v for k, v in made.items() if k not in own
    }
    assert (loaded["Balance"], loaded["SyncToken"]) == (40, "1")
    assert loaded["LinkedTxn"] == [{"TxnId": payment, "TxnType": "Payment"}]
    assert books.payments[payment]["UnappliedAmt"] == 20


def test_many_invoices_are_loaded_in_a_few_seconds(books: QuickBooks) -> None:
    lines = [("1", number, 9.99, "Work") for number in range(1, 6)]
    rows = [{"CustomerRef": "1", "TxnDate": "2026-01-31", "Line": lines}] * 10_000
    started = time.process_time()

    books.load_invoices(rows, range(1_770_000_000, 1_770_010_000))

    assert time.process_time() - started < 20
    assert books.count("Invoice") == 10_000
    assert books.invoices["10000"]["TotalAmt"] == 149.85
