"""Payloads to records.

Reading goes through a function compiled once for an object type and the fields asked for: a page
has a thousand records, and nothing about the fields is looked up again for each of them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.connectors.quickbooks.definitions import INACTIVE_SUFFIX, Definition
from integrations.connectors.quickbooks.fields import CUSTOM_FIELD, FieldSpec, Read
from integrations.connectors.quickbooks.money import shown
from integrations.connectors.quickbooks.payloads import Payload, decimal, instant, reference
from integrations.contract import FieldType, Record, RecordState, Value

type Decode = Callable[[Payload], Record]
type Describe = Callable[[Payload], tuple[str, RecordState]]
"""What people know the record by, and the state it is in."""

_NOTHING: Payload = {}


def _text(value: Any) -> Value:
    if type(value) is str:
        return value or None
    return None if value is None else str(value)


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
    FieldType.NUMBER: decimal,
    FieldType.MONEY: decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
}


def _reader(spec: FieldSpec) -> Read:
    if spec.read is not None:
        return spec.read
    convert = _FROM_JSON[spec.field.type]
    if spec.path[0] == CUSTOM_FIELD:
        return _custom_reader(spec.path[1], convert)
    if len(spec.path) == 1:
        (member,) = spec.path
        return lambda payload: convert(payload.get(member))
    *outers, inner = spec.path

    def read(payload: Payload) -> Value:
        member = payload
        for outer in outers:
            member = member.get(outer) or _NOTHING
        return convert(member.get(inner))

    return read


def _is_plain(spec: FieldSpec) -> bool:
    is_text = _FROM_JSON.get(spec.field.type) is _text
    return is_text and len(spec.path) == 1 and spec.read is None


def _custom_reader(definition_id: str, convert: Callable[[Any], Value]) -> Read:
    def read(payload: Payload) -> Value:
        for entry in payload.get(CUSTOM_FIELD) or ():
            if entry.get("DefinitionId") == definition_id:
                number = entry.get("NumberValue")
                return convert(entry.get("StringValue") if number is None else number)
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
    suffixed = tuple(name for name in definition.names if name in specs)
    describe = _document(definition) if definition.is_document else _list_entry(definition)

    def decode(payload: Payload) -> Record:
        values: dict[str, Value] = {}
        # Most fields are such texts: here no function is called for each of them.
        for name, member in plain:
            found = payload.get(member)
            values[name] = found if found.__class__ is str and found else _text(found)
        for name, read in others:
            values[name] = read(payload)
        label, state = describe(payload)
        if state is RecordState.ARCHIVED:
            for name in suffixed:
                values[name] = without_suffix(str(values[name] or "")) or None
        changed = (payload.get("MetaData") or _NOTHING).get("LastUpdatedTime")
        return Record(
            payload["Id"],
            payload.get("SyncToken") or "",
            values,
            label,
            state,
            instant(changed) if changed else None,
        )

    return decode


def _list_entry(definition: Definition) -> Describe:
    title = definition.title

    def describe(payload: Payload) -> tuple[str, RecordState]:
        name = payload.get(title) or ""
        if payload.get("Active") is False:
            return without_suffix(name), RecordState.ARCHIVED
        return name, RecordState.LIVE

    return describe


def _document(definition: Definition) -> Describe:
    """Known by its number; without one, by what it comes to and when."""
    title, kind = definition.title, definition.type.label

    def describe(payload: Payload) -> tuple[str, RecordState]:
        state = state_of_document(payload)
        if title:
            return str(payload.get(title) or f"{kind} {payload['Id']}"), state
        total = decimal(payload.get("TotalAmt")) or Decimal(0)
        amount = shown(total, reference(payload.get("CurrencyRef")))
        return f"{amount} {payload.get('TxnDate') or ''}".strip(), state

    return describe


def state_of_document(payload: Payload) -> RecordState:
    """Voided documents stay, with amounts of zero and a note that begins with "Voided".

    developer.intuit.com, API reference, "Void an invoice" and "Void a payment".
    """
    note = payload.get("PrivateNote") or ""
    if payload.get("TotalAmt") == 0 and note.startswith("Voided"):
        return RecordState.VOIDED
    return RecordState.LIVE


def gone(record_id: str, fields: Sequence[str], at: datetime | None = None) -> Record:
    """A record that is no longer there: every field is empty."""
    return Record(record_id, "", dict.fromkeys(fields), state=RecordState.GONE, modified_at=at)
