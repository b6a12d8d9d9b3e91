"""How far a change feed has been read, as text."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from integrations.contract import Category, Fault, Misconfigured

type Phase = Literal["list", "second", "changes"]
type Known = dict[str, tuple[str, int]]
"""By id: the version that was handed over, and the second in which it was made."""

VERSION = 1
# QuickBooks is older than this by a year; nothing in it was changed before.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# Clocks differ and changes show late, so that we look back; what was handed over is remembered.
OVERLAP = timedelta(minutes=5)
MOST_KNOWN = 500


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the next page begins.

    `list`: all records in the order of change, from the second `at`. `second`: the records of that
    one second, of which there are more than a page, from position `start`; `total` of them at the
    beginning. `changes`: change data capture since `at`.
    """

    phase: Phase
    at: datetime
    # Where change data capture takes over once the list is read.
    handover: datetime | None = None
    start: int = 1
    total: int = 0
    known: Known = {}
    version: int = VERSION


def first() -> Cursor:
    return Cursor("list", BEGINNING)


def to_text(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def from_text(text: str) -> Cursor:
    """The cursor; one of another version of this format begins anew, which loses nothing.

    Raises Misconfigured for what never was a cursor.
    """
    if not text:
        return first()
    try:
        if msgspec.json.decode(text, type=_Versioned).version != VERSION:
            return first()
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        message = f"This is no cursor of QuickBooks: {text[:80]!r}"
        raise Misconfigured(Fault(Category.CONFIGURATION, "bad_cursor", message)) from error


class _Versioned(msgspec.Struct):
    version: int = VERSION


def second_of(at: datetime) -> int:
    return int(at.timestamp())


def moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def newest(known: Mapping[str, tuple[str, int]], since: int) -> Known:
    """The entries from this second on, the newest MOST_KNOWN at most."""
    entries = [item for item in known.items() if item[1][1] >= since]
    entries.sort(key=lambda item: item[1][1])
    return dict(entries[-MOST_KNOWN:])


def listing(
    known: Known, *, at: int, now: datetime, handover: datetime, phase: Phase = "list", **more: int
) -> Cursor:
    """Go on with the list from this second."""
    since = min(at, second_of(now - OVERLAP))
    return Cursor(phase, moment(at), handover, known=newest(known, since), **more)


def following(known: Known, now: datetime, latest: datetime | None = None) -> Cursor:
    """Go on with change data capture, from `latest` at the latest.

    After a flood (an import, our own first run) the look-back is shortened to what can be
    remembered, so that the flood is not handed over again and again.
    """
    since = second_of(now - OVERLAP)
    recent = sum(1 for _, second in known.values() if second >= since)
    kept = newest(known, since)
    if recent > len(kept):
        since = min(_oldest(kept.values()) + 1, second_of(now))
        kept = newest(kept, since)
    if latest is not None:
        since = min(since, second_of(latest))
    return Cursor("changes", moment(since), known=kept)


def _oldest(entries: Iterable[tuple[str, int]]) -> int:
    return min(second for _, second in entries)
