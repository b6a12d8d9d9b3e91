"""What a company's country, currencies, numbers and closed books mean to its documents."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import (
    Category,
    Field,
    FieldType,
    Line,
    Misconfigured,
    Outcome,
    OutcomeStatus,
    RecordState,
    Values,
)
from tests.connectors.quickbooks_company import Company, archive, create, open_company, update
from tests.connectors.quickbooks_shop import DAY, INVOICE, done, fault_of, lines_of, shop_in

STALE = OutcomeStatus.STALE


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def fields_of(company: Company, object_type: str = "invoice") -> dict[str, Field]:
    return {field.name: field for field in company.connector.fields(object_type)}


def code_of(company: Company, rate: str) -> str:
    choices = company.connector.choices("tax_codes")
    return next(choice.value for choice in choices if choice.rate == Decimal(rate))


# Tax


def test_outside_the_united_states_tax_is_added_by_the_code_of_each_line(company: Company) -> None:
    shop = shop_in(company, country="GB")
    high, low = code_of(company, "20"), code_of(company, "5")
    lines = shop.line("2", "50", tax=high), shop.line("1", "20", tax=low)

    made = shop.made(shop.invoice(lines=lines))

    assert made.fields["lines"] == lines
    assert made.fields["TotalTax"] == Decimal(21)
    assert made.fields["TotalAmt"] == Decimal(141)
    assert company.books.get("Invoice", made.id)["GlobalTaxCalculation"] == "TaxExcluded"


@pytest.mark.parametrize(
    ("country", "rate", "quantity", "price", "tax"),
    [
        ("GB", "20", "3", "33.33", "16.66"),
        ("NL", "21", "7", "0.99", "1.20"),
        ("JP", "10", "3", "110", "30"),
        ("KW", "5", "2", "1.575", "0.150"),
    ],
)
def test_prices_that_include_tax_come_to_what_they_say(
    company: Company, country: str, rate: str, quantity: str, price: str, tax: str
) -> None:
    shop = shop_in(company, country=country)
    lines = (shop.line(quantity, price, tax=code_of(company, rate)),)

    made = shop.made(shop.invoice(lines=lines, GlobalTaxCalculation="TaxInclusive"))

    assert made.fields["TotalAmt"] == lines[0].amount
    assert made.fields["lines"] == lines
    assert made.fields["TotalTax"] == Decimal(tax)


def test_changed_lines_keep_the_way_in_which_the_invoice_holds_tax(company: Company) -> None:
    shop = shop_in(company, country="GB")
    code = code_of(company, "20")
    line = shop.line("1", "120", tax=code)
    made = shop.made(shop.invoice(lines=(line,), GlobalTaxCalculation="TaxInclusive"))
    (held,) = lines_of(made)
    dearer = replace(held, unit_price=Decimal(240), amount=Decimal(240))

    changed = done(only(shop.write(update(made.id, made.version, {"lines": (dearer,)}))))

    assert (changed.fields["TotalAmt"], changed.fields["TotalTax"]) == (240, 40)
    assert changed.fields["lines"] == (dearer,)


def test_rates_are_only_asked_for_where_prices_include_tax(company: Company) -> None:
    shop = shop_in(company, country="GB")
    lines = (shop.line("1", "10", tax=code_of(company, "20")),)
    excluded, included = (
        shop.invoice(lines=lines, GlobalTaxCalculation=way)
        for way in ("TaxExcluded", "TaxInclusive")
    )
    company.connector.fields("invoice")

    assert company.count_calls(lambda: shop.made(excluded)) == ["batch"]
    assert company.count_calls(lambda: shop.made(included)) == ["query", "query", "batch"]
    assert company.count_calls(lambda: shop.made(included)) == ["batch"]


def test_a_line_without_a_tax_code_is_a_matter_of_tax(company: Company) -> None:
    shop = shop_in(company, country="NL")

    outcome = only(shop.write(create(shop.invoice(lines=(shop.line("1", "10", tax=""),)))))

    assert fault_of(outcome) == (Category.TAX, "6000", "lines")


def test_in_the_united_states_a_line_is_taxable_or_not(company: Company) -> None:
    shop = shop_in(company, partner_tax=None)
    (code, *_) = company.connector.choices("document_tax_codes")
    values = shop.invoice(lines=(shop.line("1", "100", tax="TAX"),), TaxCode=code.value)

    made = shop.made(values)
    wrong = only(shop.write(create(shop.invoice(lines=(shop.line("1", "1", tax=code.value),)))))

    assert code.rate == Decimal("8.625")
    assert made.fields["TotalTax"] == Decimal("8.63")
    assert fault_of(wrong) == (Category.TAX, "6100", "lines")
    assert [c.value for c in company.connector.choices("tax_codes")] == ["TAX", "NON"]


# Currencies


def test_a_foreign_currency_is_refused_unsent_where_there_is_only_one(company: Company) -> None:
    shop = shop_in(company)
    company.connector.fields("invoice")
    outcomes: list[Outcome] = []

    calls = company.count_calls(
        lambda: outcomes.extend(shop.write(create(shop.invoice(CurrencyRef="EUR"))))
    )

    assert calls == []
    assert fault_of(only(outcomes)) == (Category.CURRENCY, "multicurrency_off", "CurrencyRef")
    assert shop.made(shop.invoice(CurrencyRef="USD")).fields["CurrencyRef"] == "USD"


def test_an_invoice_is_in_the_currency_of_its_customer(company: Company) -> None:
    shop = shop_in(company, currencies={"EUR": 1.1, "SEK": 0.1})
    foreign = replace(
        shop, buyer=company.books.add_customer(DisplayName="Käufer", CurrencyRef="EUR")
    )

    made = foreign.made(foreign.invoice(CurrencyRef="EUR", ExchangeRate=Decimal("1.2")))
    wrong = only(shop.write(create(shop.invoice(CurrencyRef="EUR"))))

    assert made.fields["CurrencyRef"] == "EUR"
    assert company.books.get("Invoice", made.id)["ExchangeRate"] == 1.2
    assert fault_of(wrong) == (Category.CURRENCY, "6000", "CurrencyRef")
    assert [c.value for c in company.connector.choices("currencies")] == ["USD", "EUR", "SEK"]


@pytest.mark.parametrize(
    ("settings", "codes"),
    [({}, ["USD"]), ({"country": "NL"}, ["EUR"])],
)
def test_a_company_with_one_currency_offers_that(
    company: Company, settings: dict[str, Any], codes: list[str]
) -> None:
    company.books.configure(**settings)

    assert [choice.value for choice in company.connector.choices("currencies")] == codes


# Closed books


def test_what_is_dated_in_closed_books_is_not_sent(company: Company) -> None:
    shop = shop_in(company, book_close_date=DAY.isoformat())
    company.connector.fields("invoice")
    outcomes: list[Outcome] = []

    calls = company.count_calls(
        lambda: outcomes.extend(
            shop.write(create(shop.invoice()), create(shop.invoice(TxnDate=DAY + timedelta(1))))
        )
    )

    assert calls == ["batch"]
    assert fault_of(outcomes[0]) == (Category.PERIOD_CLOSED, "book_close", "TxnDate")
    assert DAY.isoformat() in str(outcomes[0].fault)
    assert done(outcomes[1]).fields["TxnDate"] == DAY + timedelta(1)


@pytest.mark.parametrize("password", [False, True])
def test_an_invoice_of_closed_books_cannot_be_changed_or_voided(
    company: Company, password: bool
) -> None:
    shop = shop_in(company)
    made, other = (shop.made(shop.invoice()) for _ in range(2))
    company.books.configure(book_close_date="2026-10-31", closing_password=password)
    company.connector.identity()

    by_lines, by_note = shop.write(
        update(made.id, made.version, {"lines": (shop.line("1", "1"),)}),
        update(other.id, other.version, {"PrivateNote": "x"}),
    )
    voided = only(shop.write(archive(made.id, made.version)))

    code = "6210" if password else "6200"
    # The date is known where the invoice has to be read first; elsewhere QuickBooks says it.
    assert fault_of(by_lines)[:2] == (Category.PERIOD_CLOSED, "book_close")
    assert fault_of(by_note) == (Category.PERIOD_CLOSED, code, "TxnDate")
    assert fault_of(voided) == (Category.PERIOD_CLOSED, code, "TxnDate")
    assert shop.read("invoice", made.id).state is RecordState.LIVE


# Numbers


def test_a_number_can_be_written_where_people_number_their_invoices(company: Company) -> None:
    shop = shop_in(company)
    assert not fields_of(company)["DocNumber"].creatable

    company.books.configure(custom_numbers=True)
    company.connector.identity()

    assert fields_of(company)["DocNumber"].creatable
    first = shop.made(shop.invoice(DocNumber="HS-1"))
    again = only(shop.write(create(shop.invoice(DocNumber="HS-1"))))
    assert fault_of(again) == (Category.DUPLICATE_KEY, "6140", "DocNumber")
    assert again.fault is not None
    assert again.fault.existing_id == first.id


# Custom fields


def test_custom_fields_of_text_and_numbers_can_be_mapped(company: Company) -> None:
    kinds = {"1": "Region", "2": {"name": "Crew", "type": "NumberType"}}
    shop = shop_in(company, custom_fields={**kinds, "3": {"name": "Old", "used": False}})
    assert fields_of(company)["CustomField.2"].type is FieldType.TEXT
    made = shop.made(shop.invoice())
    company.connector.identity()

    fields = fields_of(company)

    # An invoice tells the type, which the preferences do not.
    assert fields["CustomField.1"] == Field("CustomField.1", "Region", max_length=31, custom=True)
    assert fields["CustomField.2"] == Field("CustomField.2", "Crew", FieldType.NUMBER, custom=True)
    old = fields["CustomField.3"]
    assert (old.creatable, old.updatable) == (False, False)
    assert "not switched on" in old.unavailable
    names = ("CustomField.1", "CustomField.2")
    values: Values = {"CustomField.1": "North", "CustomField.2": Decimal(7)}
    written = only(
        company.write(update(made.id, made.version, values), object_type="invoice", names=names)
    )
    assert done(written).fields == values
    alone = update(made.id, done(written).version, {"CustomField.1": None})
    emptied = only(company.write(alone, object_type="invoice", names=names))
    assert done(emptied).fields == {"CustomField.1": None, "CustomField.2": Decimal(7)}


def test_a_custom_field_that_cannot_be_mapped_is_not_written(company: Company) -> None:
    shop = shop_in(company, custom_fields={"1": {"name": "Old", "used": False}})

    with pytest.raises(Misconfigured, match="cannot be written"):
        shop.write(create(shop.invoice(**{"CustomField.1": "x"})))


# What the desk can say of the company


def test_the_company_is_told_in_a_few_words(company: Company) -> None:
    company.books.configure(country="GB", custom_numbers=True, book_close_date="2026-09-30")

    told = {choice.value: choice.label for choice in company.connector.choices("preferences")}

    assert {
        "country": "GB",
        "home_currency": "GBP",
        "multicurrency": "false",
        "custom_numbers": "true",
        "book_close_date": "2026-09-30",
        "automated_tax": "false",
        "revenue_recognition": "false",
    }.items() <= told.items()


def test_a_company_whose_books_were_never_closed_says_nothing_of_it(company: Company) -> None:
    told = {choice.value: choice.label for choice in company.connector.choices("preferences")}

    assert told["book_close_date"] == ""


def test_money_goes_to_accounts_that_hold_money(company: Company) -> None:
    labels = {choice.label for choice in company.connector.choices("deposit_accounts")}

    assert {"Checking", "Undeposited Funds"} <= labels
    assert "Services" not in labels


def test_line_ids_say_nothing_of_a_line(company: Company) -> None:
    shop = shop_in(company)
    made = shop.made(shop.invoice())

    assert shop.read("invoice", made.id).fields["lines"] == (
        replace(lines_of(made)[0], id="something else"),
    )
    assert isinstance(lines_of(made)[0], Line)
    assert set(made.fields) == set(INVOICE)
