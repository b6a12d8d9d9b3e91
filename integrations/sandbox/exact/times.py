"""Times as Exact Online writes them: wall-clock milliseconds passed off as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # wall-clock time has no zone
_JSON = re.compile(r"/Date\((-?\d{1,15})\)/")
DAY = 86_400_000
# For times that have no zone and are to be read as they stand.
NO_ZONE = ZoneInfo("UTC")


def wall(moment: datetime, zone: ZoneInfo) -> int:
    """Milliseconds of the clock on the wall; an hour in autumn has each of them twice."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return (local - EPOCH) // timedelta(milliseconds=1)


def naive(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def shown(milliseconds: int) -> str:
    return f"/Date({milliseconds})/"


def literal(milliseconds: int) -> str:
    """As a filter has it: datetime'2026-01-31T14:00:00.123'."""
    return f"datetime'{naive(milliseconds).isoformat(timespec='milliseconds')}'"


def parse(text: str, zone: ZoneInfo) -> int | None:
    """Wall-clock milliseconds of a date or time; None when it is neither.

    A time with an offset is moved to the zone of the server, which a date does not survive.
    """
    recorded = _JSON.fullmatch(text)
    if recorded:
        return int(recorded[1])
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return wall(moment.astimezone(UTC), zone)
        return (moment - EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
