"""What a mapping writes: each transform, made ready for one direction."""

from collections.abc import Callable
from dataclasses import dataclass

from integrations.contract import Category, Fault, Field, Value, Values
from syncs.engine.convert import convert
from syncs.engine.terms import (
    Fail,
    FieldMapping,
    Parent,
    ParentStatus,
    ReferenceKey,
    References,
    Side,
    TransformKind,
    Wait,
)
from syncs.engine.texts import filler, placeholders, shorten
from syncs.engine.values import as_text, is_empty, parse

type Transformer = Callable[[Values, References], Value]


class Held(Exception):
    """A value cannot be made now; the plan says what the record waits for or why it failed."""

    def __init__(self, plan: Wait | Fail) -> None:
        super().__init__(str(plan))
        self.plan = plan


@dataclass(frozen=True, slots=True)
class _Way:
    """One direction of a mapping."""

    mapping: FieldMapping
    target: Side
    field: Field | None

    @property
    def sources(self) -> tuple[str, ...]:
        return names(self.mapping, self.target.other)

    @property
    def label(self) -> str:
        if self.field is not None:
            return self.field.label
        return ", ".join(names(self.mapping, self.target))

    def fit(self, value: Value) -> Value:
        """The value in the type of the target field."""
        if self.field is None:
            return value
        try:
            return convert(value, self.field.type)
        except ValueError as error:
            raise self.refused("wrong_type", str(error)) from None

    def read(self, text: str) -> Value:
        """What a text of the mapping's own settings means for the target field."""
        if self.field is None:
            return text or None
        try:
            return parse(text, self.field.type)
        except ValueError as error:
            raise self.refused("wrong_type", str(error)) from None

    def refused(self, code: str, reason: str) -> Held:
        name = names(self.mapping, self.target)[0]
        message = f"{self.label}: {reason}"
        return Held(Fail(Fault(Category.FIELD_INVALID, code, message, field=name)))


def names(mapping: FieldMapping, side: Side) -> tuple[str, ...]:
    return mapping.left if side is Side.LEFT else mapping.right


def transformer(mapping: FieldMapping, target: Side, target_field: Field | None) -> Transformer:
    """The mapping's way to one side, ready for many records."""
    return _BUILDERS[mapping.transform.kind](_Way(mapping, target, target_field))


def _copy(way: _Way) -> Transformer:
    (source,) = way.sources
    return lambda values, _: way.fit(values.get(source))


def _default(way: _Way) -> Transformer:
    (source,) = way.sources

    def make(values: Values, _: References) -> Value:
        value = values.get(source)
        return way.read(way.mapping.transform.text) if is_empty(value) else way.fit(value)

    return make


def _constant(way: _Way) -> Transformer:
    return lambda _, __: way.read(way.mapping.transform.text)


def _choice_table(way: _Way) -> Transformer:
    (source,) = way.sources
    table = dict(way.mapping.transform.table)
    if way.target is Side.LEFT:
        table = {right: left for left, right in way.mapping.transform.table}

    def look_up(choice: str) -> str:
        if choice not in table:
            raise way.refused("not_in_table", f"“{choice}” is not in the mapping's table.")
        return table[choice]

    def make(values: Values, _: References) -> Value:
        value = values.get(source)
        if isinstance(value, tuple) and value:
            return way.fit(tuple(sorted({look_up(choice) for choice in value} - {""})))
        text = as_text(value)
        return way.read(look_up(text) if text else table.get("", ""))

    return make


def _template(way: _Way) -> Transformer:
    template = way.mapping.transform.text
    fill, wanted = filler(template), placeholders(template)

    def make(values: Values, _: References) -> Value:
        parts = {name: as_text(values.get(name)).strip() for name in wanted}
        return way.fit(fill(parts))

    return make


def _first_filled(way: _Way) -> Transformer:
    if way.mapping.transform.text:
        return _first_template(way)

    def make(values: Values, _: References) -> Value:
        filled = (values.get(name) for name in way.sources)
        return way.fit(next((value for value in filled if not is_empty(value)), None))

    return make


def _first_template(way: _Way) -> Transformer:
    templates = [part for part in way.mapping.transform.text.split("|") if part.strip()]
    fillers = [filler(template) for template in templates]
    wanted = {name for template in templates for name in placeholders(template)}

    def make(values: Values, _: References) -> Value:
        parts = {name: as_text(values.get(name)).strip() for name in wanted}
        texts = (fill(parts) for fill in fillers)
        return way.fit(next((text for text in texts if text), None))

    return make


def _truncate(way: _Way) -> Transformer:
    (source,) = way.sources
    limit = way.mapping.transform.length or (way.field.max_length if way.field else None)

    def make(values: Values, _: References) -> Value:
        text = as_text(values.get(source))
        return way.fit(text if limit is None else shorten(text, limit))

    return make


def _reference(way: _Way) -> Transformer:
    (source,) = way.sources
    transform = way.mapping.transform

    def make(values: Values, references: References) -> Value:
        parent_id = as_text(values.get(source))
        if not parent_id:
            return None
        key = ReferenceKey(transform.object_type, way.target.other, parent_id)
        parent = references.get(key, _UNSEEN)
        if parent.status is ParentStatus.LINKED:
            return parent.id
        if parent.status is ParentStatus.WAITING:
            raise Held(Wait(key.object_type, parent_id, parent.title))
        if transform.text:
            return transform.text
        raise Held(_orphan(way, parent, parent_id))

    return make


_UNSEEN = Parent(ParentStatus.WAITING)
_WHY = {
    ParentStatus.FAILING: "is failing",
    ParentStatus.EXCLUDED: "is excluded from its sync",
    ParentStatus.ABSENT: "is not part of any sync",
}


def _orphan(way: _Way, parent: Parent, parent_id: str) -> Fail:
    unnamed = f"{way.mapping.transform.object_type} {parent_id}"
    title = f"“{parent.title}”" if parent.title else unnamed
    message = f"{way.label}: {title} {_WHY[parent.status]}"
    message += f": {parent.reason}" if parent.reason else "."
    field = names(way.mapping, way.target)[0]
    code = f"parent_{parent.status.value}"
    fault = Fault(Category.PARENT_MISSING, code, message, field=field, existing_id=parent_id)
    return Fail(fault)


_BUILDERS: dict[TransformKind, Callable[[_Way], Transformer]] = {
    TransformKind.COPY: _copy,
    TransformKind.DEFAULT: _default,
    TransformKind.CONSTANT: _constant,
    TransformKind.CHOICE_TABLE: _choice_table,
    TransformKind.TEMPLATE: _template,
    TransformKind.FIRST_FILLED: _first_filled,
    TransformKind.TRUNCATE: _truncate,
    TransformKind.REFERENCE: _reference,
}
