"""Carrying out what is due: decide a slice of records, link, write in batches, settle.

Order matters. What was sent and never answered is asked about first; then slices are taken until
nothing is due or the budget is spent. Calls stand between transactions, never inside one.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from integrations.contract import (
    Batch,
    Category,
    ConnectorError,
    Fault,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    OutcomeUnknown,
)
from syncs import intents, sides
from syncs.answers import absorb_doubles, refresh_match_values, settle_trouble
from syncs.claims import MOST_CRASHES
from syncs.dependants import wake_dependants
from syncs.due import due_ids, still_due
from syncs.engine.terms import (
    Agree,
    Create,
    Exclude,
    Fail,
    FieldChange,
    Link,
    Side,
    Unlink,
    Wait,
)
from syncs.jobs import Job
from syncs.linking import join, part
from syncs.lookups import Looks
from syncs.models import ActivityAction, SyncRecord
from syncs.plans import Decided, Planner
from syncs.settle import Settlement
from syncs.work import Work, changes_of, kind_of, operation_of, written_sides

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

    def resolve_intents(self) -> None:
        """Ask what became of creates whose answer was lost, before anything else is sent."""
        for side, batch, rows in intents.standing(self._job.sync):
            with self._job.calling(side) as end:
                outcomes = end.connector.resolve(end.object_type.name, batch, end.fields)
            works = [
                self._resumed(side, row, operation)
                for row, operation in zip(rows, batch.operations, strict=True)
            ]
            self._settle_batch(side, OperationKind.CREATE, batch, works, outcomes)

    def work_off(self) -> bool:
        """Slice after slice; True when nothing is due any more, False when the budget ended."""
        while not self._job.budget.is_spent:
            if not self.work_slice():
                return True
        return False

    def work_slice(self) -> bool:
        """Decide and carry out the next records; False when none are due."""
        ids = due_ids(self._job.sync.pk)
        if not ids:
            return False
        # Looked at only once they are in hand: from here on people change them no more.
        self._job.claim.take_in_hand(ids)
        rows = still_due(ids)
        if rows and rows[0].crashes >= MOST_CRASHES:
            self._give_up(rows)
            return True
        self._job.log.count("decided", len(rows))
        works = self._ready(rows)
        plans = {work.row.pk: work.decided.plan for work in works}
        blind = self._looks.blind(plans)
        self._write([work for work in works if work.row.pk not in blind])
        if blind:
            self._write(self._ready(self._looks.look(blind, plans)))
        self._job.log.save()
        return True

    def _ready(self, rows: Sequence[SyncRecord]) -> list[Work]:
        return self._settle_quiet(self._linked(self._planner.decide(rows)))

    def _give_up(self, rows: Iterable[SyncRecord]) -> None:
        settlement = Settlement(self._job.log)
        for row in rows:
            settlement.fail(row, Fail(POISON), sent=True)
            # Until it changes on a side, or somebody asks for it.
            settlement.change(row, crashes=MOST_CRASHES)
        self._store(settlement)

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
            taken = {one.row.pk for one in decided} | {row.pk for row in joined}
            self._job.claim.take_in_hand(sorted(taken))
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
        self._store(settlement)
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
                settlement.exclude(row, plan)
            case Wait():
                settlement.wait(row, plan)
            case Fail():
                settlement.fail(row, plan, parent_type=self._parent_type(one, plan.fault))
            case Unlink():
                part(row, plan.side, settlement)
                settlement.unlinked(row)
            case _:
                # A second link in one go: its new partner is decided about next time.
                settlement.again(row, "Found its partner.")

    def _parent_type(self, one: Decided, fault: Fault) -> str:
        if fault.category is not Category.PARENT_MISSING:
            return ""
        keys = self._planner.decider.references(one.view)
        return next((key.object_type for key in keys if key.id == fault.existing_id), "")

    def _write(self, works: Sequence[Work]) -> None:
        for side, kind, batch, ones in self._batches(works):
            outcomes = self._send(side, kind, batch, ones)
            self._settle_batch(side, kind, batch, ones, outcomes)

    def _batches(
        self, works: Sequence[Work]
    ) -> Iterator[tuple[Side, OperationKind, Batch, list[Work]]]:
        groups: dict[tuple[Side, OperationKind], list[Work]] = defaultdict(list)
        for work in works:
            for side in sorted(work.open):
                groups[side, kind_of(work.decided.plan)].append(work)
        for (side, kind), ones in groups.items():
            size = max(1, self._job.end(side).object_type.write_batch)
            for start in range(0, len(ones), size):
                part_ = ones[start : start + size]
                operations = tuple(operation_of(work.decided, side, kind) for work in part_)
                yield side, kind, Batch(str(uuid.uuid4()), operations), part_

    def _send(
        self, side: Side, kind: OperationKind, batch: Batch, works: Sequence[Work]
    ) -> Sequence[Outcome]:
        """Make the call; a create's intent is committed before it."""
        if kind is OperationKind.CREATE:
            with self._job.claim.fenced():
                intents.keep(self._job.sync, side, batch, [work.row for work in works])
        try:
            with self._job.calling(side) as end:
                return end.connector.write(end.object_type.name, batch, end.fields)
        except OutcomeUnknown as lost:
            return [
                Outcome(operation.key, OutcomeStatus.UNKNOWN, fault=lost.fault)
                for operation in batch.operations
            ]
        except ConnectorError:
            # Certainly nothing was done: the records stay due, the run ends above.
            with self._job.claim.fenced():
                intents.drop(batch)
            raise

    def _resumed(self, side: Side, row: SyncRecord, sent: Operation) -> Work:
        """The work as it stood when the create was sent."""
        changes = tuple(
            FieldChange("", side, name, None, value) for name, value in sent.fields.items()
        )
        decided = Decided(row, self._planner.view(row), Create(side, changes), {})
        return Work(decided, {side})

    def _settle_batch(
        self,
        side: Side,
        kind: OperationKind,
        batch: Batch,
        works: Sequence[Work],
        outcomes: Sequence[Outcome],
    ) -> None:
        by_key = {outcome.key: outcome for outcome in outcomes}
        settlement = Settlement(self._job.log)
        finished: list[Work] = []
        for work, operation in zip(works, batch.operations, strict=True):
            unknown = Outcome(operation.key, OutcomeStatus.UNKNOWN)
            outcome = by_key.get(operation.key, unknown)
            self._take(work, side, operation, outcome, settlement)
            work.open.discard(side)
            if not work.open:
                finished.append(work)
        with self._job.claim.fenced():
            if kind is OperationKind.CREATE:
                absorb_doubles(self._job, side, works, settlement)
            refresh_match_values(self._job, self._planner, side, works)
            self._finish(finished, settlement)
            settlement.store()
            wake_dependants(self._job, settlement.changed_status)

    def _take(
        self,
        work: Work,
        side: Side,
        operation: Operation,
        outcome: Outcome,
        settlement: Settlement,
    ) -> None:
        """Note one outcome; status and bases follow once the record's last one is in."""
        row = work.row
        if outcome.record is not None:
            sides.look(row, side, outcome.record)
            settlement.wrote(row, side)
        if outcome.status is not OutcomeStatus.UNKNOWN:
            settlement.answered(row)
        if outcome.status is not OutcomeStatus.WRITTEN or outcome.record is None:
            work.trouble = work.trouble or (side, outcome)
            return
        view = self._planner.view(row)
        answer = view.left if side is Side.LEFT else view.right
        if answer is None:
            raise ValueError(f"The provider answered a write on {side} without an id.")
        work.answers[side] = answer
        self._job.log.count(_TOTALS[operation.kind])
        settlement.tell(
            row,
            _ACTIONS[operation.kind],
            side=side,
            changes=changes_of(work.decided.plan, side),
            message="Active again." if operation.kind is OperationKind.RESTORE else "",
        )

    def _finish(self, works: Sequence[Work], settlement: Settlement) -> None:
        decider = self._planner.decider
        for work in works:
            one = work.decided
            if work.answers:
                after = decider.settle(
                    one.view,
                    one.plan,
                    work.answers.get(Side.LEFT),
                    work.answers.get(Side.RIGHT),
                    references=one.references,
                )
                settlement.hold(work.row, after)
            if work.trouble is not None:
                settle_trouble(work, settlement)
                continue
            self._look_again(work, settlement)

    def _look_again(self, work: Work, settlement: Settlement) -> None:
        """Written: done, unless the provider's answer itself asks for more."""
        row = work.row
        view = self._planner.view(row)
        plan = self._planner.decider.decide(view, references=work.decided.references)
        match plan:
            case Agree():
                settlement.in_sync(row)
            case Exclude():
                settlement.exclude(row, plan)
            case Fail():
                parent_type = self._parent_type(work.decided, plan.fault)
                settlement.fail(row, plan, parent_type=parent_type)
            case _:
                settlement.again(row, "Written; the answer asks for another change.")

    def _store(self, settlement: Settlement) -> None:
        with self._job.claim.fenced():
            settlement.store()
            wake_dependants(self._job, settlement.changed_status)


_TOTALS = {
    OperationKind.CREATE: "created",
    OperationKind.UPDATE: "updated",
    OperationKind.ARCHIVE: "archived",
    OperationKind.RESTORE: "updated",
}
_ACTIONS = {
    OperationKind.CREATE: ActivityAction.CREATED,
    OperationKind.UPDATE: ActivityAction.UPDATED,
    OperationKind.ARCHIVE: ActivityAction.ARCHIVED,
    OperationKind.RESTORE: ActivityAction.UPDATED,
}
