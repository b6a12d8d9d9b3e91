"""The change feed of one object type: the rows of its streams above the last timestamp.

Timestamps are row versions: unique, rising, without relation to time. A feed has a stream of its
own records, perhaps streams of rows that belong to them, and that of deletions, which reaches two
months back. When a division was moved all timestamps are new: everything is read again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zlib import crc32

from msgspec.structs import replace

from integrations.connectors.exact import cursors, odata
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.cursors import Cursor, Paging
from integrations.connectors.exact.divisions import division
from integrations.connectors.exact.payloads import Payload, Rows
from integrations.contract import Page, Record

TIMESTAMP = "Timestamp"
# The first one, by the documentation: "gt 1L" reads everything.
BEGINNING = 1
LOOKS_EVERY = timedelta(days=1)
# Deletions are kept for two months.
DELETIONS_REACH = timedelta(days=55)
# So many records at once are enough.
ENOUGH = 500
DELETED = "sync/Deleted"
_DELETED_COLUMNS = (TIMESTAMP, "EntityKey", "EntityType")


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows that tell changes, and how they become records."""

    resource: str
    columns: tuple[str, ...]
    records: Callable[[Sequence[Payload]], Iterable[Record]]


def own_stream(context: Context) -> Stream:
    """The rows are the records."""

    def records(rows: Sequence[Payload]) -> list[Record]:
        return [context.record(row) for row in context.completed(rows)]

    return Stream(context.definition.sync, (*context.columns, TIMESTAMP), records)


def deletions(context: Context) -> Stream:
    """What was deleted; other conditions than the timestamp are refused by some endpoints."""
    kind = context.definition.deleted_as

    def records(rows: Sequence[Payload]) -> list[Record]:
        ours = (row for row in rows if row.get("EntityType") == kind)
        return [context.gone(str(row["EntityKey"]).lower()) for row in ours]

    return Stream(DELETED, _DELETED_COLUMNS, records)


def belonging(context: Context, resource: str, owner: str, *columns: str) -> Stream:
    """Rows of another resource that belong to records: these are read anew by their ids."""

    def records(rows: Sequence[Payload]) -> list[Record]:
        owners = (str(row.get(owner) or "") for row in rows)
        found = context.rows_by_id(each for each in owners if each)
        return [context.record(row) for row in found.values()]

    return Stream(resource, (TIMESTAMP, owner, *columns), records)


class Feed:
    """Reads pages for one call of `changes`; keeps nothing between two of them."""

    def __init__(
        self, context: Context, *streams: Stream, begin: Callable[[Cursor], Cursor] = lambda c: c
    ) -> None:
        """Own records first, deletions last: what is both changed and deleted is deleted.

        `begin` is called before the first page of every round.
        """
        self._context = context
        self._begin = begin
        found = streams or (own_stream(context), deletions(context))
        self._streams = {stream.resource: stream for stream in found}

    def page(self, text: str) -> Page:
        """The next records; streams with few are read together, and a record comes once."""
        cursor = cursors.from_text(text)
        cursor, anew = self._looked_after(cursor)
        cursor, records = self._step(cursor)
        while cursor.stream and len(records) < ENOUGH:
            cursor, more = self._step(cursor)
            records += more
        is_end = not cursor.stream
        return Page(
            tuple(_latest(records)),
            cursors.to_text(cursor),
            more=not is_end,
            complete_until=cursor.complete if is_end else None,
            anew=anew,
        )

    # The division

    def _looked_after(self, cursor: Cursor) -> tuple[Cursor, bool]:
        """The cursor, or a new one when the timestamps it holds mean nothing any more."""
        now = self._context.now()
        anew = cursor.complete is not None and now - cursor.complete > DELETIONS_REACH
        if anew:
            cursor = Cursor(looked=cursor.looked, division=cursor.division)
        if cursor.looked is not None and now - cursor.looked < LOOKS_EVERY:
            return cursor, anew
        held = self._division()
        if cursor.looked is not None and held != cursor.division:
            return Cursor(looked=now, division=held), True
        return replace(cursor, looked=now, division=held), anew

    def _division(self) -> str:
        client = self._context.client
        return division(client).made_anew

    # Streams

    def _step(self, cursor: Cursor) -> tuple[Cursor, list[Record]]:
        """One page of one stream; afterwards `stream` is empty when the round is at its end."""
        if not cursor.stream:
            began = replace(cursor, stream=next(iter(self._streams)), began=self._context.now())
            cursor = self._begin(began)
        stream = self._streams.get(cursor.stream)
        if stream is None:
            return replace(cursor, stream="", paging=None), []
        paging, found = self._rows(stream, cursor)
        records = list(stream.records(found.rows))
        if found.next:
            return replace(cursor, paging=replace(paging, address=found.next)), records
        mark = max(_safe(paging), self._mark(cursor, stream))
        cursor = replace(cursor, marks={**cursor.marks, stream.resource: mark}, paging=None)
        return self._onward(cursor), records

    def _onward(self, cursor: Cursor) -> Cursor:
        names = list(self._streams)
        following = names[names.index(cursor.stream) + 1 :]
        if following:
            return replace(cursor, stream=following[0])
        return replace(cursor, stream="", complete=cursor.began, began=None)

    def _rows(self, stream: Stream, cursor: Cursor) -> tuple[Paging, Rows]:
        """A page of the stream, and what is known of its timestamps with it."""
        client, columns = self._context.client, crc32(",".join(stream.columns).encode())
        paging = cursor.paging
        # Asked for other columns, the stream is read from its mark again.
        if paging is not None and (paging.stream, paging.columns) == (stream.resource, columns):
            found = client.follow(paging.address, stream.resource)
            return _seen(paging, found.rows), found
        where = f"{TIMESTAMP} gt {odata.large(self._mark(cursor, stream))}"
        found = client.page(stream.resource, stream.columns, where)
        stamps = _stamps(found.rows)
        first = max(stamps, default=0)
        paging = Paging(
            stream.resource, "", first, first, in_order=stamps == sorted(stamps), columns=columns
        )
        return paging, found

    def _mark(self, cursor: Cursor, stream: Stream) -> int:
        return cursor.marks.get(stream.resource, BEGINNING)


def _seen(paging: Paging, rows: Sequence[Payload]) -> Paging:
    stamps = _stamps(rows)
    in_order = paging.in_order and [paging.highest, *stamps] == sorted([paging.highest, *stamps])
    highest = max([paging.highest, *stamps])
    return replace(paging, highest=highest, in_order=in_order)


def _stamps(rows: Sequence[Payload]) -> list[int]:
    return [int(row.get(TIMESTAMP) or 0) for row in rows]


def _safe(paging: Paging) -> int:
    """Up to where nothing can be missing.

    Out of order, a row of an early page may have changed while we read and be below the highest
    timestamp: then only the first page's are sure.
    """
    return paging.highest if paging.in_order else paging.first


def _latest(records: Iterable[Record]) -> Iterable[Record]:
    return {record.id: record for record in records}.values()
