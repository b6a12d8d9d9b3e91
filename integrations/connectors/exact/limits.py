"""What answers tell of Exact's limits, in their headers; resets are epoch milliseconds.

There are two families: of the minute and of the day. A refusal has only the exhausted one, so that
what is missing says nothing.
"""

from datetime import UTC, datetime

from integrations.connectors.exact import settings
from integrations.http import DayCount, DayRule, ErrorRule, RateRule, Response, retry_after

MINUTELY_LIMIT = "x-ratelimit-minutely-limit"
MINUTELY_RESET = "x-ratelimit-minutely-reset"
MINUTELY_REMAINING = "x-ratelimit-minutely-remaining"
DAILY_LIMIT, DAILY_REMAINING = "x-ratelimit-limit", "x-ratelimit-remaining"
DAILY_RESET = "x-ratelimit-reset"


def pause_seconds(response: Response, now: float) -> float:
    """Seconds for which a company's calls must rest; `now` in epoch seconds.

    An answer that leaves nothing of the minute lets the next call wait, too.
    """
    if response.status != 429:
        is_last = response.headers.get(MINUTELY_REMAINING) == "0"
        return max(_until(response, MINUTELY_RESET, now) or 0.0, 0.0) if is_last else 0.0
    asked = retry_after(response)
    waits = (asked, _until(response, MINUTELY_RESET, now), _until(response, DAILY_RESET, now))
    found = next((seconds for seconds in waits if seconds is not None), settings.HOUR_SECONDS)
    return max(found, 1.0)


def pace_told(response: Response) -> RateRule | None:
    """Our share of the calls a minute that the answer grants, in the proportion of the usual."""
    limit, usual = _count(response, MINUTELY_LIMIT), settings.MINUTE
    if not limit:
        return None
    calls = max(limit * usual.calls // settings.MINUTE_CALLS, 1)
    burst = max(limit * usual.burst // settings.MINUTE_CALLS, 1)
    return RateRule(usual.bucket, calls, usual.seconds, burst)


def shut_seconds(response: Response) -> float:
    """Seconds for which one endpoint is shut after too many errors; 0 when it is not.

    How Exact words that is not documented: a refusal that names no reset is taken for it.
    """
    if response.status != 429 or retry_after(response) is not None:
        return 0.0
    names_reset = any(_milliseconds(response, name) for name in (MINUTELY_RESET, DAILY_RESET))
    return 0.0 if names_reset else settings.HOUR_SECONDS


def day_told(response: Response) -> DayCount | None:
    """What is left of the day's calls, as far as the answer says."""
    limit, remaining = _count(response, DAILY_LIMIT), _count(response, DAILY_REMAINING)
    reset = _milliseconds(response, DAILY_RESET)
    if not limit or remaining is None:
        return None
    resets_at = datetime.fromtimestamp(reset / 1000, UTC) if reset else None
    return DayCount(limit, remaining, resets_at)


def _until(response: Response, name: str, now: float) -> float | None:
    reset = _milliseconds(response, name)
    return None if not reset else reset / 1000 - now


def _milliseconds(response: Response, name: str) -> int:
    return _count(response, name) or 0


def _count(response: Response, name: str) -> int | None:
    value = response.headers.get(name, "")
    return int(value) if value.isdecimal() else None


DAY = DayRule(settings.DAY_CALLS, settings.DAY_RESERVE, day_told)
ENDPOINT_ERRORS = ErrorRule(settings.REFUSED_CALLS, settings.HOUR_SECONDS, shut_seconds)
