"""Payments: how much of them goes to which document, and what they take from it."""

from collections.abc import Iterator
from decimal import Decimal

from integrations.contract import Line, Value, Values
from syncs.engine.lines import ZERO, carried
from syncs.engine.terms import (
    Exclude,
    ExcludeReason,
    Parent,
    ParentStatus,
    References,
    Side,
)
from syncs.engine.values import as_text, lines_of
from syncs.engine.ways import Held, Transformer, Way

# The field of a document with what is still open of it, where the mapping names none.
BALANCE = "Balance"
_NOT_PART = frozenset({ParentStatus.EXCLUDED, ParentStatus.ABSENT})


def open_field(text: str) -> str:
    return text or BALANCE


def allocations(way: Way) -> Transformer:
    """A payment's lines with the documents' ids and amounts of the other side.

    A line without an amount takes what is open of its document, as far as the payment goes. Lines
    whose documents are not part of the sync are left out; a payment that has no other is not
    created.
    """
    (source,) = way.sources
    balance = open_field(way.mapping.transform.text)
    total = _total_field(way)

    def make(values: Values, references: References, present: Values) -> Value:
        held = lines_of(present.get(way.name))
        left = values.get(total)
        purse = _Purse(left if isinstance(left, Decimal) else None, held, balance)
        found = list(_linked(way, lines_of(values.get(source)), references))
        # What is said is set aside before the rest is shared out.
        for line, _ in found:
            purse.pay(line.amount or ZERO)
        made = [purse.allocated(line, parent) for line, parent in found]
        if not made and not present:
            raise Held(Exclude(ExcludeReason.PARENT))
        return carried([line for line in made if line.amount != ZERO], held) or None

    return make


def _total_field(way: Way) -> str:
    rules = way.spec.documents if way.spec else None
    if rules is None:
        return ""
    return rules.left_total if way.source is Side.LEFT else rules.right_total


def _linked(
    way: Way, lines: tuple[Line, ...], references: References
) -> Iterator[tuple[Line, Parent]]:
    """The lines whose documents are on the other side; others that should be hold all back."""
    for line in lines:
        if not line.reference:
            continue
        parent = way.parent(line.reference, references)
        if parent.status is ParentStatus.LINKED:
            yield line, parent
        elif parent.status not in _NOT_PART:
            raise way.orphan(parent, line.reference)


class _Purse:
    """What is left of a payment while it is shared out; None: nobody knows, so there is enough."""

    def __init__(self, left: Decimal | None, held: tuple[Line, ...], balance: str) -> None:
        self._left = left
        self._balance = balance
        # What this payment took already is open to it once more.
        self._taken = {line.reference: line.amount or ZERO for line in held}

    def pay(self, amount: Decimal) -> None:
        if self._left is not None:
            self._left = max(ZERO, self._left - amount)

    def allocated(self, line: Line, parent: Parent) -> Line:
        if line.amount is not None:
            return Line(reference=parent.id, amount=line.amount)
        balance = parent.facts.get(self._balance)
        amount = self._left
        if isinstance(balance, Decimal):
            wanted = max(ZERO, balance + self._taken.get(parent.id, ZERO))
            amount = wanted if self._left is None else min(wanted, self._left)
        self.pay(amount or ZERO)
        return Line(reference=parent.id, amount=amount)


def parent_field(way: Way) -> Transformer:
    """What the first linked parent holds in a field of the target side.

    A record without any linked parent is not created, nor is one whose required field would stay
    empty.
    """
    (source,) = way.sources
    wanted = way.mapping.transform.text

    def make(values: Values, references: References, present: Values) -> Value:
        parents = [way.parent(one, references) for one in _parent_ids(values.get(source))]
        linked = [one for one in parents if one.status is ParentStatus.LINKED]
        value = way.fit(next((one.facts.get(wanted) for one in linked), None))
        is_needed = way.field is not None and way.field.required and value is None
        if not present and (not linked or is_needed):
            raise _apart(way, values, references)
        return value

    return make


def _apart(way: Way, values: Values, references: References) -> Held:
    """Why there is no parent: one that is failing says so, others are not part of the sync."""
    for parent_id in _parent_ids(values.get(way.sources[0])):
        parent = way.parent(parent_id, references)
        if parent.status is ParentStatus.FAILING:
            return way.orphan(parent, parent_id)
    return Held(Exclude(ExcludeReason.PARENT))


def _parent_ids(value: Value) -> list[str]:
    lines = lines_of(value)
    if lines:
        return [line.reference for line in lines if line.reference]
    return [as_text(value)] if value else []
