"""Failing records by their causes: counted by the database, off an index alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from accounts.tenancy import all_tenants
from syncs.causes import HAS_CAUSE, PARENT
from syncs.figures import Money
from syncs.models import KnownCause, SyncRecord


@dataclass(slots=True)
class Group:
    """Records of one sync that fail for one cause."""

    sync_id: int
    cause: str
    count: int
    money: Money = field(default_factory=dict)
    # Since when some record fails for it, and what one of them says; unknown until a run was over.
    since: datetime | None = None
    reason: str = ""


def largest(sync_ids: Collection[int], limit: int) -> list[Group]:
    """The causes that most fail for, without those that are another record; three queries."""
    with all_tenants("the rows of these syncs are of their tenants"):
        rows = SyncRecord.objects.filter(HAS_CAUSE, sync_id__in=list(sync_ids)).order_by()
        own = rows.exclude(cause__startswith=f"{PARENT}|").values_list("sync_id", "cause")
        counted = own.annotate(count=Count("*")).order_by("-count", "sync_id", "cause")[:limit]
        groups = [Group(*row) for row in counted]
        _weigh(groups)
        _tell(groups)
    return groups


def _weigh(groups: Sequence[Group]) -> None:
    by_key = {(group.sync_id, group.cause): group for group in groups}
    rows = SyncRecord.objects.filter(HAS_CAUSE, _of(groups), amount__isnull=False).order_by()
    sums = rows.values_list("sync_id", "cause", "currency").annotate(Sum("amount"))
    for sync_id, cause, currency, amount in sums:
        if (sync_id, cause) in by_key:
            by_key[sync_id, cause].money[currency] = amount


def _tell(groups: Sequence[Group]) -> None:
    by_key = {(group.sync_id, group.cause): group for group in groups}
    same = {"sync_id": OuterRef("sync_id"), "cause": OuterRef("cause")}
    one = SyncRecord.objects.filter(HAS_CAUSE, **same)
    known = KnownCause.objects.filter(_of(groups), closed_at=None)
    told = known.annotate(said=Subquery(one.order_by().values("reason")[:1]))
    for sync_id, cause, since, said in told.values_list("sync_id", "cause", "opened_at", "said"):
        if (sync_id, cause) in by_key:
            by_key[sync_id, cause].since = since
            by_key[sync_id, cause].reason = said or ""


def _of(groups: Sequence[Group]) -> Q:
    sync_ids, causes = {group.sync_id for group in groups}, {group.cause for group in groups}
    return Q(sync_id__in=sync_ids, cause__in=causes)
