"""Pages of a sorted list without OFFSET: each begins after the last row of the one before.

A page takes as long at the millionth row as at the first, and rows that come and go meanwhile
neither repeat nor hide others. Rows without a value come last, whichever way the list is sorted
and whatever the database thinks of NULL.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import DateField, DateTimeField, DecimalField, Q, QuerySet

from syncs.models import SyncRecord
from syncs.selection import ORDERS, Order, sensible_amount, sensible_day, sensible_text

BETWEEN = "~"
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Mark:
    """A row's place in the order: its value, None where it has none, and its id."""

    value: Any
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after or before a row, at the list's start or at its end."""

    mark: Mark | None = None
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and the places of its neighbours where there are any."""

    rows: list[SyncRecord]
    previous: str = ""
    next: str = ""
    is_start: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows that stand together, in the order in which they are read."""

    condition: Q
    order: tuple[str, ...]


def slice_of(rows: QuerySet[SyncRecord], order: str, place: Place, size: int) -> Slice:
    """The page at this place; the first one where nothing is left there."""
    found = _read(rows, order, place, size + 1)
    is_start = place == Place()
    # Before a row there may be less than a page: then the first one is meant.
    if not is_start and (not found or (place.is_back and place.mark and len(found) <= size)):
        return slice_of(rows, order, Place(), size)
    more, found = len(found) > size, found[:size]
    if place.is_back:
        found.reverse()
        has_previous, has_next = more, place.mark is not None
    else:
        has_previous, has_next = place.mark is not None, more
    return Slice(
        found,
        previous=_told("before", found[0], order) if has_previous else "",
        next=_told("after", found[-1], order) if has_next else "",
        is_start=not has_previous,
    )


def place_of(order: str, asked: Mapping[str, str]) -> Place:
    """What an address says; the start where that makes no sense."""
    name = "before" if "before" in asked else "after"
    told = asked.get(name)
    if told is None:
        return Place()
    if told == BETWEEN:
        return Place(is_back=name == "before")
    value, _, number = told.rpartition(BETWEEN)
    if not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
        return Place()
    try:
        return Place(Mark(_value(_order(order), value), int(number)), name == "before")
    except ValueError:
        return Place()


def last_page() -> str:
    return urlencode({"before": BETWEEN})


# --- reading --------------------------------------------------------------------------------------


def _read(rows: QuerySet[SyncRecord], order: str, place: Place, most: int) -> list[SyncRecord]:
    """One query for each part that is needed: never more than three."""
    found: list[SyncRecord] = []
    for part in _parts(order, place):
        found += rows.filter(part.condition).order_by(*part.order)[: most - len(found)]
        if len(found) >= most:
            break
    return found


def _parts(order: str, place: Place) -> Iterator[_Part]:
    how = _order(order)
    # Read backwards everything is the other way round.
    falls = order.startswith("-") is not place.is_back
    down = order.startswith("-") is not how.newest_first
    tie = "-id" if down is not place.is_back else "id"
    column = how.column
    if column == "id":
        tie = "-id" if falls else "id"
        yield _Part(_beyond(tie, place.mark.id) if place.mark else Q(), (tie,))
        return
    order_by = (f"-{column}" if falls else column, tie)
    nulls = _Part(Q(**{f"{column}__isnull": True}), (tie,))
    valued = Q(**{f"{column}__isnull": False}) if how.nullable else Q()
    parts = [_Part(valued, order_by)]
    if place.mark is not None and place.mark.value is None:
        parts = [_Part(nulls.condition & _beyond(tie, place.mark.id), (tie,))]
        yield from parts + ([_Part(valued, order_by)] if place.is_back else [])
        return
    if place.mark is not None:
        same = Q(**{column: place.mark.value}) & _beyond(tie, place.mark.id)
        parts = [_Part(same, (tie,)), _Part(_beyond(order_by[0], place.mark.value), order_by)]
    if not how.nullable or (place.is_back and place.mark is not None):
        yield from parts
    else:
        yield from [nulls, *parts] if place.is_back else [*parts, nulls]


def _beyond(column: str, value: Any) -> Q:
    """Behind this value in the order of the column, such as "-id"."""
    return Q(**{f"{column.removeprefix('-')}__{'lt' if column.startswith('-') else 'gt'}": value})


# --- addresses ------------------------------------------------------------------------------------


def _order(order: str) -> Order:
    return ORDERS[order.removeprefix("-")]


def _told(name: str, row: SyncRecord, order: str) -> str:
    column = _order(order).column
    value = getattr(row, column)
    told = value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
    return urlencode({name: f"{'' if column == 'id' else told}{BETWEEN}{row.pk}"})


def _value(order: Order, told: str) -> Any:
    if order.column == "id" or (order.nullable and not told):
        return None
    field = SyncRecord._meta.get_field(order.column)
    if isinstance(field, DateTimeField):
        moment = sensible_day(datetime.fromisoformat(told))
        if moment.tzinfo is None:
            raise ValueError(told)
        return moment
    if isinstance(field, DateField):
        return sensible_day(date.fromisoformat(told))
    return sensible_amount(told) if isinstance(field, DecimalField) else sensible_text(told)
