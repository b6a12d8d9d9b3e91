"""Values to payloads: what a creation, a partial and a whole update send.

An empty value (developer.intuit.com, "Sparse update a customer": members left out are kept): a
creation leaves it out; a partial update sends an empty string for text and cannot empty anything
else; a whole update leaves it out, which QuickBooks takes as empty. A date is never sent empty:
QuickBooks makes the year 9999 of it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.fields import CUSTOM_FIELD, LINES, FieldSpec
from integrations.connectors.quickbooks.payloads import Payload, refusal
from integrations.connectors.quickbooks.records import without_suffix
from integrations.contract import (
    Category,
    Fault,
    Field,
    FieldType,
    Line,
    Misconfigured,
    Value,
    Values,
)


def _to_json(field: Field, value: Value) -> Any:
    """The value as JSON; raises Unwritable when it is of another type than the field."""
    kind = field.type
    if kind is FieldType.BOOLEAN and isinstance(value, bool):
        return value
    if kind in (FieldType.NUMBER, FieldType.MONEY) and isinstance(value, Decimal):
        if value.is_finite():
            return value
    elif kind is FieldType.DATE and isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    elif kind in (FieldType.TEXT, FieldType.CHOICE, FieldType.REFERENCE) and isinstance(value, str):
        return value
    message = f"{type(value).__name__} does not fit a field of type {kind}."
    raise refusal(Category.FIELD_INVALID, "wrong_type", field, message)


def _put(payload: Payload, spec: FieldSpec, value: Any) -> None:
    outer, *inner = spec.path
    if outer == CUSTOM_FIELD:
        entries = [e for e in payload.get(outer, ()) if e.get("DefinitionId") != inner[0]]
        payload[outer] = [*entries, _custom_entry(inner[0], value)]
        return
    member = payload
    for name in spec.path[:-1]:
        member[name] = dict(member.get(name) or {})
        member = member[name]
    member[spec.path[-1]] = value


def _custom_entry(definition_id: str, value: Any) -> Payload:
    kind = "Number" if isinstance(value, Decimal) else "String"
    return {"DefinitionId": definition_id, "Type": f"{kind}Type", f"{kind}Value": value}


def _take_out(payload: Payload, spec: FieldSpec) -> None:
    """Leave the value out, and with it a member that only held this value."""
    outer, *inner = spec.path
    member = payload.get(outer)
    if not inner or member is None:
        payload.pop(outer, None)
    elif outer == CUSTOM_FIELD:
        payload[outer] = [e for e in member if e.get("DefinitionId") != inner[0]]
    elif inner[0] == "value":
        # A reference also carries the name of what it refers to.
        del payload[outer]
    else:
        payload[outer] = {name: part for name, part in member.items() if name != inner[0]}


def writable(definition: Definition, name: str, *, creating: bool) -> FieldSpec:
    """The field, when it may be written; raises Misconfigured when it may not."""
    spec = definition.spec(name)
    if spec.field.creatable if creating else spec.field.updatable:
        return spec
    when = "written" if creating else "changed"
    message = f"{spec.field.label} ({name}) cannot be {when} in QuickBooks."
    fault = Fault(Category.CONFIGURATION, "field_not_writable", message, field=name)
    raise Misconfigured(fault)


def create_payload(definition: Definition, values: Values) -> Payload:
    """A new record: nothing but the values that are there."""
    payload: Payload = {}
    for name, value in values.items():
        spec = writable(definition, name, creating=True)
        if value is not None:
            _put(payload, spec, _json_of(spec, value, {}))
    return payload


def sparse_payload(definition: Definition, values: Values, current: Payload | None) -> Payload:
    """A partial update; `current` is needed for the members that hold several values."""
    payload: Payload = {}
    for name, value in values.items():
        spec = writable(definition, name, creating=False)
        outer = spec.path[0]
        in_group = outer in definition.groups and outer != LINES
        if in_group and current is not None and outer not in payload:
            payload[outer] = _group(current.get(outer))
        is_emptied = value is None and spec.write_lines is None
        sent = _emptied(spec.field) if is_emptied else _json_of(spec, value, current or {})
        _put(payload, spec, sent)
    return payload


def _json_of(spec: FieldSpec, value: Value, current: Payload) -> Any:
    if spec.write_lines is None:
        return _to_json(spec.field, value)
    lines = tuple(line for line in _members(value) if isinstance(line, Line))
    if len(lines) < len(_members(value)):
        raise refusal(Category.FIELD_INVALID, "wrong_type", spec.field, "these are no lines.")
    return spec.write_lines(spec.field, lines, current)


def _members(value: Value) -> tuple[object, ...]:
    """The lines; what is none of them counts as one, so that it is refused."""
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def _group(member: Any) -> Any:
    """An address or the custom fields as they may be sent back: without QuickBooks' own parts."""
    if isinstance(member, list):
        return [dict(entry) for entry in member]
    return {name: part for name, part in (member or {}).items() if name not in ("Lat", "Long")}


def _emptied(field: Field) -> str:
    if field.unique:
        raise refusal(Category.FIELD_MISSING, "cannot_empty", field, "it must have a value.")
    if field.type is FieldType.TEXT:
        return ""
    reason = "once set, it can only be cleared in QuickBooks itself."
    raise refusal(Category.FIELD_INVALID, "cannot_empty", field, reason)


def whole_payload(definition: Definition, values: Values, current: Payload) -> Payload:
    """A whole update: the record as it is with the new values, without what QuickBooks keeps.

    Members unknown to us are sent back as they came; leaving them out would empty them.
    """
    payload = {
        name: part for name, part in current.items() if _sent_back(definition.read_only, name)
    }
    for name, value in values.items():
        spec = writable(definition, name, creating=False)
        if value is not None:
            _put(payload, spec, _to_json(spec.field, value))
        elif spec.field.unique or spec.field.required:
            raise refusal(Category.FIELD_MISSING, "cannot_empty", spec.field, "it is required.")
        else:
            _take_out(payload, spec)
    if payload.get("Active") is not False and current.get("Active") is False:
        _restore_names(definition, payload, values)
    return payload


def _sent_back(read_only: frozenset[str], member: str) -> bool:
    # Extension blocks (PurchaseEx, ItemEx …) are refused when they are sent back.
    return member not in read_only and not member.endswith("Ex")


def _restore_names(definition: Definition, payload: Payload, values: Values) -> None:
    """A record made active again gets back the name it had, unless a new one is written."""
    for name in definition.names:
        if name in payload and name not in values:
            payload[name] = without_suffix(payload[name])
