"""Whole syncs and single values: what is refused before anything runs or is sent."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import Category, Choice, Field, FieldType, Value
from syncs.engine.check import bad_value, check_create, check_update
from syncs.engine.spec import spec_problems
from syncs.engine.terms import (
    Condition,
    Direction,
    DocumentRules,
    FieldChange,
    Filter,
    Mode,
    Operator,
    Side,
    Start,
    SyncSpec,
    TaxRule,
    TotalRule,
    Transform,
    TransformKind,
)
from tests.engine.cases import BY_NAME, fields, mapping, spec

MUST = {"must": Field("", "Must", required=True)}
NOWHERE = Filter(((Condition("nowhere", Operator.IS_FILLED),),))

LINES = mapping("lines", "lines", transform=Transform(TransformKind.LINES))
SOLD = {
    "left": {"lines": FieldType.LINES, "total": FieldType.MONEY, "currency": FieldType.TEXT},
    "right": {"lines": FieldType.LINES, "sum": FieldType.MONEY},
}
RULES = DocumentRules("product", left_total="total", right_total="sum", left_currency="currency")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def documents(rules: DocumentRules | None) -> SyncSpec:
    return spec(LINES, documents=rules, **{side: dict(ones) for side, ones in SOLD.items()})


def there_and_back(**back: Any) -> SyncSpec:
    """One pair of fields, mapped one way for the records of each side."""
    return spec(
        mapping(direction=Direction.TO_RIGHT, born=Side.LEFT),
        mapping(direction=Direction.TO_LEFT, key="back", **back),
    )


REFUSED: list[tuple[Any, str]] = [
    (spec(mapping("name", "amount"), right={"amount": FieldType.MONEY}), "Values cannot go there"),
    (spec(mapping(), mapping("name", "city")), "Two mappings have the key “name”."),
    (spec(mapping(), mapping("town", "title")), "Title is written by 2 mappings."),
    (
        spec(
            mapping(direction=Direction.TO_RIGHT),
            mapping(direction=Direction.TO_LEFT, key="back"),
        ),
        "Name and Title are mapped once each way",
    ),
    (spec(right=MUST), "Must is required and no mapping or setting gives it a value."),
    (spec(right=MUST, right_creation={"must": ""}), "Must is required and no mapping"),
    (spec(right_creation={"nowhere": "x"}), "New records get a value for “nowhere”"),
    (spec(left_creation={"name": "x" * 9}, left={"name": Field("", "Name", max_length=5)}), "Name"),
    (spec(left_filter=NOWHERE), "The filter names the field “nowhere”"),
    (spec(right_filter=NOWHERE), "The filter names the field “nowhere”"),
    (spec(key_needed=True), "Records need a key to take part"),
    (spec(match_rules=(BY_NAME, BY_NAME)), "Two match rules are called “Name”."),
    (
        spec(match_rules=(replace(BY_NAME, right="nowhere"),)),
        "The match rule “Name” names “nowhere”, which does not exist.",
    ),
    (there_and_back(), "Name and Title are mapped once each way"),
    (
        spec(mapping(born=Side.LEFT), mapping("town", "title")),
        "Title is written by 2 mappings.",
    ),
    (
        spec(mapping("town", "must", born=Side.RIGHT), mapping(), right=MUST),
        "Must is required and no mapping",
    ),
    (spec(starts={Side.LEFT: Start("made", NOON)}), "The start is told by “made”, a field that"),
    (spec(starts={Side.LEFT: Start("name", NOON)}), "The start is told by Name, which holds no"),
    (spec(totals=(TotalRule("name", "sum", "Total"),)), "Total is compared by “sum”, a field that"),
    (documents(None), "Lines are mapped, and nothing says how documents"),
    (documents(replace(RULES, right_total="nowhere")), "Documents are told by “nowhere”"),
    (
        documents(
            replace(RULES, taxes=(TaxRule("1", "5", Decimal(20)), TaxRule("1", "6", Decimal(20))))
        ),
        "The tax rate “1” has 2 tax codes",
    ),
]


@pytest.mark.parametrize(("told", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_a_sync_that_cannot_run(told: Any, words: str) -> None:
    assert any(problem.startswith(words) for problem in spec_problems(told))


@pytest.mark.parametrize(
    "told",
    [
        spec(match_rules=(BY_NAME,), key_needed=True),
        spec(mapping(), mapping("town", "city")),
        spec(mapping(), mapping("name", "city", Direction.TO_RIGHT, key="second")),
        spec(mapping(direction=Direction.TO_RIGHT), mapping("town", "title", Direction.TO_LEFT)),
        spec(right=MUST, right_creation={"must": "x"}),
        spec(right=MUST, mode=Mode.UPDATE),
        spec(right=MUST, direction=Direction.TO_LEFT),
        spec(
            mapping(direction=Direction.TO_RIGHT),
            mapping("town", "title", Direction.TO_RIGHT),
            direction=Direction.TO_LEFT,
        ),
        there_and_back(born=Side.RIGHT),
        spec(
            mapping(born=Side.LEFT), mapping("town", "title", Direction.TO_RIGHT, born=Side.RIGHT)
        ),
        spec(left={"made": FieldType.DATETIME}, starts={Side.LEFT: Start("made", NOON)}),
        spec(totals=(TotalRule("name", "title", "Total"),)),
        documents(RULES),
        documents(replace(RULES, left_total="", right_total="", left_currency="")),
    ],
)
def test_a_sync_that_can_run(told: Any) -> None:
    assert spec_problems(told) == []


CHOICES = (Choice("a", "A"), Choice("b", "B", active=False))
FIELD = fields(
    plain=FieldType.TEXT,
    must=Field("", "Must", required=True),
    short=Field("", "Short", max_length=3),
    choice=Field("", "Choice", FieldType.CHOICE, choices=CHOICES),
    choices=Field("", "Choices", FieldType.CHOICES, choices=CHOICES),
    live=Field("", "Live", FieldType.CHOICE, choice_list="terms"),
)
VALUES: list[tuple[str, Value, str]] = [
    ("plain", "x", ""),
    ("plain", None, ""),
    ("must", None, "required"),
    ("must", "", "required"),
    ("must", "x", ""),
    ("short", "abc", ""),
    ("short", "abcd", "too_long"),
    ("choice", "a", ""),
    ("choice", "b", "inactive_choice"),
    ("choice", "c", "not_a_choice"),
    ("choices", ("a",), ""),
    ("choices", ("a", "c"), "not_a_choice"),
    ("live", "anything", ""),
]


@pytest.mark.parametrize(("name", "value", "code"), VALUES)
def test_what_a_provider_would_refuse(name: str, value: Value, code: str) -> None:
    fault = bad_value(value, FIELD[name])

    assert (fault.code if fault else "") == code
    assert fault is None or (fault.field == name and FIELD[name].label in fault.message)


def change(name: str, after: Value) -> FieldChange:
    return FieldChange(name, Side.RIGHT, name, None, after)


def test_a_create_needs_every_required_field_and_an_update_only_good_values() -> None:
    written = [change("short", "abc")]

    missing = check_create(written, FIELD)
    assert missing is not None
    assert (missing.category, missing.field) == (Category.FIELD_MISSING, "must")
    assert check_update(written, FIELD) is None
    assert check_create([*written, change("must", "x")], FIELD) is None


def test_a_field_that_is_not_known_is_not_judged() -> None:
    assert check_update([change("elsewhere", "x" * 99)], FIELD) is None


def test_a_long_value_is_shown_by_its_beginning() -> None:
    fault = bad_value("x" * 999, FIELD["short"])

    assert fault is not None
    assert fault.message == f"Short may have 3 characters and “{'x' * 60}…” has 999."
