"""Which type of field may feed which, and how a value changes type on the way."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from integrations.contract import FieldType, Value
from syncs.engine.values import as_text, is_empty, lines_of

# Text and number fields lose nothing between their like; what is named here may go one way only,
# as the way back could not be read or would lose a part.
_ONE_WAY: dict[FieldType, frozenset[FieldType]] = {
    FieldType.NUMBER: frozenset({FieldType.TEXT}),
    FieldType.MONEY: frozenset({FieldType.TEXT}),
    FieldType.BOOLEAN: frozenset({FieldType.TEXT}),
    FieldType.DATE: frozenset({FieldType.TEXT, FieldType.DATETIME}),
    FieldType.DATETIME: frozenset({FieldType.TEXT, FieldType.DATE}),
    FieldType.CHOICE: frozenset({FieldType.CHOICES}),
    FieldType.CHOICES: frozenset({FieldType.TEXT}),
    FieldType.LINES: frozenset({FieldType.TEXT}),
}
_BOTH_WAYS: frozenset[frozenset[FieldType]] = frozenset(
    {
        frozenset({FieldType.NUMBER, FieldType.MONEY}),
        frozenset({FieldType.TEXT, FieldType.CHOICE}),
    }
)


def fits(source: FieldType, target: FieldType) -> bool:
    """Whether a field of the one type may feed a field of the other."""
    return fits_both_ways(source, target) or target in _ONE_WAY.get(source, frozenset())


def fits_both_ways(first: FieldType, second: FieldType) -> bool:
    """Whether values may go there and back again and stay what they were."""
    return first is second or frozenset({first, second}) in _BOTH_WAYS


def _midnight(day: date) -> Value:
    return datetime.combine(day, time(), UTC)


def _day(moment: datetime) -> Value:
    return moment.date()


def _only(value: str) -> Value:
    return (value,)


_KINDS: dict[type, frozenset[FieldType]] = {
    str: frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.REFERENCE}),
    Decimal: frozenset({FieldType.NUMBER, FieldType.MONEY}),
    bool: frozenset({FieldType.BOOLEAN}),
    date: frozenset({FieldType.DATE}),
    datetime: frozenset({FieldType.DATETIME}),
    tuple: frozenset({FieldType.CHOICES}),
}
_LINES = frozenset({FieldType.LINES})
_CONVERTERS: dict[tuple[type, FieldType], Callable[..., Value]] = {
    (date, FieldType.DATETIME): _midnight,
    (datetime, FieldType.DATE): _day,
    (str, FieldType.CHOICES): _only,
}


def convert(value: Value, target: FieldType) -> Value:
    """The value as a field of the target type holds it; ValueError when it cannot be one."""
    if is_empty(value):
        return None
    kind = type(value)
    fitting = _LINES if lines_of(value) else _KINDS[kind]
    if target in fitting:
        return value
    if target is FieldType.TEXT:
        return as_text(value)
    converter = _CONVERTERS.get((kind, target))
    if converter is None:
        raise ValueError(f"“{as_text(value)}” cannot be turned into a {target.value} value.")
    return converter(value)
