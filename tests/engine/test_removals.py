"""What follows when one side of a record is archived, voided or gone."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.contract import RecordState
from syncs.engine.decide import decide
from syncs.engine.terms import (
    Archive,
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
    Side,
    SyncSpec,
    Unlink,
)
from tests.engine.cases import pair, spec

LIVE, ARCHIVED, GONE = RecordState.LIVE, RecordState.ARCHIVED, RecordState.GONE
IS_CUSTOMER = Condition("name", Operator.STARTS_WITH, ("customer",))
NO_DRAFT = Condition("name", Operator.NOT_EQUALS, ("customer draft",), fixed=True)
CUSTOMERS = Filter(((IS_CUSTOMER,),), (NO_DRAFT,))


def removed(left: RecordState, right: RecordState, **more: Any) -> RecordView:
    record = pair(("A", "A"), ("A", "A"))
    assert record.left is not None
    assert record.right is not None
    return replace(
        record,
        left=replace(record.left, state=left, **more),
        right=replace(record.right, state=right),
    )


ARCHIVE_THERE = spec(left_removed=Removal.ARCHIVE)
REMOVALS = [
    pytest.param(spec(), ARCHIVED, LIVE, Unlink(Side.LEFT, ARCHIVED), id="left archived"),
    pytest.param(spec(), GONE, LIVE, Unlink(Side.LEFT, GONE), id="left gone"),
    pytest.param(spec(), LIVE, GONE, Unlink(Side.RIGHT, GONE), id="right gone"),
    pytest.param(ARCHIVE_THERE, GONE, LIVE, Archive(Side.RIGHT), id="archive on the right"),
    pytest.param(
        spec(right_removed=Removal.ARCHIVE), LIVE, ARCHIVED, Archive(Side.LEFT), id="on the left"
    ),
    pytest.param(ARCHIVE_THERE, LIVE, GONE, Unlink(Side.RIGHT, GONE), id="a policy per side"),
    pytest.param(
        replace(ARCHIVE_THERE, direction=Direction.TO_LEFT),
        ARCHIVED,
        LIVE,
        Unlink(Side.LEFT, ARCHIVED),
        id="not against the direction",
    ),
    pytest.param(
        replace(ARCHIVE_THERE, left_filter=CUSTOMERS),
        ARCHIVED,
        LIVE,
        Unlink(Side.LEFT, ARCHIVED),
        id="not from outside the filter",
    ),
    pytest.param(
        spec(left_removed=Removal.NOTHING),
        GONE,
        LIVE,
        Exclude(ExcludeReason.GONE),
        id="nothing is done",
    ),
    pytest.param(
        replace(ARCHIVE_THERE, mode=Mode.ONCE),
        ARCHIVED,
        LIVE,
        Exclude(ExcludeReason.ARCHIVED),
        id="once made, never touched",
    ),
    pytest.param(
        ARCHIVE_THERE, ARCHIVED, ARCHIVED, Exclude(ExcludeReason.ARCHIVED), id="both archived"
    ),
    pytest.param(spec(), GONE, ARCHIVED, Exclude(ExcludeReason.GONE), id="gone and archived"),
]


@pytest.mark.parametrize(("told", "left", "right", "expected"), REMOVALS)
def test_a_removal_follows_its_policy(
    told: SyncSpec, left: RecordState, right: RecordState, expected: Plan
) -> None:
    assert decide(told, removed(left, right)) == expected


def test_a_purged_record_without_values_cannot_fail_its_filter() -> None:
    told = replace(ARCHIVE_THERE, left_filter=CUSTOMERS)

    assert decide(told, removed(GONE, LIVE, values={"name": None})) == Archive(Side.RIGHT)
