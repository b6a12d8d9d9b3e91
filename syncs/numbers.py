"""How things stand, counted: statuses and categories per sync, and what runs did."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import CharField, Count, Q, Sum
from django.db.models.expressions import RawSQL

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet, all_tenants
from syncs import clock
from syncs.models import Run, Status, Sync, SyncRecord

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
# Written into the statement: SQLite takes the index of the failing rows for nothing else.
_FAILING = RawSQL("'failing'", (), CharField())  # no outside words


@dataclass(frozen=True, slots=True)
class Totals:
    """The records of one sync by status, and the failing ones by category."""

    sync: Sync
    statuses: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)

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
    """All syncs of these tenants with their totals: three queries, however many there are."""
    syncs = Sync.objects.for_tenants(tenants).select_related(
        "tenant", "integration__left", "integration__right"
    )
    return _count(syncs.order_by("tenant__name", "integration", "pk"))


def _count(syncs: Iterable[Sync]) -> list[Totals]:
    """Both counts are read off an index alone, which holds for a million rows too."""
    found = {sync.pk: Totals(sync) for sync in syncs}
    with _rows_of(found) as rows:
        statuses = rows.values_list("sync_id", "status").annotate(Count("pk"))
        failing = rows.filter(status=_FAILING).values_list("sync_id", "category")
        for sync_id, status, number in statuses:
            found[sync_id].statuses[status] = number
        for sync_id, category, number in failing.annotate(Count("pk")):
            found[sync_id].categories[category] = number
    return list(found.values())


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
