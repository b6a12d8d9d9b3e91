"""Why a sync's settings cannot be saved or run, in sentences for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from integrations.contract import Field, FieldType, Values
from syncs.engine.check import bad_value
from syncs.engine.filters import filter_problems
from syncs.engine.mapping import document_fields, problems
from syncs.engine.matching import key_field
from syncs.engine.terms import (
    Direction,
    FieldMapping,
    Mode,
    Side,
    SyncSpec,
    TransformKind,
)
from syncs.engine.values import is_empty
from syncs.engine.ways import names


def spec_problems(spec: SyncSpec) -> list[str]:
    """Everything that is wrong with a sync; empty when it can run."""
    found: list[str] = []
    for mapping in spec.mappings:
        found += problems(mapping, spec.left_fields, spec.right_fields)
    if found:
        # What follows asks how the mappings work together, which needs each to be sound.
        return found
    found += filter_problems(spec.left_filter, spec.left_fields)
    found += filter_problems(spec.right_filter, spec.right_fields)
    return [
        *found,
        *_together(spec),
        *_unfed(spec),
        *_creation_problems(spec),
        *_match_problems(spec),
        *_start_problems(spec),
        *_total_problems(spec),
        *_document_problems(spec),
    ]


def _together(spec: SyncSpec) -> Iterator[str]:
    keys = Counter(mapping.key for mapping in spec.mappings)
    yield from (f"Two mappings have the key “{key}”." for key, times in keys.items() if times > 1)
    # What is for records born on one side never meets what is for those of the other.
    found = (problem for born in Side for problem in _meeting(spec, born))
    yield from dict.fromkeys(found)


def _meeting(spec: SyncSpec, born: Side) -> Iterator[str]:
    mappings = [one for one in spec.mappings if one.born in (None, born)]
    for side in Side:
        targets = Counter(target for target, _ in _written(spec, side, mappings))
        for name, times in targets.items():
            if times > 1:
                yield f"{_fields(spec, side)[name].label} is written by {times} mappings."
    yield from _opposites(spec, mappings)


def _opposites(spec: SyncSpec, mappings: Sequence[FieldMapping]) -> Iterator[str]:
    """Two one-way mappings against each other would each undo what the other agreed."""
    pairs = {
        (mapping.left[0], mapping.right[0])
        for mapping in mappings
        if mapping.direction is Direction.TO_RIGHT and len(mapping.left) == 1
    }
    for mapping in mappings:
        if mapping.direction is not Direction.TO_LEFT or len(mapping.right) != 1:
            continue
        if (mapping.left[0], mapping.right[0]) in pairs:
            left = spec.left_fields[mapping.left[0]].label
            right = spec.right_fields[mapping.right[0]].label
            yield f"{left} and {right} are mapped once each way: use one two-way mapping instead."


def _unfed(spec: SyncSpec) -> Iterator[str]:
    """Required fields that no mapping gives a value, on a side where records are created."""
    if spec.mode is Mode.UPDATE:
        return
    for side in Side:
        if not spec.direction.reaches(side) or side not in spec.creates:
            continue
        mappings = [one for one in spec.mappings if one.born in (None, side.other)]
        fed = {target for target, _ in _written(spec, side, mappings)}
        fed |= set(_creation(spec, side))
        for field in _fields(spec, side).values():
            if field.required and field.creatable and field.name not in fed:
                yield f"{field.label} is required and no mapping or setting gives it a value."


def _creation(spec: SyncSpec, side: Side) -> Values:
    """What the recipe gives new records besides the mappings."""
    given = spec.left_creation if side is Side.LEFT else spec.right_creation
    return {name: value for name, value in given.items() if not is_empty(value)}


def _creation_problems(spec: SyncSpec) -> Iterator[str]:
    for side in Side:
        fields = _fields(spec, side)
        for name, value in _creation(spec, side).items():
            if name not in fields:
                yield f"New records get a value for “{name}”, a field that does not exist."
                continue
            fault = bad_value(value, fields[name])
            if fault is not None:
                yield fault.message


def _written(
    spec: SyncSpec, side: Side, mappings: Sequence[FieldMapping]
) -> list[tuple[str, FieldMapping]]:
    return [
        (names(mapping, side)[0], mapping)
        for mapping in mappings
        if mapping.direction.reaches(side) and spec.direction.reaches(side)
    ]


def _fields(spec: SyncSpec, side: Side) -> Mapping[str, Field]:
    return spec.left_fields if side is Side.LEFT else spec.right_fields


def _match_problems(spec: SyncSpec) -> Iterator[str]:
    if spec.key_needed and not spec.match_rules:
        yield "Records need a key to take part, and the sync has no rule to match by."
    doubles = Counter(rule.name for rule in spec.match_rules)
    yield from (f"Two match rules are called “{n}”." for n, times in doubles.items() if times > 1)
    for rule in spec.match_rules:
        for side in Side:
            name = key_field(rule, side)
            if name not in _fields(spec, side):
                yield f"The match rule “{rule.name}” names “{name}”, which does not exist."


def _start_problems(spec: SyncSpec) -> Iterator[str]:
    for side, start in spec.starts.items():
        field = _fields(spec, side).get(start.field)
        if field is None:
            yield f"The start is told by “{start.field}”, a field that does not exist."
        elif field.type is not FieldType.DATETIME:
            yield f"The start is told by {field.label}, which holds no time."


def _total_problems(spec: SyncSpec) -> Iterator[str]:
    for rule in spec.totals:
        for side, name in ((Side.LEFT, rule.left), (Side.RIGHT, rule.right)):
            if name not in _fields(spec, side):
                yield f"{rule.label} is compared by “{name}”, a field that does not exist."


def _document_problems(spec: SyncSpec) -> Iterator[str]:
    rules = spec.documents
    if rules is None:
        if any(one.transform.kind is TransformKind.LINES for one in spec.mappings):
            yield "Lines are mapped, and nothing says how documents are turned into each other."
        return
    for side in Side:
        for name in sorted(document_fields(rules, side) - _fields(spec, side).keys()):
            yield f"Documents are told by “{name}”, a field that does not exist."
    doubles = Counter(rule.left for rule in rules.taxes)
    for rate, times in doubles.items():
        if times > 1:
            yield f"The tax rate “{rate}” has {times} tax codes: only one can stand for it."
