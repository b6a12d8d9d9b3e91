"""The company's own lists, from which choice fields take their values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from integrations.connectors.quickbooks import queries
from integrations.connectors.quickbooks.client import PAGE_ROWS, Client
from integrations.connectors.quickbooks.objects import ITEM_TYPES
from integrations.connectors.quickbooks.records import Payload, without_suffix
from integrations.contract import Category, Choice, Fault, Misconfigured

type Keeps = Callable[[Payload], bool]


def _any(_payload: Payload) -> bool:
    return True


def _of_type(*types: str) -> Keeps:
    return lambda payload: payload.get("AccountType") in types


def _shown(payload: Payload) -> bool:
    return payload.get("Hidden") is not True


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
        "tax_codes": LiveList("TaxCode", _shown),
        "payment_methods": LiveList("PaymentMethod"),
        "classes": LiveList("Class", label="FullyQualifiedName"),
    }
)


def choices_of(client: Client, list_name: str) -> tuple[Choice, ...]:
    """The entries of a list as they are now; raises Misconfigured for a list that is not there."""
    if list_name == "item_types":
        return ITEM_TYPES
    if list_name == "preferences":
        return _flattened(client.preferences())
    if list_name not in LISTS:
        message = f"QuickBooks has no list {list_name!r} that Saldo knows."
        raise Misconfigured(Fault(Category.CONFIGURATION, "unknown_list", message))
    live = LISTS[list_name]
    rows = (row for row in _all_rows(client, live.entity) if live.keeps(row))
    return tuple(sorted((_choice(live, row) for row in rows), key=_by_label))


def _by_label(choice: Choice) -> tuple[str, str]:
    return choice.label.casefold(), choice.value


def _choice(live: LiveList, row: Payload) -> Choice:
    active = row.get("Active") is not False
    label = str(row.get(live.label) or row.get("Name") or row["Id"])
    return Choice(row["Id"], label if active else without_suffix(label), active)


def _all_rows(client: Client, entity: str) -> list[Payload]:
    """Every record of a short list, by offset: a list changed meanwhile is read again anyway."""
    rows: list[Payload] = []
    while True:
        statement = queries.select_from(entity, queries.ANY_STATE, order="Id", start=len(rows) + 1)
        page = client.query(statement, entity).rows
        rows.extend(page)
        if len(page) < PAGE_ROWS:
            return rows


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
