"""Records that hang on others at Exact: sent along, expanded, deferred, and in the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.exact_calls import ACCOUNTS, ITEMS, Caller, caller, told

INVOICES, LINES = "salesinvoice/SalesInvoices", "salesinvoice/SalesInvoiceLines"


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        found.exact.add(ACCOUNTS, Name="Anna", Status="C")
        found.exact.add(ITEMS, Code="A", Description="Ale", IsSalesItem=True, SalesVatCode="4")
        yield found


def body(books: Caller, lines: Any) -> dict[str, Any]:
    (account,) = books.exact.find(ACCOUNTS, Name="Anna")
    return {"OrderedBy": account, "Journal": "70", "SalesInvoiceLines": lines}


def line(books: Caller, price: float = 10) -> dict[str, Any]:
    (item,) = books.exact.find(ITEMS, Code="A")
    return {"Item": item, "Quantity": 1, "NetPrice": price}


def made(books: Caller, *prices: float) -> str:
    answer = books.post(INVOICES, body(books, [line(books, price) for price in prices]))
    assert answer.status_code == 201, answer.text
    key: str = answer.json()["d"]["InvoiceID"]
    return key


def test_lines_are_deferred_in_the_answer_to_a_create(books: Caller) -> None:
    content = books.post(INVOICES, body(books, [line(books)])).json()["d"]

    uri = content["SalesInvoiceLines"]["__deferred"]["uri"]
    assert uri == f"{content['__metadata']['uri']}/SalesInvoiceLines"
    (found,) = books.follow(uri).json()["d"]["results"]
    assert (found["InvoiceID"], found["NetPrice"]) == (content["InvoiceID"], 10)


def test_lines_are_expanded_in_their_order(books: Caller) -> None:
    key = made(books, 10, 30, 20)

    content = books.one(INVOICES, key, expand="SalesInvoiceLines")
    (listed,) = books.rows(
        INVOICES,
        select="InvoiceID,SalesInvoiceLines",
        expand="SalesInvoiceLines",
        filter=f"InvoiceID eq guid'{key}'",
    )

    for record in (content, listed):
        lines = record["SalesInvoiceLines"]["results"]
        assert [each["NetPrice"] for each in lines] == [10, 30, 20]
        assert lines[0]["__metadata"]["type"] == "Exact.Web.Api.Models.SalesInvoiceLine"
        assert lines[0]["ItemCode"] == "A"


@pytest.mark.parametrize("sent", [{"Quantity": 1}, "none"])
def test_lines_are_sent_as_a_list(books: Caller, sent: Any) -> None:
    answer = books.post(INVOICES, body(books, sent))

    assert (answer.status_code, books.exact.count(INVOICES)) == (400, 0)
    assert "should be a valid top-level resource object" in told(answer)


def test_lines_are_not_sent_with_a_change_of_their_header(books: Caller) -> None:
    key = made(books, 10)

    answer = books.put(INVOICES, key, {"SalesInvoiceLines": [line(books)]})

    assert (answer.status_code, books.exact.count(LINES)) == (400, 1)


def test_a_wrong_line_refuses_the_whole(books: Caller) -> None:
    wrong = line(books) | {"VATCode": "99"}

    answer = books.post(INVOICES, body(books, [line(books), wrong]))

    assert told(answer) == "Ongeldige referentie: Btw-code"
    assert (books.exact.count(INVOICES), books.exact.count(LINES)) == (0, 0)


def test_an_unknown_field_of_a_line_is_a_bad_request(books: Caller) -> None:
    answer = books.post(INVOICES, body(books, [line(books) | {"Price": 1}]))

    assert answer.status_code == 400
    assert "'Price' specified for type 'Exact.Web.Api.Models.SalesInvoiceLine'" in told(answer)


@pytest.mark.parametrize("path", [ACCOUNTS, ITEMS])
def test_what_an_invoice_names_cannot_be_deleted(books: Caller, path: str) -> None:
    made(books, 10)
    (key,) = books.exact.all(path)

    answer = books.delete(path, key)

    assert answer.status_code == 500
    assert told(answer) in ("In gebruik: Relatie", "In gebruik: Artikel")
    assert books.exact.count(path) == 1


def test_a_page_of_expanded_rows_goes_on_expanded(books: Caller) -> None:
    for _ in range(61):
        made(books, 10)

    rows = books.rows(INVOICES, **EXPANDED)

    assert len(rows) == 61
    assert all(len(row["SalesInvoiceLines"]["results"]) == 1 for row in rows)


EXPANDED = {
    "select": "InvoiceID,SalesInvoiceLines",
    "expand": "SalesInvoiceLines",
    "filter": "Status eq 20",
}
