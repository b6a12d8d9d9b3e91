"""Walking through records by their modified date, one search at a time from a cursor's position."""

from collections.abc import Callable, Sequence

from integrations.connectors.hubspot.client import Client, Filter, Listed
from integrations.connectors.hubspot.cursors import (
    NOT_MOVING,
    RECORD_ID,
    SAME_PAGE_PAUSE,
    Cursor,
    modified_of,
    next_id,
)
from integrations.connectors.hubspot.kinds import Kind
from integrations.contract import RetryLater


class Steps:
    """`seen` is told of the first answer, whose time says when a round began."""

    def __init__(self, client: Client, seen: Callable[[Cursor, Listed], None]) -> None:
        self._client = client
        self._seen = seen

    def next(self, cursor: Cursor, kind: Kind, properties: Sequence[str], *more: Filter) -> Listed:
        """One search from the cursor's position, which it moves; `more`: filters besides.

        A full page with one and the same date can be one of many (a bulk edit): then the records of
        that very date are walked by their ids before the search goes on after it.
        """
        if cursor.tied:
            return self._through_ties(cursor, kind, properties, more)
        filters = [_since(kind, cursor.position), *more]
        listed = self._client.search(kind, filters, kind.modified, properties)
        self._seen(cursor, listed)
        if not listed.after:
            return listed
        last = modified_of(kind, listed.payloads[-1])
        if last < cursor.position:
            raise RetryLater(NOT_MOVING, SAME_PAGE_PAUSE)
        cursor.tied = "0" if last == cursor.position else ""
        cursor.position = last
        return listed

    def _through_ties(
        self, cursor: Cursor, kind: Kind, properties: Sequence[str], more: Sequence[Filter]
    ) -> Listed:
        filters: list[Filter] = [
            {"propertyName": kind.modified, "operator": "EQ", "value": str(cursor.position)},
            {"propertyName": RECORD_ID, "operator": "GT", "value": cursor.tied},
            *more,
        ]
        listed = self._client.search(kind, filters, RECORD_ID, properties)
        if listed.after:
            cursor.tied = next_id(listed, cursor.tied)
            return listed
        cursor.tied = ""
        cursor.position += 1
        # The ties are done, the search is not.
        listed.after = "more"
        return listed


def _since(kind: Kind, position: int) -> Filter:
    return {"propertyName": kind.modified, "operator": "GTE", "value": str(position)}
