"""What a company is and has, as far as it changes which fields can be written."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from integrations.connectors.quickbooks.custom_fields import custom_fields
from integrations.connectors.quickbooks.fields import FieldSpec, Trait
from integrations.connectors.quickbooks.payloads import Payload, reference
from integrations.contract import Field

# CompanyInfo has given countries as three letters since 2025-10-31, and before as two or a name.
_COUNTRIES = {
    "USA": "US",
    "UNITED STATES": "US",
    "CAN": "CA",
    "CANADA": "CA",
    "GBR": "GB",
    "UK": "GB",
    "UNITED KINGDOM": "GB",
    "AUS": "AU",
    "AUSTRALIA": "AU",
    "IND": "IN",
    "INDIA": "IN",
    "FRA": "FR",
    "FRANCE": "FR",
    "DEU": "DE",
    "NLD": "NL",
    "BEL": "BE",
    "IRL": "IE",
    "ESP": "ES",
    "ITA": "IT",
    "NZL": "NZ",
    "ZAF": "ZA",
    "SGP": "SG",
    "HKG": "HK",
    "MEX": "MX",
    "BRA": "BR",
}
_BOTH_ACCOUNTS = frozenset({"CA", "GB"})


@dataclass(frozen=True, slots=True)
class Company:
    """The company behind a connection."""

    name: str
    # ISO 3166-1 alpha-2 where known, else as QuickBooks has it.
    country: str
    currency: str
    time_zone: str
    traits: frozenset[Trait]
    # Nothing dated on this day or before may change.
    books_closed_to: date | None = None
    custom_fields: tuple[FieldSpec, ...] = ()


def company_from(info: Payload, preferences: Payload) -> Company:
    """From CompanyInfo and Preferences."""
    country = _country(info)
    currencies = preferences.get("CurrencyPrefs") or {}
    return Company(
        name=info.get("CompanyName") or info.get("LegalName") or "",
        country=country,
        currency=reference(currencies.get("HomeCurrency")),
        time_zone=info.get("DefaultTimeZone") or "",
        traits=_traits(country, preferences),
        books_closed_to=_books_closed_to(preferences),
        custom_fields=custom_fields(preferences),
    )


def _country(info: Payload) -> str:
    given = info.get("Country") or (info.get("CompanyAddr") or {}).get("Country") or ""
    return _COUNTRIES.get(given.upper(), given)


def _books_closed_to(preferences: Payload) -> date | None:
    """The closing date; the key is absent when the books were never closed."""
    told: Any = (preferences.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
    return date.fromisoformat(told) if told else None


def _traits(country: str, preferences: Payload) -> frozenset[Trait]:
    books = preferences.get("AccountingInfoPrefs") or {}
    taxes = preferences.get("TaxPrefs") or {}
    currencies = preferences.get("CurrencyPrefs") or {}
    products = preferences.get("ProductAndServicesPrefs") or {}
    forms = preferences.get("SalesFormsPrefs") or {}
    # Present at all, it means that QuickBooks works out the tax itself and lets nobody set a
    # customer's code (developer.intuit.com, "Manage sales tax for US locales").
    is_automated = "PartnerTaxEnabled" in taxes
    held = {
        Trait.US: country == "US",
        Trait.OUTSIDE_US: country != "US",
        Trait.MULTICURRENCY: currencies.get("MultiCurrencyEnabled") is True,
        Trait.OWN_TAX_CODES: not is_automated,
        Trait.AUTOMATED_TAX: is_automated,
        Trait.DOCUMENT_TAX_CODES: country == "US" and not is_automated,
        Trait.CLASSES: bool(
            books.get("ClassTrackingPerTxn") or books.get("ClassTrackingPerTxnLine")
        ),
        Trait.DOCUMENT_CLASSES: bool(books.get("ClassTrackingPerTxn")),
        Trait.DEPARTMENTS: books.get("TrackDepartments") is True,
        Trait.CUSTOM_NUMBERS: forms.get("CustomTxnNumbers") is True,
        Trait.REVENUE_RECOGNITION: products.get("RevenueRecognitionEnabled") is True,
        Trait.BOTH_ACCOUNTS: country in _BOTH_ACCOUNTS,
        # Quantities are a matter of the plan; a preference that is missing hides nothing.
        Trait.INVENTORY: products.get("QuantityOnHand") is not False,
    }
    return frozenset(trait for trait, has in held.items() if has)


def field_in(company: Company, spec: FieldSpec) -> Field:
    """The field as this company has it."""
    field = spec.field
    if spec.writable_in is not None and spec.writable_in not in company.traits:
        return replace(field, creatable=False, updatable=False)
    if spec.required_in is not None and spec.required_in in company.traits:
        return replace(field, required=True)
    return field
