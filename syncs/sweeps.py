"""How often a side is looked at without being told: often where reading is free, else rarely."""

from datetime import datetime, timedelta

# QuickBooks counts an app's reads over all its customers: 500,000 a month are free. Webhooks bring
# the news there; the sweep only catches what they missed.
# (developer.intuit.com, Intuit App Partner Program, CorePlus API calls)
SWEEPS = {
    "hubspot": timedelta(minutes=1),
    "quickbooks": timedelta(minutes=30),
}
USUAL = timedelta(minutes=15)


def next_look(provider: str, now: datetime) -> datetime:
    return now + SWEEPS.get(provider, USUAL)


def last_look(provider: str, next_one: datetime | None) -> datetime | None:
    """When a side was last looked at, from when it is next; None when it is to be looked at now."""
    return None if next_one is None else next_one - SWEEPS.get(provider, USUAL)
