"""Lines of sales invoices: the item sold, its price, VAT and ledger.

Sources: the reference of SalesInvoiceLines. How Exact words an item that is not for sale is not
documented; the words here follow those for a customer of the wrong type.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact.amounts import (
    Amount,
    decimal,
    line_amount,
    priced,
    rounded,
    shown,
    with_vat,
)
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.messages import Kind
from integrations.sandbox.exact.shelf import Row

HEADER, PATH = "salesinvoice/SalesInvoices", "salesinvoice/SalesInvoiceLines"
PROCESSED = 50
NOT_FOR_SALE = ("Artikel (Verkoopartikel)", "Item (Sales item)")
ITEM_ENDED = ("Artikel (Einddatum)", "Item (End date)")


def check_open(line: Draft) -> None:
    """Lines of a processed invoice are final."""
    if line.header is None and common.header_of(line).get("Status") == PROCESSED:
        line.stop(Kind.PROCESSED)


def settle(line: Draft) -> None:
    """Complete a line; twice is as once, for the header asks for it before its own turn."""
    if line.header is None and not line["InvoiceID"]:
        line.refuse(Kind.MANDATORY, "InvoiceID")
        return
    item = line.referred("Item")
    if item is None:
        return
    _take_from_item(line, item)
    _price(line, item)
    _reckon(line)


def check_item(line: Draft) -> None:
    item = line.referred("Item")
    if item is None or not (line.is_new or line.changes("Item") or line.changes("Quantity")):
        return
    if not item.values.get("IsSalesItem"):
        line.refuse(Kind.INVALID, NOT_FOR_SALE)
    elif common.is_over(line.division, item.values):
        line.refuse(Kind.INVALID, ITEM_ENDED)
    quantity = decimal(line["Quantity"])
    if quantity % 1 and not item.values.get("IsFractionAllowedItem"):
        line.refuse(Kind.INVALID_VALUE, "Quantity", line["Quantity"])


def check_codes(line: Draft) -> None:
    if line.referred("Item") is None:
        return
    for name in ("VATCode", "GLAccount"):
        if line[name] is None:
            line.refuse(Kind.MANDATORY, name)
    ledger = line.referred("GLAccount")
    if ledger is not None and ledger.values.get("IsBlocked"):
        line.refuse(Kind.BLOCKED, "GLAccount")


def _take_from_item(line: Draft, item: Row) -> None:
    """What a line does not say it has of its item, its VAT first of its customer."""
    if line.before is not None and line.changes("Item"):
        for name in {"Description", "UnitCode", "GLAccount", "VATCode"} - line.sent:
            line[name] = None
    values = item.values
    line.usual(
        Quantity=1.0,
        Description=values.get("Description"),
        UnitCode=values.get("Unit"),
        GLAccount=values.get("GLRevenue") or _group_ledger(line.division, values),
        VATCode=_customer_vat(line) or values.get("SalesVatCode"),
    )


def _group_ledger(division: Division, item: Mapping[str, Any]) -> Any:
    group = division.find("logistics/ItemGroups", item.get("ItemGroup"))
    return group.values.get("GLRevenue") if group else None


def _customer_vat(line: Draft) -> Any:
    row = line.division.find("crm/Accounts", common.header_of(line).get("OrderedBy"))
    return row.values.get("SalesVATCode") if row else None


def _price(line: Draft, item: Row) -> None:
    """Net price, unit price and discount belong together: what was sent decides the others."""
    said = line.sent & {"UnitPrice", "NetPrice", "Discount", "AmountFC"}
    if not (line.is_new or said or line.changes("Item")):
        return
    net = line["NetPrice"] if "NetPrice" in said else None
    if net is None and said == {"AmountFC"} and line["Quantity"]:
        net = decimal(line["AmountFC"]) / decimal(line["Quantity"])
    keeps_unit = "UnitPrice" in said or not (line.is_new or line.changes("Item"))
    price = priced(
        default=list_price(line.division, item),
        unit=decimal(line["UnitPrice"]) if keeps_unit and line["UnitPrice"] is not None else None,
        net=None if net is None else decimal(net),
        discount=None if line["Discount"] is None else decimal(line["Discount"]),
    )
    line["UnitPrice"], line["NetPrice"] = shown(price.unit), shown(price.net)
    line["Discount"] = shown(price.discount)


def list_price(division: Division, item: Row) -> Decimal | None:
    """The price of an item that holds for every customer, today and from the first piece on."""
    today, best = division.today(), None
    for row in division.where("logistics/SalesItemPrices", Item=item.id):
        values = row.values
        starts, ends = values.get("StartDate", today), values.get("EndDate", today)
        is_list = not values.get("Account") and decimal(values.get("Quantity")) <= 1
        if is_list and starts <= today <= ends and (best is None or starts > best[0]):
            best = (starts, decimal(values.get("Price")))
    return best[1] if best else None


def _reckon(line: Draft) -> None:
    amount = _amount(line)
    rate = common.rate_of(line.division, str(common.header_of(line).get("Currency"))) or Decimal(1)
    row = line.referred("VATCode")
    line["VATPercentage"] = row.values.get("Percentage") if row else None
    line["AmountFC"], line["VATAmountFC"] = shown(amount.net), shown(amount.vat)
    line["AmountDC"] = shown(rounded(amount.net * rate))
    line["VATAmountDC"] = shown(rounded(amount.vat * rate))


def _amount(line: Draft) -> Amount:
    vat = common.vat_of(line)
    if "AmountFC" in line.sent and not line.sent & {"NetPrice", "UnitPrice"} and line.is_new:
        found = with_vat(rounded(decimal(line["AmountFC"])), vat)
    else:
        found = line_amount(decimal(line["Quantity"]), decimal(line["NetPrice"]), vat)
    if "VATAmountFC" in line.sent and line["VATAmountFC"] is not None:
        return Amount(found.net, rounded(decimal(line["VATAmountFC"])))
    return found


def amount_of(values: Mapping[str, Any]) -> Amount:
    return Amount(decimal(values.get("AmountFC")), decimal(values.get("VATAmountFC")))


def number(line: Draft) -> None:
    """Lines are numbered as they come; numbers of lines that went are not used again."""
    if not line.is_new or line["LineNumber"]:
        return
    header = line.header
    if header is not None:
        line["LineNumber"] = header.lines["SalesInvoiceLines"].index(line) + 1
        return
    others = line.division.where(PATH, InvoiceID=str(line["InvoiceID"]))
    line["LineNumber"] = max((row.values["LineNumber"] for row in others), default=0) + 1
