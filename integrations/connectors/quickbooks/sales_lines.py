"""The lines of a sale: an invoice's `Line` as values and back.

developer.intuit.com, API reference, Invoice: a line sells an item, gives a discount on the whole
document, is a text, a bundle with lines of its own, or the subtotal that QuickBooks makes. What is
sent replaces all of them (third parties' tests: also those parts of a line that are left out), so
that every line is sent whole. Where prices include tax, `Amount` is net and `TaxInclusiveAmt` what
the line comes to.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.connectors.quickbooks.payloads import Payload, decimal, reference, refusal
from integrations.contract import Category, Field, Line

SALE = "SalesItemLineDetail"
DISCOUNT = "DiscountLineDetail"
BUNDLE = "GroupLineDetail"
SUBTOTAL = "SubTotalLineDetail"
DISCOUNT_NAME = "Discount"
INCLUSIVE = "TaxInclusive"
# What QuickBooks makes of a date that is sent empty.
_NEVER = "9999-12-31"
# Items of QuickBooks' own, whose references bear no name.
_OWN_ITEMS = {"SHIPPING_ITEM_ID": "Shipping", "GRATUITY_ITEM_ID": "Gratuity"}
# What a line says beyond our values; anything else that is read back is QuickBooks' own.
_KEPT = ("LinkedTxn",)
_KEPT_OF_SALE = ("ClassRef",)
_KEPT_OF_DISCOUNT = ("PercentBased", "DiscountPercent", "DiscountAccountRef", "ClassRef")
_PRICE = Decimal("0.0000001")


# Reading


def sales_lines(payload: Payload) -> tuple[Line, ...] | None:
    is_gross = payload.get("GlobalTaxCalculation") == INCLUSIVE
    found = _flattened(payload.get("Line"))
    return tuple(_line(entry, is_gross=is_gross) for entry in found) or None


def _flattened(entries: Any) -> Iterator[Payload]:
    """The lines that people entered; those of a bundle instead of the bundle."""
    for entry in entries or ():
        if BUNDLE in entry:
            yield from _flattened(entry[BUNDLE].get("Line"))
        elif SUBTOTAL not in entry and entry.get("DetailType") != SUBTOTAL:
            yield entry


def _line(entry: Payload, *, is_gross: bool) -> Line:
    if SALE in entry:
        return _sale(entry, entry[SALE], is_gross=is_gross)
    number, description = str(entry.get("Id") or ""), entry.get("Description") or ""
    if DISCOUNT not in entry:
        return Line(id=number, description=description)
    amount = decimal(entry.get("Amount"))
    return Line(
        id=number,
        name=DISCOUNT_NAME,
        description=description,
        amount=None if amount is None else -amount,
        tax=reference(entry[DISCOUNT].get("TaxCodeRef")),
    )


def _sale(entry: Payload, detail: Payload, *, is_gross: bool) -> Line:
    item = detail.get("ItemRef") or {}
    quantity, price = decimal(detail.get("Qty")), decimal(detail.get("UnitPrice"))
    amount, gross = decimal(entry.get("Amount")), decimal(detail.get("TaxInclusiveAmt"))
    if is_gross and gross is not None:
        price, amount = _gross_price(gross, quantity, price), gross
    return Line(
        id=str(entry.get("Id") or ""),
        reference=reference(item),
        name=item.get("name") or _OWN_ITEMS.get(reference(item), ""),
        description=entry.get("Description") or "",
        quantity=quantity,
        unit_price=price,
        discount=_discount(detail, quantity, price, amount),
        amount=amount,
        tax=reference(detail.get("TaxCodeRef")),
        service_date=_date(detail.get("ServiceDate")),
    )


def _gross_price(gross: Decimal, quantity: Decimal | None, price: Decimal | None) -> Decimal | None:
    """QuickBooks holds the price net; with the tax it is what the line comes to, divided."""
    if not quantity or price is None:
        return price
    return (gross / quantity).quantize(_PRICE, ROUND_HALF_UP)


def _discount(
    detail: Payload, quantity: Decimal | None, price: Decimal | None, amount: Decimal | None
) -> Decimal | None:
    """Money off the line where a company has discounts by line (France)."""
    has_one = decimal(detail.get("DiscountRate")) or decimal(detail.get("DiscountAmt"))
    if not has_one or quantity is None or price is None or amount is None:
        return None
    return quantity * price - amount


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if value and value != _NEVER else None


# Writing


def to_sales_lines(field: Field, lines: tuple[Line, ...], current: Payload) -> list[Payload]:
    """The lines whole, with the ids and parts of the ones they continue; prices as they are given.

    Raises Unwritable for what QuickBooks would book otherwise than it was meant.
    """
    if not lines:
        raise refusal(Category.FIELD_MISSING, "cannot_empty", field, "there must be one at least.")
    present = current.get("Line") or ()
    if any(BUNDLE in entry for entry in present):
        reason = "a bundle is among them, whose lines can only be changed in QuickBooks itself."
        raise refusal(Category.STATE_LOCKED, "bundle", field, reason)
    known = {str(entry["Id"]): entry for entry in present if entry.get("Id")}
    return [_to_line(field, line, known.get(line.id, {})) for line in lines]


def _to_line(field: Field, line: Line, current: Payload) -> Payload:
    common = {name: current[name] for name in ("Id", *_KEPT) if name in current}
    if line.description:
        common["Description"] = line.description
    if line.reference:
        return common | _to_sale(field, line, current.get(SALE) or {})
    if line.amount is None:
        return common | {"DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}
    if line.name == DISCOUNT_NAME and line.amount <= 0:
        return common | _to_discount(line, current)
    what = line.name or line.sku or line.description or str(line.amount)
    reason = f"“{what}” names no product or service of QuickBooks."
    raise refusal(Category.FIELD_MISSING, "line_without_item", field, reason)


def _to_sale(field: Field, line: Line, current: Payload) -> Payload:
    if line.amount is None:
        reason = f"“{line.name or line.reference}” has no amount."
        raise refusal(Category.FIELD_MISSING, "line_without_amount", field, reason)
    detail: Payload = {name: current[name] for name in _KEPT_OF_SALE if name in current}
    detail["ItemRef"] = {"value": line.reference}
    if line.quantity is not None:
        detail["Qty"] = line.quantity
    if line.unit_price is not None:
        detail["UnitPrice"] = line.unit_price
    if line.tax:
        detail["TaxCodeRef"] = {"value": line.tax}
    # Never sent empty: QuickBooks would make the year 9999 of it.
    if line.service_date is not None:
        detail["ServiceDate"] = line.service_date.isoformat()
    return {"DetailType": SALE, "Amount": line.amount, SALE: detail}


def _to_discount(line: Line, current: Payload) -> Payload:
    before, amount = current.get(DISCOUNT) or {}, -(line.amount or Decimal(0))
    detail = {name: before[name] for name in _KEPT_OF_DISCOUNT if name in before}
    if amount != decimal(current.get("Amount")):
        detail.pop("DiscountPercent", None)
        detail["PercentBased"] = False
    if line.tax:
        detail["TaxCodeRef"] = {"value": line.tax}
    return {"DetailType": DISCOUNT, "Amount": amount, DISCOUNT: detail}


def net_of_tax(entry: Payload, rates: Mapping[str, Decimal], cent: Decimal) -> Payload:
    """A line whose price includes tax as QuickBooks takes it: net, beside what it comes to.

    A code that is not known is left to QuickBooks, which refuses it.
    """
    detail = entry.get(SALE) or {}
    rate, gross = rates.get(reference(detail.get("TaxCodeRef"))), entry.get("Amount")
    if rate is None or gross is None:
        return entry
    net = (gross / (1 + rate / 100)).quantize(cent, ROUND_HALF_UP)
    changed: Payload = {"TaxInclusiveAmt": gross}
    if detail.get("Qty") and "UnitPrice" in detail:
        changed["UnitPrice"] = (net / detail["Qty"]).quantize(_PRICE, ROUND_HALF_UP)
    return entry | {"Amount": net, SALE: detail | changed}
