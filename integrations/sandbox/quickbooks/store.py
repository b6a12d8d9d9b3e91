"""One company's records: saving, naming, numbering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import msgspec

from integrations.sandbox.core import Clock
from integrations.sandbox.quickbooks.entities import ENTITIES
from integrations.sandbox.quickbooks.fields import Entity
from integrations.sandbox.quickbooks.naming import unique_key
from integrations.sandbox.quickbooks.shelf import Record, Row, Shelf
from integrations.sandbox.quickbooks.switches import Switches, currency_ref
from integrations.sandbox.quickbooks.times import stamp

# Told of every change: entity, operation, id, and the id that a merge removed.
Listener = Callable[[Entity, str, str, str], None]


class Store:
    """All shelves, and the name spaces over several of them."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.shelves = {name: Shelf(entity) for name, entity in ENTITIES.items()}
        self.switches = Switches()
        self.listener: Listener = _nobody
        self._names: dict[str, dict[str, str]] = {}
        self._numbers: dict[str, int] = {}
        self._preferences: tuple[Row | None, Record] = (None, {})

    def shelf(self, entity: Entity) -> Shelf:
        return self.shelves[entity.name]

    def find(self, entity_name: str, record_id: str) -> Row | None:
        shelf = self.shelves.get(entity_name)
        return shelf.rows.get(record_id) if shelf is not None else None

    def preference(self, group: str, name: str) -> Any:
        """One preference of the company; None when it is not set."""
        row = self.find("Preferences", "1")
        if row is not self._preferences[0]:
            self._preferences = (row, row.record() if row else {})
        return self._preferences[1].get(group, {}).get(name)

    def next_id(self, entity: Entity) -> str:
        """Lists that share names share numbers too, as customers, vendors and employees do."""
        space = entity.number_group or entity.unique_group or entity.name
        self._numbers[space] = self._numbers.get(space, 0) + 1
        return str(self._numbers[space])

    def next_number(self, series: str, first: int) -> int:
        """The next number of a series that is no Id, such as that of documents."""
        self._numbers[series] = self._numbers.get(series, first - 1) + 1
        return self._numbers[series]

    def holder_of(self, entity: Entity, name: str) -> str:
        """The id of the record that bears a name, empty when it is free."""
        return self._names.get(entity.unique_group, {}).get(name.casefold(), "")

    def save(self, entity: Entity, record: Record, before: Row | None, operation: str) -> Row:
        """Store a checked record with a new version and time."""
        now = int(self.clock.time())
        created = before.record()["MetaData"]["CreateTime"] if before else stamp(now)
        token = before.token + 1 if before else 0
        record["SyncToken"] = str(token)
        record["MetaData"] = {"CreateTime": created, "LastUpdatedTime": stamp(now)}
        row = Row(record["Id"], token, record.get("Active") is not False, now, encode(record))
        self._rename(entity, before, record)
        self.shelf(entity).put(row, record)
        self.listener(entity, operation, row.id, "")
        return row

    def delete(self, entity: Entity, row: Row) -> None:
        """Remove a record for good, leaving its trace for change data capture."""
        shelf = self.shelf(entity)
        self._forget_name(entity, row.record())
        shelf.drop(row.id)
        shelf.deleted.append((int(self.clock.time()), row.id))
        self.listener(entity, "Delete", row.id, "")

    def load(self, entity: Entity, records: Iterable[Record], updated: Iterable[int]) -> list[str]:
        """Store many finished records at once, unchecked, as if they had long been there."""
        rows = []
        names = self._names.setdefault(entity.unique_group, {})
        usual = self.defaults(entity)
        for record, second in zip(records, updated, strict=False):
            number = record.get("Id") or self.next_id(entity)
            full = in_full(entity, usual | record | {"Id": number}, second)
            if entity.unique_group:
                names[unique_key(entity, full).casefold()] = number
            active = full.get("Active") is not False
            rows.append(Row(number, int(full["SyncToken"]), active, second, encode(full)))
        self.shelf(entity).fill(rows)
        return [row.id for row in rows]

    def defaults(self, entity: Entity) -> Record:
        """What a new record has before anything is given."""
        values = {f.name: f.default for f in entity.fields.values() if f.default is not None}
        if "CurrencyRef" in entity.fields:
            values["CurrencyRef"] = currency_ref(self.switches.home)
        return {"domain": "QBO", "sparse": False, **values}

    def snapshot(self) -> dict[str, Any]:
        filled = {n: shelf for n, shelf in self.shelves.items() if shelf.rows or shelf.deleted}
        shelves = {name: _shelf_state(shelf) for name, shelf in filled.items()}
        switches = asdict(self.switches)
        return {"shelves": shelves, "numbers": dict(self._numbers), "switches": switches}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._names.clear()
        self._numbers = dict(state["numbers"])
        self.switches.restore(state.get("switches", {}))
        self.shelves = {name: Shelf(entity) for name, entity in ENTITIES.items()}
        for name, kept in state["shelves"].items():
            self._restore_shelf(self.shelves[name], kept)

    def _restore_shelf(self, shelf: Shelf, state: Mapping[str, Any]) -> None:
        rows = [Row(i, token, on, at, body.encode()) for i, token, on, at, body in state["rows"]]
        shelf.fill(rows)
        shelf.deleted = [(second, record_id) for second, record_id in state["deleted"]]
        if not shelf.entity.unique_group:
            return
        names = self._names.setdefault(shelf.entity.unique_group, {})
        for row in rows:
            names[unique_key(shelf.entity, row.record()).casefold()] = row.id

    def _rename(self, entity: Entity, before: Row | None, record: Record) -> None:
        if not entity.unique_group:
            return
        if before is not None:
            self._forget_name(entity, before.record())
        names = self._names.setdefault(entity.unique_group, {})
        names[unique_key(entity, record).casefold()] = record["Id"]

    def _forget_name(self, entity: Entity, record: Record) -> None:
        names = self._names.get(entity.unique_group, {})
        key = unique_key(entity, record).casefold()
        if names.get(key) == record["Id"]:
            del names[key]


def in_full(entity: Entity, record: Record, second: int) -> Record:
    """A trusted record with the members that the service adds itself."""
    name = record.get(entity.name_field)
    added: Record = {}
    if "FullyQualifiedName" in entity.fields:
        added["FullyQualifiedName"] = name
    if "PrintOnCheckName" in entity.fields:
        added["PrintOnCheckName"] = str(record.get("CompanyName") or name)[:110]
    added["SyncToken"] = "0"
    added["MetaData"] = {"CreateTime": stamp(second), "LastUpdatedTime": stamp(second)}
    return added | record


def encode(record: Record) -> bytes:
    return msgspec.json.encode(record)


def _shelf_state(shelf: Shelf) -> dict[str, Any]:
    rows = [
        [row.id, row.token, row.active, row.updated, row.body.decode()] for row in shelf.all.by_id
    ]
    return {"rows": rows, "deleted": [list(each) for each in shelf.deleted]}


def _nobody(entity: Entity, operation: str, record_id: str, gone: str) -> None:
    """Hears of changes when no webhook is set up."""
