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
from syncs.views.ends import Ends, Link

type Kin = tuple[str, str]
"""The left and the right object type of a sync that links parents; "" on the right: any."""

_REFERRING = frozenset(
    {TransformKind.REFERENCE, TransformKind.ALLOCATIONS, TransformKind.PARENT_FIELD}
)


class Family:
    """What a record's mappings refer to, by side and id; one query for each kind of parent."""

    def __init__(self, record: SyncRecord, mappings: Iterable[MappingRow], ends: Ends) -> None:
        self._record, self._ends = record, ends
        self._by_id: dict[tuple[Kin, Side, str], SyncRecord] = {}
        self._wanted: dict[Kin, dict[Side, set[str]]] = {}
        for row in mappings:
            if row.enabled and TransformKind(row.transform) in _REFERRING:
                self._want(row)
        with tenant_scope(record.tenant_id):
            for kin, ids in self._wanted.items():
                self._read(kin, ids)

    def _want(self, row: MappingRow) -> None:
        left = self._names(row, Side.LEFT)
        for name, kin in self._kin(row).items():
            wanted = self._wanted.setdefault(kin, {side: set() for side in Side})
            if name in left:
                wanted[Side.LEFT] |= set(ids_in(self._values(Side.LEFT), [name]))
            names = self._names(row, Side.RIGHT)
            wanted[Side.RIGHT] |= set(ids_in(self._values(Side.RIGHT), names))

    def _names(self, row: MappingRow, side: Side) -> list[str]:
        names: list[str] = row.left if side is Side.LEFT else row.right
        kind = TransformKind(row.transform)
        # A parent field is read on one side only: there it names the parents.
        if kind is TransformKind.PARENT_FIELD and row.direction == _from(side):
            return names
        if kind is TransformKind.PARENT_FIELD:
            return []
        # Of several references the first that is filled counts.
        return first_filled(self._values(side), names) if side is Side.LEFT else names

    def _kin(self, row: MappingRow) -> dict[str, Kin]:
        """By left field: the object types, left and right, of the sync that links its parents."""
        named = row.options.get("object_type", "") or self._sold(row)
        own = self._ends.fields
        right = own[Side.RIGHT].get(row.right[0]) if row.right else None
        is_reference = TransformKind(row.transform) is TransformKind.REFERENCE
        other = right.references if right is not None and is_reference else ""
        left = {name: own[Side.LEFT].get(name) for name in row.left}
        return {
            name: (named or (field.references if field is not None else ""), other)
            for name, field in left.items()
        }

    def _sold(self, row: MappingRow) -> str:
        document = recipe_of(self._record.sync.recipe).document
        is_line = TransformKind(row.transform) is not TransformKind.REFERENCE
        return document.product if document is not None and is_line else ""

    def _values(self, side: Side) -> Mapping[str, Any]:
        record = self._record
        held: Mapping[str, Any] = record.left_values if side is Side.LEFT else record.right_values
        return held

    def _read(self, kin: Kin, ids: Mapping[Side, set[str]]) -> None:
        named = Q()
        for side in Side:
            named |= sides.with_ids(side, sorted(ids[side]))
        syncs = parent_syncs(self._record.sync, *kin)
        if not syncs or not any(ids.values()):
            return
        heavy = ("left_values", "right_values", "left_base", "right_base")
        for found in SyncRecord.objects.filter(named, sync__in=syncs).defer(*heavy):
            self._by_id[kin, Side.LEFT, found.left_id] = found
            self._by_id[kin, Side.RIGHT, found.right_id] = found

    def find(self, row: MappingRow, side: Side, id_: str) -> SyncRecord | None:
        """The parent with that id on that side, among those that the mapping may refer to."""
        of_row = self._kin(row)
        names = self._names(row, Side.LEFT) if side is Side.LEFT else list(of_row)
        found = (self._by_id.get((of_row[name], side, id_)) for name in names)
        return next((one for one in found if one is not None), None)

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


def first_filled(values: Mapping[str, Any], names: list[str]) -> list[str]:
    """The one of the fields that counts: the first with a value, else the first."""
    filled = [name for name in names if values.get(name)]
    return (filled or names)[:1]


def _from(side: Side) -> str:
    return "to_right" if side is Side.LEFT else "to_left"
