"""The words that recipes are written in. Declarations only: a recipe does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from integrations.contract import Value
from syncs.engine.terms import (
    Condition,
    Direction,
    Leaving,
    MatchRule,
    Mode,
    Policy,
    Removal,
    Side,
    Transform,
)

type Words = str | Promise
"""Text for people; translated when it is shown."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a recipe: which provider's what."""

    provider: str
    object_type: str


@dataclass(frozen=True, slots=True)
class DefaultMapping:
    """A mapping that a new sync starts with. Locked ones can be neither edited nor switched off."""

    key: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    direction: Direction = Direction.BOTH
    transform: Transform = field(default_factory=Transform)
    enabled: bool = True
    locked: bool = False
    erase: bool = False


@dataclass(frozen=True, slots=True)
class DefaultCondition:
    """A filter condition that a new sync starts with; fixed ones hold always."""

    side: Side
    condition: Condition
    group: int = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """Something only the customer can say, chosen from a live list of one side's provider.

    Needed as soon as records may be created on `side`.
    """

    name: str
    label: Words
    help: Words
    side: Side
    choice_list: str
    # Field that a record is created with; later changes of it are left alone.
    field: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """A ready-made sync between two object types."""

    code: str
    label: Words
    description: Words
    left: End
    right: End
    mappings: tuple[DefaultMapping, ...]
    match_rules: tuple[MatchRule, ...]
    conditions: tuple[DefaultCondition, ...] = ()
    settings: tuple[Setting, ...] = ()
    # Values that a record is created with on a side besides the mapped ones.
    left_creation: Mapping[str, Value] = field(default_factory=dict)
    right_creation: Mapping[str, Value] = field(default_factory=dict)
    directions: tuple[Direction, ...] = (Direction.BOTH, Direction.TO_RIGHT, Direction.TO_LEFT)
    mode: Mode = Mode.MIRROR
    policy: Policy = Policy.LEFT
    leaving: Leaving = Leaving.STOP
    left_removed: Removal = Removal.UNLINK
    right_removed: Removal = Removal.UNLINK
    # Without a value for a match rule a record is excluded instead of created.
    key_needed: bool = False

    def end(self, side: Side) -> End:
        return self.left if side is Side.LEFT else self.right

    def creation(self, side: Side) -> Mapping[str, Value]:
        return self.left_creation if side is Side.LEFT else self.right_creation
