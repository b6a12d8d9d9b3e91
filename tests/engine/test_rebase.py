"""What is known after a plan was carried out: bases of their own for each side, and no echo."""

from dataclasses import replace

import pytest

from integrations.contract import Field, RecordState, Value, Values
from syncs.engine.decide import Decider, decide, rebase
from syncs.engine.terms import (
    Agree,
    Archive,
    Condition,
    Create,
    Direction,
    Exclude,
    ExcludeReason,
    Fail,
    FieldMapping,
    Filter,
    Link,
    Operator,
    PartnerChoice,
    Plan,
    Policy,
    RecordView,
    Removal,
    Side,
    SideView,
    SyncSpec,
    Unlink,
    Update,
)
from tests.engine.cases import candidate, mapping, pair, spec, template, view

TO_RIGHT, TO_LEFT = Direction.TO_RIGHT, Direction.TO_LEFT


def bases(told: SyncSpec, record: RecordView, **answers: Values) -> tuple[Values, Values]:
    plan = decide(told, record)
    return rebase(told, record, plan, answers.get("left"), answers.get("right"))


def test_each_base_is_what_its_side_answered() -> None:
    record = pair(("A", " B "), ("A", "A"))

    assert bases(spec(), record, right={"title": "B"}) == ({"name": " B "}, {"title": "B"})


def test_agreement_moves_both_bases_to_what_is_there() -> None:
    assert bases(spec(), pair(("A", "B"), ("A", "B"))) == ({"name": "B"}, {"title": "B"})


@pytest.mark.parametrize(
    "answer",
    ["B", "b", "B (trimmed)", "B…"],
    ids=["as sent", "lower-cased", "reformatted", "cut"],
)
@pytest.mark.parametrize("ours", [("A", "B"), "B"], ids=["an update", "the first meeting"])
def test_what_a_provider_makes_of_a_value_is_no_change(ours: Value, answer: str) -> None:
    record = pair(ours, ("A", "A") if isinstance(ours, tuple) else None)
    decider = Decider(spec())
    plan = decider.decide(record)

    after = decider.settle(record, plan, right_answer=view({"title": answer}))

    assert isinstance(plan, Update)
    assert decider.decide(after) == Agree()


def test_a_created_record_is_in_step_whatever_the_provider_answered() -> None:
    decider = Decider(spec(mapping(), mapping("town", "city")))
    record = RecordView(view({"name": " Ann", "town": None}))
    plan = decider.decide(record)

    after = decider.settle(
        record, plan, right_answer=view({"title": "Ann", "city": "set by the provider"})
    )

    assert isinstance(plan, Create)
    assert after.linked_before
    assert decider.decide(after) == Agree()


def test_a_field_that_the_provider_fills_at_creation_flows_back_where_it_is_mapped_so() -> None:
    decider = Decider(spec(mapping(), mapping("number", "doc_number", TO_LEFT)))
    record = RecordView(view({"name": "Ann", "number": None}))

    after = decider.settle(
        record, decider.decide(record), right_answer=view({"title": "Ann", "doc_number": "17"})
    )
    plan = decider.decide(after)

    assert isinstance(plan, Update)
    assert [(change.side, change.after) for change in plan.changes] == [(Side.LEFT, "17")]


def test_a_change_made_between_read_and_write_is_seen_next_time() -> None:
    decider = Decider(spec(mapping(), mapping("town", "city")))
    record = RecordView(
        view({"name": "B", "town": "Oslo"}, {"name": "A", "town": "Oslo"}),
        view({"title": "A", "city": "Oslo"}, {"title": "A", "city": "Oslo"}),
    )

    answer = view({"title": "B", "city": "Rome"})
    after = decider.settle(record, decider.decide(record), right_answer=answer)
    plan = decider.decide(after)

    assert isinstance(plan, Update)
    assert [(change.field, change.after) for change in plan.changes] == [("town", "Rome")]


def test_a_template_follows_a_field_that_we_wrote_ourselves() -> None:
    decider = Decider(
        spec(
            mapping("first", "given"),
            mapping("first last", "display", TO_RIGHT, template("{first} {last}"), key="full"),
        )
    )
    ours = {"first": "Ann", "last": "Lee"}
    theirs = {"given": "Ann", "display": "Ann Lee"}
    record = RecordView(view(ours, ours), view(theirs | {"given": "Eve"}, theirs))

    written = decider.settle(
        record, decider.decide(record), left_answer=view(ours | {"first": "Eve"})
    )
    plan = decider.decide(written)

    assert isinstance(plan, Update)
    assert [(change.field, change.after) for change in plan.changes] == [("display", "Eve Lee")]


def test_a_field_in_conflict_keeps_its_bases_and_the_others_move() -> None:
    told = spec(mapping(), mapping("town", "city"), policy=Policy.ASK)
    record = RecordView(
        view({"name": "B", "town": "Rome"}, {"name": "A", "town": "Oslo"}),
        view({"title": "C", "city": "Oslo"}, {"title": "A", "city": "Oslo"}),
    )

    left, right = bases(told, record, right={"title": "C", "city": "ROME"})

    assert left == {"name": "A", "town": "Rome"}
    assert right == {"title": "A", "city": "ROME"}


def test_a_field_in_conflict_that_feeds_another_has_a_base_for_each() -> None:
    told = spec(mapping(), mapping("name", "full", TO_RIGHT, key="full"), policy=Policy.ASK)
    decider = Decider(told)
    record = RecordView(
        view({"name": "B"}, {"name": "A"}),
        view({"title": "C", "full": "A"}, {"title": "A", "full": "A"}),
    )

    after = decider.settle(
        record, decider.decide(record), right_answer=view({"title": "C", "full": "b!"})
    )

    assert after.left is not None
    assert after.left.base == {"name": "A", "name@full": "B"}
    # The provider's "b!" is no echo: only the conflict is left.
    plan = decider.decide(after)
    assert isinstance(plan, Fail)
    assert [conflict.mapping for conflict in plan.conflicts] == ["name"]


def test_a_first_conflict_leaves_no_base_to_the_field() -> None:
    told = spec(mapping(), mapping("name", "full", TO_RIGHT, key="full"), policy=Policy.ASK)
    record = RecordView(view({"name": "B"}), view({"title": "C", "full": None}))

    left, right = bases(told, record, right={"title": "C", "full": "B"})

    assert left == {"name@full": "B"}
    assert right == {"full": "B"}


def test_a_side_that_did_not_answer_keeps_the_bases_of_what_it_was_to_get() -> None:
    told = spec(mapping(), mapping("town", "city"))
    record = RecordView(
        view({"name": "B", "town": "Oslo"}, {"name": "A", "town": "Oslo"}),
        view({"title": "A", "city": "Rome"}, {"title": "A", "city": "Oslo"}),
    )

    left, right = bases(told, record, left={"name": "B", "town": "Rome"})

    assert left == {"name": "A", "town": "Rome"}
    assert right == {"title": "A", "city": "Rome"}


def test_a_change_on_the_far_side_of_a_one_way_field_is_remembered() -> None:
    """Not copied and not forgotten: when the source changes too, both have changed."""
    told = spec(mapping(direction=TO_RIGHT), policy=Policy.ASK)
    record = pair(("A", "A"), ("A", "own"))

    left, right = bases(told, record)

    assert (left, right) == ({"name": "A"}, {"title": "A"})
    later = RecordView(view({"name": "B"}, left), view({"title": "own"}, right))
    assert isinstance(decide(told, later), Fail)


def test_a_change_that_a_filter_holds_back_goes_when_the_record_returns() -> None:
    customers = Filter(((Condition("stage", Operator.EQUALS, ("customer",)),),))
    told = replace(spec(mapping("name stage", "title", TO_RIGHT, template("{name}"))))
    told = replace(spec(mapping(), mapping("stage", "kind", TO_LEFT)), left_filter=customers)
    outside = RecordView(
        view({"name": "B", "stage": "lead"}, {"name": "A", "stage": "lead"}),
        view({"title": "A", "kind": "lead"}, {"title": "A", "kind": "lead"}),
    )

    left, right = bases(told, outside)
    back = RecordView(view({"name": "B", "stage": "customer"}, left), view(right, right))

    assert left["name"] == "A"
    plan = decide(told, back)
    assert isinstance(plan, Update)
    assert plan.changes[0].after == "B"


@pytest.mark.parametrize(
    "dropped",
    [mapping("town", "city"), mapping("name", "full", TO_RIGHT, key="full")],
    ids=["with its fields", "sharing a field"],
)
def test_a_mapping_that_is_switched_off_leaves_no_base(dropped: FieldMapping) -> None:
    both, one = spec(mapping(), dropped), spec(mapping())
    values = dict.fromkeys(both.left_fields, "A"), dict.fromkeys(both.right_fields, "A")
    record = RecordView(view(values[0], values[0]), view(values[1], values[1]))

    assert rebase(one, record, Agree()) == ({"name": "A"}, {"title": "A"})


@pytest.mark.parametrize(
    "plan",
    [Exclude(ExcludeReason.FILTER), Archive(Side.RIGHT), Link(candidate())],
    ids=lambda plan: type(plan).__name__,
)
def test_plans_that_write_no_fields_leave_the_bases_alone(plan: Plan) -> None:
    record = pair(("A", "B"), ("A", "C"))

    assert rebase(spec(), record, plan) == ({"name": "A"}, {"title": "A"})
    assert rebase(spec(), RecordView(view({})), plan) == ({}, {})


def test_a_created_record_without_an_answer_has_no_base_there() -> None:
    record = RecordView(view({"name": "Ann"}))

    assert rebase(spec(), record, decide(spec(), record)) == ({"name": "Ann"}, {})


def test_settling_clears_what_people_decided_and_what_was_done() -> None:
    told = spec(mapping(), mapping("town", "city"), policy=Policy.ASK)
    record = RecordView(
        view({"name": "B", "town": "Rome"}, {"name": "A", "town": "Oslo"}),
        view({"title": "C", "city": "Bonn"}, {"title": "A", "city": "Oslo"}),
        resolutions={"name": Side.LEFT},
    )
    decider = Decider(told)
    plan = decider.decide(record)

    after = decider.settle(record, plan, right_answer=view({"title": "B", "city": "Bonn"}))

    assert after.resolutions == {}
    left = decider.decide(after)
    assert isinstance(left, Fail)
    assert [conflict.mapping for conflict in left.conflicts] == ["town"]


def test_a_choice_that_became_needless_is_not_kept_for_the_next_conflict() -> None:
    told = spec(policy=Policy.ASK)
    mended = pair(("A", "B"), ("A", "B"), resolutions={"name": Side.LEFT})
    decider = Decider(told)

    after = decider.settle(mended, decider.decide(mended))

    assert after.resolutions == {}


def test_a_choice_stays_until_it_was_written() -> None:
    told = spec(mapping(), mapping("town", "city"), policy=Policy.ASK)
    record = RecordView(
        view({"name": "B", "town": "Rome"}, {"name": "A", "town": "Oslo"}),
        view({"title": "C", "city": "Oslo"}, {"title": "A", "city": "Oslo"}),
        resolutions={"name": Side.RIGHT},
    )
    decider = Decider(told)
    plan = decider.decide(record)

    # The right side was written; the left one, where the choice goes, refused.
    after = decider.settle(record, plan, right_answer=view({"title": "C", "city": "Rome"}))

    assert after.resolutions == {"name": Side.RIGHT}


def test_settling_a_link_joins_the_partner_and_forgets_the_pick() -> None:
    record = RecordView(view({"name": "A"}), partner_choice=PartnerChoice.PICK, partner_id="7")
    partner = view({"title": "A"}, id="7")

    after = Decider(spec()).settle(record, Link(candidate()), right_answer=partner)

    assert after.right == partner
    assert after.partner_choice is PartnerChoice.NONE
    assert after.partner_id == ""


@pytest.mark.parametrize("side", list(Side))
def test_settling_an_unlink_drops_the_side_and_remembers_that_there_was_one(side: Side) -> None:
    after = Decider(spec()).settle(pair(), Unlink(side, RecordState.GONE))

    assert (after.left is None, after.right is None) == (side is Side.LEFT, side is Side.RIGHT)
    assert after.linked_before


def test_an_archive_that_was_carried_out_is_not_repeated_when_a_person_brings_it_back() -> None:
    decider = Decider(replace(spec(), left_removed=Removal.ARCHIVE))
    removed = pair(("A", "A"), ("A", "A"))
    assert removed.left is not None
    removed = replace(removed, left=replace(removed.left, state=RecordState.ARCHIVED))
    archived = SideView("1", {"title": "A"}, {"title": "A"}, state=RecordState.ARCHIVED)

    after = decider.settle(removed, decider.decide(removed), right_answer=archived)
    assert after.right is not None
    restored = replace(after, right=replace(after.right, state=RecordState.LIVE))

    assert decider.decide(removed) == Archive(Side.RIGHT)
    assert decider.decide(after) == Exclude(ExcludeReason.ARCHIVED)
    assert decider.decide(restored) == Exclude(ExcludeReason.ARCHIVED)


@pytest.mark.parametrize(
    "record",
    [pair(), RecordView(view({"name": "A"}))],
    ids=["both live", "one side"],
)
def test_settling_an_exclusion_changes_nothing(record: RecordView) -> None:
    assert Decider(spec()).settle(record, Exclude(ExcludeReason.FILTER)) == record


def test_settling_a_failure_changes_nothing() -> None:
    record = pair(("A", "B"), ("A", "C"))
    decider = Decider(spec(policy=Policy.ASK))

    assert decider.settle(record, decider.decide(record)) == record


def test_agreeing_on_one_side_alone_changes_nothing() -> None:
    record = RecordView(view({"name": "A"}))

    assert Decider(spec()).settle(record, Agree()) == record


def test_a_field_for_updates_only_goes_right_after_the_create() -> None:
    told = spec(mapping(), mapping("town", "city"), right={"city": Field("", "", creatable=False)})
    decider = Decider(told)
    record = RecordView(view({"name": "Ann", "town": "Rome"}))
    created = decider.decide(record)

    after = decider.settle(record, created, right_answer=view({"title": "Ann", "city": None}))
    plan = decider.decide(after)

    assert isinstance(created, Create)
    assert [change.field for change in created.changes] == ["title"]
    assert isinstance(plan, Update)
    assert [change.field for change in plan.changes] == ["city"]
