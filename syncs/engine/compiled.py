"""A sync made ready once for many records."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.contract import Field
from syncs.engine.filters import Evaluator, evaluator
from syncs.engine.merge import Merge, Rule, Verdict, Watched, compile_rule
from syncs.engine.terms import (
    Condition,
    FieldMapping,
    Leaving,
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
class Compiled:
    """What every decision of a sync needs; holds no state of any record."""

    spec: SyncSpec
    rules: tuple[Rule, ...]
    # The rules that may write on a linked record.
    merging: tuple[Rule, ...]
    labels: Mapping[str, str]
    # The sides that the sync's direction lets values flow to.
    reachable: frozenset[Side]
    filters: Mapping[Side, Evaluator]
    # The recipe's fixed conditions alone, for records that a person sent.
    fixed: Mapping[Side, Evaluator]
    # The mappings that take part in each field of a side: bases are made field by field.
    sharers: Mapping[Side, Sharers]
    # The mappings that keep a fingerprint beside the bases.
    prints: tuple[Rule, ...]

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
        for side, view in ((Side.LEFT, linked.left), (Side.RIGHT, linked.right)):
            target = side.other
            if target not in self.reachable:
                continue
            blocking = self.blocking(linked.record, view, side)
            if blocking is not None:
                open_sides -= {target}
                clause = clause or blocking
        return open_sides, clause

    def verdict(
        self, rule: Rule, linked: Linked, open_sides: frozenset[Side], references: References
    ) -> Verdict:
        chosen = linked.record.resolutions.get(rule.key)
        policy = self.spec.policy
        merge = Merge(rule, linked.left, linked.right, open_sides, policy, references, chosen)
        return merge.verdict()


def compile_spec(spec: SyncSpec) -> Compiled:
    """Raises ValueError for a spec with problems; `spec_problems` words them for people."""
    rules = tuple(compile_rule(mapping, spec) for mapping in spec.mappings)
    sides = (
        (Side.LEFT, spec.left_filter, spec.left_fields),
        (Side.RIGHT, spec.right_filter, spec.right_fields),
    )
    return Compiled(
        spec=spec,
        rules=rules,
        merging=tuple(rule for rule in rules if rule.updates),
        labels={mapping.key: _label(mapping, spec) for mapping in spec.mappings},
        reachable=frozenset(side for side in Side if spec.direction.reaches(side)),
        filters={side: evaluator(chosen, fields) for side, chosen, fields in sides},
        fixed={side: evaluator(chosen, fields, fixed_only=True) for side, chosen, fields in sides},
        sharers={side: _sharers(rules, side) for side in Side},
        prints=tuple(rule for rule in rules if rule.print),
    )


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
