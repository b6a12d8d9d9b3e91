"""What is kept for a while only."""

from datetime import datetime, timedelta
from typing import Any

from accounts import inbox
from accounts.tenancy import TenantQuerySet, all_tenants
from integrations import services as integrations
from syncs import clock
from syncs.desk_jobs.files import prune_files
from syncs.models import Activity, ActivityAction, Failure, Run, RunState

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
# How a failure went away is of use while its financial year is looked into, and the one after.
FAILURE_DAYS = 400
BATCH = 5_000


def prune(now: datetime | None = None) -> int:
    """Delete old runs, notices, failures, files, messages, calls and webhook events; how many."""
    now = now or clock.now()
    with all_tenants("old rows are deleted for everybody"):
        runs = Run.objects.filter(started_at__lt=now - timedelta(days=RUN_DAYS))
        deleted = _delete(runs.exclude(state=RunState.RUNNING))
        old = Activity.objects.filter(at__lt=now - timedelta(days=NOTICE_DAYS))
        deleted += _delete(old.filter(action__in=NOTICES))
        long_ago = now - timedelta(days=FAILURE_DAYS)
        deleted += _delete(Failure.objects.filter(closed_at__lt=long_ago))
    return deleted + prune_files(now) + inbox.prune(now) + integrations.prune(now)


def _delete(rows: TenantQuerySet[Any]) -> int:
    """In short transactions, so that workers can write in between."""
    deleted = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=ids).delete()
        deleted += len(ids)
    return deleted
