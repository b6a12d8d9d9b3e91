"""References of several fields, told apart by the partner's object type, and what they lack."""

from dataclasses import replace

import pytest

from integrations.contract import Category, Field, FieldType, Values
from syncs.engine.compiled import compile_spec
from syncs.engine.decide import Decider, decide, wishes
from syncs.engine.mapping import apply
from syncs.engine.rebase import settle
from syncs.engine.spec import spec_problems
from syncs.engine.terms import (
    Create,
    Direction,
    Exclude,
    ExcludeReason,
    Fail,
    Mode,
    Parent,
    ParentStatus,
    RecordView,
    ReferenceKey,
    Side,
    SyncSpec,
    Transform,
    TransformKind,
    Wait,
)
from tests.engine.cases import fields, mapping, view

LEFT, RIGHT = Side.LEFT, Side.RIGHT
REFERENCE = Transform(TransformKind.REFERENCE)
SPEC = SyncSpec(
    fields(
        name=FieldType.TEXT,
        company=Field("", "Company", FieldType.REFERENCE, references="company"),
        contact=Field("", "Contact", FieldType.REFERENCE, references="contact"),
    ),
    fields(
        title=FieldType.TEXT,
        buyer=Field("", "Buyer", FieldType.REFERENCE, required=True, references="account"),
        person=Field("", "Person", FieldType.REFERENCE, references="contact"),
    ),
    (
        mapping("name", "title", Direction.TO_RIGHT),
        mapping("company contact", "buyer", Direction.TO_RIGHT, REFERENCE, key="buyer", owned=True),
        mapping("contact", "person", Direction.TO_RIGHT, REFERENCE, key="person"),
    ),
    mode=Mode.ONCE,
    creates=frozenset({RIGHT}),
)
COMPANY = ReferenceKey("company", LEFT, "1", right_type="account")
CUSTOMER = ReferenceKey("contact", LEFT, "2", right_type="account")
PERSON = ReferenceKey("contact", LEFT, "2", right_type="contact")
LINKED = {
    COMPANY: Parent(ParentStatus.LINKED, "a1"),
    CUSTOMER: Parent(ParentStatus.LINKED, "a2"),
    PERSON: Parent(ParentStatus.LINKED, "c2"),
}
EXCLUDED = Parent(ParentStatus.EXCLUDED, title="Acme", reason="not a customer.")


def deal(**values: str | None) -> RecordView:
    return RecordView(left=view({"name": "A", "company": None, "contact": None, **values}))


def test_the_spec_of_these_tests_is_sound() -> None:
    assert spec_problems(SPEC) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"company": "1", "contact": "2"}, {"title": "A", "buyer": "a1", "person": "c2"}),
        ({"company": "1"}, {"title": "A", "buyer": "a1"}),
        ({"contact": "2"}, {"title": "A", "buyer": "a2", "person": "c2"}),
    ],
)
def test_the_first_field_that_names_a_record_says_which(
    values: dict[str, str], expected: Values
) -> None:
    assert wishes(decide(SPEC, deal(**values), references=LINKED), RIGHT) == expected


def test_a_decision_asks_for_each_parent_by_the_sync_that_links_it() -> None:
    asked = Decider(SPEC).references(deal(company="1", contact="2"))

    assert set(asked) == {COMPANY, CUSTOMER, PERSON}


def test_a_first_one_without_a_partner_is_not_passed_over() -> None:
    plan = decide(SPEC, deal(company="1", contact="2"), references=LINKED | {COMPANY: EXCLUDED})

    assert isinstance(plan, Fail)
    assert (plan.fault.category, plan.fault.existing_id) == (Category.PARENT_MISSING, "1")
    assert plan.fault.message == "Buyer: “Acme” is excluded from its sync: not a customer."


def test_a_parent_that_is_to_come_is_waited_for_in_its_own_sync() -> None:
    plan = decide(SPEC, deal(contact="2"), references={PERSON: LINKED[PERSON]})

    assert plan == Wait("contact", "2", "", "account")


def test_a_record_that_names_nobody_says_so() -> None:
    plan = decide(SPEC, deal(), references=LINKED)

    assert isinstance(plan, Fail)
    assert plan.fault.code == "parent_unnamed"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ParentStatus.EXCLUDED, Exclude(ExcludeReason.PARENT, parent_id="1")),
        (ParentStatus.FAILING, Category.PARENT_MISSING),
        (ParentStatus.ABSENT, Category.PARENT_MISSING),
    ],
)
def test_orphans_of_what_is_excluded_may_be_excluded_too(
    status: ParentStatus, expected: object
) -> None:
    mappings = tuple(replace(one, exclude_orphans=True) for one in SPEC.mappings)
    parents = LINKED | {COMPANY: Parent(status)}

    plan = decide(replace(SPEC, mappings=mappings), deal(company="1"), references=parents)

    assert (plan.fault.category if isinstance(plan, Fail) else plan) == expected


@pytest.mark.parametrize(
    ("before", "after", "fails"),
    [
        pytest.param(("1", "2"), ("1", "3"), False, id="one that does not count"),
        pytest.param(("1", "2"), ("1", None), False, id="one that does not count went"),
        pytest.param(("1", "2"), ("4", "2"), True, id="the one that counts"),
        pytest.param((None, "2"), ("4", "2"), True, id="one that counts from now on"),
        pytest.param(("1", "2"), (None, "2"), True, id="the one that counted went"),
        pytest.param((None, "2"), (None, "3"), True, id="the only one"),
        pytest.param((None, None), (None, None), False, id="none at all"),
    ],
)
def test_which_change_of_a_customer_comes_too_late(
    before: tuple[str | None, str | None], after: tuple[str | None, str | None], fails: bool
) -> None:
    values = dict(zip(("company", "contact"), before, strict=True))
    now = dict(zip(("company", "contact"), after, strict=True))
    title = {"title": "A", "buyer": "a1", "person": None}
    record = RecordView(
        view({"name": "A", **now}, {"name": "A", **values}), view(title, title), linked_before=True
    )

    assert isinstance(decide(SPEC, record, references=LINKED), Fail) is fails


def test_a_document_agrees_once_it_was_made() -> None:
    record = deal(company="1", contact="2")
    plan = decide(SPEC, record, references=LINKED)
    assert isinstance(plan, Create)

    after = settle(
        compile_spec(SPEC), record, plan, None, view({"title": "A", "buyer": "a1"}), LINKED
    )

    assert decide(SPEC, after, references=LINKED).__class__.__name__ == "Agree"


def test_several_fields_feed_a_reference_to_the_right_only() -> None:
    back = replace(SPEC.mappings[1], direction=Direction.BOTH)

    (problem,) = spec_problems(replace(SPEC, mappings=(back,)))

    assert problem == "Choose exactly one field to write."


def test_a_field_that_leads_nowhere_is_refused() -> None:
    loose = {**SPEC.left_fields, **fields(contact=Field("", "Contact", FieldType.REFERENCE))}

    problems = spec_problems(replace(SPEC, left_fields=loose))

    assert set(problems) == {"Say which sync links the records that the reference points to."}


def test_a_choice_that_the_table_may_lack_counts_as_empty() -> None:
    owners = Transform(TransformKind.CHOICE_TABLE, table=(("7", "x"),), spare=True)
    made = mapping("owner", "user", Direction.TO_RIGHT, owners)
    target = fields(user=FieldType.CHOICE)["user"]

    found = [apply(made, {"owner": one}, RIGHT, target, {}) for one in ("7", "8", None)]

    assert found == ["x", None, None]
