"""The records of one entity in one division, by key, by row version and by what they hold."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Values = dict[str, Any]


class Row:
    """One stored record; replaced, never changed, when the record changes."""

    __slots__ = ("id", "path", "stamp", "values")

    def __init__(self, path: str, row_id: str, stamp: int, values: Values) -> None:
        self.path = path
        self.id = row_id
        # The row version: it rises with every write in the division.
        self.stamp = stamp
        # Without the fields that are null.
        self.values = values


class Shelf:
    """All records of one entity."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.rows: dict[str, Row] = {}
        self._ids: list[str] = []
        # Versions in order with their ids; those of replaced rows stay until there are many.
        self._stamps: list[tuple[int, str]] = []
        self._lookups: dict[str, dict[str, set[str]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        """In the order of their keys."""
        return (self.rows[row_id] for row_id in self._ids)

    def after(self, row_id: str) -> Iterator[Row]:
        """The rows behind a key, in the order of their keys."""
        return (self.rows[each] for each in self._ids[bisect_right(self._ids, row_id) :])

    def put(self, row: Row) -> None:
        before = self.rows.get(row.id)
        if before is None:
            insort(self._ids, row.id)
        else:
            self._forget(before)
        self.rows[row.id] = row
        self._stamps.append((row.stamp, row.id))
        for name, lookup in self._lookups.items():
            _note(lookup, row, name)
        if len(self._stamps) > 64 + 2 * len(self.rows):
            self._sort_stamps()

    def fill(self, rows: Iterable[Row]) -> None:
        """Store many rows at once."""
        self.rows.update((row.id, row) for row in rows)
        self._ids = sorted(self.rows)
        self._lookups.clear()
        self._sort_stamps()

    def drop(self, row_id: str) -> None:
        row = self.rows.pop(row_id)
        self._ids.remove(row_id)
        self._forget(row)

    def newer(self, stamp: int) -> Iterator[Row]:
        """The rows with a version above `stamp`, in the order of versions."""
        start = bisect_right(self._stamps, (stamp, "\x7f"))
        for version, row_id in self._stamps[start:]:
            row = self.rows.get(row_id)
            if row is not None and row.stamp == version:
                yield row

    def renumber(self, next_stamp: Callable[[], int]) -> None:
        """Give every row a new version, in the order of the old ones."""
        for row in sorted(self.rows.values(), key=lambda row: row.stamp):
            self.rows[row.id] = Row(row.path, row.id, next_stamp(), row.values)
        self._sort_stamps()

    def holders(self, name: str, value: str) -> set[str]:
        """The ids of the rows whose field holds a text, whatever its capitals and outer spaces."""
        if name not in self._lookups:
            fresh: dict[str, set[str]] = {}
            for row in self.rows.values():
                _note(fresh, row, name)
            self._lookups[name] = fresh
        return self._lookups[name].get(value.strip().casefold(), set())

    def _sort_stamps(self) -> None:
        self._stamps = sorted((row.stamp, row.id) for row in self.rows.values())

    def _forget(self, row: Row) -> None:
        for name, lookup in self._lookups.items():
            value = row.values.get(name)
            if isinstance(value, str):
                lookup.get(value.strip().casefold(), set()).discard(row.id)


def _note(lookup: dict[str, set[str]], row: Row, name: str) -> None:
    value = row.values.get(name)
    if isinstance(value, str):
        lookup.setdefault(value.strip().casefold(), set()).add(row.id)


def without_nulls(values: Mapping[str, Any]) -> Values:
    return {name: value for name, value in values.items() if value is not None}
