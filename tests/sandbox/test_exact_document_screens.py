"""Exact's own screens of documents, where "open in Exact" leads."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from integrations.sandbox.core import Request
from tests.sandbox.exact_documents import INVOICES, LINES, Company, open_company


@pytest.fixture
def company() -> Company:
    return open_company()


@pytest.fixture
def invoice(company: Company) -> str:
    return company.exact.add_invoice(company.customer, (company.item, 2, 49.5, "Pomp & slang"))


def page(company: Company, key: str, **form: str) -> tuple[int, str]:
    query = {"_Division_": ["1234567"], "InvoiceID": [f"{{{key}}}"]}
    method, body = ("POST", urlencode(form).encode()) if form else ("GET", b"")
    answer = company.exact.handle(Request(method, "/docs/SalInvoice.aspx", query, {}, body))
    return answer.status, answer.body.decode()


def test_an_invoice_shows_its_customer_dates_totals_and_lines(
    company: Company, invoice: str
) -> None:
    status, shown = page(company, invoice)

    assert status == 200
    for text in ("Bos B.V.", "2026-03-10", "119.79", "Pomp &amp; slang", "Verwerken"):
        assert text in shown
    assert "Crediteren" not in shown


def test_a_person_processes_and_credits_it_there(company: Company, invoice: str) -> None:
    page(company, invoice, button="process")
    status, shown = page(company, invoice, button="credit")

    assert status == 200
    assert "Verwerken" not in shown
    assert company.exact.outstanding(invoice) == 0
    assert company.exact.count(INVOICES) == 2


def test_what_the_books_refuse_stands_on_the_page(company: Company, invoice: str) -> None:
    company.exact.close_period(2026, 3)
    status, shown = page(company, invoice, button="process")

    assert status == 400
    assert "Period is closed: 2026 - 3" in shown


def test_a_typed_date_is_taken(company: Company, invoice: str) -> None:
    status, shown = page(company, invoice, DueDate="2026-05-01", YourRef="PO 7")

    assert status == 200
    assert "2026-05-01" in shown
    assert company.exact.get(INVOICES, invoice)["YourRef"] == "PO 7"


def test_a_line_has_a_page_of_its_own(company: Company, invoice: str) -> None:
    (line,) = company.exact.find(LINES, InvoiceID=invoice)
    assert line in page(company, invoice)[1]

    page(company, line, Quantity="3")

    assert company.exact.get(INVOICES, invoice)["AmountFC"] == 179.69
