"""Hints of our own, as a webhook would leave them: a run reads these records by their ids."""

import uuid
from collections.abc import Iterable

from accounts.tenancy import TenantQuerySet
from integrations.models import WebhookEvent
from syncs import clock
from syncs.engine.terms import Side
from syncs.models import Sync, SyncRecord
from syncs.recipes import recipe_of

# So many records are read again by their ids; beyond that both sides are asked for what changed.
MOST_READ = 200

type Hint = tuple[Sync, Side, str]


def leave_hints(wanted: Iterable[Hint], why: str) -> None:
    """Have the records read by the next run of their sync. Needs a transaction."""
    now = clock.now()
    WebhookEvent.objects.bulk_create(
        WebhookEvent(
            tenant_id=sync.tenant_id,
            connection_id=sync.connection_id(side),
            provider=_provider(sync, side),
            key=f"{why}:{uuid.uuid4()}",
            object_type=recipe_of(sync.recipe).end(side).object_type,
            record_id=record_id,
            at=now,
        )
        for sync, side, record_id in wanted
    )


def read_again(records: TenantQuerySet[SyncRecord]) -> None:
    """Have both sides of the records read before they are decided about. Needs a transaction.

    Somebody just mended one of them at a provider, and its feed may not be due for long.
    """
    rows = records.order_by().select_related("sync__integration__left", "sync__integration__right")
    some = list(rows.only("left_id", "right_id", "tenant_id", "sync")[: MOST_READ + 1])
    if len(some) > MOST_READ:
        _look_at_both_sides(records)
        return
    leave_hints(
        (
            (row.sync, side, record_id)
            for row in some
            for side, record_id in ((Side.LEFT, row.left_id), (Side.RIGHT, row.right_id))
            if record_id
        ),
        "retry",
    )


def _look_at_both_sides(records: TenantQuerySet[SyncRecord]) -> None:
    sync_ids = list(records.order_by().values_list("sync_id", flat=True).distinct())
    tenants = records.order_by().values_list("tenant_id", flat=True).distinct()
    for tenant_id in list(tenants):
        syncs = Sync.objects.for_tenant(tenant_id).filter(pk__in=sync_ids)
        syncs.update(left_due_at=None, right_due_at=None, next_run_at=None)


def _provider(sync: Sync, side: Side) -> str:
    pair = sync.integration
    return (pair.left if side is Side.LEFT else pair.right).provider
