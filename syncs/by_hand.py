"""Sending records to a sync by hand, and what else only a person can say of documents."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tenancy import TenantQuerySet
from syncs import sides
from syncs.engine.linked import CHANGED_AFTER
from syncs.engine.terms import Mode, Side
from syncs.hints import leave_hints
from syncs.marking import NotPossible, change, change_many, in_nobodys_hands
from syncs.models import (
    ActivityAction,
    Integration,
    RunTrigger,
    Sync,
    SyncRecord,
    SyncState,
)
from syncs.queue import enqueue_run
from syncs.recipes import RECIPES
from syncs.recipes.terms import Recipe


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
        change(
            record,
            _("Sent to the sync by hand."),
            by,
            enrolled_by_hand=True,
            excluded_by_hand=False,
        )
    return record


def enrol_many(records: TenantQuerySet[SyncRecord], by: User | None = None) -> int:
    """Send records to their syncs, past start dates and the filters that people set."""
    note = _("Sent to the sync by hand.")
    return change_many(
        records, ActivityAction.CHANGED, note, by, enrolled_by_hand=True, excluded_by_hand=False
    )


def invoice_now(
    integration: Integration,
    record_id: str,
    by: User | None = None,
    *,
    object_type: str = "deal",
) -> SyncRecord:
    """Have the document of this deal made, whatever its stage; pressed twice it makes one.

    Raises NotPossible where no sync makes documents of such records, or where the document that
    was made is linked no more.
    """
    sync = document_sync(integration, object_type)
    if sync is None:
        raise NotPossible(_no_sync(integration, object_type))
    known = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, left_id=record_id)
    record = known.first()
    if record is None or record.linked_at is None:
        return enrol(sync, Side.LEFT, record_id, by)
    if not record.right_id:
        raise NotPossible(
            _(
                "A document was made of it before, and was unlinked. Open the record and choose "
                "“Create a new one” if there is to be another."
            )
        )
    return record


def document_sync(integration: Integration, object_type: str = "deal") -> Sync | None:
    """The sync that makes documents of these records, if one is on; a paused one is."""
    codes = [recipe.code for recipe in _document_recipes(integration, object_type)]
    own = Sync.objects.for_tenant(integration.tenant_id).filter(
        integration=integration, recipe__in=codes
    )
    # Active before paused, by their names.
    return own.exclude(state=SyncState.OFF).order_by("state", "pk").first()


def _document_recipes(integration: Integration, object_type: str) -> list[Recipe]:
    pair = (integration.left.provider, integration.right.provider)
    return [
        recipe
        for recipe in RECIPES.values()
        if (recipe.left.provider, recipe.right.provider) == pair
        and recipe.left.object_type == object_type
        and recipe.mode is Mode.ONCE
        and Side.RIGHT in recipe.creates
    ]


def _no_sync(integration: Integration, object_type: str) -> str:
    found = _document_recipes(integration, object_type)
    if not found:
        return _("Nothing here makes documents of such records.")
    names = ", ".join(f"“{recipe.label}”" for recipe in found)
    return _("Switch one of these on first: %(names)s.") % {"names": names}


def leave_document(record: SyncRecord, by: User | None = None) -> None:
    """Let a document stand as it is although what it was made of was changed since."""
    with in_nobodys_hands(record):
        locks = record.details.get("locks", ())
        if record.details.get("code") != CHANGED_AFTER or not locks:
            raise NotPossible(_("Nothing of it was changed after the document was made."))
        for lock in locks:
            held = sides.get(record, Side(lock["side"]), "values")
            if held.get(lock["field"]) != lock["now"]:
                raise NotPossible(_("It was changed once more. Look at it again."))
        chosen = {lock["mapping"]: Side(lock["side"]).other.value for lock in locks}
        note = _("The document is left as it is.")
        change(record, note, by, resolutions=record.resolutions | chosen)
