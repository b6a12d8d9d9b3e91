"""How a company is set up: country, currencies, numbers, custom fields, closed books.

Most of it are preferences, which the API only shows; the rest cannot be seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.sandbox.quickbooks.countries import COUNTRIES, tax_codes, tax_rates
from integrations.sandbox.quickbooks.entities import ENTITIES
from integrations.sandbox.quickbooks.shelf import Record, Shelf
from integrations.sandbox.quickbooks.store import Store
from integrations.sandbox.quickbooks.switches import currency_ref

_PAID, _ENDED = "PAID", "EXPIRED"
_TYPES = ("StringType", "NumberType")
# Keys that are one preference each.
_PREFERENCES = {
    "custom_numbers": ("SalesFormsPrefs", "CustomTxnNumbers"),
    "service_dates": ("SalesFormsPrefs", "AllowServiceDate"),
    "discounts": ("SalesFormsPrefs", "AllowDiscount"),
    "book_close_date": ("AccountingInfoPrefs", "BookCloseDate"),
    "revenue_recognition": ("ProductAndServicesPrefs", "RevenueRecognitionEnabled"),
    "sales_tax": ("TaxPrefs", "UsingSalesTax"),
    # Absent: this company's tax is not automatic.
    "partner_tax": ("TaxPrefs", "PartnerTaxEnabled"),
}


def configure(store: Store, wanted: Mapping[str, Any]) -> None:
    """Change what is named and leave the rest; raises ValueError with the reason.

    country, home_currency        before there are customers; brings the country's tax codes
    currencies                    ["EUR"] or {"EUR": 1.1}: several currencies from now on, for good
    custom_fields                 {"1": "Region", "2": {"name": "PO", "type": "NumberType",
                                  "used": False}}
    book_close_date               "2026-03-31" or None; closing_password: asks for one
    custom_numbers, service_dates, discounts, revenue_recognition, sales_tax, partner_tax
    warns_of_duplicates, lapsed   what no preference shows
    """
    if unknown := sorted(wanted.keys() - _STEPS.keys() - _PREFERENCES.keys()):
        raise ValueError(f"A company has no {', '.join(unknown)}.")
    for name, step in _STEPS.items():
        if name in wanted:
            step(store, wanted[name])
    for name, (group, preference) in _PREFERENCES.items():
        if name in wanted:
            prefer(store, group, {preference: wanted[name]})


def prefer(store: Store, group: str, values: Mapping[str, Any]) -> None:
    """Change preferences of one group; None takes one away."""
    row = store.find("Preferences", "1")
    if row is None:
        raise ValueError("These books are not open yet.")
    record = row.record()
    merged = {**record.get(group, {}), **values}
    record[group] = {name: value for name, value in merged.items() if value is not None}
    store.save(ENTITIES["Preferences"], record, row, "Update")


def _move(store: Store, country: str) -> None:
    if country not in COUNTRIES:
        raise ValueError(f"There is no country {country!r}; known are {', '.join(COUNTRIES)}.")
    store.switches.country = country
    _refill(store, "TaxRate", tax_rates(country))
    _refill(store, "TaxCode", tax_codes(country))
    _change_company(store, {"Country": country}, COUNTRIES[country].letters)
    partner = True if country == "US" else None
    prefer(store, "TaxPrefs", {"UsingSalesTax": True, "PartnerTaxEnabled": partner})
    _settle_home(store, COUNTRIES[country].currency)


def _settle_home(store: Store, code: str) -> None:
    """The home currency, with which every ledger account starts."""
    if len(store.shelves["Customer"]):
        raise ValueError("A company with customers keeps its country and currency.")
    store.switches.home = code
    _refill(store, "CompanyCurrency", [_currency(code)])
    prefer(store, "CurrencyPrefs", {"HomeCurrency": {"value": code}})
    ledgers = ENTITIES["Account"]
    for row in list(store.shelves["Account"].rows.values()):
        record = row.record() | {"CurrencyRef": currency_ref(code)}
        store.save(ledgers, record, row, "Update")


def _currency(code: str) -> Record:
    return {"Id": code, "Code": code, "Name": currency_ref(code)["name"]}


def _allow_currencies(store: Store, currencies: Any) -> None:
    """Switch several currencies on; a mapping tells what one of each is worth at home."""
    rates = dict(currencies) if isinstance(currencies, Mapping) else {}
    store.switches.rates |= {str(code): float(rate) for code, rate in rates.items()}
    known = store.shelves["CompanyCurrency"].rows
    new = [_currency(str(code)) for code in currencies if code not in known]
    store.load(ENTITIES["CompanyCurrency"], new, [int(store.clock.time())] * len(new))
    prefer(store, "CurrencyPrefs", {"MultiCurrencyEnabled": True})


def _name_custom_fields(store: Store, fields: Mapping[str, Any]) -> None:
    """Names and uses, each in a list of its own, as the preferences show them."""
    names, uses = [], []
    for number, told in sorted(fields.items()):
        field = told if isinstance(told, Mapping) else {"name": told}
        kind = str(field.get("type", _TYPES[0]))
        if number not in ("1", "2", "3") or kind not in _TYPES:
            raise ValueError("Custom fields are 1, 2 and 3, of StringType or NumberType.")
        store.switches.custom_types[number] = kind
        names.append(_field(f"SalesCustomName{number}", "StringType", str(field["name"])))
        uses.append(_field(f"UseSalesCustom{number}", "BooleanType", field.get("used", True)))
    shown = [{"CustomField": uses}, {"CustomField": names}]
    prefer(store, "SalesFormsPrefs", {"CustomField": shown})


def _field(name: str, kind: str, value: Any) -> Record:
    member = "BooleanValue" if kind == "BooleanType" else "StringValue"
    return {"Name": f"SalesFormsPrefs.{name}", "Type": kind, member: value}


def _lapse(store: Store, lapsed: bool) -> None:
    """End the subscription, or pay it again."""
    store.switches.lapsed = bool(lapsed)
    status = {"SubscriptionStatus": _ENDED if lapsed else _PAID}
    row = store.shelves["CompanyInfo"].rows["1"]
    pairs = [
        pair | {"Value": status.get(pair["Name"], pair["Value"])}
        for pair in row.record()["NameValue"]
    ]
    _change_company(store, {"NameValue": pairs})


def _change_company(store: Store, values: Record, letters: str = "") -> None:
    row = store.shelves["CompanyInfo"].rows["1"]
    record = row.record() | values
    if letters:
        for name in ("CompanyAddr", "LegalAddr", "CustomerCommunicationAddr"):
            record[name] = {**record[name], "Country": letters}
    store.save(ENTITIES["CompanyInfo"], record, row, "Update")


def _refill(store: Store, name: str, records: list[Record]) -> None:
    entity = ENTITIES[name]
    store.shelves[name] = Shelf(entity)
    store.load(entity, records, [int(store.clock.time())] * len(records))


def _warn(store: Store, warns: bool) -> None:
    store.switches.warns_of_duplicates = bool(warns)


def _lock(store: Store, locked: bool) -> None:
    store.switches.closing_password = bool(locked)


# In the order in which they are taken when several are named.
_STEPS: dict[str, Callable[[Store, Any], None]] = {
    "country": _move,
    "home_currency": _settle_home,
    "currencies": _allow_currencies,
    "custom_fields": _name_custom_fields,
    "warns_of_duplicates": _warn,
    "closing_password": _lock,
    "lapsed": _lapse,
}
