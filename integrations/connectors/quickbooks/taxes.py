"""Sales tax codes and what they come to.

developer.intuit.com, "Manage sales tax for US locales" and "for non-US locales": in the United
States a line is marked TAX or NON, and the rate is one code for the whole document; elsewhere every
line bears one of the company's codes, each made of one rate or several.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integrations.connectors.quickbooks import queries
from integrations.connectors.quickbooks.client import Client
from integrations.connectors.quickbooks.payloads import Payload, decimal, reference
from integrations.connectors.quickbooks.records import without_suffix
from integrations.contract import Choice

US_LINE_CODES = (Choice("TAX", "Taxable"), Choice("NON", "Not taxable"))
_LINE_CODES = frozenset(code.value for code in US_LINE_CODES)
# A rate that is taken of the amount together with the tax before it.
_ON_TAX = "TaxOnTax"


def tax_codes(client: Client) -> tuple[Choice, ...]:
    """The company's codes with their sales rates, in the order of their names."""
    codes, rates = client.every("TaxCode", queries.ANY_STATE), _rates(client)
    shown = (row for row in codes if row.get("Hidden") is not True and row["Id"] not in _LINE_CODES)
    choices = (_choice(row, rates) for row in shown)
    return tuple(sorted(choices, key=lambda choice: (choice.label.casefold(), choice.value)))


def sales_rates(client: Client) -> Mapping[str, Decimal]:
    """The rate of each code, hidden ones too, in per cent."""
    codes, rates = client.every("TaxCode", queries.ANY_STATE), _rates(client)
    found = ((row["Id"], _sales_rate(row, rates)) for row in codes)
    return {number: rate for number, rate in found if rate is not None}


def _rates(client: Client) -> dict[str, Decimal]:
    rows = client.every("TaxRate", queries.ANY_STATE)
    values = ((row["Id"], decimal(row.get("RateValue"))) for row in rows)
    return {number: value for number, value in values if value is not None}


def _choice(row: Payload, rates: Mapping[str, Decimal]) -> Choice:
    active = row.get("Active") is not False
    label = str(row.get("Name") or row["Id"])
    shown = label if active else without_suffix(label)
    return Choice(row["Id"], shown, active, _sales_rate(row, rates))


def _sales_rate(row: Payload, rates: Mapping[str, Decimal]) -> Decimal | None:
    """All rates together; None when one of them is not known."""
    details: Iterable[Any] = (row.get("SalesTaxRateList") or {}).get("TaxRateDetail") or ()
    total: Decimal | None = None
    for detail in sorted(details, key=lambda each: int(each.get("TaxOrder") or 0)):
        rate = rates.get(reference(detail.get("TaxRateRef")))
        if rate is None:
            return None
        so_far = total or Decimal(0)
        is_on_tax = detail.get("TaxTypeApplicable") == _ON_TAX
        total = so_far + (rate * (1 + so_far / 100) if is_on_tax else rate)
    return total
