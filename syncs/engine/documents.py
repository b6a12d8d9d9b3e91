"""A document's lines on their way to the other side, with every amount kept.

The left is the CRM: products, line discounts, tax rates. The right is the books: items, tax codes,
net prices, and discounts as lines of their own. Either way the lines made come to what the source's
lines come to, or the record fails and says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from integrations.contract import Category, Line, Value, Values
from syncs.engine.currencies import rounded
from syncs.engine.discounts import priced, spread
from syncs.engine.lines import ONE, ZERO, carried, multiplied
from syncs.engine.taxes import taxed_totals
from syncs.engine.terms import (
    DocumentRules,
    Parent,
    ParentStatus,
    References,
    Side,
    TaxRule,
)
from syncs.engine.texts import shorten
from syncs.engine.values import as_text, lines_of, plain_number
from syncs.engine.ways import Held, Transformer, Way, why_apart

# The name of the match rule by which lines find what they sell.
SKU = "sku"
_NAME_LENGTH = 250


def document_lines(way: Way) -> Transformer:
    """Lines made anew for the other side; the ids of those that they replace stay."""
    (source,) = way.sources
    rules = _rules(way)
    currency = currency_field(way)

    def make(values: Values, references: References, present: Values) -> Value:
        code = as_text(values.get(currency))
        document = _Document(way, rules, values, references, code)
        held = lines_of(values.get(source))
        try:
            made = document.booked(held) if way.target is Side.RIGHT else document.shown(held)
        except InvalidOperation:
            reason = "A number has more digits than can be counted with."
            raise way.refused("amount_too_large", reason) from None
        return carried(made, lines_of(present.get(way.name))) or None

    return make


def _rules(way: Way) -> DocumentRules:
    known = way.spec.documents if way.spec else None
    return known or DocumentRules(product=way.object_type)


def currency_field(way: Way) -> str:
    """The source's field with the currency code: the rules name the left one, and on the right
    it is the one that a mapping pairs with that.
    """
    left = _rules(way).left_currency
    if way.source is Side.LEFT or way.spec is None or not left:
        return left
    paired = (one.right for one in way.spec.mappings if one.left == (left,) and one.right)
    return next(paired, ("",))[0]


@dataclass(frozen=True, slots=True)
class _Document:
    """One document whose lines are asked for."""

    way: Way
    rules: DocumentRules
    values: Values
    references: References
    currency: str

    # -- to the right: into the books

    def booked(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        self._refuse_adjustments()
        made = tuple(self._booked(line) for line in lines)
        self._check_total(lines, made)
        return made

    def _refuse_adjustments(self) -> None:
        found = as_text(self.values.get(self.rules.adjustments))
        if found:
            raise self.way.refused(
                "order_adjustments",
                f"{found} is on the document as a whole, which the other side cannot take over. "
                "Use a discount on the lines, a line for the fee, or a tax rate on the lines.",
            )

    def _booked(self, line: Line) -> Line:
        if _is_text(line):
            return Line(description=line.description or line.name)
        found, description = self._sold(line)
        made = Line(
            reference=found,
            sku=line.sku,
            name=line.name,
            description=description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            amount=rounded(net_amount(line), self.currency),
            tax=self._code(line),
            service_date=line.service_date,
        )
        return multiplied(made, self.currency)

    def _sold(self, line: Line) -> tuple[str, str]:
        """The id of what is sold, and the description that goes with it."""
        if not self.rules.product:
            return "", _in_words(line)
        parent = self._product(line)
        if parent is not None and parent.status is ParentStatus.LINKED:
            return parent.id, line.description
        if self.rules.needs_match or not self.rules.fallback:
            raise self._unmatched(line, parent)
        return self.rules.fallback, _in_words(line)

    def _product(self, line: Line) -> Parent | None:
        """What is known of the product: by its id, else by its SKU; None without either."""
        by_id = self.way.parent(line.reference, self.references) if line.reference else None
        if by_id is not None and by_id.status is ParentStatus.LINKED:
            return by_id
        by_sku = self.way.parent(line.sku, self.references, SKU) if line.sku else None
        if by_sku is not None and by_sku.status is ParentStatus.LINKED:
            return by_sku
        return by_id or by_sku

    def _unmatched(self, line: Line, parent: Parent | None) -> Held:
        why = f" {why_apart(parent)}" if parent is not None else " names no product and no SKU."
        if parent is not None and parent.status is ParentStatus.ABSENT and not parent.reason:
            why = " matches nothing on the other side, neither by its product nor by its SKU."
        reason = f"The line “{_called(line)}”{why}"
        return self.way.refused(
            "line_unmatched", reason, Category.PARENT_MISSING, parent_id=line.reference
        )

    def _code(self, line: Line) -> str:
        if line.tax:
            rule = _by_rate(self.rules).get(line.tax)
            if rule is not None and rule.right:
                return rule.right
            label = (rule.label if rule is not None else "") or line.tax_name or line.tax
            reason = f"The tax rate “{label}” has no tax code on the other side yet."
            raise self.way.refused("tax_rate_unmapped", reason, Category.TAX)
        if self.rules.tax_needed and not self.rules.no_tax:
            reason = f"The line “{_called(line)}” has no tax rate, and the other side needs one."
            raise self.way.refused("tax_rate_missing", reason, Category.TAX)
        return self.rules.no_tax

    def _check_total(self, lines: Sequence[Line], made: Sequence[Line]) -> None:
        """The lines and their tax must come to what the document says it comes to."""
        if not self.rules.left_total:
            return
        said = self.values.get(self.rules.left_total)
        rates = {rule.left: rule.rate for rule in self.rules.taxes}
        amounts = [
            (one.amount or ZERO, ZERO if self.rules.inclusive else rates.get(line.tax, ZERO))
            for line, one in zip(lines, made, strict=True)
        ]
        sums = taxed_totals(amounts, self.currency)
        if said in sums:
            return
        category = Category.TAX if any(rate for _, rate in amounts) else Category.FIELD_INVALID
        reason = (
            f"The lines come to {plain_number(sums[0])} with their tax, and the document says "
            f"{as_text(said) or 'nothing'}. Nothing was written, as not a cent may be lost."
        )
        raise self.way.refused("totals_differ", reason, category)

    # -- to the left: into the CRM

    def shown(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Discount lines are taken off the others: the left knows no negative price."""
        sold = [line for line in lines if net_amount(line) >= ZERO]
        cut = -sum((net_amount(line) for line in lines if net_amount(line) < ZERO), ZERO)
        shares = spread(cut, [net_amount(line) for line in sold], self.currency)
        if shares is None:
            reason = f"{plain_number(cut)} is to be taken off, and the lines come to less."
            raise self.way.refused("discount_too_large", reason)
        return tuple(self._shown(line, share) for line, share in zip(sold, shares, strict=True))

    def _shown(self, line: Line, share: Decimal) -> Line:
        if _is_text(line):
            return _as_free_line(line)
        amount = net_amount(line)
        found = self._product(line)
        is_linked = found is not None and found.status is ParentStatus.LINKED
        made = Line(
            reference=found.id if found is not None and is_linked else "",
            sku=line.sku,
            name=line.name or shorten(line.description, _NAME_LENGTH),
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=amount,
            tax=self._rate(line),
            service_date=line.service_date,
        )
        return priced(made, share, self.currency)

    def _rate(self, line: Line) -> str:
        """The first rate that stands for the line's code; none where nobody mapped it."""
        found = (rule.left for rule in self.rules.taxes if line.tax and rule.right == line.tax)
        return next(found, "")


def _by_rate(rules: DocumentRules) -> Mapping[str, TaxRule]:
    return {rule.left: rule for rule in rules.taxes}


def _is_text(line: Line) -> bool:
    """Words between the lines that sell something."""
    has_numbers = not (line.quantity is line.unit_price is line.amount is None)
    return not (line.reference or line.sku or has_numbers)


def _as_free_line(line: Line) -> Line:
    name = line.name or shorten(line.description, _NAME_LENGTH)
    description = "" if name == line.description else line.description
    return Line(name=name, description=description, quantity=ONE, unit_price=ZERO, amount=ZERO)


def net_amount(line: Line) -> Decimal:
    """What the line comes to; where it does not say so, what its price and discount come to."""
    if line.amount is not None:
        return line.amount
    quantity = ONE if line.quantity is None else line.quantity
    return quantity * (line.unit_price or ZERO) - (line.discount or ZERO)


def _in_words(line: Line) -> str:
    parts = [line.name, line.description]
    return ": ".join(dict.fromkeys(part for part in parts if part))


def _called(line: Line) -> str:
    return line.name or line.sku or line.description or line.reference
