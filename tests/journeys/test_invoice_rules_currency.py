"""Currencies: of the invoice, of the customer and of the company."""

from decimal import Decimal

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs.faults import explain
from tests.journeys.invoicing import Billing, agree, billing, failing, line
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    made = billing(tenant, server)
    made.sandbox.hubspot.set_currencies("USD", ("EUR", "JPY"))
    return made


def title_of(books: Billing, invoice: str) -> str:
    row = books.record(left_id=invoice)
    told = explain(row.category, "invoice", field=row.details["field"], code=row.details["code"])
    return str(told.title)


def test_a_foreign_invoice_is_refused_while_the_books_have_one_currency(books: Billing) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    foreign = books.invoice(ann, line(hours, "2"), hs_currency="EUR")
    home = books.invoice(ann, line(hours, "2"))

    books.settle()

    reason = failing(books, foreign, "currency")
    assert "in EUR, and the company keeps its books in USD alone" in reason
    assert title_of(books, foreign) == "Currency is not switched on"
    agree(books, home)
    assert len(books.sandbox.quickbooks.invoices) == 1
    again(books)


def test_with_several_currencies_an_invoice_is_in_that_of_its_customer(books: Billing) -> None:
    quickbooks = books.sandbox.quickbooks
    quickbooks.configure(currencies={"EUR": 1.1, "JPY": 0.0065})
    # In QuickBooks a customer has one currency for good.
    for name, currency in (("Eva", "EUR"), ("Jun", "JPY")):
        quickbooks.add_customer(
            DisplayName=f"{name} Smit", Email=f"{name.lower()}@example.org", CurrencyRef=currency
        )
    ann, eva, jun = books.contact("Ann"), books.contact("Eva"), books.contact("Jun")
    hours = books.product("HRS", "50")
    books.switch_on()
    euros = books.invoice(eva, line(hours, "0.333", price="19.99"), hs_currency="EUR")
    yen = books.invoice(jun, line(hours, "3", price="333", discount="1"), hs_currency="JPY")
    home = books.invoice(ann, line(hours, "2"))
    wrong = books.invoice(ann, line(hours, "2"), hs_currency="EUR")

    books.settle()

    agree(books, euros, yen, home)
    booked = books.booked(euros)
    assert booked["CurrencyRef"]["value"] == "EUR"
    assert Decimal(str(booked["ExchangeRate"])) == Decimal("1.1")
    assert "one foreign currency" in failing(books, wrong, "currency")
    assert title_of(books, wrong) == "Currency is not the customer's"
    again(books)
