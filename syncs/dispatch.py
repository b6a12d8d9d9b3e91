"""What is due, and who is told: the every-minute look and the ears to webhooks."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from accounts.tenancy import TenantQuerySet, all_tenants, tenant_scope
from integrations.models import Connection, ConnectionState, WebhookEvent
from syncs import claims, clock
from syncs.models import Intent, RunTrigger, Sync, SyncRecord, SyncState
from syncs.queue import enqueue_run
from syncs.recipes import RECIPES
from syncs.steering import resume


def due_syncs(now: datetime) -> TenantQuerySet[Sync]:
    """The syncs that have something to do and may do it now."""
    records = SyncRecord.objects.filter(sync=OuterRef("pk"), due_at__lte=now)
    intents = Intent.objects.filter(sync=OuterRef("pk"))
    return runnable_syncs(now).filter(
        Q(next_run_at=None)
        | Q(next_run_at__lte=now)
        | Q(left_more=True)
        | Q(right_more=True)
        | Q(decided_revision__lt=F("revision"))
        | Exists(records)
        | Exists(intents)
    )


def runnable_syncs(now: datetime) -> TenantQuerySet[Sync]:
    """Switched on, both connections working, not resting and in nobody's hands."""
    return Sync.objects.filter(
        claims.free(now),
        Q(held_until=None) | Q(held_until__lte=now),
        state=SyncState.ACTIVE,
        integration__left__state=ConnectionState.ACTIVE,
        integration__right__state=ConnectionState.ACTIVE,
    )


def try_paused() -> int:
    """Try syncs again that we paused a while ago: what was wrong may be mended; how many."""
    now = clock.now()
    with all_tenants("paused syncs are tried again, whoever's they are"):
        paused = Sync.objects.filter(
            Q(held_until=None) | Q(held_until__lte=now),
            state=SyncState.PAUSED,
            integration__left__state=ConnectionState.ACTIVE,
            integration__right__state=ConnectionState.ACTIVE,
        )
        syncs = list(paused.select_related("integration__left", "integration__right"))
    for sync in syncs:
        with tenant_scope(sync.tenant_id):
            resume(sync)
    return len(syncs)


def dispatch() -> int:
    """Enqueue every sync that has something to do; how many were not in the queue yet."""
    try_paused()
    with all_tenants("the queue is filled for everybody"):
        ids = list(due_syncs(clock.now()).order_by("next_run_at").values_list("pk", flat=True))
        return sum(enqueue_run(sync_id, RunTrigger.SCHEDULE) for sync_id in ids)


def hear_webhook(connection: Connection, events: Sequence[WebhookEvent]) -> None:
    """A provider told of changes: the connection's syncs of those object types are due."""
    object_types = {event.object_type for event in events}
    codes = {
        code
        for code, recipe in RECIPES.items()
        if {recipe.left.object_type, recipe.right.object_type} & object_types
    }
    with tenant_scope(connection.tenant_id):
        syncs = Sync.objects.filter(
            Q(integration__left=connection) | Q(integration__right=connection), recipe__in=codes
        )
        for sync in syncs:
            Sync.objects.filter(pk=sync.pk).update(next_run_at=clock.now())
            enqueue_run(sync.pk, RunTrigger.WEBHOOK)


def hear_state(connection: Connection) -> None:
    """A connection works again: its syncs go on at once."""
    if connection.state != ConnectionState.ACTIVE:
        return
    with tenant_scope(connection.tenant_id):
        syncs = Sync.objects.filter(
            Q(integration__left=connection) | Q(integration__right=connection),
            state=SyncState.ACTIVE,
        )
        syncs.update(held_until=None, stalls=0)
        for sync in syncs:
            enqueue_run(sync.pk, RunTrigger.SCHEDULE)
