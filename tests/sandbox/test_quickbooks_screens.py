"""Invoices and payments at the addresses that "Open in QuickBooks" leads to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.sandbox.quickbooks_calls import Caller
from tests.sandbox.quickbooks_documents import ledgers


@pytest.fixture
def books() -> Iterator[Caller]:
    with ledgers() as found:
        yield found


def page(books: Caller, path: str, number: str) -> requests.Response:
    return requests.get(f"{books.ready['base_url']}/app/{path}?txnId={number}", timeout=10)


def send(books: Caller, path: str, number: str, **fields: str) -> requests.Response:
    url = f"{books.ready['base_url']}/app/{path}?txnId={number}"
    return requests.post(url, data=fields, timeout=10)


def test_an_invoice_shows_lines_totals_and_payments(books: Caller) -> None:
    invoice = books.books.add_invoice("1", ("1", 2, 49.5, "<b>Travel</b>"))
    payment = books.books.add_payment("1", 40, {invoice: 40})

    shown = page(books, "invoice", invoice)

    assert shown.status_code == 200
    assert "Invoice 1001 · Anna" in shown.text
    assert 'value="&lt;b&gt;Travel&lt;/b&gt;"' in shown.text
    assert "<td>99.00 USD</td>" in shown.text
    assert "<th>Balance due</th><td>59.00 USD</td>" in shown.text
    assert f'<a href="recvpayment?txnId={payment}">Payment {payment}</a>' in shown.text


def test_a_payment_shows_what_it_pays(books: Caller) -> None:
    invoice = books.books.add_invoice("1", ("1", 1, 100))
    payment = books.books.add_payment("1", 140, {invoice: 100}, PaymentRefNum="CH-1")

    shown = page(books, "recvpayment", payment)

    assert "Payment CH-1 · Anna" in shown.text
    assert f'<a href="invoice?txnId={invoice}">Invoice {invoice}</a>' in shown.text
    assert "<th>Not applied</th><td>40.00 USD</td>" in shown.text


def test_a_person_changes_a_line_and_the_note(books: Caller) -> None:
    invoice = books.books.add_invoice("1", ("1", 2, 50), ("1", 1, 10))

    saved = send(books, "invoice", invoice, **{"line.1.UnitPrice": "60", "PrivateNote": "By hand"})

    now = books.books.get("Invoice", invoice)
    assert "Saved." in saved.text
    assert (now["TotalAmt"], now["PrivateNote"], now["SyncToken"]) == (130, "By hand", "1")
    assert books.server.sandbox.writes == 0


def test_a_wrong_value_is_refused_and_kept_on_the_form(books: Caller) -> None:
    invoice = books.books.add_invoice("1", ("1", 2, 50))

    refused = send(books, "invoice", invoice, **{"line.1.Qty": "many"})

    assert refused.status_code == 400
    assert 'value="many"' in refused.text
    assert books.books.get("Invoice", invoice)["TotalAmt"] == 100


def test_a_person_voids_and_deletes(books: Caller) -> None:
    invoice = books.books.add_invoice("1", ("1", 2, 50))
    payment = books.books.add_payment("1", 100, {invoice: 100})

    paid = send(books, "invoice", invoice, button="delete")
    gone = send(books, "recvpayment", payment, button="delete")
    voided = send(books, "invoice", invoice, button="void")

    assert (paid.status_code, gone.status_code, voided.status_code) == (400, 404, 200)
    assert page(books, "recvpayment", payment).status_code == 404
    assert books.books.get("Invoice", invoice)["PrivateNote"] == "Voided"


def test_a_credit_memo_has_a_page_too(books: Caller) -> None:
    memo = books.books.add_credit_memo("1", ("1", 1, 30))

    changed = send(books, "creditmemo", memo, PrivateNote="Sorry")

    assert "<th>Remaining credit</th><td>30.00 USD</td>" in changed.text
    assert books.books.get("CreditMemo", memo)["PrivateNote"] == "Sorry"


def test_a_page_of_nothing_is_not_found(books: Caller) -> None:
    assert page(books, "invoice", "77").status_code == 404
