"""What preferences, tax codes and lists say of a company, in shapes that are seldom seen."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.connectors.quickbooks.company import company_from, field_in
from integrations.connectors.quickbooks.custom_fields import as_held, custom_fields
from integrations.connectors.quickbooks.documents import INVOICE, PAYMENT
from integrations.connectors.quickbooks.fields import FieldSpec, Trait
from integrations.connectors.quickbooks.money import shown, smallest
from integrations.connectors.quickbooks.records import compile_decoder
from integrations.contract import Choice, FieldType, RecordState
from tests.connectors.quickbooks_company import Company, open_company


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


# Custom fields


def used(form: str, number: int, *, on: bool = True) -> dict[str, Any]:
    name = f"{form}Prefs.Use{form.removesuffix('Forms')}Custom{number}"
    return {"Name": name, "Type": "BooleanType", "BooleanValue": on}


def called(form: str, number: int, label: str, kind: str = "StringType") -> dict[str, Any]:
    name = f"{form}Prefs.{form.removesuffix('Forms')}CustomName{number}"
    return {"Name": name, "Type": kind, "StringValue": label}


def read(
    sales: list[dict[str, Any]], purchases: list[dict[str, Any]] | None = None
) -> dict[str, FieldSpec]:
    preferences = {
        "SalesFormsPrefs": {"CustomField": [{"CustomField": sales}]},
        "VendorAndPurchasesPrefs": {"POCustomField": [{"CustomField": purchases or []}]},
    }
    return {spec.field.name: spec for spec in custom_fields(preferences)}


def test_a_field_on_sales_forms_can_be_mapped() -> None:
    found = read([used("SalesForms", 1), called("SalesForms", 1, "Crew #")])

    assert list(found) == ["CustomField.1"]
    field = found["CustomField.1"].field
    assert (field.label, field.type, field.unavailable) == ("Crew #", FieldType.TEXT, "")


@pytest.mark.parametrize(
    ("sales", "purchases", "name", "why"),
    [
        pytest.param(
            [used("SalesForms", 2, on=False), called("SalesForms", 2, "Old")],
            [],
            "CustomField.2",
            "not switched on",
            id="not on the forms",
        ),
        pytest.param(
            [used("SalesForms", 4), called("SalesForms", 4, "Fourth")],
            [],
            "CustomField.4",
            "first three",
            id="beyond the third",
        ),
        pytest.param(
            [],
            [used("Purchase", 1), called("Purchase", 1, "Buyer")],
            "CustomField.Purchase1",
            "purchase forms",
            id="on purchase forms",
        ),
        pytest.param(
            [used("SalesForms", 1), called("SalesForms", 1, "When", "DateType")],
            [],
            "CustomField.1",
            "text or numbers",
            id="a date",
        ),
    ],
)
def test_a_field_that_cannot_be_mapped_says_why(
    sales: list[dict[str, Any]], purchases: list[dict[str, Any]], name: str, why: str
) -> None:
    field = read(sales, purchases)[name].field

    assert why in field.unavailable
    assert (field.creatable, field.updatable) == (False, False)


def test_a_number_that_nobody_uses_is_not_shown() -> None:
    assert read([used("SalesForms", 1, on=False)], [used("Purchase", 2)]) == {}


def test_a_field_without_a_name_has_its_number() -> None:
    assert read([used("SalesForms", 3)])["CustomField.3"].field.label == "Custom field 3"


@pytest.mark.parametrize("preferences", [{}, {"SalesFormsPrefs": {}}, {"SalesFormsPrefs": None}])
def test_a_company_without_custom_fields_has_none(preferences: dict[str, Any]) -> None:
    assert custom_fields(preferences) == ()


@pytest.mark.parametrize(
    ("kind", "expected", "why"),
    [
        ("NumberType", FieldType.NUMBER, ""),
        ("StringType", FieldType.TEXT, ""),
        ("DateType", FieldType.TEXT, "text or numbers"),
    ],
)
def test_documents_tell_the_type_of_a_custom_field(
    kind: str, expected: FieldType, why: str
) -> None:
    specs = tuple(read([used("SalesForms", 1), called("SalesForms", 1, "Crew")]).values())
    documents: list[dict[str, Any]] = [{}, {"CustomField": [{"DefinitionId": "1", "Type": kind}]}]

    (spec,) = as_held(specs, documents)

    assert spec.field.type is expected
    assert why in spec.field.unavailable


# Traits


@pytest.mark.parametrize(
    ("field", "where", "is_writable"),
    [
        ("DocNumber", {"SalesFormsPrefs": {"CustomTxnNumbers": True}}, True),
        ("DocNumber", {"SalesFormsPrefs": {"CustomTxnNumbers": False}}, False),
        ("DocNumber", {}, False),
        ("TaxCode", {"TaxPrefs": {"UsingSalesTax": True}}, True),
        ("TaxCode", {"TaxPrefs": {"PartnerTaxEnabled": False}}, False),
        ("TaxCode", {"country": "CAN"}, False),
        ("GlobalTaxCalculation", {"country": "GBR"}, True),
        ("GlobalTaxCalculation", {}, False),
        ("ExchangeRate", {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}, True),
        ("ExchangeRate", {}, False),
        ("ClassRef", {"AccountingInfoPrefs": {"ClassTrackingPerTxn": True}}, True),
        ("ClassRef", {"AccountingInfoPrefs": {"ClassTrackingPerTxnLine": True}}, False),
        ("DepartmentRef", {"AccountingInfoPrefs": {"TrackDepartments": True}}, True),
        ("DepartmentRef", {}, False),
        ("lines", {}, True),
        ("Status", {}, False),
    ],
)
def test_what_can_be_written_of_an_invoice_depends_on_the_company(
    field: str, where: dict[str, Any], is_writable: bool
) -> None:
    country = where.pop("country", "US")
    company = company_from({"Country": country}, where)

    shown_field = field_in(company, INVOICE.spec(field))

    assert shown_field.creatable is shown_field.updatable is is_writable


def test_a_currency_is_chosen_when_the_document_is_made() -> None:
    for definition in (INVOICE, PAYMENT):
        field = definition.spec("CurrencyRef").field
        assert (field.creatable, field.updatable) == (True, False)


@pytest.mark.parametrize(
    ("products", "recognises"), [({"RevenueRecognitionEnabled": True}, True), ({}, False)]
)
def test_revenue_recognition_is_a_trait(products: dict[str, Any], recognises: bool) -> None:
    company = company_from({}, {"ProductAndServicesPrefs": products})

    assert (Trait.REVENUE_RECOGNITION in company.traits) is recognises


# Status


@pytest.mark.parametrize(
    ("total", "balance", "note", "status", "state"),
    [
        (100, 100, None, "open", RecordState.LIVE),
        (100, 30, "Voided cheque, paid anew", "partly_paid", RecordState.LIVE),
        (100, 0, None, "paid", RecordState.LIVE),
        (0, 0, None, "paid", RecordState.LIVE),
        (0, 0, "Voided", "voided", RecordState.VOIDED),
        (0, 0, "Voided - Ours", "voided", RecordState.VOIDED),
        (0, 0, "Was voided", "paid", RecordState.LIVE),
    ],
)
def test_the_status_follows_from_what_is_open(
    total: int, balance: int, note: str | None, status: str, state: RecordState
) -> None:
    payload = {"Id": "1", "TotalAmt": total, "Balance": balance, "PrivateNote": note}

    record = compile_decoder(INVOICE, ("Status",))(payload)

    assert (record.fields["Status"], record.state) == (status, state)


# Money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("150", "USD", "150.00 USD"),
        ("12.5", "EUR", "12.50 EUR"),
        ("150", "JPY", "150 JPY"),
        ("1.5", "KWD", "1.500 KWD"),
        ("3", "", "3.00"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert shown(Decimal(amount), currency) == text


def test_the_smallest_amount_of_a_currency() -> None:
    assert [smallest(code) for code in ("USD", "JPY", "KWD")] == [
        Decimal("0.01"),
        Decimal(1),
        Decimal("0.001"),
    ]


# Tax codes


def add_code(company: Company, name: str, *rates: tuple[str, str]) -> str:
    """A code of these rates, each with what it is taken of."""
    values = [{"Name": f"{name} {rate}", "RateValue": float(rate)} for rate, _ in rates]
    numbers = company.books.load("TaxRate", values, [1] * len(values))
    details = [
        {"TaxRateRef": {"value": number}, "TaxTypeApplicable": kind, "TaxOrder": place}
        for place, (number, (_, kind)) in enumerate(zip(numbers, rates, strict=True))
    ]
    code = {"Name": name, "SalesTaxRateList": {"TaxRateDetail": details}}
    return company.books.load("TaxCode", [code], [1])[0]


@pytest.mark.parametrize(
    ("rates", "total"),
    [
        ([("5", "TaxOnAmount"), ("9.975", "TaxOnAmount")], "14.975"),
        ([("5", "TaxOnAmount"), ("10", "TaxOnTax")], "15.5"),
        ([("0", "TaxOnAmount")], "0"),
    ],
)
def test_a_code_comes_to_all_its_rates_together(
    company: Company, rates: list[tuple[str, str]], total: str
) -> None:
    company.books.configure(country="CA")
    number = add_code(company, "QST", *rates)

    codes = {choice.value: choice for choice in company.connector.choices("tax_codes")}

    assert codes[number] == Choice(number, "QST", rate=Decimal(total))


def test_a_code_without_rates_says_none(company: Company) -> None:
    company.books.configure(country="GB")
    number = add_code(company, "Old")

    codes = {choice.value: choice.rate for choice in company.connector.choices("tax_codes")}

    assert codes[number] is None
