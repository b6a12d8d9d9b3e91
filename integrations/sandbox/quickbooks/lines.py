"""The lines of a sale: what each must have, and what the service adds to them.

Sources: the entity reference (Invoice, Line) and the error code table of developer.intuit.com.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.sandbox.quickbooks.faults import Refused, business, inactive, missing, refused
from integrations.sandbox.quickbooks.money import ZERO, decimal, rounded, shown, spelled
from integrations.sandbox.quickbooks.sales_fields import (
    DESCRIPTION,
    DISCOUNT,
    GROUP,
    NEVER,
    SALE,
    SUBTOTAL,
)
from integrations.sandbox.quickbooks.shelf import Record

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft

_SELLING = frozenset({SALE, GROUP, DESCRIPTION})


def currency_of(record: Record) -> str:
    return str(record["CurrencyRef"]["value"])


def settle_lines(draft: Draft) -> None:
    """Check every line that was sent, number them and add the subtotal.

    A subtotal is the service's own line: one that is sent gives way to it.
    """
    sent = draft.after.get("Line") or []
    lines = [line for line in sent if line.get("DetailType") != SUBTOTAL]
    if not any(line.get("DetailType") in _SELLING for line in lines):
        raise Refused([missing("Line")])
    if "Line" in draft.sent:
        for line in lines:
            _check(draft, line)
        _number(draft, lines)
    _weigh_discounts(draft, lines)
    draft.after["Line"] = _with_subtotal(lines)


def subtotal(lines: list[Record]) -> Decimal:
    """What is sold, before discounts and tax."""
    sold = (line for line in lines if line["DetailType"] in (SALE, GROUP))
    return sum((decimal(line.get("Amount")) for line in sold), ZERO)


def discount(lines: list[Record]) -> Decimal:
    given = (line for line in lines if line["DetailType"] == DISCOUNT)
    return sum((decimal(line.get("Amount")) for line in given), ZERO)


def sold(lines: list[Record]) -> list[Record]:
    """The lines with something sold, those inside bundles too."""
    found: list[Record] = []
    for line in lines:
        if line["DetailType"] == SALE:
            found.append(line)
        elif line["DetailType"] == GROUP:
            found += (line.get(GROUP) or {}).get("Line", [])
    return found


def _check(draft: Draft, line: Record) -> None:
    match line.get("DetailType"):
        case "SalesItemLineDetail":
            _check_sale(draft, line)
        case "GroupLineDetail":
            _check_group(draft, line)
        case "DiscountLineDetail":
            _check_discount(draft, line)
        case "DescriptionOnly":
            # A text has no amount; one that is sent is ignored.
            line.pop("Amount", None)
            line.setdefault("DescriptionLineDetail", {})
        case _:
            raise Refused([missing("Line.DetailType")])


def _check_sale(draft: Draft, line: Record) -> None:
    """A sale names an active product, and its amount is its quantity times its price.

    Where the reference says that a line without a product is a text whose amount is ignored, and
    the error table that a line with an amount needs one (6440), the table is followed.
    """
    if line.get("Amount") is None:
        raise Refused([missing("Line.Amount")])
    detail, amount = line.setdefault(SALE, {}), decimal(line["Amount"])
    if not detail.get("ItemRef") and amount:
        raise refused(
            "6440",
            "You must select a product/service or an account for each split line that has an "
            "amount or a billable customer.",
            "Line",
        )
    _multiply(draft, line, detail, amount)
    if detail.get("ItemRef"):
        _check_item(draft, detail)


def _multiply(draft: Draft, line: Record, detail: Record, amount: Decimal) -> None:
    """Quantity and price as sent, multiplied and then rounded, must make the amount (6070)."""
    currency = currency_of(draft.after)
    paid = rounded(amount, currency)
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    if quantity is not None and price is not None:
        product = rounded(decimal(quantity) * decimal(price), currency)
        if product != paid:
            detail_text = (
                f"Amount is not equal to UnitPrice * Qty. Supplied value:{spelled(amount)}"
            )
            raise refused("6070", detail_text, "Line.Amount")
    line["Amount"] = shown(paid)


def _check_item(draft: Draft, detail: Record) -> None:
    row = draft.store.find("Item", str(detail["ItemRef"]["value"]))
    if row is None:
        return
    item = row.record()
    if item.get("Type") == "Category":
        wrong = "Invalid Reference Id : Categories cannot be used in transactions"
        raise refused("2500", wrong, "Line.SalesItemLineDetail.ItemRef")
    if item.get("IncomeAccountRef") and not detail.get("ItemAccountRef"):
        detail["ItemAccountRef"] = item["IncomeAccountRef"]
    _check_stock(draft, item, detail)
    _check_service_date(draft, item, detail)


def _check_stock(draft: Draft, item: Record, detail: Record) -> None:
    """What is counted is sold by number, and not before it was first counted."""
    if item.get("Type") != "Inventory":
        return
    if detail.get("Qty") is None:
        told = "The tracked inventory item must have a quantity."
        raise refused("6520", told, "Line.SalesItemLineDetail.Qty")
    if draft.after["TxnDate"] < str(item.get("InvStartDate", "")):
        raise refused(
            "6270",
            "Transactions with inventory items that have a quantity on hand can't be dated "
            "earlier than the Inventory Start Date for the item.",
            "TxnDate",
        )


def _check_service_date(draft: Draft, item: Record, detail: Record) -> None:
    """Revenue that is recognised over time needs a date; where dates are off none is kept.

    That a date is dropped, not refused, while the company's forms have none is this stand-in's
    reading; the documentation leaves it open.
    """
    if not draft.store.preference("SalesFormsPrefs", "AllowServiceDate"):
        detail.pop("ServiceDate", None)
    recognised = draft.store.preference("ProductAndServicesPrefs", "RevenueRecognitionEnabled")
    given = detail.get("ServiceDate")
    if recognised and item.get("DeferredRevenue") and given in (None, NEVER):
        raise business("Enter a service date for the revenue recognition line item", "ServiceDate")


def _check_group(draft: Draft, line: Record) -> None:
    """A bundle is worth what is in it."""
    row = draft.store.find("Item", str(line.get(GROUP, {}).get("GroupItemRef", {}).get("value")))
    if row is None or row.record().get("Type") != "Group":
        wrong = "Invalid Reference Id : the item is no bundle"
        raise refused("2500", wrong, "Line.GroupLineDetail.GroupItemRef")
    inside = line[GROUP].get("Line", [])
    for part in inside:
        _check_sale(draft, part)
    line["Amount"] = shown(sum((decimal(part["Amount"]) for part in inside), ZERO))


def _check_discount(draft: Draft, line: Record) -> None:
    detail = line.setdefault(DISCOUNT, {})
    if draft.store.preference("SalesFormsPrefs", "AllowDiscount") is False:
        raise refused("5030", "Feature Not Supported : Discounts are turned off.", "Line")
    has_percent = detail.get("PercentBased") and detail.get("DiscountPercent") is not None
    if not has_percent and line.get("Amount") is None:
        raise refused("6090", "Discount amount or percent should be provided.", "Line")
    if detail.get("DiscountAccountRef"):
        return
    number = draft.store.preference("SalesFormsPrefs", "DefaultDiscountAccount")
    row = draft.store.find("Account", str(number))
    if row is None or not row.active:
        raise inactive("Line.DiscountLineDetail.DiscountAccountRef")
    detail["DiscountAccountRef"] = {"value": row.id, "name": row.record()["Name"]}


def _weigh_discounts(draft: Draft, lines: list[Record]) -> None:
    """A percentage is taken of what is sold now; an amount stands as it was given."""
    currency, whole = currency_of(draft.after), subtotal(lines)
    for line in lines:
        if line["DetailType"] != DISCOUNT:
            continue
        detail = line[DISCOUNT]
        amount = decimal(line.get("Amount"))
        if detail.get("PercentBased") and detail.get("DiscountPercent") is not None:
            amount = whole * decimal(detail["DiscountPercent"]) / 100
        line["Amount"] = shown(rounded(amount, currency))


def _number(draft: Draft, lines: list[Record]) -> None:
    """Known lines keep their Id; a line without one, or with an unknown one, is new."""
    known = {line["Id"] for line in draft.was("Line") or [] if "Id" in line}
    highest = max((int(number) for number in known if number.isdigit()), default=0)
    for place, line in enumerate(lines, 1):
        line["LineNum"] = place
        number = line.get("Id")
        known_now = number in known
        known.discard(str(number))
        if not known_now:
            highest += 1
            line["Id"] = str(highest)
    draft.after["Line"] = lines


def _with_subtotal(lines: list[Record]) -> list[Record]:
    added: dict[str, Any] = {
        "Amount": shown(subtotal(lines)),
        "DetailType": SUBTOTAL,
        SUBTOTAL: {},
    }
    first = [line for line in lines if line["DetailType"] != DISCOUNT]
    return [*first, added, *(line for line in lines if line["DetailType"] == DISCOUNT)]
