"""What Exact does not take of invoices and bookings, in the words of the documentation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.exact_documents import (
    ENTRIES,
    INVOICES,
    LAYOUTS,
    PRINTED,
    Company,
    open_company,
)

NOBODY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def company() -> Company:
    return open_company()


@pytest.mark.parametrize(
    ("changed", "english", "dutch"),
    [
        pytest.param(
            {"OrderedBy": None},
            "Mandatory: Invoice to\r\nMandatory: Ordered by",
            "Verplicht: Factuur voor\r\nVerplicht: Besteld door",
            id="no customer",
        ),
        pytest.param(
            {"OrderedBy": NOBODY},
            "Invalid reference: Ordered by",
            "Ongeldige referentie: Besteld door",
            id="an unknown customer",
        ),
        pytest.param(
            {"Journal": None}, "Mandatory: Journal", "Verplicht: Dagboek", id="no journal"
        ),
        pytest.param(
            {"Journal": "20"},
            "Invalid: Journal (type)",
            "Ongeldig: Dagboek (type)",
            id="a bank journal",
        ),
        pytest.param(
            {"PaymentCondition": "99"},
            "Invalid reference: Payment condition",
            "Ongeldige referentie: Betalingsconditie",
            id="unknown terms",
        ),
        pytest.param(
            {"Currency": "SEK"},
            "Invalid reference: Currency",
            "Ongeldige referentie: Valuta",
            id="an unknown currency",
        ),
        pytest.param({"Type": 8023}, "Not allowed: Type", "Niet toegestaan: Type", id="direct"),
        pytest.param(
            {"Warehouse": NOBODY},
            "Not allowed: Warehouse",
            "Niet toegestaan: Magazijn",
            id="a warehouse",
        ),
        pytest.param(
            {"Salesperson": NOBODY},
            "Invalid reference: Sales person",
            "Ongeldige referentie: Verkoper",
            id="an unknown seller",
        ),
        pytest.param(
            {"YourRef": "x" * 31}, "Too long: Your ref.", "Te lang: Uw ref.", id="a long reference"
        ),
        pytest.param(
            {"SalesInvoiceLines": []},
            "Mandatory: Invoice lines",
            "Verplicht: Factuurregels",
            id="no lines",
        ),
    ],
)
def test_headers_are_refused_in_the_users_language(
    company: Company, changed: dict[str, Any], english: str, dutch: str
) -> None:
    body = company.invoice(**changed)
    assert company.refusal(INVOICES, **body) == english

    company.exact.speak("nl")
    assert company.refusal(INVOICES, **body) == dutch
    assert company.rows(INVOICES) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"Status": "P"}, "Invalid: Customer (Type)", id="a prospect"),
        pytest.param({"Status": "A"}, "Invalid: Customer (Type)", id="no customer at all"),
        pytest.param({"Blocked": True}, "Blocked: Customer", id="blocked"),
        pytest.param({"EndDate": "2026-03-01"}, "Invalid: Customer (End date)", id="ended"),
    ],
)
def test_only_an_active_customer_is_invoiced(
    company: Company, fields: dict[str, Any], words: str
) -> None:
    company.exact.update("crm/Accounts", company.customer, **fields)

    assert company.refusal(INVOICES, **company.invoice()) == words
    assert company.refusal(ENTRIES, **company.entry()) == words


def test_a_contact_is_no_customer(company: Company) -> None:
    contact = company.exact.add("crm/Contacts", Account=company.customer, LastName="Bos")

    assert company.refusal(INVOICES, **company.invoice(OrderedBy=contact)) == (
        "Invalid reference: Ordered by"
    )


def test_a_contact_person_is_the_customers_own(company: Company) -> None:
    other = company.exact.add("crm/Accounts", Name="Vos B.V.", Status="C")
    contact = company.exact.add("crm/Contacts", Account=other, LastName="Vos")
    body = company.invoice(OrderedByContactPerson=contact)

    assert company.refusal(INVOICES, **body) == "Invalid reference: Ordered by: Contact"


@pytest.mark.parametrize(
    ("item", "line", "words"),
    [
        pytest.param(
            {"IsSalesItem": False}, {}, "Invalid: Item (Sales item)", id="an item not for sale"
        ),
        pytest.param(
            {"EndDate": "2026-01-01"}, {}, "Invalid: Item (End date)", id="an item of the past"
        ),
        pytest.param(
            {"IsFractionAllowedItem": False},
            {"Quantity": 2.5},
            "Invalid: Quantity [2.5]",
            id="half of an item sold whole",
        ),
        pytest.param({"SalesVatCode": None}, {}, "Mandatory: VAT code", id="no VAT code"),
        pytest.param({}, {"VATCode": "99"}, "Invalid reference: VAT code", id="an unknown one"),
        pytest.param({}, {"UnitCode": "ton"}, "Invalid reference: Unit", id="an unknown unit"),
        pytest.param({}, {"Item": NOBODY}, "Invalid reference: Item", id="an unknown item"),
        pytest.param({}, {"Item": None}, "Mandatory: Item", id="no item"),
        pytest.param(
            {}, {"GLAccount": "8900"}, "Blocked: G/L account", id="a ledger nobody may use"
        ),
    ],
)
def test_lines_are_refused(
    company: Company, item: dict[str, Any], line: dict[str, Any], words: str
) -> None:
    sold = company.add_item("ANDER", **item)
    if "GLAccount" in line:
        ledger = company.exact.find("financial/GLAccounts", Code=line["GLAccount"])[0]
        line = line | {"GLAccount": ledger}
    body = company.invoice(SalesInvoiceLines=[{"Item": sold, "NetPrice": 10} | line])

    assert company.refusal(INVOICES, **body) == words
    assert company.rows(INVOICES) == []


def test_all_reasons_are_told_at_once(company: Company) -> None:
    sold = company.add_item("ANDER", IsSalesItem=False, SalesVatCode=None)
    body = company.invoice(Journal="20", SalesInvoiceLines=[{"Item": sold}, {"Item": NOBODY}])

    assert company.refusal(INVOICES, **body).split("\r\n") == [
        "Invalid: Journal (type)",
        "Invalid: Item (Sales item)",
        "Mandatory: VAT code",
        "Invalid reference: Item",
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param({"VATTransactionType": "P"}, "Invalid: VAT code", id="of purchases"),
        pytest.param({"IsBlocked": True}, "Blocked: VAT code", id="not in use any more"),
    ],
)
def test_vat_codes_are_those_of_sales(company: Company, code: dict[str, Any], words: str) -> None:
    company.exact.update("vat/VATCodes", company.exact.find("vat/VATCodes", Code="4")[0], **code)

    assert company.refusal(INVOICES, **company.invoice()) == words


def test_a_journal_without_vat_takes_no_vat_code(company: Company) -> None:
    journal = company.exact.find("financial/Journals", Code="70")[0]
    company.exact.update("financial/Journals", journal, AllowVAT=False)

    assert company.refusal(INVOICES, **company.invoice()) == "Not allowed: VAT code"


def test_one_line_that_is_no_list_is_no_resource(company: Company) -> None:
    body = company.invoice(SalesInvoiceLines={"Item": company.item})
    answer = company.call("POST", INVOICES, body)

    assert answer.status == 400
    assert b"valid top-level resource object" in answer.body


@pytest.mark.parametrize("name", ["Amount", "orderedby"])
def test_unknown_fields_are_refused(company: Company, name: str) -> None:
    answer = company.call("POST", INVOICES, company.invoice() | {name: 1})

    assert answer.status == 400
    assert name in answer.json()["error"]["message"]["value"]


# Printing


@pytest.mark.parametrize(
    ("sent", "english", "dutch"),
    [
        pytest.param(
            {"InvoiceDate": "2026-02-10"},
            "Period is closed: 2026 - 2",
            "Periode is afgesloten: 2026 - 2",
            id="a day in a closed period",
        ),
        pytest.param(
            {"ReportingYear": 2026, "ReportingPeriod": 2},
            "Period is closed: 2026 - 2",
            "Periode is afgesloten: 2026 - 2",
            id="a closed period",
        ),
        pytest.param(
            {"InvoiceDate": "2019-02-10"},
            "Unknown: Fiscal year (Period - date table)",
            "Onbekend: Boekjaar (Periode - datum tabel)",
            id="a year that is not kept",
        ),
        pytest.param({"InvoiceID": None}, "Mandatory: Invoice", "Verplicht: Factuur", id="none"),
        pytest.param(
            {"InvoiceID": NOBODY},
            "Invalid reference: Invoice",
            "Ongeldige referentie: Factuur",
            id="an unknown invoice",
        ),
    ],
)
def test_printing_is_refused(
    company: Company, sent: dict[str, Any], english: str, dutch: str
) -> None:
    company.exact.close_period(2026, 2)
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    body = {"InvoiceID": invoice} | sent

    assert company.refusal(PRINTED, **body) == english
    company.exact.speak("nl")
    assert company.refusal(PRINTED, **body) == dutch
    assert company.one(INVOICES, invoice)["Status"] == 20


def test_a_layout_for_mail_prints_nothing(company: Company) -> None:
    layout = next(row["ID"] for row in company.rows(LAYOUTS) if row["Type"] == 2)
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]

    words = company.refusal(PRINTED, InvoiceID=invoice, DocumentLayout=layout)

    assert words == "Invalid reference: DocumentLayout"


def test_a_customer_blocked_meanwhile_gets_no_final_invoice(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    company.exact.press("crm/Accounts", company.customer, "block")

    assert company.refusal(PRINTED, InvoiceID=invoice) == "Blocked: Customer"


def test_a_period_opens_again(company: Company) -> None:
    company.exact.close_period(2026, 3)
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    assert company.refusal(PRINTED, InvoiceID=invoice) == "Period is closed: 2026 - 3"

    company.exact.reopen_period(2026, 3)

    assert company.made(PRINTED, InvoiceID=invoice)["DocumentCreationSuccess"]


# Bookings


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"Customer": None}, "Mandatory: Customer", id="no customer"),
        pytest.param({"Journal": "60"}, "Invalid: Journal (type)", id="a purchase journal"),
        pytest.param({"EntryDate": "2026-02-10"}, "Period is closed: 2026 - 2", id="closed"),
        pytest.param(
            {"EntryDate": "2019-02-10"},
            "Unknown: Fiscal year (Period - date table)",
            id="a year that is not kept",
        ),
        pytest.param({"SalesEntryLines": []}, "Mandatory: Entry lines", id="no lines"),
        pytest.param(
            {"SalesEntryLines": [{"AmountFC": 10}]}, "Mandatory: G/L account", id="no ledger"
        ),
    ],
)
def test_bookings_are_refused(company: Company, changed: dict[str, Any], words: str) -> None:
    company.exact.close_period(2026, 2)

    assert company.refusal(ENTRIES, **company.entry(**changed)) == words
    assert company.rows(ENTRIES) == []


def test_a_line_without_an_amount_is_refused(company: Company) -> None:
    body = company.entry(SalesEntryLines=[{"GLAccount": company.ledger}])

    assert company.refusal(ENTRIES, **body) == "Mandatory: Amount"


def test_a_number_is_used_once_in_a_journal_and_year(company: Company) -> None:
    company.made(ENTRIES, **company.entry(EntryNumber=4711))

    assert company.refusal(ENTRIES, **company.entry(EntryNumber=4711)) == "In use: Document number"
    company.exact.speak("nl")
    assert company.refusal(ENTRIES, **company.entry(EntryNumber=4711)) == (
        "In gebruik: Boekstuknummer"
    )
    last_year = company.entry(EntryNumber=4711, EntryDate="2025-06-01")
    assert company.made(ENTRIES, **last_year)["EntryNumber"] == 4711
    assert company.made(ENTRIES, **company.entry(EntryNumber=4711, Journal="71"))["EntryID"]
