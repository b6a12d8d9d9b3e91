"""Currencies and rounding: an amount has as many decimals as its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Currency:
    name: str
    decimals: int = 2


CURRENCIES = {
    "AED": Currency("United Arab Emirates Dirham"),
    "AUD": Currency("Australian Dollar"),
    "BHD": Currency("Bahraini Dinar", 3),
    "BRL": Currency("Brazilian Real"),
    "CAD": Currency("Canadian Dollar"),
    "CHF": Currency("Swiss Franc"),
    "CLP": Currency("Chilean Peso", 0),
    "CNY": Currency("Chinese Yuan"),
    "COP": Currency("Colombian Peso"),
    "CZK": Currency("Czech Koruna"),
    "DKK": Currency("Danish Krone"),
    "EUR": Currency("Euro"),
    "GBP": Currency("British Pound Sterling"),
    "HKD": Currency("Hong Kong Dollar"),
    "HUF": Currency("Hungarian Forint"),
    "ILS": Currency("Israeli New Shekel"),
    "INR": Currency("Indian Rupee"),
    "ISK": Currency("Icelandic Króna", 0),
    "JOD": Currency("Jordanian Dinar", 3),
    "JPY": Currency("Japanese Yen", 0),
    "KRW": Currency("South Korean Won", 0),
    "KWD": Currency("Kuwaiti Dinar", 3),
    "MXN": Currency("Mexican Peso"),
    "NOK": Currency("Norwegian Krone"),
    "NZD": Currency("New Zealand Dollar"),
    "OMR": Currency("Omani Rial", 3),
    "PLN": Currency("Polish Zloty"),
    "RON": Currency("Romanian Leu"),
    "SAR": Currency("Saudi Riyal"),
    "SEK": Currency("Swedish Krona"),
    "SGD": Currency("Singapore Dollar"),
    "THB": Currency("Thai Baht"),
    "TND": Currency("Tunisian Dinar", 3),
    "TRY": Currency("Turkish Lira"),
    "USD": Currency("US Dollar"),
    "VND": Currency("Vietnamese Dong", 0),
    "ZAR": Currency("South African Rand"),
}
STEPS = [Decimal(1).scaleb(-places) for places in range(4)]


def rounded(amount: Decimal, code: str) -> Decimal:
    """Half up, to the decimals of the currency."""
    return amount.quantize(STEPS[CURRENCIES[code].decimals], ROUND_HALF_UP)


def shown(amount: Decimal, code: str) -> str:
    """The text that a property holds: 12.50, or 13 where a currency has no smaller coin."""
    return format(rounded(amount, code), "f")


def read(held: str | None) -> Decimal:
    """The number of a property; zero when it has no value."""
    return Decimal(held) if held else ZERO
