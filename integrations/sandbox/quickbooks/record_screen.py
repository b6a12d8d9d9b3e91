"""Customers and items as QuickBooks' own screens show them, at the addresses people copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.sandbox import pages
from integrations.sandbox.core import Request, Response

TOLD = "QuickBooks Online (stand-in)"
# "PrimaryEmailAddr.Address" is a member of an object.
FIELDS = {
    "Customer": {
        "DisplayName": "Customer display name",
        "GivenName": "First name",
        "FamilyName": "Last name",
        "CompanyName": "Company name",
        "PrimaryEmailAddr.Address": "Email",
        "PrimaryPhone.FreeFormNumber": "Phone number",
        "Mobile.FreeFormNumber": "Mobile number",
        "BillAddr.Line1": "Street address",
        "BillAddr.City": "City",
        "BillAddr.CountrySubDivisionCode": "State",
        "BillAddr.PostalCode": "ZIP code",
        "BillAddr.Country": "Country",
        "Notes": "Notes",
    },
    "Item": {
        "Name": "Name",
        "Sku": "SKU",
        "Description": "Description",
        "UnitPrice": "Sales price/rate",
    },
}
# From the path to the entity and the parameter that names the record.
SCREENS = {
    "/app/customerdetail": ("Customer", "nameId"),
    "/app/item": ("Item", "itemId"),
}
ITEMS = "/app/items"

type Find = Callable[[str, str], Mapping[str, Any]]
type Update = Callable[[str, str, Mapping[str, Any]], None]
type All = Callable[[str], Mapping[str, Mapping[str, Any]]]


def is_screen(path: str) -> bool:
    return path in SCREENS or path == ITEMS


def answer(request: Request, find: Find, update: Update, everything: All) -> Response:
    """A page; `find` and `update` raise ValueError with the reason."""
    if request.path == ITEMS:
        return _items(everything("Item"))
    entity, parameter = SCREENS[request.path]
    record_id = request.first(parameter)
    try:
        record = find(entity, record_id)
    except ValueError:
        return pages.missing_page(TOLD)
    fields = _fields(entity, record)
    told = f"{TOLD} · {entity.lower()} {record_id}"
    if request.method != "POST":
        return pages.form_page(fields[0].value, told, fields)
    typed = pages.changed(request.form(), fields)
    try:
        if typed:
            update(entity, record_id, _nested(record, typed))
    except ValueError as refusal:
        return pages.form_page(
            fields[0].value, told, pages.typed_over(fields, typed), problem=str(refusal)
        )
    now = _fields(entity, find(entity, record_id))
    return pages.form_page(now[0].value, told, now, saved=True)


def _items(items: Mapping[str, Mapping[str, Any]]) -> Response:
    rows = [
        (number, str(item["Name"]), str(item.get("Sku", "")), "" if item["Active"] else "inactive")
        for number, item in sorted(items.items(), key=lambda found: str(found[1]["Name"]).lower())
    ]
    return pages.list_page("Products and services", TOLD, rows, "item?itemId=")


def _fields(entity: str, record: Mapping[str, Any]) -> list[pages.Shown]:
    return [
        pages.Shown(name, label, _value(record, name)) for name, label in FIELDS[entity].items()
    ]


def _value(record: Mapping[str, Any], name: str) -> str:
    outer, _, inner = name.partition(".")
    value = record.get(outer)
    if inner:
        value = value.get(inner) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)


def _nested(record: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """The changes as the record's own fields; an object keeps its other members."""
    changes: dict[str, Any] = {}
    for name, text in typed.items():
        outer, _, inner = name.partition(".")
        if inner:
            changes[outer] = {**(record.get(outer) or {}), **changes.get(outer, {}), inner: text}
        else:
            changes[outer] = text or None
    return changes
