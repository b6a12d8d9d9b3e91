"""The three-way merge: what one mapping does to a linked record."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from integrations.contract import Value, Values
from syncs.engine.lines import bear_no_other_tax
from syncs.engine.rules import Rule, Watched
from syncs.engine.terms import (
    FieldChange,
    FieldConflict,
    FieldLock,
    Policy,
    References,
    Side,
    SideView,
    TransformKind,
)
from syncs.engine.values import is_empty, same
from syncs.engine.ways import Held


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


type Verdict = FieldChange | FieldConflict | FieldLock | Stay


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


def _that_count(rule: Rule, side: Side, base: Values, values: Values) -> tuple[Watched, ...]:
    """All fields; of those of which the first filled one is taken, none that comes after it."""
    fields = rule.watched(side)
    if rule.mapping.transform.kind is not TransformKind.REFERENCE:
        return fields
    before = (base_of(base, watched) for watched in fields)
    now = (values.get(watched.field) for watched in fields)
    return fields[: max(_first_filled(before), _first_filled(now)) + 1]


def _first_filled(held: Iterable[Value | Missing]) -> int:
    filled = (place for place, one in enumerate(held) if one is not MISSING and not is_empty(one))
    return next(filled, -1)


def changed_after(rule: Rule, side: Side, view: SideView) -> tuple[FieldLock, ...]:
    """What of a side's values was changed since something was made of them, once for ever."""
    if view.base is None:
        return ()
    return tuple(
        FieldLock(rule.key, side, watched.field, before, view.values.get(watched.field))
        for watched in _that_count(rule, side, view.base, view.values)
        if not isinstance(before := base_of(view.base, watched), Missing)
        and not same(view.values.get(watched.field), before)
    )


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
        if self.rule.owner is not None:
            return self._owned(self.rule.owner, left if self.rule.owner is Side.LEFT else right)
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

    def _owned(self, owner: Side, owner_moved: Moved) -> Verdict:
        """The owner's changes are written; what changed on the other side locks the record."""
        target = owner.other
        harm = self._harm(target)
        is_due = owner_moved is not Moved.NO or self.rule.is_remade(self.left)
        if target not in self.open:
            return Stay.BLOCKED if is_due or harm is not None else Stay.AGREED
        if harm is not None:
            return Stay.AGREED if self._says_the_same(target, harm.agreed) else harm
        return self._write(owner, erase=self.rule.mapping.erase) if is_due else Stay.AGREED

    def _harm(self, side: Side) -> FieldLock | None:
        """What was changed where the value does not belong; None when nothing was.

        Without a base nobody knows who changed what: then any value that is there already counts.
        """
        view = self._view(side)
        for watched in self.rule.watched(side):
            before, now = base_of(view.base or {}, watched), view.values.get(watched.field)
            agreed = None if isinstance(before, Missing) else before
            if before is MISSING and not self._has_value(side.other):
                continue
            if not self.rule.is_unhurt(agreed, now):
                return FieldLock(self.rule.key, side, watched.field, agreed, now)
        return None

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

    def _says_the_same(self, target: Side, agreed: Value = None) -> bool:
        """Whether the other side's value is what is there; `agreed`: where it does not belong.

        A tax that the other side says nothing of is one that was there before, or a change.
        """
        way = self.rule.updates[target]
        source, present = self._view(target.other).values, self._view(target).values
        try:
            value = way.make(source, self.references, present)
        except Held:
            return False
        held = present.get(way.field)
        if agreed is not None and not bear_no_other_tax(held, agreed, value):
            return False
        return self.rule.agree(value, held)

    def _write(self, winner: Side, *, erase: bool) -> Verdict:
        target = winner.other
        way = self.rule.updates[target]
        present = self._view(target).values
        after = way.make(self._view(winner).values, self.references, present)
        before = present.get(way.field)
        if same(after, before) or (is_empty(after) and not erase):
            return Stay.AGREED
        return FieldChange(self.rule.key, target, way.field, before, after)

    def _shown(self, side: Side) -> Value:
        """A side's value in a conflict; where several fields make it, what they make."""
        fields = self.rule.watched(side)
        if len(fields) == 1:
            return self._view(side).values.get(fields[0].field)
        present = self._view(side.other).values
        made = self.rule.updates[side.other]
        return made.make(self._view(side).values, self.references, present)


_WINNERS: dict[Policy, Side | None] = {
    Policy.LEFT: Side.LEFT,
    Policy.RIGHT: Side.RIGHT,
    Policy.ASK: None,
}
