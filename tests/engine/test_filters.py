"""Filters: who passes, which clause said no, how it reads, and what cannot be saved."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from integrations.contract import Choice, Field, FieldType, Value
from syncs.engine.filters import describe, evaluate, evaluator, explain, filter_problems
from syncs.engine.terms import Condition, Filter, Operator
from tests.engine.cases import fields

STAGE = Field(
    "",
    "Lifecycle stage",
    FieldType.CHOICE,
    choices=(
        Choice("customer", "Customer"),
        Choice("opportunity", "Opportunity"),
        Choice("lead", "Lead"),
    ),
)
FIELDS = fields(
    text=FieldType.TEXT,
    number=FieldType.NUMBER,
    money=FieldType.MONEY,
    boolean=FieldType.BOOLEAN,
    day=FieldType.DATE,
    moment=FieldType.DATETIME,
    stage=STAGE,
    tags=FieldType.CHOICES,
    parent=FieldType.REFERENCE,
)
LATE = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
NINE = Decimal(9)

CLAUSES = [
    # operator, field, wanted, value, passes
    ("equals", "text", "Ann", "ann ", True),
    ("equals", "text", "Ann", "Anna", False),
    ("equals", "text", "Ann", None, False),
    ("equals", "number", "9.0", NINE, True),
    ("equals", "money", "10", NINE, False),
    ("equals", "boolean", "true", True, True),
    ("equals", "boolean", "true", False, False),
    ("equals", "boolean", "false", None, False),
    ("equals", "day", "2026-01-31", date(2026, 1, 31), True),
    ("equals", "moment", "2026-01-31", LATE, True),
    ("equals", "moment", "2026-01-31T23:30:00Z", LATE, True),
    ("equals", "stage", "customer", "customer", True),
    ("equals", "stage", "customer", "Customer", False),
    ("equals", "tags", "a;b", ("b", "a"), True),
    ("equals", "tags", "a", ("a", "b"), False),
    ("equals", "tags", "a", None, False),
    ("not_equals", "text", "Ann", "Bob", True),
    ("not_equals", "text", "Ann", "ANN", False),
    ("not_equals", "text", "Ann", None, True),
    ("not_equals", "tags", "a", ("a",), False),
    ("not_equals", "tags", "a", None, True),
    ("is_one_of", "stage", "customer|lead", "lead", True),
    ("is_one_of", "stage", "customer|lead", "opportunity", False),
    ("is_one_of", "stage", "customer|lead", None, False),
    ("is_one_of", "tags", "a|b", ("b", "c"), True),
    ("is_one_of", "tags", "a|b", ("c",), False),
    ("is_one_of", "parent", "17|18", "17", True),
    ("is_none_of", "stage", "customer|lead", "lead", False),
    ("is_none_of", "stage", "customer|lead", None, True),
    ("is_none_of", "tags", "a|b", ("b", "c"), False),
    ("is_filled", "text", "", "x", True),
    ("is_filled", "text", "", "", False),
    ("is_filled", "boolean", "", False, True),
    ("is_filled", "tags", "", (), False),
    ("is_empty", "text", "", None, True),
    ("is_empty", "number", "", Decimal(0), False),
    ("contains", "text", "NN", "Anna", True),
    ("contains", "text", "x", "Anna", False),
    ("contains", "text", "x", None, False),
    ("contains", "tags", "a", ("a", "b"), True),
    ("contains", "tags", "a;c", ("a", "b"), False),
    ("starts_with", "text", "an", "Anna", True),
    ("starts_with", "text", "nn", "Anna", False),
    ("greater", "number", "10", NINE, False),
    ("greater", "number", "8.9", NINE, True),
    ("greater", "number", "9", NINE, False),
    ("greater", "number", "8", None, False),
    ("less", "money", "10", NINE, True),
    ("less", "money", "9", NINE, False),
    ("after", "day", "2026-01-30", date(2026, 1, 31), True),
    ("after", "day", "2026-01-31", date(2026, 1, 31), False),
    ("after", "moment", "2026-01-31", LATE, False),
    ("after", "moment", "2026-01-31T23:00:00Z", LATE, True),
    ("before", "day", "2026-02-01", date(2026, 1, 31), True),
    ("before", "moment", "2026-02-01", LATE, True),
    ("before", "moment", "2026-01-31", LATE, False),
]


def clause(operator: str, name: str, wanted: str = "") -> Condition:
    return Condition(name, Operator(operator), tuple(wanted.split("|")) if wanted else ())


@pytest.mark.parametrize(("operator", "name", "wanted", "value", "passes"), CLAUSES)
def test_a_clause(operator: str, name: str, wanted: str, value: Value, passes: bool) -> None:
    condition = clause(operator, name, wanted)

    result = evaluate(Filter(((condition,),)), {name: value}, FIELDS)

    assert result.passed is passes
    assert result.clause == (None if passes else condition)
    assert result.trace == ((condition, passes),)


ANN, RICH = clause("equals", "text", "Ann"), clause("greater", "number", "100")
CUSTOMER, SENT = clause("equals", "stage", "customer"), clause("equals", "boolean", "true")


@pytest.mark.parametrize(
    ("chosen", "values", "refusing"),
    [
        pytest.param(Filter(), {}, None, id="no filter lets everybody pass"),
        pytest.param(Filter(((ANN, RICH),)), {"text": "Ann"}, RICH, id="all of a group"),
        pytest.param(Filter(((ANN,), (CUSTOMER,))), {"stage": "customer"}, None, id="any group"),
        pytest.param(
            Filter(((ANN, RICH), (CUSTOMER, SENT))),
            {"stage": "customer"},
            SENT,
            id="the clause of the group that came furthest",
        ),
        pytest.param(Filter(((ANN,), (CUSTOMER,))), {}, ANN, id="the first of groups as far"),
        pytest.param(
            Filter(((ANN,),), (SENT,)), {"text": "Ann"}, SENT, id="fixed conditions hold besides"
        ),
        pytest.param(Filter(((ANN,),), (SENT,)), {"boolean": True}, ANN, id="and are not enough"),
        pytest.param(Filter(fixed=(SENT,)), {"boolean": True}, None, id="fixed conditions alone"),
        pytest.param(Filter(((),)), {}, None, id="a group without conditions refuses nobody"),
    ],
)
def test_which_clause_says_no(
    chosen: Filter, values: dict[str, Value], refusing: Condition | None
) -> None:
    result = evaluate(chosen, values, FIELDS)

    assert result.clause == refusing
    assert result.passed is (refusing is None)


def test_the_trace_has_every_clause_with_its_own_answer() -> None:
    result = evaluate(Filter(((ANN, CUSTOMER), (RICH,)), (SENT,)), {"stage": "customer"}, FIELDS)

    assert result.trace == ((SENT, False), (ANN, False), (CUSTOMER, True), (RICH, False))


def test_a_field_that_is_not_known_is_compared_as_text() -> None:
    chosen = Filter(((clause("equals", "company.name", "Acme"),),))

    assert evaluate(chosen, {"company.name": "ACME"}, FIELDS).passed
    assert not evaluate(chosen, {}, FIELDS).passed


def test_a_clause_that_cannot_be_understood_is_an_error_and_refuses_nobody() -> None:
    with pytest.raises(ValueError, match="“many” is not a number"):
        evaluate(Filter(((clause("greater", "number", "many"),),)), {}, FIELDS)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            clause("is_one_of", "stage", "customer|opportunity"),
            "Lifecycle stage is one of Customer, Opportunity",
        ),
        (clause("equals", "stage", "retired"), "Lifecycle stage is retired"),
        (clause("is_filled", "text"), "Text is filled"),
        (clause("greater", "money", "100"), "Money is more than 100"),
        (clause("not_equals", "company.name", "Acme"), "company.name is not Acme"),
    ],
)
def test_a_clause_in_plain_words(condition: Condition, words: str) -> None:
    assert describe(condition, FIELDS) == words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (clause("equals", "nowhere", "x"), "The filter names the field “nowhere”"),
        (clause("greater", "text", "x"), "“is more than” does not go with Text, a text field."),
        (clause("contains", "number", "1"), "“contains” does not go with Number"),
        (clause("after", "money", "1"), "“is after” does not go with Money"),
        (clause("equals", "text"), "Text: say which value it is compared with."),
        (clause("equals", "text", "a|b"), "Text: “is” takes one value."),
        (clause("equals", "number", "many"), "Number: “many” is not a number."),
        (clause("equals", "stage", "retired"), "Lifecycle stage has no choice “retired”."),
        (clause("before", "moment", "soon"), "Moment: “soon” is not a time"),
    ],
)
def test_a_filter_that_cannot_be_saved(condition: Condition, words: str) -> None:
    (problem,) = filter_problems(Filter(((condition,),)), FIELDS)

    assert problem.startswith(words)


def test_a_filter_that_can_be_saved() -> None:
    sound = [clause(operator, name, wanted) for operator, name, wanted, _, _ in CLAUSES]

    assert filter_problems(Filter((tuple(sound[:20]), tuple(sound[20:])), (SENT,)), FIELDS) == []


def test_an_empty_group_is_refused() -> None:
    assert "has no conditions" in filter_problems(Filter(((ANN,), ())), FIELDS)[0]


def test_what_settings_chose_holds_besides_all_groups() -> None:
    won = Condition("stage", Operator.IS_ONE_OF, ("customer",), setting="stages")
    both = evaluator(Filter(groups=((ANN,),), chosen=(won,)), FIELDS)

    assert both({"text": "Ann", "stage": "customer"}).passed
    assert both({"text": "Ann", "stage": "lead"}).clause == won
    assert both({"text": "Bob", "stage": "customer"}).clause == ANN
    by_hand = evaluator(Filter(groups=((ANN,),), chosen=(won,)), FIELDS, fixed_only=True)
    assert by_hand({"text": "Bob", "stage": "lead"}).passed


def test_a_setting_without_a_choice_lets_nothing_through() -> None:
    nobody = Condition("stage", Operator.IS_ONE_OF, (), setting="who")
    chosen = Filter(chosen=(nobody,))

    assert filter_problems(chosen, FIELDS) == []
    assert evaluator(chosen, FIELDS)({"stage": "customer"}).clause == nobody
    assert evaluator(chosen, FIELDS)({}).clause == nobody
    assert describe(nobody, FIELDS) == "Lifecycle stage: no value is let through"


# --- every clause's own answer -----------------------------------------------------------------


def that(field: str, operator: str, *values: str) -> Condition:
    return Condition(field, Operator(operator), values)


NAMED_ANN, OVER_FIVE = that("text", "equals", "Ann"), that("number", "greater", "5")
A_LEAD, NONSENSE = that("stage", "equals", "lead"), that("number", "greater", "many")


@pytest.mark.parametrize(
    ("chosen", "fixed", "chosen_ones", "groups", "passed"),
    [
        pytest.param(Filter(), [], [], [], True, id="no clause"),
        pytest.param(Filter(fixed=(A_LEAD, NAMED_ANN)), [False, True], [], [], False, id="fixed"),
        pytest.param(Filter(chosen=(A_LEAD,)), [], [False], [], False, id="of a setting"),
        pytest.param(
            Filter(((A_LEAD, NAMED_ANN), (OVER_FIVE,))),
            [],
            [],
            [[False, True], [True]],
            True,
            id="one group is enough",
        ),
        pytest.param(
            Filter(((A_LEAD,), (NAMED_ANN, A_LEAD))),
            [],
            [],
            [[False], [True, False]],
            False,
            id="no group holds",
        ),
        pytest.param(
            Filter(((OVER_FIVE,),), fixed=(A_LEAD,)), [False], [], [[True]], False, id="fixed too"
        ),
        pytest.param(Filter(((NONSENSE,),)), [], [], [[None]], False, id="not understood"),
    ],
)
def test_every_clause_says_of_itself_whether_it_holds(
    chosen: Filter,
    fixed: list[bool],
    chosen_ones: list[bool],
    groups: list[list[bool | None]],
    passed: bool,
) -> None:
    values: dict[str, Value] = {"text": "ann", "number": NINE, "stage": "customer"}

    found = explain(chosen, values, FIELDS)

    assert [one.passed for one in found.fixed] == fixed
    assert [one.passed for one in found.chosen] == chosen_ones
    assert [[one.passed for one in group] for group in found.groups] == groups
    assert found.passed is passed
    if chosen.groups != ((NONSENSE,),):
        assert evaluate(chosen, values, FIELDS).passed is passed
