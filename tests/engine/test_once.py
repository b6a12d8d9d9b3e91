"""What is made once: never written again, told of afterwards, and watched for later changes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.contract import Category, Field, FieldType, Line, RecordState, Values
from syncs.engine.compiled import compile_spec
from syncs.engine.decide import decide, rebase, wishes
from syncs.engine.linked import CHANGED_AFTER
from syncs.engine.rebase import settle
from syncs.engine.spec import spec_problems
from syncs.engine.terms import (
    Agree,
    Condition,
    Create,
    Direction,
    DocumentRules,
    Exclude,
    ExcludeReason,
    Fail,
    FieldLock,
    Filter,
    Link,
    Matches,
    MatchRule,
    Mode,
    Operator,
    Policy,
    RecordView,
    Side,
    SyncSpec,
    Transform,
    TransformKind,
    Update,
)
from tests.engine.cases import candidate, fields, mapping, view

LEFT, RIGHT = Side.LEFT, Side.RIGHT
LINES = Transform(TransformKind.LINES)
STAGE = Filter(chosen=(Condition("stage", Operator.IS_ONE_OF, ("won",), setting="stages"),))
SPEC = SyncSpec(
    fields(
        name=FieldType.TEXT,
        memo=FieldType.TEXT,
        stage=FieldType.TEXT,
        paid=FieldType.TEXT,
        lines=FieldType.LINES,
    ),
    fields(
        title=Field("", "Title", required=True),
        note=FieldType.TEXT,
        status=Field("", "Status", creatable=False, updatable=False),
        rows=FieldType.LINES,
    ),
    (
        mapping("name", "title", Direction.TO_RIGHT, owned=True),
        mapping("memo", "note", Direction.TO_RIGHT),
        mapping("lines", "rows", Direction.TO_RIGHT, LINES, owned=True),
        mapping("paid", "status", Direction.TO_LEFT),
    ),
    mode=Mode.ONCE,
    creates=frozenset({RIGHT}),
    left_filter=STAGE,
    documents=DocumentRules(product=""),
)
CHAIR = Line(name="Chair", quantity=Decimal(2), unit_price=Decimal(5), amount=Decimal(10))
SOLD = replace(CHAIR, description="Chair")
DEAL: Values = {"name": "A", "memo": "M", "stage": "won", "paid": None, "lines": (CHAIR,)}
BILL: Values = {"title": "A", "note": "M", "status": "open", "rows": (SOLD,)}


def deal(values: Values | None = None, **more: object) -> RecordView:
    return RecordView(left=view({**DEAL, **(values or {})}), **more)  # type: ignore[arg-type] # of any member


def made(left: Values | None = None, right: Values | None = None) -> RecordView:
    """A deal whose document was made and told of, and what changed on either side since."""
    told = {**DEAL, "paid": "open"}
    return RecordView(
        view({**told, **(left or {})}, told),
        view({**BILL, **(right or {})}, BILL),
        linked_before=True,
        born=LEFT,
    )


def test_the_spec_of_these_tests_is_sound() -> None:
    assert spec_problems(SPEC) == []


def test_a_document_is_made_of_what_the_left_holds() -> None:
    plan = decide(SPEC, deal())

    assert isinstance(plan, Create)
    assert plan.side is RIGHT
    assert wishes(plan, RIGHT) == {"title": "A", "note": "M", "rows": (SOLD,)}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param({}, {}, Agree(), id="nothing changed"),
        pytest.param({"memo": "N"}, {}, Agree(), id="what is not owned may change on the left"),
        pytest.param({}, {"title": "B", "note": "N"}, Agree(), id="the document was edited"),
        pytest.param({"stage": "lost"}, {}, Agree(), id="it left its stage"),
        pytest.param({}, {"status": "paid"}, {"paid": "paid"}, id="it was paid"),
        pytest.param(
            {"stage": "lost"}, {"status": "paid"}, {"paid": "paid"}, id="paid after its stage"
        ),
        pytest.param({"name": "B"}, {"status": "paid"}, {"paid": "paid"}, id="told before failing"),
        pytest.param({"paid": "x"}, {"status": "paid"}, {"paid": "paid"}, id="both: told anew"),
        pytest.param({"name": "B"}, {}, [("name", "A", "B")], id="changed afterwards"),
        pytest.param({"name": None}, {}, [("name", "A", None)], id="emptied afterwards"),
        pytest.param({"lines": None}, {}, [("lines", (CHAIR,), None)], id="its lines are gone"),
        pytest.param(
            {"name": "B", "lines": None},
            {"title": "B"},
            [("name", "A", "B"), ("lines", (CHAIR,), None)],
            id="several changes, one made there by hand",
        ),
    ],
)
def test_what_follows_once_it_was_made(left: Values, right: Values, expected: object) -> None:
    plan = decide(SPEC, made(left, right))

    if isinstance(plan, Fail):
        assert (plan.fault.category, plan.fault.code) == (Category.STATE_LOCKED, CHANGED_AFTER)
        assert [(lock.field, lock.agreed, lock.now) for lock in plan.locks] == expected
        assert all(lock.side is LEFT for lock in plan.locks)
    elif isinstance(plan, Update):
        assert wishes(plan, LEFT) == expected
        assert wishes(plan, RIGHT) == {}
    else:
        assert plan == expected


def test_the_policy_of_the_sync_does_not_keep_the_news_from_the_left() -> None:
    for policy in Policy:
        plan = decide(replace(SPEC, policy=policy), made({"paid": "x"}, {"status": "paid"}))
        assert wishes(plan, LEFT) == {"paid": "paid"}


def test_what_was_changed_in_vain_is_named_in_the_reason() -> None:
    plan = decide(SPEC, made({"name": "B", "lines": None}))

    assert isinstance(plan, Fail)
    assert plan.fault.message.startswith("Name, Lines: changed on the left after")


def test_telling_the_left_does_not_forget_what_was_changed_in_vain() -> None:
    record = made({"name": "B"}, {"status": "paid"})
    plan = decide(SPEC, record)
    answer = view({**record.left.values, "paid": "paid"}) if record.left else None

    after = settle(compile_spec(SPEC), record, plan, answer, None, {})

    assert isinstance(decide(SPEC, after), Fail)


def test_a_change_that_is_undone_is_forgotten() -> None:
    record = made({"name": "B"})
    left_base, _ = rebase(SPEC, record, decide(SPEC, record))

    assert left_base["name"] == "A"
    assert decide(SPEC, made()) == Agree()


def test_a_person_may_leave_the_document_as_it_is() -> None:
    record = replace(made({"name": "B"}), resolutions={"name": RIGHT})
    plan = decide(SPEC, record)
    assert plan == Agree()

    after = settle(compile_spec(SPEC), record, plan, None, None, {})

    assert after.left is not None
    assert after.left.base is not None
    assert after.left.base["name"] == "B"
    assert after.resolutions == {}
    assert decide(SPEC, after) == Agree()
    changed = replace(after, left=replace(after.left, values={**after.left.values, "name": "A"}))
    assert isinstance(decide(SPEC, changed), Fail)


def test_a_choice_for_one_field_lets_no_other_pass() -> None:
    record = replace(made({"name": "B", "lines": None}), resolutions={"name": RIGHT})
    plan = decide(SPEC, record)

    assert isinstance(plan, Fail)
    assert [lock.mapping for lock in plan.locks] == ["lines"]


def test_a_mapping_that_came_later_takes_what_it_finds_for_agreed() -> None:
    record = made({"name": "B"})
    assert record.left is not None
    assert record.left.base is not None
    base = {name: value for name, value in record.left.base.items() if name != "name"}
    unknown = replace(record, left=replace(record.left, base=base))

    assert decide(SPEC, unknown) == Agree()


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(deal({"stage": "new"}), ExcludeReason.FILTER, id="not in a chosen stage"),
        pytest.param(deal({"stage": None}), ExcludeReason.FILTER, id="in no stage"),
        pytest.param(deal(linked_before=True), ExcludeReason.UNLINKED, id="unlinked before"),
        pytest.param(RecordView(right=view(BILL)), ExcludeReason.DIRECTION, id="made there"),
    ],
)
def test_what_makes_no_document(record: RecordView, expected: ExcludeReason) -> None:
    plan = decide(SPEC, record)

    assert isinstance(plan, Exclude)
    assert plan.reason is expected


def test_whom_a_person_sent_passes_the_chosen_stages() -> None:
    assert isinstance(decide(SPEC, deal({"stage": "new"}, enrolled_by_hand=True)), Create)


def test_a_side_where_nothing_is_made_needs_no_values_for_its_required_fields() -> None:
    needy = {**SPEC.left_fields, **fields(must=Field("", "Must", required=True))}

    assert spec_problems(replace(SPEC, left_fields=needy)) == []
    problems = spec_problems(replace(SPEC, left_fields=needy, creates=frozenset(Side)))
    assert problems == ["Must is required and no mapping or setting gives it a value."]


def test_what_stands_there_alone_may_still_be_found_where_it_is_looked_for() -> None:
    rule = MatchRule("Name", "name", "title")
    matching = replace(SPEC, match_rules=(rule,))
    found = candidate("9")
    assert decide(matching, deal(), Matches((found,))) == Link(found)
    assert decide(matching, RecordView(right=view(BILL)), Matches((found,))) == Link(found)


@pytest.mark.parametrize("state", [RecordState.ARCHIVED, RecordState.GONE, RecordState.VOIDED])
def test_a_document_that_was_removed_is_never_made_anew(state: RecordState) -> None:
    record = made()
    assert record.right is not None
    plan = decide(SPEC, replace(record, right=replace(record.right, state=state)))

    assert isinstance(plan, Exclude)


def test_without_a_side_of_its_own_to_tell_nothing_is_ever_written_again() -> None:
    everywhere = replace(SPEC, creates=frozenset(Side), documents=DocumentRules(product=""))

    assert decide(everywhere, made({"name": "B"}, {"status": "paid"})) == Agree()


def test_a_lock_names_the_value_before_and_after() -> None:
    plan = decide(SPEC, made({"name": "B"}))

    assert isinstance(plan, Fail)
    assert plan.locks == (FieldLock("name", LEFT, "name", "A", "B"),)


def test_what_the_new_document_says_at_once_is_told_next() -> None:
    record, plan = deal(), decide(SPEC, deal())

    after = settle(compile_spec(SPEC), record, plan, None, view(BILL), {})

    assert wishes(decide(SPEC, after), LEFT) == {"paid": "open"}
