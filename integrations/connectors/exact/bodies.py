"""Values to what Exact takes in a body, and what may not be sent at all.

What can be told without asking is told here: each refused call counts against the ten an hour
after which Exact shuts an endpoint.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.connectors.exact import times
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.faults import REQUIRED
from integrations.connectors.exact.fields import FieldSpec
from integrations.connectors.exact.payloads import refusal
from integrations.contract import Category, Fault, FieldType, Misconfigured, Value, Values

_TYPES: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str,),
    FieldType.CHOICE: (str,),
    FieldType.REFERENCE: (str,),
    FieldType.NUMBER: (Decimal,),
    FieldType.MONEY: (Decimal,),
    FieldType.BOOLEAN: (bool,),
    FieldType.DATE: (date,),
    FieldType.DATETIME: (datetime,),
    FieldType.LINES: (tuple,),
}


def writable(definition: Definition, name: str, *, creating: bool) -> FieldSpec:
    """The field, when it may be written; raises Misconfigured when it may not."""
    spec = definition.spec(name)
    if spec.field.creatable if creating else spec.field.updatable:
        return spec
    when = "written" if creating else "changed"
    message = f"{spec.field.label} ({name}) cannot be {when} in Exact."
    fault = Fault(Category.CONFIGURATION, "field_not_writable", message, field=name)
    raise Misconfigured(fault)


def create_body(definition: Definition, values: Values, zone: ZoneInfo) -> dict[str, Any]:
    """A new record: nothing but the values that are there; raises Unwritable."""
    for spec in definition.specs:
        if spec.field.required and values.get(spec.field.name) is None:
            raise refusal(Category.FIELD_MISSING, REQUIRED, spec.field, "Exact asks for a value.")
    specs = {name: writable(definition, name, creating=True) for name in values}
    given = {name: value for name, value in values.items() if value is not None}
    return _members(specs, given, zone)


def change_body(definition: Definition, values: Values, zone: ZoneInfo) -> dict[str, Any]:
    """The members of a PUT; what is emptied is sent as null. Raises Unwritable."""
    specs = {name: writable(definition, name, creating=False) for name in values}
    for name, value in values.items():
        if value is None and specs[name].field.required:
            field = specs[name].field
            raise refusal(Category.FIELD_MISSING, REQUIRED, field, "it cannot be emptied.")
    return _members(specs, values, zone)


def _members(specs: Mapping[str, FieldSpec], values: Values, zone: ZoneInfo) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in values.items():
        spec = specs[name]
        if value is not None:
            check(spec, value)
        if spec.write is not None:
            body |= spec.write(spec.field, value)
        elif not spec.is_apart:
            body[spec.column] = to_json(spec, value, zone)
    return body


def check(spec: FieldSpec, value: Value) -> None:
    """Raises Unwritable for what Exact would refuse or cut off."""
    field = spec.field
    if not isinstance(value, _TYPES.get(field.type, (object,))):
        raise refusal(Category.FIELD_INVALID, "wrong_type", field, f"{value!r} does not fit.")
    if not isinstance(value, str):
        return
    if field.max_length is not None and len(value) > field.max_length:
        reason = f"Exact takes {field.max_length} characters, these are {len(value)}."
        raise refusal(Category.FIELD_INVALID, "too_long", field, reason)
    if field.choices and value not in {choice.value for choice in field.choices}:
        reason = f"{value!r} is none of Exact's values."
        raise refusal(Category.FIELD_INVALID, "no_such_choice", field, reason)


def to_json(spec: FieldSpec, value: Value, zone: ZoneInfo) -> Any:
    if spec.is_byte and isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return times.literal(value, zone)
    return value.isoformat() if isinstance(value, date) else value
