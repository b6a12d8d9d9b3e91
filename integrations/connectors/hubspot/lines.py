"""Line items to lines and back.

HubSpot's line items guide: a price is per unit and not negative, a discount is money or per cent
off each unit (one of the two), and `amount` is what HubSpot makes of them.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.values import BadValue, number_or_none
from integrations.contract import Line

POSITION = "hs_position_on_quote"
# HubSpot's own: the name and per cent of the rate.
TAX_LABEL = "hs_tax_label"
PROPERTIES = (
    "hs_product_id",
    "hs_sku",
    "name",
    "description",
    "quantity",
    "price",
    "amount",
    "discount",
    "hs_discount_percentage",
    "hs_tax_rate_group_id",
    TAX_LABEL,
    POSITION,
)
_ZERO = Decimal(0)
# Prices and discounts of a unit may have so many decimals.
_SIXTH = Decimal("0.000001")
# ISO 4217: currencies without a hundredth part.
_DECIMALS = dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"), 0)
_DECIMALS |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)


def position_of(payload: Payload) -> tuple[Decimal, int]:
    """By this an invoice's lines are sorted: as people put them, else as they were made."""
    at = number_or_none(payload.properties.get(POSITION))
    return (Decimal("Infinity") if at is None else at), int(payload.id)


def line_of(payload: Payload) -> Line:
    get = payload.properties.get
    quantity, price = number_or_none(get("quantity")), number_or_none(get("price"))
    amount = number_or_none(get("amount"))
    return Line(
        id=payload.id,
        reference=get("hs_product_id") or "",
        sku=get("hs_sku") or "",
        name=get("name") or "",
        description=get("description") or "",
        quantity=quantity,
        unit_price=price,
        discount=_discount(payload, quantity, price, amount),
        amount=amount,
        tax=get("hs_tax_rate_group_id") or "",
        tax_name=get(TAX_LABEL) or "",
    )


def _discount(
    payload: Payload, quantity: Decimal | None, price: Decimal | None, amount: Decimal | None
) -> Decimal | None:
    """Money off the whole line: what the price comes to, less what the line comes to."""
    per_unit = number_or_none(payload.properties.get("discount"))
    per_cent = number_or_none(payload.properties.get("hs_discount_percentage"))
    if not (per_unit or per_cent) or quantity is None or price is None or amount is None:
        return None
    return quantity * price - amount


def properties_of(line: Line, position: int, currency: str) -> Mapping[str, str]:
    """What to send, "" for what is empty; raises BadValue for a line HubSpot cannot hold."""
    quantity, price, discount = _numbers(line)
    if price is not None and price < 0:
        raise BadValue(f"the line {_called(line)} has a negative price")
    _check(line, quantity, price, discount, currency)
    return {
        "hs_product_id": line.reference,
        "hs_sku": line.sku,
        "name": line.name,
        "description": line.description,
        "quantity": _text(quantity),
        "price": _text(price),
        "discount": _text(discount),
        "hs_discount_percentage": "",
        "hs_tax_rate_group_id": line.tax,
        "hs_line_item_currency_code": currency,
        POSITION: str(position),
    }


def _numbers(line: Line) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Quantity, price and discount of a unit."""
    quantity, price = line.quantity, line.unit_price
    if quantity is None and (price is not None or line.amount is not None):
        quantity = Decimal(1)
    if not quantity:
        return quantity, price, None
    if price is None and line.amount is not None:
        price = _per_unit(line.amount + (line.discount or _ZERO), quantity)
    return quantity, price, _per_unit(line.discount, quantity) if line.discount else None


def _per_unit(money: Decimal, quantity: Decimal) -> Decimal:
    return (money / quantity).quantize(_SIXTH, ROUND_HALF_UP)


def _check(
    line: Line,
    quantity: Decimal | None,
    price: Decimal | None,
    discount: Decimal | None,
    currency: str,
) -> None:
    """HubSpot works the amount out by itself: it must be the one that is meant."""
    if line.amount is None:
        return
    coin = Decimal(1).scaleb(-_DECIMALS.get(currency, 2))
    made = (quantity or _ZERO) * ((price or _ZERO) - (discount or _ZERO))
    if made.quantize(coin, ROUND_HALF_UP) != line.amount.quantize(coin, ROUND_HALF_UP):
        raise BadValue(
            f"the line {_called(line)} comes to {_text(made)} in HubSpot, not to"
            f" {_text(line.amount)}"
        )


def _called(line: Line) -> str:
    return f"“{line.name or line.sku or line.description[:60] or line.reference}”"


def _text(number: Decimal | None) -> str:
    """A plain decimal without needless zeros."""
    if number is None:
        return ""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
