"""What depends on how a company is set up: numbers, periods, custom fields, currencies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.sandbox.core import HandClock, Setting
from integrations.sandbox.quickbooks.provider import QuickBooks
from tests.sandbox.quickbooks_calls import START, Caller, error_of
from tests.sandbox.quickbooks_documents import (
    change,
    delete,
    invoice_body,
    ledgers,
    line,
    new_invoice,
    new_payment,
    on,
    read,
    try_invoice,
    try_payment,
    void,
)


@pytest.fixture
def books() -> Iterator[Caller]:
    with ledgers() as found:
        yield found


# Numbers


def test_quickbooks_numbers_documents_itself_unless_told_otherwise(books: Caller) -> None:
    first = new_invoice(books, DocNumber="HS-1")
    second = books.create("CreditMemo", **invoice_body())

    assert (first["DocNumber"], second["DocNumber"]) == ("1001", "1002")


def test_with_custom_numbers_a_document_has_its_own_or_none(books: Caller) -> None:
    books.books.configure(custom_numbers=True)

    assert new_invoice(books, DocNumber="HS-1")["DocNumber"] == "HS-1"
    assert "DocNumber" not in new_invoice(books)


def test_a_number_that_is_taken_is_refused_with_its_holder(books: Caller) -> None:
    books.books.configure(custom_numbers=True)
    memo = books.create("CreditMemo", **invoice_body(DocNumber="HS-1"))
    other = new_invoice(books, DocNumber="HS-2")

    new, renamed = (
        try_invoice(books, DocNumber="HS-1"),
        change(books, "Invoice", other, DocNumber="hs-1"),
    )

    assert error_of(new) == {
        "Message": "Duplicate Document Number Error",
        "Detail": "Duplicate Document Number Error : You must specify a different number. This "
        f"number has already been used. DocNumber=HS-1 is assigned to TxnType=CreditMemo with "
        f"TxnId={memo['Id']}",
        "code": "6140",
    }
    assert error_of(renamed)["code"] == "6140"
    assert change(books, "Invoice", other, DocNumber="HS-2", PrivateNote="x").status_code == 200


def test_a_taken_number_is_free_to_those_who_ask_or_are_not_warned(books: Caller) -> None:
    books.books.configure(custom_numbers=True)
    new_invoice(books, DocNumber="HS-1")

    asked = books.post("/invoice", invoice_body(DocNumber="HS-1"), include="allowduplicatedocnum")
    books.books.configure(warns_of_duplicates=False)
    unwarned = try_invoice(books, DocNumber="HS-1")

    assert (asked.status_code, unwarned.status_code) == (200, 200)


# Closed books and subscriptions


def test_nothing_moves_in_closed_books(books: Caller) -> None:
    invoice = new_invoice(books, TxnDate="2026-03-31")
    payment = new_payment(books, 10, TxnDate="2026-03-31")
    later = new_invoice(books, TxnDate="2026-04-01")
    books.books.configure(book_close_date="2026-03-31")

    answers = [
        try_invoice(books, TxnDate="2026-03-31"),
        try_payment(books, 10, TxnDate="2026-01-01"),
        change(books, "Invoice", invoice, PrivateNote="x"),
        change(books, "Invoice", invoice, TxnDate="2026-04-02"),
        change(books, "Invoice", later, TxnDate="2026-03-30"),
        void(books, "Invoice", invoice),
        void(books, "Payment", payment),
        delete(books, "Payment", payment),
    ]

    assert {error_of(answer)["code"] for answer in answers} == {"6200"}
    assert "account period has closed" in error_of(answers[0])["Detail"]
    preferences = books.get("/preferences").json()["Preferences"]
    assert preferences["AccountingInfoPrefs"]["BookCloseDate"] == "2026-03-31"


def test_books_closed_with_a_password_say_so_by_their_code(books: Caller) -> None:
    books.books.configure(book_close_date="2026-06-30", closing_password=True)

    assert error_of(try_invoice(books, TxnDate="2026-06-30"))["code"] == "6210"
    books.books.configure(book_close_date=None)
    assert try_invoice(books, TxnDate="2026-06-30").status_code == 200


def test_an_invoice_in_closed_books_can_be_paid_today(books: Caller) -> None:
    invoice = new_invoice(books, TxnDate="2026-03-31")
    books.books.configure(book_close_date="2026-03-31")

    new_payment(books, 100, on(invoice, 100))

    assert read(books, "Invoice", invoice["Id"])["Balance"] == 0


def test_a_lapsed_company_is_read_and_not_written(books: Caller) -> None:
    invoice = new_invoice(books)
    books.books.configure(lapsed=True)

    answers = [
        try_invoice(books),
        change(books, "Invoice", invoice, PrivateNote="x"),
        void(books, "Invoice", invoice),
        books.post("/customer", {"DisplayName": "Ben"}),
    ]

    assert {error_of(answer)["code"] for answer in answers} == {"6190"}
    assert "subscription period ended" in error_of(answers[0])["Detail"]
    assert read(books, "Invoice", invoice["Id"])["Balance"] == 100
    books.books.configure(lapsed=False)
    assert try_invoice(books).status_code == 200


# Custom fields and service dates


def custom(number: str | None, **value: Any) -> dict[str, Any]:
    return ({"DefinitionId": number} if number else {}) | value


def test_custom_fields_on_the_forms_are_kept_and_others_dropped(books: Caller) -> None:
    fields = {"1": "Region", "2": {"name": "Old", "used": False}}
    books.books.configure(custom_fields=fields)
    sent = [
        custom("1", StringValue="North"),
        custom("2", StringValue="x"),
        custom("3", StringValue="x"),
        custom(None, StringValue="x"),
    ]

    made = new_invoice(books, CustomField=sent)
    changed = change(books, "Invoice", made, CustomField=[custom(None, StringValue="South")])

    kept = {"DefinitionId": "1", "Name": "Region", "Type": "StringType", "StringValue": "North"}
    assert made["CustomField"] == [kept]
    assert changed.json()["Invoice"]["CustomField"] == [kept]


def test_custom_fields_show_in_the_preferences_as_names_and_uses(books: Caller) -> None:
    books.books.configure(custom_fields={"1": "Region"})

    forms = books.get("/preferences").json()["Preferences"]["SalesFormsPrefs"]["CustomField"]

    shown = [field for group in forms for field in group["CustomField"]]
    assert shown == [
        {"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType", "BooleanValue": True},
        {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "Region"},
    ]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        (custom("1", StringValue="x" * 32), "2050"),
        (custom("2", StringValue="many"), "2080"),
        (custom("9", StringValue="x"), "3000"),
    ],
)
def test_a_wrong_custom_field_is_refused(books: Caller, field: dict[str, Any], code: str) -> None:
    fields = {"1": "Region", "2": {"name": "Seats", "type": "NumberType"}}
    books.books.configure(custom_fields=fields)

    assert error_of(try_invoice(books, CustomField=[field]))["code"] == code


def test_a_custom_field_can_be_a_number(books: Caller) -> None:
    books.books.configure(custom_fields={"1": {"name": "Seats", "type": "NumberType"}})

    made = new_invoice(books, CustomField=[custom("1", NumberValue=12)])

    assert made["CustomField"][0]["NumberValue"] == 12


def detail(invoice: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = invoice["Line"][0]["SalesItemLineDetail"]
    return found


def test_an_empty_service_date_turns_into_the_end_of_time(books: Caller) -> None:
    made = new_invoice(books, line(5, ServiceDate=""))
    dated = new_invoice(books, line(5, ServiceDate="2026-06-30"))
    books.books.configure(service_dates=False)
    off = new_invoice(books, line(5, ServiceDate="2026-06-30"))

    assert detail(made)["ServiceDate"] == "9999-12-31"
    assert detail(dated)["ServiceDate"] == "2026-06-30"
    assert "ServiceDate" not in detail(off)


def test_recognised_revenue_needs_a_service_date(books: Caller) -> None:
    books.books.configure(revenue_recognition=True)
    item = books.books.add_item(Name="Support", DeferredRevenue=True)

    refusal = error_of(try_invoice(books, line(5, item=item)))

    assert (refusal["code"], refusal["Detail"]) == (
        "6000",
        "Business Validation Error: Enter a service date for the revenue recognition line item",
    )
    assert try_invoice(books, line(5)).status_code == 200
    assert try_invoice(books, line(5, item=item, ServiceDate="2026-06-30")).status_code == 200


# Currencies


@pytest.fixture
def several() -> Iterator[Caller]:
    """Customer 2 is in euros, customer 3 in yen."""
    with ledgers() as found:
        found.books.configure(currencies={"EUR": 1.1, "JPY": 0.0067, "KWD": 3.25})
        for name, code in (("Bruno", "EUR"), ("Chie", "JPY"), ("Dana", "KWD")):
            found.books.add_customer(DisplayName=name, CurrencyRef=code)
        yield found


def test_a_foreign_invoice_says_what_it_is_worth_at_home(several: Caller) -> None:
    made = new_invoice(several, line(99.99), customer="2", CurrencyRef={"value": "EUR"})
    own_rate = new_invoice(
        several, line(10), customer="2", CurrencyRef={"value": "EUR"}, ExchangeRate=1.25
    )
    home = new_invoice(several, line(10))

    assert made["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    assert (made["TotalAmt"], made["ExchangeRate"], made["HomeTotalAmt"]) == (99.99, 1.1, 109.99)
    assert (own_rate["HomeTotalAmt"], own_rate["HomeBalance"]) == (12.5, 12.5)
    assert (home["ExchangeRate"], home["HomeTotalAmt"]) == (1, 10)


def test_amounts_have_the_decimals_of_their_currency(several: Caller) -> None:
    yen = new_invoice(
        several, line(1000.5, Qty=3, UnitPrice=333.5), customer="3", CurrencyRef={"value": "JPY"}
    )
    dinar = new_invoice(
        several, line(1.235, Qty=5, UnitPrice=0.247), customer="4", CurrencyRef={"value": "KWD"}
    )

    assert (yen["TotalAmt"], dinar["TotalAmt"]) == (1001, 1.235)


@pytest.mark.parametrize(
    ("customer", "currency", "code"),
    [
        pytest.param("2", "USD", "6000", id="home for a foreigner"),
        pytest.param("2", None, "6000", id="none for a foreigner"),
        pytest.param("1", "EUR", "6000", id="foreign for a customer at home"),
        pytest.param("1", "SEK", "2220", id="not enabled"),
    ],
)
def test_a_document_is_in_its_customers_currency(
    several: Caller, customer: str, currency: str | None, code: str
) -> None:
    fields = {"CurrencyRef": {"value": currency}} if currency else {}

    refusals = [
        error_of(try_invoice(several, customer=customer, **fields)),
        error_of(try_payment(several, 5, CustomerRef={"value": customer}, **fields)),
    ]

    assert {refusal["code"] for refusal in refusals} == {code}
    if code == "6000":
        assert refusals[0]["Detail"].endswith("only use one foreign currency per transaction.")


# Setting a company up


def new_books() -> QuickBooks:
    return QuickBooks(Setting(HandClock(START)))


def test_a_company_is_set_up_over_the_control_endpoint_too(books: Caller) -> None:
    books.books.change(["company"], {"book_close_date": "2026-06-30", "custom_numbers": True})

    assert error_of(try_invoice(books, TxnDate="2026-06-30"))["code"] == "6200"
    assert new_invoice(books, DocNumber="HS-1")["DocNumber"] == "HS-1"


def test_a_company_in_another_country_has_its_currency_and_codes() -> None:
    books = new_books()

    books.configure(country="GB")

    customer = books.add_customer(DisplayName="Anna")
    assert books.get("CompanyInfo", "1")["Country"] == "GB"
    assert books.get("CompanyInfo", "1")["CompanyAddr"]["Country"] == "GBR"
    preferences = books.get("Preferences", "1")
    assert preferences["CurrencyPrefs"]["HomeCurrency"] == {"value": "GBP"}
    assert "PartnerTaxEnabled" not in preferences["TaxPrefs"]
    assert books.get("Customer", customer)["CurrencyRef"]["value"] == "GBP"
    assert "20.0% S" in {code["Name"] for code in books.all("TaxCode").values()}


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"colour": "red"}, "no colour"),
        ({"country": "XX"}, "no country 'XX'"),
        ({"country": "GB"}, "keeps its country"),
        ({"custom_fields": {"4": "Region"}}, "Custom fields are 1, 2 and 3"),
    ],
)
def test_a_company_is_not_set_up_wrongly(wanted: dict[str, Any], reason: str) -> None:
    books = new_books()
    books.add_customer(DisplayName="Anna")

    with pytest.raises(ValueError, match=reason):
        books.configure(**wanted)


def test_a_snapshot_remembers_how_the_company_is_set_up() -> None:
    books = new_books()
    books.configure(country="NL", currencies=["USD"], lapsed=True)
    twin = new_books()

    twin.restore(json.loads(json.dumps(books.snapshot())))

    assert twin.store.switches == books.store.switches
    assert twin.all("TaxCode") == books.all("TaxCode")


# Items


@pytest.mark.parametrize("country", ["GB", "CA"])
def test_some_countries_want_an_expense_account_on_every_item(country: str) -> None:
    with ledgers(country=country) as books:
        income, cost = (
            {"value": books.books.ledger(name)} for name in ("Services", "Cost of Goods Sold")
        )
        service = {"Name": "Set-up", "Type": "Service", "IncomeAccountRef": income}

        error = error_of(books.post("/item", service))

        assert error["code"] == "2020"
        assert "ExpenseAccountRef" in error["Detail"]
        assert books.create("Item", **service, ExpenseAccountRef=cost)["Name"] == "Set-up"
