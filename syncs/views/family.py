"""The records of other syncs that a record refers to: the customer, the invoices of a payment."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.tenancy import tenant_scope
from syncs import sides
from syncs.engine.terms import Side, TransformKind
from syncs.models import Mapping as MappingRow
from syncs.models import SyncRecord
from syncs.parents import parent_syncs
from syncs.recipes import recipe_of
from syncs.views.ends import Link

_REFERRING = frozenset(
    {TransformKind.REFERENCE, TransformKind.ALLOCATIONS, TransformKind.PARENT_FIELD}
)


class Family:
    """What a record's mappings refer to, by side and id; one query for each object type."""

    def __init__(self, record: SyncRecord, mappings: Iterable[MappingRow]) -> None:
        self._record = record
        self._by_id: dict[tuple[str, Side, str], SyncRecord] = {}
        self._wanted: dict[str, dict[Side, set[str]]] = {}
        for row in mappings:
            if row.enabled and TransformKind(row.transform) in _REFERRING:
                self._want(row)
        with tenant_scope(record.tenant_id):
            for object_type, ids in self._wanted.items():
                self._read(object_type, ids)

    def _want(self, row: MappingRow) -> None:
        wanted = self._wanted.setdefault(_object_type(row), {side: set() for side in Side})
        for side in Side:
            wanted[side] |= set(ids_in(self._values(side), _names(row, side)))

    def _values(self, side: Side) -> Mapping[str, Any]:
        record = self._record
        held: Mapping[str, Any] = record.left_values if side is Side.LEFT else record.right_values
        return held

    def _read(self, object_type: str, ids: Mapping[Side, set[str]]) -> None:
        named = Q()
        for side in Side:
            named |= sides.with_ids(side, sorted(ids[side]))
        syncs = parent_syncs(self._record.sync, object_type)
        if not syncs or not any(ids.values()):
            return
        heavy = ("left_values", "right_values", "left_base", "right_base")
        for found in SyncRecord.objects.filter(named, sync__in=syncs).defer(*heavy):
            self._by_id[object_type, Side.LEFT, found.left_id] = found
            self._by_id[object_type, Side.RIGHT, found.right_id] = found

    def find(self, row: MappingRow, side: Side, id_: str) -> SyncRecord | None:
        return self._by_id.get((_object_type(row), side, id_))

    def links(self) -> tuple[Link, ...]:
        """The pages of all of them, each once."""
        by_key = {one.pk: one for one in self._by_id.values()}
        parents = sorted(by_key.values(), key=lambda one: str(one).casefold())
        return tuple(parent_link(one) for one in parents)


def parent_link(record: SyncRecord) -> Link:
    return Link(str(record), reverse("admin:syncs_syncrecord_change", args=[record.pk]))


def ids_in(values: Mapping[str, Any], names: Iterable[str]) -> Iterable[str]:
    """The ids that fields hold: a reference's own, or those of each line."""
    for name in names:
        held = values.get(name)
        if isinstance(held, str) and held:
            yield held
        for line in held if isinstance(held, list) else ():
            if isinstance(line, dict) and line.get("reference"):
                yield line["reference"]


def _names(row: MappingRow, side: Side) -> list[str]:
    names: list[str] = row.left if side is Side.LEFT else row.right
    kind = TransformKind(row.transform)
    # A parent field is read on one side only: there it names the parents.
    is_target = kind is TransformKind.PARENT_FIELD and row.direction != _from(side)
    return [] if is_target else names


def _from(side: Side) -> str:
    return "to_right" if side is Side.LEFT else "to_left"


def _object_type(row: MappingRow) -> str:
    named = row.options.get("object_type", "")
    document = recipe_of(row.sync.recipe).document
    return str(named or (document.product if document else ""))
