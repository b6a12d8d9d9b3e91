"""The company's own lists, from which choice fields take their values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from integrations.connectors.quickbooks import queries
from integrations.connectors.quickbooks.client import Client
from integrations.connectors.quickbooks.company import Company, company_from
from integrations.connectors.quickbooks.fields import Trait
from integrations.connectors.quickbooks.objects import ITEM_TYPES
from integrations.connectors.quickbooks.payloads import Payload, reference
from integrations.connectors.quickbooks.records import without_suffix
from integrations.connectors.quickbooks.taxes import US_LINE_CODES, tax_codes
from integrations.contract import Category, Choice, Fault, Misconfigured

type Keeps = Callable[[Payload], bool]


def _any(_payload: Payload) -> bool:
    return True


def _of_type(*types: str) -> Keeps:
    return lambda payload: payload.get("AccountType") in types


@dataclass(frozen=True, slots=True)
class LiveList:
    """Where a list's entries come from; the rest of the entity's records is left out."""

    entity: str
    keeps: Keeps = _any
    label: str = "Name"


LISTS: Mapping[str, LiveList] = MappingProxyType(
    {
        "income_accounts": LiveList("Account", _of_type("Income"), "FullyQualifiedName"),
        "expense_accounts": LiveList(
            "Account",
            _of_type("Expense", "Other Expense", "Cost of Goods Sold"),
            "FullyQualifiedName",
        ),
        "asset_accounts": LiveList(
            "Account", _of_type("Other Current Asset"), "FullyQualifiedName"
        ),
        "terms": LiveList("Term"),
        "payment_methods": LiveList("PaymentMethod"),
        "classes": LiveList("Class", label="FullyQualifiedName"),
        "departments": LiveList("Department", label="FullyQualifiedName"),
        # Other types are refused (error code 6430).
        "deposit_accounts": LiveList(
            "Account", _of_type("Bank", "Other Current Asset"), "FullyQualifiedName"
        ),
    }
)


def choices_of(client: Client, list_name: str) -> tuple[Choice, ...]:
    """The entries of a list as they are now; raises Misconfigured for a list that is not there."""
    if list_name in _MADE:
        return _MADE[list_name](client)
    if list_name not in LISTS:
        message = f"QuickBooks has no list {list_name!r} that Saldo knows."
        raise Misconfigured(Fault(Category.CONFIGURATION, "unknown_list", message))
    live = LISTS[list_name]
    rows = (row for row in client.every(live.entity, queries.ANY_STATE) if live.keeps(row))
    return tuple(sorted((_choice(live, row) for row in rows), key=_by_label))


def _line_tax_codes(client: Client) -> tuple[Choice, ...]:
    """What a line may bear, which in the United States says no more than whether it is taxed."""
    company = company_from(client.company_info(), client.preferences())
    return US_LINE_CODES if Trait.US in company.traits else tax_codes(client)


def _currencies(client: Client) -> tuple[Choice, ...]:
    """The company's own currency, and the others where it has switched several on."""
    preferences = client.preferences()
    home = (preferences.get("CurrencyPrefs") or {}).get("HomeCurrency") or {}
    own = Choice(reference(home), home.get("name") or reference(home))
    if Trait.MULTICURRENCY not in company_from({}, preferences).traits:
        return (own,) if own.value else ()
    rows = client.every("CompanyCurrency", queries.ANY_STATE)
    known = {str(row.get("Code")): _currency(row) for row in rows}
    own = known.pop(own.value, own)
    return (own, *sorted(known.values(), key=_by_label))


def _currency(row: Payload) -> Choice:
    code = str(row.get("Code"))
    return Choice(code, str(row.get("Name") or code), row.get("Active") is not False)


def _preferences(client: Client) -> tuple[Choice, ...]:
    """What the company is and has switched on in a few words, then every preference by its path."""
    info, preferences = client.company_info(), client.preferences()
    return (*_in_short(company_from(info, preferences)), *_flattened(preferences))


def _in_short(company: Company) -> list[Choice]:
    closed_to = company.books_closed_to
    told: dict[str, Any] = {
        "country": company.country,
        "home_currency": company.currency,
        "multicurrency": Trait.MULTICURRENCY in company.traits,
        "custom_numbers": Trait.CUSTOM_NUMBERS in company.traits,
        "book_close_date": closed_to.isoformat() if closed_to else "",
        "automated_tax": Trait.AUTOMATED_TAX in company.traits,
        "revenue_recognition": Trait.REVENUE_RECOGNITION in company.traits,
    }
    return [_setting(name, value) for name, value in told.items()]


_MADE: Mapping[str, Callable[[Client], tuple[Choice, ...]]] = MappingProxyType(
    {
        "item_types": lambda _client: ITEM_TYPES,
        "preferences": _preferences,
        "currencies": _currencies,
        "tax_codes": _line_tax_codes,
        "document_tax_codes": tax_codes,
    }
)


def _by_label(choice: Choice) -> tuple[str, str]:
    return choice.label.casefold(), choice.value


def _choice(live: LiveList, row: Payload) -> Choice:
    active = row.get("Active") is not False
    label = str(row.get(live.label) or row.get("Name") or row["Id"])
    return Choice(row["Id"], label if active else without_suffix(label), active)


def _flattened(preferences: Payload) -> tuple[Choice, ...]:
    """Every preference that is a plain value: its path, and what it is set to."""
    groups = {name: group for name, group in preferences.items() if name.endswith("Prefs")}
    return tuple(_leaves(groups, ""))


def _leaves(member: Any, path: str) -> list[Choice]:
    if isinstance(member, dict):
        found = (_leaves(part, f"{path}.{name}" if path else name) for name, part in member.items())
        return [choice for choices in found for choice in choices]
    if isinstance(member, list):
        pairs = (pair for pair in member if isinstance(pair, dict) and "Name" in pair)
        return [_setting(f"{path}.{pair['Name']}", pair.get("Value")) for pair in pairs]
    return [] if member is None else [_setting(path, member)]


def _setting(path: str, value: Any) -> Choice:
    shown = str(value).lower() if isinstance(value, bool) else str(value or "")
    return Choice(path, shown, active=shown != "false")
