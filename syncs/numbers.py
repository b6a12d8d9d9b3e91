"""How things stand, counted: statuses and categories per sync, and what runs did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Sum

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet
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


def totals(sync: Sync) -> Totals:
    return _count(SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync), [sync])[0]


def overview(*tenants: Tenant | int) -> list[Totals]:
    """All syncs of these tenants with their totals: two queries, however many there are."""
    syncs = Sync.objects.for_tenants(tenants).select_related(
        "tenant", "integration__left", "integration__right"
    )
    order = ("tenant__name", "integration", "pk")
    return _count(SyncRecord.objects.for_tenants(tenants), syncs.order_by(*order))


def _count(records: TenantQuerySet[SyncRecord], syncs: Iterable[Sync]) -> list[Totals]:
    found = {sync.pk: Totals(sync) for sync in syncs}
    rows = records.order_by().values_list("sync_id", "status", "category")
    for sync_id, status, category, number in rows.annotate(number=Count("pk")):
        if sync_id not in found:
            continue
        found[sync_id].statuses[status] += number
        if status == Status.FAILING:
            found[sync_id].categories[category] += number
    return list(found.values())


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
