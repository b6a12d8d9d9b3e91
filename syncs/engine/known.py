"""What is known of a record: its sides, what people decided about it, and its parents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from integrations.contract import RecordState, Values
from syncs.engine.told import Side


@dataclass(frozen=True, slots=True)
class SideView:
    """What is known of a record on one side; `base` is None until both sides first agreed.

    A base may hold "field@mapping" besides "field" where two mappings agreed on different values
    of a field they share; bases are made and read by the engine alone.
    """

    id: str
    values: Values
    base: Values | None = None
    version: str = ""
    state: RecordState = RecordState.LIVE
    title: str = ""
    # The state when the sides last agreed: a removal that was settled is not carried out again.
    settled_state: RecordState = RecordState.LIVE


class PartnerChoice(StrEnum):
    """A person's answer to an ambiguous match."""

    NONE = ""
    PICK = "pick"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class RecordView:
    """One thing known to a sync, on one side or on both, with what people decided about it."""

    left: SideView | None = None
    right: SideView | None = None
    excluded_by_hand: bool = False
    # Sent to the sync by a person: held back by the filter's fixed conditions only.
    enrolled_by_hand: bool = False
    # Mapping key -> the side whose value a person chose in a conflict.
    resolutions: Mapping[str, Side] = field(default_factory=dict)
    partner_choice: PartnerChoice = PartnerChoice.NONE
    partner_id: str = ""
    # Set once this record was linked; a mode ONCE record is never written again.
    linked_before: bool = False
    # Where it was made first. None on a linked record: on the left; an unlinked one is born where
    # it is.
    born: Side | None = None

    @property
    def birth(self) -> Side:
        if self.left is None:
            return Side.RIGHT
        return Side.LEFT if self.right is None else self.born or Side.LEFT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible partner on the other side."""

    id: str
    title: str
    rule: str
    value: str
    # The partner that it is linked to already, if any.
    linked_to: str = ""


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found for an unlinked record by the first rule that found anything.

    `rivals` are unlinked records on the record's own side that carry the same key.
    """

    candidates: tuple[Candidate, ...] = ()
    rivals: tuple[Candidate, ...] = ()


class ParentStatus(StrEnum):
    LINKED = "linked"
    WAITING = "waiting"
    FAILING = "failing"
    EXCLUDED = "excluded"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Parent:
    """Where a reference leads: the parent's id on the other side, or why there is none.

    `facts` are the parent's values on that other side which the sync needs: see `Decider.facts`.
    """

    status: ParentStatus
    id: str = ""
    title: str = ""
    reason: str = ""
    facts: Values = field(default_factory=dict)


class ReferenceKey(NamedTuple):
    """A reference as it is read: ids of the two sides may be alike, so the side belongs to it.

    With a `rule`, `id` is no id but the value of a match key ("sku" and the SKU as it was typed):
    what is meant is the one record on the other side that the parents' sync finds by it.
    `right_type` is the right object type of the parents' sync: the same contacts may be linked by
    two syncs, to contacts and to accounts. Empty: whatever it is.
    """

    object_type: str
    side: Side
    id: str
    rule: str = ""
    right_type: str = ""


type References = Mapping[ReferenceKey, Parent]
"""What is known of the parents; one that is not in it is waited for."""
