"""What a sync must know of other records before it can decide."""

from collections.abc import Iterator

from integrations.contract import Value
from syncs.engine.allocations import open_field
from syncs.engine.documents import SKU
from syncs.engine.rules import Rule
from syncs.engine.terms import (
    FieldMapping,
    RecordView,
    ReferenceKey,
    Side,
    SyncSpec,
    TransformKind,
)
from syncs.engine.values import as_text, lines_of
from syncs.engine.ways import Lead

REFERRING = frozenset(
    {
        TransformKind.REFERENCE,
        TransformKind.LINES,
        TransformKind.ALLOCATIONS,
        TransformKind.PARENT_FIELD,
    }
)


def reference_keys(rule: Rule, record: RecordView) -> Iterator[ReferenceKey]:
    """The parents that a referring mapping asks for where it may write."""
    for target in {**rule.creates, **rule.updates}:
        source = target.other
        view = record.left if source is Side.LEFT else record.right
        if view is not None:
            for name, lead in rule.leads.items():
                read = name if source is Side.LEFT else rule.right[0].field
                yield from _keys(rule.mapping.transform.kind, lead, source, view.values.get(read))


def _keys(kind: TransformKind, lead: Lead, source: Side, value: Value) -> Iterator[ReferenceKey]:
    object_type, right_type = lead
    if not object_type:
        return
    if kind is TransformKind.REFERENCE or not lines_of(value):
        parent_id = as_text(value)
        if parent_id:
            yield ReferenceKey(object_type, source, parent_id, right_type=right_type)
        return
    for line in lines_of(value):
        if line.reference:
            yield ReferenceKey(object_type, source, line.reference)
        if line.sku and kind is TransformKind.LINES:
            yield ReferenceKey(object_type, source, line.sku, SKU)


def facts_by_type(spec: SyncSpec) -> dict[str, frozenset[str]]:
    """The fields of parents that mappings read on their target side, by left object type."""
    found: dict[str, frozenset[str]] = {}
    for mapping in spec.mappings:
        name, object_type = _fact(mapping), mapping.transform.object_type
        if name:
            found[object_type] = found.get(object_type, frozenset()) | {name}
    return found


def _fact(mapping: FieldMapping) -> str:
    transform = mapping.transform
    if transform.kind is TransformKind.ALLOCATIONS:
        return open_field(transform.text)
    return transform.text if transform.kind is TransformKind.PARENT_FIELD else ""
