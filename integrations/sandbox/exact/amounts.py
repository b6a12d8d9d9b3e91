"""What lines and totals come to.

Sources: the reference of SalesInvoiceLines and SalesEntryLines. That VAT is reckoned line by line,
and that a code of type I has its VAT inside the price, is read from the fields: no page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO, ONE = Decimal(0), Decimal(1)
_CENT = Decimal("0.01")
# Prices have more digits than amounts.
_PRICE = Decimal("0.000001")


def decimal(value: Any) -> Decimal:
    """The number of a JSON value; nothing is nothing."""
    return ZERO if value is None else Decimal(str(value))


def rounded(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def shown(value: Decimal) -> float:
    """A number as OData writes Edm.Double."""
    return float(value)


@dataclass(frozen=True)
class Vat:
    """A VAT code as it is reckoned with; `percentage` is a fraction."""

    percentage: Decimal
    is_inside: bool = False


NO_VAT = Vat(ZERO)


@dataclass(frozen=True)
class Amount:
    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def times(self, factor: Decimal) -> Amount:
        """The amount after a discount, or in another currency."""
        return Amount(rounded(self.net * factor), rounded(self.vat * factor))


@dataclass(frozen=True)
class Price:
    """A line's price before and after its discount, a fraction."""

    unit: Decimal
    net: Decimal
    discount: Decimal


def priced(
    *,
    default: Decimal | None,
    unit: Decimal | None = None,
    net: Decimal | None = None,
    discount: Decimal | None = None,
) -> Price:
    """The price of a line from what was sent of it and the item's own price.

    A discount is what the net price is below the unit price; a net price that was sent stands.
    """
    before = unit if unit is not None else default
    if net is None:
        start = before or ZERO
        share = discount or ZERO
        return Price(start, (start * (ONE - share)).quantize(_PRICE).normalize() + ZERO, share)
    if not before:
        return Price(net, net, ZERO)
    return Price(before, net, ((before - net) / before).quantize(_PRICE))


def line_amount(quantity: Decimal, price: Decimal, vat: Vat) -> Amount:
    return with_vat(rounded(quantity * price), vat)


def with_vat(amount: Decimal, vat: Vat) -> Amount:
    """An amount as it was entered, which holds its VAT where the code says so."""
    if vat.is_inside:
        inside = rounded(amount * vat.percentage / (ONE + vat.percentage))
        return Amount(amount - inside, inside)
    return Amount(amount, rounded(amount * vat.percentage))


def added(amounts: list[Amount]) -> Amount:
    return Amount(
        sum((each.net for each in amounts), ZERO), sum((each.vat for each in amounts), ZERO)
    )


@dataclass(frozen=True)
class HeaderDiscount:
    """The discount of an invoice as a whole: how it was told, and its share of the total."""

    kind: int
    share: Decimal


def header_discount(
    total: Amount, *, percentage: Any = None, net: Any = None, gross: Any = None
) -> HeaderDiscount:
    """1 a percentage (a fraction), 2 an amount without VAT, 3 one with VAT."""
    if net is not None and total.net:
        return HeaderDiscount(2, decimal(net) / total.net)
    if gross is not None and total.gross:
        return HeaderDiscount(3, decimal(gross) / total.gross)
    return HeaderDiscount(1, decimal(percentage))
