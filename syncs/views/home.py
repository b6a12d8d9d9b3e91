"""The home page as plain values: how each integration stands, and what needs somebody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from accounts.permissions import Action, tenants_where
from integrations.models import Connection
from integrations.quota import meter
from integrations.registry import PROVIDERS
from syncs import services
from syncs.figures import risk
from syncs.models import Status
from syncs.selection import list_url
from syncs.views.causes import TopCause, top_causes
from syncs.views.mine import Mine, mine
from syncs.views.resting import CallMeter
from syncs.views.steps import Step, steps
from syncs.views.tiles import Tile, money_words, tiles
from syncs.views.trend import Trend, trend
from syncs.views.troubles import Trouble, troubles
from syncs.views.weather import Weather, over

# Beyond so many, a page of tiles helps nobody: the overview does.
MOST_TILES = 30
# Each is asked for by itself.
MOST_METERS = 4


@dataclass(frozen=True, slots=True)
class HomePage:
    tiles: tuple[Tile, ...]
    # Integrations without a tile.
    more: int
    troubles: tuple[Trouble, ...]
    # Trouble of a provider that others have too.
    weather: tuple[Weather, ...]
    mine: Mine
    causes: tuple[TopCause, ...]
    trend: Trend | None
    # Of connections whose provider counts calls by the day.
    meters: tuple[CallMeter, ...]
    steps: tuple[Step, ...]
    failing: int
    failing_url: str
    # What failing and waiting records are worth, in words per currency.
    at_risk: tuple[str, ...]
    overview_url: str


def home_page(user: User) -> HomePage:
    """For the members of companies: a handful of queries, however many syncs and records."""
    tenants = tenants_where(user, Action.VIEW_RECORDS) or frozenset()
    counted = services.overview(*tenants)
    money = risk([totals.sync.pk for totals in counted])
    found = tiles(counted, money, several=len(tenants) > 1)
    used = _used(counted)
    return HomePage(
        tiles=tuple(_worst(found)),
        more=max(len(found) - MOST_TILES, 0),
        troubles=tuple(troubles(used.values(), user)),
        weather=over(used),
        mine=mine(user, tenants),
        causes=top_causes(user),
        trend=trend(tenants),
        meters=tuple(_meters(connection for connection, _syncs in used.values())),
        steps=() if found else steps(user, tenants),
        failing=sum(totals[Status.FAILING] for totals in counted),
        failing_url=list_url(status=Status.FAILING.value),
        at_risk=money_words(money.values()),
        overview_url=reverse("desk_overview"),
    )


def _worst(found: list[Tile]) -> list[Tile]:
    """All as they are; of too many those where most fails."""
    if len(found) <= MOST_TILES:
        return found
    return sorted(found, key=lambda tile: -tile.failing)[:MOST_TILES]


def _used(counted: Iterable[services.Totals]) -> dict[int, tuple[Connection, list[str]]]:
    """Each connection once, with the names of the syncs that stand on it."""
    used: dict[int, tuple[Connection, list[str]]] = {}
    for totals in counted:
        for connection in (totals.sync.integration.left, totals.sync.integration.right):
            used.setdefault(connection.pk, (connection, []))[1].append(totals.sync.name)
    return used


def _meters(connections: Iterable[Connection]) -> Iterator[CallMeter]:
    """Of the first connections whose provider counts calls by the day."""
    counted = [one for one in connections if _counts_days(one)]
    for connection in counted[:MOST_METERS]:
        found = meter(connection)
        if found is not None:
            yield CallMeter(str(connection), found)


def _counts_days(connection: Connection) -> bool:
    provider = PROVIDERS.get(connection.provider)
    return provider is not None and provider.day is not None
