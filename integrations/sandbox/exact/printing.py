"""Printing a sales invoice: its number, its booking, its document and perhaps an e-mail.

Source: the reference of PrintedSalesInvoices. A printed invoice is final. That the call succeeds
does not mean that everything did: what went wrong with e-mail is told in a field of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact import entries, periods
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.invoice_lines import HEADER, PATH, PROCESSED
from integrations.sandbox.exact.messages import Kind, Problem, Refused
from integrations.sandbox.exact.resources import Action, Entity, Values
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.tables.sales import LAYOUTS, PRINTED_SALES_INVOICES

LAYOUTS_PATH = "salesinvoice/Layouts"
DOCUMENT_LAYOUT, EMAIL_LAYOUT = 1, 2
SCOPE = "Sales invoices"
# The bookings by their invoices; nothing of it can be read.
BOOKED = "booked_invoices"
_MADE = "Document is aangemaakt"
_MAILED = "E-mail is verzonden"
_NO_ADDRESS = "Verplicht: E-mailadres"


def perform(division: Division, values: Values, _: str) -> Mapping[str, Any]:
    """Raises Refused; what can still fail afterwards is told in the answer."""
    invoice = _invoice(division, values)
    _check_layouts(division, values)
    printed = _print(division, invoice, values)
    return values | {
        "InvoiceID": invoice.id,
        "Division": division.code,
        "Document": printed["Document"],
        "DocumentCreationSuccess": _MADE,
        "InvoiceDate": printed["InvoiceDate"],
        **_mailed(division, invoice, values),
    }


def process(division: Division, invoice_id: str, day: int | None = None) -> None:
    """What a person does who prints an invoice."""
    wanted = {"InvoiceID": invoice_id}
    perform(division, wanted if day is None else wanted | {"InvoiceDate": day}, "")


def _invoice(division: Division, values: Values) -> Row:
    if values.get("InvoiceID") is None:
        raise Refused(Problem(Kind.MANDATORY, "InvoiceID"))
    row = division.find(HEADER, values["InvoiceID"])
    if row is None:
        raise Refused(Problem(Kind.BAD_REFERENCE, "InvoiceID"))
    if row.values["Status"] == PROCESSED:
        raise Refused(Problem(Kind.PROCESSED))
    return row


def _check_layouts(division: Division, values: Values) -> None:
    kinds = {"DocumentLayout": DOCUMENT_LAYOUT, "EmailLayout": EMAIL_LAYOUT}
    for name, kind in kinds.items():
        if values.get(name) is None:
            continue
        row = division.find(LAYOUTS_PATH, values[name])
        if row is None or row.values["Type"] != kind:
            raise Refused(Problem(Kind.BAD_REFERENCE, name))


def _print(division: Division, invoice: Row, values: Values) -> Mapping[str, Any]:
    before = invoice.values
    day = values.get("InvoiceDate") or before.get("InvoiceDate") or division.today()
    year, month = periods.period_of(day)
    period = (values.get("ReportingYear") or year, values.get("ReportingPeriod") or month)
    periods.require_open(division, period)
    _check_customer(division, before)
    due = before.get("DueDate")
    if due is None or day != before.get("InvoiceDate"):
        due = common.due_date(_terms(division, before), day)
    number = entries.next_number(division, str(before["Journal"]), period[0])
    printed = {
        "Status": PROCESSED,
        "InvoiceNumber": number,
        "InvoiceDate": day,
        "DueDate": due,
        "Document": division.shared.new_id(),
    }
    row = division.touch(HEADER, invoice.id, **printed)
    for line in division.where(PATH, InvoiceID=invoice.id):
        common.restamp(division, PATH, line.id)
    _book(division, row.values, period)
    return row.values


def _check_customer(division: Division, values: Mapping[str, Any]) -> None:
    row = division.find("crm/Accounts", values["OrderedBy"])
    if row is not None and row.values.get("Blocked"):
        raise Refused(Problem(Kind.BLOCKED, "Customer"))


def _terms(division: Division, values: Mapping[str, Any]) -> Row | None:
    code = values.get("PaymentCondition")
    return division.holder("cashflow/PaymentConditions", "Code", str(code)) if code else None


def _book(division: Division, invoice: Mapping[str, Any], period: periods.Period) -> None:
    """The booking has the invoice's number, and a key of its own."""
    kept = ("AmountDC", "AmountFC", "Currency", "Description", "Document", "DueDate", "Journal",
            "OrderNumber", "PaymentCondition", "PaymentReference", "VATAmountDC", "VATAmountFC",
            "YourRef")  # fmt: skip
    is_credit = invoice["AmountFC"] < 0
    values = {name: invoice.get(name) for name in kept} | {
        "Customer": invoice["InvoiceTo"],
        "EntryDate": invoice["InvoiceDate"],
        "EntryNumber": invoice["InvoiceNumber"],
        "InvoiceNumber": invoice["InvoiceNumber"],
        "ReportingYear": period[0],
        "ReportingPeriod": period[1],
        "Rate": float(common.rate_of(division, str(invoice["Currency"])) or 1),
        "Status": PROCESSED,
        "Type": entries.CREDIT_NOTE if is_credit else entries.ENTRY,
    }
    rows = division.where(PATH, InvoiceID=invoice["InvoiceID"])
    rows.sort(key=lambda row: int(row.values["LineNumber"]))
    entry = entries.book(division, values, [_entry_line(row.values) for row in rows])
    division.notes.setdefault(BOOKED, {})[invoice["InvoiceID"]] = entry.id


def _entry_line(line: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("AmountDC", "AmountFC", "Description", "GLAccount", "Quantity", "VATAmountDC",
            "VATAmountFC", "VATCode", "VATPercentage")  # fmt: skip
    return {name: line.get(name) for name in kept}


def _mailed(division: Division, invoice: Row, values: Values) -> Values:
    if not values.get("SendEmailToCustomer"):
        return {}
    customer = division.find("crm/Accounts", invoice.values["InvoiceTo"])
    if customer is None or not customer.values.get("Email"):
        return {"EmailCreationError": _NO_ADDRESS}
    return {"EmailCreationSuccess": _MAILED}


PRINTED = Action(
    path="salesinvoice/PrintedSalesInvoices",
    type="PrintedSalesInvoice",
    fields=PRINTED_SALES_INVOICES,
    scope=SCOPE,
    perform=perform,
)
LAYOUT = Entity(
    path=LAYOUTS_PATH,
    type="Layout",
    fields=LAYOUTS,
    scope=SCOPE,
    methods=frozenset({"GET"}),
    title="Subject",
)


def seed_layouts(division: Division) -> None:
    texts = ((DOCUMENT_LAYOUT, "Factuur"), (DOCUMENT_LAYOUT, "Creditnota"),
             (EMAIL_LAYOUT, "Factuur per e-mail"))  # fmt: skip
    for kind, subject in texts:
        division.save(LAYOUT, {"Subject": subject, "Type": kind})
