"""A month that the demo's companies never had: how their syncs stood, and what went wrong in it.

Made up for the demo alone, whose trends would begin with today. The records, and all that is said
of today, are real.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from accounts.models import Tenant
from integrations.contract import Category, Fault
from syncs.causes import cause_of
from syncs.figures import count_day
from syncs.models import (
    DailyFigure,
    Failure,
    KnownCause,
    Outcome,
    Status,
    Sync,
    SyncRecord,
)

DAYS = 30
# Failures of the past that went away.
MENDED = 24
# What fails now failed some time in so many days.
LONGEST_DAYS = 12
OUTCOMES = (Outcome.SOURCE, Outcome.PASSED, Outcome.CONFIGURATION, Outcome.RETRIED)
FAULTS = (
    Fault(Category.TRANSIENT, "busy", "The provider was busy for a while."),
    Fault(Category.FIELD_MISSING, "required", "A required value was empty.", "email"),
    Fault(Category.FIELD_INVALID, "too_long", "The phone number was too long.", "phone"),
)


def make_up(tenant: Tenant, syncs: Sequence[Sync]) -> None:
    """Once, after the first sync; needs the tenant's scope. Refuses all but the demo's tenants."""
    if not tenant.is_demo:
        raise ValueError("A past is made up for the demo only.")
    dice = random.Random(tenant.slug)  # noqa: S311  # made-up figures, the same every time
    now = timezone.now()
    _spread(tenant, now, dice)
    Failure.objects.bulk_create(_mended(tenant, now, dice))
    for sync in syncs:
        count_day(sync)
        _days(tenant, sync, now, dice)


def _spread(tenant: Tenant, now: datetime, dice: random.Random) -> None:
    """Not all that fails began to fail the minute in which the demo was made."""
    rows = SyncRecord.objects.for_tenant(tenant).filter(status=Status.FAILING)
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
        since = now - timedelta(minutes=dice.randrange(60 * 24 * LONGEST_DAYS))
        rows.filter(pk=pk).update(first_failed_at=since)
        own = Failure.objects.for_tenant(tenant).filter(record_id=pk, closed_at=None)
        own.update(opened_at=since)
    for known in KnownCause.objects.for_tenant(tenant).filter(closed_at=None):
        alike = rows.filter(sync_id=known.sync_id, cause__startswith=known.cause)
        began = alike.aggregate(began=Min("first_failed_at"))["began"] or known.opened_at
        KnownCause.objects.for_tenant(tenant).filter(pk=known.pk).update(opened_at=began)


def _mended(tenant: Tenant, now: datetime, dice: random.Random) -> Iterator[Failure]:
    rows = SyncRecord.objects.for_tenant(tenant).filter(status=Status.IN_SYNC)
    for place, record in enumerate(rows.order_by("pk")[:MENDED]):
        fault = FAULTS[place % len(FAULTS)]
        closed = now - timedelta(minutes=dice.randrange(60, 60 * 24 * DAYS))
        yield Failure(
            tenant=tenant,
            sync_id=record.sync_id,
            record=record,
            opened_at=closed - timedelta(minutes=dice.randrange(20, 60 * 48)),
            closed_at=closed,
            category=fault.category.value,
            code=fault.code,
            reason=fault.message,
            cause=cause_of(fault, None),
            outcome=OUTCOMES[place % len(OUTCOMES)],
        )


def _days(tenant: Tenant, sync: Sync, now: datetime, dice: random.Random) -> None:
    """Fewer records and, on the whole, fewer failures the further back."""
    today = DailyFigure.objects.for_tenant(tenant).get(sync=sync, day=now.date())
    known = today.in_sync + today.failing + today.excluded + today.waiting
    made = []
    for back in range(1, DAYS):
        share = 1 - back / (DAYS * 2)
        failing = max(0, round(today.failing * share) + dice.randrange(-2, 5)) if known else 0
        made.append(
            DailyFigure(
                tenant=tenant,
                sync=sync,
                day=today.day - timedelta(days=back),
                synced=dice.randrange(max(1, known // 20)) if known else 0,
                failed=dice.randrange(4) if known else 0,
                mended=dice.randrange(4) if known else 0,
                in_sync=round(today.in_sync * share),
                failing=failing,
                waiting=round(today.waiting * share),
                excluded=round(today.excluded * share),
                at_risk=today.at_risk,
                counted_at=now - timedelta(days=back),
            )
        )
    DailyFigure.objects.bulk_create(made)
