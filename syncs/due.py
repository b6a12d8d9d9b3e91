"""Which records of a sync are due, and how many of them are taken at once."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from syncs import clock
from syncs.claims import MOST_CRASHES
from syncs.models import Intent, SyncRecord

SLICE = 300
# A record that was in hand when workers died is tried in ever smaller company, so that in the end
# the blame falls on the right one.
SLICE_AFTER_CRASH = {0: SLICE, 1: 20, 2: 1}


def due_ids(sync_id: int) -> list[int]:
    """The next due records; those that workers died on come last and in small company.

    Without those whose create was sent and not answered: that is asked about first.
    """
    sent = Intent.objects.filter(record_id=OuterRef("pk"))
    found = SyncRecord.objects.filter(~Exists(sent), sync_id=sync_id, due_at__lte=clock.now())
    due = found.order_by("due_at", "pk").values_list("pk", flat=True)
    for crashes, size in SLICE_AFTER_CRASH.items():
        ids = list(due.filter(crashes=crashes)[:size])
        if ids:
            return ids
    return list(due.filter(crashes__gte=MOST_CRASHES)[:SLICE])


def still_due(ids: Sequence[int]) -> list[SyncRecord]:
    rows = SyncRecord.objects.filter(pk__in=ids, due_at__lte=clock.now())
    return list(rows.order_by("due_at", "pk"))
