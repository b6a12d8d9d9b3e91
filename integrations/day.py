"""Sharing a day's calls: who may send one more, decided from what everybody has spent. Pure.

A sync always has its share, the day's calls by the number of syncs. It may use more as far as the
unspent shares of the others stay free; what is kept free for them shrinks as the day goes by, so
that in the evening nothing is left over. What is kept for people shrinks in the same way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from integrations.http import DayCount, DayRule

DAY_SECONDS = 24 * 3600.0
# A reset further ahead than a day is some other limit's.
FURTHEST_SECONDS = DAY_SECONDS + 3600.0
# People who wait before a page, and whatever else is no sync.
PEOPLE = ""
# Kept shares shrink slowly: no sooner is another try worth while.
LOOK_AGAIN_SECONDS = 15 * 60.0


class Day(msgspec.Struct, frozen=True):
    """What was spent of a company's calls until the count begins anew."""

    # Seconds since the epoch.
    until: float
    limit: int
    spent: Mapping[str, int] = {}
    # What the provider counted beyond ours: other applications, or a count that was lost.
    others: int = 0

    @property
    def used(self) -> int:
        return max(sum(self.spent.values()) + self.others, 0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """No call now; after so many seconds there may be one."""

    seconds: float
    # False: calls are left, but kept for others.
    is_used_up: bool


def today(day: Day | None, rule: DayRule, now: datetime) -> Day:
    """The count that is running; a new one at midnight UTC."""
    if day is not None and now.timestamp() < day.until:
        return day
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    limit = day.limit if day is not None else rule.calls
    return Day((midnight + timedelta(days=1)).timestamp(), limit)


def take(
    day: Day, rule: DayRule, spender: str, active: Collection[str], now: datetime
) -> tuple[Day, Refusal | None]:
    """The count with one call more for this spender, or why there is none."""
    free = day.limit - day.used
    if free < 1:
        return day, Refusal(day.until - now.timestamp(), is_used_up=True)
    if spender != PEOPLE and free - _kept(day, rule, spender, active, now) < 1:
        wait = min(LOOK_AGAIN_SECONDS, day.until - now.timestamp())
        return day, Refusal(wait, is_used_up=False)
    spent = {**day.spent, spender: day.spent.get(spender, 0) + 1}
    return msgspec.structs.replace(day, spent=spent), None


def share(day: Day, rule: DayRule, syncs: int) -> float:
    return max(day.limit - rule.reserve - max(day.others, 0), 0) / max(syncs, 1)


def _kept(day: Day, rule: DayRule, spender: str, active: Collection[str], now: datetime) -> float:
    """Calls that this sync must leave free."""
    left = min(max((day.until - now.timestamp()) / DAY_SECONDS, 0.0), 1.0)
    kept = _claim(day, PEOPLE, rule.reserve, left)
    syncs = {*active, spender} - {PEOPLE}
    own = share(day, rule, len(syncs))
    if day.spent.get(spender, 0) < own:
        return kept
    return kept + sum(_claim(day, other, own, left) for other in syncs - {spender})


def _claim(day: Day, other: str, due: float, left: float) -> float:
    return max(min(due - day.spent.get(other, 0), due * left), 0.0)


def learn(day: Day, told: DayCount, now: datetime) -> Day:
    """The count after our last call corrected by the answer to it, if it speaks of this day."""
    until = day.until
    if told.resets_at is not None:
        until = told.resets_at.timestamp()
        if not 0 < until - now.timestamp() <= FURTHEST_SECONDS:
            return day
    limit = day.limit if told.limit is None else told.limit
    others = day.others
    if told.remaining is not None:
        others = limit - told.remaining - sum(day.spent.values())
    return msgspec.structs.replace(day, until=until, limit=limit, others=others)


def correct(day: Day, heard: Day, now: datetime) -> Day:
    """The count with what was heard of it meanwhile; our own calls went on being counted."""
    if heard.until <= now.timestamp():
        return day
    return msgspec.structs.replace(day, until=heard.until, limit=heard.limit, others=heard.others)
