"""Mappings as people save them: what they write, what they need, and what is wrong with them."""

from collections.abc import Callable, Mapping, Sequence

from integrations.contract import Field, FieldType, Value, Values
from syncs.engine.check import bad_value
from syncs.engine.convert import fits, fits_both_ways
from syncs.engine.terms import (
    Direction,
    DocumentRules,
    FieldMapping,
    Filter,
    References,
    Side,
    SyncSpec,
    Transform,
    TransformKind,
)
from syncs.engine.texts import placeholders
from syncs.engine.transforms import transformer
from syncs.engine.values import parse
from syncs.engine.ways import names


def apply(
    mapping: FieldMapping,
    values: Values,
    target: Side,
    target_field: Field | None,
    references: References,
) -> Value:
    """The value that the mapping writes on the target side from the other side's values.

    Raises Held when the value cannot be made. For many records make a `transformer` once.
    """
    return transformer(mapping, target, target_field)(values, references, {})


def needed_fields(spec: SyncSpec, side: Side) -> frozenset[str]:
    """The fields of a side that must be read to decide: mapped, filtered on, matched or told by."""
    rules = {rule.left if side is Side.LEFT else rule.right for rule in spec.match_rules}
    mapped = {name for mapping in spec.mappings for name in names(mapping, side)}
    chosen = spec.left_filter if side is Side.LEFT else spec.right_filter
    return frozenset(rules | mapped | _filtered(chosen) | told_fields(spec, side))


def told_fields(spec: SyncSpec, side: Side) -> set[str]:
    """What starts, totals and documents look at; not every type has adjustments."""
    found = {rule.left if side is Side.LEFT else rule.right for rule in spec.totals}
    if side in spec.starts:
        found.add(spec.starts[side].field)
    rules = spec.documents
    if rules is None:
        return found
    if side is Side.LEFT:
        found |= {rules.adjustments} & spec.left_fields.keys()
    return found | document_fields(rules, side)


def document_fields(rules: DocumentRules, side: Side) -> set[str]:
    """The fields that every document of a side must have."""
    if side is Side.RIGHT:
        return {rules.right_total} - {""}
    return {rules.left_total, rules.left_currency} - {""}


def _filtered(chosen: Filter) -> set[str]:
    grouped = {condition.field for group in chosen.groups for condition in group}
    return grouped | {condition.field for condition in (*chosen.fixed, *chosen.chosen)}


type Fields = Mapping[str, Field]

_KIND_WORDS = {
    TransformKind.COPY: "copy",
    TransformKind.DEFAULT: "default when empty",
    TransformKind.CONSTANT: "constant",
    TransformKind.CHOICE_TABLE: "choice table",
    TransformKind.TEMPLATE: "template",
    TransformKind.FIRST_FILLED: "first filled",
    TransformKind.TRUNCATE: "shorten",
    TransformKind.REFERENCE: "reference",
    TransformKind.LINES: "lines",
    TransformKind.ALLOCATIONS: "allocations",
    TransformKind.PARENT_FIELD: "field of a parent",
}
# What these write cannot be read back, so they go one way only.
_ONE_WAY_KINDS = frozenset(
    {
        TransformKind.CONSTANT,
        TransformKind.TEMPLATE,
        TransformKind.FIRST_FILLED,
        TransformKind.TRUNCATE,
        TransformKind.PARENT_FIELD,
    }
)
_SEVERAL_SOURCES = frozenset(
    {TransformKind.TEMPLATE, TransformKind.FIRST_FILLED, TransformKind.REFERENCE}
)
_FREE_TYPES = frozenset({TransformKind.CONSTANT, TransformKind.CHOICE_TABLE})


def problems(mapping: FieldMapping, left_fields: Fields, right_fields: Fields) -> list[str]:
    """Why a mapping cannot be saved, in sentences for people; empty when it can."""
    unknown = [*_unknown(mapping.left, left_fields), *_unknown(mapping.right, right_fields)]
    if unknown:
        return [f"The field “{name}” does not exist." for name in unknown]
    fields = {Side.LEFT: left_fields, Side.RIGHT: right_fields}
    found = [*_barred(mapping.left, left_fields), *_barred(mapping.right, right_fields)]
    if found:
        return found
    found = _shape_problems(mapping)
    if found:
        return found
    for side in _targets(mapping):
        found += _way_problems(mapping, side, fields)
    return [*found, *_table_problems(mapping.transform, mapping.direction)]


def _unknown(wanted: Sequence[str], fields: Fields) -> list[str]:
    return [name for name in wanted if name not in fields]


def _barred(wanted: Sequence[str], fields: Fields) -> list[str]:
    barred = (fields[name] for name in wanted if fields[name].unavailable)
    return [f"{field.label} cannot be mapped: {field.unavailable}" for field in barred]


def _targets(mapping: FieldMapping) -> list[Side]:
    return [side for side in Side if mapping.direction.reaches(side)]


def _shape_problems(mapping: FieldMapping) -> list[str]:
    kind, words = mapping.transform.kind, _KIND_WORDS[mapping.transform.kind]
    both = mapping.direction is Direction.BOTH
    if both and kind in _ONE_WAY_KINDS:
        return [f"“{words}” cannot be undone on the way back: choose one direction."]
    for target in _targets(mapping):
        sources = names(mapping, target.other)
        if len(names(mapping, target)) != 1:
            return ["Choose exactly one field to write."]
        if not sources and kind is not TransformKind.CONSTANT:
            return ["Choose a field to take the value from."]
        if sources and kind is TransformKind.CONSTANT:
            return ["A constant is not taken from a field: remove the source."]
        if len(sources) > 1 and kind not in _SEVERAL_SOURCES:
            return [f"“{words}” takes its value from one field."]
    return []


def _way_problems(mapping: FieldMapping, target: Side, fields: Mapping[Side, Fields]) -> list[str]:
    field = fields[target][names(mapping, target)[0]]
    sources = [fields[target.other][name] for name in names(mapping, target.other)]
    found: list[str] = []
    if not (field.creatable or field.updatable):
        found.append(f"{field.label} cannot be written: the provider sets it itself.")
    if mapping.erase and field.required:
        found.append(f"{field.label} is required, so the mapping cannot empty it.")
    found += _type_problems(mapping, field, sources)
    return [*found, *_text_problems(mapping, field)]


def _type_problems(mapping: FieldMapping, field: Field, sources: list[Field]) -> list[str]:
    kind = mapping.transform.kind
    if kind in _REFERRING:
        return [
            problem
            for source in sources
            for problem in _REFERRING[kind](mapping.transform, field, source)
        ]
    if field.type is FieldType.LINES:
        return [f"{field.label} refers to other records: use the lines transform."]
    if kind in _FREE_TYPES:
        return []
    if _makes_text(mapping.transform):
        if field.type is FieldType.TEXT:
            return []
        return [f"“{_KIND_WORDS[kind]}” writes text, and {field.label} is {_a(field.type)}."]
    both = mapping.direction is Direction.BOTH
    suits = fits_both_ways if both else fits
    return [
        _misfit(source, field, both=both)
        for source in sources
        if not suits(source.type, field.type)
    ] + [
        f"{source.label} refers to another record: use the reference transform."
        for source in sources
        if FieldType.REFERENCE in (source.type, field.type)
    ]


def _makes_text(transform: Transform) -> bool:
    """Whether the transform puts texts together: templates, alone or to be tried in order."""
    if transform.kind is TransformKind.FIRST_FILLED:
        return bool(transform.text)
    return transform.kind in (TransformKind.TEMPLATE, TransformKind.TRUNCATE)


def _misfit(source: Field, target: Field, *, both: bool) -> str:
    way = "go there and back between" if both else "go from"
    joint = "and" if both else "to"
    return (
        f"Values cannot {way} {source.label}, {_a(source.type)}, "
        f"{joint} {target.label}, {_a(target.type)}."
    )


def _a(kind: FieldType) -> str:
    return "a field of lines" if kind is FieldType.LINES else f"a {kind.value} field"


def _reference_problems(transform: Transform, field: Field, source: Field) -> list[str]:
    found = [
        f"{one.label} is {_a(one.type)} and refers to no other record."
        for one in (source, field)
        if one.type is not FieldType.REFERENCE
    ]
    if not (transform.object_type or source.references):
        found.append("Say which sync links the records that the reference points to.")
    return found


def _line_problems(transform: Transform, field: Field, source: Field) -> list[str]:
    found = [
        f"{one.label} is {_a(one.type)} and holds no lines."
        for one in (source, field)
        if one.type is not FieldType.LINES
    ]
    if transform.kind is TransformKind.ALLOCATIONS and not transform.object_type:
        found.append("Say which sync links the documents that are paid.")
    return found


def _parent_problems(transform: Transform, _: Field, source: Field) -> list[str]:
    found: list[str] = []
    if source.type not in (FieldType.LINES, FieldType.REFERENCE):
        found.append(f"{source.label} is {_a(source.type)} and refers to no other record.")
    if not transform.object_type:
        found.append("Say which sync links the records that the reference points to.")
    if not transform.text:
        found.append("Say which field of the parent is taken.")
    return found


_REFERRING: Mapping[TransformKind, Callable[[Transform, Field, Field], list[str]]] = {
    TransformKind.REFERENCE: _reference_problems,
    TransformKind.LINES: _line_problems,
    TransformKind.ALLOCATIONS: _line_problems,
    TransformKind.PARENT_FIELD: _parent_problems,
}


def _text_problems(mapping: FieldMapping, field: Field) -> list[str]:
    kind, text = mapping.transform.kind, mapping.transform.text
    if kind in (TransformKind.CONSTANT, TransformKind.DEFAULT):
        return _fixed_text_problems(text, field)
    if kind is TransformKind.TRUNCATE or not _makes_text(mapping.transform):
        return []
    parts = placeholders(text)
    if not parts:
        return ["The template names no field: write them in braces, such as {name}."]
    left_writes = mapping.direction is Direction.TO_RIGHT
    sources = mapping.left if left_writes else mapping.right
    unlisted = [part for part in parts if part not in sources]
    return [f"The template names “{part}”, which the mapping does not list." for part in unlisted]


def _fixed_text_problems(text: str, field: Field) -> list[str]:
    if not text.strip():
        return [f"Say which value {field.label} gets."]
    try:
        value = parse(text, field.type)
    except ValueError as error:
        return [f"{field.label}: {error}"]
    fault = bad_value(value, field)
    return [fault.message] if fault else []


def _table_problems(transform: Transform, direction: Direction) -> list[str]:
    if transform.kind is not TransformKind.CHOICE_TABLE:
        return []
    if not transform.table:
        return ["The table of choices is empty."]
    found: list[str] = []
    for place, side, word in ((0, Side.RIGHT, "left"), (1, Side.LEFT, "right")):
        if direction.reaches(side):
            doubles = _doubles([pair[place] for pair in transform.table])
            found += [f"The table names “{one}” on the {word} more than once." for one in doubles]
    return found


def _doubles(choices: Sequence[str]) -> list[str]:
    return sorted({one for one in choices if choices.count(one) > 1})
