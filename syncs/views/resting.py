"""Why a sync rests, in words, and what is left of a provider's calls of today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from integrations.quota import Meter, meter
from syncs import faults, resting
from syncs.engine.terms import Side
from syncs.models import Sync
from syncs.views.ends import Ends


@dataclass(frozen=True, slots=True)
class RestWords:
    """A sync that goes on by itself at a time."""

    title: str
    message: str
    until: datetime


@dataclass(frozen=True, slots=True)
class CallMeter:
    """A connection's calls of today."""

    provider: str
    meter: Meter


def rest_words(sync: Sync) -> RestWords | None:
    """None for a sync that is not held up."""
    rest = resting.rest_of(sync)
    if rest is None or not rest.category:
        return None
    return RestWords(str(faults.explain(rest.category).title), rest.message, rest.until)


def call_meters(ends: Ends) -> Iterator[CallMeter]:
    """Of the sides whose provider counts calls by the day."""
    for side in Side:
        found = meter(ends.connections[side])
        if found is not None:
            yield CallMeter(ends.name(side), found)
