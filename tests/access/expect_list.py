"""Who may open what belongs to the record list: kept views, columns, what unfolds under a row."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Tenant
from syncs.models import Failure, Outcome, PlannedRetry, SavedView, SyncRecord
from tests.access.expect_syncs import record
from tests.access.pages import ALL, MISSING, NOBODY, POST_ONLY, Page, Rights, object_of
from tests.factories import UserFactory

RIGHTS = {
    "syncs.Failure": Rights(view=ALL),
    "syncs.PlannedRetry": Rights(view=ALL),
}


@object_of("syncs.Failure")
def failure(tenant: Tenant) -> Failure:
    now, made = timezone.now(), record(tenant)
    of_record = SyncRecord.objects.for_tenant(tenant).get(pk=made.pk)
    return Failure.objects.create(
        tenant=tenant,
        sync_id=of_record.sync_id,
        record=of_record,
        category="tax",
        reason=str(tenant),
        opened_at=now,
        closed_at=now,
        outcome=Outcome.PASSED,
    )


@object_of("syncs.PlannedRetry")
def planned_retry(tenant: Tenant) -> PlannedRetry:
    of_record = record(tenant)
    soon = timezone.now() + timedelta(hours=1)
    SyncRecord.objects.for_tenant(tenant).filter(pk=of_record.pk).update(due_at=soon, attempts=2)
    return PlannedRetry.objects.for_tenant(tenant).get(pk=of_record.pk)


def _record(tenant: Tenant) -> dict[str, Any]:
    return {"pk": record(tenant).pk}


def _private_view(tenant: Tenant) -> dict[str, Any]:
    """Somebody's own, which nobody else may know of."""
    view = SavedView.objects.create(tenant=tenant, by=UserFactory.create(), name="Mine")
    return {"pk": view.pk}


PAGES = {
    "desk_views": Page(status=frozenset({POST_ONLY})),
    "desk_columns": Page(status=frozenset({POST_ONLY})),
    "desk_unfolded": Page(allowed=ALL, arguments=_record, stranger=MISSING),
    "desk_view": Page(allowed=NOBODY, arguments=_private_view, stranger=MISSING),
}
