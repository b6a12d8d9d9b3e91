"""Records that fail because of another one's key: they are due when that key is free again."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import F

from syncs import clock
from syncs.causes import Woken
from syncs.engine.terms import Side
from syncs.models import MatchValue, Status, SyncRecord

type Pair = tuple[str, str]
"""A match rule's name and a comparable value."""


def wake_rivals(side: Side, keeping: Mapping[int, Collection[Pair]]) -> None:
    """Make due the failing records that share a match value which these are about to give up.

    `keeping` are ids of records with the values that stay theirs. To be called before the values
    are replaced or deleted, in the same transaction.
    """
    _wake(
        (sync_id, rule, value)
        for record_id, sync_id, rule, value in _carried(keeping, side)
        if (rule, value) not in keeping[record_id]
    )


def wake_rivals_of_parted(record_ids: Iterable[int]) -> None:
    """The same for records that lose their partner: their values stay, and are free to match."""
    _wake(row[1:] for row in _carried(record_ids))


def _carried(
    record_ids: Iterable[int], side: Side | None = None
) -> Iterable[tuple[int, int, str, str]]:
    held = MatchValue.objects.filter(record_id__in=list(record_ids))
    if side is not None:
        held = held.filter(side=side.value)
    return held.values_list("record_id", "sync_id", "rule", "value")


def _wake(freed: Iterable[tuple[int, str, str]]) -> None:
    freed = set(freed)
    if not freed:
        return
    carriers = MatchValue.objects.filter(
        sync_id__in={sync_id for sync_id, _, _ in freed},
        rule__in={rule for _, rule, _ in freed},
        value__in={value for _, _, value in freed},
        record__status=Status.FAILING,
    ).values_list("record_id", "sync_id", "rule", "value")
    waiting = {row[0] for row in carriers if row[1:] in freed}
    if waiting:
        due = SyncRecord.objects.filter(pk__in=waiting)
        due.update(due_at=clock.now(), touched=F("touched") + 1, woken_by=Woken.SOURCE)
