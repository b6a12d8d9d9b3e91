"""A record whose plan writes something: on which sides, by which operation, with what answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from integrations.contract import Category, Fault, Operation, OperationKind, Outcome
from syncs import sides
from syncs.engine.decide import Decider, wishes
from syncs.engine.terms import (
    Archive,
    Create,
    FieldChange,
    Plan,
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


def parent_type(decider: Decider, one: Decided, fault: Fault) -> str:
    """The object type of the parent that a fault names; empty when it names none."""
    if fault.category is not Category.PARENT_MISSING:
        return ""
    keys = decider.references(one.view)
    return next((key.object_type for key in keys if key.id == fault.existing_id), "")
