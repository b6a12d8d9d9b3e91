"""The three-way merge: what one mapping does to a linked record."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, NamedTuple

from integrations.contract import Value, Values
from syncs.engine.terms import (
    FieldChange,
    FieldConflict,
    FieldMapping,
    Policy,
    References,
    Side,
    SideView,
    SyncSpec,
    TransformKind,
)
from syncs.engine.transforms import Held, Transformer, names, transformer
from syncs.engine.values import OWNER_MARK, digest, is_empty, same


class Stay(Enum):
    """Nothing is written: the sides agree, or a change is held back and not forgotten."""

    AGREED = "agreed"
    # The mapping goes the other way.
    HELD = "held"
    # The mapping would write, and a filter does not let it.
    BLOCKED = "blocked"


class Moved(StrEnum):
    """What a side did since the base; UNKNOWN when there is no base for the mapping."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


type Verdict = FieldChange | FieldConflict | Stay


@dataclass(frozen=True, slots=True)
class Way:
    """Where a mapping writes on one side, and how the value is made."""

    field: str
    make: Transformer


class Watched(NamedTuple):
    """A field of a mapping, and the name under which the base of this mapping alone may stand."""

    field: str
    own: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A mapping made ready for many records of one sync."""

    mapping: FieldMapping
    left: tuple[Watched, ...]
    right: tuple[Watched, ...]
    # Where the mapping and the sync let values flow, for a create and for an update.
    creates: Mapping[Side, Way]
    updates: Mapping[Side, Way]
    # Copied between fields of one type: equal values agree, whatever the bases are.
    is_plain: bool = False
    # A fingerprint of how values are made, and under which name the left base keeps it.
    print: str = ""
    print_name: str = ""

    @property
    def key(self) -> str:
        return self.mapping.key

    def watched(self, side: Side) -> tuple[Watched, ...]:
        return self.left if side is Side.LEFT else self.right

    def is_remade(self, left: SideView) -> bool:
        """Whether the record last agreed when the mapping made its values in another way."""
        return (left.base or {}).get(self.print_name, "") != self.print


def compile_rule(mapping: FieldMapping, spec: SyncSpec) -> Rule:
    creates: dict[Side, Way] = {}
    updates: dict[Side, Way] = {}
    for side in Side:
        if not (mapping.direction.reaches(side) and spec.direction.reaches(side)):
            continue
        (name,) = names(mapping, side)
        fields = spec.left_fields if side is Side.LEFT else spec.right_fields
        field = fields.get(name)
        way = Way(name, transformer(mapping, side, field))
        if field is None or field.creatable:
            creates[side] = way
        if field is None or field.updatable:
            updates[side] = way
    left, right = _watch(mapping, Side.LEFT), _watch(mapping, Side.RIGHT)
    is_plain, print_name = _is_plain(mapping, spec), f"{OWNER_MARK}{mapping.key}"
    return Rule(mapping, left, right, creates, updates, is_plain, _print(mapping), print_name)


def _print(mapping: FieldMapping) -> str:
    """Another one for each way to make values; none for a plain copy, the commonest by far."""
    made = mapping.transform
    if made.kind is TransformKind.COPY:
        return ""
    parts = {
        "kind": made.kind.value,
        "text": made.text,
        "table": [list(pair) for pair in made.table],
        "length": made.length,
        "object_type": made.object_type,
        "fields": [*mapping.left, OWNER_MARK, *mapping.right],
    }
    return digest(parts)


def _is_plain(mapping: FieldMapping, spec: SyncSpec) -> bool:
    if mapping.transform.kind is not TransformKind.COPY or not (mapping.left and mapping.right):
        return False
    left, right = spec.left_fields.get(mapping.left[0]), spec.right_fields.get(mapping.right[0])
    return left is not None and right is not None and left.type is right.type


def _watch(mapping: FieldMapping, side: Side) -> tuple[Watched, ...]:
    return tuple(Watched(name, f"{name}{OWNER_MARK}{mapping.key}") for name in names(mapping, side))


class Missing(Enum):
    """No value is known, which is not the same as an empty value."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def base_of(base: Values, watched: Watched) -> Value | Missing:
    """The mapping's base of a field; MISSING when it has none."""
    if watched.own in base:
        return base[watched.own]
    return base.get(watched.field, MISSING)


def is_quiet(rule: Rule, left: SideView, right: SideView) -> bool:
    """Whether there is nothing to do as the sides agree or did not move; quick for most records."""
    if rule.is_plain:
        mine, yours = rule.left[0].field, rule.right[0].field
        if same(left.values.get(mine), right.values.get(yours)):
            return True
    return _stands(rule.left, left) and _stands(rule.right, right) and not rule.is_remade(left)


def _stands(fields: tuple[Watched, ...], view: SideView) -> bool:
    base, values = view.base, view.values
    if base is None:
        return False
    for field, own in fields:
        if own in base or field not in base:
            return moved(fields, view) is Moved.NO
        value, before = values.get(field), base[field]
        if value is not before and not same(value, before):
            return False
    return True


def moved(fields: tuple[Watched, ...], view: SideView) -> Moved:
    base = view.base or {}
    answer = Moved.NO
    for watched in fields:
        before = base_of(base, watched)
        if before is MISSING:
            return Moved.UNKNOWN
        if not same(view.values.get(watched.field), before):
            answer = Moved.YES
    return answer


@dataclass(frozen=True, slots=True)
class Merge:
    """One mapping over one linked record: the question, with all that the answer depends on."""

    rule: Rule
    left: SideView
    right: SideView
    # Sides that may be written now: direction and filters let values through.
    open: Collection[Side]
    policy: Policy
    references: References
    # The side whose value a person chose.
    chosen: Side | None = None

    def verdict(self) -> Verdict:
        left = moved(self.rule.left, self.left)
        right = moved(self.rule.right, self.right)
        if Moved.UNKNOWN in (left, right):
            return self._first_meeting()
        if self.rule.is_remade(self.left):
            return self._remade(left, right)
        if left is right is Moved.NO:
            return Stay.AGREED
        if left is right:
            return self._both()
        return self._one(Side.LEFT if left is Moved.YES else Side.RIGHT)

    def _view(self, side: Side) -> SideView:
        return self.left if side is Side.LEFT else self.right

    def _first_meeting(self) -> Verdict:
        """No base yet: an empty side is filled, and two different values are for the policy."""
        filled = [side for side in Side if self._is_filled(side)]
        if len(filled) == 2:
            return self._both()
        if len(filled) == 1:
            return self._one(filled[0])
        return self._none_filled()

    def _remade(self, left: Moved, right: Moved) -> Verdict:
        """Values are made in another way now: the old ones say nothing of who changed what.

        A one-way mapping writes what it makes now, unless somebody changed the target meanwhile.
        """
        if left is not right:
            return self._one(Side.LEFT if left is Moved.YES else Side.RIGHT)
        if left is Moved.NO and len(self.rule.updates) == 1:
            (target,) = self.rule.updates
            return self._one(target.other)
        return self._both()

    def _is_filled(self, side: Side) -> bool:
        if self.rule.mapping.transform.kind is TransformKind.CONSTANT:
            return side.other in self.rule.updates or self._has_value(side)
        return self._has_value(side)

    def _has_value(self, side: Side) -> bool:
        values = self._view(side).values
        return any(not is_empty(values.get(one.field)) for one in self.rule.watched(side))

    def _none_filled(self) -> Verdict:
        """Both empty: a default may still fill a side."""
        for target in self.rule.updates:
            if target in self.open and self.rule.mapping.transform.text:
                return self._write(target.other, erase=False)
        return Stay.AGREED

    def _one(self, winner: Side) -> Verdict:
        """One side changed, or only one side has a value: it wins if the way is open."""
        target = winner.other
        if target in self.rule.updates and target in self.open:
            return self._write(winner, erase=self.rule.mapping.erase)
        if self._agree():
            return Stay.AGREED
        return Stay.BLOCKED if target in self.rule.updates else Stay.HELD

    def _both(self) -> Verdict:
        if self._agree():
            return Stay.AGREED
        winner = self.chosen or _WINNERS[self.policy]
        if winner is None:
            return FieldConflict(self.rule.key, self._shown(Side.LEFT), self._shown(Side.RIGHT))
        target = winner.other
        if target not in self.rule.updates:
            # A one-way mapping whose far side wins: its value stays and is not copied back.
            return Stay.AGREED
        if target not in self.open:
            return Stay.BLOCKED
        # A person who chose an empty value meant it.
        return self._write(winner, erase=self.rule.mapping.erase or self.chosen is winner)

    def _agree(self) -> bool:
        return any(self._says_the_same(target) for target in self.rule.updates)

    def _says_the_same(self, target: Side) -> bool:
        way = self.rule.updates[target]
        try:
            value = way.make(self._view(target.other).values, self.references)
        except Held:
            return False
        return same(value, self._view(target).values.get(way.field))

    def _write(self, winner: Side, *, erase: bool) -> Verdict:
        target = winner.other
        way = self.rule.updates[target]
        after = way.make(self._view(winner).values, self.references)
        before = self._view(target).values.get(way.field)
        if same(after, before) or (is_empty(after) and not erase):
            return Stay.AGREED
        return FieldChange(self.rule.key, target, way.field, before, after)

    def _shown(self, side: Side) -> Value:
        """A side's value in a conflict; where several fields make it, what they make."""
        fields = self.rule.watched(side)
        if len(fields) == 1:
            return self._view(side).values.get(fields[0].field)
        return self.rule.updates[side.other].make(self._view(side).values, self.references)


_WINNERS: dict[Policy, Side | None] = {
    Policy.LEFT: Side.LEFT,
    Policy.RIGHT: Side.RIGHT,
    Policy.ASK: None,
}
