"""A sync made ready once for many records."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.contract import Field
from syncs.engine.filters import Evaluator, evaluator
from syncs.engine.merge import Merge, Verdict, changed_after
from syncs.engine.parents import REFERRING
from syncs.engine.rules import Rule, Watched, compile_rule
from syncs.engine.terms import (
    Condition,
    Exclude,
    ExcludeReason,
    FieldLock,
    FieldMapping,
    Leaving,
    Mode,
    Policy,
    RecordView,
    References,
    Side,
    SideView,
    SyncSpec,
)

type Sharers = Mapping[str, tuple[tuple[Rule, Watched], ...]]


@dataclass(frozen=True, slots=True)
class Linked:
    """A record with both its sides at hand."""

    record: RecordView
    left: SideView
    right: SideView


@dataclass(frozen=True, slots=True)
class Rules:
    """The mappings that are there for records born on one side."""

    every: tuple[Rule, ...]
    # Those that may write on a linked record.
    merging: tuple[Rule, ...]
    # Those whose values something was made of, once for ever.
    keeping: tuple[Rule, ...]
    # Those that lead to other records.
    referring: tuple[Rule, ...]
    # The mappings that take part in each field of a side: bases are made field by field.
    sharers: Mapping[Side, Sharers]
    # The mappings that keep a fingerprint beside the bases.
    prints: tuple[Rule, ...]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Compiled:
    """What every decision of a sync needs; holds no state of any record."""

    spec: SyncSpec
    born: Mapping[Side, Rules]
    labels: Mapping[str, str]
    # The sides that the sync's direction lets values flow to.
    reachable: frozenset[Side]
    # Those of them on which records are ever made.
    creatable: frozenset[Side]
    filters: Mapping[Side, Evaluator]
    # The recipe's fixed conditions alone, for records that a person sent.
    fixed: Mapping[Side, Evaluator]

    def rules(self, record: RecordView) -> Rules:
        return self.born[record.birth]

    def fields(self, side: Side) -> Mapping[str, Field]:
        return self.spec.left_fields if side is Side.LEFT else self.spec.right_fields

    def blocking(self, record: RecordView, view: SideView, side: Side) -> Condition | None:
        """The filter's clause that keeps this side's values at home."""
        # Whoever agreed once and may go on has not to pass again.
        if self.spec.leaving is Leaving.KEEP and view.base is not None:
            return None
        filters = self.fixed if record.enrolled_by_hand else self.filters
        return filters[side](view.values).clause

    def open_sides(self, linked: Linked) -> tuple[frozenset[Side], Condition | None]:
        """The sides that may be written, and the clause that closed a way that there is."""
        clause: Condition | None = None
        open_sides = self.reachable
        if self.spec.mode is Mode.ONCE:
            # Whoever passed once may hear what became of it, wherever it stands by now.
            return open_sides, None
        for side, view in ((Side.LEFT, linked.left), (Side.RIGHT, linked.right)):
            target = side.other
            if target not in self.reachable:
                continue
            blocking = self.blocking(linked.record, view, side)
            if blocking is not None:
                open_sides -= {target}
                clause = clause or blocking
        return open_sides, clause

    def kept_locks(self, linked: Linked) -> tuple[FieldLock, ...]:
        """What was changed since something was made of it, unless a person lets that be."""
        views = {Side.LEFT: linked.left, Side.RIGHT: linked.right}
        return tuple(
            lock
            for rule in self.rules(linked.record).keeping
            if rule.kept and linked.record.resolutions.get(rule.key) is not rule.kept.other
            for lock in changed_after(rule, rule.kept, views[rule.kept])
        )

    def verdict(
        self, rule: Rule, linked: Linked, open_sides: frozenset[Side], references: References
    ) -> Verdict:
        chosen = linked.record.resolutions.get(rule.key)
        policy = self.rules(linked.record).policy
        merge = Merge(rule, linked.left, linked.right, open_sides, policy, references, chosen)
        return merge.verdict()


def compile_spec(spec: SyncSpec) -> Compiled:
    """Raises ValueError for a spec with problems; `spec_problems` words them for people."""
    sides = (
        (Side.LEFT, spec.left_filter, spec.left_fields),
        (Side.RIGHT, spec.right_filter, spec.right_fields),
    )
    reachable = frozenset(side for side in Side if spec.direction.reaches(side))
    return Compiled(
        spec=spec,
        born=_by_birth(spec),
        labels={mapping.key: _label(mapping, spec) for mapping in spec.mappings},
        reachable=reachable,
        creatable=reachable & spec.creates,
        filters={side: evaluator(chosen, fields) for side, chosen, fields in sides},
        fixed={side: evaluator(chosen, fields, fixed_only=True) for side, chosen, fields in sides},
    )


def _by_birth(spec: SyncSpec) -> dict[Side, Rules]:
    left = _rules(spec, Side.LEFT)
    cares = spec.edited_at_birth or any(one.owned or one.born for one in spec.mappings)
    return {Side.LEFT: left, Side.RIGHT: _rules(spec, Side.RIGHT) if cares else left}


def _rules(spec: SyncSpec, born: Side) -> Rules:
    every = tuple(
        compile_rule(mapping, spec, born)
        for mapping in spec.mappings
        if mapping.born in (None, born)
    )
    return Rules(
        every=every,
        merging=tuple(rule for rule in every if rule.updates),
        keeping=tuple(rule for rule in every if rule.kept is not None),
        referring=tuple(one for one in every if one.mapping.transform.kind in REFERRING),
        sharers={side: _sharers(every, side) for side in Side},
        prints=tuple(rule for rule in every if rule.print),
        policy=_policy(spec, born),
    )


def _policy(spec: SyncSpec, born: Side) -> Policy:
    if born in spec.edited_at_birth:
        return Policy(born.value)
    if spec.mode is Mode.ONCE and len(spec.creates) == 1:
        # What is said of it afterwards is the word of the side where it was made.
        (made,) = spec.creates
        return Policy(made.value)
    return spec.policy


def held_back(clause: Condition | None, *, is_partial: bool = False) -> Exclude:
    """Not part of the sync as a clause said no; a fixed one may say what that means."""
    reason = clause.reason if clause is not None else None
    return Exclude(reason or ExcludeReason.FILTER, clause, is_partial)


def _sharers(rules: tuple[Rule, ...], side: Side) -> Sharers:
    found: dict[str, tuple[tuple[Rule, Watched], ...]] = {}
    for rule in rules:
        for watched in rule.watched(side):
            found[watched.field] = (*found.get(watched.field, ()), (rule, watched))
    return found


def _label(mapping: FieldMapping, spec: SyncSpec) -> str:
    """What people call the mapping: the field that it is about."""
    named = [spec.left_fields.get(name) for name in mapping.left]
    if len(named) != 1:
        named = [spec.right_fields.get(name) for name in mapping.right]
    known = [field.label for field in named if field is not None]
    return ", ".join(known) or mapping.key
