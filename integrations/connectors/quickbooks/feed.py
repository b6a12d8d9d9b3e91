"""The change feed of one object type.

First the whole list in the order of change: each page begins at the second in which the last one
ended, so that rows that move while we read only move ahead of us. Offsets would skip rows. Then
change data capture, which also tells deletions; it reaches 30 days back, holds 1,000 objects and
has no pages (developer.intuit.com, "Change data capture"). Where it does not suffice, the list is
read again from where we stood.

A record is handed over once per version: what came in the look-back is remembered in the cursor.
A deletion that happens while the list replaces a capture is only seen as far as that capture's
answer reached; name lists have none, they are made inactive. Documents that are deleted meanwhile
are told by webhooks, and when the side is read anew.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from integrations.connectors.quickbooks import cursors, queries
from integrations.connectors.quickbooks.client import PAGE_ROWS, Client, Rows
from integrations.connectors.quickbooks.cursors import Cursor, Known
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.payloads import Payload, instant
from integrations.connectors.quickbooks.records import Decode, gone
from integrations.contract import ConnectorError, Page, Record
from integrations.http import Clock

MOST_CAPTURED = 1000
# The documented reach is 30 days.
CAPTURE_REACHES = timedelta(days=25)
_DELETED = "Deleted"


class Feed:
    """Reads pages for one call of `changes`; keeps nothing between two of them."""

    def __init__(
        self,
        client: Client,
        definition: Definition,
        decode: Decode,
        fields: Sequence[str],
        clock: Clock,
    ) -> None:
        self._client = client
        self._definition = definition
        self._decode = decode
        self._fields = fields
        self._clock = clock

    def page(self, text: str) -> Page:
        cursor = cursors.from_text(text)
        read: Callable[[Cursor], Page] = {
            "list": self._list,
            "second": self._second,
            "changes": self._changes,
        }[cursor.phase]
        return read(cursor)

    # The list

    def _list(self, cursor: Cursor) -> Page:
        found = self._select(queries.since(cursor.at), order=queries.UPDATED)
        now = found.time or self._clock()
        handover = cursor.handover or now
        records, known = self._new_ones(found.rows, cursor.known, now)
        if len(found.rows) < PAGE_ROWS:
            return _caught_up(records, cursors.following(known, now, handover), now)
        last, begun = _second(found.rows[-1], now), cursors.second_of(cursor.at)
        phase: cursors.Phase = "list" if last > begun else "second"
        following = cursors.listing(
            known, at=max(last, begun), now=now, handover=handover, phase=phase
        )
        return _more(records, following)

    def _second(self, cursor: Cursor) -> Page:
        """A page of the records of one second, by offset: the window is closed, so that rows only
        leave it, and the count tells when one did and others moved up past us unseen."""
        conditions = (queries.since(cursor.at), queries.before(cursor.at + timedelta(seconds=1)))
        total = cursor.total or self._count(conditions)
        found = self._select(*conditions, order="Id", start=cursor.start)
        now = found.time or self._clock()
        records, known = self._new_ones(found.rows, cursor.known, now)
        seen = cursor.start - 1 + len(found.rows)
        second = cursors.second_of(cursor.at)
        handover = cursor.handover or now
        if len(found.rows) == PAGE_ROWS:
            following = cursors.listing(
                known, at=second, now=now, handover=handover, phase="second",
                start=seen + 1, total=total,
            )  # fmt: skip
            return _more(records, following)
        if cursor.start == 1 or seen == total == self._count(conditions):
            return _more(records, cursors.listing(known, at=second + 1, now=now, handover=handover))
        again = cursors.listing(known, at=second, now=now, handover=handover, phase="second")
        return _more(records, again)

    # Change data capture

    def _changes(self, cursor: Cursor) -> Page:
        if self._clock() - cursor.at > CAPTURE_REACHES:
            return self._list(_whole(cursor))
        try:
            found = self._client.changed(self._definition.entity, queries.literal(cursor.at))
        except ConnectorError as error:
            if "older than" not in error.fault.message:
                raise
            return self._list(_whole(cursor))
        now = found.time or self._clock()
        deleted = [row for row in found.rows if row.get("status") == _DELETED]
        if len(found.rows) >= MOST_CAPTURED:
            records, known = self._deleted_ones(deleted, cursor.known, now)
            at = cursors.second_of(cursor.at)
            return _more(records, cursors.listing(known, at=at, now=now, handover=now))
        live = [row for row in found.rows if row.get("status") != _DELETED]
        changed, known = self._new_ones(live, cursor.known, now)
        removed, known = self._deleted_ones(deleted, known, now)
        return _caught_up(changed + removed, cursors.following(known, now), now)

    def _new_ones(
        self, rows: Sequence[Payload], known: Known, now: datetime
    ) -> tuple[tuple[Record, ...], Known]:
        """The rows that were not handed over yet, and what has been handed over with them."""
        records = tuple(map(self._decode, rows))
        versions = {
            record.id: (record.version, cursors.second_of(record.modified_at or now))
            for record in records
        }
        fresh = tuple(each for each in records if not _has(known, each.id, each.version))
        return fresh, known | versions

    def _deleted_ones(
        self, rows: Sequence[Payload], known: Known, now: datetime
    ) -> tuple[tuple[Record, ...], Known]:
        """What became of records reported as deleted: live ones have been reported so, too."""
        fresh = {row["Id"]: row for row in rows if not _has(known, row["Id"], _DELETED)}
        if not fresh:
            return (), known
        alive = {row["Id"]: row for row in self._select(queries.among("Id", fresh)).rows}
        records = tuple(self._became(row, alive.get(row["Id"])) for row in fresh.values())
        seconds = {each: (_DELETED, _second(row, now)) for each, row in fresh.items()}
        return records, known | seconds

    def _became(self, row: Payload, alive: Payload | None) -> Record:
        if alive is not None:
            return self._decode(alive)
        return gone(row["Id"], self._fields, _changed(row))

    # Calls

    def _select(self, *conditions: str, order: str = "", start: int = 1) -> Rows:
        every = queries.any_state(self._definition)
        statement = queries.select(self._definition, *every, *conditions, order=order, start=start)
        return self._client.query(statement, self._definition.entity)

    def _count(self, conditions: Sequence[str]) -> int:
        every = queries.any_state(self._definition)
        statement = queries.count(self._definition, *every, *conditions)
        return self._client.count(statement)


def _whole(cursor: Cursor) -> Cursor:
    """Read the list from where the capture stood."""
    return Cursor("list", cursor.at, known=cursor.known)


def _has(known: Known, record_id: str, version: str) -> bool:
    entry = known.get(record_id)
    return entry is not None and entry[0] == version


def _changed(row: Payload) -> datetime | None:
    value = (row.get("MetaData") or {}).get("LastUpdatedTime")
    return instant(value) if value else None


def _second(row: Payload, otherwise: datetime) -> int:
    return cursors.second_of(_changed(row) or otherwise)


def _more(records: tuple[Record, ...], cursor: Cursor) -> Page:
    return Page(records, cursors.to_text(cursor), more=True)


def _caught_up(records: tuple[Record, ...], cursor: Cursor, now: datetime) -> Page:
    return Page(records, cursors.to_text(cursor), more=False, complete_until=now)
