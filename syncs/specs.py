"""From a sync's rows to the engine's SyncSpec."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integrations.contract import Field, Value
from syncs.engine.mapping import needed_fields
from syncs.engine.terms import (
    Condition,
    Direction,
    DocumentRules,
    FieldMapping,
    Filter,
    Leaving,
    Operator,
    Policy,
    Removal,
    Side,
    Start,
    SyncSpec,
    TaxRule,
    Transform,
    TransformKind,
)
from syncs.models import FilterCondition, Sync
from syncs.models import Mapping as MappingRow
from syncs.recipes import document_settings as names
from syncs.recipes.terms import DefaultMapping, Document, Recipe, TaxWay
from syncs.setting_rules import chosen_conditions, match_rules, with_table


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
    fields = {Side.LEFT: left_fields, Side.RIGHT: right_fields}
    told = tuple(_mappings(rows, sync, recipe, fields))
    return SyncSpec(
        left_fields=left_fields,
        right_fields=right_fields,
        mappings=told,
        match_rules=match_rules(recipe, told),
        direction=Direction(sync.direction),
        mode=recipe.mode,
        policy=Policy(sync.policy),
        left_filter=filter_of(clauses, Side.LEFT, recipe, sync.settings),
        right_filter=filter_of(clauses, Side.RIGHT, recipe, sync.settings),
        leaving=Leaving(sync.leaving),
        left_removed=Removal(sync.left_removed),
        right_removed=Removal(sync.right_removed),
        key_needed=recipe.key_needed,
        left_creation=creation_values(sync, recipe, Side.LEFT, left_fields),
        right_creation=creation_values(sync, recipe, Side.RIGHT, right_fields),
        starts=_starts(sync, recipe),
        edited_at_birth=recipe.edited_at_birth,
        totals=recipe.totals,
        documents=_documents(sync, recipe.document, right_fields) if recipe.document else None,
        creates=recipe.creates,
    )


def read_fields(spec: SyncSpec, recipe: Recipe, side: Side) -> frozenset[str]:
    """The fields of a side that the sync reads and keeps."""
    return needed_fields(spec, side) | recipe.also_read.get(side, frozenset())


def _mappings(
    rows: Iterable[MappingRow],
    sync: Sync,
    recipe: Recipe,
    fields: Mapping[Side, Mapping[str, Field]],
) -> Iterable[FieldMapping]:
    for row in rows:
        if not row.enabled:
            continue
        told = recipe.mapping(row.key)
        mapping = field_mapping(row)
        made = mapping if told is None else _as_told(mapping, told, sync, recipe, fields)
        if made is not None:
            yield made


def _as_told(
    mapping: FieldMapping,
    told: DefaultMapping,
    sync: Sync,
    recipe: Recipe,
    fields: Mapping[Side, Mapping[str, Field]],
) -> FieldMapping | None:
    """With what only the recipe says of it; None where it cannot be there."""
    if told.optional and not _is_writable(mapping, fields):
        return None
    if _is_unmade(mapping, sync, recipe, fields):
        return None
    mapping = replace(
        mapping, owned=told.owned, born=told.born, exclude_orphans=told.exclude_orphans
    )
    return with_table(mapping, told, sync.settings, recipe) if told.table else mapping


def _is_unmade(
    mapping: FieldMapping, sync: Sync, recipe: Recipe, fields: Mapping[Side, Mapping[str, Field]]
) -> bool:
    """Whether it names a field that is only made where the sync writes, and it does not."""
    direction = Direction(sync.direction)
    for side in (one for one in Side if not direction.reaches(one)):
        made = {field.name for field in recipe.makes.get(side, ())} - fields[side].keys()
        if made.intersection(mapping.left if side is Side.LEFT else mapping.right):
            return True
    return False


def _is_writable(mapping: FieldMapping, fields: Mapping[Side, Mapping[str, Field]]) -> bool:
    """Whether the provider lets the fields be written that the mapping writes."""
    targets = [side for side in Side if mapping.direction.reaches(side)]
    written = [
        fields[side].get(name)
        for side in targets
        for name in (mapping.left if side is Side.LEFT else mapping.right)
    ]
    return all(field is not None and field.creatable for field in written)


def creation_values(
    sync: Sync, recipe: Recipe, side: Side, fields: Mapping[str, Field]
) -> dict[str, Value]:
    """What a record is created with besides its mapped fields: the recipe's and the settings'."""
    values = dict(recipe.creation(side))
    for setting in recipe.settings:
        chosen = sync.settings.get(setting.name)
        if setting.side is side and setting.field and chosen and setting.counts(sync.settings):
            values[setting.field] = chosen
    way = _tax_way(recipe.document, fields) if side is Side.RIGHT else None
    if way is not None:
        included = bool(sync.settings.get(names.PRICES_INCLUDE_TAX))
        values[way.field] = way.included if included else way.excluded
    return values


def _tax_way(document: Document | None, right_fields: Mapping[str, Field]) -> TaxWay | None:
    """How the company is told of included tax; None where no line needs a tax code."""
    if document is None or document.right_tax_way is None:
        return None
    field = right_fields.get(document.right_tax_way.field)
    return document.right_tax_way if field is not None and field.creatable else None


def _starts(sync: Sync, recipe: Recipe) -> dict[Side, Start]:
    if sync.started_at is None:
        return {}
    return {side: Start(field, sync.started_at) for side, field in recipe.starts.items()}


def _documents(sync: Sync, document: Document, right_fields: Mapping[str, Field]) -> DocumentRules:
    settings = sync.settings
    refuses = settings.get(names.UNMATCHED) == names.REFUSE
    taxed = _tax_way(document, right_fields) is not None
    return DocumentRules(
        product=document.product,
        fallback="" if refuses else str(settings.get(names.CUSTOM_ITEM, "")),
        needs_match=refuses,
        taxes=tuple(_tax_rule(row) for row in settings.get(names.TAXES, ())),
        tax_needed=taxed,
        no_tax=str(settings.get(names.NO_TAX, "")),
        inclusive=taxed and bool(settings.get(names.PRICES_INCLUDE_TAX)),
        left_total=document.left_total,
        right_total=document.right_total,
        left_currency=document.left_currency,
        adjustments=document.adjustments,
    )


def _tax_rule(row: Sequence[Any]) -> TaxRule:
    """A stored row of the table of taxes; its last part, what people call the rate, may lack."""
    left, right, rate, *label = row
    return TaxRule(str(left), str(right), Decimal(str(rate or "0")), "".join(label))


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
        spare=bool(options.get("spare")),
    )


def options_of(transform: Transform) -> dict[str, Any]:
    """The reverse of transform_of."""
    parts = {
        "text": transform.text,
        "table": [list(pair) for pair in transform.table],
        "length": transform.length,
        "object_type": transform.object_type,
        "spare": transform.spare,
    }
    return {name: part for name, part in parts.items() if part}


def filter_of(
    rows: Iterable[FilterCondition], side: Side, recipe: Recipe, settings: Mapping[str, Any]
) -> Filter:
    """The stored clauses; what the recipe fixes is taken from the recipe, with its reasons."""
    groups: dict[int, list[Condition]] = {}
    for row in rows:
        if row.side == side and not row.fixed:
            condition = Condition(row.field, Operator(row.operator), tuple(row.values))
            groups.setdefault(row.group, []).append(condition)
    fixed = tuple(
        default.condition
        for default in recipe.conditions
        if default.side is side and default.condition.fixed
    )
    chosen = chosen_conditions(settings, recipe, side)
    return Filter(tuple(tuple(groups[number]) for number in sorted(groups)), fixed, chosen)
