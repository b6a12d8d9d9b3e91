"""A record whose plan writes something: on which sides, by which operation, with what answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from integrations.contract import Category, Fault, Operation, OperationKind, Outcome
from syncs import sides
from syncs.engine.decide import Decider, wishes
from syncs.engine.terms import (
    Archive,
    Create,
    Exclude,
    ExcludeReason,
    FieldChange,
    Plan,
    ReferenceKey,
    Restore,
    Side,
    SideView,
    Update,
)
from syncs.models import SyncRecord
from syncs.plans import Decided


@dataclass(slots=True)
class Work:
    """A record whose plan writes something, and what has come of it so far."""

    decided: Decided
    # Sides still to be written, and the answers of those that were.
    open: set[Side]
    answers: dict[Side, SideView] = field(default_factory=dict)
    # The first thing that went wrong.
    trouble: tuple[Side, Outcome] | None = None
    # Its create was sent by an earlier run, and is answered by how the record stands now.
    is_resumed: bool = False

    @property
    def row(self) -> SyncRecord:
        return self.decided.row


def written_sides(plan: Plan) -> set[Side]:
    match plan:
        case Create(side=side) | Archive(side=side) | Restore(side=side):
            return {side}
        case Update(changes=changes):
            return {change.side for change in changes}
        case _:
            return set()


def kind_of(plan: Plan) -> OperationKind:
    match plan:
        case Create():
            return OperationKind.CREATE
        case Archive():
            return OperationKind.ARCHIVE
        case Restore():
            return OperationKind.RESTORE
        case _:
            return OperationKind.UPDATE


def operation_of(one: Decided, side: Side, kind: OperationKind) -> Operation:
    row = one.row
    return Operation(
        key=str(row.key),
        kind=kind,
        id="" if kind is OperationKind.CREATE else sides.get(row, side, "id"),
        version="" if kind is OperationKind.CREATE else sides.get(row, side, "version"),
        fields=wishes(one.plan, side),
    )


def changes_of(plan: Plan, side: Side) -> Iterable[FieldChange]:
    changes = plan.changes if isinstance(plan, Create | Update) else ()
    return [change for change in changes if change.side is side]


def failed_parent(decider: Decider, one: Decided, fault: Fault) -> ReferenceKey | None:
    """The parent that a fault names, if it names one."""
    if fault.category is not Category.PARENT_MISSING:
        return None
    return _reference(decider, one, fault.existing_id)


def left_out_with(decider: Decider, one: Decided, plan: Exclude) -> ReferenceKey | None:
    """What is to be waited for by a record that is left out because of another."""
    if plan.reason is not ExcludeReason.PARENT:
        return None
    if plan.parent_id:
        return _reference(decider, one, plan.parent_id)
    return next(iter(decider.references(one.view)), None)


def _reference(decider: Decider, one: Decided, parent_id: str) -> ReferenceKey | None:
    keys = decider.references(one.view)
    return next((key for key in keys if key.id == parent_id), None)
