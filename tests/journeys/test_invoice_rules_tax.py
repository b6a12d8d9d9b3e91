"""Tax: rates in HubSpot and codes in QuickBooks, prices with and without it, country by country."""

from decimal import Decimal

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.faults import explain
from tests.journeys.invoicing import Billing, agree, amount, billing, failing, line, sales
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def move(books: Billing, country: str, currency: str) -> None:
    books.sandbox.quickbooks.configure(country=country)
    books.sandbox.hubspot.set_currencies(currency)


def code(books: Billing, name: str) -> str:
    codes = books.sandbox.quickbooks.all("TaxCode")
    return next(id_ for id_, one in codes.items() if one["Name"] == name)


def codes_of(books: Billing, invoice: str) -> list[str]:
    lines = sales(books.booked(invoice))
    return [one["SalesItemLineDetail"]["TaxCodeRef"]["value"] for one in lines]


def test_tax_is_added_by_the_codes_that_stand_for_the_rates_and_an_unknown_rate_is_named(
    books: Billing,
) -> None:
    move(books, "GB", "GBP")
    hubspot = books.sandbox.hubspot
    full, low = hubspot.add_tax_rate("VAT", "20"), hubspot.add_tax_rate("VAT low", "5")
    other = hubspot.add_tax_rate("Event VAT", "20")
    standard, reduced, none = (code(books, name) for name in ("20.0% S", "5.0% R", "No VAT"))
    ann, hours = books.contact("Ann"), books.product("HRS", "49.99")
    books.switch_on(
        taxes=[[full, standard, "20", "VAT (20%)"], [low, reduced, "5", "VAT low (5%)"]],
        no_tax=none,
        # Here items need one beside the income account: the product's and the custom one.
        expense_account=books.sandbox.quickbooks.ledger("Cost of Goods Sold"),
    )
    taxed = books.invoice(
        ann,
        line(hours, "1.5", hs_tax_rate_group_id=full),
        line(hours, "3", hs_tax_rate_group_id=low, hs_discount_percentage="7"),
        line(hours, "1"),
        line("", "0.1", name="Postage", price="49.99", hs_tax_rate_group_id=full),
    )
    unknown = books.invoice(ann, line(hours, hs_tax_rate_group_id=other))

    books.settle()

    agree(books, taxed)
    assert codes_of(books, taxed) == [standard, reduced, none, standard]
    assert books.booked(taxed)["GlobalTaxCalculation"] == "TaxExcluded"
    assert amount(books.booked(taxed)["TxnTaxDetail"], "TotalTax") > 0
    assert "“Event VAT (20%)” has no tax code" in failing(books, unknown, "tax")
    told = explain("tax", "invoice", code="tax_rate_unmapped")
    assert told.title == "Tax rate has no tax code"
    again(books)

    known = books.invoices.settings
    table = [*known["taxes"], [other, standard, "20", "Event VAT (20%)"]]
    services.change_settings(books.invoices, {"settings": known | {"taxes": table}})
    books.settle()
    agree(books, unknown)
    again(books)


def test_prices_that_include_tax_come_to_the_same_with_the_tax_taken_out(books: Billing) -> None:
    move(books, "NL", "EUR")
    high = code(books, "21% BTW")
    full = books.sandbox.hubspot.add_tax_rate("BTW", "21")
    ann, hours = books.contact("Ann"), books.product("HRS", "12.10")
    books.switch_on(taxes=[[full, high, "21", "BTW (21%)"]], no_tax=high, prices_include_tax=True)
    included = books.invoice(
        ann, line(hours, "1"), line(hours, "3", price="9.99"), line(hours, "0.7", discount="0.33")
    )
    # HubSpot adds this rate to the price, which therefore does not include it.
    added = books.invoice(ann, line(hours, "2", hs_tax_rate_group_id=full))

    books.settle()

    agree(books, included)
    booked = books.booked(included)
    assert booked["GlobalTaxCalculation"] == "TaxInclusive"
    net = sum((amount(one, "Amount") for one in sales(booked)), Decimal(0))
    assert net + amount(booked["TxnTaxDetail"], "TotalTax") == amount(booked)
    assert net < amount(booked)
    assert "the document says 29.28" in failing(books, added, "field_invalid")
    assert len(books.sandbox.quickbooks.invoices) == 1
    again(books)


def test_a_line_without_a_rate_needs_a_code_outside_the_united_states(books: Billing) -> None:
    move(books, "NL", "EUR")
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))

    books.settle()

    assert "“Product HRS” has no tax rate" in failing(books, invoice, "tax")
    assert explain("tax", code="tax_rate_missing").title == "Line without a tax rate"
    again(books)

    settings = books.invoices.settings | {"no_tax": code(books, "0% BTW")}
    services.change_settings(books.invoices, {"settings": settings})
    books.settle()
    agree(books, invoice)
    again(books)


def test_a_total_that_automated_sales_tax_changes_is_told_and_never_left_silent(
    books: Billing,
) -> None:
    rate = books.sandbox.hubspot.add_tax_rate("California", "8.5")
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on(taxes=[[rate, "TAX", "8.5", "California (8.5%)"]])
    taxed = books.invoice(ann, line(hours, "2", hs_tax_rate_group_id=rate))
    plain = books.invoice(ann, line(hours, "2"))

    books.settle()

    agree(books, plain)
    # The stand-in's own rate for San Francisco is 8.625 %.
    assert amount(books.booked(taxed)) == Decimal("108.63")
    reason = failing(books, taxed, "tax")
    assert reason.startswith("Total: 108.5 on the left and 108.63 on the right.")
    row = books.record(left_id=taxed)
    assert explain(row.category, "invoice", code=row.details["code"]).title == "Totals differ"
    again(books)

    # Whoever is right, it ends once both say the same.
    address = {"CountrySubDivisionCode": "OR", "Country": "US"}
    books.sandbox.hubspot.allow_on_open(edits=True)
    (held,) = books.sandbox.hubspot.lines_of(taxed)
    books.sandbox.hubspot.update("line_items", held, hs_tax_rate_group_id="")
    books.sandbox.quickbooks.update("Invoice", row.right_id, ShipAddr=address)
    books.settle()
    agree(books, taxed)
    assert amount(books.booked(taxed)) == 100
    again(books)
