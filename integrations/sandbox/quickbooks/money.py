"""Amounts: exact inside, numbers with the decimals of their currency outside."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

ZERO = Decimal(0)
# ISO 4217; all others have two.
_DECIMALS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
MOST = 9999999999.99999


def decimal(value: Any) -> Decimal:
    """The exact value of a JSON number as it was written; zero for none."""
    return Decimal(str(value)) if value else ZERO


def decimals(currency: str) -> int:
    return _DECIMALS.get(currency, 2)


@cache
def smallest(currency: str) -> Decimal:
    """A cent, or what the currency has for one."""
    return Decimal(1).scaleb(-decimals(currency))


def rounded(value: Decimal, currency: str) -> Decimal:
    """Half a cent goes up."""
    return value.quantize(smallest(currency), ROUND_HALF_UP)


def shown(value: Decimal) -> float:
    """An amount as it stands in an answer."""
    return float(value)


def spelled(value: Any) -> str:
    """An amount as it stands in a fault: 1,861.07."""
    return f"{decimal(value).normalize():,f}"
