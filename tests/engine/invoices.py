"""Invoices to try the document rules on: a CRM on the left, books on the right."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import Field, FieldType, Line, Values
from syncs.engine.terms import (
    DocumentRules,
    Fail,
    FieldMapping,
    Parent,
    ParentStatus,
    ReferenceKey,
    References,
    Side,
    SyncSpec,
    TaxRule,
    Transform,
    TransformKind,
)
from syncs.engine.transforms import transformer
from syncs.engine.values import lines_of
from syncs.engine.ways import Held

D = Decimal
CUSTOM = "99"
RULES = DocumentRules(
    product="product",
    fallback=CUSTOM,
    taxes=(TaxRule("vat", "5", D(20)), TaxRule("low", "6", D("5.5")), TaxRule("new", "", D(3))),
    left_total="total",
    right_total="sum",
    left_currency="currency",
)
LINES = FieldMapping(
    "lines", ("lines",), ("Lines",), transform=Transform(TransformKind.LINES), owned=True
)
CURRENCY = FieldMapping("currency", ("currency",), ("CurrencyRef",))
LEFT_FIELDS = {
    "lines": Field("lines", "Lines", FieldType.LINES, references="product"),
    "total": Field("total", "Total", FieldType.MONEY),
    "currency": Field("currency", "Currency", FieldType.CHOICE),
    "order_adjustments": Field("order_adjustments", "Adjustments", creatable=False),
}
RIGHT_FIELDS = {
    "Lines": Field("Lines", "Lines", FieldType.LINES, references="item"),
    "sum": Field("sum", "Total", FieldType.MONEY, creatable=False, updatable=False),
    "CurrencyRef": Field("CurrencyRef", "Currency", FieldType.CHOICE),
}
SPEC = SyncSpec(LEFT_FIELDS, RIGHT_FIELDS, (LINES, CURRENCY), documents=RULES)

LINKED = Parent(ParentStatus.LINKED, "1")
PARENTS: References = {
    ReferenceKey("product", Side.LEFT, "17"): LINKED,
    ReferenceKey("product", Side.LEFT, "18"): Parent(ParentStatus.EXCLUDED, title="Table"),
    ReferenceKey("product", Side.LEFT, "19"): Parent(ParentStatus.WAITING, title="Lamp"),
    ReferenceKey("product", Side.LEFT, "20"): Parent(
        ParentStatus.FAILING, title="Sofa", reason="Its name is taken."
    ),
    ReferenceKey("product", Side.LEFT, "T-1", "sku"): Parent(ParentStatus.LINKED, "2"),
    ReferenceKey("product", Side.LEFT, "T-9", "sku"): Parent(ParentStatus.ABSENT),
    ReferenceKey("product", Side.RIGHT, "1"): Parent(ParentStatus.LINKED, "17"),
    ReferenceKey("product", Side.RIGHT, "3"): Parent(ParentStatus.EXCLUDED),
    ReferenceKey("product", Side.RIGHT, "T", "sku"): Parent(ParentStatus.ABSENT),
}


def line(quantity: str = "1", price: str = "10", amount: str | None = None, **more: Any) -> Line:
    """A line of linked chairs; the amount is what the numbers come to, unless it is given."""
    exact = D(quantity) * D(price) - (more.get("discount") or D(0))
    return Line(
        **{"reference": "17", "name": "Chair"} | more,
        quantity=D(quantity),
        unit_price=D(price),
        amount=exact if amount is None else D(amount),
    )


def invoice(
    *lines: Line, total: Decimal | None = None, currency: str = "EUR", **more: Any
) -> Values:
    """An invoice on the left; untaxed, it comes to the sum of its lines."""
    net = sum((one.amount or D(0) for one in lines), D(0))
    return {
        "lines": lines, "total": net if total is None else total, "currency": currency, **more
    }  # fmt: skip


def book(values: Values, present: Values | None = None, **rules: Any) -> tuple[Line, ...]:
    """The lines made for the books; raises Held."""
    return _made(Side.RIGHT, values, present, rules)


def show(values: Values, present: Values | None = None, **rules: Any) -> tuple[Line, ...]:
    """The lines made for the CRM; raises Held."""
    return _made(Side.LEFT, values, present, rules)


def _made(
    target: Side, values: Values, present: Values | None, rules: dict[str, Any]
) -> tuple[Line, ...]:
    spec = replace(SPEC, documents=replace(RULES, **rules))
    field = RIGHT_FIELDS["Lines"] if target is Side.RIGHT else LEFT_FIELDS["lines"]
    make = transformer(LINES, target, field, spec)
    return lines_of(make(values, PARENTS, present or {}))


def refusal(values: Values, **rules: Any) -> Fail:
    """Why the books cannot take the invoice."""
    with pytest.raises(Held) as held:
        book(values, **rules)
    assert isinstance(held.value.plan, Fail)
    return held.value.plan
