"""Records that wait for another one which is there by now.

Whoever settles a record wakes those that wait for it. Two workers may pass each other: one decides
that a record waits while the other settles what it waits for, and neither sees what the other has
not committed yet. So each run looks for such records once more.
"""

from django.db.models import Exists, F, OuterRef, Q

from accounts.tenancy import TenantQuerySet
from integrations.contract import Category
from syncs import clock
from syncs.causes import Woken
from syncs.engine.terms import ParentStatus
from syncs.models import Status, Sync, SyncRecord
from syncs.parents import parent_syncs

# Codes of faults that only say how the parent stood.
ORPHANED = tuple(f"parent_{status.value}" for status in ParentStatus)


def wake_ready(sync: Sync) -> int:
    """Make due what waits for, or failed because of, a record that is linked now; how many."""
    woken = 0
    named = _held(sync).order_by().values_list("parent_type", "parent_right_type").distinct()
    for object_type, right_type in named:
        syncs = parent_syncs(sync, object_type, right_type)
        linked = SyncRecord.objects.filter(sync__in=syncs).exclude(Q(left_id="") | Q(right_id=""))
        held = _held(sync).filter(parent_type=object_type, parent_right_type=right_type)
        # Ids of the two sides may be alike: a record refers to its parent on its own side.
        by_left = Exists(linked.filter(left_id=OuterRef("parent_id")))
        by_right = Exists(linked.filter(right_id=OuterRef("parent_id")))
        for ready in (held.filter(by_left).exclude(left_id=""), held.filter(by_right, left_id="")):
            woken += ready.update(
                due_at=clock.now(), touched=F("touched") + 1, woken_by=Woken.PARENT
            )
    return woken


def _held(sync: Sync) -> TenantQuerySet[SyncRecord]:
    failed = Q(status=Status.FAILING, category=Category.PARENT_MISSING, details__code__in=ORPHANED)
    return SyncRecord.objects.filter(
        Q(status=Status.WAITING) | failed, sync=sync, due_at=None
    ).exclude(parent_id="")
