"""Payloads to records and values to payloads.

Reading goes through a function compiled once for an object type and the fields asked for: a page
has a thousand records, and nothing about the fields is looked up again for each of them.

Writing an empty value (developer.intuit.com, "Sparse update a customer": members left out are
kept): a creation leaves it out; a partial update sends an empty string for text and cannot empty
anything else; a whole update leaves it out, which QuickBooks takes as empty.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from integrations.connectors.quickbooks.fields import CUSTOM_FIELD, FieldSpec
from integrations.connectors.quickbooks.objects import INACTIVE_SUFFIX, Definition
from integrations.contract import (
    Category,
    Fault,
    Field,
    FieldType,
    Misconfigured,
    Record,
    RecordState,
    Value,
    Values,
)

type Payload = dict[str, Any]
type Reader = Callable[[Payload], Value]
type Decode = Callable[[Payload], Record]

_NOTHING: Payload = {}
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Unwritable(Exception):
    """A value that cannot be sent for this record; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def from_json(body: bytes) -> Any:
    """The decoded body, amounts exact; raises msgspec.DecodeError when it is not JSON."""
    return _DECODER.decode(body)


def to_json(payload: Any) -> bytes:
    return _ENCODER.encode(payload)


def instant(value: str) -> datetime:
    """A time of QuickBooks, which carries the offset of its own coast, in UTC."""
    return datetime.fromisoformat(value).astimezone(UTC)


def _text(value: Any) -> Value:
    if type(value) is str:
        return value or None
    return None if value is None else str(value)


def _number(value: Any) -> Value:
    return None if value is None or value == "" else Decimal(value)


def _boolean(value: Any) -> Value:
    if value is None or value is True or value is False:
        return value
    return str(value).lower() == "true"


def _date(value: Any) -> Value:
    return date.fromisoformat(value) if value else None


def _datetime(value: Any) -> Value:
    return instant(value) if value else None


_FROM_JSON: Mapping[FieldType, Callable[[Any], Value]] = {
    FieldType.TEXT: _text,
    FieldType.CHOICE: _text,
    FieldType.REFERENCE: _text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
}


def _reader(spec: FieldSpec) -> Reader:
    convert = _FROM_JSON[spec.field.type]
    if spec.path[0] == CUSTOM_FIELD:
        return _custom_reader(spec.path[1])
    if len(spec.path) == 1:
        (member,) = spec.path
        return lambda payload: convert(payload.get(member))
    outer, inner = spec.path

    def read(payload: Payload) -> Value:
        member = payload.get(outer)
        return convert(member.get(inner)) if member else None

    return read


def _is_plain(spec: FieldSpec) -> bool:
    return len(spec.path) == 1 and _FROM_JSON[spec.field.type] is _text


def _custom_reader(definition_id: str) -> Reader:
    def read(payload: Payload) -> Value:
        for entry in payload.get(CUSTOM_FIELD) or ():
            if entry.get("DefinitionId") == definition_id:
                return _text(entry.get("StringValue"))
        return None

    return read


def without_suffix(name: str) -> str:
    """The name as it was before its record was made inactive."""
    return INACTIVE_SUFFIX.sub("", name)


def compile_decoder(definition: Definition, fields: Sequence[str]) -> Decode:
    """A function from payload to record with exactly these fields.

    Raises Misconfigured for a field that QuickBooks does not have.
    """
    specs = {name: definition.spec(name) for name in fields}
    plain = tuple((name, spec.path[0]) for name, spec in specs.items() if _is_plain(spec))
    others = tuple((name, _reader(spec)) for name, spec in specs.items() if not _is_plain(spec))
    title = definition.title
    suffixed = tuple(name for name in definition.names if name in specs)

    def decode(payload: Payload) -> Record:
        values: dict[str, Value] = {}
        # Most fields are such texts: here no function is called for each of them.
        for name, member in plain:
            found = payload.get(member)
            values[name] = found if found.__class__ is str and found else _text(found)
        for name, read in others:
            values[name] = read(payload)
        active = payload.get("Active") is not False
        label = payload.get(title) or ""
        if not active:
            label = without_suffix(label)
            for name in suffixed:
                values[name] = without_suffix(str(values[name] or "")) or None
        changed = (payload.get("MetaData") or _NOTHING).get("LastUpdatedTime")
        return Record(
            payload["Id"],
            payload.get("SyncToken") or "",
            values,
            label,
            RecordState.LIVE if active else RecordState.ARCHIVED,
            instant(changed) if changed else None,
        )

    return decode


def gone(record_id: str, fields: Sequence[str], at: datetime | None = None) -> Record:
    """A record that is no longer there: every field is empty."""
    return Record(record_id, "", dict.fromkeys(fields), state=RecordState.GONE, modified_at=at)


def _refuse(category: Category, code: str, field: Field, reason: str) -> Unwritable:
    return Unwritable(Fault(category, code, f"{field.label}: {reason}", field=field.name))


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
    raise _refuse(Category.FIELD_INVALID, "wrong_type", field, message)


def _put(payload: Payload, spec: FieldSpec, value: Any) -> None:
    outer, *inner = spec.path
    if outer == CUSTOM_FIELD:
        entries = [e for e in payload.get(outer, ()) if e.get("DefinitionId") != inner[0]]
        entry = {"DefinitionId": inner[0], "Type": "StringType", "StringValue": value}
        payload[outer] = [*entries, entry]
    elif inner:
        payload[outer] = {**(payload.get(outer) or {}), inner[0]: value}
    else:
        payload[outer] = value


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
            _put(payload, spec, _to_json(spec.field, value))
    return payload


def sparse_payload(definition: Definition, values: Values, current: Payload | None) -> Payload:
    """A partial update; `current` is needed for the members that hold several fields."""
    payload: Payload = {}
    for name, value in values.items():
        spec = writable(definition, name, creating=False)
        outer = spec.path[0]
        if outer in definition.groups and current is not None and outer not in payload:
            payload[outer] = _group(current.get(outer))
        _put(payload, spec, _emptied(spec.field) if value is None else _to_json(spec.field, value))
    return payload


def _group(member: Mapping[str, Any] | None) -> Payload:
    """An address as it may be sent back: its coordinates are QuickBooks' own."""
    return {name: part for name, part in (member or {}).items() if name not in ("Lat", "Long")}


def _emptied(field: Field) -> str:
    if field.unique:
        raise _refuse(Category.FIELD_MISSING, "cannot_empty", field, "it must have a value.")
    if field.type is FieldType.TEXT:
        return ""
    reason = "once set, it can only be cleared in QuickBooks itself."
    raise _refuse(Category.FIELD_INVALID, "cannot_empty", field, reason)


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
            raise _refuse(Category.FIELD_MISSING, "cannot_empty", spec.field, "it is required.")
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
