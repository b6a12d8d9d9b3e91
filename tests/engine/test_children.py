"""Children and their parents: waiting, failing, falling back, and ids that look alike."""

from dataclasses import replace

import pytest

from integrations.contract import Category
from syncs.engine.decide import Decider, decide, wishes
from syncs.engine.terms import (
    Agree,
    Fail,
    Parent,
    ParentStatus,
    Plan,
    RecordView,
    ReferenceKey,
    Side,
    SyncSpec,
    Transform,
    TransformKind,
    Wait,
)
from tests.engine.cases import mapping, spec, view

REFERENCE = Transform(TransformKind.REFERENCE, object_type="company")
CHILD = spec(mapping("company", "customer", transform=REFERENCE))
FALLING_BACK = spec(mapping("company", "customer", transform=replace(REFERENCE, text="99")))
KEY = ReferenceKey("company", Side.LEFT, "55")


def wants(parent: Parent | None, told: SyncSpec = CHILD) -> Plan:
    references = {} if parent is None else {KEY: parent}
    return Decider(told).decide(RecordView(view({"company": "55"})), references=references)


def test_a_reference_is_written_as_the_parents_id_on_the_other_side() -> None:
    assert wishes(wants(Parent(ParentStatus.LINKED, "7")), Side.RIGHT) == {"customer": "7"}


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        pytest.param(None, Wait("company", "55", ""), id="not seen yet"),
        pytest.param(
            Parent(ParentStatus.WAITING, title="Acme"),
            Wait("company", "55", "Acme"),
            id="on its way",
        ),
    ],
)
@pytest.mark.parametrize("told", [CHILD, FALLING_BACK], ids=["plain", "with a fall-back"])
def test_a_child_waits_for_its_parent(
    parent: Parent | None, expected: Plan, told: SyncSpec
) -> None:
    assert wants(parent, told) == expected


@pytest.mark.parametrize(
    ("parent", "message"),
    [
        pytest.param(
            Parent(ParentStatus.FAILING, title="Acme", reason="Email is required."),
            "Customer: “Acme” is failing: Email is required.",
            id="failing",
        ),
        pytest.param(
            Parent(ParentStatus.EXCLUDED, title="Acme"),
            "Customer: “Acme” is excluded from its sync.",
            id="excluded",
        ),
        pytest.param(
            Parent(ParentStatus.ABSENT),
            "Customer: company 55 is not part of any sync.",
            id="absent",
        ),
    ],
)
def test_a_child_without_a_parent_fails_and_names_it(parent: Parent, message: str) -> None:
    plan = wants(parent)

    assert isinstance(plan, Fail)
    assert plan.fault.category is Category.PARENT_MISSING
    assert plan.fault.message == message
    assert plan.fault.existing_id == "55"
    assert wishes(wants(parent, FALLING_BACK), Side.RIGHT) == {"customer": "99"}


def test_a_child_that_names_no_parent_needs_none() -> None:
    told = spec(*CHILD.mappings, mapping())

    plan = decide(told, RecordView(view({"company": None, "name": "Ann"})))

    assert wishes(plan, Side.RIGHT) == {"title": "Ann"}


def test_ids_of_the_two_sides_that_look_alike_are_not_mixed_up() -> None:
    record = RecordView(view({"company": "5"}), view({"customer": "5"}))
    references = {
        ReferenceKey("company", Side.LEFT, "5"): Parent(ParentStatus.LINKED, "8"),
        ReferenceKey("company", Side.RIGHT, "5"): Parent(ParentStatus.LINKED, "3"),
    }

    plan = Decider(CHILD).decide(record, references=references)

    assert wishes(plan, Side.RIGHT) == {"customer": "8"}


def test_references_that_say_the_same_agree() -> None:
    record = RecordView(view({"company": "5"}), view({"customer": "8"}))
    references = {ReferenceKey("company", Side.LEFT, "5"): Parent(ParentStatus.LINKED, "8")}

    assert Decider(CHILD).decide(record, references=references) == Agree()


def test_a_conflict_of_references_that_nobody_can_compare_keeps_its_bases() -> None:
    base = {"company": "1"}, {"customer": "1"}
    record = RecordView(view({"company": "5"}, base[0]), view({"customer": "8"}, base[1]))
    decider = Decider(CHILD)

    assert decider.decide(record) == Wait("company", "5", "")
    assert decider.rebase(record, Agree()) == base


def test_the_parents_to_look_up_are_named_with_their_side() -> None:
    decider = Decider(spec(*CHILD.mappings, mapping()))
    assert decider.references(RecordView(view({"company": "5"}))) == (
        ReferenceKey("company", Side.LEFT, "5"),
    )
    assert set(decider.references(RecordView(view({"company": "5"}), view({"customer": "5"})))) == {
        ReferenceKey("company", Side.LEFT, "5"),
        ReferenceKey("company", Side.RIGHT, "5"),
    }
    assert decider.references(RecordView(view({"company": None}))) == ()
