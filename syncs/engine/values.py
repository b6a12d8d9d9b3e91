"""Canonical values: how they are stored, read back, compared and shown as text."""

from collections.abc import Callable, Mapping
from dataclasses import fields as members
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

import msgspec

from integrations.contract import Field, FieldType, Line, Value, Values

type Json = str | bool | list[str] | list[dict[str, str]] | None
type Stored = Mapping[str, Json]
type Decoder = Callable[[Mapping[str, object]], dict[str, Value]]

# "firstname@display_name" is the base of one mapping on a field that several mappings share, and
# "@display_name" says how that mapping made its values.
OWNER_MARK = "@"

_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


def is_empty(value: Value) -> bool:
    return value is None or value in ("", ())


def same(first: Value, second: Value) -> bool:
    """Whether two values say the same: numbers by value, choices in any order, "" as None."""
    if first == second:
        # In Python True equals 1; a checkbox and a number do not say the same.
        return isinstance(first, bool) is isinstance(second, bool)
    if isinstance(first, tuple) and isinstance(second, tuple):
        # Lines are told apart by their order too, choices are not.
        are_lines = bool(lines_of(first) or lines_of(second))
        return not are_lines and sorted(choices_of(first)) == sorted(choices_of(second))
    return is_empty(first) and is_empty(second)


def lines_of(value: Value) -> tuple[Line, ...]:
    """The lines that a value holds; none for a value of another kind."""
    if not isinstance(value, tuple):
        return ()
    return tuple(one for one in value if isinstance(one, Line))


def choices_of(value: Value) -> tuple[str, ...]:
    """The choices that a value holds; none for a value of another kind."""
    if not isinstance(value, tuple):
        return ()
    return tuple(one for one in value if isinstance(one, str))


def plain_number(number: Decimal) -> str:
    """The number in digits without exponent or needless zeros: 1E+2 and 100.00 are both "100"."""
    if not number.is_finite():
        raise ValueError(f"{number} is not a number that can be stored.")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _moment_text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"The time {moment} has no time zone.")
    return moment.astimezone(UTC).isoformat()


def _encode_tuple(values: tuple[str, ...] | tuple[Line, ...]) -> Json:
    lines = lines_of(values)
    if lines:
        return [_encode_line(line) for line in lines]
    return sorted(choices_of(values)) or None


def _encode_line(line: Line) -> dict[str, str]:
    """What the line says, without its empty members: most lines fill half of them."""
    encoded: dict[str, str] = {}
    for name in _LINE_MEMBERS:
        value = getattr(line, name)
        if isinstance(value, Decimal):
            encoded[name] = plain_number(value)
        elif isinstance(value, date):
            encoded[name] = value.isoformat()
        elif value:
            encoded[name] = value
    return encoded


_LINE_MEMBERS = tuple(member.name for member in members(Line))


_ENCODERS: dict[type, Callable[..., Json]] = {
    type(None): lambda _: None,
    bool: lambda value: value,
    Decimal: plain_number,
    date: date.isoformat,
    datetime: _moment_text,
    tuple: _encode_tuple,
}


def encode(values: Values) -> dict[str, Json]:
    """The values as JSON can hold them; equal values always give equal JSON."""
    encoded: dict[str, Json] = {}
    for name, value in values.items():
        # Text is by far the commonest and needs no look-up.
        if value.__class__ is str:
            encoded[name] = value or None
            continue
        try:
            encoded[name] = _ENCODERS[type(value)](value)
        except KeyError:
            message = f"{name} holds {value!r}, which is not a canonical value."
            raise TypeError(message) from None
    return encoded


def _read_choices(stored: object) -> tuple[str, ...]:
    if not isinstance(stored, list):
        raise TypeError("not a list")
    return tuple(sorted(str(item) for item in stored))


def _read_lines(stored: object) -> tuple[Line, ...]:
    if not isinstance(stored, list):
        raise TypeError("not a list")
    return tuple(_read_line(one) for one in stored)


def _read_line(stored: object) -> Line:
    """The line; members that no line has any more are passed over."""
    if not isinstance(stored, dict):
        raise TypeError("not a line")
    known: dict[str, Any] = {}
    for name, kept in stored.items():
        if name in _LINE_MEMBERS:
            known[name] = _LINE_READERS.get(name, _read_text)(kept)
    return Line(**known)


def _read_text(stored: object) -> str:
    if not isinstance(stored, str):
        raise TypeError("not a text")
    return stored


def _read_boolean(stored: object) -> bool:
    if not isinstance(stored, bool):
        raise TypeError("not a boolean")
    return stored


def _read_number(stored: object) -> Decimal:
    return Decimal(_read_text(stored))


def _read_date(stored: object) -> date:
    return date.fromisoformat(_read_text(stored))


def _read_moment(stored: object) -> datetime:
    return datetime.fromisoformat(_read_text(stored)).astimezone(UTC)


_LINE_READERS: dict[str, Callable[[object], Value]] = {
    "quantity": _read_number,
    "unit_price": _read_number,
    "discount": _read_number,
    "amount": _read_number,
    "service_date": _read_date,
}
_READERS: dict[FieldType, Callable[[object], Value]] = {
    FieldType.TEXT: _read_text,
    FieldType.NUMBER: _read_number,
    FieldType.MONEY: _read_number,
    FieldType.BOOLEAN: _read_boolean,
    FieldType.DATE: _read_date,
    FieldType.DATETIME: _read_moment,
    FieldType.CHOICE: _read_text,
    FieldType.CHOICES: _read_choices,
    FieldType.REFERENCE: _read_text,
    FieldType.LINES: _read_lines,
}


def decoder(fields: Mapping[str, Field]) -> Decoder:
    """A function that reads stored values back, made once for many records.

    What cannot be read is left out: a field that is no longer there, or whose type changed since.
    """
    readers = {name: _READERS[field.type] for name, field in fields.items()}

    def read(stored: Mapping[str, object]) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, kept in stored.items():
            reader = readers.get(name) or _reader_of_base(name, readers)
            if reader is None:
                continue
            if kept is None:
                values[name] = None
                continue
            try:
                values[name] = reader(kept)
            except (TypeError, ValueError, InvalidOperation):
                continue
        return values

    return read


def _reader_of_base(
    name: str, readers: Mapping[str, Callable[[object], Value]]
) -> Callable[[object], Value] | None:
    field, mark, _ = name.partition(OWNER_MARK)
    return _read_text if mark and not field else readers.get(field)


def decode(stored: Mapping[str, object], fields: Mapping[str, Field]) -> dict[str, Value]:
    """Read stored values back; `decoder` is the faster way for many records."""
    return decoder(fields)(stored)


_encoder = msgspec.json.Encoder(order="deterministic")


def digest(encoded: Mapping[str, object]) -> str:
    """A short fingerprint of encoded values; the order of the names does not matter."""
    return blake2b(_encoder.encode(encoded), digest_size=12).hexdigest()


def as_text(value: Value) -> str:
    """The value as a person reads it and as a text field takes it; empty gives ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, tuple):
        return "; ".join([*map(line_text, lines_of(value)), *sorted(choices_of(value))])
    return _moment_text(value) if isinstance(value, datetime) else value.isoformat()


def line_text(line: Line) -> str:
    """A line in a few words: "2 × Chair: 99.8"."""
    named = line.name or line.sku or line.description or line.reference
    text = named if line.quantity is None else f"{plain_number(line.quantity)} × {named}"
    return text if line.amount is None else f"{text}: {plain_number(line.amount)}"


def _parse_boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"“{text}” is neither true nor false.")


def _parse_number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"“{text}” is not a number.") from None
    if not number.is_finite():
        raise ValueError(f"“{text}” is not a number.")
    return number


def _parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a date such as 2026-01-31.") from None


def _parse_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a time such as 2026-01-31T09:30:00Z.") from None
    # A time that a person typed without a zone is meant in UTC, as all our times are.
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_lines(text: str) -> Value:
    raise ValueError(f"“{text}” is no list of lines: lines come from a document alone.")


def _parse_choices(text: str) -> tuple[str, ...]:
    return tuple(sorted(part.strip() for part in text.split(";") if part.strip()))


_PARSERS: dict[FieldType, Callable[[str], Value]] = {
    FieldType.TEXT: str,
    FieldType.NUMBER: _parse_number,
    FieldType.MONEY: _parse_number,
    FieldType.BOOLEAN: _parse_boolean,
    FieldType.DATE: _parse_date,
    FieldType.DATETIME: _parse_moment,
    FieldType.CHOICE: str,
    FieldType.CHOICES: _parse_choices,
    FieldType.REFERENCE: str,
    FieldType.LINES: _parse_lines,
}


def parse(text: str, kind: FieldType) -> Value:
    """The value that a person's text means for a field of this type.

    Raises ValueError with a sentence for the person.
    """
    return _PARSERS[kind](text.strip()) if text.strip() else None
