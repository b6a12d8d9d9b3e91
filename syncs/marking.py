"""Changing records as people wish: due at once, and noted on each of them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tenancy import TenantQuerySet, tenant_scope
from integrations.models import ConnectionState
from syncs import clock
from syncs.causes import Woken
from syncs.claims import FORGIVEN, is_in_hand
from syncs.models import (
    Activity,
    ActivityAction,
    Intent,
    RunTrigger,
    Status,
    Sync,
    SyncRecord,
    SyncState,
)
from syncs.queue import enqueue_run

# Beyond so many records at once, what a person did is not noted on each of them.
MOST_NOTES = 1_000


class NotPossible(Exception):
    """This cannot be done with this record now; the message is for the person who asked."""


@contextmanager
def in_nobodys_hands(record: SyncRecord) -> Iterator[None]:
    """A transaction in which no worker takes up the record, which is read anew for it.

    Raises NotPossible while a worker has it: what it writes back would undo what a person did.
    """
    with transaction.atomic(), tenant_scope(record.tenant_id):
        # Every step of a worker begins with a write to this row.
        sync = Sync.objects.select_for_update().get(pk=record.sync_id)
        if is_in_hand(sync, record.pk):
            raise NotPossible(_("This record is being synced just now. Try again in a moment."))
        if Intent.objects.filter(record=record).exists():
            raise NotPossible(
                _("This record was sent and the answer is awaited. Try again in a moment.")
            )
        record.refresh_from_db()
        yield


def change(record: SyncRecord, note: str, by: User | None, **changes: object) -> None:
    """One record, as a person wants it; due at once."""
    one = SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk)
    change_many(one, ActivityAction.CHANGED, note, by, **changes)
    record.refresh_from_db()


def change_many(
    records: TenantQuerySet[SyncRecord],
    action: ActivityAction,
    note: str,
    by: User | None,
    **changes: object,
) -> int:
    rows = records.order_by()
    with transaction.atomic():
        sync_ids = list(rows.values_list("sync_id", flat=True).distinct())
        running = running_syncs(rows)
        noted = list(rows.values_list("pk", "tenant_id", "sync_id")[: MOST_NOTES + 1])
        if len(noted) <= MOST_NOTES:
            Activity.objects.bulk_create(notes_on(noted, action, note, by, running), batch_size=500)
        changed = rows.update(
            due_at=clock.now(),
            touched=F("touched") + 1,
            # One that nobody works on now keeps its status and its reason.
            status=Case(When(sync_id__in=running, then=Value(Status.PENDING)), default=F("status")),
            crashes=FORGIVEN,
            # Whatever somebody called dealt with is looked at again.
            resolved_fault="",
            **({"woken_by": Woken.DECIDED} | changes),
        )
    set_going(sync_ids, by)
    return changed


def set_going(sync_ids: Iterable[int], by: User | None) -> None:
    for sync_id in sync_ids:
        enqueue_run(sync_id, RunTrigger.PERSON, by.pk if by else None)


def running_syncs(records: TenantQuerySet[SyncRecord]) -> set[int]:
    """The syncs of these records that are worked on."""
    running = records.order_by().filter(
        sync__state=SyncState.ACTIVE,
        sync__integration__left__state=ConnectionState.ACTIVE,
        sync__integration__right__state=ConnectionState.ACTIVE,
    )
    return set(running.values_list("sync_id", flat=True).distinct())


def notes_on(
    rows: Sequence[tuple[int, int, int]],
    action: ActivityAction,
    note: str,
    by: User | None,
    running: Collection[int],
) -> list[Activity]:
    now = clock.now()
    rests = " " + _("The sync does not run now; this follows when it does.")
    return [
        Activity(
            tenant_id=tenant_id,
            sync_id=sync_id,
            record_id=pk,
            by=by,
            at=now,
            action=action,
            message=note if sync_id in running else note + rests,
        )
        for pk, tenant_id, sync_id in rows
    ]


def note_on(record: SyncRecord, action: ActivityAction, note: str, by: User | None) -> Activity:
    rows = [(record.pk, record.tenant_id, record.sync_id)]
    return notes_on(rows, action, note, by, {record.sync_id})[0]
