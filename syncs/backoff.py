"""When something is tried again: doubling minutes with jitter, an hour at most."""

import random
from datetime import datetime, timedelta

LONGEST = timedelta(hours=1)
FIRST = timedelta(minutes=1)

_dice = random.Random()  # noqa: S311 (spreads retries; guards nothing)


def next_try(attempts: int, now: datetime) -> datetime:
    """After 1, 2, 4 … minutes, each between three quarters and the whole."""
    doubled = FIRST * 2 ** min(max(attempts - 1, 0), 10)
    wait: timedelta = min(doubled, LONGEST) * _dice.uniform(0.75, 1.0)
    return now + wait


def seed(value: int) -> None:
    """Make the jitter repeatable, for tests."""
    _dice.seed(value)
