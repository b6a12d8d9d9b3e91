"""The rows and headings of the record list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import visible_tenants
from syncs.admin.cells import CELLS, Draw, company_cell
from syncs.models import Status, SyncRecord
from syncs.selection import ORDER, list_url
from syncs.views.columns import COLUMNS, NAMES, Column

# Records seldom stay in these.
FEW = frozenset({Status.FAILING, Status.WAITING, Status.PENDING})


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading; with an address where the list can be sorted by it."""

    name: str
    title: str
    is_number: bool
    url: str = ""
    # As `aria-sort` says it: ascending, descending, or empty.
    sorted: str = ""
    # Why the list cannot be sorted by it now.
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    title: str
    html: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Row:
    pk: int
    name: str
    head: str
    cells: tuple[Cell, ...]


def can_be_sorted(filters: Mapping[str, str], user: User) -> bool:
    """Whether an index runs in the order asked for, or there are few rows to sort.

    Indexes are of one company each: over all companies, which our staff see, none does.
    """
    if visible_tenants(user) is not None or "tenant" in filters:
        return True
    return set(filters.get("status", "-").split(",")) <= FEW


def headings(
    columns: Iterable[str], asked: Mapping[str, str], order: str, *, is_sortable: bool
) -> tuple[Heading, ...]:
    if is_sortable:
        return tuple(_heading(name, COLUMNS[name], asked, order) for name in columns)
    return tuple(_plain(name, COLUMNS[name]) for name in columns)


def _plain(name: str, column: Column) -> Heading:
    hint = _("Choose a company to sort by this.") if column.order else ""
    return Heading(name, str(column.title), column.is_number, hint=hint)


def _heading(name: str, column: Column, asked: Mapping[str, str], order: str) -> Heading:
    if not column.order:
        return Heading(name, str(column.title), column.is_number)
    turned = _turned(column.order)
    is_up, is_down = order == column.order, order == turned
    # The first click sorts as people mean it: the oldest, or what is worth most, first.
    first = turned if column.is_number else column.order
    following = _turned(order) if is_up or is_down else first
    return Heading(
        name,
        str(column.title),
        column.is_number,
        list_url(**{**asked, ORDER: following}),
        "ascending" if is_up else "descending" if is_down else "",
    )


def _turned(order: str) -> str:
    return order.removeprefix("-") if order.startswith("-") else f"-{order}"


def table_rows(
    records: Iterable[SyncRecord], columns: Sequence[str], *, names_company: bool
) -> tuple[Row, ...]:
    """Of several companies each is named: in its column, or under the sync where there is none."""
    is_under_sync = names_company and "tenant" not in columns
    cells = {**CELLS, "sync": company_cell} if is_under_sync else CELLS
    drawn = {name: cells[name] for name in columns if name != NAMES}
    return tuple(_row(record, drawn) for record in records)


def _row(record: SyncRecord, drawn: Mapping[str, Draw]) -> Row:
    cells = tuple(
        Cell(name, str(COLUMNS[name].title), draw(record), COLUMNS[name].is_number)
        for name, draw in drawn.items()
    )
    return Row(record.pk, str(record), CELLS[NAMES](record), cells)
