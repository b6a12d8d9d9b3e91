"""The tiles of the home page: one for each integration, with a line for each of its objects."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.models import Connection
from syncs import clock, faults
from syncs.engine.terms import Direction, Side
from syncs.figures import Money
from syncs.models import Integration, Status, Sync, SyncState
from syncs.numbers import Totals
from syncs.recipes import RECIPES
from syncs.selection import list_url
from syncs.views.money import told
from syncs.views.sync import Figure

# The worst that one of the syncs is in is what the tile says.
WORST_FIRST = (SyncState.PAUSED, SyncState.ACTIVE, SyncState.OFF)
COLOURS = {SyncState.ACTIVE: "success", SyncState.PAUSED: "danger"}


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction of a sync, and up to when no change is missing."""

    words: str
    complete_until: datetime | None


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """One sync of an integration: what is kept in step, and how it stands."""

    name: str
    url: str
    # Only where it is not simply on.
    state: str
    state_colour: str
    # Why it is paused.
    trouble: str
    trouble_title: str
    # While a limit holds it up; its page says which.
    rests_until: datetime | None
    flows: tuple[Flow, ...]
    figures: tuple[Figure, ...]
    # "Do the books agree?", for syncs of documents.
    books_url: str


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    url: str
    # Only for people of several companies.
    company: str
    ends: str
    state: str
    state_colour: str
    rows: tuple[ObjectRow, ...]
    failing: int
    waiting: int
    failing_url: str
    waiting_url: str
    # What failing and waiting records are worth, in words per currency.
    at_risk: tuple[str, ...]


def tiles(counted: Sequence[Totals], money: Mapping[int, Money], *, several: bool) -> list[Tile]:
    """In the order of what was counted."""
    grouped: dict[int, list[Totals]] = defaultdict(list)
    for totals in counted:
        grouped[totals.sync.integration_id].append(totals)
    return [_tile(group, money, several=several) for group in grouped.values()]


def money_words(money: Iterable[Money]) -> tuple[str, ...]:
    """Sums per currency, such as "1,234.50 EUR"; the largest first."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in money:
        for currency, amount in each.items():
            sums[currency] += amount
    largest = sorted(sums.items(), key=lambda found: -abs(found[1]))
    return tuple(told(amount, currency) for currency, amount in largest if amount)


def _tile(group: Sequence[Totals], money: Mapping[int, Money], *, several: bool) -> Tile:
    integration: Integration = group[0].sync.integration
    state, colour = _state(group, (integration.left, integration.right))
    of = {"integration": integration.pk}
    return Tile(
        name=integration.name,
        url=f"{reverse('desk_overview')}?integration={integration.pk}",
        company=str(group[0].sync.tenant) if several else "",
        ends=f"{integration.left.provider_label} ⇄ {integration.right.provider_label}",
        state=state,
        state_colour=colour,
        rows=tuple(_row(totals, integration) for totals in group),
        failing=sum(totals[Status.FAILING] for totals in group),
        waiting=sum(totals[Status.WAITING] for totals in group),
        failing_url=list_url(status=Status.FAILING.value, **of),
        waiting_url=list_url(status=Status.WAITING.value, **of),
        at_risk=money_words(money.get(totals.sync.pk, {}) for totals in group),
    )


def _state(group: Iterable[Totals], connections: Iterable[Connection]) -> tuple[str, str]:
    if not all(connection.is_active for connection in connections):
        return _("needs you"), "danger"
    states = {SyncState(totals.sync.state) for totals in group}
    state = next(state for state in WORST_FIRST if state in states)
    return str(state.label), COLOURS.get(state, "")


def _row(totals: Totals, integration: Integration) -> ObjectRow:
    sync = totals.sync
    state = SyncState(sync.state)
    # Paused for the connection's sake: the connection says it already.
    is_own = integration.left.is_active and integration.right.is_active
    paused = state is SyncState.PAUSED and is_own
    title = faults.explain(sync.pause_category).title if paused and sync.pause_category else ""
    return ObjectRow(
        name=sync.name,
        url=reverse("admin:syncs_sync_change", args=[sync.pk]),
        state="" if state is SyncState.ACTIVE else str(state.label),
        state_colour=COLOURS.get(state, ""),
        trouble=sync.pause_message if paused else "",
        trouble_title=(str(title) or _("Paused")) if paused else "",
        rests_until=_rests_until(sync),
        flows=tuple(_flows(sync, integration)),
        figures=tuple(_figures(totals)),
        books_url=reverse("admin:syncs_sync_books", args=[sync.pk]) if _has_books(sync) else "",
    )


def _rests_until(sync: Sync) -> datetime | None:
    until: datetime | None = sync.held_until
    return until if sync.state == SyncState.ACTIVE and until and until > clock.now() else None


def _has_books(sync: Sync) -> bool:
    recipe = RECIPES.get(sync.recipe)
    return recipe is not None and recipe.ledger is not None and sync.is_read


def _flows(sync: Sync, integration: Integration) -> Iterator[Flow]:
    """The directions that the sync goes; what is read from a side is complete up to its time."""
    left, right = integration.left.provider_label, integration.right.provider_label
    if Direction(sync.direction).reaches(Side.RIGHT):
        yield Flow(f"{left} → {right}", sync.left_complete_until)
    if Direction(sync.direction).reaches(Side.LEFT):
        yield Flow(f"{right} → {left}", sync.right_complete_until)


def _figures(totals: Totals) -> Iterator[Figure]:
    for status in (Status.FAILING, Status.WAITING, Status.IN_SYNC):
        count = totals[status]
        url = list_url(sync=totals.sync.pk, status=status.value)
        yield Figure(str(status.label), count, url, status is Status.FAILING and count > 0)
