"""HubSpot's texts to our values and back; "" and null are empty."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from integrations.contract import Field, FieldType, Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


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


def number_or_none(text: str | None) -> Decimal | None:
    """The number that a property holds; None also for a text that is none."""
    value = read_value(_number, text)
    return value if isinstance(value, Decimal) else None


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
    chosen = {part for part in value if isinstance(part, str)}
    if len(chosen) < len(set(value)):
        raise BadValue("Lines are not a list of choices.")
    if any(";" in part for part in chosen):
        raise BadValue("A choice must not contain a semicolon.")
    return ";".join(sorted(chosen - {""}))


_WRITERS: Mapping[FieldType, Callable[[Value], str]] = {
    FieldType.NUMBER: _write_number,
    FieldType.MONEY: _write_number,
    FieldType.BOOLEAN: _write_truth,
    FieldType.DATE: _write_day,
    FieldType.DATETIME: _write_moment,
    FieldType.CHOICES: _write_choices,
}
