"""What differs from country to country: currency, and the tax a new company starts with.

The names of the taxes are those of QuickBooks' fault for a line without one. Codes and rates are
a choice of the commonest; a real company has many more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.quickbooks.shelf import Record


@dataclass(frozen=True)
class Country:
    """A country a company can be in."""

    currency: str
    letters: str
    # "Make sure all your transactions have a … rate before you save."
    tax_name: str = ""
    # Name of a code, and the names and percentages of its rates.
    codes: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()


_VAT_NL = (
    ("21% BTW", (("BTW hoog", 21.0),)),
    ("9% BTW", (("BTW laag", 9.0),)),
    ("0% BTW", (("BTW nul", 0.0),)),
)
_VAT_DE = (
    ("19% USt", (("USt 19", 19.0),)),
    ("7% USt", (("USt 7", 7.0),)),
    ("0% USt", (("USt 0", 0.0),)),
)
COUNTRIES = {
    "US": Country("USD", "USA"),
    "GB": Country(
        "GBP",
        "GBR",
        "VAT",
        (
            ("20.0% S", (("20.0% S", 20.0),)),
            ("5.0% R", (("5.0% R", 5.0),)),
            ("0.0% Z", (("0.0% Z", 0.0),)),
            ("Exempt", (("Exempt", 0.0),)),
            ("No VAT", (("No VAT", 0.0),)),
        ),
    ),
    "CA": Country(
        "CAD",
        "CAN",
        "GST/HST",
        (
            ("HST ON", (("HST ON", 13.0),)),
            ("GST", (("GST", 5.0),)),
            ("GST/PST BC", (("GST", 5.0), ("PST BC", 7.0))),
            ("GST/QST QC - 9.975", (("GST", 5.0), ("QST 9.975", 9.975))),
            ("Zero-rated", (("Zero-rated", 0.0),)),
            ("Exempt", (("Exempt", 0.0),)),
        ),
    ),
    "AU": Country("AUD", "AUS", "GST", (("GST", (("GST", 10.0),)), ("GST free", (("Free", 0.0),)))),
    "NL": Country("EUR", "NLD", "VAT", _VAT_NL),
    "DE": Country("EUR", "DEU", "VAT", _VAT_DE),
    "JP": Country("JPY", "JPN", "tax", (("10%", (("10%", 10.0),)), ("8%", (("8%", 8.0),)))),
    "KW": Country("KWD", "KWT", "tax", (("5%", (("5%", 5.0),)), ("0%", (("0%", 0.0),)))),
}
_US_RATES = (("California State", 6.25), ("San Francisco County", 2.375))


def tax_rates(country: str) -> list[Record]:
    """The rates of a country, numbered as their codes name them."""
    named = _US_RATES if country == "US" else _rates(COUNTRIES[country])
    return [_rate(str(number), *rate) for number, rate in enumerate(named, 1)]


def tax_codes(country: str) -> list[Record]:
    if country == "US":
        return _us_codes()
    found = COUNTRIES[country]
    numbers = {rate: str(number) for number, rate in enumerate(_rates(found), 1)}
    return [
        {"Id": str(place), **_code(name, taxable=True), **_group([(numbers[r], r) for r in rates])}
        for place, (name, rates) in enumerate(found.codes, 1)
    ]


def _rates(country: Country) -> list[tuple[str, float]]:
    """Each rate once, however many codes bear it."""
    return list(dict.fromkeys(rate for _, rates in country.codes for rate in rates))


def _us_codes() -> list[Record]:
    """In the United States lines bear TAX or NON; the rate is one code per transaction."""
    rates = [(str(number), rate) for number, rate in enumerate(_US_RATES, 1)]
    return [
        {"Id": "TAX", **_code("Taxable", taxable=True)},
        {"Id": "NON", **_code("Nontaxable", taxable=False)},
        {"Id": "2", **_code("San Francisco", taxable=True), **_group(rates)},
    ]


def _rate(number: str, name: str, percent: float) -> Record:
    return {
        "Id": number,
        "Name": name,
        "Description": name,
        "RateValue": percent,
        "AgencyRef": {"value": "1"},
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
        "EffectiveTaxRate": [{"RateValue": percent, "EffectiveDate": "2019-04-01T00:00:00-07:00"}],
    }


def _code(name: str, *, taxable: bool) -> Record:
    return {
        "Name": name,
        "Description": name,
        "Taxable": taxable,
        "TaxGroup": False,
        "TaxCodeConfigType": "USER_DEFINED",
    }


def _group(rates: list[tuple[str, tuple[str, float]]]) -> dict[str, Any]:
    return {"TaxGroup": True, "SalesTaxRateList": {"TaxRateDetail": list(_details(rates))}}


def _details(rates: list[tuple[str, tuple[str, float]]]) -> Iterator[Record]:
    for number, (name, _) in rates:
        yield {
            "TaxRateRef": {"value": number, "name": name},
            "TaxTypeApplicable": "TaxOnAmount",
            "TaxOrder": 0,
        }
