"""People hear once of each new kind of failure, when the sync has come to rest."""

import importlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.apps import apps

from accounts.models import Notification, NotificationKind, User
from accounts.tenancy import all_tenants
from integrations.contract import Category, Fault, Misconfigured, Operation
from syncs import announcing
from syncs.models import KnownCause, SyncState
from tests.syncs.conftest import World

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
LONG_NAME = Fault(Category.FIELD_INVALID, "2030", "Bad name.", field="Name")
NO_EMAIL = Fault(Category.FIELD_INVALID, "2040", "Bad address.", field="Email")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture(autouse=True)
def finance_is_there(finance: User, viewer: User, stranger: User) -> None:
    """Somebody who works on records, somebody who only looks, and somebody of elsewhere."""


def told(user: User) -> list[Notification]:
    with all_tenants("a test looks at one person's messages"):
        return list(Notification.objects.filter(user=user).order_by("pk"))


def titles(user: User) -> list[str]:
    return [message.title for message in told(user)]


def add(world: World, *names: str) -> None:
    for name in names:
        world.left.add(name, name=name, email=f"{name}@example.org")


def refuse(world: World, fault: Fault | None) -> None:
    world.right.refuse = lambda operation: fault


@pytest.fixture
def at_work(world: World, finance: User) -> World:
    """Its first pass is over, and people heard of it."""
    add(world, "Ann")
    world.settle()
    with all_tenants("what was told before is out of the way"):
        Notification.objects.all().delete()
    return world


def test_the_first_pass_is_one_message_whatever_it_found(
    world: World, finance: User, viewer: User, stranger: User
) -> None:
    add(world, "Ann", "Bob", "Cas")

    def refusal(operation: Operation) -> Fault | None:
        name = operation.fields.get("Name")
        return {"Ann": LONG_NAME, "Bob": NO_EMAIL, "Cas": NO_EMAIL}.get(str(name))

    world.right.refuse = refusal
    world.settle()

    (message,) = told(finance)
    assert message.kind == NotificationKind.NEW_FAILURE
    assert message.title == f"{world.sync.name}: first sync done, 3 records need you"
    assert message.body.startswith("2 × ")
    assert len(message.body.splitlines()) == 2
    asked = parse_qs(urlsplit(message.url).query)
    assert asked == {"status": ["failing"], "sync": [str(world.sync.pk)]}
    assert told(viewer) == told(stranger) == []

    world.settle()
    assert len(told(finance)) == 1


def test_a_first_pass_without_failures_is_told_as_well(world: World, finance: User) -> None:
    add(world, "Ann")
    world.settle()

    assert titles(finance) == [f"{world.sync.name}: first sync done, nothing needs you"]


def test_who_comes_later_does_not_hear_of_the_first_pass(world: World, owner: User) -> None:
    world.change_sync(first_told_at=NOON)
    add(world, "Ann")
    world.settle()

    assert told(owner) == []


def test_a_new_kind_of_failure_is_told_once_with_its_number(at_work: World, finance: User) -> None:
    refuse(at_work, LONG_NAME)
    add(at_work, "Bob", "Cas")
    at_work.settle()
    add(at_work, "Dirk")
    at_work.settle()

    (message,) = told(finance)
    assert message.title.startswith(f"{at_work.sync.name}: ")
    assert message.title.endswith(", 2 records")
    assert message.body
    asked = parse_qs(urlsplit(message.url).query)
    assert asked == {"cause": ["field_invalid|2030|Name"], "sync": [str(at_work.sync.pk)]}


def test_several_new_kinds_are_one_message_that_names_the_largest(
    at_work: World, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "NAMED", 1)
    add(at_work, "Bob", "Cas", "Dirk")

    def refusal(operation: Operation) -> Fault | None:
        return LONG_NAME if operation.fields.get("Name") == "Bob" else NO_EMAIL

    at_work.right.refuse = refusal
    at_work.settle()

    (message,) = told(finance)
    assert message.title == f"{at_work.sync.name}: 2 new kinds of failure"
    first, second = message.body.splitlines()
    assert first.startswith("2 × ")
    assert second == "and 1 other kind"
    assert urlsplit(message.url).path == "/desk/causes/"


def test_nothing_is_told_while_much_is_left_to_do(
    at_work: World, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message would count a part only; when the sync rests for long, that part is the news."""
    monkeypatch.setattr(announcing, "FEW", 1)
    refuse(at_work, LONG_NAME)
    add(at_work, "Bob", "Cas")
    at_work.settle()
    with all_tenants("as if one of many had been tried"):
        KnownCause.objects.all().delete()
        Notification.objects.all().delete()
        at_work.sync.records.filter(left_title="Bob").update(due_at=NOON)
        at_work.sync.refresh_from_db()
        announcing.announce(at_work.sync)
        assert told(finance) == []

        at_work.sync.held_until = NOON + timedelta(hours=6)
        announcing.announce(at_work.sync)
    assert len(told(finance)) == 1


def test_a_kind_that_comes_and_goes_within_the_hour_is_no_news(
    at_work: World, finance: User, clock: time_machine.Traveller
) -> None:
    refuse(at_work, LONG_NAME)
    add(at_work, "Bob")
    at_work.settle()
    assert len(told(finance)) == 1

    def fails_again_after(pause: timedelta) -> None:
        refuse(at_work, None)
        at_work.left.edit("Bob", phone=str(clock))
        at_work.settle()
        clock.shift(pause)
        refuse(at_work, LONG_NAME)
        at_work.left.edit("Bob", phone=f"{pause}")
        at_work.settle()

    fails_again_after(timedelta(minutes=20))
    assert len(told(finance)) == 1
    fails_again_after(timedelta(hours=2))
    assert len(told(finance)) == 2


def test_two_workers_that_see_it_at_once_tell_it_once(at_work: World, finance: User) -> None:
    refuse(at_work, LONG_NAME)
    add(at_work, "Bob")
    at_work.settle()
    with all_tenants("as another worker that had not seen the row yet"):
        KnownCause.objects.all().delete()
        at_work.sync.refresh_from_db()
        announcing.announce(at_work.sync)

    assert len(told(finance)) == 1


def test_missing_parents_are_one_kind_and_lead_to_the_causes(at_work: World, finance: User) -> None:
    add(at_work, "Bob", "Cas")
    at_work.settle()
    with all_tenants("as if both missed a parent of their own"):
        for name in ("Bob", "Cas"):
            row = at_work.sync.records.filter(left_title=name)
            row.update(status="failing", category="parent_missing", cause=f"parent|org|{name}")
        at_work.sync.refresh_from_db()
        announcing.announce(at_work.sync)

    (message,) = told(finance)
    assert message.title.endswith(", 2 records")
    assert urlsplit(message.url).path == "/desk/causes/"


def test_a_sync_that_stands_still_is_told_once_however_often_it_is_tried(
    at_work: World, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault(Category.CONFIGURATION, "spec", "The income account is gone.")

    def refuse_to_open(*arguments: object, **options: object) -> None:
        raise Misconfigured(fault)

    monkeypatch.setattr("syncs.runs.open_connector", refuse_to_open)
    for _hour in range(3):
        at_work.change_sync(state=SyncState.ACTIVE)
        at_work.run()

    (message,) = told(finance)
    assert message.title == f"{at_work.sync.name} stands still: its settings need you"
    assert message.body == "The income account is gone."


def test_nobody_hears_of_what_failed_before_there_were_messages(
    world: World, finance: User
) -> None:
    """As on a site that is brought up to date: see the migration."""
    add(world, "Ann", "Bob")
    refuse(world, LONG_NAME)
    world.settle()
    migration = importlib.import_module("syncs.migrations.0008_when_first_told")
    with all_tenants("a migration is about everybody"):
        Notification.objects.all().delete()
        KnownCause.objects.all().delete()
        world.sync.records.filter(left_title="Bob").update(cause="parent|org|1")
        world.change_sync(first_told_at=None)
        migration.know_what_is_there(apps, None)
        world.sync.refresh_from_db()
        announcing.announce(world.sync)

        assert set(world.sync.causes.values_list("cause", flat=True)) == {
            "field_invalid|2030|Name",
            "parent|org",
        }
    assert told(finance) == []
