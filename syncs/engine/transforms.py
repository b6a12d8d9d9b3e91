"""What a mapping writes: each transform, made ready for one direction."""

from collections.abc import Callable

from integrations.contract import Category, Field, Value, Values
from syncs.engine.allocations import allocations, parent_field
from syncs.engine.documents import document_lines
from syncs.engine.terms import (
    FieldMapping,
    ParentStatus,
    References,
    Side,
    SyncSpec,
    TransformKind,
)
from syncs.engine.texts import filler, placeholders, shorten
from syncs.engine.values import as_text, choices_of, is_empty
from syncs.engine.ways import Transformer, Way, leads_of


def transformer(
    mapping: FieldMapping, target: Side, target_field: Field | None, spec: SyncSpec | None = None
) -> Transformer:
    """The mapping's way to one side, ready for many records."""
    way = Way(mapping, target, target_field, spec, leads_of(mapping, spec))
    return _BUILDERS[mapping.transform.kind](way)


def _copy(way: Way) -> Transformer:
    (source,) = way.sources
    return lambda values, *_: way.fit(values.get(source))


def _default(way: Way) -> Transformer:
    (source,) = way.sources

    def make(values: Values, *_: object) -> Value:
        value = values.get(source)
        return way.read(way.mapping.transform.text) if is_empty(value) else way.fit(value)

    return make


def _constant(way: Way) -> Transformer:
    return lambda *_: way.read(way.mapping.transform.text)


def _choice_table(way: Way) -> Transformer:
    (source,) = way.sources
    table = dict(way.mapping.transform.table)
    if way.target is Side.LEFT:
        table = {right: left for left, right in way.mapping.transform.table}

    def look_up(choice: str) -> str:
        if choice not in table and way.mapping.transform.spare:
            return ""
        if choice not in table:
            raise way.refused("not_in_table", f"“{choice}” is not in the mapping's table.")
        return table[choice]

    def make(values: Values, *_: object) -> Value:
        value = values.get(source)
        chosen = choices_of(value)
        if chosen:
            return way.fit(tuple(sorted({look_up(choice) for choice in chosen} - {""})))
        text = as_text(value)
        return way.read(look_up(text) if text else table.get("", ""))

    return make


def _template(way: Way) -> Transformer:
    template = way.mapping.transform.text
    fill, wanted = filler(template), placeholders(template)

    def make(values: Values, *_: object) -> Value:
        parts = {name: as_text(values.get(name)).strip() for name in wanted}
        return way.fit(fill(parts))

    return make


def _first_filled(way: Way) -> Transformer:
    if way.mapping.transform.text:
        return _first_template(way)

    def make(values: Values, *_: object) -> Value:
        filled = (values.get(name) for name in way.sources)
        return way.fit(next((value for value in filled if not is_empty(value)), None))

    return make


def _first_template(way: Way) -> Transformer:
    templates = [part for part in way.mapping.transform.text.split("|") if part.strip()]
    fillers = [filler(template) for template in templates]
    wanted = {name for template in templates for name in placeholders(template)}

    def make(values: Values, *_: object) -> Value:
        parts = {name: as_text(values.get(name)).strip() for name in wanted}
        texts = (fill(parts) for fill in fillers)
        return way.fit(next((text for text in texts if text), None))

    return make


def _truncate(way: Way) -> Transformer:
    (source,) = way.sources
    limit = way.mapping.transform.length or (way.field.max_length if way.field else None)

    def make(values: Values, *_: object) -> Value:
        text = as_text(values.get(source))
        return way.fit(text if limit is None else shorten(text, limit))

    return make


def _reference(way: Way) -> Transformer:
    """The first field that names a record says which; the others are for records without one."""

    def make(values: Values, references: References, present: Values) -> Value:
        named = ((source, as_text(values.get(source))) for source in way.sources)
        source, parent_id = next((pair for pair in named if pair[1]), ("", ""))
        if not parent_id:
            if not present and way.field is not None and way.field.required:
                raise way.refused("parent_unnamed", _UNNAMED, Category.PARENT_MISSING)
            return None
        parent = way.parent(parent_id, references, field=source)
        if parent.status is ParentStatus.LINKED:
            return parent.id
        if way.mapping.transform.text:
            return way.mapping.transform.text
        raise way.orphan(parent, parent_id, source)

    return make


_UNNAMED = "The record names none, and the other side needs one. Choose one there."
_BUILDERS: dict[TransformKind, Callable[[Way], Transformer]] = {
    TransformKind.COPY: _copy,
    TransformKind.DEFAULT: _default,
    TransformKind.CONSTANT: _constant,
    TransformKind.CHOICE_TABLE: _choice_table,
    TransformKind.TEMPLATE: _template,
    TransformKind.FIRST_FILLED: _first_filled,
    TransformKind.TRUNCATE: _truncate,
    TransformKind.REFERENCE: _reference,
    TransformKind.LINES: document_lines,
    TransformKind.ALLOCATIONS: allocations,
    TransformKind.PARENT_FIELD: parent_field,
}
