"""Sales tax in the United States, and elsewhere line by line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.sandbox.quickbooks_calls import Caller, error_of
from tests.sandbox.quickbooks_documents import (
    change,
    discount,
    invoice_body,
    ledgers,
    line,
    new_invoice,
    try_invoice,
)

TAXED: dict[str, Any] = {"TaxCodeRef": {"value": "TAX"}}


@pytest.fixture
def us() -> Iterator[Caller]:
    with ledgers() as found:
        yield found


def by_hand() -> AbstractContextManager[Caller]:
    """A company of before November 2017: it chooses the rate of a document itself."""
    return ledgers(partner_tax=None)


def code(number: str) -> dict[str, Any]:
    return {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": number}}}


def taxes(invoice: dict[str, Any]) -> list[tuple[str, float]]:
    lines = invoice["TxnTaxDetail"].get("TaxLine", [])
    return [(each["TaxLineDetail"]["TaxRateRef"]["name"], each["Amount"]) for each in lines]


def test_a_line_without_a_code_is_not_taxed(us: Caller) -> None:
    made = new_invoice(us)

    assert made["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    assert made["TxnTaxDetail"]["TotalTax"] == 0


def test_automated_tax_finds_the_rate_and_replaces_what_was_sent(us: Caller) -> None:
    made = new_invoice(
        us, line(100, **TAXED), line(50), TxnTaxDetail={"TotalTax": 99}, GlobalTaxCalculation=None
    )

    assert taxes(made) == [("California State", 6.25), ("San Francisco County", 2.38)]
    assert made["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "2"}
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (8.63, 158.63)


def test_automated_tax_goes_by_the_address_and_the_customer(us: Caller) -> None:
    far = {"Line1": "1 Elm Street", "CountrySubDivisionCode": "NY"}
    abroad = {"Line1": "Dam 1", "City": "Amsterdam", "Country": "Netherlands"}
    exempt = us.books.add_customer(DisplayName="School", Taxable=False)

    totals = [
        new_invoice(us, line(100, **TAXED), ShipAddr=far)["TotalAmt"],
        new_invoice(us, line(100, **TAXED), ShipAddr=abroad)["TotalAmt"],
        new_invoice(us, line(100, **TAXED), customer=exempt)["TotalAmt"],
    ]

    assert totals == [100, 100, 100]


def test_without_automated_tax_the_code_of_the_document_decides() -> None:
    with by_hand() as books:
        coded = new_invoice(books, line(100, **TAXED), line(50), **code("2"))
        bare = new_invoice(books, line(100, **TAXED))

    assert (coded["TotalAmt"], bare["TotalAmt"]) == (158.63, 100)


@pytest.mark.parametrize(("after", "tax"), [(True, 7.77), (False, 8.63)])
def test_tax_is_taken_before_or_after_the_discount(after: bool, tax: float) -> None:
    with by_hand() as books:
        made = new_invoice(
            books,
            line(100, **TAXED),
            discount(PercentBased=True, DiscountPercent=10),
            ApplyTaxAfterDiscount=after,
            **code("2"),
        )

    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (tax, 90 + tax)


def test_a_line_code_is_no_code_for_a_document() -> None:
    with by_hand() as books:
        made = new_invoice(books)
        answers = [
            try_invoice(books, **code("TAX")),
            change(books, "Invoice", made, **code("CustomSalesTax")),
        ]

    assert [error_of(answer)["code"] for answer in answers] == ["6160", "6230"]


def test_a_company_without_sales_tax_taxes_nothing() -> None:
    with ledgers(sales_tax=False) as books:
        assert new_invoice(books, line(100, **TAXED))["TotalAmt"] == 100


def test_the_way_of_calculating_is_nothing_to_american_companies(us: Caller) -> None:
    made = new_invoice(us, line(100), GlobalTaxCalculation="TaxExcluded")

    assert "GlobalTaxCalculation" not in made


# Outside the United States


@pytest.fixture
def gb() -> Iterator[Caller]:
    with ledgers(country="GB") as found:
        yield found


def vat(amount: Any, number: str = "1", **detail: Any) -> dict[str, Any]:
    return line(amount, TaxCodeRef={"value": number}, **detail)


EXCLUDED: dict[str, Any] = {"GlobalTaxCalculation": "TaxExcluded"}
INCLUSIVE: dict[str, Any] = {"GlobalTaxCalculation": "TaxInclusive"}


def test_tax_is_added_by_the_codes_of_the_lines(gb: Caller) -> None:
    made = new_invoice(gb, vat(100), vat(10.03), vat(50, "2"), vat(7, "3"), **EXCLUDED)

    assert taxes(made) == [("20.0% S", 22.01), ("5.0% R", 2.5), ("0.0% Z", 0)]
    assert made["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["NetAmountTaxable"] == 110.03
    assert made["TotalAmt"] == 191.54
    assert "TaxInclusiveAmt" not in made["Line"][0]["SalesItemLineDetail"]


def test_inclusive_lines_show_what_they_are_with_tax(gb: Caller) -> None:
    computed = new_invoice(gb, vat(83.33), **INCLUSIVE)
    sent = new_invoice(gb, vat(83.33, TaxInclusiveAmt=100), **INCLUSIVE)

    assert computed["Line"][0]["SalesItemLineDetail"]["TaxInclusiveAmt"] == 100
    assert (sent["TotalAmt"], sent["TxnTaxDetail"]["TotalTax"]) == (100, 16.67)


def test_a_gross_amount_that_fits_no_rate_is_refused(gb: Caller) -> None:
    near = try_invoice(gb, vat(83.33, TaxInclusiveAmt=100.01), **INCLUSIVE)
    wrong = try_invoice(gb, vat(83.33, TaxInclusiveAmt=110), **INCLUSIVE)

    assert near.json()["Invoice"]["TotalAmt"] == 100.01
    assert error_of(wrong)["code"] == "6000"
    assert "encountered an error while calculating tax" in error_of(wrong)["Detail"]


def test_where_tax_does_not_apply_codes_are_nothing(gb: Caller) -> None:
    made = new_invoice(gb, line(100), vat(50), GlobalTaxCalculation="NotApplicable")
    both = try_invoice(gb, line(5), GlobalTaxCalculation="NotApplicable", **code("1"))

    assert (made["TotalAmt"], "TxnTaxDetail" in made) == (150, False)
    assert error_of(both)["code"] == "6170"


def test_a_discount_lowers_the_tax(gb: Caller) -> None:
    made = new_invoice(
        gb, vat(100), vat(100, "3"), discount(PercentBased=True, DiscountPercent=10), **EXCLUDED
    )

    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (18, 198)


@pytest.mark.parametrize(
    ("country", "name"), [("GB", "VAT"), ("CA", "GST/HST"), ("AU", "GST"), ("NL", "VAT")]
)
def test_a_line_without_a_code_is_refused_in_the_words_of_the_country(
    country: str, name: str
) -> None:
    with ledgers(country=country) as books:
        refusal = error_of(try_invoice(books, vat(5), line(5), **EXCLUDED))

    words = f"Make sure all your transactions have a {name} rate before you save."
    assert (refusal["code"], refusal["Detail"]) == ("6000", f"Business Validation Error: {words}")


def test_the_way_of_calculating_is_required(gb: Caller) -> None:
    refusal = error_of(try_invoice(gb, vat(5)))

    assert (refusal["code"], refusal["element"]) == ("2020", "GlobalTaxCalculation")


def test_american_codes_are_unknown_elsewhere(gb: Caller) -> None:
    assert error_of(try_invoice(gb, line(5, **TAXED), **EXCLUDED))["code"] == "2500"


def test_a_code_with_two_rates_makes_two_tax_lines() -> None:
    with ledgers(country="CA") as books:
        made = new_invoice(books, vat(100, "4"), **EXCLUDED)

    assert taxes(made) == [("GST", 5), ("QST 9.975", 9.98)]
    assert made["TotalAmt"] == 114.98


def test_tax_has_the_decimals_of_the_currency() -> None:
    with ledgers(country="JP") as books:
        made = new_invoice(books, vat(999), **EXCLUDED)

    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (100, 1099)


def test_the_codes_and_rates_of_a_country_are_queried(gb: Caller) -> None:
    codes = gb.query("SELECT * FROM TaxCode WHERE Name = '20.0% S'")["TaxCode"]
    rate = codes[0]["SalesTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["value"]

    found = gb.query("SELECT * FROM TaxRate")["TaxRate"]

    assert {each["Id"]: each["RateValue"] for each in found}[rate] == 20


def test_credit_memos_bear_tax_as_invoices_do(gb: Caller) -> None:
    memo = gb.create("CreditMemo", **invoice_body(vat(100), **EXCLUDED))

    assert (memo["TotalAmt"], memo["RemainingCredit"]) == (120, 120)


@pytest.mark.parametrize("way", ["TaxExcluded", "TaxInclusive", "NotApplicable"])
def test_an_invoice_sent_back_as_it_was_read_changes_nothing(gb: Caller, way: str) -> None:
    off = discount(PercentBased=True, DiscountPercent=7.5)
    made = new_invoice(gb, vat(33.33), vat(12.5, "2"), off, GlobalTaxCalculation=way)

    again = gb.post("/invoice", made).json()["Invoice"]

    own = {"SyncToken", "MetaData"}
    assert {k: v for k, v in again.items() if k not in own} == {
        k: v for k, v in made.items() if k not in own
    }
