"""One division ("administratie"): its records, row versions, deletions and numbers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.core import Clock
from integrations.sandbox.exact import times
from integrations.sandbox.exact.resources import Entity
from integrations.sandbox.exact.shelf import Row, Shelf, without_nulls

# Told of every change: division, entity, action ("Create", "Update", "Delete") and values.
Listener = Callable[["Division", Entity, str, Mapping[str, Any]], None]
# How far row versions go on when a division moves to another server.
MOVED_BY = 1_000_000


@dataclass
class Books:
    """What a division is, as it is listed."""

    code: int
    description: str
    hid: int
    is_main: bool = False
    # 0 inactive, 1 active, 2 archived.
    status: int = 1
    # Whether the user may enter it, and whether the app may.
    user_may_enter: bool = True
    app_may_enter: bool = True
    currency: str = "EUR"
    country: str = "NL"
    vat_number: str = "NL001234567B01"
    chamber_number: str = "12345678"
    moved: int | None = None
    hr_linked: int | None = None


@dataclass(frozen=True)
class Deletion:
    """A row of sync/Deleted; its versions are a series of their own."""

    stamp: int
    kind: int
    key: str
    at: int
    by: str


@dataclass
class Person:
    """Somebody who may sign in to Exact."""

    id: str
    first_name: str
    last_name: str
    email: str
    # The language of their screens, and of what they are told.
    language: str = "nl-NL"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass
class Shared:
    """What all divisions of a customer have in common."""

    clock: Clock
    seed: int
    entities: Mapping[str, Entity]
    people: list[Person]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))
    listener: Listener = lambda *_: None
    client_id: str = ""
    # Sends an empty POST to an address and gives the status; 0 when nobody answers.
    probe: Callable[[str], int] = lambda _: 200
    # Keys made so far, so that no two are alike.
    made: int = 0

    def now(self) -> int:
        """The server's clock, in wall-clock milliseconds."""
        return times.wall(self.clock.now(), self.zone)

    def new_id(self) -> str:
        self.made += 1
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"exact/{self.seed}/{self.made}"))

    def person(self, person_id: str) -> Person | None:
        return next((each for each in self.people if each.id == person_id), None)


class Division:
    """The records of one division."""

    def __init__(self, shared: Shared, books: Books) -> None:
        self.shared = shared
        self.books = books
        self.shelves = {path: Shelf(path) for path in shared.entities}
        self.deletions: list[Deletion] = []
        self._stamp = 1000
        self._deletion_stamp = 1000
        self._numbers: dict[str, int] = {}
        # Whatever else documents want to remember; JSON-safe.
        self.notes: dict[str, Any] = {}

    @property
    def code(self) -> int:
        return self.books.code

    @property
    def currency(self) -> str:
        return self.books.currency

    def now(self) -> int:
        return self.shared.now()

    def today(self) -> int:
        return self.now() // times.DAY * times.DAY

    # Reading

    def shelf(self, path: str) -> Shelf:
        return self.shelves[path]

    def find(self, path: str, row_id: Any) -> Row | None:
        return self.shelves[path].rows.get(str(row_id).lower())

    def holder(self, path: str, name: str, value: str) -> Row | None:
        """A record whose field holds a text, such as a code; None when there is none."""
        shelf = self.shelves[path]
        return next((shelf.rows[each] for each in sorted(shelf.holders(name, value))), None)

    def where(self, path: str, **wanted: str) -> list[Row]:
        """The records whose text fields hold all of this."""
        shelf = self.shelves[path]
        found = [shelf.holders(name, value) for name, value in wanted.items()]
        return [shelf.rows[each] for each in sorted(set.intersection(*found))]

    def referred(self, entity: Entity, values: Mapping[str, Any], name: str) -> Row | None:
        """The record that a reference means, by GUID or by code; None when it is not set."""
        value, target = values.get(name), entity.fields[name].refers_to
        if value is None or not target:
            return None
        return self.find(target, value) or self.holder(target, "Code", str(value))

    def value(self, entity: Entity, row: Row, name: str) -> Any:
        """A field as it is read: kept, worked out or joined."""
        if name in row.values:
            return row.values[name]
        if name in entity.computed:
            return entity.computed[name](self, row.values)
        if name in entity.joined:
            reference, remote = entity.joined[name]
            target = self.referred(entity, row.values, reference)
            if target is None:
                return None
            return self.value(self.shared.entities[target.path], target, remote)
        return self._common(row.values, name)

    def _common(self, values: Mapping[str, Any], name: str) -> Any:
        if name == "Division":
            return self.code
        if name in ("CreatorFullName", "ModifierFullName"):
            person = self.shared.person(values.get(name.removesuffix("FullName"), ""))
            return person.full_name if person else None
        return None

    # Writing

    def next_stamp(self) -> int:
        self._stamp += 1
        return self._stamp

    def next_number(self, series: str, first: int = 1) -> int:
        """The next number of a series, such as that of a journal."""
        self._numbers[series] = self._numbers.get(series, first - 1) + 1
        return self._numbers[series]

    def save(self, entity: Entity, values: Mapping[str, Any], by: str = "") -> Row:
        """Store a checked record with a new version and time, whether new or changed."""
        key, now = entity.key, self.now()
        row_id = str(values.get(key) or self.shared.new_id())
        before = self.shelves[entity.path].rows.get(row_id)
        person = by or self.shared.people[0].id
        kept = without_nulls(values) | {key: row_id, "Modified": now, "Modifier": person}
        kept["Created"] = before.values.get("Created", now) if before else now
        kept["Creator"] = before.values.get("Creator", person) if before else person
        kept = {name: value for name, value in kept.items() if name in entity.fields}
        row = Row(entity.path, row_id, self.next_stamp(), kept)
        self.shelves[entity.path].put(row)
        self.shared.listener(self, entity, "Update" if before else "Create", kept)
        return row

    def touch(self, path: str, row_id: str, **values: Any) -> Row:
        """Change some fields of a record beside all rules; None clears one."""
        row = self.shelves[path].rows[row_id]
        return self.save(self.shared.entities[path], row.values | values)

    def remove(self, entity: Entity, row: Row, by: str = "") -> None:
        """Delete a record, leaving its trace where the entity has one."""
        self.shelves[entity.path].drop(row.id)
        if entity.deleted_as:
            self._deletion_stamp += 1
            person = by or self.shared.people[0].id
            self.deletions.append(
                Deletion(self._deletion_stamp, entity.deleted_as, row.id, self.now(), person)
            )
        self.shared.listener(self, entity, "Delete", row.values)

    def load(
        self, entity: Entity, rows: Iterable[Mapping[str, Any]], changed: Iterator[int]
    ) -> list[str]:
        """Store many finished records unchecked, as if changed at these wall-clock times."""
        person = self.shared.people[0].id
        stored = []
        for given in rows:
            at = next(changed)
            row_id = str(given.get(entity.key) or self.shared.new_id())
            values = {**entity.defaults, **given, entity.key: row_id}
            values |= {"Created": at, "Modified": at, "Creator": person, "Modifier": person}
            kept = {n: v for n, v in values.items() if n in entity.fields and v is not None}
            stored.append(Row(entity.path, row_id, self.next_stamp(), kept))
        self.shelves[entity.path].fill(stored)
        return [row.id for row in stored]

    def move(self) -> None:
        """Move to another server, which makes all row versions anew."""
        self.books.moved = self.now()
        self._stamp += MOVED_BY
        for shelf in self.shelves.values():
            shelf.renumber(self.next_stamp)
        moved = []
        for deletion in self.deletions:
            self._deletion_stamp += 1
            kept = (deletion.kind, deletion.key, deletion.at, deletion.by)
            moved.append(Deletion(self._deletion_stamp, *kept))
        self.deletions = moved

    # State

    def snapshot(self) -> dict[str, Any]:
        shelves = {
            path: [[row.id, row.stamp, row.values] for row in shelf]
            for path, shelf in self.shelves.items()
            if len(shelf)
        }
        return {
            "books": vars(self.books).copy(),
            "shelves": shelves,
            "deletions": [list(vars(deletion).values()) for deletion in self.deletions],
            "stamps": [self._stamp, self._deletion_stamp],
            "numbers": dict(self._numbers),
            "notes": self.notes,
        }

    @classmethod
    def restored(cls, shared: Shared, state: Mapping[str, Any]) -> Division:
        division = cls(shared, Books(**state["books"]))
        for path, rows in state["shelves"].items():
            division.shelves[path].fill([Row(path, i, stamp, dict(v)) for i, stamp, v in rows])
        division.deletions = [Deletion(*each) for each in state["deletions"]]
        division._stamp, division._deletion_stamp = state["stamps"]
        division._numbers = dict(state["numbers"])
        division.notes = dict(state["notes"])
        return division
