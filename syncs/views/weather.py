"""Provider weather: a provider that fails for many companies at once is one line, not hundreds.

Told from connections that were paused lately, and from syncs that stall while the last calls of
one of their connections went unanswered. A handful of bounded queries, at most once a minute.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.tenancy import all_tenants
from integrations.models import CallRecord, Connection, ConnectionState
from integrations.registry import PROVIDERS
from syncs import clock
from syncs.models import Sync, SyncState

# So many companies at once, and such a share of all that use the provider, are no coincidence.
MANY = 3
SHARE = 0.05
# How far back the beginning of trouble is looked for, and over how many calls at most.
LOOK_BACK = timedelta(hours=6)
MOST_CALLS = 20_000
# Connections that were paused within this time belong to one event.
PAUSED_WITHIN = timedelta(hours=24)
KEPT_SECONDS = 60
_KEY = "desk-provider-weather"

type Since = Mapping[int, datetime]
"""Connections by id, and since when each is in trouble."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Trouble of one provider that many companies have at once."""

    provider: str
    companies: int
    # Of so many that use the provider.
    of: int
    since: datetime
    # The provider turns sign-ins away, rather than not to answer.
    refuses: bool
    connections: frozenset[int]

    @property
    def label(self) -> str:
        return provider_label(self.provider)

    @property
    def sentence(self) -> str:
        place = {
            "provider": self.label,
            "count": f"{self.companies:,}",
            "of": f"{self.of:,}",
            "since": self._since,
        }
        if self.refuses:
            told = _("%(provider)s: %(count)s of %(of)s companies are not let in since %(since)s")
        else:
            told = _(
                "%(provider)s: %(count)s of %(of)s companies cannot be reached since %(since)s"
            )
        return told % place

    @property
    def calm_words(self) -> str:
        """For one of the companies: nothing to do."""
        told = _("%(provider)s has trouble since %(since)s, with many companies at once.")
        return told % {"provider": self.label, "since": self._since}

    @property
    def _since(self) -> str:
        is_today = self.since.date() == clock.now().date()
        return f"{self.since:%H:%M} UTC" if is_today else f"{self.since:%Y-%m-%d %H:%M} UTC"


def provider_label(code: str) -> str:
    """The provider's own name; its code when this version no longer serves it."""
    known = PROVIDERS.get(code)
    return known.label if known else code


def weather() -> tuple[Weather, ...]:
    """The worst first; what was found stays for a minute."""
    kept: tuple[Weather, ...] | None = cache.get(_KEY)
    if kept is None:
        kept = look()
        cache.set(_KEY, kept, KEPT_SECONDS)
    return kept


def over(connections: Collection[int]) -> tuple[Weather, ...]:
    """The weather that these connections are in."""
    return tuple(one for one in weather() if not one.connections.isdisjoint(connections))


def look(now: datetime | None = None) -> tuple[Weather, ...]:
    """Ask the rows."""
    moment = now or clock.now()
    with all_tenants("weather is what many companies have in common"):
        paused = _paused(moment)
        silent = _unanswered(_stalled(), moment)
        if len(paused) < MANY and len(silent) < MANY:
            return ()
        found = [*_weathers(paused, refuses=True), *_weathers(silent, refuses=False)]
    return tuple(sorted(found, key=lambda one: -one.companies))


def _paused(now: datetime) -> Since:
    rows = Connection.objects.filter(
        state=ConnectionState.PAUSED, paused_at__gte=now - PAUSED_WITHIN
    )
    return {pk: at for pk, at in rows.values_list("pk", "paused_at") if at is not None}


def _stalled() -> set[int]:
    """Both connections of the syncs whose last run ended early."""
    syncs = Sync.objects.filter(state=SyncState.ACTIVE, stalls__gt=0)
    pairs = syncs.values_list("integration__left", "integration__right")
    return {connection for pair in pairs for connection in pair}


def _unanswered(connections: Collection[int], now: datetime) -> Since:
    """Those whose last calls all failed at the provider, each with the first of these."""
    if not connections:
        return {}
    calls = CallRecord.objects.filter(connection__in=connections, at__gte=now - LOOK_BACK)
    newest = calls.order_by("-at", "-pk").values_list("connection_id", "at", "status")
    return dict(_stretches(newest[:MOST_CALLS]))


def _stretches(newest_first: Iterable[tuple[int, datetime, int]]) -> Iterator[tuple[int, datetime]]:
    since: dict[int, datetime] = {}
    answered: set[int] = set()
    for connection, at, status in newest_first:
        if 0 < status < 500:
            answered.add(connection)
        elif connection not in answered:
            since[connection] = at
    yield from since.items()


def _weathers(since: Since, *, refuses: bool) -> Iterator[Weather]:
    rows = Connection.objects.filter(pk__in=since).values_list("pk", "tenant_id", "provider")
    hit: dict[str, dict[int, int]] = defaultdict(dict)
    for connection, tenant, provider in rows:
        hit[provider][connection] = tenant
    users = _users(hit)
    for provider, connections in hit.items():
        companies = len(set(connections.values()))
        if companies >= max(MANY, SHARE * users[provider]):
            begun = min(since[connection] for connection in connections)
            which = frozenset(connections)
            yield Weather(provider, companies, users[provider], begun, refuses, which)


def _users(providers: Iterable[str]) -> dict[str, int]:
    """How many companies use each of these providers."""
    rows = Connection.objects.filter(provider__in=list(providers)).order_by()
    used = rows.exclude(state=ConnectionState.DISCONNECTED).values_list("provider")
    return dict(used.annotate(Count("tenant", distinct=True)))
