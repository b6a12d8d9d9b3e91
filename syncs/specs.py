"""From a sync's rows to the engine's SyncSpec."""

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.contract import Field, Value
from syncs.engine.terms import (
    Condition,
    Direction,
    FieldMapping,
    Filter,
    Leaving,
    Operator,
    Policy,
    Removal,
    Side,
    SyncSpec,
    Transform,
    TransformKind,
)
from syncs.models import FilterCondition, Sync
from syncs.models import Mapping as MappingRow
from syncs.recipes.terms import Recipe


def build_spec(
    sync: Sync,
    recipe: Recipe,
    left_fields: Mapping[str, Field],
    right_fields: Mapping[str, Field],
    *,
    mappings: Iterable[MappingRow] | None = None,
    conditions: Iterable[FilterCondition] | None = None,
) -> SyncSpec:
    """What the engine is told of this sync; with the rows given instead of the stored ones,
    what it would be told if these were saved.
    """
    rows = sync.mappings.all() if mappings is None else mappings
    clauses = tuple(sync.conditions.all() if conditions is None else conditions)
    return SyncSpec(
        left_fields=left_fields,
        right_fields=right_fields,
        mappings=tuple(field_mapping(row) for row in rows if row.enabled),
        match_rules=recipe.match_rules,
        direction=Direction(sync.direction),
        mode=recipe.mode,
        policy=Policy(sync.policy),
        left_filter=filter_of(clauses, Side.LEFT),
        right_filter=filter_of(clauses, Side.RIGHT),
        leaving=Leaving(sync.leaving),
        left_removed=Removal(sync.left_removed),
        right_removed=Removal(sync.right_removed),
        key_needed=recipe.key_needed,
        left_creation=creation_values(sync, recipe, Side.LEFT),
        right_creation=creation_values(sync, recipe, Side.RIGHT),
    )


def creation_values(sync: Sync, recipe: Recipe, side: Side) -> dict[str, Value]:
    """What a record is created with besides its mapped fields: the recipe's and the settings'."""
    values = dict(recipe.creation(side))
    for setting in recipe.settings:
        chosen = sync.settings.get(setting.name)
        if setting.side is side and chosen:
            values[setting.field] = chosen
    return values


def field_mapping(row: MappingRow) -> FieldMapping:
    return FieldMapping(
        key=row.key,
        left=tuple(row.left),
        right=tuple(row.right),
        direction=Direction(row.direction),
        transform=transform_of(row.transform, row.options),
        erase=row.erase,
    )


def transform_of(kind: str, options: Mapping[str, Any]) -> Transform:
    """A stored transform; `options` holds those of its parts that differ from their defaults."""
    return Transform(
        kind=TransformKind(kind),
        text=str(options.get("text", "")),
        table=tuple((str(left), str(right)) for left, right in options.get("table", ())),
        length=int(options.get("length", 0)),
        object_type=str(options.get("object_type", "")),
    )


def options_of(transform: Transform) -> dict[str, Any]:
    """The reverse of transform_of."""
    parts = {
        "text": transform.text,
        "table": [list(pair) for pair in transform.table],
        "length": transform.length,
        "object_type": transform.object_type,
    }
    return {name: part for name, part in parts.items() if part}


def filter_of(rows: Iterable[FilterCondition], side: Side) -> Filter:
    groups: dict[int, list[Condition]] = {}
    fixed: list[Condition] = []
    for row in rows:
        if row.side != side:
            continue
        condition = Condition(row.field, Operator(row.operator), tuple(row.values), row.fixed)
        (fixed if row.fixed else groups.setdefault(row.group, [])).append(condition)
    return Filter(tuple(tuple(groups[number]) for number in sorted(groups)), tuple(fixed))
