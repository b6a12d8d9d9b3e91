"""Error budgets that hold over all processes and machines.

Some providers shut an endpoint for an hour after so many refused calls, and longer the next time.
So we stop before that: refused calls are remembered for the rule's time, and a call that is under
way counts as one until its answer is known.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

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
"""What is taken of an endpoint's budget, by ticket; what has run out is left out."""


class Endpoint(msgspec.Struct, frozen=True):
    # How many the rule allows.
    calls: int
    places: Places


@dataclass(frozen=True, slots=True)
class Resting:
    """An endpoint that refused so often that it is left alone until then."""

    endpoint: str
    refused: int
    until: datetime


def entered(places: Places, rule: ErrorRule, ticket: str, now: float) -> tuple[Places, Visit]:
    """One more call under way, or how long to wait for it."""
    if len(places) < rule.calls:
        return {**places, ticket: Held(now + UNDER_WAY_SECONDS)}, Visit(ticket)
    refused = sorted(held.until for held in places.values() if held.refused)
    if len(refused) < rule.calls:
        return places, Visit(wait=BUSY_SECONDS, refused=len(refused))
    # So many must be forgotten that one more fits.
    return places, Visit(wait=refused[-rule.calls] - now, refused=len(refused))


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
        self._key = _key(company)
        self._store = kept
        self._clock = clock

    def enter(self, endpoint: str, rule: ErrorRule) -> Visit:
        ticket, now = uuid.uuid4().hex[:12], self._now()
        return self._change(endpoint, rule, now, lambda places: entered(places, rule, ticket, now))

    def leave(self, endpoint: str, rule: ErrorRule, ticket: str, *, refused: bool) -> None:
        now = self._now()
        self._change(
            endpoint,
            rule,
            now,
            lambda places: (left(places, rule, ticket, now, refused=refused), None),
        )

    def close(self, endpoint: str, rule: ErrorRule, seconds: float) -> None:
        now = self._now()
        self._change(endpoint, rule, now, lambda _places: (closed(rule, now, seconds), None))

    def _change[Answer](
        self,
        endpoint: str,
        rule: ErrorRule,
        now: float,
        decide: Callable[[Places], tuple[Places, Answer]],
    ) -> Answer:
        def decide_all(text: str) -> tuple[str, Answer]:
            kept = _read(text, now)
            held = kept.pop(endpoint, Endpoint(rule.calls, {}))
            places, answer = decide(held.places)
            if places:
                kept[endpoint] = Endpoint(rule.calls, places)
            return msgspec.json.encode(kept, order="sorted").decode(), answer

        return self._store.change(self._key, decide_all)

    def _now(self) -> float:
        return self._clock().timestamp()


def resting(connection: Connection, now: datetime | None = None) -> tuple[Resting, ...]:
    """The endpoints that nobody asks at the moment."""
    moment = (now or utc_now()).timestamp()
    text = store().read(_key(company_key(connection)))
    found = []
    for name, endpoint in sorted(_read(text, moment).items()):
        refused = [held.until for held in endpoint.places.values() if held.refused]
        if len(refused) >= endpoint.calls:
            until = datetime.fromtimestamp(sorted(refused)[-endpoint.calls], UTC)
            found.append(Resting(name, len(refused), until))
    return tuple(found)


def _key(company: str) -> str:
    return f"{company}/errors"


def _read(text: str, now: float) -> dict[str, Endpoint]:
    """What still counts."""
    kept = msgspec.json.decode(text, type=dict[str, Endpoint]) if text else {}
    alive = {
        name: Endpoint(
            endpoint.calls,
            {ticket: held for ticket, held in endpoint.places.items() if held.until > now},
        )
        for name, endpoint in kept.items()
    }
    return {name: endpoint for name, endpoint in alive.items() if endpoint.places}
