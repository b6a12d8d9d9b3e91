"""Error budgets that hold over all processes and machines.

Some providers shut an endpoint for an hour after so many refused calls, and longer the next time.
So we stop before that: refused calls are remembered for the rule's time, and a call that is under
way counts as one until its answer is known.
"""

import uuid

import msgspec

from integrations.http import Clock, ErrorBudget, ErrorRule, Visit, utc_now
from integrations.models import Connection
from integrations.shared import Store, company_key, store

# Longer than a call can be under way; what a killed worker holds comes back after it.
UNDER_WAY_SECONDS = 300.0
BUSY_SECONDS = 0.25


class Held(msgspec.Struct, frozen=True, array_like=True):
    """A place in the budget that is taken until then."""

    until: float
    refused: bool = False


type Places = dict[str, Held]
"""What is taken of an endpoint's budget, by ticket."""


def entered(places: Places, rule: ErrorRule, ticket: str, now: float) -> tuple[Places, Visit]:
    """One more call under way, or how long to wait for it."""
    taken = {name: held for name, held in places.items() if held.until > now}
    if len(taken) < rule.calls:
        return {**taken, ticket: Held(now + UNDER_WAY_SECONDS)}, Visit(ticket)
    refused = [held.until for held in taken.values() if held.refused]
    wait = min(refused) - now if len(refused) >= rule.calls else BUSY_SECONDS
    return taken, Visit(wait=wait, refused=len(refused))


def left(places: Places, rule: ErrorRule, ticket: str, now: float, *, refused: bool) -> Places:
    """The call is over: its place is free, or taken for as long as the provider remembers."""
    others = {name: held for name, held in places.items() if name != ticket}
    return {**others, ticket: Held(now + rule.seconds, refused=True)} if refused else others


def closed(rule: ErrorRule, now: float, seconds: float) -> Places:
    return {f"shut-{number}": Held(now + seconds, refused=True) for number in range(rule.calls)}


def budget_for(connection: Connection, clock: Clock = utc_now) -> ErrorBudget:
    return SharedBudget(company_key(connection), store(), clock)


class SharedBudget:
    """The ErrorBudget port of `http` for one connected company."""

    def __init__(self, company: str, kept: Store, clock: Clock = utc_now) -> None:
        self._company = company
        self._store = kept
        self._clock = clock

    def enter(self, endpoint: str, rule: ErrorRule) -> Visit:
        ticket, now = uuid.uuid4().hex[:12], self._now()

        def decide(text: str) -> tuple[str, Visit]:
            places, visit = entered(_read(text), rule, ticket, now)
            return _written(places), visit

        return self._store.change(self._key(endpoint), decide)

    def leave(self, endpoint: str, rule: ErrorRule, ticket: str, *, refused: bool) -> None:
        now = self._now()
        self._store.change(
            self._key(endpoint),
            lambda text: (_written(left(_read(text), rule, ticket, now, refused=refused)), None),
        )

    def close(self, endpoint: str, rule: ErrorRule, seconds: float) -> None:
        shut = _written(closed(rule, self._now(), seconds))
        self._store.change(self._key(endpoint), lambda _text: (shut, None))

    def _key(self, endpoint: str) -> str:
        return f"{self._company}/errors/{endpoint}"

    def _now(self) -> float:
        return self._clock().timestamp()


def _read(text: str) -> Places:
    return msgspec.json.decode(text, type=dict[str, Held]) if text else {}


def _written(places: Places) -> str:
    return msgspec.json.encode(places).decode()
