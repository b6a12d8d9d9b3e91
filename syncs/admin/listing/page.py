"""The record list as plain values: what is asked for, one page of it, and where to go on."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts import paging
from accounts.models import User
from accounts.permissions import Action, may
from syncs.admin.listing.keyset import Slice, last_page, place_of, slice_of
from syncs.admin.listing.table import Heading, Row, can_be_sorted, headings, table_rows
from syncs.admin.listing.tabs import VIEW, KeptView, Tab, kept_view, tabs
from syncs.models import SavedView, SyncRecord
from syncs.saved_views import views_of
from syncs.selection import (
    NEWEST,
    OPEN,
    ORDER,
    list_url,
    order_of,
    parameters_of,
    query_of,
    understood,
)
from syncs.views.columns import columns_of, has_several_companies, offered_columns
from syncs.views.list_filters import (
    Chip,
    Field,
    chips,
    filter_fields,
    hidden,
    refusals,
    sensible,
)

ROWS = 50
FROM = "n"
# Counting a common name costs more than showing those who have it.
MOST_NAMED = 1_000
# What is large and not shown.
UNSEEN = ("left_values", "right_values", "left_base", "right_base", "resolutions")


@dataclass(frozen=True, slots=True)
class Choice:
    """A column in the chooser, with its place where it is shown."""

    name: str
    title: str
    place: int | None


@dataclass(frozen=True, slots=True)
class Footer:
    first: int
    last: int
    count: int
    is_capped: bool
    start: str
    previous: str
    next: str
    end: str


@dataclass(frozen=True, slots=True)
class ListPage:
    query: str
    search: str
    tabs: tuple[Tab, ...]
    view: KeptView | None
    chips: tuple[Chip, ...]
    fields: tuple[Field, ...]
    hidden: tuple[tuple[str, str], ...]
    # For the search field, which keeps everything else that is asked for.
    kept: tuple[tuple[str, str], ...]
    refusals: tuple[str, ...]
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    footer: Footer
    columns: tuple[Choice, ...]
    all_url: str
    may_work: bool
    may_export: bool
    # An empty list: there is no record at all, or none that fails.
    is_new: bool
    is_all_well: bool


def list_page(rows: QuerySet[SyncRecord], asked: Mapping[str, str], user: User) -> ListPage:
    """What this address shows to this person, of the rows that they may see."""
    told = parameters_of(asked)
    condition, senseless = understood(told, user)
    filters = sensible(told, senseless)
    views = list(views_of(user).select_related("by"))
    view = _opened(views, asked)
    is_sortable = can_be_sorted(filters, user)
    order = order_of(query_of(filters)) if is_sortable else NEWEST
    found = rows.filter(condition)
    slice_ = slice_of(_shown(found), order, place_of(order, asked), ROWS)
    columns = columns_of(user, view.columns if view else ())
    return ListPage(
        query=query_of(filters),
        search=filters.get("q", ""),
        tabs=tabs(filters, views, view, user),
        view=kept_view(view, filters, user) if view else None,
        chips=chips(filters, user),
        fields=filter_fields(filters, user),
        hidden=hidden(filters),
        kept=tuple((name, value) for name, value in filters.items() if name != "q"),
        refusals=refusals(told, senseless),
        headings=headings(columns, filters, order, is_sortable=is_sortable),
        rows=table_rows(slice_.rows, columns, names_company=has_several_companies(user)),
        footer=_footer(found, slice_, filters, asked),
        columns=_choices(columns, user),
        all_url=list_url(),
        may_work=may(user, Action.WORK_RECORDS),
        may_export=may(user, Action.EXPORT),
        is_new=not filters and not slice_.rows,
        is_all_well=query_of({**filters, ORDER: None}) == query_of(OPEN),
    )


def _shown(found: QuerySet[SyncRecord]) -> QuerySet[SyncRecord]:
    return found.select_related("sync", "tenant", "assignee").defer(*UNSEEN)


def _opened(views: list[SavedView], asked: Mapping[str, str]) -> SavedView | None:
    """The view that the address names; a bookmark of one that is gone shows its filters."""
    return next((view for view in views if str(view.pk) == asked.get(VIEW)), None)


def _footer(
    found: QuerySet[SyncRecord], slice_: Slice, filters: Mapping[str, str], asked: Mapping[str, str]
) -> Footer:
    count, is_capped = _counted(found, filters)
    here = list_url(**filters)
    first = _first(slice_, asked, count, is_capped=is_capped)
    if VIEW in asked:
        here += f"{'&' if '?' in here else '?'}{VIEW}={_digits(asked[VIEW])}"
    glue = "&" if "?" in here else "?"

    def at(place: str, number: int) -> str:
        return f"{here}{glue}{place}&{FROM}={number}" if place else ""

    length = len(slice_.rows)
    return Footer(
        first=first if length else 0,
        last=first + length - 1 if length else 0,
        count=count,
        is_capped=is_capped,
        start="" if slice_.is_start else here,
        previous=at(slice_.previous, max(1, first - ROWS)),
        next=at(slice_.next, first + length),
        end=at(last_page() if slice_.next else "", max(1, count - ROWS + 1)),
    )


def _counted(found: QuerySet[SyncRecord], filters: Mapping[str, str]) -> tuple[int, bool]:
    """How many there are, and whether there are more; names are slower to count than the rest."""
    most = min(paging.MOST_COUNTED, MOST_NAMED) if "q" in filters else paging.MOST_COUNTED
    count = found.order_by()[: most + 1].count()
    return min(count, most), count > most


def _first(slice_: Slice, asked: Mapping[str, str], count: int, *, is_capped: bool) -> int:
    """The number of the page's first row, as the address carries it from page to page."""
    if slice_.is_start:
        return 1
    if not slice_.next and not is_capped:
        return count - len(slice_.rows) + 1
    told = _digits(asked.get(FROM, ""))
    return int(told) if told else 1


def _digits(told: str) -> str:
    return told if told.isascii() and told.isdecimal() and len(told) <= 12 else ""


def _choices(columns: tuple[str, ...], user: User) -> tuple[Choice, ...]:
    """Those that are shown in their order, then the others."""
    offered = offered_columns(user)
    names = [*columns, *(name for name in offered if name not in columns)]
    places = {name: place for place, name in enumerate(columns, start=1)}
    return tuple(
        Choice(name, str(offered[name].title), places.get(name))
        for name in names
        if name in offered
    )
