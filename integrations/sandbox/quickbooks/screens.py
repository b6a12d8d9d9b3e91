"""What people do in QuickBooks' own screens: they may do some things the API cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.quickbooks import writes
from integrations.sandbox.quickbooks.entities import BY_PATH, ENTITIES
from integrations.sandbox.quickbooks.faults import Refused
from integrations.sandbox.quickbooks.fields import Entity
from integrations.sandbox.quickbooks.shelf import Record, Row
from integrations.sandbox.quickbooks.store import Store

_MERGEABLE = frozenset({"Customer", "Vendor", "Item", "Account", "Class"})
_BUTTONS = ("deactivate", "reactivate", "merge", "delete")
_FORM_ALIASES = {
    "Email": ("PrimaryEmailAddr", "Address"),
    "Phone": ("PrimaryPhone", "FreeFormNumber"),
}


class Screens:
    """Changes by a person; every one raises ValueError with the reason when it is refused."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, entity_name: str, fields: Mapping[str, Any]) -> str:
        """Create a record; "Email" and "Phone" are short for the objects QuickBooks has."""
        return self._write(entity_name, unfolded(fields)).id

    def update(self, entity_name: str, record_id: str, fields: Mapping[str, Any]) -> None:
        """Change the given fields; None clears one."""
        self._save(entity_name, self._row(entity_name, record_id), unfolded(fields))

    def deactivate(self, entity_name: str, record_id: str) -> None:
        self.update(entity_name, record_id, {"Active": False})

    def reactivate(self, entity_name: str, record_id: str) -> None:
        self.update(entity_name, record_id, {"Active": True})

    def merge(self, entity_name: str, loser: str, survivor: str) -> None:
        """Let one record take over another's history; the loser turns inactive."""
        if entity_name not in _MERGEABLE:
            raise ValueError(f"{entity_name} records cannot be merged.")
        if loser == survivor:
            raise ValueError("A record cannot be merged into itself.")
        gone = self._row(entity_name, loser)
        self._row(entity_name, survivor)
        entity = ENTITIES[entity_name]
        listener, self._store.listener = self._store.listener, _silence
        try:
            self._save(entity_name, gone, {"Active": False})
            self._save(entity_name, self._row(entity_name, survivor), {})
        finally:
            self._store.listener = listener
        listener(entity, "Merge", survivor, loser)

    def delete(self, entity_name: str, record_id: str) -> None:
        entity = ENTITIES[entity_name]
        if not entity.deletable:
            raise ValueError(f"{entity_name} records cannot be deleted, only made inactive.")
        self._store.delete(entity, self._row(entity_name, record_id))

    def get(self, entity_name: str, record_id: str) -> Record:
        return self._row(entity_name, record_id).record()

    def change(self, path: list[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
        """`customer` creates, `customer/12` changes, `customer/12/merge` presses a button."""
        if not path or len(path) > 3 or path[0].lower() not in BY_PATH:
            known = ", ".join(sorted(BY_PATH))
            raise ValueError(f"Say which kind of record: {known}.")
        name = BY_PATH[path[0].lower()].name
        if len(path) == 1:
            return self.get(name, self.add(name, wanted))
        record_id = path[1]
        if len(path) == 2:
            self.update(name, record_id, wanted)
        else:
            self._press(name, record_id, path[2], wanted)
        row = self._store.find(name, record_id)
        return row.record() if row else {"Id": record_id, "status": "Deleted"}

    def _press(self, name: str, record_id: str, button: str, wanted: Mapping[str, Any]) -> None:
        if button == "merge":
            self.merge(name, record_id, str(wanted.get("into", "")))
        elif button in _BUTTONS:
            getattr(self, button)(name, record_id)
        else:
            raise ValueError(f"Unknown button {button!r}; known are: {', '.join(_BUTTONS)}.")

    def _row(self, entity_name: str, record_id: str) -> Row:
        row = self._store.find(entity_name, str(record_id))
        if row is None:
            raise ValueError(f"There is no {entity_name} with Id {record_id}.")
        return row

    def _save(self, entity_name: str, row: Row, fields: Mapping[str, Any]) -> Row:
        """Save a form: what is not on it stays as it was, whatever the API can do."""
        body = {"Id": row.id, "SyncToken": str(row.token)}
        if ENTITIES[entity_name].sparse:
            return self._write(entity_name, body | {"sparse": True} | dict(fields))
        kept = _writable(ENTITIES[entity_name], row.record())
        return self._write(entity_name, kept | dict(fields) | body)

    def _write(self, entity_name: str, body: Mapping[str, Any]) -> Row:
        if entity_name not in ENTITIES:
            raise ValueError(f"Unknown kind of record {entity_name!r}.")
        try:
            return writes.write(self._store, ENTITIES[entity_name], dict(body))
        except Refused as refusal:
            raise ValueError(str(refusal)) from refusal


def _writable(entity: Entity, record: Record) -> Record:
    return {name: value for name, value in record.items() if not entity.fields[name].read_only}


def unfolded(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with the short names and plain reference ids spelled out."""
    body: dict[str, Any] = {}
    for name, value in fields.items():
        full, inner = _FORM_ALIASES.get(name, (name, ""))
        if inner:
            body[full] = None if value is None else {inner: value}
        elif name.endswith("Ref") and isinstance(value, str):
            body[name] = {"value": value}
        else:
            body[name] = value
    return body


def _silence(entity: Entity, operation: str, record_id: str, gone: str) -> None:
    """A merge is told once, not as the two changes it is made of."""
