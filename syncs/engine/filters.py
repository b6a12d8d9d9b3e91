"""Filters: may this record take part, and if not, which clause said no."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from integrations.contract import Field, FieldType, Value, Values
from syncs.engine.terms import Condition, Filter, Operator
from syncs.engine.values import as_text, choices_of, is_empty, parse

type Test = Callable[[Value], bool]


@dataclass(frozen=True, slots=True)
class FilterResult:
    """Whether the record passed, the clause that said no, and every clause's own answer."""

    passed: bool
    clause: Condition | None = None
    trace: tuple[tuple[Condition, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one clause says of a record; None where the clause itself cannot be understood."""

    clause: Condition
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Explained:
    """Every clause's own answer, in the order of the filter: for people who ask why."""

    fixed: tuple[Answer, ...] = ()
    chosen: tuple[Answer, ...] = ()
    groups: tuple[tuple[Answer, ...], ...] = ()

    @property
    def passed(self) -> bool:
        """The same as the filter's own answer; what cannot be understood lets nothing through."""
        always = (*self.fixed, *self.chosen)
        return all(one.passed for one in always) and (
            not self.groups or any(holds(group) for group in self.groups)
        )


def holds(answers: Sequence[Answer]) -> bool:
    """Whether all clauses of a group do."""
    return all(one.passed for one in answers)


type Evaluator = Callable[[Values], FilterResult]

_TEXTS = frozenset({FieldType.TEXT})
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
_TIMES = frozenset({FieldType.DATE, FieldType.DATETIME})
_ANY_TYPE = frozenset(FieldType)
_COMPARED = _ANY_TYPE - {FieldType.LINES}
_FITTING: dict[Operator, frozenset[FieldType]] = {
    Operator.IS_FILLED: _ANY_TYPE,
    Operator.IS_EMPTY: _ANY_TYPE,
    Operator.CONTAINS: _TEXTS | {FieldType.CHOICES},
    Operator.STARTS_WITH: _TEXTS,
    Operator.GREATER: _NUMBERS,
    Operator.LESS: _NUMBERS,
    Operator.AFTER: _TIMES,
    Operator.BEFORE: _TIMES,
}
_WITHOUT_VALUE = frozenset({Operator.IS_FILLED, Operator.IS_EMPTY})
_WITH_SEVERAL = frozenset(
    {Operator.IS_ONE_OF, Operator.IS_NONE_OF, Operator.CONTAINS, Operator.STARTS_WITH}
)
_WORDS: dict[Operator, str] = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.IS_ONE_OF: "is one of",
    Operator.IS_NONE_OF: "is none of",
    Operator.IS_FILLED: "is filled",
    Operator.IS_EMPTY: "is empty",
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "starts with",
    Operator.GREATER: "is more than",
    Operator.LESS: "is less than",
    Operator.AFTER: "is after",
    Operator.BEFORE: "is before",
}


def evaluate(chosen: Filter, values: Values, fields: Mapping[str, Field]) -> FilterResult:
    """Try a record's values; for many records make an `evaluator` once."""
    return evaluator(chosen, fields)(values)


def evaluator(
    chosen: Filter, fields: Mapping[str, Field], *, fixed_only: bool = False
) -> Evaluator:
    """The filter ready for many records; ValueError when a clause cannot be understood."""
    always = chosen.fixed if fixed_only else (*chosen.fixed, *chosen.chosen)
    fixed = _compiled(always, fields)
    groups = [] if fixed_only else [_compiled(group, fields) for group in chosen.groups]
    if not fixed and not groups:
        return lambda _: _PASSED

    def run(values: Values) -> FilterResult:
        trace = [_answer(clause, values) for clause in fixed]
        refusal = _first_no(trace)
        answers = [[_answer(clause, values) for clause in group] for group in groups]
        if refusal is None and answers and all(_first_no(group) for group in answers):
            refusal = _first_no(max(answers, key=_got_to))
        trace.extend(answer for group in answers for answer in group)
        return FilterResult(refusal is None, refusal, tuple(trace))

    return run


def explain(chosen: Filter, values: Values, fields: Mapping[str, Field]) -> Explained:
    """Each clause tried by itself, also those that stand behind the first that said no."""

    def answers(group: Sequence[Condition]) -> tuple[Answer, ...]:
        return tuple(_tried(clause, values, fields) for clause in group)

    groups = tuple(answers(group) for group in chosen.groups)
    return Explained(answers(chosen.fixed), answers(chosen.chosen), groups)


def _tried(clause: Condition, values: Values, fields: Mapping[str, Field]) -> Answer:
    try:
        test = _test(clause, fields.get(clause.field))
    except ValueError:
        return Answer(clause, None)
    return Answer(clause, test(values.get(clause.field)))


_PASSED = FilterResult(passed=True)

type _Clause = tuple[Condition, str, Test]


def _compiled(group: Sequence[Condition], fields: Mapping[str, Field]) -> list[_Clause]:
    return [(clause, clause.field, _test(clause, fields.get(clause.field))) for clause in group]


def _answer(clause: _Clause, values: Values) -> tuple[Condition, bool]:
    condition, name, test = clause
    return condition, test(values.get(name))


def _first_no(answers: Sequence[tuple[Condition, bool]]) -> Condition | None:
    return next((condition for condition, passed in answers if not passed), None)


def _got_to(answers: Sequence[tuple[Condition, bool]]) -> int:
    """How many clauses of a group passed before the first that did not."""
    return next(number for number, (_, passed) in enumerate(answers) if not passed)


def _test(condition: Condition, field: Field | None) -> Test:
    operator, kind = condition.operator, field.type if field else FieldType.TEXT
    if operator is Operator.IS_EMPTY:
        return is_empty
    if operator is Operator.IS_FILLED:
        return lambda value: not is_empty(value)
    wanted = [_wanted(text, kind) for text in condition.values]
    if operator in (Operator.NOT_EQUALS, Operator.IS_NONE_OF):
        agrees = _equal_test(operator, wanted, kind)
        # An empty field is not the named value, so it passes.
        return lambda value: not agrees(value)
    if operator in (Operator.EQUALS, Operator.IS_ONE_OF):
        return _equal_test(operator, wanted, kind)
    compare = _COMPARISONS[operator]
    return lambda value: (
        not is_empty(value) and any(compare(_comparable(value, kind), one) for one in wanted)
    )


def _equal_test(operator: Operator, wanted: list[Value], kind: FieldType) -> Test:
    if kind is not FieldType.CHOICES:
        return lambda value: (
            not is_empty(value) and any(_equal(_comparable(value, kind), one) for one in wanted)
        )
    chosen = {choice for one in wanted for choice in choices_of(one)}
    if operator in (Operator.EQUALS, Operator.NOT_EQUALS):
        return lambda value: not is_empty(value) and set(choices_of(value)) == chosen
    return lambda value: not chosen.isdisjoint(choices_of(value))


def _wanted(text: str, kind: FieldType) -> Value:
    if kind is FieldType.TEXT:
        return text.strip().casefold()
    if kind is FieldType.DATETIME and _is_day(text):
        return date.fromisoformat(text.strip())
    return parse(text, kind)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def _comparable(value: Value, kind: FieldType) -> Value:
    return as_text(value).strip().casefold() if kind is FieldType.TEXT else value


def _on_one_scale(value: Value, wanted: Value) -> Value:
    """A moment is compared with a day by its own day (in UTC)."""
    if isinstance(value, datetime) and not isinstance(wanted, datetime):
        return value.astimezone(UTC).date()
    return value


def _equal(value: Value, wanted: Value) -> bool:
    return _on_one_scale(value, wanted) == wanted


def _contains(value: Value, wanted: Value) -> bool:
    if isinstance(value, tuple):
        return set(choices_of(wanted)) <= set(choices_of(value))
    return isinstance(value, str) and isinstance(wanted, str) and wanted in value


def _starts_with(value: Value, wanted: Value) -> bool:
    return isinstance(value, str) and isinstance(wanted, str) and value.startswith(wanted)


def _more(value: Value, wanted: Value) -> bool:
    if isinstance(value, Decimal) and isinstance(wanted, Decimal):
        return value > wanted
    value = _on_one_scale(value, wanted)
    return isinstance(value, date) and isinstance(wanted, date) and value > wanted


def _less(value: Value, wanted: Value) -> bool:
    if isinstance(value, Decimal) and isinstance(wanted, Decimal):
        return value < wanted
    value = _on_one_scale(value, wanted)
    return isinstance(value, date) and isinstance(wanted, date) and value < wanted


_COMPARISONS: dict[Operator, Callable[[Value, Value], bool]] = {
    Operator.CONTAINS: _contains,
    Operator.STARTS_WITH: _starts_with,
    Operator.GREATER: _more,
    Operator.AFTER: _more,
    Operator.LESS: _less,
    Operator.BEFORE: _less,
}


def describe(condition: Condition, fields: Mapping[str, Field]) -> str:
    """The clause in plain words: "Lifecycle stage is one of Customer, Opportunity"."""
    field = fields.get(condition.field)
    label = field.label if field else condition.field
    words = f"{label} {_WORDS[condition.operator]}"
    if condition.operator in _WITHOUT_VALUE:
        return words
    if not condition.values:
        return f"{label}: no value is let through"
    names = {choice.value: choice.label for choice in field.choices} if field else {}
    return f"{words} {', '.join(names.get(value, value) for value in condition.values)}"


def filter_problems(chosen: Filter, fields: Mapping[str, Field]) -> list[str]:
    """Why the filter cannot be saved, in sentences; empty when it can."""
    if any(not group for group in chosen.groups):
        return ["A group of the filter has no conditions: remove the group or add one."]
    clauses = [
        *chosen.fixed,
        *chosen.chosen,
        *(clause for group in chosen.groups for clause in group),
    ]
    found = (_problem(clause, fields.get(clause.field)) for clause in clauses)
    return [problem for problem in found if problem]


def _problem(clause: Condition, field: Field | None) -> str:
    if field is None:
        return f"The filter names the field “{clause.field}”, which does not exist."
    if field.type not in _FITTING.get(clause.operator, _COMPARED):
        words = _WORDS[clause.operator]
        return f"“{words}” does not go with {field.label}, a {field.type.value} field."
    if clause.operator in _WITHOUT_VALUE:
        return ""
    return _value_problem(clause, field)


def _value_problem(clause: Condition, field: Field) -> str:
    if clause.setting and not clause.values:
        return ""
    if not any(value.strip() for value in clause.values):
        return f"{field.label}: say which value it is compared with."
    several = clause.operator in _WITH_SEVERAL or field.type is FieldType.CHOICES
    if len(clause.values) > 1 and not several:
        return f"{field.label}: “{_WORDS[clause.operator]}” takes one value."
    known = {choice.value for choice in field.choices}
    for value in clause.values:
        if known and value not in known and field.type in (FieldType.CHOICE, FieldType.CHOICES):
            return f"{field.label} has no choice “{value}”."
        try:
            _wanted(value, field.type)
        except ValueError as error:
            return f"{field.label}: {error}"
    return ""
