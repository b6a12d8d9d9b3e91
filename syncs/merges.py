"""Records that a provider merged: the link moves to the record that survived."""

from collections.abc import Mapping

from django.db.models import F

from integrations.contract import RecordState
from syncs import clock, sides
from syncs.causes import Woken
from syncs.engine.terms import Side
from syncs.jobs import Job
from syncs.linking import hand_over
from syncs.models import Activity, ActivityAction, SyncRecord
from syncs.stores import delete_match_values


def move_links(job: Job, side: Side, merged: Mapping[str, str]) -> None:
    """`merged` is old id -> surviving id on this side. Needs a transaction."""
    ids = {*merged, *merged.values()}
    rows = SyncRecord.objects.filter(sides.with_ids(side, ids), sync_id=job.sync.pk)
    by_id = {sides.get(row, side, "id"): row for row in rows}
    for old_id, new_id in merged.items():
        loser = by_id.get(old_id)
        if loser is None or sides.is_gone(loser, side):
            continue
        survivor = by_id.get(new_id)
        if survivor is not None and _is_linked(survivor):
            _bury(job, side, loser, new_id)
            continue
        if survivor is not None:
            # The survivor's own row had no partner: the loser's row takes its place.
            hand_over({survivor.pk: loser.pk})
        _rename(job, side, loser, new_id)
        by_id[new_id] = by_id.pop(old_id)


def _is_linked(row: SyncRecord) -> bool:
    return bool(row.left_id and row.right_id)


def _bury(job: Job, side: Side, loser: SyncRecord, new_id: str) -> None:
    """The survivor has a partner of its own: to us the other record is gone."""
    delete_match_values(side, [loser.pk])
    SyncRecord.objects.filter(pk=loser.pk).update(
        due_at=clock.now(),
        touched=F("touched") + 1,
        woken_by=Woken.SOURCE,
        resolved_fault="",
        **{sides.column(side, "state"): RecordState.GONE},
    )
    _tell(job, side, loser, new_id)


def _rename(job: Job, side: Side, loser: SyncRecord, new_id: str) -> None:
    # Without a digest the survivor's own values count as changed when they are stored next.
    SyncRecord.objects.filter(pk=loser.pk).update(
        due_at=clock.now(),
        touched=F("touched") + 1,
        woken_by=Woken.SOURCE,
        resolved_fault="",
        **{
            sides.column(side, "id"): new_id,
            sides.column(side, "digest"): "",
            sides.column(side, "modified_at"): None,
        },
    )
    # Who picked the old one as a partner, and waits for it, means the one that it became.
    waiting = SyncRecord.objects.filter(sync_id=job.sync.pk, due_at__isnull=False)
    alone = {sides.column(side, "id"): ""}
    waiting.filter(partner_id=sides.get(loser, side, "id"), **alone).update(partner_id=new_id)
    _tell(job, side, loser, new_id)


def _tell(job: Job, side: Side, row: SyncRecord, new_id: str) -> None:
    job.log.count("changed")
    Activity.objects.create(
        tenant_id=row.tenant_id,
        sync_id=row.sync_id,
        record_id=row.pk,
        run_id=job.log.run_id,
        at=clock.now(),
        action=ActivityAction.MERGED,
        side=side,
        message=f"{sides.get(row, side, 'id')} → {new_id}",
    )
