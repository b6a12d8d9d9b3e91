"""What is known of a record after its plan was carried out: new bases, sides and states."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from integrations.contract import RecordState, Value, Values
from syncs.engine.compiled import Compiled, Linked, Rules, Sharers
from syncs.engine.merge import MISSING, Missing, Stay, base_of, is_quiet
from syncs.engine.rules import Rule, Watched
from syncs.engine.terms import (
    Agree,
    Archive,
    Create,
    Exclude,
    FieldConflict,
    FieldLock,
    Link,
    PartnerChoice,
    Plan,
    RecordView,
    References,
    Restore,
    Side,
    SideView,
    Unlink,
    Update,
)
from syncs.engine.values import same
from syncs.engine.ways import Held

_NO_BASE: Final[Values] = {}


@dataclass(frozen=True, slots=True)
class _Bases:
    """One side of a settled plan, from which each mapping takes its base."""

    side: Side
    view: SideView | None
    answer: Values | None
    # Mappings that keep the base they had.
    unsettled: Collection[str]
    # Mappings that wrote on this side.
    written: Collection[str]

    def wanted(self, rule: Rule, watched: Watched) -> Value | Missing:
        if rule.key in self.unsettled:
            return base_of(self.view.base or _NO_BASE, watched) if self.view else MISSING
        if rule.key in self.written and self.answer is not None:
            return self.answer.get(watched.field)
        return self.view.values.get(watched.field) if self.view else MISSING

    def made(self, shared: Sharers, prints: Sequence[Rule]) -> Values:
        base: dict[str, Value] = {}
        for rule in prints:
            self._put_print(base, rule)
        for field, sharers in shared.items():
            if len(sharers) > 1:
                self._put(base, field, sharers)
                continue
            value = self.wanted(*sharers[0])
            if value is not MISSING:
                base[field] = value
        return base

    def _put_print(self, base: dict[str, Value], rule: Rule) -> None:
        """How the mapping made its values when the record agreed."""
        if rule.key not in self.unsettled:
            base[rule.print_name] = rule.print
        elif self.view is not None and self.view.base and rule.print_name in self.view.base:
            base[rule.print_name] = self.view.base[rule.print_name]

    def _put(
        self, base: dict[str, Value], field: str, sharers: Sequence[tuple[Rule, Watched]]
    ) -> None:
        """One base for all mappings of the field where they agree, else one per mapping."""
        sharers = sorted(sharers, key=self._rank)
        wanted = [(watched, self.wanted(rule, watched)) for rule, watched in sharers]
        common = wanted[0][1]
        if any(value is MISSING for _, value in wanted):
            common = MISSING
        if not isinstance(common, Missing):
            base[field] = common
        for watched, value in wanted:
            if isinstance(value, Missing):
                continue
            if isinstance(common, Missing) or not same(value, common):
                base[watched.own] = value

    def _rank(self, sharer: tuple[Rule, Watched]) -> int:
        """The field's plain base is that of an open conflict, else of whoever wrote it."""
        key = sharer[0].key
        return 0 if key in self.unsettled else 1 if key in self.written else 2


def rebase(
    compiled: Compiled,
    record: RecordView,
    plan: Plan,
    left_answer: Values | None,
    right_answer: Values | None,
    references: References,
) -> tuple[Values, Values]:
    """Both sides' new bases after the plan was carried out, or found nothing to do.

    An answer is what the side holds since the write; None says that it was not written. A mapping
    whose change was not written, or that waits for a person or an open way, keeps its bases. A
    field that was not written keeps what it was at the decision, so that what somebody else, or
    the provider itself, changed meanwhile is seen next time.
    """
    if not isinstance(plan, Create | Update | Agree):
        return _old(record.left), _old(record.right)
    answers = {Side.LEFT: left_answer, Side.RIGHT: right_answer}
    views = {Side.LEFT: record.left, Side.RIGHT: record.right}
    unsettled = _unsettled(compiled, record, plan, answers, references)
    rules = _rules(compiled, record, plan)
    left, right = (
        _Bases(side, views[side], answers[side], unsettled, _written(rules, plan, side)).made(
            rules.sharers[side], rules.prints if side is Side.LEFT else ()
        )
        for side in Side
    )
    return left, right


def _old(view: SideView | None) -> Values:
    return (view.base if view is not None else None) or _NO_BASE


def _rules(compiled: Compiled, record: RecordView, plan: Plan) -> Rules:
    """What is created was born on the other side, whatever is known of both by now."""
    return compiled.born[plan.side.other] if isinstance(plan, Create) else compiled.rules(record)


def _written(rules: Rules, plan: Plan, side: Side) -> frozenset[str]:
    if isinstance(plan, Create) and plan.side is side:
        return frozenset(rule.key for rule in rules.every if side in rule.creates)
    if isinstance(plan, Update):
        return frozenset(change.mapping for change in plan.changes if change.side is side)
    return frozenset()


def _unsettled(
    compiled: Compiled,
    record: RecordView,
    plan: Plan,
    answers: dict[Side, Values | None],
    references: References,
) -> frozenset[str]:
    if isinstance(plan, Create):
        return frozenset()
    found: set[str] = set()
    if isinstance(plan, Update):
        found |= {change.mapping for change in plan.changes if answers[change.side] is None}
    if record.left is not None and record.right is not None:
        found |= _held(compiled, Linked(record, record.left, record.right), references)
    return frozenset(found)


def _held(compiled: Compiled, linked: Linked, references: References) -> set[str]:
    """The mappings with a change that may not flow now, or whose parent is not there."""
    open_sides, _ = compiled.open_sides(linked)
    found = {lock.mapping for lock in compiled.kept_locks(linked)}
    for rule in compiled.rules(linked.record).merging:
        if is_quiet(rule, linked.left, linked.right):
            continue
        try:
            verdict = compiled.verdict(rule, linked, open_sides, references)
        except Held:
            verdict = Stay.HELD
        if verdict in (Stay.HELD, Stay.BLOCKED) or isinstance(verdict, FieldConflict | FieldLock):
            found.add(rule.key)
    return found


def settle(
    compiled: Compiled,
    record: RecordView,
    plan: Plan,
    left_answer: SideView | None,
    right_answer: SideView | None,
    references: References,
) -> RecordView:
    """The record as it is known after the plan was carried out.

    For Link the partner's side is the answer, for Archive the archived side.
    """
    if isinstance(plan, Unlink):
        return _without(record, plan.side)
    left, right = left_answer or record.left, right_answer or record.right
    born = plan.side.other if isinstance(plan, Create) else record.born
    after = replace(record, left=left, right=right, born=born)
    if isinstance(plan, Link):
        return replace(after, partner_choice=PartnerChoice.NONE, partner_id="")
    if _is_partly_in_step(plan, record):
        plan = Agree()
    if isinstance(plan, Archive | Exclude | Restore):
        return _with_states(after)
    if not isinstance(plan, Create | Update | Agree):
        return record
    answers = {Side.LEFT: _values(left_answer), Side.RIGHT: _values(right_answer)}
    left_now, right_now = answers[Side.LEFT], answers[Side.RIGHT]
    bases = rebase(compiled, record, plan, left_now, right_now, references)
    # What a person chose counts once: until it was written, or had become needless.
    asked = _unsettled(compiled, record, plan, answers, references) if record.resolutions else ()
    return _agreed(after, bases, asked)


def _is_partly_in_step(plan: Plan, record: RecordView) -> bool:
    """Held back by a filter one way only, while its other values go on being agreed upon."""
    if not (isinstance(plan, Exclude) and plan.is_partial):
        return False
    return all(view is not None and view.base is not None for view in (record.left, record.right))


def _without(record: RecordView, side: Side) -> RecordView:
    if side is Side.LEFT:
        return replace(record, left=None, linked_before=True, born=None)
    return replace(record, right=None, linked_before=True, born=None)


def _with_states(record: RecordView) -> RecordView:
    """A removal, or a return, that both sides went through is settled: it is not done again."""
    left, right = record.left, record.right
    if left is None or right is None:
        return record
    if (left.state is RecordState.LIVE) is not (right.state is RecordState.LIVE):
        return record
    return replace(
        record,
        left=replace(left, settled_state=left.state),
        right=replace(right, settled_state=right.state),
    )


def _agreed(record: RecordView, bases: tuple[Values, Values], asked: Collection[str]) -> RecordView:
    if record.left is None or record.right is None:
        return record
    return replace(
        record,
        left=replace(record.left, base=bases[0], settled_state=record.left.state),
        right=replace(record.right, base=bases[1], settled_state=record.right.state),
        resolutions={key: side for key, side in record.resolutions.items() if key in asked},
        partner_choice=PartnerChoice.NONE,
        partner_id="",
        linked_before=True,
    )


def _values(view: SideView | None) -> Values | None:
    return view.values if view is not None else None
