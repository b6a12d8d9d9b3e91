"""Exact's sales invoices: what they are made of, what they come to, and when they are final."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.sandbox.exact_documents import (
    HEADER_AND_LINES,
    INVOICES,
    LAYOUTS,
    LINES,
    PRINTED,
    SYNC_INVOICES,
    Company,
    open_company,
)

TODAY = "/Date(1773100800000)/"
NOBODY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def company() -> Company:
    return open_company()


def test_a_new_invoice_is_open_and_has_no_number(company: Company) -> None:
    made = company.made(INVOICES, **company.invoice())

    assert (made["Status"], made["Type"], made["InvoiceNumber"]) == (20, 8020, None)
    assert made["InvoiceTo"] == made["OrderedBy"] == company.customer
    assert made["OrderedByName"] == "Bos B.V."
    assert made["PaymentCondition"] == "30"
    assert (made["InvoiceDate"], made["OrderDate"]) == (TODAY, TODAY)
    assert made["DueDate"] == "/Date(1775692800000)/"


def test_the_answer_defers_the_lines_and_keeps_the_vat_for_later(company: Company) -> None:
    made = company.made(INVOICES, **company.invoice())
    read = company.one(INVOICES, made["InvoiceID"])

    assert "__deferred" in made["SalesInvoiceLines"]
    assert (made["VATAmountFC"], made["VATAmountDC"]) == (None, None)
    assert (read["VATAmountFC"], read["VATAmountDC"]) == (20.79, 20.79)
    assert read["AmountFC"] == made["AmountFC"] == 119.79


def test_a_line_takes_what_it_does_not_say_from_its_item(company: Company) -> None:
    body = company.invoice(SalesInvoiceLines=[{"Item": company.item, "NetPrice": 10}])
    invoice = company.made(INVOICES, **body)["InvoiceID"]
    (line,) = company.lines_of(invoice)

    assert line["Description"] == "Artikel POMP"
    assert (line["UnitCode"], line["VATCode"]) == ("pc      ", "4  ")
    assert (line["Quantity"], line["VATPercentage"], line["LineNumber"]) == (1, 0.21, 1)
    assert line["GLAccount"] == company.ledger


def test_the_customers_vat_code_goes_before_the_items(company: Company) -> None:
    company.exact.update("crm/Accounts", company.customer, SalesVATCode="3")

    made = company.made(INVOICES, **company.invoice())

    assert made["AmountFC"] == 107.91


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param({"NetPrice": 80}, (100, 80, 0.2), id="a net price below the list price"),
        pytest.param({}, (100, 100, 0), id="the list price"),
        pytest.param({"Discount": 0.25}, (100, 75, 0.25), id="a discount on the list price"),
        pytest.param({"UnitPrice": 50}, (50, 50, 0), id="a price of its own"),
        pytest.param({"UnitPrice": 50, "Discount": 0.1}, (50, 45, 0.1), id="with a discount"),
        pytest.param({"UnitPrice": 50, "NetPrice": 40}, (50, 40, 0.2), id="two prices"),
    ],
)
def test_unit_price_net_price_and_discount_belong_together(
    company: Company, line: dict[str, Any], expected: tuple[float, float, float]
) -> None:
    company.exact.add(
        "logistics/SalesItemPrices", Item=company.item, Price=100.0, Currency="EUR", Unit="pc"
    )
    body = company.invoice(SalesInvoiceLines=[{"Item": company.item} | line])
    (found,) = company.lines_of(company.made(INVOICES, **body)["InvoiceID"])

    assert (found["UnitPrice"], found["NetPrice"], found["Discount"]) == expected
    assert found["AmountFC"] == expected[1]


@pytest.mark.parametrize(
    ("code", "amounts"),
    [
        pytest.param("4", (99, 20.79), id="on top"),
        pytest.param("3", (99, 8.91), id="a lower rate on top"),
        pytest.param("2", (81.82, 17.18), id="inside the price"),
        pytest.param("0", (99, 0), id="none"),
    ],
)
def test_vat_is_on_top_or_inside_as_its_code_says(
    company: Company, code: str, amounts: tuple[float, float]
) -> None:
    line = {"Item": company.item, "Quantity": 2, "NetPrice": 49.5, "VATCode": code}
    invoice = company.made(INVOICES, **company.invoice(SalesInvoiceLines=[line]))["InvoiceID"]
    read, (stored,) = company.one(INVOICES, invoice), company.lines_of(invoice)

    assert (stored["AmountFC"], stored["VATAmountFC"]) == amounts
    assert (read["AmountFCExclVat"], read["VATAmountFC"]) == amounts
    assert read["AmountFC"] == pytest.approx(sum(amounts))


@pytest.mark.parametrize(
    ("sent", "kind", "total"),
    [
        pytest.param({"Discount": 0.1}, 1, 108.9, id="a share"),
        pytest.param({"AmountDiscountExclVat": 50}, 2, 60.5, id="an amount without VAT"),
        pytest.param({"AmountDiscount": 21}, 3, 100, id="an amount with VAT"),
    ],
)
def test_an_invoice_can_have_a_discount_as_a_whole(
    company: Company, sent: dict[str, float], kind: int, total: float
) -> None:
    line = {"Item": company.item, "NetPrice": 100}
    made = company.made(INVOICES, **company.invoice(SalesInvoiceLines=[line], **sent))

    assert (made["DiscountType"], made["AmountFC"]) == (kind, pytest.approx(total))


def test_another_currency_is_told_in_both(company: Company) -> None:
    made = company.made(INVOICES, **company.invoice(Currency="USD"))

    assert (made["AmountFC"], made["AmountDC"]) == (119.79, 107.81)


def test_terms_of_payment_make_the_due_date_unless_it_is_given(company: Company) -> None:
    dated = {"InvoiceDate": "2026-02-01", "OrderDate": "2026-01-30"}
    fortnight = company.made(INVOICES, **company.invoice(PaymentCondition="14", **dated))
    given = company.made(INVOICES, **company.invoice(DueDate="2026-05-01", **dated))

    assert fortnight["InvoiceDate"] == "/Date(1769904000000)/"
    assert fortnight["DueDate"] == "/Date(1771113600000)/"
    assert given["DueDate"] == "/Date(1777593600000)/"


# Changing


def test_a_changed_line_changes_the_totals(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    (line,) = company.lines_of(invoice)

    company.changed(LINES, line["ID"], Quantity=3)
    assert company.one(INVOICES, invoice)["AmountFC"] == 179.69

    company.made(LINES, InvoiceID=invoice, Item=company.item, NetPrice=100)
    assert company.one(INVOICES, invoice)["AmountFC"] == 300.69
    assert sorted(row["LineNumber"] for row in company.lines_of(invoice)) == [1, 2]


def test_a_line_goes_but_the_last_one_stays(company: Company) -> None:
    lines = [{"Item": company.item, "NetPrice": price} for price in (10, 20)]
    invoice = company.made(INVOICES, **company.invoice(SalesInvoiceLines=lines))["InvoiceID"]
    first, last = company.lines_of(invoice)

    assert company.call("DELETE", f"{LINES}(guid'{first['ID']}')").status == 204
    left = company.one(INVOICES, invoice)["AmountFCExclVat"]
    refused = company.refusal(f"{LINES}(guid'{last['ID']}')", "DELETE")

    assert left == last["NetPrice"]
    assert refused == "Mandatory: Invoice lines"


def test_a_header_changes_alone(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    company.changed(INVOICES, invoice, YourRef="PO 7", AmountFC=1, Status=50)
    read = company.one(INVOICES, invoice)

    assert (read["YourRef"], read["AmountFC"], read["Status"]) == ("PO 7", 119.79, 20)
    assert company.refusal(f"{INVOICES}(guid'{invoice}')", "PUT", SalesInvoiceLines=[]).startswith(
        "Error processing request stream."
    )


def test_a_draft_can_be_deleted_with_its_lines(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    assert company.call("DELETE", f"{INVOICES}(guid'{invoice}')").status == 204

    told = company.rows("sync/Deleted", filter="Timestamp gt 1L")

    assert company.lines_of(invoice) == []
    assert [(row["EntityType"], row["EntityKey"]) for row in told] == [(13, invoice)]


# Printing


def test_printing_makes_an_invoice_final(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    printed = company.made(PRINTED, InvoiceID=invoice, InvoiceDate="2026-03-01")
    read = company.one(INVOICES, invoice)

    assert printed["DocumentCreationSuccess"]
    assert printed["DocumentCreationError"] is None
    assert (read["Status"], read["InvoiceNumber"]) == (50, 26700001)
    assert (read["InvoiceDate"], read["DueDate"]) == (
        "/Date(1772323200000)/",
        "/Date(1774915200000)/",
    )


def test_a_final_invoice_cannot_be_changed_in_any_way(company: Company) -> None:
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]
    company.exact.process(invoice)
    (line,) = company.lines_of(invoice)
    whole, part = f"{INVOICES}(guid'{invoice}')", f"{LINES}(guid'{line['ID']}')"

    refusals = [
        company.refusal(whole, "PUT", YourRef="x"),
        company.refusal(whole, "DELETE"),
        company.refusal(part, "PUT", Quantity=3),
        company.refusal(part, "DELETE"),
        company.refusal(LINES, InvoiceID=invoice, Item=company.item),
        company.refusal(PRINTED, InvoiceID=invoice),
    ]

    assert refusals == ["Already processed"] * 6


def test_what_failed_with_the_email_is_told_in_a_successful_answer(company: Company) -> None:
    layout = next(row["ID"] for row in company.rows(LAYOUTS) if row["Type"] == 2)
    company.exact.update("crm/Accounts", company.customer, Email=None)
    invoice = company.made(INVOICES, **company.invoice())["InvoiceID"]

    printed = company.made(PRINTED, InvoiceID=invoice, SendEmailToCustomer=True, EmailLayout=layout)

    assert (printed["EmailCreationSuccess"], bool(printed["EmailCreationError"])) == (None, True)
    assert company.one(INVOICES, invoice)["Status"] == 50


def test_numbers_run_by_journal_and_year(company: Company) -> None:
    numbers = []
    for journal, day in (("70", None), ("71", None), ("70", date(2025, 12, 1)), ("70", None)):
        invoice = company.made(INVOICES, **company.invoice(Journal=journal))["InvoiceID"]
        company.exact.process(invoice, on=day)
        numbers.append(company.one(INVOICES, invoice)["InvoiceNumber"])

    assert numbers == [26700001, 26710001, 25700001, 26700002]


# Reading what changed


def test_the_sync_mixes_headers_and_lines(company: Company) -> None:
    lines = [{"Item": company.item, "NetPrice": price} for price in (10, 20)]
    invoice = company.made(INVOICES, **company.invoice(SalesInvoiceLines=lines))["InvoiceID"]

    rows = company.rows(SYNC_INVOICES, filter="Timestamp gt 1L", select=HEADER_AND_LINES)

    assert sorted(row["LineNumber"] for row in rows) == [0, 1, 2]
    assert {row["InvoiceID"] for row in rows} == {invoice}
    assert {row["OrderedBy"] for row in rows} == {company.customer}
    assert {row["LineNumber"]: row["AmountFC"] for row in rows} == {0: 36.3, 1: 10, 2: 20}


@pytest.mark.parametrize("what", ["header", "line", "printing"])
def test_any_change_shows_a_header_and_all_its_lines_anew(company: Company, what: str) -> None:
    lines = [{"Item": company.item, "NetPrice": price} for price in (10, 20)]
    invoice = company.made(INVOICES, **company.invoice(SalesInvoiceLines=lines))["InvoiceID"]
    seen = company.rows(SYNC_INVOICES, filter="Timestamp gt 1L", select=HEADER_AND_LINES)
    last = max(int(row["Timestamp"]) for row in seen)

    if what == "header":
        company.changed(INVOICES, invoice, YourRef="PO 7")
    elif what == "line":
        company.exact.change_line(invoice, 1, Quantity=2.0)
    else:
        company.exact.process(invoice)

    news = company.rows(SYNC_INVOICES, filter=f"Timestamp gt {last}L", select=HEADER_AND_LINES)
    assert sorted(row["LineNumber"] for row in news) == [0, 1, 2]


def test_nothing_new_is_told_of_a_refused_change(company: Company) -> None:
    company.made(INVOICES, **company.invoice())
    before = company.exact.snapshot()
    company.refusal(INVOICES, **company.invoice(OrderedBy=NOBODY))

    assert company.exact.snapshot()["divisions"] == before["divisions"]
