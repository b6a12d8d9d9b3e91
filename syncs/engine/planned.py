"""What is decided about a record."""

from dataclasses import dataclass

from integrations.contract import Fault, RecordState, Value
from syncs.engine.known import Candidate
from syncs.engine.told import Condition, ExcludeReason, Side


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
class FieldLock:
    """A value that was changed on `side` since both agreed, and may not be.

    It belongs to the other side, or a document was made of it.
    """

    mapping: str
    side: Side
    field: str
    agreed: Value
    now: Value


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

    `is_partial` when changes are held back one way only and still come in the other way;
    `parent_id` is the record that it is left out with.
    """

    reason: ExcludeReason
    clause: Condition | None = None
    is_partial: bool = False
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Its parent is not there yet; due again when the parent settles."""

    object_type: str
    parent_id: str
    title: str
    # The right object type of the sync that links it; empty: whatever it is.
    right_type: str = ""


@dataclass(frozen=True, slots=True)
class Fail:
    """The record cannot go; the fault says why and `candidates` are offered to choose from.

    `locks` are what must be undone on the other side first.
    """

    fault: Fault
    candidates: tuple[Candidate, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()
    locks: tuple[FieldLock, ...] = ()


type Plan = Create | Update | Link | Agree | Archive | Restore | Unlink | Exclude | Wait | Fail
