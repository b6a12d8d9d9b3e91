"""The rules of sales invoices: parties, dates, totals, and what may still be changed.

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
from integrations.sandbox.exact.invoice_lines import HEADER, PATH, PROCESSED
from integrations.sandbox.exact.messages import Kind

# Direct invoices (8023, 8024) belong to dearer editions.
INVOICE, CREDIT_NOTE = 8020, 8021
TYPES = {INVOICE: "Verkoopfactuur", CREDIT_NOTE: "Creditnota"}
_DISCOUNTS = ("Discount", "AmountDiscount", "AmountDiscountExclVat")


# Rules of the header


def check_open(draft: Draft) -> None:
    if draft.was("Status") == PROCESSED:
        draft.stop(Kind.PROCESSED)


def check_kind(draft: Draft) -> None:
    """Direct invoices need a dearer edition, and only they have a warehouse."""
    if draft["Type"] not in TYPES or (not draft.is_new and draft.changes("Type")):
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
