"""The hand of a person, for tests and data sets in the same process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.exact import times, writes
from integrations.sandbox.exact.catalogue import ENTITIES
from integrations.sandbox.exact.company import open_books
from integrations.sandbox.exact.division import Books, Division, Shared
from integrations.sandbox.exact.documents import DocumentHand
from integrations.sandbox.exact.messages import Refused, Stopped
from integrations.sandbox.exact.resources import Entity
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.system import SUBSCRIPTIONS
from integrations.sandbox.exact.writes import Writer

LANGUAGES = {"nl": "nl-NL", "en": "en-US"}
_BOOKS = frozenset({"description", "status", "user_may_enter", "app_may_enter", "currency",
                    "country", "vat_number", "chamber_number"})  # fmt: skip


class Hand(DocumentHand):
    """What people do in Exact's own screens; a refusal is a ValueError with the reason.

    `division` is the code of one; without it the main division is meant.
    """

    lock: threading.RLock
    divisions: dict[int, Division]
    shared: Shared

    # Records, by the path of their resource

    def add(self, path: str, *, division: int | None = None, **fields: Any) -> str:
        """Create a record, e.g. `add("crm/Accounts", Name="Bakkerij Jansen", Status="C")`."""
        with self.lock:
            books = self.division(division)
            return _told(lambda: writes.create(books, named(path), fields, self._person())).id

    def update(
        self, path: str, record_id: str, *, division: int | None = None, **fields: Any
    ) -> None:
        with self.lock:
            books, entity = self.division(division), named(path)
            row = _row(books, entity, record_id)
            _told(lambda: writes.update(books, entity, row, fields, self._person()))

    def delete(self, path: str, record_id: str, *, division: int | None = None) -> None:
        with self.lock:
            books, entity = self.division(division), named(path)
            row = _row(books, entity, record_id)
            _told(lambda: writes.delete(books, entity, row, self._person()))

    def press(
        self, path: str, record_id: str, button: str, *, division: int | None = None, **wanted: Any
    ) -> None:
        """Press a button of a record's screen, such as "block" of an account."""
        with self.lock:
            books, entity = self.division(division), named(path)
            row = _row(books, entity, record_id)
            offered = entity.buttons.get(button)
            if offered is None or not offered.is_offered(row.values):
                raise ValueError(f"The screen of {path} {row.id} has no button {button!r} now.")
            _told(lambda: offered.press(books, row.id, wanted))

    def get(self, path: str, record_id: str, *, division: int | None = None) -> dict[str, Any]:
        """A record as it is kept: texts without padding, times in wall-clock milliseconds."""
        with self.lock:
            books, entity = self.division(division), named(path)
            return _shown(books, entity, _row(books, entity, record_id))

    def all(self, path: str, *, division: int | None = None) -> dict[str, dict[str, Any]]:
        """All records of a resource by their keys, without what is null or worked out."""
        with self.lock:
            return {row.id: dict(row.values) for row in self.division(division).shelf(path)}

    def count(self, path: str, *, division: int | None = None) -> int:
        return len(self.division(division).shelf(path))

    def find(self, path: str, *, division: int | None = None, **wanted: str) -> list[str]:
        """The keys of the records that hold these texts, e.g. `find("crm/Accounts", Code="1")`."""
        with self.lock:
            return [row.id for row in self.division(division).where(path, **wanted)]

    def load(
        self,
        path: str,
        rows: Iterable[Mapping[str, Any]],
        changed: Iterable[int],
        *,
        division: int | None = None,
    ) -> list[str]:
        """Store many records at once, unchecked, with the seconds they were last changed at."""
        with self.lock:
            books = self.division(division)
            return books.load(named(path), rows, self._walls(changed))

    # The customer, its divisions and people

    def division(self, code: int | None = None) -> Division:
        """A division by its code; the main one without."""
        if code is None:
            return next(each for each in self.divisions.values() if each.books.is_main)
        if code not in self.divisions:
            raise ValueError(f"There is no division {code}.")
        return self.divisions[code]

    def add_division(self, code: int, description: str, **books: Any) -> Division:
        """Found another division, with the lists that each begins with."""
        if code in self.divisions:
            raise ValueError(f"Division {code} is there already.")
        with self.lock:
            found = Division(self.shared, Books(code, description, len(self.divisions) + 1))
            self.divisions[code] = found
            self.configure_division(code, **books)
            open_books(found)
        return found

    def configure_division(self, code: int | None = None, **wanted: Any) -> None:
        """Change what a division is: description, status, user_may_enter, app_may_enter …."""
        if unknown := sorted(set(wanted) - _BOOKS):
            raise ValueError(f"Unknown settings of a division: {', '.join(unknown)}.")
        with self.lock:
            for name, value in wanted.items():
                setattr(self.division(code).books, name, value)

    def move(self, code: int | None = None) -> None:
        """Move a division to another server: all its row versions are made anew."""
        with self.lock:
            self.division(code).move()

    def link_hr(self, code: int | None = None) -> None:
        """Link a division to Exact Online HR, which makes its row versions anew as well."""
        with self.lock:
            books = self.division(code).books
            moved = books.moved
            self.division(code).move()
            books.moved, books.hr_linked = moved, self.shared.now()

    def speak(self, language: str) -> None:
        """Let the user's screens, and with them the messages, be "nl" or "en"."""
        if language not in LANGUAGES:
            raise ValueError(f"The languages are {', '.join(LANGUAGES)}, not {language!r}.")
        with self.lock:
            self.shared.people[0].language = LANGUAGES[language]

    def subscribe(self, url: str, *topics: str, division: int | None = None) -> None:
        """Let webhooks be sent, as if the app had subscribed; the address is not tried."""
        with self.lock:
            books, entity = self.division(division), ENTITIES[SUBSCRIPTIONS]
            for topic in topics:
                books.save(entity, {"CallbackURL": url, "Topic": topic})

    def _person(self) -> Writer:
        return Writer(self.shared.people[0].id, by_person=True)

    def _walls(self, seconds: Iterable[int]) -> Iterator[int]:
        zone = self.shared.zone
        return (times.wall(datetime.fromtimestamp(each, UTC), zone) for each in seconds)


def named(path: str) -> Entity:
    """The entity of a path; raises ValueError when there is none."""
    entity = ENTITIES.get(path)
    if entity is None:
        raise ValueError(f"There is no {path!r}; known are: {', '.join(sorted(ENTITIES))}.")
    return entity


def _row(division: Division, entity: Entity, record_id: str) -> Row:
    row = division.find(entity.path, record_id)
    if row is None:
        raise ValueError(f"There is no {entity.path} with the key {record_id}.")
    return row


def _shown(division: Division, entity: Entity, row: Row) -> dict[str, Any]:
    read = {name: division.value(entity, row, name) for name in entity.fields}
    return {name: value for name, value in read.items() if value is not None}


def _told[Done](do: Callable[[], Done]) -> Done:
    try:
        return do()
    except (Refused, Stopped) as refusal:
        raise ValueError(str(refusal)) from refusal
