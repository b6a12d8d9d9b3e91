"""Rate limit windows, as the providers keep them."""

from __future__ import annotations

from collections import deque

from integrations.sandbox.core import Clock


class RollingWindow:
    """At most `allowed` calls in any `seconds`; a refused call does not count against it."""

    def __init__(self, clock: Clock, allowed: int, seconds: float) -> None:
        self.allowed = allowed
        self.seconds = seconds
        self._clock = clock
        self._calls: deque[float] = deque()

    def take(self) -> bool:
        """Count one call; False when the window is full."""
        now = self._clock.time()
        self._forget(now)
        if len(self._calls) >= self.allowed:
            return False
        self._calls.append(now)
        return True

    @property
    def remaining(self) -> int:
        self._forget(self._clock.time())
        return self.allowed - len(self._calls)

    def seconds_until_free(self) -> float:
        """How long until the next call fits; 0 when it fits now."""
        now = self._clock.time()
        self._forget(now)
        if len(self._calls) < self.allowed:
            return 0.0
        return self._calls[0] + self.seconds - now

    def clear(self) -> None:
        self._calls.clear()

    def _forget(self, now: float) -> None:
        oldest = now - self.seconds
        calls = self._calls
        while calls and calls[0] <= oldest:
            calls.popleft()


class Concurrency:
    """At most `allowed` calls under way at once."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.under_way = 0

    def enter(self) -> bool:
        if self.under_way >= self.allowed:
            return False
        self.under_way += 1
        return True

    def leave(self) -> None:
        self.under_way -= 1
