"""Amounts as people read them."""

from decimal import Decimal

from syncs.engine.currencies import coin


def told(amount: Decimal, currency: str = "") -> str:
    """Such as "1,234.50 EUR": in the currency's coins, with more decimals where there are more."""
    places = max(_places(coin(currency)), _places(amount.normalize()))
    number = f"{amount:,.{places}f}"
    return f"{number} {currency}".strip()


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def counted(number: int) -> str:
    """Such as "1,204"."""
    return f"{number:,}"
