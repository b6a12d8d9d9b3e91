"""Each person hears once a day, at their hour, what changed in their companies."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.letters import send_due
from accounts.models import (
    Membership,
    Notification,
    NotificationKind,
    Preferences,
    Role,
    Tenant,
    User,
)
from accounts.preferences import change_preferences
from accounts.tenancy import all_tenants
from syncs import digest, digest_parts
from syncs.digest import make_due, moment_of
from syncs.handling import assign
from syncs.models import (
    DailyFigure,
    Outcome,
    Status,
    SyncRecord,
)
from tests.factories import MembershipFactory, TenantFactory
from tests.syncs.desks import EIGHT, NOON, Desk, desk_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everybodys() -> Iterator[None]:
    with all_tenants("the tests look at everybody's messages"):
        yield


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC), tick=False) as moved:
        yield moved


@pytest.fixture
def desk(tenant: Tenant, people: object) -> Desk:
    return desk_of(tenant)


def digests(user: User) -> list[Notification]:
    found = Notification.objects.filter(user=user, kind=NotificationKind.DIGEST)
    return list(found.order_by("pk"))


def body(user: User) -> str:
    (message,) = digests(user)
    return message.body


# When.


@pytest.mark.parametrize(
    ("day", "hour", "zone", "expected"),
    [
        pytest.param("2026-06-02", 8, "UTC", "2026-06-02T08:00", id="at home"),
        pytest.param("2026-06-02", 8, "Europe/Rome", "2026-06-02T06:00", id="east"),
        pytest.param("2026-06-02", 8, "America/New_York", "2026-06-02T12:00", id="west"),
        pytest.param("2026-06-02", 8, "Asia/Kathmandu", "2026-06-02T02:15", id="a quarter off"),
        pytest.param("2026-03-29", 2, "Europe/Amsterdam", "2026-03-29T01:00", id="hour is skipped"),
        pytest.param("2026-10-25", 2, "Europe/Amsterdam", "2026-10-25T00:00", id="hour is twice"),
        pytest.param("2026-10-25", 3, "Europe/Amsterdam", "2026-10-25T02:00", id="the hour after"),
        pytest.param("2026-06-02", 0, "Pacific/Auckland", "2026-06-01T12:00", id="the day before"),
    ],
)
def test_the_hour_is_that_of_the_persons_day(day: str, hour: int, zone: str, expected: str) -> None:
    moment = moment_of(date.fromisoformat(day), hour, ZoneInfo(zone))

    assert moment == datetime.fromisoformat(f"{expected}+00:00")


def hours_of_digests(desk: Desk, user: User, first: str, hours: int) -> list[str]:
    """The hours, in UTC, at which a digest was made when a worker looks each quarter of an hour
    and something fails just before each look.
    """
    start, made = datetime.fromisoformat(f"{first}+00:00"), []
    for quarter in range(hours * 4):
        now = start + timedelta(minutes=15 * quarter)
        desk.failing(f"record {quarter}", at=now - timedelta(minutes=1))
        if make_due(now):
            made.append(f"{now:%d %H:%M}")
    return made


def test_there_is_one_a_day_where_the_autumn_hour_comes_twice(desk: Desk, finance: User) -> None:
    change_preferences(finance, time_zone="Europe/Amsterdam", digest_hour=2)

    made = hours_of_digests(desk, finance, "2026-10-24T22:00", 28)

    assert made == ["25 00:00", "26 01:00"]


def test_there_is_one_a_day_where_the_spring_hour_is_missing(desk: Desk, finance: User) -> None:
    Membership.objects.update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    change_preferences(finance, time_zone="Europe/Amsterdam", digest_hour=2)

    made = hours_of_digests(desk, finance, "2026-03-28T23:00", 28)

    assert made == ["29 01:00", "30 00:00"]


def test_it_comes_at_the_persons_hour_in_their_time_zone(
    desk: Desk, finance: User, owner: User
) -> None:
    Tenant.objects.update(time_zone="Europe/Rome")
    change_preferences(owner, time_zone="America/New_York", digest_hour=7)
    desk.failing("Ann", at=EIGHT - timedelta(hours=5))

    make_due(EIGHT - timedelta(hours=2, minutes=1))
    assert digests(finance) == []
    make_due(EIGHT - timedelta(hours=2))
    assert len(digests(finance)) == 1
    assert digests(owner) == []
    make_due(EIGHT + timedelta(hours=3))
    assert len(digests(owner)) == 1


def test_a_person_who_moves_their_hour_is_told_everything_once(desk: Desk, finance: User) -> None:
    desk.failing("Ann")
    make_due(EIGHT)
    change_preferences(finance, digest_hour=17)
    desk.failing("Bob", at=EIGHT + timedelta(hours=4))
    make_due(EIGHT + timedelta(hours=9))
    assert len(digests(finance)) == 1

    make_due(EIGHT + timedelta(hours=33))

    assert [message.title for message in digests(finance)] == ["1 new failure", "1 new failure"]


def test_a_late_worker_tells_of_the_same_hours(desk: Desk, finance: User) -> None:
    desk.failing("Ann")
    desk.failing("Bob", at=EIGHT + timedelta(hours=1))

    make_due(EIGHT + timedelta(hours=3))
    assert digests(finance)[0].title == "1 new failure"
    make_due(EIGHT + timedelta(days=1))

    assert [message.title for message in digests(finance)] == ["1 new failure", "1 new failure"]


def test_after_a_long_standstill_the_next_one_tells_it_all(desk: Desk, finance: User) -> None:
    desk.failing("Ann")
    make_due(EIGHT)
    desk.failing("Bob", at=EIGHT + timedelta(hours=1))

    assert make_due(EIGHT + timedelta(days=1, hours=7)) == 0
    desk.failing("Cas", at=EIGHT + timedelta(days=1, hours=8))
    make_due(EIGHT + timedelta(days=2))

    assert [each.title for each in digests(finance)] == ["1 new failure", "2 new failures"]


# Once.


def test_it_is_made_once_a_day_however_often_one_looks(desk: Desk, finance: User) -> None:
    desk.failing("Ann")

    assert [make_due(EIGHT), make_due(EIGHT), make_due(EIGHT + timedelta(hours=1))] == [1, 0, 0]
    assert len(digests(finance)) == 1


def test_of_two_workers_one_makes_it(
    desk: Desk, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.failing("Ann")
    look = digest_parts.own_news

    def while_another_works(*arguments: Any) -> Any:
        monkeypatch.setattr(digest, "own_news", look)
        assert make_due(EIGHT) == 1
        return look(*arguments)

    monkeypatch.setattr(digest, "own_news", while_another_works)

    assert make_due(EIGHT) == 0
    assert len(digests(finance)) == 1
    assert send_due() == 1


def test_where_nothing_changed_there_is_none(desk: Desk, finance: User) -> None:
    """What fails since before the last one is no news, and the day is over all the same."""
    desk.failing("Ann", at=EIGHT - timedelta(days=2))
    desk.failing("Bob", assignee=finance, due_on=date(2026, 5, 20), at=EIGHT - timedelta(days=9))

    assert make_due(EIGHT) == 0
    assert digests(finance) == []
    assert Preferences.objects.get(user=finance).digest_made_on == EIGHT.date()


def test_whoever_wants_none_gets_none(desk: Desk, finance: User, owner: User) -> None:
    change_preferences(finance, channels={"digest": {"app": False, "mail": False}})
    User.objects.filter(pk=owner.pk).update(is_active=False)
    desk.failing("Ann")

    assert make_due(EIGHT) == 0
    assert not Notification.objects.exists()


def test_a_person_who_just_came_is_told_from_the_next_day_on(desk: Desk, tenant: Tenant) -> None:
    desk.failing("Ann")
    person = MembershipFactory.create(tenant=tenant, role=Role.VIEWER).user
    Membership.objects.filter(user=person).update(created_at=EIGHT + timedelta(minutes=5))

    assert make_due(EIGHT + timedelta(minutes=10)) == 0
    desk.failing("Bob", at=EIGHT + timedelta(hours=1))
    assert make_due(EIGHT + timedelta(days=1)) == 1


def test_the_trouble_of_one_keeps_nobody_elses(
    desk: Desk, finance: User, owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    """As when a time zone is known no longer."""
    for person, zone in ((finance, "Mars/Olympus"), (owner, "UTC")):
        change_preferences(person, time_zone=zone)
    desk.failing("Ann")

    assert make_due(EIGHT) == 1
    assert len(digests(owner)) == 1
    assert f"person {finance.pk}" in caplog.text


def test_what_is_left_when_the_time_is_up_is_another_tasks(
    desk: Desk, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(digest, "enqueue", asked.append)
    desk.failing("Ann")

    assert make_due(EIGHT, seconds=-1) == 0
    assert asked == [digest.DIGESTS]
    assert make_due(EIGHT) == 1


# What.


def test_it_tells_what_is_new_what_is_resolved_and_what_stands(desk: Desk, finance: User) -> None:
    for name in ("Ann", "Bob"):
        desk.failing(name, amount=Decimal("100.50"), currency="EUR")
    desk.failing("Old", at=NOON - timedelta(days=5), amount=Decimal(9), currency="EUR")
    desk.record("Waits", status=Status.WAITING)
    desk.mended("Cas", Outcome.RETRIED)
    desk.mended("Dirk", Outcome.RETRIED)
    desk.mended("Eva", Outcome.PASSED)
    DailyFigure.objects.create(
        tenant=desk.tenant,
        sync=desk.sync,
        day=NOON.date() - timedelta(days=1),
        at_risk={"EUR": "9"},
        counted_at=NOON - timedelta(hours=13),
    )

    make_due(EIGHT)

    (message,) = digests(finance)
    assert message.title == "2 new failures, 3 resolved"
    blocks = message.body.split("\n\n")
    assert blocks[0].startswith("New, and still failing: 2\n– 2 × ")
    assert blocks[0].endswith(f"({desk.sync.name})")
    assert blocks[1] == "Resolved: 3\n– 2 × tried again by hand\n– 1 × went away by itself"
    assert blocks[2] == ("Failing now: 3\nWaiting now: 1\nMoney at risk: 210.00 EUR (was 9.00 EUR)")
    assert len(blocks) == 3


def test_only_what_changed_since_the_last_one_is_told(desk: Desk, finance: User) -> None:
    desk.failing("Ann")
    make_due(EIGHT)
    desk.failing("Bob", at=EIGHT)
    desk.mended("Cas", Outcome.PASSED, at=EIGHT + timedelta(hours=1))

    make_due(EIGHT + timedelta(days=1))

    assert digests(finance)[1].title == "1 new failure, 1 resolved"


def test_a_failure_that_came_and_went_is_resolved_and_not_new(desk: Desk, finance: User) -> None:
    record = desk.failing("Ann")
    record.failures.update(closed_at=NOON + timedelta(hours=1), outcome=Outcome.PASSED)

    make_due(EIGHT)

    assert digests(finance)[0].title == "1 resolved"


def test_it_names_what_was_assigned_and_what_is_due(
    desk: Desk, finance: User, owner: User, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOON)
    long_ago = NOON - timedelta(days=9)
    given = desk.failing("Bakery Bright", at=long_ago)
    desk.failing("Due now", at=long_ago, assignee=finance, due_on=EIGHT.date())
    desk.failing("Just late", at=long_ago, assignee=finance, due_on=NOON.date())
    desk.failing("Own choice", at=long_ago)
    rows = SyncRecord.objects.for_tenant(desk.tenant)
    assign(rows.filter(pk=given.pk), finance, owner)
    assign(rows.filter(left_id="Own choice"), finance, finance)

    make_due(EIGHT)

    (message,) = digests(finance)
    assert message.title == "1 assigned to you, 2 of yours due"
    assert message.body.split("\n\n")[-1].splitlines() == [
        "Assigned to you: 4",
        "New: 1",
        "– Bakery Bright",
        "Due today: 1",
        "– Due now",
        "Overdue: 1",
    ]
    assert digests(owner) == []


def test_long_lists_are_cut_and_say_how_much_more_there_is(desk: Desk, finance: User) -> None:
    for number in range(7):
        desk.failing(f"Record {number}", assignee=finance, due_on=EIGHT.date())

    make_due(EIGHT)

    assert body(finance).endswith("– Record 4\n– and 2 more")


def test_several_companies_are_one_mail_with_a_part_for_each(
    desk: Desk, finance: User, stranger: User, clock: time_machine.Traveller
) -> None:
    clock.move_to(EIGHT)
    second = desk_of(TenantFactory.create(name="Second company"))
    MembershipFactory.create(tenant=second.tenant, user=finance)
    Membership.objects.update(created_at=NOON)
    desk.failing("Ann")
    second.failing("Bob")
    second.failing("Cas")

    make_due(EIGHT)

    assert [each.title for each in digests(finance)] == ["1 new failure", "2 new failures"]
    assert [parse_qs(urlsplit(each.url).query)["tenant"] for each in digests(finance)] == [
        [str(desk.tenant.pk)],
        [str(second.tenant.pk)],
    ]
    assert digests(stranger) == []
    assert send_due() == 1
    assert mail.outbox[0].subject == "Daily digest for 2 companies"


def test_many_records_take_no_more_queries(desk: Desk, finance: User) -> None:
    desk.failing("Ann", assignee=finance, due_on=EIGHT.date())
    Preferences.objects.get_or_create(user=finance)
    with CaptureQueriesContext(connection) as few:
        make_due(EIGHT)
    later = EIGHT + timedelta(days=1)
    for number in range(8):
        desk.failing(f"R{number}", assignee=finance, due_on=later.date(), at=EIGHT)
    with CaptureQueriesContext(connection) as many:
        make_due(later)

    assert len(few) == len(many)
