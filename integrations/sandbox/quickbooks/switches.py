"""What a company decides that no preference shows, or that several preferences follow from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CURRENCIES = {
    "AUD": "Australian Dollar",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "JPY": "Japanese Yen",
    "KWD": "Kuwaiti Dinar",
    "SEK": "Swedish Krona",
    "USD": "United States Dollar",
}


@dataclass
class Switches:
    """The state of one company beside its records."""

    country: str = "US"
    home: str = "USD"
    # Units of the home currency for one of the foreign currency.
    rates: dict[str, float] = field(default_factory=dict)
    # "Warn if duplicate number is used": cannot be read through the API.
    warns_of_duplicates: bool = True
    # Closed books can be opened with a password: another fault then.
    closing_password: bool = False
    # The subscription has ended; reading still works.
    lapsed: bool = False
    # The types of the custom fields of sales forms, by DefinitionId.
    custom_types: dict[str, str] = field(default_factory=dict)

    @property
    def is_in_us(self) -> bool:
        return self.country == "US"

    def restore(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)


def currency_ref(code: str) -> dict[str, str]:
    return {"value": code, "name": CURRENCIES.get(code, code)}
