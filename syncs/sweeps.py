"""How often a side is looked at without being told: often where reading is free, else rarely."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.models import Connection
from syncs.spenders import active_syncs


@dataclass(frozen=True, slots=True)
class Sweep:
    """How long after one look comes the next."""

    every: timedelta
    # The connection's reads are counted by the day: its syncs take turns in looking.
    in_turns: bool = False


# QuickBooks counts an app's reads over all its customers: 500,000 a month are free. Webhooks bring
# the news there; the sweep only catches what they missed.
# (developer.intuit.com, Intuit App Partner Program, CorePlus API calls)
# Exact allows 5,000 calls a day and company, and a look takes up to three (changes, what was
# deleted, payments): one look of any sync every five minutes takes 864 of them at most.
SWEEPS = {
    "hubspot": Sweep(timedelta(minutes=1)),
    "quickbooks": Sweep(timedelta(minutes=30)),
    "exact": Sweep(timedelta(minutes=5), in_turns=True),
}
USUAL = Sweep(timedelta(minutes=15))


def next_look(connection: Connection, now: datetime) -> datetime:
    sweep = SWEEPS.get(connection.provider, USUAL)
    turns = max(1, active_syncs(connection).count()) if sweep.in_turns else 1
    return now + sweep.every * turns
