"""The decision: what becomes of one record, from what is known of it and nothing else.

A `Decider` is a sync made ready once for many records. Ask it for the `Plan`; when the plan was
carried out, `rebase` (or `settle`, the whole record) says what is known afterwards. Deciding again
then gives Agree, or what follows from the provider's own answer (a name that it built from parts,
say): after every write decide again, and anything but Agree is due at once.
"""

from integrations.contract import Values
from syncs.engine import matching
from syncs.engine import rebase as rebasing
from syncs.engine.compiled import Compiled, Linked, compile_spec
from syncs.engine.linked import decide_linked
from syncs.engine.parents import facts_by_type, reference_keys
from syncs.engine.terms import (
    Create,
    Exclude,
    ExcludeReason,
    Matches,
    Plan,
    RecordView,
    ReferenceKey,
    References,
    Side,
    SideView,
    SyncSpec,
    Update,
)
from syncs.engine.unlinked import decide_unlinked
from syncs.engine.ways import Held

NO_MATCHES = Matches()
NO_REFERENCES: References = {}


class Decider:
    """A sync's rules made ready for many records."""

    __slots__ = ("_compiled", "_facts")

    def __init__(self, spec: SyncSpec) -> None:
        """Raises ValueError for a spec with problems; `spec_problems` words them for people."""
        self._compiled: Compiled = compile_spec(spec)
        self._facts = facts_by_type(spec)

    @property
    def spec(self) -> SyncSpec:
        return self._compiled.spec

    def keys(self, side: Side, values: Values) -> tuple[tuple[str, str], ...]:
        """The (rule name, comparable value) pairs by which a record of this side is found."""
        return matching.keys(self.spec.match_rules, side, values)

    def references(self, record: RecordView) -> tuple[ReferenceKey, ...]:
        """The parents that a decision about this record needs to know."""
        rules = self._compiled.rules(record).referring
        return tuple(dict.fromkeys(key for rule in rules for key in reference_keys(rule, record)))

    def facts(self, object_type: str) -> frozenset[str]:
        """The fields that a decision needs to know of parents of this left object type.

        They are read on the other side than the reference is on, and go into `Parent.facts`.
        """
        return self._facts.get(object_type, frozenset())

    def decide(
        self,
        record: RecordView,
        matches: Matches = NO_MATCHES,
        references: References = NO_REFERENCES,
    ) -> Plan:
        """The one thing to do now about this record."""
        if record.excluded_by_hand:
            return Exclude(ExcludeReason.BY_HAND)
        left, right = record.left, record.right
        try:
            if left is not None and right is not None:
                return decide_linked(self._compiled, Linked(record, left, right), references)
            return decide_unlinked(self._compiled, record, matches, references)
        except Held as held:
            return held.plan

    def rebase(
        self,
        record: RecordView,
        plan: Plan,
        left_answer: Values | None = None,
        right_answer: Values | None = None,
        references: References = NO_REFERENCES,
    ) -> tuple[Values, Values]:
        """Both sides' new bases after the plan was carried out; see syncs.engine.rebase."""
        return rebasing.rebase(self._compiled, record, plan, left_answer, right_answer, references)

    def settle(
        self,
        record: RecordView,
        plan: Plan,
        left_answer: SideView | None = None,
        right_answer: SideView | None = None,
        references: References = NO_REFERENCES,
    ) -> RecordView:
        """The whole record as it is known after the plan was carried out."""
        return rebasing.settle(self._compiled, record, plan, left_answer, right_answer, references)


def decide(
    spec: SyncSpec,
    record: RecordView,
    matches: Matches = NO_MATCHES,
    references: References = NO_REFERENCES,
) -> Plan:
    """Decide about one record; for many records make a `Decider` once."""
    return Decider(spec).decide(record, matches, references)


def rebase(
    spec: SyncSpec,
    record: RecordView,
    plan: Plan,
    left_answer: Values | None = None,
    right_answer: Values | None = None,
    references: References = NO_REFERENCES,
) -> tuple[Values, Values]:
    """Both sides' new bases; for many records make a `Decider` once."""
    return Decider(spec).rebase(record, plan, left_answer, right_answer, references)


def wishes(plan: Plan, side: Side) -> Values:
    """The values that a plan writes on a side; empty when it writes nothing there."""
    if not isinstance(plan, Create | Update):
        return {}
    return {change.field: change.after for change in plan.changes if change.side is side}
