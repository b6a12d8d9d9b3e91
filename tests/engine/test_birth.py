"""Where a record was born: what belongs to that side, what may change elsewhere, and since when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import Category, FieldType, RecordState, Value
from syncs.engine.compiled import compile_spec
from syncs.engine.decide import decide, rebase, wishes
from syncs.engine.rebase import settle
from syncs.engine.terms import (
    Agree,
    Archive,
    Condition,
    Create,
    Direction,
    Exclude,
    ExcludeReason,
    Fail,
    FieldLock,
    Filter,
    Operator,
    Plan,
    Policy,
    RecordView,
    Removal,
    Side,
    Start,
    SyncSpec,
    TotalRule,
    Unlink,
    Update,
)
from tests.engine.cases import mapping, pair, spec, view

LEFT, RIGHT = Side.LEFT, Side.RIGHT
VOIDED, LIVE = RecordState.VOIDED, RecordState.LIVE
OWNED = spec(mapping(owned=True))


def lock(side: Side, agreed: Value, now: Value) -> FieldLock:
    return FieldLock("name", side, "name" if side is LEFT else "title", agreed, now)


LEFT_BORN: list[tuple[Any, Any, object]] = [
    (("A", "A"), ("A", "A"), Agree()),
    (("A", "B"), ("A", "A"), {"title": "B"}),
    (("A", "A"), ("A", "C"), (lock(RIGHT, "A", "C"),)),
    (("A", "B"), ("A", "C"), (lock(RIGHT, "A", "C"),)),
    (("A", "C"), ("A", "C"), Agree()),
    (("A", None), ("A", "A"), Agree()),
    (("A", "A"), ("A", None), (lock(RIGHT, "A", None),)),
    ("A", "A", Agree()),
    ("A", None, {"title": "A"}),
    (None, "A", Agree()),
    ("A", "C", (lock(RIGHT, None, "C"),)),
]


def outcome(plan: Plan) -> object:
    if isinstance(plan, Fail):
        assert plan.fault.category is Category.STATE_LOCKED
        assert plan.fault.code == "changed_elsewhere"
        return plan.locks
    return wishes(plan, RIGHT) or wishes(plan, LEFT) or plan


@pytest.mark.parametrize(("left", "right", "expected"), LEFT_BORN)
@pytest.mark.parametrize("policy", list(Policy))
def test_what_belongs_to_the_left_is_written_on_the_right_only(
    left: Any, right: Any, expected: object, policy: Policy
) -> None:
    told = replace(OWNED, policy=policy)

    assert outcome(decide(told, pair(left, right))) == expected
    assert outcome(decide(told, pair(left, right, born=LEFT))) == expected


def test_what_belongs_to_the_right_is_written_on_the_left_only() -> None:
    assert wishes(decide(OWNED, pair(("A", "A"), ("A", "B"), born=RIGHT)), LEFT) == {"name": "B"}
    plan = decide(OWNED, pair(("A", "C"), ("A", "A"), born=RIGHT))
    assert outcome(plan) == (lock(LEFT, "A", "C"),)


def test_a_lock_says_where_to_undo_what() -> None:
    plan = decide(OWNED, pair(("A", "A"), ("A", "C")))

    assert isinstance(plan, Fail)
    assert plan.fault.field == "title"
    assert plan.fault.message == (
        "Name: changed on the right, where it does not belong. "
        "Undo it there, or make the same change on the left."
    )


def test_a_locked_record_keeps_its_bases_and_nothing_of_it_is_written() -> None:
    told = spec(mapping(owned=True), mapping("town", "city"))
    record = RecordView(
        view({"name": "A", "town": "Rome"}, {"name": "A", "town": "Bonn"}),
        view({"title": "C", "city": "Bonn"}, {"title": "A", "city": "Bonn"}),
    )

    plan = decide(told, record)

    assert isinstance(plan, Fail)
    assert settle(compile_spec(told), record, plan, None, None, {}) == record


def test_what_is_not_in_the_sync_any_more_is_not_locked() -> None:
    gone = Filter(((Condition("name", Operator.EQUALS, ("B",)),),))
    told = replace(OWNED, left_filter=gone)

    plan = decide(told, pair(("A", "A"), ("A", "C")))

    assert isinstance(plan, Exclude)
    assert plan.reason is ExcludeReason.FILTER


def test_without_a_way_to_the_other_side_nothing_belongs_to_anybody() -> None:
    told = replace(OWNED, direction=Direction.TO_LEFT)

    assert decide(told, pair(("A", "A"), ("A", "C"), born=LEFT)) == Agree()
    assert wishes(decide(told, pair(("A", "A"), ("A", "B"), born=RIGHT)), LEFT) == {"name": "B"}


BY_BIRTH = spec(
    mapping(direction=Direction.TO_RIGHT, born=LEFT, key="out"),
    mapping(direction=Direction.TO_LEFT, born=RIGHT, key="in"),
    mapping("town", "city", key="town"),
)


def test_a_mapping_is_there_for_records_of_its_birth_alone() -> None:
    changed_left = pair(("A", "B"), ("A", "A"))
    changed_right = pair(("A", "A"), ("A", "B"))

    assert wishes(decide(BY_BIRTH, changed_left), RIGHT) == {"title": "B"}
    assert decide(BY_BIRTH, replace(changed_left, born=RIGHT)) == Agree()
    assert decide(BY_BIRTH, changed_right) == Agree()
    assert wishes(decide(BY_BIRTH, replace(changed_right, born=RIGHT)), LEFT) == {"name": "B"}


@pytest.mark.parametrize("born", [None, LEFT, RIGHT])
def test_an_unlinked_record_is_born_where_it_is(born: Side | None) -> None:
    left = RecordView(left=view({"name": "A", "town": "Rome"}), born=born)
    right = RecordView(right=view({"title": "A", "city": "Rome"}), born=born)

    assert wishes(decide(BY_BIRTH, left), RIGHT) == {"title": "A", "city": "Rome"}
    assert wishes(decide(BY_BIRTH, right), LEFT) == {"name": "A", "town": "Rome"}


def test_what_is_created_stays_born_where_it_came_from_until_it_is_unlinked() -> None:
    compiled = compile_spec(BY_BIRTH)
    record = RecordView(right=view({"title": "A", "city": "Rome"}))
    plan = decide(BY_BIRTH, record)
    made = settle(compiled, record, plan, view({"name": "A", "town": "Rome"}), None, {})

    assert made.born is RIGHT
    assert made.left is not None
    # A title that only goes to the left for what was born on the right has its base.
    assert made.left.base == {"name": "A", "town": "Rome"}
    assert decide(BY_BIRTH, made) == Agree()
    assert settle(compiled, made, Unlink(LEFT, RecordState.GONE), None, None, {}).born is None


AT_BIRTH = spec(edited_at_birth=frozenset({RIGHT}))


@pytest.mark.parametrize("policy", list(Policy))
def test_what_is_edited_at_birth_takes_nothing_and_gives_everything(policy: Policy) -> None:
    told = replace(AT_BIRTH, policy=policy)
    left_changed = pair(("A", "B"), ("A", "A"), born=RIGHT)
    both_changed = pair(("A", "B"), ("A", "C"), born=RIGHT)

    assert decide(told, left_changed) == Agree()
    assert wishes(decide(told, both_changed), LEFT) == {"name": "C"}
    assert wishes(decide(told, replace(left_changed, born=LEFT)), RIGHT) == {"title": "B"}


def test_a_change_that_is_not_taken_is_not_forgotten() -> None:
    record = pair(("A", "B"), ("A", "A"), born=RIGHT)

    left, right = rebase(AT_BIRTH, record, Agree())

    assert (left, right) == ({"name": "A"}, {"title": "A"})


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
STARTED = spec(
    left={"made": FieldType.DATETIME, "open": FieldType.TEXT},
    starts={LEFT: Start("made", NOON)},
    left_filter=Filter(
        fixed=(
            Condition("open", Operator.NOT_EQUALS, ("no",), fixed=True, reason=ExcludeReason.DRAFT),
        )
    ),
)


def made(at: Value, *, is_open: str = "yes", **more: Any) -> RecordView:
    return RecordView(left=view({"name": "A", "made": at, "open": is_open}), **more)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(made(NOON), None, id="at the start"),
        pytest.param(made(NOON - timedelta(seconds=1)), ExcludeReason.BEFORE_START, id="before"),
        pytest.param(made(None), ExcludeReason.BEFORE_START, id="nobody knows"),
        pytest.param(
            made(NOON - timedelta(days=1), enrolled_by_hand=True), None, id="sent by a person"
        ),
        pytest.param(
            made(NOON, is_open="no", enrolled_by_hand=True), ExcludeReason.DRAFT, id="a draft"
        ),
        pytest.param(
            RecordView(right=view({"title": "A"})), None, id="the other side has no start"
        ),
    ],
)
def test_records_from_before_the_start_come_along_only_by_hand(
    record: RecordView, reason: ExcludeReason | None
) -> None:
    plan = decide(STARTED, record)

    assert (plan.reason if isinstance(plan, Exclude) else None) is reason
    assert reason is not None or isinstance(plan, Create)


def test_a_linked_record_goes_on_whenever_it_is_from() -> None:
    old = RecordView(
        view({"name": "B", "made": NOON - timedelta(days=9)}, {"name": "A"}),
        view({"title": "A"}, {"title": "A"}),
    )

    assert wishes(decide(STARTED, old), RIGHT) == {"title": "B"}


def test_a_linked_draft_is_held_back_as_a_draft() -> None:
    linked = RecordView(
        view({"name": "B", "open": "no"}, {"name": "A"}), view({"title": "A"}, {"title": "A"})
    )

    plan = decide(STARTED, linked)

    assert isinstance(plan, Exclude)
    assert plan.reason is ExcludeReason.DRAFT


def voids(left: RecordState, right: RecordState, **more: Any) -> RecordView:
    return RecordView(
        replace(view({"name": "A"}, {"name": "A"}), state=left),
        replace(view({"title": "A"}, {"title": "A"}), state=right),
        **more,
    )


VOIDING = replace(OWNED, left_removed=Removal.ARCHIVE, right_removed=Removal.ARCHIVE)
IGNORING = replace(OWNED, left_removed=Removal.NOTHING)
KEPT = replace(VOIDING, edited_at_birth=frozenset({RIGHT}))
PLANS: list[tuple[SyncSpec, RecordView, Plan]] = [
    (VOIDING, voids(VOIDED, LIVE), Archive(RIGHT)),
    (VOIDING, voids(LIVE, VOIDED), Archive(LEFT)),
    (VOIDING, voids(LIVE, VOIDED, born=RIGHT), Archive(LEFT)),
    (VOIDING, voids(VOIDED, VOIDED), Exclude(ExcludeReason.VOIDED)),
    (VOIDING, voids(VOIDED, RecordState.ARCHIVED), Exclude(ExcludeReason.VOIDED)),
    (VOIDING, voids(RecordState.ARCHIVED, VOIDED), Exclude(ExcludeReason.VOIDED)),
    (OWNED, voids(VOIDED, LIVE), Unlink(LEFT, VOIDED)),
    (
        replace(OWNED, left_removed=Removal.NOTHING),
        voids(VOIDED, LIVE),
        Exclude(ExcludeReason.VOIDED),
    ),
    (KEPT, voids(LIVE, VOIDED, born=RIGHT), Archive(LEFT)),
    (KEPT, voids(VOIDED, LIVE, born=LEFT), Archive(RIGHT)),
    (KEPT, voids(RecordState.ARCHIVED, LIVE, born=RIGHT), Unlink(LEFT, RecordState.ARCHIVED)),
    (VOIDING, RecordView(left=view({"name": "A"}, state=VOIDED)), Exclude(ExcludeReason.VOIDED)),
]


@pytest.mark.parametrize(("told", "record", "plan"), PLANS)
def test_a_void_is_followed_by_the_policy(told: SyncSpec, record: RecordView, plan: Plan) -> None:
    assert decide(told, record) == plan


@pytest.mark.parametrize(
    ("told", "born"), [(KEPT, RIGHT), (replace(VOIDING, direction=Direction.TO_LEFT), LEFT)]
)
def test_a_void_where_the_document_is_only_shown_is_neither_followed_nor_hidden(
    told: SyncSpec, born: Side
) -> None:
    plan = decide(told, voids(VOIDED, LIVE, born=born))

    assert isinstance(plan, Fail)
    assert (plan.fault.category, plan.fault.code) == (Category.STATE_LOCKED, "voided_elsewhere")


def test_a_void_that_both_sides_went_through_is_settled() -> None:
    compiled = compile_spec(VOIDING)
    record = voids(VOIDED, LIVE)
    answer = view({"title": "A"}, {"title": "A"}, state=VOIDED)

    after = settle(compiled, record, Archive(RIGHT), None, answer, {})

    assert decide(VOIDING, after) == Exclude(ExcludeReason.VOIDED)
    assert after.left is not None
    assert after.left.settled_state is VOIDED


def test_what_stands_again_after_both_were_voided_is_left_alone() -> None:
    record = voids(LIVE, VOIDED)
    settled = RecordView(
        replace(record.left, settled_state=VOIDED) if record.left else None,
        replace(record.right, settled_state=VOIDED) if record.right else None,
    )

    assert decide(VOIDING, settled) == Exclude(ExcludeReason.VOIDED)


TOTALS = spec(
    left={"total": FieldType.MONEY},
    right={"sum": FieldType.MONEY},
    totals=(TotalRule("total", "sum", "Total"),),
)


def summed(left: Value, right: Value, name: str = "A") -> RecordView:
    return RecordView(
        view({"name": name, "total": left}, {"name": "A"}),
        view({"title": "A", "sum": right}, {"title": "A"}),
    )


def test_totals_that_differ_are_told_with_both_sums() -> None:
    plan = decide(TOTALS, summed(Decimal("120.00"), Decimal("119.99")))

    assert isinstance(plan, Fail)
    assert (plan.fault.category, plan.fault.code) == (Category.FIELD_INVALID, "totals_differ")
    assert plan.fault.message.startswith("Total: 120 on the left and 119.99 on the right.")


def test_a_total_that_one_side_does_not_say_differs() -> None:
    assert isinstance(decide(TOTALS, summed(Decimal(1), None)), Fail)
    assert decide(TOTALS, summed(None, None)) == Agree()


def test_equal_totals_agree_and_what_is_to_be_written_goes_first() -> None:
    assert decide(TOTALS, summed(Decimal("120.00"), Decimal(120))) == Agree()
    assert isinstance(decide(TOTALS, summed(Decimal(1), Decimal(2), name="B")), Update)
