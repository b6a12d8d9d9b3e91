"""Exact's dates: the wall clock of its servers, written as if it were UTC.

`/Date(1782405060000)/` is what the clock on the wall showed, not a moment. Where clocks go back, an
hour happens twice and its times do not tell which one is meant.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock has no zone


def wall_clock(value: str) -> datetime:
    """What the wall clock showed, without a zone; raises ValueError for what is no date."""
    found = _DATE.fullmatch(value)
    if found is None:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return _EPOCH + timedelta(milliseconds=int(found[1]))


def day(value: str) -> date:
    """A date-only value: midnight of the wall clock's calendar."""
    return wall_clock(value).date()


def instant(value: str, zone: ZoneInfo) -> datetime:
    """The moment in UTC.

    Of the hour that happens twice it is always the moment between both, so that what was changed
    later never looks older.
    """
    shown = wall_clock(value)
    offset = _offset(shown.year, shown.month, shown.day, shown.hour, zone)
    if isinstance(offset, datetime):
        return offset
    return shown.replace(tzinfo=UTC) - offset


@lru_cache(maxsize=4096)
def _offset(year: int, month: int, day: int, hour: int, zone: ZoneInfo) -> timedelta | datetime:
    """How far the wall clock is ahead of UTC in that hour of it, or the moment it stands for.

    Clocks change at full hours; many records were changed in the same one.
    """
    shown = datetime(year, month, day, hour)  # noqa: DTZ001 - a wall clock has no zone
    offset = shown.replace(tzinfo=zone).utcoffset() or timedelta()
    return _change_of(shown, zone) or offset


def literal(at: datetime, zone: ZoneInfo) -> str:
    """The moment as the wall clock showed it, for a filter or a body."""
    return as_literal(at.astimezone(zone).replace(tzinfo=None))


def literal_since(at: datetime, zone: ZoneInfo) -> str:
    """Where to read on from this moment: the hour that happens twice is read from its beginning."""
    shown = at.astimezone(zone).replace(tzinfo=None)
    if (change := _change_of(shown, zone)) is not None:
        shown = change.astimezone(zone).replace(tzinfo=None)
        # Both hours show the same times: from two o'clock on.
        return as_literal(shown)
    return as_literal(shown)


def as_literal(shown: datetime) -> str:
    return shown.isoformat(timespec="milliseconds").removesuffix(".000")


def _change_of(shown: datetime, zone: ZoneInfo) -> datetime | None:
    """When clocks went back, if this is a time that was shown twice; else None."""
    first = shown.replace(tzinfo=zone, fold=0)
    second = shown.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before is None or after is None or before <= after:
        return None
    # The second hour begins where the first ends; both begin at a full hour of the wall clock.
    start = shown.replace(minute=0, second=0, microsecond=0)
    return start.replace(tzinfo=zone, fold=1).astimezone(UTC)
