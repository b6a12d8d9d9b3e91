"""What differs from a worker in production while the benchmark looks on, all in one place."""

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from integrations import opening
from integrations.http import RateRule, utc_now
from integrations.limits import DatabaseLimiter
from integrations.models import Connection
from syncs import runs
from syncs.runlog import RunLog

# Nobody waits for a turn, but every turn is still asked for in the database.
QUICKER = 100_000
# Clocks that differ by less are the same.
SAME = timedelta(seconds=2)

totals: Counter[str] = Counter()
"""What the runs of this process counted; a run in which nothing changed leaves no row."""


class QuickLimiter(DatabaseLimiter):
    """The real limiter with rules that never bind."""

    def acquire(self, rule: RateRule) -> float:
        calls = rule.calls * QUICKER
        return super().acquire(replace(rule, calls=calls, burst=calls))


class TellingRunLog(RunLog):
    """Adds its totals to those of the process."""

    def count(self, total: str, number: int = 1) -> None:
        totals[total] += number
        super().count(total, number)


def set_up(sandbox_now: datetime | None = None) -> None:
    """Make this process a worker whose clock is the sandbox's and whose limits never bind."""
    # As in production: with DEBUG every statement is kept and timed.
    settings.DEBUG = False
    logging.disable(logging.INFO)
    stand_ins: list[tuple[Any, str, Any]] = [
        (opening, "limiter_for", _quick_limiter),
        (runs, "RunLog", TellingRunLog),
    ]
    ahead = (sandbox_now or utc_now()) - utc_now()
    if abs(ahead) > SAME:
        stand_ins.append((opening, "now", lambda: utc_now() + ahead))
    for module, name, stand_in in stand_ins:
        setattr(module, name, stand_in)


def _quick_limiter(connection: Connection) -> DatabaseLimiter:
    return QuickLimiter(f"{connection.environment}/{connection.provider}/{connection.external_id}")
