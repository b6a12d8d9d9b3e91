"""The mapped fields of a record, both sides beside what they last agreed on."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from integrations.contract import FieldType
from syncs.engine.mapping import apply
from syncs.engine.terms import Direction, Side, TransformKind
from syncs.engine.values import OWNER_MARK, as_text, decode
from syncs.engine.ways import Held
from syncs.models import Mapping as MappingRow
from syncs.models import SyncRecord
from syncs.recipes import recipe_of
from syncs.specs import field_mapping
from syncs.views.ends import NOTHING, Ends, shown
from syncs.views.family import Family, first_filled, ids_in
from syncs.views.record_marks import Parts, marked, whole

# Shown in tables of their own.
IN_TABLES = frozenset({TransformKind.LINES, TransformKind.ALLOCATIONS})


LONG = 600


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One mapping as both sides hold it now, and as they last agreed on it."""

    label: str
    left: str
    base: str
    right: str
    differs: bool
    # Who changed it since, or which side has nothing; "" where nothing is to be said.
    state: str = ""
    # Both sides again, with what the other has not marked.
    left_parts: Parts = ()
    right_parts: Parts = ()

    @property
    def is_long(self) -> bool:
        """Whether it would push everything else off the page."""
        return max(len(self.left), len(self.base), len(self.right)) > LONG


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields that differ, and the others; one is empty for a record on one side only."""

    differing: tuple[FieldRow, ...] = ()
    others: tuple[FieldRow, ...] = ()
    sides: frozenset[Side] = field(default_factory=frozenset)

    @property
    def is_linked(self) -> bool:
        return len(self.sides) == len(Side)


def field_table(
    record: SyncRecord, mappings: Iterable[MappingRow], ends: Ends, family: Family
) -> FieldTable:
    rows = tuple(field_rows(record, mappings, ends, family))
    known = {Side.LEFT: record.left_id, Side.RIGHT: record.right_id}
    return FieldTable(
        differing=tuple(row for row in rows if row.differs),
        others=tuple(row for row in rows if not row.differs),
        sides=frozenset(side for side, id_ in known.items() if id_),
    )


# What is shortened or put together on its way is not alike on both sides, as it was meant.
REMAKES = frozenset({TransformKind.TRUNCATE, TransformKind.TEMPLATE, TransformKind.FIRST_FILLED})
_DAY_AND_MOMENT = {FieldType.DATE, FieldType.DATETIME}
# So much of a stored moment is its day.
_DAY = len("2026-01-31")


def field_rows(
    record: SyncRecord, mappings: Iterable[MappingRow], ends: Ends, family: Family
) -> Iterator[FieldRow]:
    """A row for each mapping that counts for this record."""
    counting = [row for row in mappings if _counts(record, row)]
    doubles = Counter(mapping_label(row, ends) for row in counting)
    for row in counting:
        made = _field_row(record, row, ends, family)
        if doubles[made.label] > 1:
            made = replace(made, label=f"{made.label} → {ends.label(Side.RIGHT, row.right)}")
        yield _with_marks(made, record, row, ends)


def _with_marks(made: FieldRow, record: SyncRecord, row: MappingRow, ends: Ends) -> FieldRow:
    left, right = (("" if text == NOTHING else text) for text in (made.left, made.right))
    parts = marked(left, right) if made.differs else (whole(left), whole(right))
    return replace(
        made,
        state=_state(made, record, row, ends),
        left_parts=parts[0],
        right_parts=parts[1],
    )


def _state(made: FieldRow, record: SyncRecord, row: MappingRow, ends: Ends) -> str:
    """Who changed it since both agreed; without an agreement, who has nothing."""
    if not made.differs:
        return ""
    changed = [side for side in Side if _is_changed(record, row, side)]
    if len(changed) == len(Side):
        return _("changed on both sides")
    if changed:
        return _("changed in %(provider)s") % {"provider": ends.name(changed[0])}
    for side, text in ((Side.LEFT, made.left), (Side.RIGHT, made.right)):
        if text == NOTHING:
            return _("empty in %(provider)s") % {"provider": ends.name(side)}
    return _("differs")


def _is_changed(record: SyncRecord, row: MappingRow, side: Side) -> bool:
    """Whether a side holds something else than when both last agreed."""
    is_left = side is Side.LEFT
    base = (record.left_base if is_left else record.right_base) or {}
    values = record.left_values if is_left else record.right_values
    for name in row.left if is_left else row.right:
        own = f"{name}{OWNER_MARK}{row.key}"
        if own not in base and name not in base:
            continue
        before = base[own] if own in base else base[name]
        if (values.get(name) or None) != (before or None):
            return True
    return False


def _counts(record: SyncRecord, row: MappingRow) -> bool:
    told = recipe_of(record.sync.recipe).mapping(row.key)
    of_others = told is not None and told.born is not None and told.born != record.born
    return row.enabled and TransformKind(row.transform) not in IN_TABLES and not of_others


def _field_row(record: SyncRecord, row: MappingRow, ends: Ends, family: Family) -> FieldRow:
    if row.transform == TransformKind.PARENT_FIELD:
        return _parent_row(record, row, ends, family)
    linked = bool(record.left_id and record.right_id)
    left = _side_shown(record.left_values, row, Side.LEFT, ends)
    right = _side_shown(record.right_values, row, Side.RIGHT, ends)
    differs = linked and row.enabled and left != right and not _means_the_same(record, row, ends)
    if row.transform == TransformKind.REFERENCE:
        return _reference_row(record, row, ends, family, may_differ=differs)
    base = _told(record.right_base or {}, row, Side.RIGHT, ends)
    return FieldRow(
        mapping_label(row, ends),
        _label_of(record, row) or left,
        base,
        right,
        differs,
    )


def _reference_row(
    record: SyncRecord, row: MappingRow, ends: Ends, family: Family, *, may_differ: bool
) -> FieldRow:
    """By name what is referred to on either side."""
    left = _joined(record.left_values, first_filled(record.left_values, row.left))
    right = _joined(record.right_values, row.right)
    base = _joined(record.right_base or {}, row.right)
    partner = family.find(row, Side.LEFT, left)
    return FieldRow(
        mapping_label(row, ends),
        _named(family, row, Side.LEFT, left),
        _named(family, row, Side.RIGHT, base),
        _named(family, row, Side.RIGHT, right),
        may_differ and (partner is None or partner.right_id != right),
    )


def _parent_row(record: SyncRecord, row: MappingRow, ends: Ends, family: Family) -> FieldRow:
    """A value taken over from what the record belongs to: by whose name, and the value."""
    shown_ = {}
    for side in Side:
        values = record.left_values if side is Side.LEFT else record.right_values
        fields = row.left if side is Side.LEFT else row.right
        parents = [family.find(row, side, id_) for id_ in ids_in(values, fields)]
        names = ", ".join(str(parent) for parent in parents if parent is not None)
        shown_[side] = names or _joined(values, fields)
    side = Side.RIGHT if Direction(row.direction).reaches(Side.RIGHT) else Side.LEFT
    label = ends.label(side, row.right if side is Side.RIGHT else row.left)
    return FieldRow(label, shown_[Side.LEFT], NOTHING, shown_[Side.RIGHT], differs=False)


def _means_the_same(record: SyncRecord, row: MappingRow, ends: Ends) -> bool:
    """Whether both hold the same, one value stands for the other, or both agreed on the two.

    A moment stands for its day where the other side keeps days only.
    """
    left, right = _plain(record.left_values, row.left), _plain(record.right_values, row.right)
    if left == right or any(pair[:2] == [left, right] for pair in _table(record, row)):
        return True
    if _types(row, ends) == _DAY_AND_MOMENT and left[:_DAY] == right[:_DAY]:
        return True
    if row.transform not in REMAKES:
        return False
    bases = _plain(record.left_base or {}, row.left), _plain(record.right_base or {}, row.right)
    return all(bases) and bases == (left, right)


def _types(row: MappingRow, ends: Ends) -> set[FieldType]:
    """Of the one field on each side; none of several, or of unknown ones."""
    if len(row.left) != 1 or len(row.right) != 1:
        return set()
    pair = (ends.fields[Side.LEFT].get(row.left[0]), ends.fields[Side.RIGHT].get(row.right[0]))
    return {field.type for field in pair if field is not None}


def _table(record: SyncRecord, row: MappingRow) -> list[list[str]]:
    """The mapping's own table, or the one that the customer filled in among the settings."""
    told = recipe_of(record.sync.recipe).mapping(row.key)
    if told is not None and told.table:
        return [list(pair) for pair in record.sync.settings.get(told.table, ())]
    return [list(pair) for pair in row.options.get("table", ())]


def _label_of(record: SyncRecord, row: MappingRow) -> str:
    """What people call the left value, where a table of the settings tells it."""
    value = _plain(record.left_values, row.left)
    rows = (pair for pair in _table(record, row) if len(pair) > 3 and pair[0] == value)
    return next((pair[3] for pair in rows), "")


def _plain(values: Mapping[str, Any], names: Iterable[str]) -> str:
    return "".join(str(values.get(name) or "") for name in names)


def _named(family: Family, row: MappingRow, side: Side, id_: str) -> str:
    """The name of who is referred to; the id where nobody is known by it."""
    found = family.find(row, side, id_)
    return id_ if found is None else str(found)


def mapping_label(row: MappingRow, ends: Ends) -> str:
    """By the one field that it writes; the several that feed it would be too long."""
    side = Side.LEFT if len(row.left) == 1 else Side.RIGHT
    return ends.label(side, row.left if side is Side.LEFT else row.right)


def _side_shown(values: Mapping[str, Any], row: MappingRow, side: Side, ends: Ends) -> str:
    """What the side holds; of several fields that feed the other side, what they come to."""
    names = row.left if side is Side.LEFT else row.right
    target = side.other
    if not values or len(names) < 2 or not Direction(row.direction).reaches(target):
        return _told(values, row, side, ends)
    field = ends.fields[target].get((row.right if side is Side.LEFT else row.left)[0])
    decoded = decode(values, ends.fields[side])
    try:
        return shown(as_text(apply(field_mapping(row), decoded, target, field, {})))
    except Held:
        return _told(values, row, side, ends)


def _told(values: Mapping[str, Any], row: MappingRow, side: Side, ends: Ends) -> str:
    """The values of a mapping's fields on one side, those that are filled, in people's words."""
    names = row.left if side is Side.LEFT else row.right
    filled = [ends.told(side, name, values[name]) for name in _filled(values, names)]
    return " · ".join(filled) or NOTHING


def _joined(values: Mapping[str, Any], names: Iterable[str]) -> str:
    """The same as they are kept: ids are looked up by them."""
    return " · ".join(shown(values[name]) for name in _filled(values, names)) or NOTHING


def _filled(values: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    return [name for name in names if values.get(name) not in (None, "", [])]
