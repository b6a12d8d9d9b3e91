"""Times at Exact: the clock on the wall, written as if it were UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.sandbox.exact_calls import ACCOUNTS, START, Caller, caller

DAY = 86_400_000


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def modified(books: Caller, key: str) -> datetime:
    """The time of the last change, decoded as if it were UTC."""
    text = books.one(ACCOUNTS, key, select="Modified")["Modified"]
    return datetime.fromtimestamp(int(text.removeprefix("/Date(").removesuffix(")/")) / 1000, UTC)


def go_to(books: Caller, moment: datetime) -> None:
    books.wait((moment - books.clock.now()).total_seconds())


def test_a_change_is_dated_by_the_clock_on_the_wall(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="Anna")

    assert modified(books, key) == START.replace(hour=16)


def test_the_user_is_told_the_time_of_the_server(books: Caller) -> None:
    answer = books.follow(f"{books.root}/current/Me?$select=ServerTime,ServerUtcOffset")

    (me,) = answer.json()["d"]["results"]
    assert me["ServerTime"] == "2026-06-25T16:31:00"
    assert me["ServerUtcOffset"] == 7200


def test_in_winter_the_wall_is_an_hour_ahead(books: Caller) -> None:
    go_to(books, datetime(2026, 12, 1, 12, tzinfo=UTC))

    assert modified(books, books.create(ACCOUNTS, Name="Anna")).hour == 13


def test_an_hour_in_autumn_comes_twice(books: Caller) -> None:
    go_to(books, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    early = books.create(ACCOUNTS, Name="Early")
    go_to(books, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
    late = books.create(ACCOUNTS, Name="Late")

    assert modified(books, early) == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    # Changed later, and dated before.
    assert modified(books, late) == datetime(2026, 10, 25, 2, 15, tzinfo=UTC)


def test_a_filter_reads_the_clock_on_the_wall(books: Caller) -> None:
    books.create(ACCOUNTS, Name="Anna")

    assert books.names("Modified ge datetime'2026-06-25T16:31:00'") == ["Anna"]
    assert books.names("Modified ge datetime'2026-06-25T16:32:00'") == []
    # Somebody who asks in UTC reads two hours too much.
    assert books.names("Modified ge datetime'2026-06-25T14:31:01'") == ["Anna"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2024-08-12", 1723420800000),
        ("2024-08-12T00:00:00", 1723420800000),
        ("/Date(1723420800000)/", 1723420800000),
        ("2024-08-12T10:15:00", 1723420800000 + 10 * 3600_000 + 900_000),
        # A zone moves a date to the zone of the server: it is midnight no more.
        ("2024-08-12T00:00:00Z", 1723420800000 + 2 * 3600_000),
    ],
)
def test_a_date_is_midnight_of_the_calendar_on_the_wall(
    books: Caller, sent: str, shown: int
) -> None:
    key = books.create(ACCOUNTS, Name="Anna", StartDate=sent)

    assert books.one(ACCOUNTS, key, select="StartDate")["StartDate"] == f"/Date({shown})/"


def test_a_dates_default_is_today_on_the_wall(books: Caller) -> None:
    # Half past eleven at night in UTC is tomorrow in the Netherlands.
    go_to(books, datetime(2026, 6, 25, 23, 30, tzinfo=UTC))
    key = books.create("logistics/Items", Code="A", Description="Ale")

    started = books.exact.get("logistics/Items", key)["StartDate"]
    assert started == int(datetime(2026, 6, 26, tzinfo=UTC).timestamp() * 1000)
    assert started % DAY == 0


def test_another_site_may_keep_another_clock(books: Caller) -> None:
    books.exact.configure(zone="Europe/London")

    assert modified(books, books.create(ACCOUNTS, Name="Anna")).hour == 15
