"""Whether Exact kept what was sent: what it may not or will not change, it drops without a word."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.fields import FieldSpec
from integrations.contract import Category, Fault, FieldType, Record, Value, Values

NOT_KEPT = "not_kept"
# What is rounded there is kept all the same.
_ROUNDING = Decimal("0.01")
_CATEGORIES: Mapping[str, Category] = {
    "currencies": Category.CURRENCY,
    "vat_codes": Category.TAX,
}


def dropped(
    definition: Definition, sent: Values, held: Record, before: Record | None
) -> Fault | None:
    """The fault of the first field that was not taken; None when everything was."""
    for name, value in sent.items():
        spec = definition.spec(name)
        if spec.field.type is FieldType.LINES:
            continue
        old = before.fields.get(name) if before is not None else None
        if not _is_kept(spec, value, held.fields.get(name), old):
            return _fault(spec, value, held.fields.get(name))
    return None


def is_same(definition: Definition, sent: Values, held: Record) -> bool:
    """Whether a record has all the values of a create that was never answered.

    What is written by a call of its own may still be missing.
    """
    return all(
        _has(definition.spec(name), value, held.fields.get(name))
        for name, value in sent.items()
        if value is not None and definition.spec(name).field.type is not FieldType.LINES
    )


def _has(spec: FieldSpec, sent: Value, held: Value) -> bool:
    return (spec.is_apart and held is None) or _equal(spec, sent, held)


def _is_kept(spec: FieldSpec, sent: Value, held: Value, before: Value) -> bool:
    if _equal(spec, sent, held):
        return True
    if sent is None or spec.field.type in (FieldType.CHOICE, FieldType.REFERENCE):
        return False
    if spec.field.type in (FieldType.BOOLEAN, FieldType.DATE):
        return False
    # A text or number that is neither gone nor the old one was put into another form.
    return held is not None and held != before


def _equal(spec: FieldSpec, sent: Value, held: Value) -> bool:
    if sent is None:
        return held in (None, False)
    if isinstance(sent, str) and isinstance(held, str):
        return _plain(spec, sent) == _plain(spec, held)
    if isinstance(sent, Decimal) and isinstance(held, Decimal):
        return abs(sent - held) < _ROUNDING
    if isinstance(sent, datetime) and isinstance(held, datetime):
        return abs((sent - held).total_seconds()) < 1
    return sent == held or (sent is False and held is None)


def _plain(spec: FieldSpec, text: str) -> str:
    plain = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return plain.casefold() if spec.is_code else plain


def _fault(spec: FieldSpec, sent: Value, held: Value) -> Fault:
    field = spec.field
    instead = "nothing" if held is None else f"“{held}”"
    wanted = "emptied" if sent is None else f"set to “{sent}”"
    message = f"{field.label}: Exact did not take it. It should be {wanted}; Exact kept {instead}."
    category = _CATEGORIES.get(field.choice_list, Category.FIELD_INVALID)
    return Fault(category, NOT_KEPT, message, field=field.name)
