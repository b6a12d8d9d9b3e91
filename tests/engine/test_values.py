"""Canonical values: stored and read back, compared, fingerprinted, shown and parsed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.contract import FieldType, Line, Value
from syncs.engine.values import (
    as_text,
    decode,
    digest,
    encode,
    lines_of,
    parse,
    plain_number,
    same,
)
from tests.engine.cases import fields

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
BERLIN_NOON = datetime(2026, 1, 31, 13, 0, tzinfo=timezone(timedelta(hours=1)))
DAY = date(2026, 1, 31)
CHAIRS = Line(
    id="9",
    reference="17",
    name="Chair",
    quantity=Decimal("2.0"),
    unit_price=Decimal("49.90"),
    discount=Decimal(0),
    amount=Decimal("99.80"),
    service_date=DAY,
)
STORED_CHAIRS = {
    "id": "9",
    "reference": "17",
    "name": "Chair",
    "quantity": "2",
    "unit_price": "49.9",
    "discount": "0",
    "amount": "99.8",
    "service_date": "2026-01-31",
}

STORED = [
    pytest.param(FieldType.TEXT, "Ann", "Ann", id="text"),
    pytest.param(FieldType.TEXT, "", None, id="empty text"),
    pytest.param(FieldType.TEXT, None, None, id="nothing"),
    pytest.param(FieldType.NUMBER, Decimal("100.00"), "100", id="number"),
    pytest.param(FieldType.NUMBER, Decimal("1E+2"), "100", id="number with an exponent"),
    pytest.param(FieldType.NUMBER, Decimal("-0.0"), "0", id="minus zero"),
    pytest.param(FieldType.MONEY, Decimal("0.10"), "0.1", id="money"),
    pytest.param(FieldType.BOOLEAN, False, False, id="boolean"),
    pytest.param(FieldType.DATE, DAY, "2026-01-31", id="date"),
    pytest.param(FieldType.DATETIME, NOON, "2026-01-31T12:00:00+00:00", id="time"),
    pytest.param(FieldType.DATETIME, BERLIN_NOON, "2026-01-31T12:00:00+00:00", id="time elsewhere"),
    pytest.param(FieldType.CHOICE, "gold", "gold", id="choice"),
    pytest.param(FieldType.CHOICES, ("b", "a"), ["a", "b"], id="choices"),
    pytest.param(FieldType.CHOICES, (), None, id="no choices"),
    pytest.param(FieldType.REFERENCE, "17", "17", id="reference"),
    pytest.param(FieldType.LINES, (CHAIRS, Line()), [STORED_CHAIRS, {}], id="lines"),
    pytest.param(FieldType.LINES, (), None, id="no lines"),
]


@pytest.mark.parametrize(("kind", "value", "stored"), STORED)
def test_a_value_is_stored_and_read_back(kind: FieldType, value: Value, stored: Any) -> None:
    encoded = encode({"x": value})

    assert encoded == {"x": stored}
    assert same(decode(encoded, fields(x=kind))["x"], value)


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        pytest.param(FieldType.NUMBER, "many", id="text in a number"),
        pytest.param(FieldType.NUMBER, True, id="boolean in a number"),
        pytest.param(FieldType.BOOLEAN, "yes", id="text in a boolean"),
        pytest.param(FieldType.DATE, "soon", id="text in a date"),
        pytest.param(FieldType.DATETIME, "soon", id="text in a time"),
        pytest.param(FieldType.CHOICES, "a", id="text in choices"),
        pytest.param(FieldType.TEXT, ["a"], id="list in a text"),
        pytest.param(FieldType.LINES, ["a"], id="text in lines"),
        pytest.param(FieldType.LINES, {}, id="no list in lines"),
        pytest.param(FieldType.LINES, [{"amount": "many"}], id="text in a line's amount"),
        pytest.param(FieldType.LINES, [{"name": 1}], id="number in a line's name"),
    ],
)
def test_what_no_longer_fits_its_field_is_left_out(kind: FieldType, stored: object) -> None:
    assert decode({"x": stored, "y": "kept"}, fields(x=kind, y=FieldType.TEXT)) == {"y": "kept"}


def test_the_id_of_a_line_is_kept_and_what_no_line_has_any_more_is_passed_over() -> None:
    stored = {"x": [STORED_CHAIRS | {"colour": "red"}]}

    (line,) = lines_of(decode(stored, fields(x=FieldType.LINES))["x"])

    assert (line.id, line) == ("9", CHAIRS)


def test_a_field_that_is_gone_is_left_out_and_a_base_of_one_mapping_is_kept() -> None:
    stored = {"gone": "1", "x": "2", "x@name": "3", "gone@name": "4"}

    assert decode(stored, fields(x=FieldType.NUMBER)) == {"x": Decimal(2), "x@name": Decimal(3)}


@pytest.mark.parametrize("value", [1, 1.5, ["a"]], ids=["int", "float", "list"])
def test_what_is_not_canonical_is_refused_with_its_name(value: Any) -> None:
    with pytest.raises(TypeError, match="amount holds"):
        encode({"amount": value})


@pytest.mark.parametrize(
    "value",
    [Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 31)],  # noqa: DTZ001 the point
    ids=["not a number", "infinity", "time without a zone"],
)
def test_what_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"not a number|no time zone"):
        encode({"x": value})


SAME = [
    pytest.param(None, "", True, id="empty text is nothing"),
    pytest.param(None, (), True, id="no choices are nothing"),
    pytest.param("a", "a", True, id="equal text"),
    pytest.param("a", "A", False, id="case matters"),
    pytest.param("a", "a ", False, id="blanks matter"),
    pytest.param(Decimal("1.0"), Decimal("1.00"), True, id="numbers by value"),
    pytest.param(Decimal(0), None, False, id="zero is not nothing"),
    pytest.param(False, None, False, id="no is not nothing"),
    pytest.param(True, Decimal(1), False, id="yes is not one"),
    pytest.param(("a", "b"), ("b", "a"), True, id="choices in any order"),
    pytest.param(("a",), ("a", "b"), False, id="other choices"),
    pytest.param(NOON, BERLIN_NOON, True, id="one moment"),
    pytest.param(DAY, NOON, False, id="a day is not a moment"),
    pytest.param((CHAIRS,), (replace(CHAIRS, id="10"),), True, id="a line made anew"),
    pytest.param((CHAIRS,), (replace(CHAIRS, amount=Decimal(99)),), False, id="another amount"),
    pytest.param((CHAIRS, Line()), (Line(), CHAIRS), False, id="lines in another order"),
    pytest.param((CHAIRS, Line()), (), False, id="lines and none"),
    pytest.param((CHAIRS,), ("Chair",), False, id="lines are not choices"),
]


@pytest.mark.parametrize(("first", "second", "expected"), SAME)
def test_whether_two_values_say_the_same(first: Value, second: Value, expected: bool) -> None:
    assert same(first, second) is expected
    assert same(second, first) is expected


def test_the_order_of_names_does_not_change_the_fingerprint_and_any_value_does() -> None:
    one = digest(encode({"a": "1", "b": Decimal("2.0")}))

    assert one == digest(encode({"b": Decimal(2), "a": "1"}))
    assert one != digest(encode({"a": "1", "b": Decimal(3)}))
    assert one != digest(encode({"a": "1", "c": Decimal(2)}))
    # Another fingerprint would make every stored record look changed.
    assert one == blake2b(b'{"a":"1","b":"2"}', digest_size=12).hexdigest()


@settings(derandomize=True, max_examples=100)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_a_number_in_plain_digits_is_the_same_number(number: Decimal) -> None:
    text = plain_number(number)

    assert Decimal(text) == number
    assert "E" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("Ann", "Ann"),
        (True, "true"),
        (False, "false"),
        (Decimal("1.50"), "1.5"),
        (("b", "a"), "a; b"),
        (DAY, "2026-01-31"),
        (NOON, "2026-01-31T12:00:00+00:00"),
        ((CHAIRS, Line(description="Thanks")), "2 × Chair: 99.8; Thanks"),
    ],
    ids=str,
)
def test_a_value_as_a_person_reads_it(value: Value, text: str) -> None:
    assert as_text(value) == text


PARSED = [
    (FieldType.TEXT, " Ann ", "Ann"),
    (FieldType.TEXT, "  ", None),
    (FieldType.NUMBER, "1.50", Decimal("1.5")),
    (FieldType.MONEY, "-3", Decimal(-3)),
    (FieldType.BOOLEAN, "Yes", True),
    (FieldType.BOOLEAN, "0", False),
    (FieldType.DATE, "2026-01-31", DAY),
    (FieldType.DATETIME, "2026-01-31T13:00:00+01:00", NOON),
    (FieldType.DATETIME, "2026-01-31T12:00:00", NOON),
    (FieldType.CHOICE, "gold", "gold"),
    (FieldType.CHOICES, "b; a;", ("a", "b")),
    (FieldType.REFERENCE, "17", "17"),
]


@pytest.mark.parametrize(("kind", "text", "value"), PARSED)
def test_a_text_means_a_value_of_the_fields_type(kind: FieldType, text: str, value: Value) -> None:
    assert parse(text, kind) == value


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (FieldType.NUMBER, "many", "“many” is not a number."),
        (FieldType.NUMBER, "NaN", "“NaN” is not a number."),
        (FieldType.BOOLEAN, "perhaps", "“perhaps” is neither true nor false."),
        (FieldType.DATE, "soon", "“soon” is not a date such as 2026-01-31."),
        (FieldType.DATETIME, "soon", "“soon” is not a time such as"),
        (FieldType.LINES, "2 chairs", "“2 chairs” is no list of lines"),
    ],
)
def test_a_text_that_means_nothing_is_refused_in_words(
    kind: FieldType, text: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text, kind)
