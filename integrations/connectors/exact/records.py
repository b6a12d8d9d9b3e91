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
    texts = tuple((name, spec.column) for name, spec in specs.items() if _is_text(spec))
    codes = tuple((name, spec.column) for name, spec in specs.items() if _is_code(spec))
    known = {name for name, _ in (*texts, *codes)}
    others = tuple((n, _reader(spec, zone)) for n, spec in specs.items() if n not in known)
    state = definition.state or (_ending(today) if definition.has_end else _always_live)
    key, version, title = definition.key, definition.version, _titled(definition)

    def decode(row: Payload) -> Record:
        values: dict[str, Value] = {}
        # Most fields are texts and codes: here no function is called for each of them.
        for name, column in texts:
            found = row.get(column)
            values[name] = found if found.__class__ is str and found else plain_text(found)
        for name, column in codes:
            found = row.get(column)
            values[name] = None if found is None else str(found).strip() or None
        for name, read in others:
            values[name] = read(row)
        shown = row.get(MODIFIED) or ""
        changed = shown[6:-2]
        return Record(
            row[key].lower(),
            changed if version is None else _joined(changed, version(row)),
            values,
            title(row),
            state(row),
            times.instant(shown, zone) if shown else None,
        )

    return decode


def _joined(changed: str, besides: str) -> str:
    return f"{changed}+{besides}" if besides else changed


def _titled(definition: Definition) -> Callable[[Payload], str]:
    columns, key, label = definition.title, definition.key, definition.type.label

    def title(row: Payload) -> str:
        for column in columns:
            found = str(row.get(column) or "").strip()
            if found:
                return found
        return f"{label} {row[key]}"

    return title


def _is_text(spec: FieldSpec) -> bool:
    return spec.read is None and not spec.is_code and spec.field.type is FieldType.TEXT


def _is_code(spec: FieldSpec) -> bool:
    return spec.read is None and spec.is_code


def _reader(spec: FieldSpec, zone: ZoneInfo) -> Read:
    if spec.read is not None:
        return spec.read
    convert = _converter(spec, zone)
    column = spec.column
    return lambda row: convert(row.get(column))


def _converter(spec: FieldSpec, zone: ZoneInfo) -> Callable[[Any], Value]:
    if spec.field.type is FieldType.DATETIME:
        return lambda value: times.instant(value, zone) if value else None
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
