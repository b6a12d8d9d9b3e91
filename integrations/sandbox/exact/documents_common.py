"""What invoices and bookings share: customer, journal, terms, currency and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.sandbox.exact import times
from integrations.sandbox.exact.amounts import NO_VAT, ONE, Vat, decimal
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.messages import Kind, name_fields
from integrations.sandbox.exact.payable import due_on
from integrations.sandbox.exact.shelf import Row

CUSTOMER, SALES_JOURNAL = "C", 20
# What a unit of another currency is worth; other currencies have no rate.
RATES = {"USD": Decimal("0.9"), "GBP": Decimal("1.15"), "CHF": Decimal("1.05")}
# The words for what is wrong with a customer, as helpdesks of other apps quote the first of them.
CUSTOMER_TYPE = ("Klant (Type)", "Customer (Type)")
CUSTOMER_ENDED = ("Klant (Einddatum)", "Customer (End date)")
JOURNAL_TYPE = ("Dagboek (type)", "Journal (type)")
RATE = ("Wisselkoers", "Exchange rate")

name_fields(
    {
        "AmountFC": ("Bedrag", "Amount"),
        "Customer": ("Klant", "Customer"),
        "DueDate": ("Vervaldatum", "Due date"),
        "EntryDate": ("Boekdatum", "Entry date"),
        "InvoiceDate": ("Factuurdatum", "Invoice date"),
        "InvoiceID": ("Factuur", "Invoice"),
        "InvoiceTo": ("Factuur voor", "Invoice to"),
        "OpportunityStage": ("Verkoopfase", "Opportunity stage"),
        "OrderedBy": ("Besteld door", "Ordered by"),
        "OrderedByContactPerson": ("Besteld door: Contactpersoon", "Ordered by: Contact"),
        "Owner": ("Eigenaar", "Owner"),
        "SalesEntryLines": ("Boekingsregels", "Entry lines"),
        "SalesInvoiceLines": ("Factuurregels", "Invoice lines"),
        "Salesperson": ("Verkoper", "Sales person"),
        "Type": ("Type", "Type"),
        "UnitCode": ("Eenheid", "Unit"),
        "Warehouse": ("Magazijn", "Warehouse"),
        "YourRef": ("Uw ref.", "Your ref."),
    }
)


def check_customer(draft: Draft, name: str) -> None:
    """Only an active customer gets invoices: no prospect, nobody blocked."""
    row = draft.referred(name)
    if row is None or not (draft.is_new or draft.changes(name)):
        return
    if row.values.get("Status") != CUSTOMER:
        draft.refuse(Kind.INVALID, CUSTOMER_TYPE)
    elif row.values.get("Blocked"):
        draft.refuse(Kind.BLOCKED, "Customer")
    elif is_over(draft.division, row.values):
        draft.refuse(Kind.INVALID, CUSTOMER_ENDED)


def is_over(division: Division, values: Mapping[str, Any]) -> bool:
    """Outside its start and end dates a record is not active."""
    today = division.today()
    ends = values.get("EndDate")
    return values.get("StartDate", today) > today or (ends is not None and ends < today)


def check_journal(draft: Draft) -> None:
    row = draft.referred("Journal")
    if row is None:
        return
    if row.values.get("Type") != SALES_JOURNAL:
        draft.refuse(Kind.INVALID, JOURNAL_TYPE)
    if row.values.get("IsBlocked"):
        draft.refuse(Kind.BLOCKED, "Journal")
    own = row.values.get("Currency")
    if own and not row.values.get("AllowVariableCurrency") and draft["Currency"] != own:
        draft.refuse(Kind.NOT_ALLOWED, "Currency")


def check_currency(draft: Draft) -> None:
    known = draft.referred("Currency") is not None
    if known and rate_of(draft.division, str(draft["Currency"])) is None:
        draft.refuse(Kind.MANDATORY, RATE)


def rate_of(division: Division, currency: str) -> Decimal | None:
    """What a unit is worth in the division's currency; None where nobody keeps a rate."""
    return ONE if currency == division.currency else RATES.get(currency)


def usual_terms(draft: Draft, customer: str) -> None:
    """Unless told otherwise a document has its customer's terms and the division's currency."""
    row = draft.referred(customer)
    terms = row.values.get("PaymentConditionSales") if row else None
    draft.usual(Currency=draft.division.currency, PaymentCondition=terms)


def settle_due(draft: Draft, dated: str) -> None:
    """The due date follows from the terms and the date, unless it was given."""
    moved = draft.changes(dated) or draft.changes("PaymentCondition")
    if "DueDate" in draft.sent or not moved or draft[dated] is None:
        return
    draft["DueDate"] = due_date(draft.referred("PaymentCondition"), draft[dated])


def due_date(terms: Row | None, day: int) -> int:
    values = terms.values if terms else {}
    days, months = values.get("PaymentDays", 0), values.get("PaymentEndOfMonths", 0)
    return milliseconds(due_on(day_of(day), days, months))


def day_of(day: int) -> date:
    return times.naive(day).date()


def milliseconds(day: date) -> int:
    return (day - times.EPOCH.date()).days * times.DAY


def check_vat(draft: Draft) -> None:
    """A sales code that is in use, in a journal that has VAT."""
    row = draft.referred("VATCode")
    if row is None:
        return
    if not _journal(draft).get("AllowVAT", True):
        draft.refuse(Kind.NOT_ALLOWED, "VATCode")
    elif row.values.get("VATTransactionType") == "P":
        draft.refuse(Kind.INVALID, "VATCode")
    elif row.values.get("IsBlocked"):
        draft.refuse(Kind.BLOCKED, "VATCode")


def _journal(line: Draft) -> Mapping[str, Any]:
    header = header_of(line)
    row = line.division.holder("financial/Journals", "Code", str(header.get("Journal") or ""))
    return row.values if row else {}


def header_of(line: Draft) -> Mapping[str, Any]:
    """The values of the document that a line belongs to, stored or sent with it."""
    if line.header is not None:
        return line.header.values
    document = next(field for field in ("InvoiceID", "EntryID") if field in line.entity.fields)
    target = line.entity.fields[document].refers_to
    row = line.division.find(target, line[document])
    return row.values if row else {}


def vat_of(draft: Draft) -> Vat:
    row = draft.referred("VATCode")
    if row is None or row.values.get("Type") == "N":
        return NO_VAT
    return Vat(decimal(row.values.get("Percentage")), row.values.get("Type") == "I")


def restamp(division: Division, path: str, row_id: str) -> None:
    """Give a record a new version although nothing of its own changed; nobody is told."""
    shelf = division.shelf(path)
    row = shelf.rows.get(row_id)
    if row is not None:
        shelf.put(Row(path, row.id, division.next_stamp(), row.values))
