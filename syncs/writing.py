"""Writing to the providers: one call for each batch, and what its answers mean for the records.

Calls stand between transactions, never inside one.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from integrations.contract import (
    Batch,
    ConnectorError,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    OutcomeUnknown,
)
from syncs import intents, sides
from syncs.answers import absorb_doubles, refresh_match_values, settle_trouble
from syncs.dependants import wake_dependants
from syncs.engine.terms import (
    Agree,
    Create,
    Exclude,
    Fail,
    FieldChange,
    Mode,
    Side,
    SideView,
)
from syncs.engine.values import same
from syncs.jobs import Job
from syncs.models import ActivityAction, SyncRecord
from syncs.plans import Decided, Planner
from syncs.settle import Settlement
from syncs.work import Work, changes_of, failed_parent, left_out_with, operation_of


class Writer:
    """Sends the works of one run, and settles what comes of them."""

    def __init__(self, job: Job, planner: Planner) -> None:
        self._job = job
        self._planner = planner

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

    def write(self, side: Side, kind: OperationKind, works: Sequence[Work]) -> None:
        """One call: no more works than the provider takes at once."""
        operations = tuple(operation_of(work.decided, side, kind) for work in works)
        batch = Batch(str(uuid.uuid4()), operations)
        outcomes = self._send(side, kind, batch, works)
        self._settle_batch(side, kind, batch, works, outcomes)

    def let_go(self, side: Side, works: Sequence[Work]) -> None:
        """They are not to be written on this side: they changed since they were decided about.

        What is known of those that were written on the other side is kept.
        """
        halves = [work for work in works if work.answers]
        if not halves:
            return
        settlement = Settlement(self._job.log)
        for work in halves:
            stale = Outcome(str(work.row.key), OutcomeStatus.STALE)
            work.trouble = work.trouble or (side, stale)
        self._finish(halves, settlement)
        store(self._job, settlement)

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
        return Work(decided, {side}, is_resumed=True)

    def _as_sent(self, answer: SideView, sent: Operation) -> SideView:
        """What a create made, as far as it can be told when its answer was lost.

        The record is read later than it was made: a value that is not what was sent may be a
        person's by now, and goes over as such. Documents are left as they are answered: nobody's
        amounts go over against their direction, and totals are compared.
        """
        recipe = self._job.recipe
        if recipe.mode is not Mode.MIRROR or recipe.document or recipe.ledger:
            return answer
        made = {
            name: value
            for name, value in sent.fields.items()
            if answer.values.get(name) is not None and not same(answer.values[name], value)
        }
        return replace(answer, values={**answer.values, **made}) if made else answer

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
        work.answers[side] = self._as_sent(answer, operation) if work.is_resumed else answer
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
                left_out = left_out_with(self._planner.decider, work.decided, plan)
                settlement.exclude(row, plan, left_out)
            case Fail():
                named = failed_parent(self._planner.decider, work.decided, plan.fault)
                settlement.fail(row, plan, parent=named)
            case _:
                settlement.again(row, "Written; the answer asks for another change.")


def store(job: Job, settlement: Settlement) -> None:
    """Store what became of records, and wake those that waited for them."""
    with job.claim.fenced():
        settlement.store()
        wake_dependants(job, settlement.changed_status)


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
