"""The engine's words: what a sync is told, what it knows of a record, and what it decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from integrations.contract import Fault, Field, RecordState, Value, Values


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Side":
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Direction(StrEnum):
    """Which way values may flow, for a sync or for one mapping."""

    BOTH = "both"
    TO_RIGHT = "to_right"
    TO_LEFT = "to_left"

    def reaches(self, side: Side) -> bool:
        """Whether values may be written on this side."""
        return self is Direction.BOTH or self is (
            Direction.TO_RIGHT if side is Side.RIGHT else Direction.TO_LEFT
        )


class Mode(StrEnum):
    """Mirror creates and updates, once creates and never touches again, update never creates."""

    MIRROR = "mirror"
    ONCE = "once"
    UPDATE = "update"


class Policy(StrEnum):
    """Who wins when both sides changed a field, or differ at the first link."""

    LEFT = "left"
    RIGHT = "right"
    ASK = "ask"


class Leaving(StrEnum):
    """What happens to a linked record that no longer passes the filter."""

    STOP = "stop"
    KEEP = "keep"


class Removal(StrEnum):
    """What follows on the other side when a linked record is archived or deleted."""

    UNLINK = "unlink"
    ARCHIVE = "archive"
    NOTHING = "nothing"


class TransformKind(StrEnum):
    COPY = "copy"
    DEFAULT = "default"
    CONSTANT = "constant"
    CHOICE_TABLE = "choice_table"
    TEMPLATE = "template"
    FIRST_FILLED = "first_filled"
    TRUNCATE = "truncate"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Transform:
    """How a value changes on its way.

    `text` is the constant, the default when empty, the template ("{firstname} {lastname}"), for
    first filled the templates to try in order, parted by "|" (none: the fields themselves), or for
    a reference the id to fall back to when the parent failed, is excluded or does not exist;
    `table` pairs left and right choices, where "" stands for an empty value; `length` is for
    truncate (0: the target's own limit); `object_type` for a reference is the left object type of
    the sync that links the parents.
    """

    kind: TransformKind = TransformKind.COPY
    text: str = ""
    table: tuple[tuple[str, str], ...] = ()
    length: int = 0
    object_type: str = ""


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One field that is kept in step. Several names on one side only feed the other side.

    `erase` lets an empty winner empty the other side. `key` is stable: bases belong to it.
    """

    key: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    direction: Direction = Direction.BOTH
    transform: Transform = field(default_factory=Transform)
    erase: bool = False


class Operator(StrEnum):
    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IS_ONE_OF = "is_one_of"
    IS_NONE_OF = "is_none_of"
    IS_FILLED = "is_filled"
    IS_EMPTY = "is_empty"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    GREATER = "greater"
    LESS = "less"
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Condition:
    """A clause of a filter on a field of the record or of its associated one ("company.name")."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()
    # Set by the recipe: shown with a lock, edited by nobody.
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """OR between groups, AND inside a group; fixed conditions hold besides all groups."""

    groups: tuple[tuple[Condition, ...], ...] = ()
    fixed: tuple[Condition, ...] = ()


class Normaliser(StrEnum):
    """How match values are made comparable."""

    EXACT = "exact"
    EMAIL = "email"
    CODE = "code"
    DOMAIN = "domain"
    PHONE = "phone"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class MatchRule:
    """A key that finds the partner of an unlinked record; rules are tried in order."""

    name: str
    left: str
    right: str
    normaliser: Normaliser = Normaliser.EXACT


@dataclass(frozen=True, slots=True)
class SyncSpec:
    """Everything a decision needs to know of a sync; built once per run."""

    left_fields: Mapping[str, Field]
    right_fields: Mapping[str, Field]
    mappings: tuple[FieldMapping, ...]
    match_rules: tuple[MatchRule, ...] = ()
    direction: Direction = Direction.BOTH
    mode: Mode = Mode.MIRROR
    policy: Policy = Policy.LEFT
    # Filter on the records of a side before they may create or change anything on the other.
    left_filter: Filter = field(default_factory=Filter)
    right_filter: Filter = field(default_factory=Filter)
    leaving: Leaving = Leaving.STOP
    # What happens on the right when the left is removed, and the reverse.
    left_removed: Removal = Removal.UNLINK
    right_removed: Removal = Removal.UNLINK
    # Without a value for any match rule a record is excluded instead of created.
    key_needed: bool = False
    # What a record is created with where no mapping gives a value; never written again.
    left_creation: Values = field(default_factory=dict)
    right_creation: Values = field(default_factory=dict)


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
    """Where a reference leads: the parent's id on the other side, or why there is none."""

    status: ParentStatus
    id: str = ""
    title: str = ""
    reason: str = ""


class ReferenceKey(NamedTuple):
    """A reference as it is read: ids of the two sides may be alike, so the side belongs to it."""

    object_type: str
    side: Side
    id: str


type References = Mapping[ReferenceKey, Parent]
"""What is known of the parents; one that is not in it is waited for."""


class ExcludeReason(StrEnum):
    FILTER = "filter"
    NO_MATCH_KEY = "no_match_key"
    DIRECTION = "direction"
    MODE = "mode"
    BY_HAND = "by_hand"
    ARCHIVED = "archived"
    GONE = "gone"
    UNLINKED = "unlinked"
    BEFORE_START = "before_start"
    DRAFT = "draft"
    MADE_BY_INTEGRATION = "made_by_integration"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that a plan will write, for previews and activities."""

    mapping: str
    side: Side
    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Both sides changed a field to different values and a person is asked."""

    mapping: str
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Create:
    """Make the missing partner on `side` with these values."""

    side: Side
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """Write changed fields on one or both sides; `conflicts` are left for a person."""

    changes: tuple[FieldChange, ...]
    conflicts: tuple[FieldConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Both exist: join this record with the candidate, then decide again."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Agree:
    """Both sides say the same: nothing to write, bases may move."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The record was removed on the other side: archive it on `side`."""

    side: Side


@dataclass(frozen=True, slots=True)
class Restore:
    """The record came back on the other side: bring it back on `side`, then decide again."""

    side: Side


@dataclass(frozen=True, slots=True)
class Unlink:
    """The record is gone on `side`: the other stays and is no longer kept in step."""

    side: Side
    state: RecordState


@dataclass(frozen=True, slots=True)
class Exclude:
    """Not part of the sync, which is no error; `clause` is the filter's clause that said no.

    `is_partial` when changes are held back one way only and still come in the other way.
    """

    reason: ExcludeReason
    clause: Condition | None = None
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Its parent is not there yet; due again when the parent settles."""

    object_type: str
    parent_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Fail:
    """The record cannot go; the fault says why and `candidates` are offered to choose from."""

    fault: Fault
    candidates: tuple[Candidate, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()


type Plan = Create | Update | Link | Agree | Archive | Restore | Unlink | Exclude | Wait | Fail
