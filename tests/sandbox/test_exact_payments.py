"""Exact's bookings, and what is still to be paid of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.exact_documents import (
    ENTRIES,
    ENTRY_LINES,
    INVOICES,
    RECEIVABLES,
    STILL_OPEN,
    TERMS,
    Company,
    open_company,
)

PAID_ON = "/Date(1773014400000)/"


@pytest.fixture
def company() -> Company:
    return open_company()


@pytest.fixture
def invoice(company: Company) -> str:
    """A processed invoice of 119.79."""
    made: str = company.made(INVOICES, **company.invoice(YourRef="PO 7"))["InvoiceID"]
    company.exact.process(made)
    return made


@pytest.fixture
def entry(company: Company) -> str:
    """A booking of 121."""
    made: str = company.made(ENTRIES, **company.entry())["EntryID"]
    return made


# Bookings


def test_a_booking_adds_its_vat_and_is_numbered_by_its_journal(company: Company) -> None:
    made = company.made(ENTRIES, **company.entry(YourRef="PO 7"))
    (line,) = company.rows(ENTRY_LINES, filter=f"EntryID eq guid'{made['EntryID']}'")

    assert (made["AmountFC"], made["VATAmountFC"]) == (121, 21)
    assert (made["Type"], made["Status"]) == (20, 20)
    assert made["EntryNumber"] == made["InvoiceNumber"] == 26700001
    assert (made["ReportingYear"], made["ReportingPeriod"]) == (2026, 3)
    assert (line["GLAccountCode"], line["VATCode"], line["AmountFC"]) == ("8000", "4  ", 100)


@pytest.mark.parametrize(
    ("line", "total"),
    [
        pytest.param({"VATCode": "2"}, 121, id="the amount is without VAT whatever the code"),
        pytest.param({"VATCode": "4", "VATAmountFC": 20.99}, 120.99, id="VAT of its own"),
        pytest.param({"VATCode": None}, 100, id="no VAT"),
    ],
)
def test_vat_of_a_booking(company: Company, line: dict[str, Any], total: float) -> None:
    lines = [{"GLAccount": company.ledger, "AmountFC": 100} | line]
    made = company.made(ENTRIES, **company.entry(SalesEntryLines=lines))

    assert made["AmountFC"] == total


def test_a_ledger_can_bring_its_vat_code(company: Company) -> None:
    company.exact.update("financial/GLAccounts", company.ledger, VATCode="3")
    lines = [{"GLAccount": company.ledger, "AmountFC": 100}]

    assert company.made(ENTRIES, **company.entry(SalesEntryLines=lines))["AmountFC"] == 109


def test_less_than_nothing_is_a_credit_note(company: Company) -> None:
    lines = [{"GLAccount": company.ledger, "AmountFC": -100, "VATCode": "4"}]
    made = company.made(ENTRIES, **company.entry(SalesEntryLines=lines))

    assert (made["Type"], made["AmountFC"]) == (21, -121)


def test_a_printed_invoice_is_booked_under_its_number_and_a_key_of_its_own(
    company: Company, invoice: str
) -> None:
    (entry,) = company.rows(ENTRIES)
    number = company.one(INVOICES, invoice)["InvoiceNumber"]

    assert entry["EntryNumber"] == entry["InvoiceNumber"] == number
    assert entry["EntryID"] != invoice
    assert (entry["Status"], entry["AmountFC"], entry["YourRef"]) == (50, 119.79, "PO 7")
    assert company.refusal(f"{ENTRIES}(guid'{entry['EntryID']}')", "DELETE") == "Already processed"


def test_a_changed_booking_changes_what_is_owed(company: Company, entry: str) -> None:
    (line,) = company.rows(ENTRY_LINES)
    company.changed(ENTRY_LINES, line["ID"], AmountFC=50)

    assert company.one(ENTRIES, entry)["AmountFC"] == 60.5
    assert company.exact.outstanding(entry) == Decimal("60.5")


def test_a_deleted_booking_is_owed_no_more(company: Company, entry: str) -> None:
    assert company.call("DELETE", f"{ENTRIES}(guid'{entry}')").status == 204

    assert company.rows(STILL_OPEN) == company.rows(ENTRY_LINES) == []
    told = company.rows("sync/Deleted", filter="Timestamp gt 1L")
    assert [row["EntityType"] for row in told] == [10]


def test_a_booking_that_was_paid_cannot_be_changed(company: Company, entry: str) -> None:
    company.exact.pay(entry, 1)

    assert company.refusal(f"{ENTRIES}(guid'{entry}')", "PUT", YourRef="x") == "Already processed"
    company.exact.undo_payments(entry)
    company.changed(ENTRIES, entry, YourRef="x")


# What is owed


def test_nothing_is_owed_for_a_draft(company: Company) -> None:
    draft = company.made(INVOICES, **company.invoice())["InvoiceID"]

    assert company.rows(STILL_OPEN) == []
    with pytest.raises(ValueError, match="not processed"):
        company.exact.pay(draft)


def test_what_is_owed_names_its_booking(company: Company, invoice: str) -> None:
    (term,) = company.terms_of(invoice)
    (listed,) = company.rows(STILL_OPEN)

    assert (term["LineType"], term["Status"], term["IsFullyPaid"]) == (20, 20, False)
    assert term["AmountFC"] == term["TransactionAmountFC"] == listed["Amount"] == 119.79
    assert term["LastPaymentDate"] is None
    assert listed["InvoiceNumber"] == company.one(INVOICES, invoice)["InvoiceNumber"]
    assert (listed["AccountId"], listed["YourRef"]) == (company.customer, "PO 7")


def test_what_is_paid_is_matched_and_listed_no_more(company: Company, invoice: str) -> None:
    company.exact.pay(invoice, on=date(2026, 3, 9))
    (term,) = company.terms_of(invoice)

    assert (term["Status"], term["IsFullyPaid"]) == (50, True)
    assert term["LastPaymentDate"] == PAID_ON
    assert company.rows(STILL_OPEN) == []


def test_a_part_that_is_paid_becomes_a_row_of_its_own(company: Company, invoice: str) -> None:
    company.exact.pay(invoice, 40)
    terms = sorted(company.terms_of(invoice), key=lambda term: bool(term["IsFullyPaid"]))

    assert [(each["AmountFC"], each["IsFullyPaid"]) for each in terms] == [
        (79.79, False),
        (40, True),
    ]
    assert {each["TransactionAmountFC"] for each in terms} == {119.79}
    assert len({each["EntryID"] for each in terms}) == 2
    assert [row["Amount"] for row in company.rows(STILL_OPEN)] == [79.79]


def test_what_was_paid_can_be_open_again(company: Company, invoice: str) -> None:
    company.exact.pay(invoice, 40)
    company.exact.pay(invoice)
    assert company.exact.outstanding(invoice) == 0

    company.exact.undo_payments(invoice)
    terms = company.terms_of(invoice)

    assert sum(each["AmountFC"] for each in terms) == 119.79
    assert [(each["IsFullyPaid"], each["LastPaymentDate"]) for each in terms] == [(False, None)] * 2


def test_every_payment_shows_in_the_sync(company: Company, invoice: str) -> None:
    def last() -> int:
        return max(int(each["Timestamp"]) for each in company.terms_of(invoice))

    stamps = [last()]
    company.exact.pay(invoice, 40)
    stamps.append(last())
    company.exact.undo_payments(invoice)
    stamps.append(last())
    company.exact.age(invoice)
    stamps.append(last())

    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize("amount", [0, -5, Decimal("119.80")])
def test_no_more_comes_in_than_is_owed(company: Company, invoice: str, amount: Any) -> None:
    with pytest.raises(ValueError, match=r"119\.79 is still to be paid"):
        company.exact.pay(invoice, amount)


def test_a_credit_note_settles_an_invoice_without_money(company: Company, invoice: str) -> None:
    note = company.exact.credit(invoice)
    read = company.one(INVOICES, note)

    assert (read["Type"], read["Status"], read["AmountFC"]) == (8021, 50, -119.79)
    assert company.exact.outstanding(invoice) == company.exact.outstanding(note) == 0
    assert [each["IsFullyPaid"] for each in company.terms_of(invoice)] == [True]


def test_a_credit_note_of_a_partly_paid_invoice_settles_the_rest(
    company: Company, invoice: str
) -> None:
    company.exact.pay(invoice, 40)
    note = company.exact.credit(invoice)

    assert company.exact.outstanding(invoice) == 0
    assert company.exact.outstanding(note) == -40


def test_an_invoice_becomes_overdue_by_hand(company: Company, invoice: str) -> None:
    company.exact.age(invoice, days=3)
    due = "/Date(1772841600000)/"

    assert company.one(INVOICES, invoice)["DueDate"] == due
    assert [each["DueDate"] for each in company.terms_of(invoice)] == [due]


def test_receipts_are_told_among_payments(company: Company, invoice: str) -> None:
    company.exact.load(
        "cashflow/Payments",
        [{"Account": company.customer, "AmountFC": 10.0, "AmountDC": 10.0, "Status": 20}],
        [0],
    )
    rows = company.rows(TERMS, filter="Timestamp gt 1L", select="ID,LineType,Timestamp")

    assert sorted(row["LineType"] for row in rows) == [20, 22]
    assert len(company.terms_of(invoice)) == 1


def test_of_a_receivable_only_words_can_be_changed(company: Company, invoice: str) -> None:
    (term,) = company.terms_of(invoice)
    company.changed(RECEIVABLES, term["ID"], Description="Beloofd", AmountFC=1)
    read = company.one(RECEIVABLES, term["ID"])

    assert (read["Description"], read["AmountFC"]) == ("Beloofd", 119.79)
    assert company.call("DELETE", f"{RECEIVABLES}(guid'{term['ID']}')").status == 405
