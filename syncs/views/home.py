"""The home page as plain values: how each sync stands, what needs somebody, what to do first."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Action, may, visible_tenants
from integrations.models import TOKEN_FIELDS, Connection, ConnectionState
from integrations.quota import meter
from integrations.registry import PROVIDERS
from syncs import clock, faults, services
from syncs.models import Status, Sync, SyncState
from syncs.recipes import RECIPES, recipe_of, recipes_for
from syncs.views.resting import CallMeter
from syncs.views.sync import Figure

# The order in which people ask; "unlinked" is told only when there is any.
SHOWN = (Status.IN_SYNC, Status.FAILING, Status.WAITING, Status.PENDING, Status.EXCLUDED)
PROBLEMS_SHOWN = 5
# Beyond so many, a page of cards helps nobody: the lists do.
MOST_SYNCS = 30
STATE_COLOURS = {SyncState.ACTIVE: "success", SyncState.PAUSED: "danger"}


@dataclass(frozen=True, slots=True)
class Problem:
    title: str
    explanation: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that stops a sync, and where to mend it; no address for who may not."""

    title: str
    message: str
    button: str
    url: str


@dataclass(frozen=True, slots=True)
class SyncCard:
    name: str
    url: str
    # Only for people of several companies.
    company: str
    ends: str
    state: str
    state_colour: str
    figures: tuple[Figure, ...]
    problems: tuple[Problem, ...]
    troubles: tuple[Trouble, ...]
    complete_until: datetime | None
    last_run_at: datetime | None
    # While a limit holds it up; its page says which.
    rests_until: datetime | None
    # "Do the books agree?", for syncs of documents.
    books_url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do before the first sync runs; no address when it is done or not one's own."""

    text: str
    is_done: bool
    url: str


@dataclass(frozen=True, slots=True)
class HomePage:
    cards: tuple[SyncCard, ...]
    # Of connections whose provider counts calls by the day.
    meters: tuple[CallMeter, ...]
    steps: tuple[Step, ...]
    failing: int
    failing_url: str


def home_page(user: User) -> HomePage | None:
    """For the members of companies; None for our own staff, who see every company's things.

    A handful of queries, however many syncs and records there are.
    """
    tenants = visible_tenants(user)
    if tenants is None:
        return None
    counted = services.overview(*tenants)[:MOST_SYNCS]
    several = len(tenants) > 1
    cards = tuple(_card(totals, user, several=several) for totals in counted)
    failing = sum(totals[Status.FAILING] for totals in counted)
    url = _records(status__exact=Status.FAILING.value)
    steps = () if cards else _steps(user, tenants)
    return HomePage(cards, tuple(_meters(counted)), steps, failing, url)


def _meters(counted: Iterable[services.Totals]) -> Iterator[CallMeter]:
    """One of each connection, however many syncs spend its calls."""
    used: dict[int, Connection] = {}
    for totals in counted:
        for connection in (totals.sync.integration.left, totals.sync.integration.right):
            used.setdefault(connection.pk, connection)
    for connection in used.values():
        found = meter(connection)
        if found is not None:
            yield CallMeter(str(connection), found)


# --- a sync -----------------------------------------------------------------------------------


def _card(totals: services.Totals, user: User, *, several: bool) -> SyncCard:
    sync = totals.sync
    left, right = sync.integration.left, sync.integration.right
    both = (sync.left_complete_until, sync.right_complete_until)
    return SyncCard(
        name=sync.name,
        url=reverse("admin:syncs_sync_change", args=[sync.pk]),
        company=str(sync.tenant) if several else "",
        ends=f"{left.provider_label} ⇄ {right.provider_label}",
        state=str(SyncState(sync.state).label),
        state_colour=STATE_COLOURS.get(SyncState(sync.state), ""),
        figures=tuple(_figures(totals)),
        problems=tuple(_problems(totals)),
        troubles=tuple(_troubles(sync, (left, right), user)),
        complete_until=min(both) if None not in both else None,  # type: ignore[type-var]
        last_run_at=sync.last_run_at,
        rests_until=_rests_until(sync),
        books_url=reverse("admin:syncs_sync_books", args=[sync.pk]) if _has_books(sync) else "",
    )


def _rests_until(sync: Sync) -> datetime | None:
    until: datetime | None = sync.held_until
    return until if sync.state == SyncState.ACTIVE and until and until > clock.now() else None


def _has_books(sync: Sync) -> bool:
    return recipe_of(sync.recipe).ledger is not None and sync.is_read


def _figures(totals: services.Totals) -> Iterable[Figure]:
    for status in (*SHOWN, Status.UNLINKED):
        count = totals[status]
        if count or status in SHOWN:
            url = _records(sync=totals.sync.pk, status__exact=status.value)
            yield Figure(str(status.label), count, url, status is Status.FAILING and count > 0)


def _problems(totals: services.Totals) -> Iterable[Problem]:
    """What fails most often first."""
    for category, count in totals.categories.most_common(PROBLEMS_SHOWN):
        explanation = faults.explain(category)
        url = _records(sync=totals.sync.pk, status__exact=Status.FAILING.value, category=category)
        yield Problem(str(explanation.title), str(explanation.explanation), count, url)


def _troubles(sync: Sync, connections: Iterable[Connection], user: User) -> Iterable[Trouble]:
    broken = [each for each in connections if each.state != ConnectionState.ACTIVE]
    for connection in broken:
        yield _broken(connection, user)
    # Paused for the connection's sake: the connection says it already.
    if sync.state == SyncState.PAUSED and not broken:
        title = str(faults.explain(sync.pause_category).title) if sync.pause_category else ""
        url = reverse("admin:syncs_sync_change", args=[sync.pk])
        yield Trouble(title or _("Paused"), sync.pause_message, _("Open the sync"), url)


def _broken(connection: Connection, user: User) -> Trouble:
    place = {"connection": str(connection)}
    if connection.state == ConnectionState.PAUSED:
        title = _("%(connection)s needs you") % place
    else:
        title = _("%(connection)s is disconnected") % place
    url = reverse("integrations:connect_provider", args=[connection.provider])
    mine = may(user, Action.MANAGE_CONNECTIONS, connection.tenant_id)
    message = connection.pause_message if mine else _("An owner of your company can reconnect it.")
    query = urlencode({"connection": str(connection.uuid)})
    return Trouble(title, message, _("Reconnect"), f"{url}?{query}" if mine else "")


# --- before the first sync --------------------------------------------------------------------


def _steps(user: User, tenants: frozenset[int]) -> tuple[Step, ...]:
    """Connect a provider for each side that has recipes, then set up the syncs between them."""
    active = list(Connection.objects.for_tenants(tenants).active().defer(*TOKEN_FIELDS))
    connected = [connection.provider for connection in reversed(active)]
    connect = (_connect_step(user, codes, connected) for codes in _providers())
    set_up = _("Set up what is kept in step, and switch it on")
    return (*connect, Step(set_up, is_done=False, url=_set_up_url(user, active)))


def _providers() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The providers that stand on the left, and those on the right, in the recipes' order."""
    recipes = RECIPES.values()
    left = dict.fromkeys(recipe.left.provider for recipe in recipes)
    right = dict.fromkeys(recipe.right.provider for recipe in recipes)
    known = PROVIDERS.keys()
    return tuple(one for one in left if one in known), tuple(one for one in right if one in known)


def _connect_step(user: User, codes: Sequence[str], connected: Collection[str]) -> Step:
    """One of these providers is enough."""
    found = next((code for code in codes if code in connected), None)
    if found is not None:
        name = {"provider": PROVIDERS[found].label}
        return Step(_("%(provider)s is connected") % name, is_done=True, url="")
    name = {"provider": _(" or ").join(PROVIDERS[code].label for code in codes)}
    return Step(_("Connect %(provider)s") % name, is_done=False, url=_connect_url(user, codes))


def _connect_url(user: User, codes: Sequence[str]) -> str:
    if not may(user, Action.MANAGE_CONNECTIONS):
        return ""
    if len(codes) > 1:
        return reverse("integrations:connect")
    return reverse("integrations:connect_provider", args=[codes[0]])


def _set_up_url(user: User, active: Sequence[Connection]) -> str:
    """Where the first pair of connections that has recipes becomes an integration."""
    for left in active:
        for right in active:
            fits = left.tenant_id == right.tenant_id and recipes_for(left.provider, right.provider)
            if fits and may(user, Action.MANAGE_SYNCS, left.tenant_id):
                query = urlencode({"left": left.pk, "right": right.pk})
                return f"{reverse('admin:syncs_integration_add')}?{query}"
    return ""


def _records(**filters: object) -> str:
    return f"{reverse('admin:syncs_syncrecord_changelist')}?{urlencode(filters)}"
