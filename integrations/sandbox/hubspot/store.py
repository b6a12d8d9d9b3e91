"""The records of one object type, in memory, with the indexes that its endpoints need."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from integrations.sandbox.core import Clock
from integrations.sandbox.hubspot.definitions import Group, ObjectDefinition, Property
from integrations.sandbox.hubspot.values import iso


class Record:
    """One record; its times are epoch milliseconds and `archived_at` is 0 while it lives."""

    __slots__ = ("archived_at", "created", "id", "rendered", "rendered_for", "updated", "values")

    def __init__(self, record_id: int, values: dict[str, str], created: int, updated: int) -> None:
        self.id = record_id
        self.values = values
        self.created = created
        self.updated = updated
        self.archived_at = 0
        # The last rendering and the columns it was made for: most readers ask for the same ones.
        self.rendered = b""
        self.rendered_for: object = None

    def copy(self) -> Record:
        twin = Record(self.id, dict(self.values), self.created, self.updated)
        twin.archived_at = self.archived_at
        return twin


class ObjectStore:
    """Records by id, by unique value and by time of change; what search sees may lag behind."""

    def __init__(self, definition: ObjectDefinition, clock: Clock, lag_seconds: float) -> None:
        self.definition = definition
        self.clock = clock
        self.lag_seconds = lag_seconds
        self.properties: dict[str, Property] = {p.name: p for p in definition.properties}
        self.unique_names = [p.name for p in definition.properties if p.unique]
        self.groups: dict[str, Group] = {group.name: group for group in definition.groups}
        self.records: dict[int, Record] = {}
        self.live: list[int] = []
        self.archived: list[int] = []
        self.by_modified: list[tuple[int, int]] = []
        self.merged_into: dict[int, int] = {}
        self.next_id = definition.first_id
        self.changes = 0
        self._unique: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._unindexed: deque[tuple[float, int]] = deque()
        self._before: dict[int, deque[Record | None]] = {}

    # Reading ------------------------------------------------------------------------------

    def find(self, record_id: int, archived: bool = False) -> Record | None:
        record = self.records.get(record_id)
        if record is None or bool(record.archived_at) is not archived:
            return None
        return record

    def find_by(self, name: str, value: str) -> Record | None:
        """The live record holding a unique value."""
        found = self._unique[name].get(unique_key(name, value))
        return None if found is None else self.records[found]

    def owner_of(self, name: str, value: str) -> int | None:
        """The id of the live record that holds a unique value."""
        return self._unique[name].get(unique_key(name, value))

    def page(self, after: int, limit: int, archived: bool) -> tuple[list[int], int | None]:
        """The ids from `after` on, and the first id of the next page."""
        ids = self.archived if archived else self.live
        start = bisect_left(ids, after)
        chosen = ids[start : start + limit]
        end = start + limit
        return chosen, ids[end] if end < len(ids) else None

    def values_of(self, record: Record) -> dict[str, str]:
        """Every property that has a value, with those that follow from the record itself."""
        definition = self.definition
        return record.values | {
            "hs_object_id": str(record.id),
            definition.created: iso(record.created),
            definition.modified: iso(record.updated),
        }

    # Changing -----------------------------------------------------------------------------

    def now(self) -> int:
        return int(self.clock.time() * 1000)

    def insert(self, values: dict[str, str]) -> Record:
        now = self.now()
        record = Record(self.next_id, values, now, now)
        self.next_id += 1
        self._note(record.id, None)
        self._place(record)
        return record

    def load(self, rows: Iterable[tuple[dict[str, str], int, int]]) -> list[int]:
        """Insert many at once: values, created and updated; search sees them immediately."""
        loaded = []
        for values, created, updated in rows:
            record = Record(self.next_id, values, created, updated)
            self.next_id += 1
            self.records[record.id] = record
            self._register(record)
            loaded.append(record.id)
        self.live.extend(loaded)
        self.by_modified.extend((self.records[i].updated, i) for i in loaded)
        self.by_modified.sort()
        self.changes += 1
        return loaded

    def change(self, record: Record, values: Mapping[str, str]) -> list[str]:
        """Set values ("" clears); the names of those that really changed."""
        old = record.values
        changed = [name for name, value in values.items() if old.get(name, "") != value]
        if not changed:
            return []
        self._note(record.id, record.copy() if self.lag_seconds else None)
        self._unregister(record)
        for name in changed:
            self._set(record, name, values[name])
        self._register(record)
        self._touch(record)
        return changed

    def archive(self, record: Record) -> None:
        self._note(record.id, record.copy() if self.lag_seconds else None)
        self._unregister(record)
        self._remove_from_live(record)
        record.archived_at = record.updated = self.now()
        record.rendered_for = None
        insort(self.archived, record.id)

    def restore(self, record: Record) -> None:
        self._note(record.id, None)
        self.archived.remove(record.id)
        record.archived_at = 0
        record.updated = self.now()
        record.rendered_for = None
        self._place(record)

    def forget(self, record: Record) -> None:
        """Remove for good."""
        if record.archived_at:
            self._note(record.id, None)
            self.archived.remove(record.id)
        else:
            self._note(record.id, record)
            self._unregister(record)
            self._remove_from_live(record)
        del self.records[record.id]

    def add_property(self, prop: Property) -> None:
        """Add or replace a property."""
        self.properties[prop.name] = prop
        self.unique_names = [p.name for p in self.properties.values() if p.unique]
        self.changes += 1

    def _set(self, record: Record, name: str, value: str) -> None:
        if value:
            record.values[name] = value
        else:
            record.values.pop(name, None)

    def _place(self, record: Record) -> None:
        self.records[record.id] = record
        if not self.live or record.id > self.live[-1]:
            self.live.append(record.id)
        else:
            insort(self.live, record.id)
        insort(self.by_modified, (record.updated, record.id))
        self._register(record)

    def _remove_from_live(self, record: Record) -> None:
        del self.live[bisect_left(self.live, record.id)]
        del self.by_modified[bisect_left(self.by_modified, (record.updated, record.id))]

    def _touch(self, record: Record) -> None:
        del self.by_modified[bisect_left(self.by_modified, (record.updated, record.id))]
        record.updated = max(self.now(), record.updated)
        record.rendered_for = None
        insort(self.by_modified, (record.updated, record.id))

    def _register(self, record: Record) -> None:
        for name, value in self._unique_values(record):
            self._unique[name][value] = record.id

    def _unregister(self, record: Record) -> None:
        for name, value in self._unique_values(record):
            if self._unique[name].get(value) == record.id:
                del self._unique[name][value]

    def _unique_values(self, record: Record) -> Iterator[tuple[str, str]]:
        values = record.values
        for name in self.unique_names:
            if value := values.get(name):
                yield name, unique_key(name, value)
        # Secondary addresses are unique together with the first ones.
        for extra in values.get("hs_additional_emails", "").split(";"):
            if extra:
                yield "email", extra.lower()

    # What search sees ---------------------------------------------------------------------

    def _note(self, record_id: int, before: Record | None) -> None:
        self.changes += 1
        if self.lag_seconds:
            self._unindexed.append((self.clock.time(), record_id))
            self._before.setdefault(record_id, deque()).append(before)

    def catch_up(self) -> int:
        """Index what is old enough; the number of changes that search now knows of."""
        horizon = self.clock.time() - self.lag_seconds
        while self._unindexed and self._unindexed[0][0] <= horizon:
            record_id = self._unindexed.popleft()[1]
            waiting = self._before[record_id]
            waiting.popleft()
            if not waiting:
                del self._before[record_id]
        return self.changes - len(self._unindexed)

    def set_lag(self, seconds: float) -> None:
        """Change how long search does not see a change; what waits is indexed now."""
        self.lag_seconds = seconds
        self._unindexed.clear()
        self._before.clear()

    def unindexed(self) -> dict[int, Record | None]:
        """What search still shows of the records changed a moment ago; None: nothing."""
        return {record_id: waiting[0] for record_id, waiting in self._before.items()}

    # Keeping ------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        builtin = {prop.name: prop for prop in self.definition.properties}
        own = [p.snapshot() for p in self.properties.values() if builtin.get(p.name) is not p]
        return {
            "next_id": self.next_id,
            "properties": own,
            "groups": [asdict(group) for group in self.groups.values()],
            "merged_into": [list(pair) for pair in self.merged_into.items()],
            "records": [
                [r.id, r.created, r.updated, r.archived_at, dict(r.values)]
                for r in self.records.values()
            ],
        }

    @classmethod
    def from_snapshot(
        cls,
        definition: ObjectDefinition,
        clock: Clock,
        lag_seconds: float,
        state: Mapping[str, Any],
    ) -> ObjectStore:
        """The store that a snapshot was made of; search sees all of it at once."""
        store = cls(definition, clock, lag_seconds)
        store.next_id = state["next_id"]
        for row in state["properties"]:
            store.add_property(Property.from_snapshot(row))
        store.groups = {group["name"]: Group(**group) for group in state["groups"]}
        store.merged_into = dict(state["merged_into"])
        for record_id, created, updated, archived_at, values in state["records"]:
            record = Record(record_id, dict(values), created, updated)
            record.archived_at = archived_at
            store.records[record_id] = record
            if not archived_at:
                store._register(record)
        store._sort()
        return store

    def _sort(self) -> None:
        records = self.records
        self.live = sorted(i for i, record in records.items() if not record.archived_at)
        self.archived = sorted(i for i, record in records.items() if record.archived_at)
        self.by_modified = sorted((records[i].updated, i) for i in self.live)


def unique_key(name: str, value: str) -> str:
    """The form in which unique values are compared; only e-mail addresses ignore case."""
    return value.strip().lower() if name == "email" else value
