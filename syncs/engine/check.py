"""What a provider would refuse for certain is refused here, in words, without a call."""

from collections.abc import Iterable, Mapping

from integrations.contract import Category, Fault, Field, FieldType, Value
from syncs.engine.terms import FieldChange
from syncs.engine.values import is_empty

_SHOWN = 60


def check_create(changes: Iterable[FieldChange], fields: Mapping[str, Field]) -> Fault | None:
    """The first thing that stops a create: a bad value, or a required field without one."""
    given = {change.field: change.after for change in changes}
    for field in fields.values():
        if field.required and field.creatable and is_empty(given.get(field.name)):
            return _missing(field)
    return _first_bad(given, fields)


def check_update(changes: Iterable[FieldChange], fields: Mapping[str, Field]) -> Fault | None:
    """The first thing that stops an update; fields that are not written are not looked at."""
    return _first_bad({change.field: change.after for change in changes}, fields)


def _first_bad(given: Mapping[str, Value], fields: Mapping[str, Field]) -> Fault | None:
    for name, value in given.items():
        fault = bad_value(value, fields[name]) if name in fields else None
        if fault is not None:
            return fault
    return None


def bad_value(value: Value, field: Field) -> Fault | None:
    """Why the provider would refuse the value in this field."""
    if is_empty(value):
        return _missing(field) if field.required else None
    if isinstance(value, str) and field.max_length is not None and len(value) > field.max_length:
        return _too_long(value, field, field.max_length)
    if field.type in (FieldType.CHOICE, FieldType.CHOICES) and field.choices:
        return _bad_choice(value, field)
    return None


def _missing(field: Field) -> Fault:
    message = f"{field.label} is required and would be empty."
    return Fault(Category.FIELD_MISSING, "required", message, field=field.name)


def _too_long(value: str, field: Field, limit: int) -> Fault:
    message = f"{field.label} may have {limit} characters and “{_shown(value)}” has {len(value)}."
    return Fault(Category.FIELD_INVALID, "too_long", message, field=field.name)


def _bad_choice(value: Value, field: Field) -> Fault | None:
    offered = {choice.value: choice.active for choice in field.choices}
    for one in value if isinstance(value, tuple) else (value,):
        if one not in offered:
            message = f"{field.label} has no choice “{_shown(str(one))}”."
            return Fault(Category.FIELD_INVALID, "not_a_choice", message, field=field.name)
        if not offered[str(one)]:
            message = f"{field.label}: the choice “{_shown(str(one))}” is no longer active."
            return Fault(Category.FIELD_INVALID, "inactive_choice", message, field=field.name)
    return None


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
