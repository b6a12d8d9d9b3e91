"""The three-way merge as tables: what happens to one field of a linked record."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import Field, FieldType, Value
from syncs.engine.decide import decide
from syncs.engine.merge import Merge, Stay, is_quiet
from syncs.engine.rules import compile_rule
from syncs.engine.terms import (
    Agree,
    Direction,
    Fail,
    FieldChange,
    FieldConflict,
    Plan,
    Policy,
    RecordView,
    Side,
    Transform,
    TransformKind,
    Update,
)
from tests.engine.cases import constant, mapping, pair, spec, template, view

BOTH, TO_RIGHT, TO_LEFT = Direction.BOTH, Direction.TO_RIGHT, Direction.TO_LEFT
ASK = "ask"
NOTHING = None


def outcome(plan: Plan) -> str | tuple[str, Value] | None:
    """The plan for one field in short: nothing, ask, or the side that is written and its value."""
    if isinstance(plan, Agree):
        return NOTHING
    if isinstance(plan, Fail):
        assert plan.fault.code == "both_changed"
        return ASK
    assert isinstance(plan, Update)
    (change,) = plan.changes
    return change.side.value, change.after


def right(value: Value) -> tuple[str, Value]:
    return "right", value


def left(value: Value) -> tuple[str, Value]:
    return "left", value


# (left base, left now), (right base, right now) and what each policy makes of it:
# left wins, right wins, ask.
BOTH_WAYS = [
    pytest.param(("A", "A"), ("A", "A"), [NOTHING] * 3, id="nobody changed"),
    pytest.param(("A", "A"), ("a-", "a-"), [NOTHING] * 3, id="each side as it answered"),
    pytest.param(("A", "B"), ("A", "A"), [right("B")] * 3, id="the left changed"),
    pytest.param(("A", "A"), ("A", "B"), [left("B")] * 3, id="the right changed"),
    pytest.param(("A", "B"), ("A", "B"), [NOTHING] * 3, id="both changed to the same"),
    pytest.param(("A", "B"), ("A", "C"), [right("B"), left("C"), ASK], id="both changed"),
    pytest.param((None, "B"), (None, None), [right("B")] * 3, id="the left was filled"),
    pytest.param((None, None), (None, "B"), [left("B")] * 3, id="the right was filled"),
    pytest.param((None, ""), (None, None), [NOTHING] * 3, id="empty text is empty"),
    pytest.param(("A", None), ("A", "A"), [NOTHING] * 3, id="the left was emptied"),
    pytest.param(("A", "A"), ("A", None), [NOTHING] * 3, id="the right was emptied"),
    pytest.param(("A", None), ("A", None), [NOTHING] * 3, id="both were emptied"),
    pytest.param(("A", None), ("A", "C"), [NOTHING, left("C"), ASK], id="emptied against changed"),
    pytest.param(("A", "B"), ("A", None), [right("B"), NOTHING, ASK], id="changed against emptied"),
    pytest.param(("A", "B"), ("x", "B"), [NOTHING] * 3, id="they met by themselves"),
]
TO_THE_RIGHT = [
    pytest.param(("A", "B"), ("A", "A"), [right("B")] * 3, id="the source changed"),
    pytest.param(("A", "A"), ("A", "B"), [NOTHING] * 3, id="the far side changed"),
    pytest.param(("A", "B"), ("A", "C"), [right("B"), NOTHING, ASK], id="both changed"),
    pytest.param(("A", None), ("A", "C"), [NOTHING, NOTHING, ASK], id="emptied against changed"),
    pytest.param(("A", "B"), ("A", None), [right("B"), NOTHING, ASK], id="changed against emptied"),
]
TO_THE_LEFT = [
    pytest.param(("A", "B"), ("A", "A"), [NOTHING] * 3, id="the far side changed"),
    pytest.param(("A", "A"), ("A", "B"), [left("B")] * 3, id="the source changed"),
    pytest.param(("A", "B"), ("A", "C"), [NOTHING, left("C"), ASK], id="both changed"),
]
ERASING = [
    pytest.param(("A", None), ("A", "A"), [right(None)] * 3, id="the left was emptied"),
    pytest.param(("A", "A"), ("A", None), [left(None)] * 3, id="the right was emptied"),
    pytest.param(("A", None), ("A", "C"), [right(None), left("C"), ASK], id="against changed"),
    pytest.param(("A", None), ("A", None), [NOTHING] * 3, id="both were emptied"),
]
# No base yet: the value on each side.
FIRST_MEETING = [
    pytest.param(None, None, BOTH, [NOTHING] * 3, id="both empty"),
    pytest.param("A", "A", BOTH, [NOTHING] * 3, id="equal"),
    pytest.param("A", None, BOTH, [right("A")] * 3, id="right empty"),
    pytest.param(None, "A", BOTH, [left("A")] * 3, id="left empty"),
    pytest.param("A", "B", BOTH, [right("A"), left("B"), ASK], id="different"),
    pytest.param("A", None, TO_RIGHT, [right("A")] * 3, id="one way, target empty"),
    pytest.param(None, "A", TO_RIGHT, [NOTHING] * 3, id="one way, source empty"),
    pytest.param("A", "B", TO_RIGHT, [right("A"), NOTHING, ASK], id="one way, different"),
    pytest.param("A", "B", TO_LEFT, [NOTHING, left("B"), ASK], id="other way, different"),
]


def check(expected: list[object], record: RecordView, direction: Direction, **more: Any) -> None:
    plans = [
        decide(spec(mapping(direction=direction, **more), policy=policy), record)
        for policy in Policy
    ]
    assert [outcome(plan) for plan in plans] == expected


@pytest.mark.parametrize(("ours", "theirs", "expected"), BOTH_WAYS)
def test_a_two_way_field(
    ours: tuple[Value, Value], theirs: tuple[Value, Value], expected: list[object]
) -> None:
    check(expected, pair(ours, theirs), BOTH)


@pytest.mark.parametrize(("ours", "theirs", "expected"), TO_THE_RIGHT)
def test_a_field_that_goes_to_the_right(
    ours: tuple[Value, Value], theirs: tuple[Value, Value], expected: list[object]
) -> None:
    check(expected, pair(ours, theirs), TO_RIGHT)


@pytest.mark.parametrize(("ours", "theirs", "expected"), TO_THE_LEFT)
def test_a_field_that_goes_to_the_left(
    ours: tuple[Value, Value], theirs: tuple[Value, Value], expected: list[object]
) -> None:
    check(expected, pair(ours, theirs), TO_LEFT)


@pytest.mark.parametrize(("ours", "theirs", "expected"), ERASING)
def test_a_field_that_may_be_erased(
    ours: tuple[Value, Value], theirs: tuple[Value, Value], expected: list[object]
) -> None:
    check(expected, pair(ours, theirs), BOTH, erase=True)


@pytest.mark.parametrize(("ours", "theirs", "direction", "expected"), FIRST_MEETING)
def test_a_field_without_a_base(
    ours: Value, theirs: Value, direction: Direction, expected: list[object]
) -> None:
    check(expected, pair(ours, theirs), direction)


@pytest.mark.parametrize(
    ("ours", "theirs", "chosen", "expected"),
    [
        pytest.param(("A", "B"), ("A", "C"), Side.LEFT, right("B"), id="the left is chosen"),
        pytest.param(("A", "B"), ("A", "C"), Side.RIGHT, left("C"), id="the right is chosen"),
        pytest.param(("A", None), ("A", "C"), Side.LEFT, right(None), id="empty is chosen"),
        pytest.param("A", "B", Side.RIGHT, left("B"), id="at the first meeting"),
        pytest.param(("A", "B"), ("A", "A"), Side.RIGHT, right("B"), id="no conflict any more"),
    ],
)
@pytest.mark.parametrize("policy", list(Policy))
def test_a_person_decides_a_conflict_whatever_the_policy(
    ours: Value, theirs: Value, chosen: Side, expected: object, policy: Policy
) -> None:
    record = pair(ours, theirs, resolutions={"name": chosen})

    assert outcome(decide(spec(policy=policy), record)) == expected


def test_a_person_who_keeps_the_far_side_of_a_one_way_field_writes_nothing() -> None:
    record = pair(("A", "B"), ("A", "C"), resolutions={"name": Side.RIGHT})

    assert decide(spec(mapping(direction=TO_RIGHT), policy=Policy.ASK), record) == Agree()


def test_a_conflict_names_the_field_and_both_values() -> None:
    plan = decide(spec(policy=Policy.ASK), pair(("A", "B"), ("A", "C")))

    assert isinstance(plan, Fail)
    assert plan.conflicts == (FieldConflict("name", "B", "C"),)
    assert (
        plan.fault.message == "Both sides have a value of their own: Name. Choose which one stays."
    )
    assert plan.fault.field == "name"


def test_other_fields_still_go_while_one_is_in_conflict() -> None:
    told = spec(mapping(), mapping("town", "city"), policy=Policy.ASK)
    record = RecordView(
        view({"name": "B", "town": "Rome"}, {"name": "A", "town": "Oslo"}),
        view({"title": "C", "city": "Oslo"}, {"title": "A", "city": "Oslo"}),
    )

    assert decide(told, record) == Update(
        (FieldChange("town", Side.RIGHT, "city", "Oslo", "Rome"),),
        (FieldConflict("name", "B", "C"),),
    )


def test_a_conflict_over_a_template_shows_what_the_fields_make() -> None:
    told = spec(
        mapping("first last", "title", TO_RIGHT, template("{first} {last}")), policy=Policy.ASK
    )
    record = RecordView(view({"first": "Ann", "last": "Lee"}), view({"title": "Anna"}))

    plan = decide(told, record)

    assert isinstance(plan, Fail)
    assert plan.conflicts == (FieldConflict("first last", "Ann Lee", "Anna"),)
    assert "Title" in plan.fault.message


@pytest.mark.parametrize(
    ("theirs", "policy", "expected"),
    [
        pytest.param(None, Policy.RIGHT, right("EUR"), id="fills an empty field"),
        pytest.param("EUR", Policy.ASK, NOTHING, id="is there already"),
        pytest.param("USD", Policy.LEFT, right("EUR"), id="wins with its side"),
        pytest.param("USD", Policy.RIGHT, NOTHING, id="loses with its side"),
        pytest.param("USD", Policy.ASK, ASK, id="is asked about"),
        pytest.param(("EUR", "USD"), Policy.LEFT, NOTHING, id="a later change there stays"),
    ],
)
def test_a_constant(theirs: Value, policy: Policy, expected: object) -> None:
    told = spec(mapping("", "title", TO_RIGHT, constant("EUR")), policy=policy)
    record = RecordView(view({}, {}), pair(None, theirs).right)

    assert outcome(decide(told, record)) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "direction", "expected"),
    [
        pytest.param(None, None, TO_RIGHT, right("none"), id="fills the far side"),
        pytest.param("A", None, TO_RIGHT, right("A"), id="gives way to a value"),
        pytest.param(None, "B", TO_RIGHT, NOTHING, id="leaves a value there"),
        pytest.param(None, "B", BOTH, left("B"), id="takes the other side's value"),
        pytest.param(("A", None), ("A", "A"), TO_RIGHT, right("none"), id="when emptied later"),
    ],
)
def test_a_default_when_empty(
    ours: Value, theirs: Value, direction: Direction, expected: object
) -> None:
    default = Transform(TransformKind.DEFAULT, text="none")

    told = spec(mapping(direction=direction, transform=default))

    assert outcome(decide(told, pair(ours, theirs))) == expected


TABLE = Transform(TransformKind.CHOICE_TABLE, table=(("gold", "1"), ("silver", "2")))


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param("gold", "1", NOTHING, id="equal through the table"),
        pytest.param(("gold", "silver"), ("1", "1"), right("2"), id="to the right"),
        pytest.param(("gold", "gold"), ("1", "2"), left("silver"), id="back to the left"),
        pytest.param(("gold", "tin"), ("1", "2"), left("silver"), id="an unknown loser"),
    ],
)
def test_a_choice_table_goes_both_ways(ours: Value, theirs: Value, expected: object) -> None:
    told = spec(mapping(transform=TABLE), policy=Policy.RIGHT)

    assert outcome(decide(told, pair(ours, theirs))) == expected


def test_a_choice_outside_the_table_fails_and_names_it() -> None:
    plan = decide(spec(mapping(transform=TABLE)), pair(("gold", "tin"), ("1", "1")))

    assert isinstance(plan, Fail)
    assert plan.fault.code == "not_in_table"
    assert plan.fault.message == "Title: “tin” is not in the mapping's table."


def test_numbers_are_compared_by_value() -> None:
    told = spec(left={"name": FieldType.NUMBER}, right={"title": FieldType.MONEY})
    record = pair((Decimal(1), Decimal("1.00")), (Decimal("1.0"), Decimal("1.000")))

    assert decide(told, record) == Agree()


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param(Field("", "Title", updatable=False), NOTHING, id="set at creation only"),
        pytest.param(Field("", "Title", creatable=False), right("B"), id="updated only"),
    ],
)
def test_a_field_is_written_where_the_provider_lets_it(field: Field, expected: object) -> None:
    assert outcome(decide(spec(right={"title": field}), pair(("A", "B"), ("A", "A")))) == expected


def test_a_merge_of_a_field_that_did_not_move_agrees() -> None:
    record = pair(("A", "A"), ("a-", "a-"))
    assert record.left is not None
    assert record.right is not None
    rule = compile_rule(mapping(), spec())

    assert is_quiet(rule, record.left, record.right)
    merge = Merge(rule, record.left, record.right, frozenset(Side), Policy.LEFT, {})
    assert merge.verdict() is Stay.AGREED


def test_a_field_shared_by_two_mappings_keeps_a_base_for_each() -> None:
    """The name is in conflict, and the full name that is made of it has moved on."""
    told = spec(
        mapping(),
        mapping("name", "full", TO_RIGHT, key="full"),
        policy=Policy.ASK,
    )
    record = RecordView(
        view({"name": "B"}, {"name": "A", "name@full": "B"}),
        view({"title": "C", "full": "b!"}, {"title": "A", "full": "b!"}),
    )

    plan = decide(told, record)

    assert isinstance(plan, Fail)
    assert plan.conflicts == (FieldConflict("name", "B", "C"),)
