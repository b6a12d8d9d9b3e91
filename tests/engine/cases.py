"""Small makers that keep the tables of cases readable."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.contract import Field, FieldType, RecordState, Value, Values
from syncs.engine.terms import (
    Candidate,
    Direction,
    FieldMapping,
    MatchRule,
    Normaliser,
    RecordView,
    SideView,
    SyncSpec,
    Transform,
    TransformKind,
)

COPY = Transform()


def fields(**types: FieldType | Field) -> dict[str, Field]:
    """Fields by name: `fields(name=FieldType.TEXT)`; the label is the name with a capital."""
    return {
        name: replace(kind, name=name)
        if isinstance(kind, Field)
        else Field(name, name.replace("_", " ").capitalize(), kind)
        for name, kind in types.items()
    }


def mapping(
    left: str = "name",
    right: str = "title",
    direction: Direction = Direction.BOTH,
    transform: Transform = COPY,
    **more: Any,
) -> FieldMapping:
    """A mapping from names parted by blanks; its key is the names on the left, or the right."""
    key = more.pop("key", left or right)
    return FieldMapping(
        key, tuple(left.split()), tuple(right.split()), direction, transform, **more
    )


def constant(text: str) -> Transform:
    return Transform(TransformKind.CONSTANT, text=text)


def template(text: str) -> Transform:
    return Transform(TransformKind.TEMPLATE, text=text)


def spec(*mappings: FieldMapping, **more: Any) -> SyncSpec:
    """A sync over text fields named in the mappings, unless `left` or `right` says otherwise."""
    mappings = mappings or (mapping(),)
    left = {name: FieldType.TEXT for one in mappings for name in one.left}
    right = {name: FieldType.TEXT for one in mappings for name in one.right}
    return SyncSpec(
        fields(**(left | more.pop("left", {}))),
        fields(**(right | more.pop("right", {}))),
        mappings,
        **more,
    )


def view(
    values: Values | None = None,
    base: Mapping[str, Value] | None = None,
    state: RecordState = RecordState.LIVE,
    **more: Any,
) -> SideView:
    return SideView(more.pop("id", "1"), values or {}, base, state=state, **more)


def pair(
    left: tuple[Value, Value] | Value = "A", right: tuple[Value, Value] | Value = "A", **more: Any
) -> RecordView:
    """A linked record of one field: each side's value now, or (base, value now)."""
    return RecordView(_side("name", left), _side("title", right), linked_before=True, **more)


def _side(name: str, known: Any) -> SideView:
    if not isinstance(known, tuple):
        return view({name: known})
    base, now = known
    return view({name: now}, {name: base})


BY_NAME = MatchRule("Name", "name", "title", Normaliser.NAME)


def candidate(record_id: str = "7", **more: Any) -> Candidate:
    return Candidate(
        record_id,
        more.pop("title", f"Record {record_id}"),
        more.pop("rule", "Name"),
        more.pop("value", "ann"),
        **more,
    )
