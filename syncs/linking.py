"""Joining two one-sided rows into one, and parting a row whose other side went."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.db import router

from integrations.contract import RecordState
from syncs import clock, sides
from syncs.engine.terms import Link, PartnerChoice, Side
from syncs.episodes import hand_over_failures
from syncs.models import Activity, ActivityAction, Intent, MatchValue, Sync, SyncRecord
from syncs.plans import Decided, lone_side
from syncs.rivals import wake_rivals_of_parted
from syncs.settle import Settlement
from syncs.stores import update_rows


def join(
    sync: Sync, links: Sequence[Decided], settlement: Settlement
) -> tuple[list[SyncRecord], set[int]]:
    """Make one row of each pair; the left row stays. Needs a transaction.

    Returns the joined rows and the ids of all rows that took part. A pair is left alone when one
    of the two found another partner first, or has a create under way.
    """
    partners = _partners(sync, links)
    busy = _under_way([one.row.pk for one in links] + [row.pk for row in partners.values()])
    pairs: list[tuple[SyncRecord, SyncRecord]] = []
    taken: set[int] = set()
    for one in links:
        pair = _pair(one, partners)
        if pair is None or {row.pk for row in pair} & (taken | busy):
            continue
        taken |= {row.pk for row in pair}
        pairs.append(pair)
    hand_over({right.pk: left.pk for left, right in pairs})
    for left, right in pairs:
        _merge(left, right, settlement)
    return [left for left, _ in pairs], taken


def _partners(sync: Sync, links: Sequence[Decided]) -> dict[tuple[Side, str], SyncRecord]:
    wanted: dict[Side, list[str]] = {Side.LEFT: [], Side.RIGHT: []}
    for one in links:
        side = lone_side(one.row)
        if side is not None and isinstance(one.plan, Link):
            wanted[side.other].append(one.plan.candidate.id)
    found: dict[tuple[Side, str], SyncRecord] = {}
    for side, ids in wanted.items():
        if ids:
            with sides.rows_with_ids(sync, side, ids) as rows:
                locked = rows.select_for_update()
                found |= {(side, sides.get(row, side, "id")): row for row in locked}
    return found


def _under_way(ids: Iterable[int]) -> set[int]:
    return set(Intent.objects.filter(record_id__in=list(ids)).values_list("record_id", flat=True))


def _pair(
    one: Decided, partners: Mapping[tuple[Side, str], SyncRecord]
) -> tuple[SyncRecord, SyncRecord] | None:
    """The left row and the right row, if both are still alone."""
    side = lone_side(one.row)
    if side is None or not isinstance(one.plan, Link):
        return None
    partner = partners.get((side.other, one.plan.candidate.id))
    if partner is None or lone_side(partner) is not side.other:
        return None
    return (one.row, partner) if side is Side.LEFT else (partner, one.row)


def hand_over(heirs: Mapping[int, int]) -> None:
    """Move what hangs on the rows that go to the rows that stay, and delete the former."""
    if not heirs:
        return
    for model in (MatchValue, Activity):
        found = model.objects.filter(record_id__in=heirs).values_list("pk", "record_id")
        update_rows(model, ("record",), [(heirs[old], pk) for pk, old in found])
    hand_over_failures(heirs)
    going = SyncRecord.objects.filter(pk__in=heirs)
    # Nothing hangs on them any more; the ordinary way would load them all to look for that.
    going._raw_delete(router.db_for_write(SyncRecord))


def _merge(left: SyncRecord, right: SyncRecord, settlement: Settlement) -> None:
    names = sides.columns(Side.RIGHT)
    settlement.change(left, **{name: getattr(right, name) for name in names})
    settlement.change(
        left,
        left_base=None,
        right_base=None,
        linked_at=clock.now(),
        # Until it is settled: the partner may have been at rest, and the write may fail.
        due_at=settlement.now,
        partner_choice=PartnerChoice.NONE.value,
        partner_id="",
        excluded_by_hand=False,
        enrolled_by_hand=left.enrolled_by_hand or right.enrolled_by_hand,
        assignee_id=left.assignee_id or right.assignee_id,
        due_on=left.due_on or right.due_on,
    )
    settlement.weigh(left)
    settlement.tell(left, ActivityAction.LINKED, message=f"{left} ⇄ {right}")


def part(row: SyncRecord, side: Side, settlement: Settlement) -> None:
    """Forget the side that is gone; the row goes on with the other one alone."""
    gone_id, state = sides.get(row, side, "id"), sides.get(row, side, "state")
    wake_rivals_of_parted([row.pk])
    settlement.change(
        row,
        # A partner that is made anew is another record.
        key=uuid.uuid4(),
        left_base=None,
        right_base=None,
        **cleared(side),
    )
    settlement.weigh(row)
    settlement.tell(row, ActivityAction.UNLINKED, side=side, message=f"{side} {gone_id}: {state}")


def cleared(side: Side) -> dict[str, object]:
    """The columns of a side that holds nothing."""
    empty: tuple[object, ...] = ("", "", RecordState.LIVE.value, "", {}, "", None)
    values: dict[str, object] = dict(zip(sides.columns(side), empty, strict=True))
    return values | {sides.column(side, "settled_state"): RecordState.LIVE.value}
