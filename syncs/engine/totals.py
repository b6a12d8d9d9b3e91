"""Whether both sides of a linked document come to the same."""

from decimal import Decimal

from integrations.contract import Category, Fault, Value
from syncs.engine.compiled import Linked
from syncs.engine.lines import ZERO
from syncs.engine.terms import Fail, SyncSpec, TotalRule, TransformKind
from syncs.engine.values import as_text, lines_of, same


def unequal(spec: SyncSpec, linked: Linked) -> Fail | None:
    """The first amount that differs, as a fault with both sums; None when all are equal."""
    for rule in spec.totals:
        mine, yours = linked.left.values.get(rule.left), linked.right.values.get(rule.right)
        if not same(mine, yours):
            return _differing(spec, linked, rule, mine, yours)
    return None


def _differing(spec: SyncSpec, linked: Linked, rule: TotalRule, mine: Value, yours: Value) -> Fail:
    category = Category.TAX if _lines_are_equal(spec, linked) else Category.FIELD_INVALID
    reason = "The lines come to the same, so look at the tax. " if category is Category.TAX else ""
    message = (
        f"{rule.label}: {as_text(mine) or 'nothing'} on the left and "
        f"{as_text(yours) or 'nothing'} on the right. {reason}Make both amounts equal."
    )
    return Fail(Fault(category, "totals_differ", message, field=rule.left))


def _lines_are_equal(spec: SyncSpec, linked: Linked) -> bool:
    for mapping in spec.mappings:
        if mapping.transform.kind is TransformKind.LINES:
            mine = _sum(linked.left.values.get(mapping.left[0]))
            return mine == _sum(linked.right.values.get(mapping.right[0]))
    return False


def _sum(lines: Value) -> Decimal:
    return sum((line.amount or ZERO for line in lines_of(lines)), ZERO)
