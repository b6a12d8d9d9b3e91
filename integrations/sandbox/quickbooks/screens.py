"""What people do in QuickBooks' own screens: they may do some things the API cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import InvalidOperation
from typing import Any

from integrations.sandbox.quickbooks import writes
from integrations.sandbox.quickbooks.configuring import prefer
from integrations.sandbox.quickbooks.drafts import PERSON
from integrations.sandbox.quickbooks.entities import BY_PATH
from integrations.sandbox.quickbooks.faults import Refused
from integrations.sandbox.quickbooks.fields import Entity, Kind
from integrations.sandbox.quickbooks.money import decimal, shown
from integrations.sandbox.quickbooks.sales_fields import SALE
from integrations.sandbox.quickbooks.shelf import Record, Row
from integrations.sandbox.quickbooks.store import Store

_MERGEABLE = frozenset({"Customer", "Vendor", "Item", "Account", "Class"})
_FORM_ALIASES = {
    "Email": ("PrimaryEmailAddr", "Address"),
    "Phone": ("PrimaryPhone", "FreeFormNumber"),
}


_BY_PERSON = frozenset({PERSON})


class Screens:
    """Changes by a person; every one raises ValueError with the reason when it is refused."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, entity_name: str, fields: Mapping[str, Any]) -> str:
        """Create a record; "Email" and "Phone" are short for the objects QuickBooks has."""
        return self._write(named(entity_name), unfolded(fields)).id

    def update(self, entity_name: str, record_id: str, fields: Mapping[str, Any]) -> None:
        """Change the given fields; None clears one."""
        entity = named(entity_name)
        self._save(entity, self._row(entity, record_id), unfolded(fields))

    def deactivate(self, entity_name: str, record_id: str) -> None:
        self.update(entity_name, record_id, {"Active": False})

    def reactivate(self, entity_name: str, record_id: str) -> None:
        self.update(entity_name, record_id, {"Active": True})

    def merge(self, entity_name: str, survivor: str, loser: str) -> None:
        """Let one record take over another's history; the loser turns inactive."""
        entity = named(entity_name)
        if entity.name not in _MERGEABLE:
            raise ValueError(f"{entity.name} records cannot be merged.")
        if loser == survivor:
            raise ValueError("A record cannot be merged into itself.")
        gone, kept = self._row(entity, loser), self._row(entity, survivor)
        listener, self._store.listener = self._store.listener, _silence
        try:
            self._save(entity, gone, {"Active": False})
            self._save(entity, kept, {})
        finally:
            self._store.listener = listener
        listener(entity, "Merge", survivor, loser)

    def delete(self, entity_name: str, record_id: str) -> None:
        entity = named(entity_name)
        if not entity.deletable:
            raise ValueError(f"{entity.name} records cannot be deleted, only made inactive.")
        self._carry_out(writes.delete, entity, self._row(entity, record_id))

    def void(self, entity_name: str, record_id: str) -> None:
        entity = named(entity_name)
        self._carry_out(writes.void, entity, self._row(entity, record_id))

    def change_invoice(
        self, invoice: str, fields: Mapping[str, Any], lines: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Change fields, and members of lines or of what they sell; amounts follow."""
        entity = named("Invoice")
        row = self._row(entity, invoice)
        all_lines = row.record()["Line"]
        by_id = {line["Id"]: line for line in all_lines if "Id" in line}
        for number, values in lines.items():
            if number not in by_id:
                raise ValueError(f"Invoice {invoice} has no line {number}.")
            _change_sale(by_id[number], values)
        changed = {"Line": all_lines} if lines else {}
        self._save(entity, row, {**fields, **changed})

    def currency_of(self, customer: str) -> Record | None:
        """The currency that a customer's documents are in."""
        row = self._store.find("Customer", str(customer))
        return row.record().get("CurrencyRef") if row else None

    def get(self, entity_name: str, record_id: str) -> Record:
        return self._row(named(entity_name), record_id).record()

    def prefer(self, group: str, values: Mapping[str, Any]) -> None:
        """Change a group of the company's preferences."""
        entity = named("Preferences")
        if group not in entity.fields or entity.fields[group].kind is not Kind.OBJECT:
            raise ValueError(f"There is no group of preferences {group!r}.")
        prefer(self._store, group, values)

    def change(self, path: list[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
        """`customer` creates, `customer/12` changes, `customer/12/merge` presses a button."""
        match path:
            case ["preferences", group]:
                self.prefer(group, wanted)
                return {}
            case [name]:
                return {"id": self.add(name, wanted)}
            case [name, record_id]:
                self.update(name, record_id, wanted)
            case [name, record_id, "merge"]:
                self.merge(name, record_id, str(wanted["other"]))
            case [name, record_id, "line", line] if name.lower() == "invoice":
                self.change_invoice(record_id, {}, {line: wanted})
            case [
                name,
                record_id,
                ("deactivate" | "reactivate" | "delete" | "void") as button,
            ]:
                getattr(self, button)(name, record_id)
            case _:
                raise ValueError(f"QuickBooks' screens have no {'/'.join(path)}.")
        return {"id": path[1]}

    def _row(self, entity: Entity, record_id: str) -> Row:
        row = self._store.find(entity.name, str(record_id))
        if row is None:
            raise ValueError(f"There is no {entity.name} with Id {record_id}.")
        return row

    def _save(self, entity: Entity, row: Row, fields: Mapping[str, Any]) -> Row:
        """Save a form: what is not on it stays as it was, whatever the API can do."""
        body = {"Id": row.id, "SyncToken": str(row.token)}
        if entity.sparse:
            return self._write(entity, body | {"sparse": True} | dict(fields))
        return self._write(entity, _writable(entity, row.record()) | dict(fields) | body)

    def _carry_out(self, run: Callable[..., Row], entity: Entity, row: Row) -> None:
        try:
            run(self._store, entity, {"Id": row.id, "SyncToken": str(row.token)}, _BY_PERSON)
        except Refused as refusal:
            raise ValueError(str(refusal)) from refusal

    def _write(self, entity: Entity, body: Mapping[str, Any]) -> Row:
        try:
            return writes.write(self._store, entity, dict(body), _BY_PERSON)
        except Refused as refusal:
            raise ValueError(str(refusal)) from refusal


def named(name: str) -> Entity:
    """The entity of a name, however it is written; raises ValueError when there is none."""
    entity = BY_PATH.get(name.lower())
    if entity is None:
        raise ValueError(f"There is no {name!r}; known are: {', '.join(sorted(BY_PATH))}.")
    return entity


def _change_sale(line: Record, values: Mapping[str, Any]) -> None:
    detail = line.get(SALE, {})
    for name, value in unfolded(values).items():
        (line if name in ("Description", "Amount") else detail)[name] = value
    if "Amount" not in values and detail.get("UnitPrice") is not None:
        # What is no number is refused when the form is saved.
        with suppress(InvalidOperation):
            product = decimal(detail.get("Qty", 1)) * decimal(detail["UnitPrice"])
            line["Amount"] = shown(product)


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
