"""Calls a minute and a day, and the block that follows ten errors in an hour.

Sources: Invantive forum 1040 (limits) and 1336 (errors); picqer/exact-php-client, issue 646.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.core import Clock, Headers, Meter, Response

MINUTE, HOUR, DAY = 60, 3600, 86400
MOST_ERRORS = 10
SETTINGS = ("blocks_errors", "minute_calls", "day_calls")
# What the provider names, and the refusals that it answers with 500: nobody knows whether those
# are spared, so they are not.
_ERRORS = frozenset({400, 401, 403, 404})


@dataclass
class Window:
    """Calls since the last full minute, or the last midnight UTC."""

    allowed: int
    seconds: int
    place: int = -1
    calls: int = 0

    def at(self, now: float) -> Window:
        place = int(now) // self.seconds
        if place != self.place:
            self.place, self.calls = place, 0
        return self

    @property
    def remaining(self) -> int:
        return max(0, self.allowed - self.calls)

    @property
    def resets_at(self) -> int:
        """Milliseconds since the epoch."""
        return (self.place + 1) * self.seconds * 1000


@dataclass
class Errors:
    """What went wrong at one endpoint of a division."""

    at: deque[float] = field(default_factory=deque)
    blocked_until: float = 0.0
    # How often it was blocked; each block is longer than the last.
    blocks: int = 0


class Throttle:
    """Counts calls and errors, and refuses what is over the limits."""

    def __init__(self, clock: Clock, meter: Meter, is_on: bool) -> None:
        self.is_on = is_on
        self.blocks_errors = True
        self.minute_calls, self.day_calls = 60, 5000
        self._clock = clock
        self._meter = meter
        self._minutes: dict[int, Window] = {}
        self._days: dict[int, Window] = {}
        self._errors: dict[tuple[int, str], Errors] = {}

    def admit(self, division: int, endpoint: str) -> Response | None:
        """Count one call of a division; a refusal (429) when it is one too many."""
        now = self._clock.time()
        blocked = self._errors.get((division, endpoint))
        if self.blocks_errors and blocked is not None and now < blocked.blocked_until:
            self._meter.violate("error_block")
            return Response(429)
        if not self.is_on:
            return None
        minute, day = self._windows(division, now)
        for name, window in (("minute", minute), ("day", day)):
            if not window.remaining:
                self._meter.violate(name)
                # Only the family that is used up is told.
                return Response(429, b"", _told(name, window))
        minute.calls += 1
        day.calls += 1
        return None

    def note(self, division: int, endpoint: str, status: int) -> None:
        """Remember how a call went; the tenth error of an hour blocks the endpoint."""
        if status not in _ERRORS and status != 500:
            return
        now = self._clock.time()
        errors = self._errors.setdefault((division, endpoint), Errors())
        errors.at.append(now)
        while errors.at[0] <= now - HOUR:
            errors.at.popleft()
        if self.blocks_errors and len(errors.at) >= MOST_ERRORS:
            errors.blocks += 1
            errors.blocked_until = now + HOUR * errors.blocks
            errors.at.clear()
            self._meter.violate("errors")

    def headers(self, division: int) -> Headers:
        """What every answer tells of both limits."""
        if not self.is_on:
            return ()
        minute, day = self._windows(division, self._clock.time())
        return (*_told("day", day), *_told("minute", minute))

    def errors(self, endpoint: str) -> int:
        """Errors of the last hour at an endpoint, over all divisions."""
        now = self._clock.time()
        found: Iterable[Errors] = (
            each for (_, name), each in self._errors.items() if name == endpoint
        )
        return sum(1 for each in found for at in each.at if at > now - HOUR)

    def as_dict(self) -> dict[str, Any]:
        """What was set; the counts begin anew."""
        return {"is_on": self.is_on} | {name: getattr(self, name) for name in SETTINGS}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.clear()
        self.is_on |= state["is_on"]
        for name in SETTINGS:
            setattr(self, name, state[name])

    def allow(self, *, minute_calls: int | None = None, day_calls: int | None = None) -> None:
        """Grant an app other allowances, which hold from now on."""
        self.is_on = True
        self.minute_calls = minute_calls or self.minute_calls
        self.day_calls = day_calls or self.day_calls

    def clear(self) -> None:
        self._minutes.clear()
        self._days.clear()
        self._errors.clear()

    def _windows(self, division: int, now: float) -> tuple[Window, Window]:
        minute = self._minutes.setdefault(division, Window(self.minute_calls, MINUTE)).at(now)
        day = self._days.setdefault(division, Window(self.day_calls, DAY)).at(now)
        minute.allowed, day.allowed = self.minute_calls, self.day_calls
        return minute, day


def _told(name: str, window: Window) -> Headers:
    family = "X-RateLimit-Minutely" if name == "minute" else "X-RateLimit"
    return (
        (f"{family}-Limit", str(window.allowed)),
        (f"{family}-Remaining", str(window.remaining)),
        (f"{family}-Reset", str(window.resets_at)),
    )
