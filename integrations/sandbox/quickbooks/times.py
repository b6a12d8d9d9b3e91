"""Times as QuickBooks writes them: US Pacific with daylight saving, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


@lru_cache(maxsize=4096)
def stamp(seconds: int) -> str:
    """MetaData times, such as 2026-01-15T10:00:00-08:00."""
    return datetime.fromtimestamp(seconds, PACIFIC).isoformat()


def answer_time(now: datetime) -> str:
    """The "time" of an answer, which has milliseconds."""
    return now.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def zulu(now: datetime) -> str:
    """Webhook times are UTC."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> int | None:
    """Seconds since the epoch; None when it is no time. Without an offset it is Pacific time."""
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)
        return int(aware.timestamp())
    except (ValueError, OverflowError):
        return None
