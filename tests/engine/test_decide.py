"""The order of questions: what becomes of a record, one rule at a time."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.contract import Category, Field, RecordState
from syncs.engine.decide import Decider, decide, wishes
from syncs.engine.terms import (
    Agree,
    Candidate,
    Condition,
    Create,
    Direction,
    Exclude,
    ExcludeReason,
    Fail,
    FieldChange,
    Filter,
    Leaving,
    Link,
    Matches,
    Mode,
    Operator,
    PartnerChoice,
    Plan,
    RecordView,
    Side,
    SyncSpec,
    Update,
)
from tests.engine.cases import BY_NAME, candidate, mapping, pair, spec, view

LIVE, ARCHIVED, GONE = RecordState.LIVE, RecordState.ARCHIVED, RecordState.GONE
IS_CUSTOMER = Condition("name", Operator.STARTS_WITH, ("customer",))
NO_DRAFT = Condition("name", Operator.NOT_EQUALS, ("customer draft",), fixed=True)
CUSTOMERS = Filter(((IS_CUSTOMER,),), (NO_DRAFT,))
FILTERED = ExcludeReason.FILTER


def lone(name: str = "Ann", **more: Any) -> RecordView:
    return RecordView(view({"name": name}), **more)


def far(title: str = "Ann", **more: Any) -> RecordView:
    return RecordView(right=view({"title": title}), **more)


def created(side: Side, field: str, value: str) -> Create:
    return Create(side, (FieldChange("name", side, field, None, value),))


TO_RIGHT, TO_LEFT = Direction.TO_RIGHT, Direction.TO_LEFT
UNLINKED = [
    pytest.param(spec(), lone(), created(Side.RIGHT, "title", "Ann"), id="created on the right"),
    pytest.param(spec(), far(), created(Side.LEFT, "name", "Ann"), id="created on the left"),
    pytest.param(spec(), lone(excluded_by_hand=True), Exclude(ExcludeReason.BY_HAND), id="by hand"),
    pytest.param(
        spec(), lone(linked_before=True), Exclude(ExcludeReason.UNLINKED), id="linked before"
    ),
    pytest.param(
        spec(),
        lone(linked_before=True, partner_choice=PartnerChoice.CREATE),
        created(Side.RIGHT, "title", "Ann"),
        id="linked before, and a person wants a new one",
    ),
    pytest.param(
        spec(),
        RecordView(view({"name": "Ann"}, state=ARCHIVED)),
        Exclude(ExcludeReason.ARCHIVED),
        id="archived",
    ),
    pytest.param(
        spec(),
        RecordView(right=view({"title": "Ann"}, state=GONE)),
        Exclude(ExcludeReason.GONE),
        id="gone",
    ),
    pytest.param(
        spec(direction=TO_LEFT), lone(), Exclude(ExcludeReason.DIRECTION), id="against direction"
    ),
    pytest.param(
        spec(mode=Mode.UPDATE), lone(), Exclude(ExcludeReason.MODE), id="a mode that never creates"
    ),
    pytest.param(
        spec(mode=Mode.ONCE), lone(), created(Side.RIGHT, "title", "Ann"), id="created once"
    ),
    pytest.param(
        spec(left_filter=CUSTOMERS), lone(), Exclude(FILTERED, IS_CUSTOMER), id="outside the filter"
    ),
    pytest.param(
        spec(left_filter=CUSTOMERS, leaving=Leaving.KEEP),
        lone(),
        Exclude(FILTERED, IS_CUSTOMER),
        id="to keep going it must have come in",
    ),
    pytest.param(
        spec(left_filter=CUSTOMERS),
        lone(enrolled_by_hand=True),
        created(Side.RIGHT, "title", "Ann"),
        id="sent by a person",
    ),
    pytest.param(
        spec(left_filter=CUSTOMERS),
        lone("customer draft", enrolled_by_hand=True),
        Exclude(FILTERED, NO_DRAFT),
        id="sent by a person against the recipe's own condition",
    ),
    pytest.param(
        spec(left_filter=CUSTOMERS),
        far(),
        created(Side.LEFT, "name", "Ann"),
        id="the other side has its own filter",
    ),
    pytest.param(
        spec(left_filter=CUSTOMERS, direction=TO_LEFT),
        lone(),
        Exclude(ExcludeReason.DIRECTION),
        id="the filter of a way that is closed is not asked",
    ),
    pytest.param(
        spec(match_rules=(BY_NAME,), key_needed=True),
        lone("  "),
        Exclude(ExcludeReason.NO_MATCH_KEY),
        id="without a key",
    ),
    pytest.param(
        spec(match_rules=(BY_NAME,), key_needed=True),
        lone(),
        created(Side.RIGHT, "title", "Ann"),
        id="with a key",
    ),
]


@pytest.mark.parametrize(("told", "record", "expected"), UNLINKED)
def test_a_record_without_a_partner(told: SyncSpec, record: RecordView, expected: Plan) -> None:
    assert decide(told, record) == expected


ONE = Matches((candidate(),))
SEVERAL = Matches((candidate("7"), candidate("8")))
RIVALS = Matches((candidate(),), (candidate("2"),))
RULED = spec(match_rules=(BY_NAME,))


@pytest.mark.parametrize(
    ("told", "record", "matches", "expected"),
    [
        pytest.param(RULED, lone(), ONE, Link(candidate()), id="found"),
        pytest.param(
            replace(RULED, direction=TO_LEFT), lone(), ONE, Link(candidate()), id="any direction"
        ),
        pytest.param(
            replace(RULED, mode=Mode.UPDATE), lone(), ONE, Link(candidate()), id="never creating"
        ),
        pytest.param(
            replace(RULED, left_filter=CUSTOMERS),
            lone(),
            ONE,
            Exclude(FILTERED, IS_CUSTOMER),
            id="a record outside the filter looks for nobody",
        ),
        pytest.param(
            replace(RULED, direction=TO_LEFT),
            lone(),
            SEVERAL,
            Exclude(ExcludeReason.DIRECTION),
            id="several, where it could not create: asked on the other side",
        ),
        pytest.param(
            RULED,
            lone(partner_choice=PartnerChoice.PICK, partner_id="8"),
            SEVERAL,
            Link(candidate("8")),
            id="picked",
        ),
        pytest.param(
            replace(RULED, left_filter=CUSTOMERS),
            lone(partner_choice=PartnerChoice.PICK, partner_id="9"),
            Matches(),
            Link(Candidate("9", "", "", "")),
            id="picked from elsewhere, outside the filter",
        ),
        pytest.param(
            RULED,
            lone(partner_choice=PartnerChoice.CREATE),
            SEVERAL,
            created(Side.RIGHT, "title", "Ann"),
            id="a person wants a new one",
        ),
    ],
)
def test_a_record_and_its_finds(
    told: SyncSpec, record: RecordView, matches: Matches, expected: Plan
) -> None:
    assert decide(told, record, matches) == expected


@pytest.mark.parametrize("matches", [SEVERAL, RIVALS], ids=["several", "rivals"])
@pytest.mark.parametrize("mode", list(Mode))
def test_what_is_ambiguous_is_asked_in_every_mode(matches: Matches, mode: Mode) -> None:
    plan = decide(replace(RULED, mode=mode), lone(), matches)

    assert isinstance(plan, Fail)
    assert plan.fault.category is Category.MATCH_AMBIGUOUS
    assert plan.candidates == matches.candidates


def test_a_record_that_was_made_once_is_never_touched_again() -> None:
    assert decide(spec(mode=Mode.ONCE), pair(("A", "B"), ("A", "A"))) == Agree()


def test_a_mode_that_never_creates_updates() -> None:
    assert isinstance(decide(spec(mode=Mode.UPDATE), pair(("A", "B"), ("A", "A"))), Update)


ONLY_RIGHT = spec(left_filter=CUSTOMERS, direction=TO_RIGHT)
BOTH_WAYS = replace(ONLY_RIGHT, direction=Direction.BOTH)
STOPPED_ONE_WAY = Exclude(FILTERED, IS_CUSTOMER, is_partial=True)
LEFT_CHANGED, RIGHT_CHANGED = (("A", "B"), ("A", "A")), (("A", "A"), ("A", "B"))


@pytest.mark.parametrize(
    ("told", "values", "expected"),
    [
        pytest.param(ONLY_RIGHT, LEFT_CHANGED, Exclude(FILTERED, IS_CUSTOMER), id="stops"),
        pytest.param(BOTH_WAYS, LEFT_CHANGED, STOPPED_ONE_WAY, id="stops this way and says so"),
        pytest.param(BOTH_WAYS, (("A", "B"), ("A", "B")), Agree(), id="both say the same"),
        pytest.param(BOTH_WAYS, (("A", "A"), ("A", "A")), Agree(), id="nothing is held back"),
        pytest.param(BOTH_WAYS, ("B", "C"), STOPPED_ONE_WAY, id="differing at the first meeting"),
        pytest.param(
            replace(BOTH_WAYS, leaving=Leaving.KEEP), ("B", "C"), STOPPED_ONE_WAY, id="never in"
        ),
        pytest.param(BOTH_WAYS, RIGHT_CHANGED, Side.LEFT, id="the way back is open"),
        pytest.param(
            replace(BOTH_WAYS, leaving=Leaving.KEEP), LEFT_CHANGED, Side.RIGHT, id="keeps going"
        ),
        pytest.param(
            replace(BOTH_WAYS, right_filter=Filter(fixed=(Condition("title", Operator.IS_EMPTY),))),
            RIGHT_CHANGED,
            Exclude(FILTERED, IS_CUSTOMER),
            id="both ways closed",
        ),
    ],
)
def test_a_linked_record_outside_the_filter(
    told: SyncSpec, values: tuple[Any, Any], expected: Plan | Side
) -> None:
    plan = decide(told, pair(*values))

    if isinstance(expected, Side):
        assert isinstance(plan, Update)
        assert {change.side for change in plan.changes} == {expected}
    else:
        assert plan == expected


def test_both_changed_outside_the_filter_waits_for_the_way_to_open() -> None:
    record = pair(("A", "B"), ("A", "C"))

    assert decide(BOTH_WAYS, record) == STOPPED_ONE_WAY


def test_a_change_that_may_flow_goes_before_one_that_a_filter_holds_back() -> None:
    told = spec(mapping(), mapping("phone", "fax"), left_filter=CUSTOMERS)
    left = view({"name": "B", "phone": "1"}, {"name": "A", "phone": "1"})
    right = view({"title": "A", "fax": "2"}, {"title": "A", "fax": "1"})

    plan = decide(told, RecordView(left, right))

    assert plan == Update((FieldChange("phone", Side.LEFT, "phone", "1", "2"),))


def test_a_value_that_a_one_way_mapping_never_carries_is_no_reason_to_exclude() -> None:
    told = spec(
        mapping(direction=TO_RIGHT),
        right_filter=Filter(((Condition("title", Operator.IS_EMPTY),),)),
    )

    assert decide(told, pair(("A", "A"), ("A", "B"))) == Agree()


@pytest.mark.parametrize(
    ("field", "value", "code", "words"),
    [
        pytest.param(Field("", "Title", required=True), None, "required", "Title", id="required"),
        pytest.param(
            Field("", "Title", max_length=2), "Ann", "too_long", "may have 2", id="too long"
        ),
    ],
)
def test_what_the_provider_would_refuse_fails_before_it_is_sent(
    field: Field, value: str | None, code: str, words: str
) -> None:
    told = spec(mapping(erase=True), right={"title": field})
    record = RecordView(view({"name": value}))

    for one in (record, pair(("A", value), ("A", "A"))):
        plan = decide(told, one)
        assert isinstance(plan, Fail)
        assert plan.fault.code == code
        assert plan.fault.field == "title"
        assert words in plan.fault.message


def test_a_record_without_any_mapped_value_is_not_created() -> None:
    plan = decide(spec(), RecordView(view({"name": None})))

    assert isinstance(plan, Fail)
    assert plan.fault.code == "nothing_to_write"


def test_a_new_record_gets_what_the_recipe_gives_and_mappings_go_first() -> None:
    told = spec(
        mapping(),
        right={"kind": Field("", "Kind", required=True), "unit": Field("", "Unit")},
        right_creation={"kind": "service", "title": "unnamed", "unit": None},
    )

    plan = decide(told, lone())

    assert wishes(plan, Side.RIGHT) == {"title": "Ann", "kind": "service"}
    assert decide(told, pair(("A", "A"), ("A", "A"))) == Agree()


def test_a_new_record_on_the_left_gets_what_the_recipe_gives() -> None:
    told = spec(left={"source": Field("", "Source")}, left_creation={"source": "books"})

    assert wishes(decide(told, far()), Side.LEFT) == {"name": "Ann", "source": "books"}


def test_only_creates_and_updates_write_values() -> None:
    assert wishes(Agree(), Side.LEFT) == {}
    assert wishes(created(Side.RIGHT, "title", "Ann"), Side.LEFT) == {}


def test_a_record_without_sides_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="without any side"):
        decide(spec(), RecordView())


def test_the_keys_of_a_record_come_from_the_syncs_rules() -> None:
    assert Decider(RULED).keys(Side.RIGHT, {"title": " ANN "}) == (("Name", "ann"),)
