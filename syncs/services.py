"""What people and other parts of Saldo can do with syncs and records.

One transaction each; whether somebody may is asked by the caller. `by` is None when the machine
acts for nobody in particular.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tenancy import TenantQuerySet, tenant_scope
from integrations.models import ConnectionState
from syncs import clock, sides
from syncs.claims import FORGIVEN, is_in_hand
from syncs.engine.terms import ExcludeReason, PartnerChoice, Side
from syncs.hints import leave_hints, read_again
from syncs.linking import cleared
from syncs.models import (
    Activity,
    ActivityAction,
    Intent,
    MatchValue,
    RunTrigger,
    Status,
    Sync,
    SyncRecord,
    SyncState,
)
from syncs.numbers import Progress, Summary, Totals, overview, progress, summary, totals
from syncs.plans import lone_side
from syncs.preview import Preview, Previewed, preview, problems
from syncs.queue import enqueue_run
from syncs.rivals import wake_rivals_of_parted
from syncs.setup import (
    SetupRefused,
    check_pair,
    create_sync,
    install,
    missing_needs,
    missing_settings,
    set_up,
)
from syncs.steering import (
    ConfigurationRefused,
    activate,
    change_settings,
    configuration_changed,
    replace_conditions,
    replace_mappings,
    request_run,
    resume,
    switch_off,
)

__all__ = [
    "ConfigurationRefused",
    "NotPossible",
    "Preview",
    "Previewed",
    "Progress",
    "SetupRefused",
    "Summary",
    "Totals",
    "activate",
    "change_settings",
    "check_pair",
    "choose_partner",
    "configuration_changed",
    "create_sync",
    "enrol",
    "enrol_many",
    "exclude",
    "held_back",
    "include",
    "install",
    "link",
    "missing_needs",
    "missing_settings",
    "overview",
    "preview",
    "preview_enrolment",
    "problems",
    "progress",
    "replace_conditions",
    "replace_mappings",
    "request_run",
    "resolve_conflict",
    "resume",
    "retry",
    "set_up",
    "summary",
    "switch_off",
    "totals",
    "unlink",
]

# Beyond so many records at once, what a person did is not noted on each of them.
MOST_NOTES = 1_000


class NotPossible(Exception):
    """This cannot be done with this record now; the message is for the person who asked."""


def retry(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Have records read again and decided about at once, however many; how many will be.

    Those of a sync that does not run keep their status, and are tried once it does.
    """
    with transaction.atomic():
        will_run = records.filter(sync_id__in=_running(records)).count()
        read_again(records)
        _change_many(records, ActivityAction.RETRIED, _("Retry asked for."), by, attempts=0)
    return will_run


def exclude(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Leave records alone until they are included again."""
    note = _("Excluded by hand.")
    return _change_many(records, ActivityAction.CHANGED, note, by, excluded_by_hand=True)


def include(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Let records take part again that somebody excluded."""
    note = _("Included again.")
    return _change_many(records, ActivityAction.CHANGED, note, by, excluded_by_hand=False)


def choose_partner(record: SyncRecord, partner_id: str | None, by: User | None = None) -> None:
    """Say which record of the other side is the partner; None: none is, create a new one."""
    with _in_nobodys_hands(record):
        side = lone_side(record)
        if side is None:
            raise NotPossible(_("This record has a partner already. Unlink it first."))
        choice = PartnerChoice.CREATE if partner_id is None else PartnerChoice.PICK
        if partner_id is not None:
            _check_free(record.sync, side.other, partner_id)
        note = _("Create a new one.") if partner_id is None else _("Partner chosen.")
        _change(
            record,
            note if partner_id is None else f"{note} {partner_id}",
            by,
            partner_choice=choice.value,
            partner_id=partner_id or "",
            excluded_by_hand=False,
        )


def link(record: SyncRecord, other: SyncRecord, by: User | None = None) -> None:
    """Join two records that are alone on their sides; done by the next run, at once."""
    side, other_side = lone_side(record), lone_side(other)
    if record.sync_id != other.sync_id or side is None or other_side is not side.other:
        raise NotPossible(_("Only a lone left and a lone right record of one sync can be linked."))
    choose_partner(record, sides.get(other, other_side, "id"), by)


def unlink(record: SyncRecord, by: User | None = None) -> SyncRecord:
    """Part the two sides for good; returns the row that the right side has from now on."""
    with _in_nobodys_hands(record):
        if lone_side(record) is not None:
            raise NotPossible(_("This record is on one side only."))
        row = SyncRecord.objects.select_for_update().get(pk=record.pk)
        parted = _right_half(row)
        SyncRecord.objects.filter(pk=row.pk).update(
            **cleared(Side.RIGHT),
            left_base=None,
            right_base=None,
            due_at=clock.now(),
            touched=F("touched") + 1,
            resolutions={},
        )
        parted.save(force_insert=True)
        MatchValue.objects.filter(record=row, side=Side.RIGHT).update(record=parted)
        wake_rivals_of_parted([row.pk, parted.pk])
        note = f"{row.left_title} | {row.right_title}"
        Activity.objects.bulk_create(
            _note(one, ActivityAction.UNLINKED, note, by) for one in (row, parted)
        )
    record.refresh_from_db()
    enqueue_run(record.sync_id, RunTrigger.PERSON, by.pk if by else None)
    return parted


def resolve_conflict(
    record: SyncRecord, chosen: Mapping[str, Side], by: User | None = None
) -> None:
    """Say for each mapping in conflict whose value stays."""
    if not chosen:
        raise NotPossible(_("Choose a side for at least one field."))
    note = ", ".join(f"{key}: {side.value}" for key, side in chosen.items())
    with _in_nobodys_hands(record):
        resolutions = record.resolutions | {key: side.value for key, side in chosen.items()}
        _change(record, note, by, resolutions=resolutions)


def enrol(sync: Sync, side: Side, record_id: str, by: User | None = None) -> SyncRecord:
    """Send a record to a sync, past the filters that people set; twice does no more than once."""
    with transaction.atomic():
        record, created = SyncRecord.objects.for_tenant(sync.tenant_id).get_or_create(
            tenant_id=sync.tenant_id,
            sync=sync,
            **{sides.column(side, "id"): record_id},
            defaults={"born": side.value, "enrolled_by_hand": True},
        )
        if created:
            leave_hints([(sync, side, record_id)], "enrol")
    if created:
        enqueue_run(sync.pk, RunTrigger.PERSON, by.pk if by else None)
        return record
    with transaction.atomic():
        leave_hints([(sync, side, record_id)], "enrol")
        _change(record, _("Sent to the sync by hand."), by, enrolled_by_hand=True)
    return record


def held_back(sync: Sync) -> TenantQuerySet[SyncRecord]:
    """The records that are older than the sync and therefore only go when somebody sends them."""
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, status=Status.EXCLUDED)
    return rows.filter(details__exclusion=ExcludeReason.BEFORE_START.value)


def enrol_many(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Send records to their syncs, past start dates and the filters that people set."""
    note = _("Sent to the sync by hand.")
    return _change_many(
        records, ActivityAction.CHANGED, note, by, enrolled_by_hand=True, excluded_by_hand=False
    )


def preview_enrolment(sync: Sync, records: TenantQuerySet[SyncRecord], limit: int = 50) -> Preview:
    """What would become of these records if somebody sent them; writes nothing."""
    rows = list(records.order_by("pk")[:limit])
    for row in rows:
        row.enrolled_by_hand = True
    return preview(sync, limit, records=rows)


@contextmanager
def _in_nobodys_hands(record: SyncRecord) -> Iterator[None]:
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


def _check_free(sync: Sync, side: Side, partner_id: str) -> None:
    partner = SyncRecord.objects.for_tenant(sync.tenant_id).filter(
        sync=sync, **{sides.column(side, "id"): partner_id}
    )
    found = partner.first()
    if found is None:
        raise NotPossible(_("There is no record with this id on the other side."))
    if lone_side(found) is None:
        raise NotPossible(_("That record is linked to another one. Unlink it first."))


def _right_half(row: SyncRecord) -> SyncRecord:
    """A row of its own for the right side; parted, so that it is not linked again by itself."""
    right = {name: getattr(row, name) for name in sides.columns(Side.RIGHT)}
    return SyncRecord(
        tenant_id=row.tenant_id,
        sync_id=row.sync_id,
        born=Side.RIGHT.value,
        linked_at=row.linked_at or clock.now(),
        due_at=clock.now(),
        right_settled_state=row.right_settled_state,
        **right,
    )


def _change(record: SyncRecord, note: str, by: User | None, **changes: object) -> None:
    """One record, as a person wants it; due at once."""
    one = SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk)
    _change_many(one, ActivityAction.CHANGED, note, by, **changes)
    record.refresh_from_db()


def _change_many(
    records: TenantQuerySet[SyncRecord],
    action: ActivityAction,
    note: str,
    by: User | None,
    **changes: object,
) -> int:
    rows = records.order_by()
    with transaction.atomic():
        sync_ids = list(rows.values_list("sync_id", flat=True).distinct())
        running = _running(rows)
        noted = list(rows.values_list("pk", "tenant_id", "sync_id")[: MOST_NOTES + 1])
        if len(noted) <= MOST_NOTES:
            Activity.objects.bulk_create(_notes(noted, action, note, by, running), batch_size=500)
        changed = rows.update(
            due_at=clock.now(),
            touched=F("touched") + 1,
            # One that nobody works on now keeps its status and its reason.
            status=Case(When(sync_id__in=running, then=Value(Status.PENDING)), default=F("status")),
            crashes=FORGIVEN,
            **changes,
        )
    _go(sync_ids, by)
    return changed


def _go(sync_ids: Iterable[int], by: User | None) -> None:
    for sync_id in sync_ids:
        enqueue_run(sync_id, RunTrigger.PERSON, by.pk if by else None)


def _running(records: TenantQuerySet[SyncRecord]) -> set[int]:
    """The syncs of these records that are worked on."""
    running = records.order_by().filter(
        sync__state=SyncState.ACTIVE,
        sync__integration__left__state=ConnectionState.ACTIVE,
        sync__integration__right__state=ConnectionState.ACTIVE,
    )
    return set(running.values_list("sync_id", flat=True).distinct())


def _notes(
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


def _note(record: SyncRecord, action: ActivityAction, note: str, by: User | None) -> Activity:
    rows = [(record.pk, record.tenant_id, record.sync_id)]
    return _notes(rows, action, note, by, {record.sync_id})[0]
