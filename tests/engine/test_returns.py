"""Both sides were archived, and one of them is back."""

from dataclasses import replace

import pytest

from integrations.contract import RecordState
from syncs.engine.decide import Decider, decide
from syncs.engine.terms import (
    Agree,
    Condition,
    Direction,
    Exclude,
    ExcludeReason,
    Filter,
    Mode,
    Operator,
    Plan,
    RecordView,
    Removal,
    Restore,
    Side,
    SyncSpec,
)
from tests.engine.cases import spec, view

ARCHIVED = RecordState.ARCHIVED
IS_CUSTOMER = Condition("name", Operator.STARTS_WITH, ("customer",))


def returned(side: Side, *, gone: bool = False, values: tuple[str, str] = ("A", "A")) -> RecordView:
    removed = RecordState.GONE if gone else ARCHIVED
    states = {side: RecordState.LIVE, side.other: removed}
    settled = {side: ARCHIVED, side.other: removed}
    left, right = (
        view({name: value}, {name: value}, states[one], settled_state=settled[one])
        for one, name, value in zip(Side, ("name", "title"), values, strict=True)
    )
    return RecordView(left, right, linked_before=True)


FOLLOWS = spec(left_removed=Removal.ARCHIVE, right_removed=Removal.ARCHIVE)


@pytest.mark.parametrize("side", list(Side))
def test_what_comes_back_brings_the_other_back(side: Side) -> None:
    plan = decide(FOLLOWS, returned(side))

    assert plan == Restore(side.other)


@pytest.mark.parametrize(
    ("told", "record", "expected"),
    [
        pytest.param(
            FOLLOWS, returned(Side.LEFT, gone=True), Exclude(ExcludeReason.GONE), id="deleted"
        ),
        pytest.param(
            replace(FOLLOWS, left_removed=Removal.UNLINK),
            returned(Side.LEFT),
            Exclude(ExcludeReason.ARCHIVED),
            id="removals do not follow this way",
        ),
        pytest.param(
            replace(FOLLOWS, mode=Mode.ONCE),
            returned(Side.LEFT),
            Exclude(ExcludeReason.ARCHIVED),
            id="never touched again",
        ),
        pytest.param(
            replace(FOLLOWS, direction=Direction.TO_RIGHT),
            returned(Side.RIGHT),
            Exclude(ExcludeReason.ARCHIVED),
            id="the other way",
        ),
        pytest.param(
            replace(FOLLOWS, left_filter=Filter(((IS_CUSTOMER,),))),
            returned(Side.LEFT, values=("lead", "A")),
            Exclude(ExcludeReason.FILTER, IS_CUSTOMER),
            id="outside the filter",
        ),
    ],
)
def test_what_comes_back_alone_says_why(told: SyncSpec, record: RecordView, expected: Plan) -> None:
    assert decide(told, record) == expected


def test_a_return_that_was_carried_out_is_settled() -> None:
    record = returned(Side.LEFT)
    answer = view({"title": "A"}, {"title": "A"}, settled_state=ARCHIVED)

    after = Decider(FOLLOWS).settle(record, Restore(Side.RIGHT), right_answer=answer)

    assert decide(FOLLOWS, after) == Agree()
    assert [one.settled_state for one in (after.left, after.right) if one] == [RecordState.LIVE] * 2
