"""What people and other parts of Saldo can do with syncs and records.

One transaction each; whether somebody may is asked by the caller. `by` is None when the machine
acts for nobody in particular.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tenancy import TenantQuerySet
from syncs import clock, sides
from syncs.by_hand import document_sync, enrol, enrol_many, invoice_now, leave_document
from syncs.causes import Woken
from syncs.changes import recorded
from syncs.engine.terms import ExcludeReason, PartnerChoice, Side
from syncs.handling import assign, cancel_retries, note, resolve, snooze
from syncs.hints import read_again
from syncs.linking import cleared
from syncs.marking import (
    NotPossible,
    change,
    change_many,
    in_nobodys_hands,
    note_on,
    running_syncs,
)
from syncs.models import (
    Activity,
    ActivityAction,
    MatchValue,
    RunTrigger,
    Status,
    Sync,
    SyncRecord,
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
    "assign",
    "cancel_retries",
    "change_settings",
    "check_pair",
    "choose_partner",
    "configuration_changed",
    "create_sync",
    "document_sync",
    "enrol",
    "enrol_many",
    "exclude",
    "held_back",
    "include",
    "install",
    "invoice_now",
    "leave_document",
    "link",
    "missing_needs",
    "missing_settings",
    "note",
    "overview",
    "preview",
    "preview_enrolment",
    "problems",
    "progress",
    "recorded",
    "replace_conditions",
    "replace_mappings",
    "request_run",
    "resolve",
    "resolve_conflict",
    "resume",
    "retry",
    "set_up",
    "snooze",
    "summary",
    "switch_off",
    "totals",
    "unlink",
]


def retry(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Have records read again and decided about at once, however many; how many will be.

    Those of a sync that does not run keep their status, and are tried once it does.
    """
    with transaction.atomic():
        will_run = records.filter(sync_id__in=running_syncs(records)).count()
        read_again(records)
        change_many(
            records,
            ActivityAction.RETRIED,
            _("Retry asked for."),
            by,
            attempts=0,
            woken_by=Woken.RETRIED,
        )
    return will_run


def exclude(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Leave records alone until they are included again."""
    note = _("Excluded by hand.")
    changes = {"excluded_by_hand": True, "woken_by": Woken.EXCLUDED}
    return change_many(records, ActivityAction.CHANGED, note, by, **changes)


def include(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Let records take part again that somebody excluded."""
    note = _("Included again.")
    return change_many(records, ActivityAction.CHANGED, note, by, excluded_by_hand=False)


def choose_partner(record: SyncRecord, partner_id: str | None, by: User | None = None) -> None:
    """Say which record of the other side is the partner; None: none is, create a new one."""
    with in_nobodys_hands(record):
        side = lone_side(record)
        if side is None:
            raise NotPossible(_("This record has a partner already. Unlink it first."))
        choice = PartnerChoice.CREATE if partner_id is None else PartnerChoice.PICK
        if partner_id is not None:
            _check_free(record.sync, side.other, partner_id)
        note = _("Create a new one.") if partner_id is None else _("Partner chosen.")
        change(
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
    with in_nobodys_hands(record):
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
            woken_by=Woken.DECIDED,
            resolutions={},
        )
        parted.save(force_insert=True)
        MatchValue.objects.filter(record=row, side=Side.RIGHT).update(record=parted)
        wake_rivals_of_parted([row.pk, parted.pk])
        note = f"{row.left_title} | {row.right_title}"
        Activity.objects.bulk_create(
            note_on(one, ActivityAction.UNLINKED, note, by) for one in (row, parted)
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
    with in_nobodys_hands(record):
        resolutions = record.resolutions | {key: side.value for key, side in chosen.items()}
        change(record, note, by, resolutions=resolutions)


def held_back(sync: Sync) -> TenantQuerySet[SyncRecord]:
    """The records that are older than the sync and therefore only go when somebody sends them."""
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, status=Status.EXCLUDED)
    return rows.filter(details__exclusion=ExcludeReason.BEFORE_START.value)


def preview_enrolment(sync: Sync, records: TenantQuerySet[SyncRecord], limit: int = 50) -> Preview:
    """What would become of these records if somebody sent them; writes nothing."""
    rows = list(records.order_by("pk")[:limit])
    for row in rows:
        row.enrolled_by_hand = True
    return preview(sync, limit, records=rows)


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
        amount=row.amount,
        currency=row.currency,
        **right,
    )
