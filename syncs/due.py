"""Which records of a sync are due, and how many of them are taken at once."""

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from syncs import clock
from syncs.claims import MOST_CRASHES
from syncs.models import Intent, SyncRecord

SLICE = 300
# A record that was in hand when workers died is tried in ever smaller company, so that in the end
# the blame falls on the right one.
SLICE_AFTER_CRASH = {1: 20, 2: 1}
# What differs when anybody changed a row after it was fetched: people and ingest raise `touched`;
# a link, a merge and a read that brings nothing but a new version change the rest.
STAMP = ("touched", "left_id", "right_id", "left_version", "right_version")


def due_ids(sync_id: int, *, besides: Collection[int]) -> list[int]:
    """The next due records that no worker died on, without those that are in hand already."""
    # By hand: of thousands of due records the database would sort out those few each time.
    ids = _due(sync_id).filter(crashes=0)[: SLICE + len(besides)]
    return [pk for pk in ids if pk not in besides][:SLICE]


def suspect_ids(sync_id: int) -> list[int]:
    """The next due records that workers died on: they come last, and in small company."""
    due = _due(sync_id)
    for crashes, size in SLICE_AFTER_CRASH.items():
        ids = list(due.filter(crashes=crashes)[:size])
        if ids:
            return ids
    return list(due.filter(crashes__gte=MOST_CRASHES)[:SLICE])


def still_due(ids: Sequence[int]) -> list[SyncRecord]:
    rows = SyncRecord.objects.filter(pk__in=ids, due_at__lte=clock.now())
    return list(rows.order_by("due_at", "pk"))


def changed_meanwhile(rows: Iterable[SyncRecord]) -> set[int]:
    """The ids of the rows that somebody else changed or deleted since they were fetched."""
    held = {row.pk: tuple(getattr(row, name) for name in STAMP) for row in rows}
    stored = SyncRecord.objects.filter(pk__in=held).values_list("pk", *STAMP)
    return held.keys() - {pk for pk, *stamp in stored if held[pk] == tuple(stamp)}


def _due(sync_id: int) -> QuerySet[SyncRecord, int]:
    """Ids by their time; without those whose create was sent and not answered.

    That is asked about first.
    """
    sent = Intent.objects.filter(record_id=OuterRef("pk"))
    found = SyncRecord.objects.filter(~Exists(sent), sync_id=sync_id, due_at__lte=clock.now())
    return found.order_by("due_at", "pk").values_list("pk", flat=True)
