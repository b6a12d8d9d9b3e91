"""How each sync stands: counted once a day for the trends, and the money that is at risk now."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Max, Sum

from accounts.tenancy import all_tenants
from syncs import clock
from syncs.models import DailyFigure, Failure, Run, Status, Sync, SyncRecord
from syncs.numbers import totals

type Money = dict[str, Decimal]
"""Currency -> amount."""

# Counting again sooner would cost more than it tells.
PAUSE = timedelta(minutes=1)
AT_RISK = (Status.FAILING, Status.WAITING)
_RUN_SUMS = ("linked", "created", "updated", "archived")


def risk(sync_ids: Collection[int]) -> dict[int, Money]:
    """What failing and waiting records of these syncs are worth; one query, off an index alone."""
    found: dict[int, Money] = defaultdict(dict)
    with all_tenants("the rows of these syncs are of their tenants"):
        rows = SyncRecord.objects.filter(
            sync_id__in=list(sync_ids), status__in=AT_RISK, amount__isnull=False
        )
        sums = rows.order_by().values_list("sync_id", "currency").annotate(Sum("amount"))
        for sync_id, currency, amount in sums:
            found[sync_id][currency] = amount
    return {sync_id: found.get(sync_id, {}) for sync_id in sync_ids}


def count_day(sync: Sync, now: datetime | None = None) -> DailyFigure | None:
    """Count how the sync stands today; None when that was done less than a minute ago.

    The first count of a day also closes the one before: what happened after its last count.
    """
    now = now or clock.now()
    last = DailyFigure.objects.for_tenant(sync.tenant_id).filter(sync=sync).order_by("day").last()
    if last and last.day == now.date() and last.counted_at and now - last.counted_at < PAUSE:
        return None
    if last and last.day < now.date():
        _count_flows(sync, last)
        last.save(update_fields=["synced", "failed", "mended"])
    return _count(sync, now)


def count_late(now: datetime | None = None) -> int:
    """Count the syncs of which something changed after their last count; how many."""
    now = now or clock.now()
    since = now - timedelta(days=1)
    with all_tenants("the days of all syncs are counted"):
        ended = Run.objects.filter(ended_at__gte=since).order_by().values_list("sync_id")
        changed = dict(ended.annotate(Max("ended_at")))
        days = DailyFigure.objects.filter(day__gte=since.date()).order_by("day")
        counted = dict(days.values_list("sync_id", "counted_at"))
        late = {pk for pk, at in counted.items() if at is None}
        late |= {pk for pk, at in changed.items() if (counted.get(pk) or since) < at}
        syncs = Sync.objects.filter(pk__in=late).order_by("pk")
        return sum(count_day(sync, now) is not None for sync in syncs)


def count_again(sync_ids: Collection[int]) -> None:
    """People changed how these syncs stand: the count of today holds no more."""
    with all_tenants("the days of these syncs are of their tenants"):
        days = DailyFigure.objects.filter(sync_id__in=list(sync_ids), day=clock.now().date())
        days.update(counted_at=None)


def _count(sync: Sync, now: datetime) -> DailyFigure:
    standing = totals(sync)
    figure = DailyFigure(day=now.date())
    _count_flows(sync, figure)
    figure, _ = DailyFigure.objects.for_tenant(sync.tenant_id).update_or_create(
        tenant_id=sync.tenant_id,
        sync=sync,
        day=figure.day,
        defaults={
            "synced": figure.synced,
            "failed": figure.failed,
            "mended": figure.mended,
            "in_sync": standing[Status.IN_SYNC],
            "failing": standing[Status.FAILING],
            "waiting": standing[Status.WAITING],
            "pending": standing[Status.PENDING],
            "excluded": standing[Status.EXCLUDED] + standing[Status.UNLINKED],
            "at_risk": _as_text(risk([sync.pk])[sync.pk]),
            "counted_at": now,
        },
    )
    return figure


def _count_flows(sync: Sync, figure: DailyFigure) -> None:
    """What happened on the figure's day."""
    start = datetime.combine(figure.day, time(), UTC)
    end = start + timedelta(days=1)
    runs = Run.objects.for_tenant(sync.tenant_id).filter(
        sync=sync, started_at__gte=start, started_at__lt=end
    )
    sums = runs.aggregate(**{name: Sum(name, default=0) for name in _RUN_SUMS})
    failures = Failure.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    figure.synced = sum(sums.values())
    figure.failed = failures.filter(opened_at__gte=start, opened_at__lt=end).count()
    figure.mended = failures.filter(closed_at__gte=start, closed_at__lt=end).count()


def _as_text(money: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in sorted(money.items())}
