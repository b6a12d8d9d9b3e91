"""Exact's dates: a wall clock written as if it were UTC, and the hours that clocks make of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from integrations.connectors.exact import times

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LONDON = ZoneInfo("Europe/London")


def written(shown: datetime) -> str:
    """What the servers write when their clock shows this."""
    return f"/Date({round(shown.replace(tzinfo=UTC).timestamp() * 1000)})/"


def shown_at(moment: datetime, zone: ZoneInfo = AMSTERDAM) -> str:
    return written(moment.astimezone(zone).replace(tzinfo=None))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type] # a date by its parts


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        # As recorded: an invoice made at 14:31:00 GMT bears 16:31:00.240.
        pytest.param(
            "/Date(1782405060240)/", AMSTERDAM, utc(2026, 6, 25, 14, 31, 0, 240000), id="summer"
        ),
        pytest.param("/Date(1768478400000)/", AMSTERDAM, utc(2026, 1, 15, 11), id="winter"),
        pytest.param("/Date(1782405060240)/", LONDON, utc(2026, 6, 25, 15, 31, 0, 240000), id="uk"),
        pytest.param("2026-06-25T16:31:00", AMSTERDAM, utc(2026, 6, 25, 14, 31), id="as text"),
    ],
)
def test_a_moment_is_read_off_the_wall_clock(
    value: str, zone: ZoneInfo, expected: datetime
) -> None:
    assert times.instant(value, zone) == expected


def test_a_day_is_midnight_of_the_wall_clock_and_never_moved() -> None:
    assert times.day("/Date(1723420800000)/") == date(2024, 8, 12)


def test_every_moment_but_those_shown_twice_comes_back() -> None:
    for hours in range(0, 24 * 366, 7):
        moment = utc(2026, 1, 1, 0, 17) + timedelta(hours=hours)
        twice = utc(2026, 10, 25, 0) <= moment < utc(2026, 10, 25, 2)

        assert twice or times.instant(shown_at(moment), AMSTERDAM) == moment


def test_nothing_looks_older_than_what_came_before_it_when_clocks_go_back() -> None:
    start = utc(2026, 10, 24, 23)
    moments = [start + timedelta(minutes=each) for each in range(240)]

    found = [times.instant(shown_at(moment), AMSTERDAM) for moment in moments]

    assert all(before <= after for before, after in pairwise(found))
    assert all(
        abs(one - other) <= timedelta(hours=1) for one, other in zip(moments, found, strict=True)
    )


@pytest.mark.parametrize("changed", range(0, 240, 10))
def test_reading_on_from_any_moment_misses_nothing_that_came_later(changed: int) -> None:
    start = utc(2026, 10, 24, 23)
    for since in range(0, changed + 1, 10):
        literal = times.literal_since(start + timedelta(minutes=since), AMSTERDAM)
        clock = (start + timedelta(minutes=changed)).astimezone(AMSTERDAM)
        assert literal <= times.as_literal(clock.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(utc(2026, 6, 25, 14, 31), "2026-06-25T16:31:00", id="summer"),
        pytest.param(utc(2026, 1, 15, 11, 0, 0, 250000), "2026-01-15T12:00:00.250", id="winter"),
        pytest.param(utc(2026, 10, 25, 0, 40), "2026-10-25T02:00:00", id="the first time"),
        pytest.param(utc(2026, 10, 25, 1, 40), "2026-10-25T02:00:00", id="the second time"),
        pytest.param(utc(2026, 10, 25, 2, 40), "2026-10-25T03:40:00", id="afterwards"),
        pytest.param(utc(2026, 3, 29, 1, 10), "2026-03-29T03:10:00", id="when they go forward"),
    ],
)
def test_where_reading_goes_on_is_said_by_the_wall_clock(moment: datetime, expected: str) -> None:
    assert times.literal_since(moment, AMSTERDAM) == expected


def test_a_written_moment_is_what_the_wall_clock_shows() -> None:
    assert times.literal(utc(2026, 6, 25, 14, 31), AMSTERDAM) == "2026-06-25T16:31:00"
