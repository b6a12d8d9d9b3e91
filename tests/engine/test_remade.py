"""A mapping that makes its values in another way than when the record last agreed."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.contract import Value
from syncs.engine.decide import Decider, wishes
from syncs.engine.terms import (
    Agree,
    Condition,
    Direction,
    Fail,
    FieldMapping,
    Filter,
    Operator,
    Plan,
    Policy,
    RecordView,
    Side,
    SideView,
    SyncSpec,
    Transform,
    TransformKind,
)
from syncs.engine.values import decode, encode
from tests.engine.cases import constant, mapping, spec, template, view

TO_RIGHT = Direction.TO_RIGHT
OF, FROM = template("{name} of {city}"), template("{name} from {city}")
GOLD_A = Transform(TransformKind.CHOICE_TABLE, table=(("gold", "A"), ("tin", "C")))
GOLD_B = Transform(TransformKind.CHOICE_TABLE, table=(("gold", "B"), ("tin", "C")))


def made(transform: Transform, **more: Any) -> FieldMapping:
    return mapping("name city", direction=TO_RIGHT, transform=transform, **more)


def agreed(told: SyncSpec, right: str, **left: Value) -> RecordView:
    """A record in step under these settings, as it comes back from the database."""
    decider = Decider(told)
    record = decider.settle(RecordView(view(left), view({"title": right})), Agree())
    assert decider.decide(record) == Agree()
    return stored(record, told)


def stored(record: RecordView, told: SyncSpec) -> RecordView:
    left, right = record.left, record.right
    assert left is not None
    assert right is not None
    return replace(
        record,
        left=replace(left, base=decode(encode(left.base or {}), told.left_fields)),
        right=replace(right, base=decode(encode(right.base or {}), told.right_fields)),
    )


def written(told: SyncSpec, record: RecordView) -> Plan:
    """Decide and carry out; deciding again must find nothing to do."""
    decider = Decider(told)
    plan = decider.decide(record)
    answers: dict[Side, SideView] = {}
    for side, known in ((Side.LEFT, record.left), (Side.RIGHT, record.right)):
        assert known is not None
        if wishes(plan, side):
            answers[side] = replace(known, values={**known.values, **wishes(plan, side)})
    settled = decider.settle(record, plan, answers.get(Side.LEFT), answers.get(Side.RIGHT))
    after = stored(settled, told)
    assert decider.decide(after) == Agree()
    return plan


@pytest.mark.parametrize("policy", list(Policy))
def test_a_changed_template_reaches_records_that_are_linked_already(policy: Policy) -> None:
    record = agreed(spec(made(OF)), "Ann of Rome", name="Ann", city="Rome")

    plan = written(spec(made(FROM), policy=policy), record)

    assert wishes(plan, Side.RIGHT) == {"title": "Ann from Rome"}


@pytest.mark.parametrize(
    ("before", "after", "right", "expected"),
    [
        pytest.param(
            mapping("", "title", TO_RIGHT, constant("A")),
            mapping("", "title", TO_RIGHT, constant("B")),
            "A",
            "B",
            id="constant",
        ),
        pytest.param(
            mapping(direction=TO_RIGHT, transform=Transform(TransformKind.TRUNCATE, length=4)),
            mapping(direction=TO_RIGHT, transform=Transform(TransformKind.TRUNCATE, length=2)),
            "gold",
            "go",
            id="length",
        ),
        pytest.param(
            mapping(direction=TO_RIGHT, transform=GOLD_A),
            mapping(direction=TO_RIGHT, transform=GOLD_B),
            "A",
            "B",
            id="table",
        ),
        pytest.param(
            mapping(direction=TO_RIGHT, transform=GOLD_A),
            mapping(direction=TO_RIGHT),
            "A",
            "gold",
            id="back to a copy",
        ),
        pytest.param(
            mapping(direction=TO_RIGHT),
            mapping(direction=TO_RIGHT, transform=GOLD_A),
            "gold",
            "A",
            id="no longer a copy",
        ),
    ],
)
def test_a_changed_setting_reaches_them_too(
    before: FieldMapping, after: FieldMapping, right: str, expected: str
) -> None:
    record = agreed(spec(before), right, name="gold")

    plan = written(spec(after), record)

    assert wishes(plan, Side.RIGHT) == {"title": expected}


def test_what_comes_out_the_same_is_not_written() -> None:
    record = agreed(spec(mapping(transform=GOLD_A)), "C", name="tin")

    assert written(spec(mapping(transform=GOLD_B)), record) == Agree()


@pytest.mark.parametrize(
    ("policy", "side", "expected"),
    [
        (Policy.LEFT, Side.RIGHT, {"title": "B"}),
        (Policy.RIGHT, Side.LEFT, {"name": "tin"}),
    ],
)
def test_both_ways_the_policy_decides(
    policy: Policy, side: Side, expected: dict[str, Value]
) -> None:
    swapped = Transform(TransformKind.CHOICE_TABLE, table=(("gold", "B"), ("tin", "A")))
    record = agreed(spec(mapping(transform=GOLD_A)), "A", name="gold")

    plan = written(spec(mapping(transform=swapped), policy=policy), record)

    assert wishes(plan, side) == expected


def test_a_person_is_asked_until_there_is_an_answer() -> None:
    swapped = Transform(TransformKind.CHOICE_TABLE, table=(("gold", "B"), ("tin", "A")))
    record = agreed(spec(mapping(transform=GOLD_A)), "A", name="gold")
    decider = Decider(spec(mapping(transform=swapped), policy=Policy.ASK))

    plan = decider.decide(record)
    again = decider.decide(decider.settle(record, plan))

    assert isinstance(plan, Fail)
    assert again == plan


def test_the_side_that_changed_meanwhile_wins_as_ever() -> None:
    record = agreed(spec(mapping(transform=GOLD_A)), "A", name="gold")
    assert record.right is not None
    record = replace(record, right=replace(record.right, values={"title": "C"}))

    plan = written(spec(mapping(transform=GOLD_B)), record)

    assert wishes(plan, Side.LEFT) == {"name": "tin"}


def test_a_field_in_conflict_keeps_the_old_way_beside_one_that_moves_on() -> None:
    told = spec(mapping(transform=GOLD_A), mapping("phone", "fax"), policy=Policy.ASK)
    left = view({"name": "gold", "phone": "1"})
    record = Decider(told).settle(RecordView(left, view({"title": "A", "fax": "1"})), Agree())
    assert record.left is not None
    record = replace(record, left=replace(record.left, values={"name": "gold", "phone": "2"}))
    swapped = Transform(TransformKind.CHOICE_TABLE, table=(("gold", "B"), ("tin", "A")))
    decider = Decider(replace(told, mappings=(mapping(transform=swapped), told.mappings[1])))
    plan = decider.decide(record)
    assert record.right is not None
    answer = replace(record.right, values={"title": "A", "fax": "2"})

    after = decider.settle(record, plan, right_answer=answer)

    assert wishes(plan, Side.RIGHT) == {"fax": "2"}
    assert isinstance(decider.decide(after), Fail)


def test_a_change_that_comes_out_the_same_is_not_held_back_by_a_filter() -> None:
    short = Transform(TransformKind.TRUNCATE, length=2)
    nobody = Filter(((Condition("name", Operator.IS_EMPTY),),))
    told = spec(mapping(direction=TO_RIGHT, transform=short), left_filter=nobody)
    record = agreed(told, "go", name="gold")
    assert record.left is not None
    record = replace(record, left=replace(record.left, values={"name": "goal"}))

    assert Decider(told).decide(record) == Agree()
