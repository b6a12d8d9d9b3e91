"""Rows as JSON: metadata, deferred collections, dates and padded codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from integrations.sandbox.exact import times
from integrations.sandbox.exact.call import Call
from integrations.sandbox.exact.fields import Edm, Field
from integrations.sandbox.exact.resources import Entity, Resource
from integrations.sandbox.exact.rows import Shown, of_entity


def literal(field: Field, value: Any) -> str:
    """A key as it stands in an address or a $skiptoken."""
    if field.type is Edm.GUID:
        return f"guid'{value}'"
    if field.type is Edm.DATETIME:
        return times.literal(value)
    if field.type is Edm.INT64:
        return f"{value}L"
    if field.type in (Edm.STRING, Edm.BINARY):
        escaped = str(value).replace("'", "''")
        return f"'{escaped}'"
    return str(value).lower()


def uri(resource: Resource, call: Call, key: Any) -> str:
    return f"{call.api_url}/{resource.path}({quote(literal(resource.key_field, key), safe='')})"


def rendered(
    resource: Resource,
    call: Call,
    shown: Shown,
    names: Iterable[str],
    expanded: Sequence[str] = (),
) -> dict[str, Any]:
    """One row with the chosen fields."""
    address = uri(resource, call, shown.key)
    content: dict[str, Any] = {
        "__metadata": {"uri": address, "type": f"Exact.Web.Api.Models.{resource.type}"}
    }
    for name in names:
        field = resource.fields[name]
        if field.type is not Edm.COLLECTION:
            content[name] = value(field, shown.read(name))
        elif name in expanded:
            content[name] = {"results": lines_of(resource, call, name, str(shown.key))}
        else:
            content[name] = {"__deferred": {"uri": f"{address}/{name}"}}
    return content


def emptied(resource: Resource, call: Call, shown: Shown) -> dict[str, Any]:
    """What a POST answers of most records: the key, and nulls."""
    full = rendered(resource, call, shown, resource.fields)
    kept = ("__metadata", resource.key)
    return {
        name: each if name in kept or isinstance(each, dict) else None
        for name, each in full.items()
    }


def value(field: Field, held: Any) -> Any:
    if held is None:
        # Flags are never null.
        return False if field.type is Edm.BOOLEAN else None
    if field.type is Edm.DATETIME:
        return times.shown(held)
    if field.type is Edm.INT64:
        return str(held)
    return field.padded(held)


def lines_of(resource: Resource, call: Call, name: str, key: str) -> list[dict[str, Any]]:
    """The records of a collection of one header, with all their fields."""
    if not isinstance(resource, Entity) or name not in resource.lines:
        return []
    lines = resource.lines[name]
    child = call.shared.entities[lines.path]
    rows = call.division.where(lines.path, **{lines.parent: key})
    rows.sort(key=lambda row: (row.values.get("LineNumber", 0), row.id))
    return [rendered(child, call, of_entity(child, call, row), child.fields) for row in rows]
