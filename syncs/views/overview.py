"""The sync overview by object: how many records of each integration are in which state."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Action, tenants_where
from accounts.tenancy import TenantQuerySet, all_tenants
from syncs.models import DailyFigure, Integration, Status, Sync, SyncState
from syncs.numbers import Totals, last_figures, standing, with_names
from syncs.recipes import RECIPES
from syncs.selection import list_url, object_types, query_of
from syncs.views.overview_filters import Filter, chosen_of, filters_of, syncs_asked, type_words

# The order in which people ask; "unlinked" is told only when there is any.
COLUMNS = (Status.IN_SYNC, Status.FAILING, Status.EXCLUDED, Status.WAITING, Status.PENDING)
# All that the tables say of a sync: of thousands the rest would be read for nothing.
SHOWN = (
    "name",
    "recipe",
    "state",
    "tenant__name",
    "integration__name",
    "integration__left__provider",
    "integration__right__provider",
)
# Beyond so many integrations a page helps nobody: those where most fails, and the filter.
MOST_TABLES = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, which leads to its records in the list and opens them beside the table."""

    count: int
    url: str
    panel_url: str
    # What it counts, for who hears the number alone.
    label: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    url: str
    ends: str
    # Only where it is not simply on.
    state: str
    cells: tuple[Cell, ...]
    all: int


@dataclass(frozen=True, slots=True)
class Table:
    """One integration."""

    name: str
    url: str
    # Only for people of several companies.
    company: str
    ends: str
    lines: tuple[Line, ...]
    # Of more than one line.
    totals: Line | None


@dataclass(frozen=True, slots=True)
class OverviewPage:
    columns: tuple[str, ...]
    tables: tuple[Table, ...]
    # Of more than one table.
    totals: Line | None
    # Integrations that are not shown.
    more: int
    filters: tuple[Filter, ...]
    is_filtered: bool
    failing: int
    # When the oldest number was counted that is not of now; None: all are of now.
    counted_at: datetime | None
    # Every number is as it was counted, not only the large ones.
    is_as_counted: bool


def overview_page(user: User, asked: Mapping[str, str]) -> OverviewPage:
    """All integrations that this person may see, or those that were asked for."""
    tenants = tenants_where(user, Action.VIEW_RECORDS)
    chosen = chosen_of(asked)
    counted = counted_of(tenants, chosen)
    statuses, groups = _columns(counted), _groups(counted)
    with all_tenants("the tenants are named; our own staff see all"):
        filters = tuple(filters_of(tenants, chosen))
    shown = groups[:MOST_TABLES]
    several = tenants is None or len(tenants) > 1
    tables = tuple(_table(group, statuses, chosen, several=several) for group in shown)
    return OverviewPage(
        columns=tuple(str(status.label) for status in statuses),
        tables=tables,
        totals=_totals_line(counted, statuses, chosen) if len(groups) > 1 else None,
        more=len(groups) - len(shown),
        filters=filters,
        is_filtered=bool(chosen),
        failing=sum(totals[Status.FAILING] for totals in counted),
        counted_at=min((each.counted_at for each in counted if each.counted_at), default=None),
        is_as_counted=_is_as_counted(tenants, chosen),
    )


def counted_of(tenants: Collection[int] | None, chosen: Mapping[str, str]) -> list[Totals]:
    """The syncs that were asked for, with their totals."""
    with all_tenants("the tenants are named; our own staff see all"):
        syncs = syncs_asked(tenants, chosen)
        return _as_counted(syncs) if _is_as_counted(tenants, chosen) else standing(syncs)


def _is_as_counted(tenants: Collection[int] | None, chosen: Mapping[str, str]) -> bool:
    """The records of all companies are too many to be counted for a page."""
    return tenants is None and not {"tenant", "integration", "sync"} & chosen.keys()


def _as_counted(syncs: TenantQuerySet[Sync]) -> list[Totals]:
    """From each sync's last count alone."""
    found = list(with_names(syncs).only(*SHOWN))
    figures = {figure.sync_id: figure for figure in last_figures(found)}
    return [_from_figure(sync, figures.get(sync.pk)) for sync in found]


def _from_figure(sync: Sync, figure: DailyFigure | None) -> Totals:
    totals = Totals(sync, counted_at=figure.counted_at if figure else None)
    if figure is not None:
        for status in COLUMNS:
            totals.statuses[status] = getattr(figure, status.value)
    return totals


def _columns(counted: Iterable[Totals]) -> tuple[Status, ...]:
    has_unlinked = any(totals[Status.UNLINKED] for totals in counted)
    return (*COLUMNS, Status.UNLINKED) if has_unlinked else COLUMNS


def _groups(counted: Iterable[Totals]) -> list[list[Totals]]:
    """By integration, in their order; of too many those where most fails first."""
    grouped: dict[int, list[Totals]] = defaultdict(list)
    for totals in counted:
        grouped[totals.sync.integration_id].append(totals)
    groups = list(grouped.values())
    if len(groups) > MOST_TABLES:
        groups.sort(key=lambda group: -sum(totals[Status.FAILING] for totals in group))
    return groups


# --- a table --------------------------------------------------------------------------------------


def _table(
    group: Sequence[Totals],
    statuses: Sequence[Status],
    chosen: Mapping[str, str],
    *,
    several: bool,
) -> Table:
    integration: Integration = group[0].sync.integration
    left, right = integration.left.provider_label, integration.right.provider_label
    asked = {**chosen, "integration": integration.pk}
    name = _("All of %(integration)s") % {"integration": integration.name}
    return Table(
        name=integration.name,
        url=reverse("admin:syncs_integration_change", args=[integration.pk]),
        company=str(group[0].sync.tenant) if several else "",
        ends=f"{left} ⇄ {right}",
        lines=tuple(_line(totals, statuses) for totals in group),
        totals=_sums(name, group, statuses, asked) if len(group) > 1 else None,
    )


def _line(totals: Totals, statuses: Sequence[Status]) -> Line:
    sync = totals.sync
    state = SyncState(sync.state)
    return Line(
        name=sync.name,
        url=reverse("admin:syncs_sync_change", args=[sync.pk]),
        ends=ends_words(sync),
        state="" if state is SyncState.ACTIVE else str(state.label),
        cells=tuple(_cells(sync.name, [totals], statuses, {"sync": sync.pk})),
        all=totals.all,
    )


def ends_words(sync: Sync) -> str:
    """Such as "contact ⇄ customer"."""
    if sync.recipe not in RECIPES:
        return ""
    return " ⇄ ".join(type_words(one) for one in object_types(sync.recipe))


def _totals_line(
    counted: Sequence[Totals], statuses: Sequence[Status], chosen: Mapping[str, str]
) -> Line:
    return _sums(_("All integrations"), counted, statuses, chosen)


def _sums(
    name: str, group: Sequence[Totals], statuses: Sequence[Status], asked: Mapping[str, object]
) -> Line:
    cells = tuple(_cells(name, group, statuses, asked))
    return Line(name, "", "", "", cells, sum(totals.all for totals in group))


def _cells(
    name: str, group: Sequence[Totals], statuses: Sequence[Status], asked: Mapping[str, object]
) -> Iterator[Cell]:
    for status in statuses:
        count = sum(totals[status] for totals in group)
        wanted = {**asked, "status": status.value}
        yield Cell(
            count=count,
            url=list_url(**wanted),
            panel_url=f"{reverse('desk_overview_panel')}?{query_of(wanted)}",
            label=f"{count:,} {status.label}: {name}",
            is_bad=status is Status.FAILING and count > 0,
        )
