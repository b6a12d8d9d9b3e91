"""Hints of our own, as a webhook would leave them: a run reads these records by their ids."""

import logging
import uuid
from collections.abc import Collection, Iterable

from django.db.models import Q

from accounts.tenancy import TenantQuerySet
from integrations.contract import RecordState
from integrations.models import WebhookEvent
from syncs import clock, sides
from syncs.engine.terms import Side
from syncs.models import Sync, SyncRecord
from syncs.recipes import recipe_of

logger = logging.getLogger(__name__)

# So many records are read again by their ids; beyond that both sides are asked for what changed.
MOST_READ = 200
# More than so many do not vanish between two readings; then something else is wrong.
MOST_UNSEEN = 10_000

type Hint = tuple[Sync, Side, str]


def leave_hints(wanted: Iterable[Hint], why: str) -> None:
    """Have the records read by the next run of their sync. Needs a transaction."""
    now = clock.now()
    hints = (
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
    WebhookEvent.objects.bulk_create(hints, batch_size=500)


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


def read_unseen(sync: Sync, side: Side, fields: Collection[str]) -> None:
    """After a side was read anew for more fields: have read by id what was in none of its pages.

    Such a record still lacks a field. A feed read from its beginning leaves out what was deleted,
    so only a look by its id tells that. Needs a transaction.
    """
    name = sides.column(side, "id")
    seen = Q(**{sides.column(side, "values__has_keys"): list(fields)})
    lacking = SyncRecord.objects.filter(~seen, ~Q(**{name: ""}), sync=sync)
    alive = lacking.exclude(**{sides.column(side, "state"): RecordState.GONE})
    ids = list(alive.order_by("pk").values_list(name, flat=True)[:MOST_UNSEEN])
    if len(ids) == MOST_UNSEEN:
        logger.warning("More than %s records of sync %s were not seen.", len(ids), sync.pk)
    leave_hints(((sync, side, record_id) for record_id in ids), "unseen")


def read_all_known(sync: Sync, side: Side) -> None:
    """After a feed had to begin again by itself: have all known records of the side read by id.

    What was deleted meanwhile is in none of its pages, and what did not change tells nothing.
    Needs a transaction.
    """
    why = f"anew-{sync.pk}-{side.value}"
    asked = WebhookEvent.objects.filter(
        connection_id=sync.connection_id(side), key__startswith=f"{why}:", handled_at=None
    )
    if asked.exists():
        return
    name = sides.column(side, "id")
    known = SyncRecord.objects.filter(~Q(**{name: ""}), sync=sync)
    alive = known.exclude(**{sides.column(side, "state"): RecordState.GONE})
    ids = alive.order_by("pk").values_list(name, flat=True)
    leave_hints(((sync, side, record_id) for record_id in ids), why)


def _look_at_both_sides(records: TenantQuerySet[SyncRecord]) -> None:
    sync_ids = list(records.order_by().values_list("sync_id", flat=True).distinct())
    tenants = records.order_by().values_list("tenant_id", flat=True).distinct()
    for tenant_id in list(tenants):
        syncs = Sync.objects.for_tenant(tenant_id).filter(pk__in=sync_ids)
        syncs.update(left_due_at=None, right_due_at=None, next_run_at=None)


def _provider(sync: Sync, side: Side) -> str:
    pair = sync.integration
    return (pair.left if side is Side.LEFT else pair.right).provider
