"""Which webhooks Exact sends of documents, and which it does not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.sandbox.exact_documents import (
    ENTRIES,
    INVOICES,
    OPPORTUNITIES,
    Company,
    open_company,
)

TOPICS = ("SalesInvoices", "SalesEntries", "Opportunities", "Receivables", "PaymentTerms")


@pytest.fixture
def company() -> Company:
    opened = open_company()
    opened.exact.subscribe("https://saldo.example/webhooks/exact", *TOPICS)
    return opened


def told(company: Company) -> set[tuple[str, str, str]]:
    """Topic, action and key of what would be sent."""
    due = company.exact.webhooks.outbox.take_due(force=True)
    contents = (json.loads(delivery.body)["Content"] for delivery in due)
    return {(each["Topic"], each["Action"], each["Key"]) for each in contents}


def test_an_invoice_is_told_with_its_lines_under_its_own_key(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]

    assert told(company) == {
        ("SalesInvoices", "Create", invoice),
        ("SalesInvoices", "Update", invoice),
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c, i: c.changed(INVOICES, i, YourRef="PO 7"), id="the header"),
        pytest.param(lambda c, i: c.exact.change_line(i, 1, Quantity=3.0), id="a line"),
    ],
)
def test_a_changed_invoice_is_told(
    company: Company, change: Callable[[Company, str], None]
) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    told(company)

    change(company, invoice)

    assert told(company) == {("SalesInvoices", "Update", invoice)}


def test_printing_tells_of_the_invoice_and_of_its_booking(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    told(company)
    company.exact.process(invoice)
    entry = company.exact.entry_of(invoice)

    assert told(company) == {
        ("SalesInvoices", "Update", invoice),
        ("SalesEntries", "Create", entry),
        ("SalesEntries", "Update", entry),
    }


def test_payments_are_told_to_nobody(company: Company) -> None:
    entry = company.made(ENTRIES, **company.entry())["EntryID"]
    told(company)
    company.exact.pay(entry, 20)
    company.exact.undo_payments(entry)

    assert told(company) == set()


def test_what_is_deleted_is_told(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    deal = company.made(OPPORTUNITIES, Name="Ketel", Account=company.customer)["ID"]
    told(company)
    company.exact.delete(INVOICES, invoice)
    company.exact.delete(OPPORTUNITIES, deal)

    assert {("SalesInvoices", "Delete", invoice), ("Opportunities", "Delete", deal)} <= told(
        company
    )


def test_a_refused_document_is_told_to_nobody(company: Company) -> None:
    company.refusal(INVOICES, **company.invoice(Journal="20"))

    assert told(company) == set()
