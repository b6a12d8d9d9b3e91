"""Sales invoices: drafts of what will be booked once they are printed.

Sources: the reference of SalesInvoices; that an invoice date which is sent stays is seen of the
service, although the reference calls the field read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact import invoice_lines
from integrations.sandbox.exact.amounts import (
    Amount,
    added,
    decimal,
    header_discount,
    rounded,
    shown,
)
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.invoice_lines import HEADER, PATH, PROCESSED
from integrations.sandbox.exact.messages import Kind
from integrations.sandbox.exact.resources import Entity, Lines, View
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.tables.sales import (
    BULK_SALES_INVOICES,
    SALES_INVOICE_LINES,
    SALES_INVOICES,
    SYNC_SALES_INVOICES,
)

OPEN = 20
INVOICE, CREDIT_NOTE = 8020, 8021
DIRECT = (8023, 8024)
SCOPE = "Sales invoices"
_STATUSES = {10: "Concept", OPEN: "Open", PROCESSED: "Verwerkt"}
_TYPES = {INVOICE: "Verkoopfactuur", CREDIT_NOTE: "Creditnota"}
# Null in the answer to a POST, until the invoice is read anew.
_VAT = frozenset({"VATAmountFC", "VATAmountDC"})


# Rules of the header


def check_open(draft: Draft) -> None:
    if draft.was("Status") == PROCESSED:
        draft.stop(Kind.PROCESSED)


def check_kind(draft: Draft) -> None:
    """Direct invoices need a dearer edition, and only they have a warehouse."""
    if draft["Type"] not in _TYPES or (not draft.is_new and draft.changes("Type")):
        draft.refuse(Kind.NOT_ALLOWED, "Type")
    if draft["Warehouse"] is not None:
        draft.refuse(Kind.NOT_ALLOWED, "Warehouse")


def settle_parties(draft: Draft) -> None:
    """Whoever ordered is billed, unless the customer has somebody else for that."""
    customer = draft.referred("OrderedBy")
    if customer is None:
        if draft["InvoiceTo"] is None and draft["OrderedBy"] is None:
            draft.refuse(Kind.MANDATORY, "InvoiceTo")
        return
    if draft.changes("OrderedBy") and not draft.is_new:
        for name in {"InvoiceTo", "DeliverTo"} - draft.sent:
            draft[name] = None
    draft.usual(
        InvoiceTo=customer.values.get("InvoiceAccount") or customer.id,
        DeliverTo=customer.id,
        Salesperson=draft.by or draft.division.shared.people[0].id,
        OrderNumber=draft["OrderNumber"] or draft.division.next_number("OrderNumber"),
    )
    common.check_customer(draft, "OrderedBy")
    if draft["InvoiceTo"] != draft["OrderedBy"]:
        common.check_customer(draft, "InvoiceTo")


def check_people(draft: Draft) -> None:
    contact = draft.referred("OrderedByContactPerson")
    if contact is not None and contact.values.get("Account") != draft["OrderedBy"]:
        draft.refuse(Kind.BAD_REFERENCE, "OrderedByContactPerson")
    seller = draft["Salesperson"]
    if draft.changes("Salesperson") and seller and not draft.division.shared.person(seller):
        draft.refuse(Kind.BAD_REFERENCE, "Salesperson")


def settle_dates(draft: Draft) -> None:
    draft.usual(OrderDate=draft.division.today())
    draft.usual(InvoiceDate=draft["OrderDate"])
    common.settle_due(draft, "InvoiceDate")


def add_up(draft: Draft) -> None:
    """The totals of the lines, less a discount of the invoice as a whole."""
    if draft.is_new:
        for line in draft.lines["SalesInvoiceLines"]:
            invoice_lines.settle(line)
        amounts = [
            invoice_lines.amount_of(line.values) for line in draft.lines["SalesInvoiceLines"]
        ]
    else:
        amounts = stored_amounts(draft.division, draft.id)
    sent = {name: draft[name] for name in _DISCOUNTS if name in draft.sent}
    draft.values |= totals(draft.division, draft.values, added(amounts), sent)


_DISCOUNTS = ("Discount", "AmountDiscount", "AmountDiscountExclVat")


def totals(
    division: Division, values: Mapping[str, Any], lines: Amount, sent: Mapping[str, Any]
) -> dict[str, Any]:
    """The amounts of a header; `sent` is what is said anew of its discount."""
    kept = sent or {"Discount": values.get("Discount")}
    discount = header_discount(
        lines,
        percentage=kept.get("Discount"),
        net=kept.get("AmountDiscountExclVat"),
        gross=kept.get("AmountDiscount"),
    )
    total = lines.times(1 - discount.share)
    rate = common.rate_of(division, str(values.get("Currency"))) or decimal(1)
    return {
        "Discount": shown(discount.share),
        "DiscountType": discount.kind if sent else values.get("DiscountType", 1),
        "AmountDiscount": shown(rounded((lines.gross - total.gross) * rate)),
        "AmountDiscountExclVat": shown(rounded((lines.net - total.net) * rate)),
        "AmountFC": shown(total.gross),
        "AmountFCExclVat": shown(total.net),
        "AmountDC": shown(rounded(total.gross * rate)),
        "VATAmountFC": shown(total.vat),
        "VATAmountDC": shown(rounded(total.vat * rate)),
    }


def stored_amounts(division: Division, invoice: str) -> list[Amount]:
    rows = division.where(PATH, InvoiceID=invoice)
    return [invoice_lines.amount_of(row.values) for row in rows]


# What a change does to the others


def restamp_lines(draft: Draft) -> None:
    """A changed header shows its lines as changed too."""
    for row in draft.division.where(PATH, InvoiceID=draft.id):
        if not draft.is_new:
            common.restamp(draft.division, PATH, row.id)


def refresh_header(line: Draft) -> None:
    """A line that was changed alone changes the totals, and with them the header."""
    if line.header is not None:
        return
    division, invoice = line.division, str(line["InvoiceID"])
    header = division.find(HEADER, invoice)
    if header is None:
        return
    changed = totals(division, header.values, added(stored_amounts(division, invoice)), {})
    division.touch(HEADER, invoice, **changed)
    for row in division.where(PATH, InvoiceID=invoice):
        if row.id != line.id:
            common.restamp(division, PATH, row.id)


def keep_one_line(line: Draft) -> None:
    if len(line.division.where(PATH, InvoiceID=str(line["InvoiceID"]))) == 1:
        line.refuse(Kind.MANDATORY, "SalesInvoiceLines")


def check_line_open(line: Draft) -> None:
    invoice_lines.check_open(line)


INVOICES = Entity(
    path=HEADER,
    type="SalesInvoice",
    fields=tuned(
        SALES_INVOICES,
        OrderedBy={"refers_to": "crm/Accounts"},
        InvoiceTo={"refers_to": "crm/Accounts"},
        DeliverTo={"refers_to": "crm/Accounts"},
        OrderedByContactPerson={"refers_to": "crm/Contacts"},
        InvoiceToContactPerson={"refers_to": "crm/Contacts"},
        DeliverToContactPerson={"refers_to": "crm/Contacts"},
        Journal={"refers_to": "financial/Journals"},
        PaymentCondition={"refers_to": "cashflow/PaymentConditions"},
        Currency={"refers_to": "general/Currencies"},
        # Seen of the service: a date that is sent with a new invoice stays.
        InvoiceDate={"in_post": True},
        YourRef={"longest": 30},
        Description={"longest": 60},
    ),
    scope=SCOPE,
    topic="SalesInvoices",
    deleted_as=13,
    keeps_results=True,
    answers_full=True,
    late=_VAT,
    defaults={"Type": INVOICE, "Status": OPEN},
    joined={
        "OrderedByName": ("OrderedBy", "Name"),
        "InvoiceToName": ("InvoiceTo", "Name"),
        "DeliverToName": ("DeliverTo", "Name"),
        "OrderedByContactPersonFullName": ("OrderedByContactPerson", "FullName"),
        "InvoiceToContactPersonFullName": ("InvoiceToContactPerson", "FullName"),
        "JournalDescription": ("Journal", "Description"),
        "PaymentConditionDescription": ("PaymentCondition", "Description"),
    },
    computed={
        "StatusDescription": lambda _, values: _STATUSES.get(values["Status"]),
        "TypeDescription": lambda _, values: _TYPES.get(values["Type"]),
        "SalespersonFullName": lambda division, values: _person(division, values, "Salesperson"),
    },
    lines={"SalesInvoiceLines": Lines(PATH, "InvoiceID", mandatory=True)},
    rules=(
        check_open,
        check_kind,
        settle_parties,
        check_people,
        lambda draft: common.usual_terms(draft, "InvoiceTo"),
        common.check_currency,
        common.check_journal,
        settle_dates,
        add_up,
    ),
    saved=(restamp_lines,),
    guards=(check_open,),
    takes_along=((PATH, "InvoiceID"),),
)
LINES = Entity(
    path=PATH,
    type="SalesInvoiceLine",
    fields=tuned(
        SALES_INVOICE_LINES,
        # Named by the header that a line is sent with, and derived from the item.
        InvoiceID={"mandatory": False, "refers_to": HEADER},
        GLAccount={"mandatory": False, "refers_to": "financial/GLAccounts"},
        Item={"refers_to": "logistics/Items"},
        UnitCode={"refers_to": "logistics/Units", "pad": 8},
        VATCode={"refers_to": "vat/VATCodes", "pad": 3},
    ),
    scope=SCOPE,
    topic="SalesInvoices",
    told_key="InvoiceID",
    answers_full=True,
    joined={
        "ItemCode": ("Item", "Code"),
        "ItemDescription": ("Item", "Description"),
        "GLAccountDescription": ("GLAccount", "Description"),
        "UnitDescription": ("UnitCode", "Description"),
        "VATCodeDescription": ("VATCode", "Description"),
    },
    rules=(
        check_line_open,
        invoice_lines.settle,
        invoice_lines.check_item,
        invoice_lines.check_codes,
        common.check_vat,
        invoice_lines.number,
    ),
    saved=(refresh_header,),
    guards=(check_line_open, keep_one_line),
    removed=(refresh_header,),
    shown={
        "Description": "Omschrijving",
        "Quantity": "Aantal",
        "NetPrice": "Nettoprijs",
        "AmountFC": "Bedrag",
        "VATCode": "Btw-code",
    },
)


def _person(division: Division, values: Mapping[str, Any], name: str) -> str | None:
    person = division.shared.person(str(values.get(name)))
    return person.full_name if person else None


def _with_header(division: Division, row: Row) -> Mapping[str, Any]:
    """A row of the sync: a header is line 0, and a line bears its header's values."""
    if row.path == HEADER:
        return {"LineNumber": 0, "ID": None}
    header = division.find(HEADER, row.values["InvoiceID"])
    if header is None:
        return {}
    shown_fields = SYNC_SALES_INVOICES.keys() - LINES.fields.keys() - {"Timestamp"}
    return {name: division.value(INVOICES, header, name) for name in shown_fields}


SYNC_INVOICES = View(
    path="sync/SalesInvoice/SalesInvoices",
    type="SalesInvoice",
    fields=tuned(SYNC_SALES_INVOICES, UnitCode={"pad": 8}, VATCode={"pad": 3}),
    scope=SCOPE,
    of=(HEADER, PATH),
    by_timestamp=True,
    only_filters=("Timestamp",),
    needs_filter=("Timestamp",),
    present=_with_header,
)
BULK_INVOICES = View(
    path="bulk/SalesInvoice/SalesInvoices",
    type="SalesInvoice",
    fields=BULK_SALES_INVOICES,
    scope=SCOPE,
    of=(HEADER,),
    needs_select=True,
)
BULK_LINES = View(
    path="bulk/SalesInvoice/SalesInvoiceLines",
    type="SalesInvoiceLine",
    fields=tuned(SALES_INVOICE_LINES, UnitCode={"pad": 8}, VATCode={"pad": 3}),
    scope=SCOPE,
    of=(PATH,),
    needs_select=True,
)
VIEWS = (SYNC_INVOICES, BULK_INVOICES, BULK_LINES)
