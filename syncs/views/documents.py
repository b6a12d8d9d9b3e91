"""What makes a record a document: lines and amounts of both sides, and what was changed where."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from integrations.contract import FieldType
from syncs.engine.terms import Side, TransformKind
from syncs.models import Mapping as MappingRow
from syncs.models import SyncRecord
from syncs.recipes import document_settings as names
from syncs.recipes import recipe_of
from syncs.views.ends import NOTHING, Ends, Link, line_text, shown
from syncs.views.family import Family, parent_link
from syncs.views.fields import mapping_label

type Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LineCells:
    """A line as one side has it; all dashes where it has none."""

    item: str = NOTHING
    sku: str = ""
    quantity: str = NOTHING
    price: str = NOTHING
    amount: str = NOTHING
    tax: str = NOTHING


@dataclass(frozen=True, slots=True)
class LineRow:
    left: LineCells
    right: LineCells
    differs: bool


@dataclass(frozen=True, slots=True)
class LineTable:
    rows: tuple[LineRow, ...]
    left_sum: str
    right_sum: str
    differs: bool


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """How much of a payment goes to a document."""

    parent: Link | None
    title: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class AllocationTable:
    rows: tuple[AllocationRow, ...]


@dataclass(frozen=True, slots=True)
class TotalRow:
    label: str
    left: str
    right: str
    differs: bool


@dataclass(frozen=True, slots=True)
class FactRow:
    label: str
    side: str
    value: str


@dataclass(frozen=True, slots=True)
class LockRow:
    """What was changed where it does not belong: what was agreed, and what is there now."""

    mapping: str
    label: str
    changed_in: str
    belongs_to: str
    diff: tuple[tuple[str, str], ...]


# --- lines ----------------------------------------------------------------------------------------


def line_table(record: SyncRecord, mappings: Iterable[MappingRow]) -> LineTable | None:
    """The lines of both sides beside each other; None for records without lines."""
    row = _of_kind(mappings, TransformKind.LINES)
    if row is None:
        return None
    left, right = _lines(record.left_values, row.left), _lines(record.right_values, row.right)
    if not left and not right:
        return None
    rates = {entry[0]: entry for entry in record.sync.settings.get(names.TAXES, ())}
    is_linked = bool(record.left_id and record.right_id)
    rows = tuple(_line_row(*pair, rates, is_linked) for pair in _pairs(left, right))
    mine, yours = _sum(left), _sum(right)
    # Discounts may stand as lines of their own on one side: what counts is what all come to.
    return LineTable(rows, f"{mine:f}", f"{yours:f}", is_linked and mine != yours)


def _of_kind(mappings: Iterable[MappingRow], kind: TransformKind) -> MappingRow | None:
    return next((row for row in mappings if row.transform == kind), None)


def _lines(values: Mapping[str, Any] | None, fields: Sequence[str]) -> list[Line]:
    held = (values or {}).get(fields[0]) if fields else None
    return [line for line in held if isinstance(line, dict)] if isinstance(held, list) else []


def _line_row(
    left: Line | None, right: Line | None, rates: Mapping[str, Sequence[str]], is_linked: bool
) -> LineRow:
    differs = is_linked and (_amount(left) != _amount(right))
    return LineRow(_cells(left, rates), _cells(right, {}), differs)


def _cells(line: Line | None, rates: Mapping[str, Sequence[str]]) -> LineCells:
    if line is None:
        return LineCells()
    tax = line.get("tax", "")
    # What people call the rate stands last in the table of the settings.
    told = rates.get(tax, (tax,))[-1] or tax
    name = line.get("name") or line.get("description") or line.get("reference")
    return LineCells(
        item=name or NOTHING,
        sku=line.get("sku", ""),
        quantity=line.get("quantity") or NOTHING,
        price=line.get("unit_price") or NOTHING,
        amount=line.get("amount") or NOTHING,
        tax=told or NOTHING,
    )


def _pairs(
    left: Sequence[Line], right: Sequence[Line]
) -> Iterator[tuple[Line | None, Line | None]]:
    """Each line with the one that is most like it, in the order of the left."""
    free = dict(enumerate(right))
    found: dict[int, Line] = {}
    for likeness in _LIKENESSES:
        alike: dict[Hashable, deque[int]] = defaultdict(deque)
        for other, line in free.items():
            alike[likeness(line)].append(other)
        for place, line in enumerate(left):
            others = alike.get(likeness(line)) if place not in found else None
            if others:
                found[place] = free.pop(others.popleft())
    for place, line in enumerate(left):
        yield line, found.get(place)
    for line in free.values():
        yield None, line


def _amount(line: Line | None) -> Decimal:
    """Of a line of text it is nothing."""
    return _number((line or {}).get("amount"))


def _number(stored: object) -> Decimal:
    try:
        number = Decimal(str(stored or "0"))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


type Likeness = Callable[[Line], Hashable]

# From the closest to the last resort: whatever is left, in its order.
_LIKENESSES: tuple[Likeness, ...] = (
    lambda line: (line.get("quantity"), _amount(line)),
    _amount,
    lambda line: line.get("name", ""),
    lambda _line: None,
)


def _sum(lines: Iterable[Line]) -> Decimal:
    return sum((_amount(line) for line in lines), Decimal(0))


# --- payments -------------------------------------------------------------------------------------


def allocation_table(
    record: SyncRecord, mappings: Iterable[MappingRow], family: Family
) -> AllocationTable | None:
    """To which documents how much of a payment goes; None for what is no payment."""
    row = _of_kind(mappings, TransformKind.ALLOCATIONS)
    if row is None:
        return None
    rows: dict[str, AllocationRow] = {}
    for side in Side:
        values = record.left_values if side is Side.LEFT else record.right_values
        for line in _lines(values, row.left if side is Side.LEFT else row.right):
            _allocate(rows, row, side, line, family)
    return AllocationTable(tuple(rows.values()))


def _allocate(
    rows: dict[str, AllocationRow], row: MappingRow, side: Side, line: Line, family: Family
) -> None:
    reference = line.get("reference", "")
    parent = family.find(row, side, reference) if reference else None
    key = f"#{parent.pk}" if parent else f"{side}{reference}{line.get('name', '')}"
    amount = line.get("amount") or _("as much as is open")
    before = rows.get(key)
    rows[key] = AllocationRow(
        parent=parent_link(parent) if parent else None,
        title=line.get("name") or reference,
        left=amount if side is Side.LEFT else (before.left if before else NOTHING),
        right=amount if side is Side.RIGHT else (before.right if before else NOTHING),
    )


# --- amounts --------------------------------------------------------------------------------------


def total_rows(record: SyncRecord) -> Iterator[TotalRow]:
    """What has to be the same on both sides of a document."""
    is_linked = bool(record.left_id and record.right_id)
    for rule in recipe_of(record.sync.recipe).totals:
        left, right = record.left_values.get(rule.left), record.right_values.get(rule.right)
        if left is None and right is None:
            continue
        differs = is_linked and _number(left) != _number(right)
        yield TotalRow(str(rule.label), shown(left), shown(right), differs)


def fact_rows(record: SyncRecord, ends: Ends) -> Iterator[FactRow]:
    """What a side says of itself besides what is mapped: amounts, status, what is open."""
    recipe = recipe_of(record.sync.recipe)
    if recipe.document is None:
        return
    for side in Side:
        values = record.left_values if side is Side.LEFT else record.right_values
        for name in sorted(recipe.also_read.get(side, ())):
            field = ends.fields[side].get(name)
            is_plain = field is not None and field.type is not FieldType.REFERENCE
            if is_plain and values.get(name) not in (None, ""):
                told = ends.told(side, name, values[name])
                yield FactRow(ends.label(side, [name]), ends.name(side), told)


# --- changed where it does not belong -------------------------------------------------------------


def lock_rows(record: SyncRecord, mappings: Iterable[MappingRow], ends: Ends) -> Iterator[LockRow]:
    labels = {row.key: mapping_label(row, ends) for row in mappings}
    for lock in record.details.get("locks", ()):
        side = Side(lock["side"])
        key = lock["mapping"]
        yield LockRow(
            mapping=key,
            label=labels.get(key, key),
            changed_in=ends.name(side),
            belongs_to=ends.name(side.other),
            diff=tuple(_diff(lock.get("agreed"), lock.get("now"))),
        )


def _diff(agreed: Any, now: Any) -> Iterator[tuple[str, str]]:
    """What was and what is; of lines only those that are not the same."""
    if not isinstance(agreed, list) and not isinstance(now, list):
        yield shown(agreed), shown(now)
        return
    before, after = [_held(one) for one in (agreed, now)]
    kept = [line for line in before if line in after]
    for line in kept:
        after.remove(line)
        before.remove(line)
    for old, new in _pairs(before, after):
        yield line_text(old) if old else NOTHING, line_text(new) if new else NOTHING


def _held(lines: Any) -> list[Line]:
    """The lines without their ids, which say nothing of them."""
    return [
        {name: value for name, value in line.items() if name != "id"}
        for line in (lines or ())
        if isinstance(line, dict)
    ]
