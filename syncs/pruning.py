"""What is kept for a while only."""

from datetime import datetime, timedelta
from typing import Any

from accounts.tenancy import TenantQuerySet, all_tenants
from integrations import services as integrations
from syncs import clock
from syncs.models import Activity, ActivityAction, Run, RunState

RUN_DAYS = 90
# Of what was tried and not changed nobody wants to know after some time; what was written stays.
NOTICE_DAYS = 90
NOTICES = (
    ActivityAction.FAILED,
    ActivityAction.WAITING,
    ActivityAction.EXCLUDED,
    ActivityAction.SENT,
    ActivityAction.AGREED,
    ActivityAction.RETRIED,
)
BATCH = 5_000


def prune(now: datetime | None = None) -> int:
    """Delete old runs, notices, calls and webhook events; how many rows."""
    now = now or clock.now()
    with all_tenants("old rows are deleted for everybody"):
        runs = Run.objects.filter(started_at__lt=now - timedelta(days=RUN_DAYS))
        deleted = _delete(runs.exclude(state=RunState.RUNNING))
        old = Activity.objects.filter(at__lt=now - timedelta(days=NOTICE_DAYS))
        deleted += _delete(old.filter(action__in=NOTICES))
    return deleted + integrations.prune(now)


def _delete(rows: TenantQuerySet[Any]) -> int:
    """In short transactions, so that workers can write in between."""
    deleted = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=ids).delete()
        deleted += len(ids)
    return deleted
