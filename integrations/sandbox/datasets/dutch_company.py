"""A company of the Dutch demo, as both sides should know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PAYMENT_CONDITION = "30"


@dataclass
class DutchCompany:
    # Which group it belongs to: "equal", "new", "excluded", "blocked", "prospect" …
    kind: str
    name: str
    domain: str
    vat: str
    chamber: str
    phone: str
    street: str
    postcode: str
    town: str
    stage: str
    # Its place among the accounts, where it has one.
    account_place: int | None = None

    def properties(self) -> dict[str, Any]:
        """The company in HubSpot."""
        values = {
            "name": self.name,
            "domain": self.domain,
            "website": f"https://www.{self.domain}",
            "phone": self.phone,
            "address": self.street,
            "zip": self.postcode,
            "city": self.town,
            "country": "Nederland",
            "lifecyclestage": self.stage,
            "btw_nummer": self.vat,
            "kvk_nummer": self.chamber,
        }
        return {name: value for name, value in values.items() if value}

    def account(self, **changed: Any) -> dict[str, Any]:
        """The account at Exact; `changed` replaces fields, None leaves one out."""
        values = {
            "Name": self.name,
            "Website": f"https://www.{self.domain}",
            "Email": f"administratie@{self.domain}",
            "Phone": self.phone,
            "VATNumber": self.vat,
            "ChamberOfCommerce": self.chamber,
            "AddressLine1": self.street,
            "Postcode": self.postcode,
            "City": self.town,
            "Country": "NL",
            "Status": "C",
            "PaymentConditionSales": PAYMENT_CONDITION,
        } | changed
        return {name: value for name, value in values.items() if value is not None}

    def respelled_vat(self, number: int) -> str:
        """The same VAT number, as somebody else would write it."""
        digits, end = self.vat[2:11], self.vat[-2:]
        spellings = (
            f"NL {digits} B{end}",
            f"NL{digits[:4]}.{digits[4:6]}.{digits[6:]}.B{end}",
            f"nl{digits}b{end}",
        )
        return spellings[number % len(spellings)]
