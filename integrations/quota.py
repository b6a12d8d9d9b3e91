"""A connection's calls of the day: counted over all processes, shared fairly, shown as a meter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from accounts.tenancy import all_tenants
from integrations import day as days
from integrations.contract import Category, Fault, RetryLater
from integrations.day import PEOPLE, Day, Refusal
from integrations.http import Clock, DayRule, Quota, Response, utc_now
from integrations.models import Connection, ConnectionState
from integrations.registry import PROVIDERS
from integrations.shared import Store, company_key, store

type Spenders = Callable[[Connection], Mapping[str, str]]
"""The syncs that are on and read or write through this connection: their names and labels."""

# Which syncs are on is asked again after so long.
ASKED_ANEW = timedelta(minutes=1)
NEARLY_USED = 0.8
# Others have heard newer answers by then.
STALE = timedelta(minutes=1)

_ask: list[Spenders] = []


def on_spenders(ask: Spenders) -> Spenders:
    """Ask this who shares a connection's calls; usable as a decorator."""
    if ask not in _ask:
        _ask.append(ask)
    return ask


def spenders_of(connection: Connection) -> dict[str, str]:
    return {name: label for ask in _ask for name, label in ask(connection).items()}


def quota_for(connection: Connection, spender: str, clock: Clock = utc_now) -> Quota | None:
    """The quota of this connection's company; None where the provider counts no days."""
    rule = _rule(connection)
    return None if rule is None else SharedQuota(connection, rule, spender, store(), clock)


def _rule(connection: Connection) -> DayRule | None:
    provider = PROVIDERS.get(connection.provider)
    return provider.day if provider else None


def _key(connection: Connection) -> str:
    return f"{company_key(connection)}/day"


@dataclass(frozen=True, slots=True)
class Heard:
    """The count as the provider's answer to our last call makes it."""

    day: Day
    at: datetime


class SharedQuota:
    """The Quota port of `http` for one spender."""

    def __init__(
        self,
        connection: Connection,
        rule: DayRule,
        spender: str,
        kept: Store,
        clock: Clock = utc_now,
    ) -> None:
        self._connection = connection
        self._key = _key(connection)
        self._rule = rule
        self._spender = spender
        self._store = kept
        self._clock = clock
        self._active: frozenset[str] = frozenset()
        self._asked_at: datetime | None = None
        # The count after our last call, and what the provider said of it.
        self._day: Day | None = None
        self._heard: Heard | None = None

    def take(self) -> None:
        now = self._clock()
        active = self._sharing(now)

        def decide(text: str) -> tuple[str, tuple[Day, Refusal | None]]:
            day = self._corrected(text, now)
            day, refusal = days.take(day, self._rule, self._spender, active, now)
            return _written(day), (day, refusal)

        self._day, refusal = self._store.change(self._key, decide)
        self._heard = None
        if refusal is not None:
            raise RetryLater(_fault(self._day, refusal, now), refusal.seconds)

    def learn(self, response: Response) -> None:
        """Stored with the next call: a provider that always tells would double our writes."""
        told = self._rule.told(response)
        if told is None or self._day is None:
            return
        now = self._clock()
        self._heard = Heard(days.learn(self._day, told, now), now)
        # With nothing left there is no next call to store it with.
        if told.remaining == 0:
            self._store.change(self._key, lambda text: (_written(self._corrected(text, now)), None))

    def _corrected(self, text: str, now: datetime) -> Day:
        day = days.today(_read(text), self._rule, now)
        heard = self._heard
        if heard is None or now - heard.at > STALE:
            return day
        return days.correct(day, heard.day, now)

    def _sharing(self, now: datetime) -> frozenset[str]:
        """The syncs that share the company's calls, those of another tenant among them."""
        if self._asked_at is None or now - self._asked_at >= ASKED_ANEW:
            self._active = frozenset(name for twin in self._twins() for name in spenders_of(twin))
            self._asked_at = now
        return self._active

    def _twins(self) -> list[Connection]:
        own = self._connection
        with all_tenants("a provider counts per company, whoever connected it"):
            same = Connection.objects.at(own.provider, own.environment, own.external_id)
            return list(same.exclude(state=ConnectionState.DISCONNECTED))


def _fault(day: Day, refusal: Refusal, now: datetime) -> Fault:
    reset = datetime.fromtimestamp(day.until, UTC)
    if refusal.is_used_up:
        message = f"Today's {day.limit:,} calls are used up. Saldo goes on at {reset:%H:%M} UTC."
        return Fault(Category.RATE_LIMITED, "day_quota", message)
    again = now.astimezone(UTC) + timedelta(seconds=refusal.seconds)
    message = (
        f"This sync has had its share of today's {day.limit:,} calls, and the rest is kept for "
        f"others. Saldo looks again at {again:%H:%M} UTC; the day ends at {reset:%H:%M} UTC."
    )
    return Fault(Category.RATE_LIMITED, "day_share", message)


# --- the meter -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls of one sync, of people, or of others."""

    label: str
    calls: int
    # Of the day's calls, in per cent, for the width of a bar.
    percent: float


@dataclass(frozen=True, slots=True)
class Meter:
    """A connection's calls of today."""

    used: int
    limit: int
    resets_at: datetime
    # What each active sync has for certain; 0 without syncs.
    share: int
    spenders: tuple[Spent, ...] = field(default=())

    @property
    def percent(self) -> int:
        return min(round(100 * self.used / self.limit), 100) if self.limit else 100

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    @property
    def level(self) -> str:
        """good, warning or bad, in the words of a connection's health."""
        if self.left == 0:
            return "bad"
        return "warning" if self.used >= NEARLY_USED * self.limit else "good"


def meter(connection: Connection, now: datetime | None = None) -> Meter | None:
    """The calls of today and who spent them; None where the provider counts no days."""
    rule = _rule(connection)
    if rule is None:
        return None
    moment = now or utc_now()
    day = days.today(_read(store().read(_key(connection))), rule, moment)
    labels = spenders_of(connection)
    return Meter(
        used=day.used,
        limit=day.limit,
        resets_at=datetime.fromtimestamp(day.until, UTC),
        share=int(days.share(day, rule, len(labels))) if labels else 0,
        spenders=tuple(_spenders(day, labels)),
    )


def _spenders(day: Day, labels: Mapping[str, str]) -> list[Spent]:
    """Those who are known first, in the order of what they spent; syncs that are off last."""
    named = {PEOPLE: _("Pages and checks"), **labels}
    known = [(label, day.spent.get(name, 0)) for name, label in named.items()]
    known.sort(key=lambda found: -found[1])
    others = day.used - sum(calls for _label, calls in known)
    rows = [*known, (_("Others, such as syncs that are off now"), others)]
    return [
        Spent(label, calls, round(100 * calls / max(day.limit, 1), 1))
        for label, calls in rows
        if calls > 0
    ]


def _read(text: str) -> Day | None:
    return msgspec.json.decode(text, type=Day) if text else None


def _written(day: Day) -> str:
    return msgspec.json.encode(day).decode()
