"""Amounts as their currency has them."""

from decimal import Decimal

# Decimals where they are not two (ISO 4217).
_NONE = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"})
_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def smallest(currency: str) -> Decimal:
    """The smallest amount there is."""
    places = 0 if currency in _NONE else 3 if currency in _THREE else 2
    return Decimal(1).scaleb(-places)


def shown(amount: Decimal, currency: str) -> str:
    """The amount with all its decimals, and the currency where it is known."""
    return f"{amount.quantize(smallest(currency))} {currency}".strip()
