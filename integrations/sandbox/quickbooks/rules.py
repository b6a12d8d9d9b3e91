"""The business rules of entities; each refuses a draft or completes it.

Which rule of whom: the entity reference and the error code table of developer.intuit.com.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from integrations.sandbox.quickbooks.faults import (
    Refused,
    business,
    duplicate_name,
    inactive,
    invalid_reference,
    missing,
    refused,
)
from integrations.sandbox.quickbooks.fields import Field, Kind
from integrations.sandbox.quickbooks.naming import bare_name, deleted_name, unique_key

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft

DEEPEST = 5
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
LEDGER_CLASSES = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}
_INCOME = frozenset({"Income", "Other Income"})
_COST = frozenset({"Cost of Goods Sold", "Expense", "Other Expense"})
# Where the entity reference has both accounts required on every item.
_BOTH_LEDGERS = frozenset({"CA", "GB"})


def full_display_name(draft: Draft) -> None:
    """A name is built from its parts when none is given; a record with neither is refused."""
    if not draft.after.get("DisplayName"):
        parts = [str(draft.after[part]) for part in NAME_PARTS if draft.after.get(part)]
        if not parts:
            detail = "Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix"
            raise refused("6080", f"{detail} - one of these must be non-empty")
        draft.after["DisplayName"] = " ".join(parts)
    if not draft.after.get("PrintOnCheckName"):
        shown = draft.after.get("CompanyName") or draft.after["DisplayName"]
        draft.after["PrintOnCheckName"] = str(shown)[:110]


def mark_inactive(draft: Draft) -> None:
    """An inactive name ends in " (deleted)", which frees it; an active one never does."""
    field = draft.entity.name_field
    name = draft.after.get(field)
    if not name or "Active" not in draft.entity.fields:
        return
    if draft.is_active:
        if draft.was("Active") is False:
            draft.after[field] = bare_name(name)
        return
    if draft.is_new:
        return
    bare = bare_name(name)
    draft.after[field] = _free_deleted_name(draft, bare)


def _free_deleted_name(draft: Draft, bare: str) -> str:
    for count in range(1000):
        name = deleted_name(bare, count)
        if draft.store.holder_of(draft.entity, name) in ("", draft.id):
            return name
    raise business("Too many inactive records bear this name.")


def unique_name(draft: Draft) -> None:
    """No two records of a name space bear the same name, capitals apart."""
    holder = draft.store.holder_of(draft.entity, unique_key(draft.entity, draft.after))
    if holder and holder != draft.id:
        raise duplicate_name(holder)


def hierarchy(draft: Draft) -> None:
    """Complete the full name and level from the parent, and refuse loops and depth."""
    name = str(draft.after.get(draft.entity.name_field, ""))
    parent = draft.referred("ParentRef")
    marker = {"Customer": "Job", "Item": "SubItem"}.get(draft.entity.name)
    if parent is None:
        if marker and draft.after.get(marker) is True:
            detail = f"ParentRef is required if {marker} is set to true"
            raise refused("6150", detail, "ParentRef")
        _place(draft, name, 0)
        return
    above = parent.record()
    path = str(above.get("FullyQualifiedName", ""))
    if parent.id == draft.id or _is_below(draft, above):
        raise refused("900", "The same object cannot be the parent or child of itself")
    level = path.count(":") + 1
    if level >= DEEPEST:
        raise refused("6180", f"You can nest up to {DEEPEST} levels")
    _place(draft, f"{path}:{name}", level)


def _is_below(draft: Draft, above: dict[str, object]) -> bool:
    """Whether the wished parent already stands under the record itself."""
    seen: object = above
    while isinstance(seen, dict):
        parent = seen.get("ParentRef")
        if not isinstance(parent, dict):
            return False
        if parent["value"] == draft.id:
            return True
        row = draft.store.find(draft.entity.name, str(parent["value"]))
        seen = row.record() if row else None
    return False


def _place(draft: Draft, path: str, level: int) -> None:
    draft.after["FullyQualifiedName"] = path
    if "Level" in draft.entity.fields:
        draft.after["Level"] = level
    for marker in ("SubAccount", "SubClass", "SubDepartment", "SubItem"):
        if marker in draft.entity.fields:
            draft.after[marker] = level > 0


def references_exist(draft: Draft) -> None:
    """Every reference that was sent points to an active record; the answer shows its name."""
    _resolve_all(draft, draft.entity.fields, draft.after, draft.sent, "")


def _resolve_all(
    draft: Draft,
    fields: Mapping[str, Field],
    values: dict[str, Any],
    names: Iterable[str],
    path: str,
) -> None:
    """Resolve the named references among some values, and inside the objects and lists of them."""
    for name in names:
        field, value = fields.get(name), values.get(name)
        if field is None or not value:
            continue
        if field.kind is Kind.REFERENCE:
            values[name] = _resolve(draft, field, str(value["value"]), path + name)
            continue
        for part in _inside(field, value):
            _resolve_all(draft, field.parts, part, list(part), f"{path}{name}.")


def _inside(field: Field, value: Any) -> list[dict[str, Any]]:
    """The objects that a value consists of, none for a plain one."""
    if not field.parts:
        return []
    return list(value) if field.kind is Kind.LIST else [value]


def _resolve(draft: Draft, field: Field, number: str, element: str) -> dict[str, Any]:
    target = draft.store.shelves.get(field.refers_to)
    row = draft.store.find(field.refers_to, number)
    if row is None:
        if field.refers_to == "CompanyCurrency":
            raise refused("2220", f"Supplied value:{number}", element)
        list_name = target.entity.list_name if target is not None else field.refers_to
        raise invalid_reference(list_name, number, element)
    # What was there before its target became inactive may stay.
    kept = draft.was(field.name) if element == field.name else None
    if not row.active and (not kept or kept["value"] != number):
        raise inactive(element)
    record = row.record()
    shown = record.get("DisplayName") or record.get("FullyQualifiedName") or record.get("Name")
    return {"value": number, "name": shown}


def fixed_stays(draft: Draft) -> None:
    """What is fixed at creation keeps its value; only a currency's change is refused."""
    if draft.before is None:
        return
    for field in draft.entity.fields.values():
        if not field.fixed:
            continue
        kept = draft.before.get(field.name)
        wished = draft.after.get(field.name)
        if field.refers_to and wished and kept and wished["value"] != kept["value"]:
            raise business("The currency of this record cannot be changed.", field.name)
        if kept is not None:
            draft.after[field.name] = kept


def no_open_balance(draft: Draft) -> None:
    if draft.is_active or draft.was("Active") is False:
        return
    if draft.before is not None and draft.before.get("Balance"):
        raise refused("6220", "The object you are trying to delete has an open balance")


def email_for_delivery(draft: Draft) -> None:
    by_email = draft.after.get("PreferredDeliveryMethod") == "Email"
    if by_email and not draft.after.get("PrimaryEmailAddr"):
        raise refused("6420", "An email address is required", "PrimaryEmailAddr")


def mask_tax_identifier(draft: Draft) -> None:
    """A tax identifier is stored whole and never shown whole again."""
    number = draft.after.get("PrimaryTaxIdentifier")
    if number:
        shown = str(number)[-4:]
        draft.after["PrimaryTaxIdentifier"] = "X" * (len(str(number)) - len(shown)) + shown


def item_type_stays(draft: Draft) -> None:
    """An inventory item stays one."""
    if draft.was("Type") == "Inventory" and draft.after.get("Type") != "Inventory":
        raise business("The type of an inventory item cannot be changed.", "Type")


def item_needs_its_ledgers(draft: Draft) -> None:
    """Which ledger accounts an item needs, and of which type each must be."""
    kind = draft.after.get("Type")
    needed = {
        "Service": ["IncomeAccountRef"],
        "Inventory": ["IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"],
    }.get(str(kind), [])
    if draft.is_new and not draft.by_person and draft.store.switches.country in _BOTH_LEDGERS:
        needed = list(dict.fromkeys([*needed, "IncomeAccountRef", "ExpenseAccountRef"]))
    lacking = [missing(name) for name in needed if not draft.after.get(name)]
    if kind == "NonInventory" and not lacking and not _any_ledger(draft):
        lacking = [missing("IncomeAccountRef")]
    if lacking:
        raise Refused(lacking)
    _require_type(draft, "IncomeAccountRef", _INCOME, "an income account")
    expense = frozenset({"Cost of Goods Sold"}) if kind == "Inventory" else _COST
    _require_type(draft, "ExpenseAccountRef", expense, "an expense account")
    asset = frozenset({"Other Current Asset"})
    _require_type(draft, "AssetAccountRef", asset, "an other current asset account")


def _any_ledger(draft: Draft) -> bool:
    return bool(draft.after.get("IncomeAccountRef") or draft.after.get("ExpenseAccountRef"))


def _require_type(draft: Draft, name: str, types: frozenset[str], wanted: str) -> None:
    row = draft.referred(name)
    if row is not None and row.record().get("AccountType") not in types:
        raise refused("6430", f"Invalid account type used: {name} must be {wanted}", name)


def inventory_is_tracked(draft: Draft) -> None:
    if draft.after.get("Type") != "Inventory":
        return
    names = ("QtyOnHand", "InvStartDate")
    lacking = [missing(name) for name in names if draft.after.get(name) is None]
    if lacking:
        raise Refused(lacking)
    if draft.after.get("TrackQtyOnHand") is not True:
        raise business(
            "When you create an item, if Track quantity on hand is turned off, "
            "the item cannot be of type Inventory.",
            "TrackQtyOnHand",
        )


def ledger_has_type(draft: Draft) -> None:
    kind = draft.after.get("AccountType")
    if not kind and not draft.after.get("AccountSubType"):
        raise refused("6010", "Either an AccountType or an AccountSubType must be specified")
    draft.after["Classification"] = LEDGER_CLASSES.get(str(kind), "Expense")


def term_says_when(draft: Draft) -> None:
    days, day = draft.after.get("DueDays"), draft.after.get("DayOfMonthDue")
    if days is None and day is None:
        raise Refused([missing("DueDays")])
    draft.after["Type"] = "STANDARD" if days is not None else "DATE_DRIVEN"
