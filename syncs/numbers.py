"""How things stand, counted: statuses and categories per sync, and what runs did."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import CharField, Count, OuterRef, Q, Subquery, Sum
from django.db.models.expressions import RawSQL

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet, all_tenants
from integrations.models import TOKEN_FIELDS
from syncs import clock
from syncs.engine.terms import Side
from syncs.models import DailyFigure, Run, Status, Sync, SyncRecord

_RUN_TOTALS = (
    "read_left",
    "read_right",
    "decided",
    "linked",
    "created",
    "updated",
    "archived",
    "failed",
    "calls",
)
# So many rows in sync or excluded are not counted for a page: those numbers stand as they were
# counted when the sync last ran. What needs somebody is always counted.
MANY = 50_000
_TOKENS = [f"integration__{side}__{name}" for side in Side for name in TOKEN_FIELDS]
_MOVING = (Status.PENDING, Status.WAITING, Status.FAILING, Status.UNLINKED)
# Written into the statement: SQLite takes the index of the failing rows for nothing else.
_FAILING = RawSQL("'failing'", (), CharField())  # no outside words


@dataclass(frozen=True, slots=True)
class Totals:
    """The records of one sync by status, and the failing ones by category."""

    sync: Sync
    statuses: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    # When what is in sync and excluded was counted; None: now.
    counted_at: datetime | None = None

    def __getitem__(self, status: str) -> int:
        return self.statuses[status]

    @property
    def all(self) -> int:
        return self.statuses.total()


@dataclass(frozen=True, slots=True)
class Summary:
    """What the runs of a sync did, and how its records stand."""

    sync: Sync
    read: int
    created: int
    updated: int
    archived: int
    linked: int
    calls: int
    totals: Totals

    @property
    def writes(self) -> int:
        return self.created + self.updated + self.archived

    def as_dict(self) -> dict[str, int]:
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "in_sync": self.totals[Status.IN_SYNC],
            "failing": self.totals[Status.FAILING],
            "excluded": self.totals[Status.EXCLUDED],
            "waiting": self.totals[Status.WAITING],
            "pending": self.totals[Status.PENDING],
            "calls": self.calls,
            "writes": self.writes,
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a sync's records were decided about with its settings as they are now."""

    done: int
    total: int

    @property
    def is_over(self) -> bool:
        return self.done >= self.total


def progress(sync: Sync) -> Progress:
    """How far a change of mappings, filters or settings has come: two counts."""
    open_ = Q(due_at__lte=clock.now())
    if sync.decided_revision < sync.revision:
        marked = sync.marked_until if sync.marking_revision == sync.revision else 0
        open_ |= Q(pk__gt=marked)
    with _rows_of([sync.pk]) as rows:
        total = rows.count()
        return Progress(total - rows.filter(open_).count(), total)


def totals(sync: Sync) -> Totals:
    return _count([sync])[0]


def overview(*tenants: Tenant | int) -> list[Totals]:
    """All syncs of these tenants with their totals: a few queries, however many there are."""
    return standing(Sync.objects.for_tenants(tenants))


def standing(syncs: TenantQuerySet[Sync]) -> list[Totals]:
    """Totals for a page: quick with a million rows, and those of large syncs nearly as of now."""
    found = list(with_names(syncs))
    large = {figure.sync_id: figure for figure in last_figures(found) if _is_large(figure)}
    return _count(found, large)


def with_names(syncs: TenantQuerySet[Sync]) -> TenantQuerySet[Sync]:
    """By company and integration, with both and the connections; without what costs deciphering."""
    named = syncs.select_related("tenant", "integration__left", "integration__right")
    return named.defer(*_TOKENS).order_by("tenant__name", "integration", "pk")


def last_figures(syncs: Collection[Sync]) -> list[DailyFigure]:
    """Of each sync that was ever counted, the newest figures."""
    with all_tenants("the figures of these syncs are of their tenants"):
        newest = DailyFigure.objects.filter(sync=OuterRef("pk")).order_by("-day")
        rows = Sync.objects.filter(pk__in=[sync.pk for sync in syncs])
        last = rows.annotate(last=Subquery(newest.values("pk")[:1])).values("last")
        return list(DailyFigure.objects.filter(pk__in=last))


def _is_large(figure: DailyFigure) -> bool:
    return bool(figure.counted_at) and figure.in_sync + figure.excluded >= MANY


def _count(syncs: Iterable[Sync], large: Mapping[int, DailyFigure] | None = None) -> list[Totals]:
    """Read off indexes alone, which holds for a million rows too; of large syncs what moves."""
    stored = large or {}
    found = {sync.pk: _totals(sync, stored.get(sync.pk)) for sync in syncs}
    with _rows_of(found.keys() - stored.keys()) as rows, _rows_of(stored) as many:
        small = rows.values_list("sync_id", "status")
        moving = many.filter(status__in=_MOVING).values_list("sync_id", "status")
        for sync_id, status, number in small.annotate(Count("pk")):
            found[sync_id].statuses[status] = number
        for sync_id, status, number in moving.annotate(Count("pk")):
            found[sync_id].statuses[status] = number
    for sync_id in stored:
        _part_excluded(found[sync_id].statuses)
    with _rows_of(found) as rows:
        failing = rows.filter(status=_FAILING).values_list("sync_id", "category")
        for sync_id, category, number in failing.annotate(Count("pk")):
            found[sync_id].categories[category] = number
    return list(found.values())


def _totals(sync: Sync, figure: DailyFigure | None) -> Totals:
    """Empty, or with what stands as it was counted."""
    if figure is None:
        return Totals(sync)
    stored = {Status.IN_SYNC.value: figure.in_sync, Status.EXCLUDED.value: figure.excluded}
    return Totals(sync, Counter(stored), counted_at=figure.counted_at)


def _part_excluded(statuses: Counter[str]) -> None:
    """A day's figures count unlinked records with the excluded ones."""
    both, unlinked = statuses[Status.EXCLUDED], statuses[Status.UNLINKED]
    statuses[Status.EXCLUDED] = max(both - unlinked, 0)


@contextmanager
def _rows_of(sync_ids: Collection[int]) -> Iterator[TenantQuerySet[SyncRecord]]:
    """The rows of these syncs; run the query inside the block.

    Without the tenant's condition, which would have every row looked up: the indexes that begin
    with the sync do not hold it.
    """
    with all_tenants("the rows of these syncs are of their tenants"):
        yield SyncRecord.objects.filter(sync_id__in=list(sync_ids)).order_by()


def summary(sync: Sync, since: datetime | None = None) -> Summary:
    """The runs since a moment, all of them by default, and the totals now."""
    runs = Run.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    if since is not None:
        runs = runs.filter(started_at__gte=since)
    sums = runs.aggregate(**{name: Sum(name, default=0) for name in _RUN_TOTALS})
    return Summary(
        sync=sync,
        read=sums["read_left"] + sums["read_right"],
        created=sums["created"],
        updated=sums["updated"],
        archived=sums["archived"],
        linked=sums["linked"],
        calls=sums["calls"],
        totals=totals(sync),
    )
