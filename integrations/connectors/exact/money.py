"""Amounts and prices: doubles at Exact, exact numbers here."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.connectors.exact.payloads import decimal

# Nearer than this to an amount, a product is rounded to it by every way of rounding.
CLOSE = Decimal("0.0045")
# A double carries dust behind the digits that were meant.
_MOST_PLACES = 8
_STEP = Decimal(1).scaleb(-_MOST_PLACES)


def number(value: Any) -> Decimal | None:
    """The number without the dust of a double."""
    found = decimal(value)
    if found is None or found.as_tuple().exponent >= -_MOST_PLACES:  # type: ignore[operator]
        return found
    return found.quantize(_STEP, ROUND_HALF_UP)
