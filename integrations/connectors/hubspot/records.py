"""Payloads to records, values to payloads. HubSpot's values are text; "" and null are empty."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import msgspec

from integrations.connectors.hubspot.objects import (
    COMPANY_PREFIX,
    CONTACT,
    MERGED_IDS,
    PRIMARY_COMPANY,
    Kind,
)
from integrations.contract import Field, FieldType, Record, RecordState, Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Payload(msgspec.Struct, rename="camel", gc=False):
    """A record as HubSpot answers it."""

    id: str
    properties: dict[str, str | None] = {}
    updated_at: str = ""
    archived: bool = False
    archived_at: str | None = None
    object_write_trace_id: str | None = None


class NextPage(msgspec.Struct):
    after: str | int = ""


class Paging(msgspec.Struct):
    next: NextPage | None = None


class Found(msgspec.Struct):
    """The answer of list, search and batch calls."""

    results: list[Payload]
    paging: Paging | None = None

    @property
    def after(self) -> str:
        """Where the next page begins, "" when this is the last."""
        return str(self.paging.next.after) if self.paging and self.paging.next else ""


class BadValue(ValueError):
    """A value that cannot stand in a property of that type."""


def moment(text: str) -> datetime:
    """A time from ISO text or epoch milliseconds."""
    if text.lstrip("-").isdigit():
        return _EPOCH + timedelta(milliseconds=int(text))
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def from_milliseconds(number: int) -> datetime:
    return _EPOCH + number * _MILLISECOND


def _day(text: str) -> date:
    return date.fromisoformat(text) if "-" in text[1:] else moment(text).date()


def _choices(text: str) -> Value:
    """Sorted: the order in which HubSpot keeps several choices means nothing."""
    return tuple(sorted({part for part in text.split(";") if part})) or None


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


_READERS: Mapping[FieldType, Callable[[str], Value]] = {
    FieldType.NUMBER: _number,
    FieldType.MONEY: _number,
    FieldType.BOOLEAN: _truth,
    FieldType.DATE: _day,
    FieldType.DATETIME: moment,
    FieldType.CHOICES: _choices,
}


def reader_of(field: Field) -> Callable[[str], Value] | None:
    """How the field's text becomes its value; None: as it is."""
    if field.name == "email":
        # HubSpot keeps addresses in lower case; older ones may not be.
        return str.lower
    return _READERS.get(field.type)


def read_value(reader: Callable[[str], Value] | None, text: str | None) -> Value:
    """The value of a property; text that is not of the property's type stays text."""
    if not text:
        return None
    if reader is None:
        return text
    try:
        return reader(text)
    except (ValueError, InvalidOperation, OverflowError):
        return text


def write_value(field: Field, value: Value) -> str:
    """The text to send, "" to empty the property; raises BadValue with the reason."""
    if value is None:
        return ""
    write = _WRITERS.get(field.type, _write_text)
    return write(value)


def _write_text(value: Value) -> str:
    if not isinstance(value, str):
        raise BadValue(f"{value!r} is not a text.")
    return value


def _write_number(value: Value) -> str:
    # A plain decimal: HubSpot takes neither exponents nor separators.
    if not isinstance(value, Decimal) or not value.is_finite():
        raise BadValue(f"{value!r} is not a number.")
    return format(value, "f")


def _write_truth(value: Value) -> str:
    if not isinstance(value, bool):
        raise BadValue(f"{value!r} is neither true nor false.")
    return "true" if value else "false"


def _write_day(value: Value) -> str:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise BadValue(f"{value!r} is not a date.")
    return value.isoformat()


def _write_moment(value: Value) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadValue(f"{value!r} is not a time with a zone.")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write_choices(value: Value) -> str:
    if not isinstance(value, tuple):
        raise BadValue(f"{value!r} is not a list of choices.")
    if any(";" in part for part in value):
        raise BadValue("A choice must not contain a semicolon.")
    return ";".join(sorted({part for part in value if part}))


_WRITERS: Mapping[FieldType, Callable[[Value], str]] = {
    FieldType.NUMBER: _write_number,
    FieldType.MONEY: _write_number,
    FieldType.BOOLEAN: _write_truth,
    FieldType.DATE: _write_day,
    FieldType.DATETIME: _write_moment,
    FieldType.CHOICES: _write_choices,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which properties to read into which fields, sorted out once."""

    plain: tuple[tuple[str, str], ...]
    converted: tuple[tuple[str, str, Callable[[str], Value]], ...]

    @classmethod
    def of(cls, fields: Collection[Field], prefix: str = "") -> "Columns":
        plain, converted = [], []
        for field in fields:
            name = field.name.removeprefix(prefix)
            reader = reader_of(field)
            if reader is None:
                plain.append((field.name, name))
            else:
                converted.append((field.name, name, reader))
        return cls(tuple(plain), tuple(converted))

    @property
    def properties(self) -> list[str]:
        return [name for _, name in self.plain] + [name for _, name, _ in self.converted]

    def read_into(self, values: dict[str, Value], properties: Mapping[str, str | None]) -> None:
        get = properties.get
        for field, name in self.plain:
            values[field] = get(name) or None
        for field, name, reader in self.converted:
            text = get(name)
            values[field] = read_value(reader, text) if text else None


class Decoder:
    """Makes records of one object type with the fields that were asked for."""

    def __init__(self, kind: Kind, fields: Collection[Field]) -> None:
        self.kind = kind
        own = [field for field in fields if not field.name.startswith(COMPANY_PREFIX)]
        of_company = [field for field in fields if field.name.startswith(COMPANY_PREFIX)]
        self._own = Columns.of(own)
        self._company = Columns.of(of_company, COMPANY_PREFIX) if kind is CONTACT else None
        self.company_properties = self._company.properties if of_company and self._company else []
        self._names = tuple(field.name for field in fields)
        self.properties = self._wanted()

    def _wanted(self) -> list[str]:
        wanted = [*self._own.properties, *self.kind.title_names, self.kind.modified]
        if self.kind.merges:
            wanted.append(MERGED_IDS)
        if self.company_properties:
            wanted.append(PRIMARY_COMPANY)
        return list(dict.fromkeys(wanted))

    def modified(self, payload: Payload) -> datetime:
        return moment(payload.properties.get(self.kind.modified) or payload.updated_at)

    def company_id(self, payload: Payload) -> str:
        return payload.properties.get(PRIMARY_COMPANY) or ""

    def record(self, payload: Payload, company: Mapping[str, str | None] | None = None) -> Record:
        """`company`: the properties of a contact's primary company."""
        properties = payload.properties
        values: dict[str, Value] = {}
        self._own.read_into(values, properties)
        if self.company_properties and self._company:
            self._company.read_into(values, company or {})
        merged = properties.get(MERGED_IDS) if self.kind.merges else None
        return Record(
            payload.id,
            payload.updated_at,
            values,
            self._title(properties),
            RecordState.ARCHIVED if payload.archived else RecordState.LIVE,
            self.modified(payload),
            tuple(part for part in merged.split(";") if part) if merged else (),
        )

    def gone(self, id_: str) -> Record:
        return Record(id_, "", dict.fromkeys(self._names), state=RecordState.GONE)

    def archived(self, id_: str, version: str) -> Record:
        return Record(id_, version, dict.fromkeys(self._names), state=RecordState.ARCHIVED)

    def _title(self, properties: Mapping[str, str | None]) -> str:
        get = properties.get
        title = " ".join([text for name in self.kind.title if (text := get(name))])
        if title:
            return title
        return " ".join([text for name in self.kind.second_title if (text := get(name))])
