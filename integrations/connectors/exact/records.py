"""Rows to records.

Reading goes through a function compiled once for an object type and the fields asked for: a page
has a thousand rows, and nothing about the fields is looked up again for each of them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.connectors.exact import times
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.fields import (
    FieldSpec,
    Read,
    boolean,
    date_of,
    plain_text,
    stripped,
)
from integrations.connectors.exact.money import number
from integrations.connectors.exact.payloads import Payload
from integrations.contract import FieldType, Record, RecordState, Value

type Decode = Callable[[Payload], Record]
type Today = Callable[[], date]

END_DATE = "EndDate"
MODIFIED = "Modified"
_FROM_JSON: Mapping[FieldType, Callable[[Any], Value]] = {
    FieldType.TEXT: plain_text,
    FieldType.CHOICE: stripped,
    FieldType.REFERENCE: stripped,
    FieldType.NUMBER: number,
    FieldType.MONEY: number,
    FieldType.BOOLEAN: boolean,
    FieldType.DATE: date_of,
}


def columns_for(definition: Definition, names: Sequence[str]) -> tuple[str, ...]:
    """The columns to select for these fields, and for what every record has.

    Raises Misconfigured for a field that Exact does not have.
    """
    always = (definition.key, MODIFIED, *definition.title, *definition.columns)
    ends = (END_DATE,) if definition.has_end else ()
    wanted = [column for name in names for column in definition.spec(name).columns]
    return tuple(dict.fromkeys((*always, *ends, *wanted)))


def compile_decoder(
    definition: Definition, names: Sequence[str], zone: ZoneInfo, today: Today
) -> Decode:
    """A function from row to record with exactly these fields."""
    specs = {name: definition.spec(name) for name in names}
    readers = tuple((name, _reader(spec, zone)) for name, spec in specs.items())
    state = definition.state or (_ending(today) if definition.has_end else _always_live)
    key, title, version = definition.key, definition.title, definition.version
    label = definition.type.label

    def decode(row: Payload) -> Record:
        shown = str(row.get(MODIFIED) or "")
        found = (str(row.get(column) or "").strip() for column in title)
        parts = [shown.strip("/Date()")]
        if version is not None:
            parts.append(version(row))
        record_id = str(row[key]).lower()
        return Record(
            record_id,
            "+".join(part for part in parts if part),
            {name: read(row) for name, read in readers},
            next(filter(None, found), f"{label} {record_id}"),
            state(row),
            times.instant(shown, zone) if shown else None,
        )

    return decode


def _reader(spec: FieldSpec, zone: ZoneInfo) -> Read:
    if spec.read is not None:
        return spec.read
    convert = _converter(spec, zone)
    column = spec.column
    return lambda row: convert(row.get(column))


def _converter(spec: FieldSpec, zone: ZoneInfo) -> Callable[[Any], Value]:
    if spec.field.type is FieldType.DATETIME:
        return lambda value: times.instant(value, zone) if value else None
    if spec.is_code:
        return stripped
    return _FROM_JSON[spec.field.type]


def _always_live(_row: Payload) -> RecordState:
    return RecordState.LIVE


def _ending(today: Today) -> Callable[[Payload], RecordState]:
    """Inactive after its last day; on that day itself it is as good as ended."""

    def state(row: Payload) -> RecordState:
        end = str(row.get(END_DATE) or "")
        ended = bool(end) and times.day(end) <= today()
        return RecordState.ARCHIVED if ended else RecordState.LIVE

    return state


def gone(record_id: str, names: Sequence[str], at: datetime | None = None) -> Record:
    """A record that is no longer there: every field is empty."""
    return Record(record_id, "", dict.fromkeys(names), state=RecordState.GONE, modified_at=at)
