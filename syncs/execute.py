"""Carrying out what is due: decide a slice of records, link, write in batches, settle.

Order matters. What was sent and never answered is asked about first; then slices are taken until
nothing is due or the budget is spent. What a slice wants to write is carried on until a call is
full. Calls stand between transactions, never inside one.
"""

from collections.abc import Iterable, Sequence

from integrations.contract import Category, Fault
from syncs.carried import MOST_CARRIED, Carried
from syncs.claims import MOST_CRASHES
from syncs.due import changed_meanwhile, due_ids, still_due, suspect_ids
from syncs.engine.terms import (
    Agree,
    Exclude,
    Fail,
    Link,
    Unlink,
    Wait,
)
from syncs.jobs import Job
from syncs.linking import join, part
from syncs.lookups import Looks
from syncs.models import SyncRecord
from syncs.plans import Decided, Planner
from syncs.settle import Settlement
from syncs.work import Work, failed_parent, left_out_with, written_sides
from syncs.writing import Writer, store

POISON = Fault(
    Category.UNKNOWN,
    "crashed",
    "Our own program broke down on this record several times. We have been told.",
)


class Executor:
    """Works off one sync for one run."""

    def __init__(self, job: Job, planner: Planner) -> None:
        self._job = job
        self._planner = planner
        self._looks = Looks(job)
        self._writer = Writer(job, planner)
        sizes = {side: max(1, end.object_type.write_batch) for side, end in job.ends.items()}
        self._carried = Carried(sizes)

    def resolve_intents(self) -> None:
        """Ask what became of creates whose answer was lost, before anything else is sent."""
        self._writer.resolve_intents()

    def work_off(self) -> bool:
        """Slice after slice; True when nothing is due any more, False when the budget ended."""
        while not self._job.budget.is_spent:
            if not self._work_slice():
                return True
            self._job.log.save()
        self._go_on([], is_last=True)
        return False

    def _work_slice(self) -> bool:
        """Decide about the next records, or write what is left; False when nothing is to do."""
        sync_id = self._job.sync.pk
        if ids := due_ids(sync_id, besides=self._carried.ids):
            self._go_on(self._taken_up(ids))
        elif self._carried.ids:
            self._go_on([], is_last=True)
        elif ids := suspect_ids(sync_id):
            # With nothing else in hand, and nothing carried on: who dies now is to blame.
            self._try_suspects(self._taken_up(ids))
        else:
            return False
        return True

    def _taken_up(self, ids: Sequence[int]) -> list[SyncRecord]:
        """The records, looked at only once they are in hand: people change them no more."""
        self._job.claim.take_in_hand(sorted(self._carried.ids.union(ids)))
        return still_due(ids)

    def _try_suspects(self, rows: Sequence[SyncRecord]) -> None:
        if rows and rows[0].crashes >= MOST_CRASHES:
            self._give_up(rows)
        else:
            self._go_on(rows, is_last=True)

    def _go_on(self, rows: Sequence[SyncRecord], *, is_last: bool = False) -> None:
        """Decide about the rows and write what fills a call; in the end all that is carried."""
        self._job.log.count("decided", len(rows))
        self._carried.add(self._ready(rows))
        plans = self._carried.plans
        blind = self._looks.blind(plans)
        if blind:
            self._carried.forget(blind)
            # First, so that a look that fails holds up nothing that needs none.
            self._write(is_last=True)
            self._carried.add(self._ready(self._looks.look(blind, plans)))
        self._write(is_last=is_last or len(self._carried.ids) > MOST_CARRIED)

    def _write(self, *, is_last: bool) -> None:
        """Write full batches, in the end any; without what changed since it was decided about."""
        while (load := self._carried.next_load(is_last=is_last)) is not None:
            changed = changed_meanwhile([work.row for work in load.works])
            if changed:
                self._carried.forget(changed)
                gone = [work for work in load.works if work.row.pk in changed]
                self._writer.let_go(load.side, gone)
                continue
            self._carried.unload(load)
            self._writer.write(load.side, load.kind, load.works)

    def _ready(self, rows: Sequence[SyncRecord]) -> list[Work]:
        return self._settle_quiet(self._linked(self._planner.decide(rows)))

    def _give_up(self, rows: Iterable[SyncRecord]) -> None:
        settlement = Settlement(self._job.log)
        for row in rows:
            settlement.fail(row, Fail(POISON), sent=True)
            # Until it changes on a side, or somebody asks for it.
            settlement.change(row, crashes=MOST_CRASHES)
        store(self._job, settlement)

    def _linked(self, decided: Sequence[Decided]) -> list[Decided]:
        """Join the records that found their partner, and decide about the joined ones."""
        links = [one for one in decided if isinstance(one.plan, Link)]
        if not links:
            return list(decided)
        settlement = Settlement(self._job.log)
        with self._job.claim.fenced():
            joined, consumed = join(self._job.sync, links, settlement)
            for one in links:
                if one.row.pk not in consumed:
                    settlement.again(one.row, "Its partner is not free now; looking again.")
            settlement.store()
            # A record that was to be created and found a partner after all is not created.
            self._carried.forget(consumed)
            taken = {one.row.pk for one in decided} | {row.pk for row in joined}
            self._job.claim.take_in_hand(sorted(taken | self._carried.ids))
        self._job.log.count("linked", len(joined))
        rest = [
            one for one in decided if not isinstance(one.plan, Link) and one.row.pk not in consumed
        ]
        return rest + self._planner.decide(joined)

    def _settle_quiet(self, decided: Sequence[Decided]) -> list[Work]:
        """Settle what needs no call; what is left wants to write."""
        works: list[Work] = []
        settlement = Settlement(self._job.log)
        for one in decided:
            written = written_sides(one.plan)
            if written:
                works.append(Work(one, written))
            else:
                self._settle_without_call(one, settlement)
        store(self._job, settlement)
        return works

    def _settle_without_call(self, one: Decided, settlement: Settlement) -> None:
        row, plan = one.row, one.plan
        match plan:
            case Agree():
                settlement.hold(
                    row, self._planner.decider.settle(one.view, plan, references=one.references)
                )
                settlement.in_sync(row)
            case Exclude():
                settlement.hold(
                    row, self._planner.decider.settle(one.view, plan, references=one.references)
                )
                settlement.exclude(row, plan, left_out_with(self._planner.decider, one, plan))
            case Wait():
                settlement.wait(row, plan)
            case Fail():
                named = failed_parent(self._planner.decider, one, plan.fault)
                settlement.fail(row, plan, parent=named)
            case Unlink():
                part(row, plan.side, settlement)
                settlement.unlinked(row)
            case _:
                # A second link in one go: its new partner is decided about next time.
                settlement.again(row, "Found its partner.")
