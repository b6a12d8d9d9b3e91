"""Looking at the side that is to get new records, before they are made there.

A provider that tells us little is looked at seldom: what somebody entered there a minute ago would
be made a second time. So a run that creates reads what changed on that side first, which is a call
or two however many records it creates, and finds partners by any key.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta

from syncs import clock
from syncs.engine.terms import Create, Plan, Side
from syncs.ingest import read_side
from syncs.jobs import Job
from syncs.models import SyncRecord

# A look of this run counts for so long.
FRESH = timedelta(seconds=60)


class Looks:
    """What one run has seen of its sides since it began."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def blind(self, plans: Mapping[int, Plan]) -> set[int]:
        """The ids of records that would be created on a side that was not looked at just now."""
        sides = {side for side in Side if not self._is_fresh(side)}
        return {pk for pk, plan in plans.items() if isinstance(plan, Create) and plan.side in sides}

    def look(self, record_ids: Collection[int], plans: Mapping[int, Plan]) -> list[SyncRecord]:
        """Look where these records are to be created, and give them back as they are now.

        None of them when the budget ended before that side was read to its end; the next run
        goes on there.
        """
        targets = {plan.side for pk in record_ids if isinstance(plan := plans[pk], Create)}
        if not all(read_side(self._job, side) for side in sorted(targets)):
            return []
        due = SyncRecord.objects.filter(pk__in=record_ids, due_at__lte=clock.now())
        return list(due.order_by("due_at", "pk"))

    def _is_fresh(self, side: Side) -> bool:
        if not self._job.spec.match_rules:
            # Nothing that is there could be a partner.
            return True
        looked = self._job.looked.get(side)
        return looked is not None and looked >= clock.now() - FRESH
