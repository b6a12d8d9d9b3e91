"""Pages of the record list: every row once, in order, both ways, on either database."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet
from syncs.admin.listing.keyset import Place, Slice, last_page, place_of, slice_of
from syncs.models import Status, Sync, SyncRecord
from syncs.selection import ORDERS

pytestmark = pytest.mark.django_db
BOTH_WAYS = [f"{sign}{name}" for name in ORDERS for sign in ("", "-")]
SIZE = 3


@pytest.fixture
def rows(tenant: Tenant, sync: Sync) -> TenantQuerySet[SyncRecord]:
    """Eleven records with many equal values, and some without any."""
    now = timezone.now()
    for number in range(11):
        SyncRecord.objects.create(
            tenant=tenant,
            sync=sync,
            left_id=str(number),
            left_title=str(number),
            status=(Status.FAILING, Status.IN_SYNC)[number % 2],
            category=("", "tax", "gone")[number % 3],
            amount=(None, Decimal("10.5"), Decimal(-2), Decimal("10.5"))[number % 4],
            due_on=(None, date(2026, 1, 1))[number % 2],
            first_failed_at=(None, now, now - timedelta(days=1))[number % 3],
            last_attempt_at=None if number == 5 else now - timedelta(hours=number // 3),
        )
    return SyncRecord.objects.for_tenant(tenant)


def asked(query: str) -> dict[str, str]:
    return dict(parse_qsl(query))


def walk(rows: Any, order: str, start: str, step: str) -> list[Slice]:
    """The pages from there on, as the links lead."""
    pages = [slice_of(rows, order, place_of(order, asked(start)), SIZE)]
    while query := getattr(pages[-1], step):
        pages.append(slice_of(rows, order, place_of(order, asked(query)), SIZE))
        assert len(pages) < 10
    return pages


def sorted_by(rows: Any, order: str) -> list[int]:
    """In Python, by the list's rules: no value last, equal ones by id as the index runs."""
    name, falls = order.removeprefix("-"), order.startswith("-")
    how = ORDERS[name]
    valued = [row for row in rows if getattr(row, how.column) is not None]
    empty = [row for row in rows if getattr(row, how.column) is None]
    ids_fall = falls is not how.newest_first
    for part in (valued, empty):
        part.sort(key=lambda row: row.pk, reverse=ids_fall)
    valued.sort(key=lambda row: getattr(row, how.column), reverse=falls)
    return [row.pk for row in valued + empty]


@pytest.mark.parametrize("order", BOTH_WAYS)
def test_next_leads_through_every_row_once_in_order(rows: Any, order: str) -> None:
    pages = walk(rows, order, "", "next")

    assert [row.pk for page in pages for row in page.rows] == sorted_by(rows, order)
    assert [page.is_start for page in pages] == [True, False, False, False]


@pytest.mark.parametrize("order", BOTH_WAYS)
def test_previous_leads_back_from_the_end(rows: Any, order: str) -> None:
    pages = walk(rows, order, last_page(), "previous")

    assert [row.pk for row in pages[0].rows] == sorted_by(rows, order)[-SIZE:]
    # The page at the start is a whole one, though less than that would be left before.
    assert [row.pk for row in pages[-1].rows] == sorted_by(rows, order)[:SIZE]
    assert pages[-1].is_start
    assert not pages[0].next


@pytest.mark.parametrize("order", BOTH_WAYS)
def test_previous_undoes_next(rows: Any, order: str) -> None:
    pages = walk(rows, order, "", "next")

    for first, second in pairwise(pages):
        back = slice_of(rows, order, place_of(order, asked(second.previous)), SIZE)
        assert back.rows == first.rows


def test_a_row_that_goes_meanwhile_hides_no_other(rows: Any) -> None:
    first = slice_of(rows, "-id", Place(), SIZE)
    rows.filter(pk__in=[row.pk for row in first.rows]).delete()

    second = slice_of(rows, "-id", place_of("-id", asked(first.next)), SIZE)

    assert [row.left_title for row in second.rows] == ["7", "6", "5"]


def test_where_nothing_is_left_the_list_begins_anew(rows: Any) -> None:
    beyond = slice_of(rows, "-id", place_of("-id", {"after": "~0"}), SIZE)

    assert beyond.is_start
    assert len(beyond.rows) == SIZE


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("-id", "x"),
        ("-id", "~" + "9" * 30),
        ("amount", "NaN~1"),
        ("amount", "1e999~1"),
        ("due_on", "tomorrow~1"),
        ("first_failed_at", "0001-01-01T00:00:00+14:00~1"),
        ("first_failed_at", "2026-01-01T00:00:00~1"),
        ("category", "a\x00~1"),
    ],
)
def test_an_address_that_makes_no_sense_leads_to_the_start(order: str, told: str) -> None:
    assert place_of(order, {"after": told}) == Place()


def test_an_empty_list_is_one_empty_page(tenant: Tenant) -> None:
    rows = SyncRecord.objects.for_tenant(tenant)

    for place in (Place(), Place(is_back=True)):
        assert slice_of(rows, "-amount", place, SIZE) == Slice([], is_start=True)


@pytest.mark.parametrize("order", BOTH_WAYS)
def test_a_page_takes_three_queries_at_most(
    rows: Any, order: str, django_assert_max_num_queries: Any
) -> None:
    for page in walk(rows, order, "", "next"):
        with django_assert_max_num_queries(3):
            slice_of(rows, order, place_of(order, asked(page.next)), SIZE)
