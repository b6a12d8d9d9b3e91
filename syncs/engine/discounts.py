"""Money off a whole document, spread over its lines to the last coin."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from integrations.contract import Line
from syncs.engine.currencies import coin
from syncs.engine.lines import ONE, ZERO, comes_to, multiplied, short


def spread(cut: Decimal, amounts: Sequence[Decimal], currency: str) -> tuple[Decimal, ...] | None:
    """The part of the cut that falls on each amount, in proportion; None when they come to less.

    The parts add up to the cut exactly, and none is more than its amount.
    """
    if not cut:
        return (ZERO,) * len(amounts)
    total = sum(amounts, ZERO)
    if cut > total:
        return None
    step = min([coin(currency), *(_step(amount) for amount in (cut, *amounts))])
    exact = [cut * amount / total for amount in amounts]
    shares = [share.quantize(step, ROUND_FLOOR) for share in exact]
    missing = int((cut - sum(shares, ZERO)) / step)
    # Whoever lost most by rounding down gets a coin back; earlier lines first.
    order = sorted(range(len(exact)), key=lambda place: shares[place] - exact[place])
    for place in order[:missing]:
        shares[place] += step
    return tuple(shares)


def _step(amount: Decimal) -> Decimal:
    exponent = amount.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else ONE


def priced(line: Line, cut: Decimal, currency: str) -> Line:
    """The line with so much taken off: as a discount where the numbers multiply out, else net."""
    amount = line.amount or ZERO
    if not cut:
        return multiplied(line, currency)
    net = replace(line, amount=amount - cut)
    quantity = ONE if line.quantity is None else line.quantity
    price = amount if line.unit_price is None else line.unit_price
    discount = quantity * price - (amount - cut)
    if quantity <= ZERO or discount <= ZERO:
        return multiplied(net, currency)
    # A discount is kept for each piece, in as many decimals as a price.
    if not comes_to(quantity * (price - short(discount / quantity)), amount - cut, currency):
        return multiplied(net, currency)
    return replace(net, quantity=quantity, unit_price=price, discount=discount)
