"""The change feed of what has no timestamps: by the time of the last change.

`Modified` is a wall clock of milliseconds that several records may share, and a change may show
late: reading begins anew a few minutes back, and what was handed over is remembered. Deletions are
told nowhere, so that everything is read once a week and what is missing then is asked for.
"""

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from integrations.connectors.exact import cursors, odata, times
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.cursors import VERSION
from integrations.connectors.exact.payloads import Payload, Rows
from integrations.contract import Page, Record

MODIFIED = "Modified"
# Exact Online is younger.
BEGINNING = "2000-01-01T00:00:00"
OVERLAP = timedelta(minutes=5)
WHOLE_EVERY = timedelta(days=7)
_MOST_KNOWN = 500


class Since(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the next page begins: at an address, else with all that changed since then."""

    since: str = BEGINNING
    address: str = ""
    # The columns that the address asks for.
    columns: str = ""
    # When this round began, and the last one that read everything.
    began: datetime | None = None
    whole: datetime | None = None
    # By id, what was handed over of the overlap: when it was changed.
    known: dict[str, str] = {}
    version: int = VERSION


class ModifiedFeed:
    """Reads pages for one call of `changes`; keeps nothing between two of them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, text: str) -> Page:
        """The next page; one of which everything was handed over before is empty."""
        cursor = cursors.read(text, Since) or Since()
        now = self._context.now()
        anew = self._is_stale(cursor, now)
        if anew:
            cursor = Since()
        if cursor.address and cursor.columns != self._columns:
            # Asked for other columns, the round begins again.
            cursor = replace(cursor, address="", known={})
        if cursor.began is None:
            cursor = replace(cursor, began=now, whole=cursor.whole or now)
        cursor, records, is_end = self._step(cursor)
        complete = cursor.began if is_end else None
        if is_end:
            cursor = self._finished(cursor)
        return Page(
            tuple(records), cursors.to_text(cursor), not is_end, complete_until=complete, anew=anew
        )

    def _is_stale(self, cursor: Since, now: datetime) -> bool:
        """Whether everything is to be read again, once a round is at its end."""
        is_between = cursor.began is None and cursor.whole is not None
        return is_between and now - (cursor.whole or now) > WHOLE_EVERY

    def _step(self, cursor: Since) -> tuple[Since, list[Record], bool]:
        found = self._rows(cursor)
        fresh = [row for row in found.rows if not self._is_known(cursor, row)]
        records = [self._context.record(row) for row in self._context.completed(fresh)]
        kept = {**cursor.known, **{self._id(row): str(row.get(MODIFIED)) for row in found.rows}}
        cursor = replace(
            cursor,
            address=found.next,
            columns=self._columns,
            known=dict(list(kept.items())[-_MOST_KNOWN:]),
        )
        return cursor, records, not found.next

    def _finished(self, cursor: Since) -> Since:
        """The next round begins a little before this one began."""
        zone, began = self._context.zone, cursor.began or self._context.now()
        since = times.literal_since(began - OVERLAP, zone)
        known = {one: shown for one, shown in cursor.known.items() if _at_or_after(shown, since)}
        return Since(since=since, whole=cursor.whole, known=known)

    def _rows(self, cursor: Since) -> Rows:
        context, definition = self._context, self._context.definition
        if cursor.address:
            return context.client.follow(cursor.address, definition.resource)
        return context.client.page(
            definition.resource,
            context.columns,
            where=f"{MODIFIED} ge {odata.moment(cursor.since)}",
            order=f"{MODIFIED} asc",
            expand=definition.expand if definition.expand in context.columns else "",
        )

    @property
    def _columns(self) -> str:
        return ",".join(self._context.columns)

    def _is_known(self, cursor: Since, row: Payload) -> bool:
        return cursor.known.get(self._id(row)) == str(row.get(MODIFIED))

    def _id(self, row: Payload) -> str:
        return str(row[self._context.definition.key]).lower()


def _at_or_after(shown: str, since: str) -> bool:
    return times.wall_clock(shown) >= datetime.fromisoformat(since)
