"""Mappings: what each transform writes, which types go together, and what cannot be saved."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.contract import Choice, Field, FieldType, Line, Value
from syncs.engine.convert import convert, fits, fits_both_ways
from syncs.engine.mapping import apply, needed_fields, problems
from syncs.engine.terms import (
    Condition,
    Direction,
    DocumentRules,
    Fail,
    FieldMapping,
    Filter,
    Operator,
    Side,
    Start,
    TotalRule,
    Transform,
    TransformKind,
)
from syncs.engine.texts import shorten
from syncs.engine.ways import Held
from tests.engine.cases import BY_NAME, constant, fields, mapping, spec, template

TO_RIGHT, TO_LEFT = Direction.TO_RIGHT, Direction.TO_LEFT
KIND = TransformKind
DAY, NOON = date(2026, 1, 31), datetime(2026, 1, 31, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 31, tzinfo=UTC)
GRADES = Transform(
    KIND.CHOICE_TABLE, table=(("gold", "A"), ("silver", "B"), ("", "none"), ("off", ""))
)
YES_NO = Transform(KIND.CHOICE_TABLE, table=(("active", "true"), ("closed", "false")))
NAMES = "{first} {last}"
IN_ORDER = Transform(KIND.FIRST_FILLED, text="{company}|{first} {last}")


def one(transform: Transform, target: Side = Side.RIGHT) -> FieldMapping:
    return mapping("x", "y", TO_RIGHT if target is Side.RIGHT else TO_LEFT, transform)


CUT = Transform(KIND.TRUNCATE)
CUT_AT_4 = Transform(KIND.TRUNCATE, length=4)
ZERO = Transform(KIND.DEFAULT, text="0")
MADE = [
    pytest.param(Transform(), "Ann", FieldType.TEXT, "Ann", id="copy"),
    pytest.param(Transform(), "", FieldType.TEXT, None, id="copy of nothing"),
    pytest.param(ZERO, None, FieldType.NUMBER, Decimal(0), id="default"),
    pytest.param(ZERO, Decimal(2), FieldType.NUMBER, Decimal(2), id="instead of the default"),
    pytest.param(constant("true"), None, FieldType.BOOLEAN, True, id="constant"),
    pytest.param(GRADES, "gold", FieldType.CHOICE, "A", id="table"),
    pytest.param(GRADES, None, FieldType.CHOICE, "none", id="table for nothing"),
    pytest.param(GRADES, "off", FieldType.CHOICE, None, id="table to nothing"),
    pytest.param(GRADES, ("silver", "off", "gold"), FieldType.CHOICES, ("A", "B"), id="several"),
    pytest.param(GRADES, (), FieldType.CHOICES, ("none",), id="table for no choices"),
    pytest.param(YES_NO, "closed", FieldType.BOOLEAN, False, id="table to a boolean"),
    pytest.param(CUT_AT_4, "Anna-Lena", FieldType.TEXT, "Anna", id="cut"),
    pytest.param(CUT, "Anna", FieldType.TEXT, "Anna", id="no limit, no cut"),
]


@pytest.mark.parametrize(("transform", "value", "kind", "expected"), MADE)
def test_what_a_transform_writes(
    transform: Transform, value: Value, kind: FieldType, expected: Value
) -> None:
    assert apply(one(transform), {"x": value}, Side.RIGHT, Field("y", "Y", kind), {}) == expected


def test_a_table_is_read_backwards_to_the_left() -> None:
    field = Field("x", "X", FieldType.CHOICE)

    assert apply(one(GRADES, Side.LEFT), {"y": "B"}, Side.LEFT, field, {}) == "silver"
    backwards = one(YES_NO, Side.LEFT)
    assert apply(backwards, {"y": True}, Side.LEFT, field, {}) == "active"


@pytest.mark.parametrize("transform", [Transform(), constant("x")], ids=["copy", "constant"])
def test_a_target_that_is_not_known_gets_the_value_as_it_is(transform: Transform) -> None:
    assert apply(one(transform), {"x": "x"}, Side.RIGHT, None, {}) == "x"


def test_a_cut_without_a_length_follows_the_targets_own_limit() -> None:
    rule, field = one(Transform(KIND.TRUNCATE)), Field("y", "Y", max_length=3)

    assert apply(rule, {"x": "Anna"}, Side.RIGHT, field, {}) == "Ann"
    assert apply(rule, {"x": "Anna"}, Side.RIGHT, None, {}) == "Anna"


TEMPLATES = [
    (NAMES, {"first": "Ann", "last": "Lee"}, "Ann Lee"),
    (NAMES, {"first": " Ann ", "last": "Lee"}, "Ann Lee"),
    (NAMES, {"first": "Ann", "last": None}, "Ann"),
    (NAMES, {"first": "", "last": "Lee"}, "Lee"),
    (NAMES, {}, None),
    ("{last}, {first}", {"last": "Lee"}, "Lee"),
    ("{last}, {first}", {"first": "Ann"}, "Ann"),
    ("{a} {b} {c}", {"a": "1", "c": "3"}, "1 3"),
    ("{a}, {b} - {c}", {"a": "1", "c": "3"}, "1, 3"),
    ("{a} ({b})", {"a": "1", "b": "2"}, "1 (2)"),
    ("No. {a}", {"a": "1"}, "No. 1"),
    ("No. {a}", {}, None),
    ("{a} of {b}", {"a": "1"}, "1 of"),
    ("{a} and {b} of {c}", {"a": "1", "c": "3"}, "1 and of 3"),
    ("{a} and {b} {c}", {"a": "1", "c": "3"}, "1 and 3"),
    ("{a} {a}", {"a": "1"}, "1 1"),
    ("{amount} EUR", {"amount": Decimal("2.50")}, "2.5 EUR"),
    ("{company.name}", {"company.name": "Acme"}, "Acme"),
]


@pytest.mark.parametrize(("text", "values", "expected"), TEMPLATES)
def test_a_template_drops_missing_parts_with_their_blanks(
    text: str, values: dict[str, Value], expected: str | None
) -> None:
    rule = mapping("a", "y", TO_RIGHT, template(text))

    assert apply(rule, values, Side.RIGHT, Field("y", "Y"), {}) == expected


@pytest.mark.parametrize(
    ("transform", "values", "expected"),
    [
        pytest.param(Transform(KIND.FIRST_FILLED), {"first": "A", "last": "B"}, "A", id="first"),
        pytest.param(Transform(KIND.FIRST_FILLED), {"first": "", "last": "B"}, "B", id="next"),
        pytest.param(Transform(KIND.FIRST_FILLED), {}, None, id="none"),
        pytest.param(IN_ORDER, {"company": "Acme", "first": "A"}, "Acme", id="first template"),
        pytest.param(IN_ORDER, {"first": "A", "last": "B"}, "A B", id="next template"),
        pytest.param(IN_ORDER, {}, None, id="no template"),
    ],
)
def test_the_first_that_is_filled(
    transform: Transform, values: dict[str, Value], expected: str | None
) -> None:
    rule = mapping("first last company", "y", TO_RIGHT, transform)

    assert apply(rule, values, Side.RIGHT, Field("y", "Y"), {}) == expected


@pytest.mark.parametrize(
    ("rule", "value", "kind", "message"),
    [
        (one(Transform()), "many", FieldType.NUMBER, "Y: “many” cannot be turned into a number"),
        (one(constant("many")), None, FieldType.NUMBER, "Y: “many” is not a number."),
        (one(GRADES), "tin", FieldType.CHOICE, "Y: “tin” is not in the mapping's table."),
    ],
    ids=["copy", "constant", "table"],
)
def test_a_value_that_cannot_be_made_fails_in_words(
    rule: FieldMapping, value: Value, kind: FieldType, message: str
) -> None:
    with pytest.raises(Held) as held:
        apply(rule, {"x": value}, Side.RIGHT, Field("y", "Y", kind), {})

    assert isinstance(held.value.plan, Fail)
    assert held.value.plan.fault.message.startswith(message)
    assert held.value.plan.fault.field == "y"


def test_an_unknown_target_is_called_by_its_name() -> None:
    with pytest.raises(Held, match="y: “tin”"):
        apply(one(GRADES), {"x": "tin"}, Side.RIGHT, None, {})


CUTS = [
    ("Anna", 4, "Anna"),
    ("Anna Lee", 5, "Anna"),
    ("e\u0301a\u0301", 3, "e\u0301"),
    ("ab👍🏽", 3, "ab"),
    ("a👨\u200d👩\u200d👧", 4, "a"),
    ("🇳🇱🇩🇪", 3, "🇳🇱"),
    ("🇳🇱🇩🇪", 2, "🇳🇱"),
    ("a\u0301", 1, ""),
]


@pytest.mark.parametrize(("text", "length", "expected"), CUTS)
def test_a_cut_keeps_whole_characters(text: str, length: int, expected: str) -> None:
    assert shorten(text, length) == expected


@settings(derandomize=True, max_examples=100)
@given(st.text(), st.integers(0, 20))
def test_a_cut_is_a_beginning_and_never_too_long(text: str, length: int) -> None:
    cut = shorten(text, length)

    assert text.startswith(cut)
    assert len(cut) <= length


T = FieldType
FITTING = {
    T.TEXT: {T.TEXT, T.CHOICE},
    T.NUMBER: {T.NUMBER, T.MONEY, T.TEXT},
    T.MONEY: {T.MONEY, T.NUMBER, T.TEXT},
    T.BOOLEAN: {T.BOOLEAN, T.TEXT},
    T.DATE: {T.DATE, T.DATETIME, T.TEXT},
    T.DATETIME: {T.DATETIME, T.DATE, T.TEXT},
    T.CHOICE: {T.CHOICE, T.CHOICES, T.TEXT},
    T.CHOICES: {T.CHOICES, T.TEXT},
    T.REFERENCE: {T.REFERENCE},
    T.LINES: {T.LINES, T.TEXT},
}
EXAMPLES: dict[FieldType, Value] = {
    T.TEXT: "x", T.NUMBER: Decimal(2), T.MONEY: Decimal("2.5"), T.BOOLEAN: True, T.DATE: DAY,
    T.DATETIME: NOON, T.CHOICE: "x", T.CHOICES: ("x", "y"), T.REFERENCE: "17",
    T.LINES: (Line(name="Chair"),),
}  # fmt: skip


@pytest.mark.parametrize("source", list(FieldType))
@pytest.mark.parametrize("target", list(FieldType))
def test_which_type_may_feed_which(source: FieldType, target: FieldType) -> None:
    assert fits(source, target) is (target in FITTING[source])
    if fits(source, target):
        assert convert(EXAMPLES[source], target) is not None
    if fits_both_ways(source, target):
        there = convert(EXAMPLES[source], target)
        assert convert(there, source) == EXAMPLES[source]


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (Decimal("2.50"), T.TEXT, "2.5"),
        (True, T.TEXT, "true"),
        (DAY, T.DATETIME, MIDNIGHT),
        (NOON, T.DATE, DAY),
        ("x", T.CHOICES, ("x",)),
        (("b", "a"), T.TEXT, "a; b"),
        ((), T.TEXT, None),
    ],
    ids=str,
)
def test_a_value_changes_type_on_the_way(value: Value, target: FieldType, expected: Value) -> None:
    assert convert(value, target) == expected


LEFT = fields(
    name=T.TEXT, last=T.TEXT, price=T.NUMBER, born=T.DATE, company=T.REFERENCE, stage=T.CHOICE,
    made=Field("", "Made", T.DATETIME, creatable=False, updatable=False), sold=T.LINES,
    barred=Field("", "Barred", unavailable="it is not on sales forms."),
)  # fmt: skip
RIGHT = fields(
    title=T.TEXT, amount=T.MONEY, at=T.DATETIME, customer=T.REFERENCE, active=T.BOOLEAN,
    must=Field("", "Must", required=True), short=Field("", "Short", max_length=3),
    kind=Field("", "Kind", T.CHOICE, choices=(Choice("A", "A"),)),
    balance=Field("", "Balance", T.MONEY, creatable=False, updatable=False), booked=T.LINES,
)  # fmt: skip
PARENTS = Transform(KIND.REFERENCE, object_type="company")
PAID = Transform(KIND.ALLOCATIONS, object_type="invoice")
PAYER = Transform(KIND.PARENT_FIELD, object_type="invoice", text="CustomerRef")


def table(*pairs: tuple[str, str]) -> Transform:
    return Transform(KIND.CHOICE_TABLE, table=pairs)


SOUND = [
    mapping("name", "title"),
    mapping("price", "amount"),
    mapping("stage", "title"),
    mapping("born", "at", TO_RIGHT),
    mapping("price", "title", TO_RIGHT),
    mapping("name last", "title", TO_RIGHT, template("{name} {last}")),
    mapping("name last", "title", TO_RIGHT, Transform(KIND.FIRST_FILLED)),
    mapping("name last", "title", TO_RIGHT, Transform(KIND.FIRST_FILLED, text="{last}|{name}")),
    mapping("", "active", TO_RIGHT, constant("true")),
    mapping("name", "title", transform=Transform(KIND.DEFAULT, text="none")),
    mapping("name", "short", TO_RIGHT, Transform(KIND.TRUNCATE)),
    mapping("company", "customer", transform=PARENTS),
    mapping("stage", "kind", transform=table(("x", "A"), ("y", "B"))),
    mapping("stage", "kind", TO_RIGHT, table(("x", "A"), ("y", "A"))),
    mapping("made", "at", TO_RIGHT),
    mapping("price", "balance", TO_LEFT),
    mapping("last", "title must", TO_LEFT, template("{title} {must}")),
    mapping("sold", "booked", transform=Transform(KIND.LINES)),
    mapping("sold", "booked", transform=PAID),
    mapping("sold", "customer", TO_RIGHT, PAYER),
    mapping("company", "customer", TO_RIGHT, PAYER),
    mapping("sold", "title", TO_RIGHT),
]


@pytest.mark.parametrize("sound", SOUND, ids=lambda one: f"{one.key} {one.transform.kind}")
def test_a_mapping_that_can_be_saved(sound: FieldMapping) -> None:
    assert problems(sound, LEFT, RIGHT) == []


REFUSED: list[tuple[FieldMapping, str]] = [
    (mapping("nowhere", "title"), "The field “nowhere” does not exist."),
    (mapping("name", "nowhere"), "The field “nowhere” does not exist."),
    (mapping("price", "title"), "Values cannot go there and back between Price, a number field"),
    (mapping("name", "amount", TO_RIGHT), "Values cannot go from Name, a text field, to Amount"),
    (mapping("born", "at"), "Values cannot go there and back between Born, a date field"),
    (mapping("price", "amount", TO_LEFT, template("{amount}")), "“template” writes text"),
    (mapping("name", "title", transform=template("{name}")), "“template” cannot be undone"),
    (mapping("", "title", transform=constant("x")), "“constant” cannot be undone"),
    (mapping("name", "short", transform=Transform(KIND.TRUNCATE)), "“shorten” cannot be undone"),
    (
        mapping("name last", "title", transform=Transform(KIND.FIRST_FILLED)),
        "“first filled” cannot be undone",
    ),
    (mapping("name", "title must", TO_RIGHT), "Choose exactly one field to write."),
    (mapping("", "title", TO_RIGHT), "Choose a field to take the value from."),
    (mapping("name", "title", TO_RIGHT, constant("x")), "A constant is not taken from a field"),
    (mapping("name last", "title", TO_RIGHT), "“copy” takes its value from one field."),
    (mapping("price", "balance", TO_RIGHT), "Balance cannot be written"),
    (mapping("name", "must", erase=True), "Must is required, so the mapping cannot empty it."),
    (mapping("company", "customer"), "Company refers to another record: use the reference"),
    (mapping("name", "title", transform=PARENTS), "Title is a text field and refers to no other"),
    (
        mapping("company", "customer", transform=Transform(KIND.REFERENCE)),
        "Say which sync links the records",
    ),
    (mapping("sold", "booked"), "Booked refers to other records: use the lines transform."),
    (mapping("", "booked", TO_RIGHT, constant("x")), "Booked refers to other records"),
    (mapping("stage", "booked", TO_RIGHT, table(("x", "y"))), "Booked refers to other records"),
    (mapping("name", "booked", transform=Transform(KIND.LINES)), "Name is a text field and holds"),
    (mapping("sold", "title", transform=PAID), "Title is a text field and holds no lines."),
    (
        mapping("sold", "booked", transform=Transform(KIND.ALLOCATIONS)),
        "Say which sync links the documents",
    ),
    (mapping("sold", "customer", transform=PAYER), "“field of a parent” cannot be undone"),
    (mapping("name", "title", TO_RIGHT, PAYER), "Name is a text field and refers to no other"),
    (
        mapping("sold", "title", TO_RIGHT, Transform(KIND.PARENT_FIELD, text="x")),
        "Say which sync links the records",
    ),
    (
        mapping("sold", "title", TO_RIGHT, Transform(KIND.PARENT_FIELD, object_type="invoice")),
        "Say which field of the parent is taken.",
    ),
    (mapping("barred", "title"), "Barred cannot be mapped: it is not on sales forms."),
    (mapping("", "amount", TO_RIGHT, constant("many")), "Amount: “many” is not a number."),
    (mapping("", "title", TO_RIGHT, constant(" ")), "Say which value Title gets."),
    (mapping("", "short", TO_RIGHT, constant("long text")), "Short may have 3 characters"),
    (mapping("", "kind", TO_RIGHT, constant("C")), "Kind has no choice “C”."),
    (mapping("name", "title", TO_RIGHT, template("plain")), "The template names no field"),
    (mapping("name", "title", TO_RIGHT, template("{last}")), "The template names “last”, which"),
    (
        mapping("name", "title", TO_RIGHT, Transform(KIND.FIRST_FILLED, text="{name}|{last}")),
        "The template names “last”, which",
    ),
    (mapping("stage", "kind", transform=table()), "The table of choices is empty."),
    (
        mapping("stage", "kind", transform=table(("x", "A"), ("y", "A"))),
        "The table names “A” on the right more than once.",
    ),
    (
        mapping("stage", "kind", TO_RIGHT, table(("x", "A"), ("x", "B"))),
        "The table names “x” on the left more than once.",
    ),
]


@pytest.mark.parametrize(("refused", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_a_mapping_that_cannot_be_saved(refused: FieldMapping, words: str) -> None:
    assert any(problem.startswith(words) for problem in problems(refused, LEFT, RIGHT))


def test_what_must_be_read_of_a_side() -> None:
    told = spec(
        mapping("first last", "title", TO_RIGHT, template(NAMES)),
        match_rules=(BY_NAME,),
        left_filter=Filter(
            ((Condition("stage", Operator.IS_FILLED),),), (Condition("kind", Operator.IS_EMPTY),)
        ),
    )

    assert needed_fields(told, Side.LEFT) == {"first", "last", "name", "stage", "kind"}
    assert needed_fields(told, Side.RIGHT) == {"title"}


def test_what_starts_totals_and_documents_look_at_is_read_too() -> None:
    told = spec(
        left={"made": T.DATETIME, "order_adjustments": T.TEXT},
        starts={Side.LEFT: Start("made", NOON)},
        totals=(TotalRule("billed", "sum", "Total"),),
        documents=DocumentRules("product", "", left_total="billed", left_currency="currency"),
    )

    assert needed_fields(told, Side.LEFT) == {
        *("name", "made", "billed", "currency", "order_adjustments"),
    }
    assert needed_fields(told, Side.RIGHT) == {"title", "sum"}


def test_every_transform_has_an_example_that_can_be_saved() -> None:
    kinds: set[Any] = {rule.transform.kind for rule in SOUND}

    assert kinds == set(TransformKind)
