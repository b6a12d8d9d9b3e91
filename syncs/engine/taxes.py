"""What amounts and their tax come to."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from syncs.engine.currencies import rounded
from syncs.engine.lines import ZERO

HUNDRED = Decimal(100)


def taxed_totals(
    amounts: Iterable[tuple[Decimal, Decimal]], currency: str
) -> tuple[Decimal, Decimal]:
    """The total of (amount, per cent of tax on top) with tax rounded for each rate, and for each
    line: providers do the one or the other, and both are right.
    """
    net, by_line = ZERO, ZERO
    by_rate: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for amount, rate in amounts:
        net += amount
        by_rate[rate] += amount
        by_line += rounded(amount * rate / HUNDRED, currency)
    for_rates = (rounded(amount * rate / HUNDRED, currency) for rate, amount in by_rate.items())
    return net + sum(for_rates, ZERO), net + by_line
