"""Sharing a day's calls, decided from what everybody has spent."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations import day as days
from integrations.day import PEOPLE, Day, Refusal
from integrations.http import DayCount, DayRule

RULE = DayRule(calls=1000, reserve=100)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
MORNING = MIDNIGHT - timedelta(days=1)
NOON = MIDNIGHT - timedelta(hours=12)
LAST_MINUTE = MIDNIGHT - timedelta(minutes=1)
# Of 900 calls for syncs, three syncs have 300 each.
SYNCS = ("a", "b", "c")


def spent(others: int = 0, **calls: int) -> Day:
    return Day(MIDNIGHT.timestamp(), RULE.calls, calls, others)


def most(day: Day, spender: str, now: datetime, active: tuple[str, ...] = SYNCS) -> int:
    """How many calls in a row this spender gets now."""
    number = 0
    while True:
        day, refusal = days.take(day, RULE, spender, active, now)
        if refusal:
            return number
        number += 1


@pytest.mark.parametrize(
    ("day", "now", "expected"),
    [
        pytest.param(spent(), MORNING, 300, id="in the morning its share and no more"),
        pytest.param(spent(b=300, c=300), MORNING, 300, id="its share when the others had theirs"),
        pytest.param(spent(), NOON, 650, id="at noon half of what the others leave unused"),
        pytest.param(spent(b=250, c=250), NOON, 350, id="what the others need is kept whole"),
        pytest.param(spent(), LAST_MINUTE, 999, id="at the end of the day all but a call"),
        pytest.param(spent(others=400), MORNING, 167, id="of what other applications left"),
        pytest.param(spent(a=290, b=600, c=100), MORNING, 0, id="nothing when all is used"),
    ],
)
def test_what_a_sync_gets(day: Day, now: datetime, expected: int) -> None:
    assert most(day, "a", now) == expected


def test_a_sync_alone_has_all_that_is_not_kept_for_people() -> None:
    assert most(spent(), "a", MORNING, active=("a",)) == 900


def test_people_get_what_is_there() -> None:
    assert most(spent(a=300, b=300, c=300), PEOPLE, MORNING) == 100


def test_what_people_used_is_kept_for_them_no_more() -> None:
    day = spent(**{PEOPLE: 60})

    assert most(day, "a", MORNING, active=("a",)) == 900


@pytest.mark.parametrize("now", [MORNING, NOON, LAST_MINUTE])
def test_never_more_than_the_day_has(now: datetime) -> None:
    day = spent()
    for spender in (*SYNCS, PEOPLE) * 300:
        day, _refusal = days.take(day, RULE, spender, SYNCS, now)

    assert day.used == 1000


def test_a_greedy_sync_leaves_the_others_their_share() -> None:
    day = spent(a=most(spent(), "a", NOON))

    assert most(day, "b", NOON) >= 150
    assert most(day, PEOPLE, NOON) >= 50


def test_a_spender_that_nobody_knows_has_a_share_too() -> None:
    assert most(spent(), "new", MORNING, active=("a", "b")) == 300


def test_who_has_had_his_share_looks_again_before_the_day_ends() -> None:
    _day, refusal = days.take(spent(a=300), RULE, "a", SYNCS, MORNING)

    assert refusal == Refusal(900.0, is_used_up=False)


def test_who_finds_nothing_left_waits_for_midnight() -> None:
    _day, refusal = days.take(spent(b=1000), RULE, "a", SYNCS, NOON)

    assert refusal == Refusal(12 * 3600.0, is_used_up=True)


def test_the_count_begins_anew_at_midnight() -> None:
    yesterday = spent(a=1000)

    assert days.today(yesterday, RULE, LAST_MINUTE) == yesterday
    assert days.today(yesterday, RULE, MIDNIGHT) == Day(
        (MIDNIGHT + timedelta(days=1)).timestamp(), 1000
    )


def test_a_limit_that_the_provider_told_holds_the_next_day_as_well() -> None:
    day = days.learn(spent(), DayCount(limit=9000), NOON)

    assert days.today(day, RULE, MIDNIGHT + timedelta(hours=1)).limit == 9000


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(DayCount(), spent(a=10), id="nothing told changes nothing"),
        pytest.param(DayCount(remaining=980), spent(10, a=10), id="others called, too"),
        pytest.param(DayCount(remaining=0), spent(990, a=10), id="nothing left"),
        pytest.param(DayCount(remaining=995), spent(-5, a=10), id="some of ours never arrived"),
        pytest.param(
            DayCount(remaining=0, resets_at=NOON - timedelta(seconds=5)),
            spent(a=10),
            id="an answer about yesterday",
        ),
        pytest.param(
            DayCount(remaining=0, resets_at=NOON + timedelta(days=2)),
            spent(a=10),
            id="a reset too far away for a day",
        ),
    ],
)
def test_the_providers_word_corrects_the_count(told: DayCount, expected: Day) -> None:
    assert days.learn(spent(a=10), told, NOON) == expected


def test_the_provider_may_begin_its_day_at_another_hour() -> None:
    reset = NOON + timedelta(hours=3)

    day = days.learn(spent(a=10), DayCount(remaining=990, resets_at=reset), NOON)

    assert day.until == reset.timestamp()
    assert days.today(day, RULE, reset).used == 0


def test_calls_counted_meanwhile_are_not_forgotten_for_what_was_heard() -> None:
    heard = days.learn(spent(a=10), DayCount(remaining=890), NOON)

    assert days.correct(spent(a=10, b=25), heard, NOON) == spent(100, a=10, b=25)


def test_what_was_heard_yesterday_says_nothing_of_today() -> None:
    heard = days.learn(spent(a=10), DayCount(remaining=0), LAST_MINUTE)
    now = MIDNIGHT + timedelta(seconds=1)
    today = days.today(spent(a=10), RULE, now)

    assert days.correct(today, heard, now) == today
