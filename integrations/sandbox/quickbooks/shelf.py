"""The records of one entity, kept as JSON bytes and in the orders they are asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from integrations.sandbox.quickbooks.fields import Entity

Record = dict[str, Any]
UpdateKey = tuple[int, int, str]


class Row:
    """One stored record; replaced, never changed, when the record changes."""

    __slots__ = ("active", "body", "id", "number", "plain", "token", "updated")

    def __init__(self, record_id: str, token: int, active: bool, updated: int, body: bytes) -> None:
        self.id = record_id
        # Tax codes of the United States have the ids TAX and NON.
        self.number = int(record_id) if record_id.isdigit() else 0
        self.token = token
        self.active = active
        self.updated = updated
        self.body = body
        # The answer to `SELECT *` where that leaves members out; made when first asked for.
        self.plain: bytes | None = None

    def record(self) -> Record:
        """A fresh copy of the record."""
        decoded: Record = msgspec.json.decode(self.body)
        return decoded


def by_update(row: Row) -> UpdateKey:
    return (row.updated, row.number, row.id)


def by_id(row: Row) -> tuple[int, str]:
    return (row.number, row.id)


class Order:
    """Rows sorted by Id and by time of update."""

    def __init__(self) -> None:
        self.by_id: list[Row] = []
        self.by_update: list[Row] = []

    def add(self, row: Row) -> None:
        insort(self.by_id, row, key=by_id)
        insort(self.by_update, row, key=by_update)

    def remove(self, row: Row) -> None:
        del self.by_id[bisect_left(self.by_id, by_id(row), key=by_id)]
        del self.by_update[bisect_left(self.by_update, by_update(row), key=by_update)]

    def extend(self, rows: Iterable[Row]) -> None:
        """Add many at once, faster than one by one."""
        new = list(rows)
        self.by_id = sorted(self.by_id + new, key=by_id)
        self.by_update = sorted(self.by_update + new, key=by_update)

    def between(self, first: int, last: int) -> tuple[int, int]:
        """Where the rows updated from second `first` to second `last` stand in `by_update`."""
        start = bisect_left(self.by_update, first, key=_updated)
        return start, bisect_right(self.by_update, last, key=_updated)


def _updated(row: Row) -> int:
    return row.updated


class Shelf:
    """All records of one entity."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.rows: dict[str, Row] = {}
        self.all = Order()
        self.active = Order()
        # Deleted records, as (second, id), in the order they went.
        self.deleted: list[tuple[int, str]] = []
        self._lookups: dict[str, dict[str, set[str]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Record]:
        return (row.record() for row in list(self.all.by_id))

    def put(self, row: Row, record: Record) -> None:
        """Store a record in place of what stood there."""
        self.drop(row.id)
        self.rows[row.id] = row
        self.all.add(row)
        if row.active:
            self.active.add(row)
        for name, lookup in self._lookups.items():
            _note(lookup, record, name, row.id)

    def fill(self, rows: list[Row]) -> None:
        """Store many new records at once."""
        self.rows.update((row.id, row) for row in rows)
        self.all.extend(rows)
        self.active.extend(row for row in rows if row.active)
        self._lookups.clear()

    def drop(self, record_id: str) -> None:
        """Forget a record; nothing happens when there is none."""
        row = self.rows.pop(record_id, None)
        if row is None:
            return
        self.all.remove(row)
        if row.active:
            self.active.remove(row)
        if self._lookups:
            self._forget(row)

    def lookup(self, name: str, value: str) -> set[str]:
        """The ids of the records whose field `name` is `value`, capitals apart."""
        if name not in self._lookups:
            fresh: dict[str, set[str]] = {}
            for row in self.rows.values():
                _note(fresh, row.record(), name, row.id)
            self._lookups[name] = fresh
        return self._lookups[name].get(value.casefold(), set())

    def _forget(self, row: Row) -> None:
        record = row.record()
        for name, lookup in self._lookups.items():
            value = plain_value(record, name)
            if value is not None:
                lookup.get(str(value).casefold(), set()).discard(row.id)


def _note(lookup: dict[str, set[str]], record: Record, name: str, record_id: str) -> None:
    value = plain_value(record, name)
    if value is not None:
        lookup.setdefault(str(value).casefold(), set()).add(record_id)


def plain_value(record: Record, name: str) -> Any:
    """What a query compares: the id of a reference, the text of an address, phone or link."""
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        return value
    for inner in ("value", "Address", "FreeFormNumber", "URI"):
        if inner in value:
            return value[inner]
    return None
