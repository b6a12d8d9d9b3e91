"""Refusals, lost answers, dying workers, busy providers: nothing is lost and nothing made twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from accounts.tenancy import tenant_scope
from integrations.contract import (
    Category,
    Fault,
    Misconfigured,
    Operation,
    RetryLater,
    SignInAgain,
)
from integrations.models import Connection, ConnectionState
from integrations.services import resume
from syncs import ingest, services
from syncs.claims import CLAIM_LASTS
from syncs.dispatch import due_syncs
from syncs.models import Intent, Run, Status, SyncRecord, SyncState
from syncs.runs import Ended
from tests.syncs.conftest import World, partner_of
from tests.syncs.fake_connector import Killed, trouble

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def people(world: World, number: int) -> None:
    for one in range(number):
        world.left.add(f"p{one}", name=f"N{one}", email=f"{one}@example.org")


def names(world: World) -> list[str]:
    return sorted(str(thing.values["Name"]) for thing in world.right.live)


def refusing(fault: Fault, name: str) -> object:
    return lambda operation: fault if operation.fields.get("Name") == name else None


# Refusals.


def test_one_bad_record_stops_nobody(world: World) -> None:
    people(world, 25)
    fault = Fault(Category.FIELD_INVALID, "2030", "Bad name.", field="Name", correlation_id="tid")
    world.right.refuse = refusing(fault, "N7")  # type: ignore[assignment]

    world.settle()

    record = world.record(left_id="p7")
    assert (record.status, record.category, record.reason) == (
        Status.FAILING,
        Category.FIELD_INVALID,
        "Bad name.",
    )
    assert record.details == {"code": "2030", "field": "Name", "correlation_id": "tid"}
    assert record.attempts == 1
    assert record.first_failed_at == NOON
    assert world.count(Status.IN_SYNC) == 24


def test_a_permanent_fault_is_tried_again_only_when_something_changed(
    world: World, clock: time_machine.Traveller
) -> None:
    people(world, 1)
    fault = Fault(Category.FIELD_INVALID, "2030", "Bad name.")
    world.right.refuse = refusing(fault, "N0")  # type: ignore[assignment]
    world.settle()
    clock.shift(timedelta(days=3))
    world.settle()
    assert world.right.calls["write"] == 1

    world.left.edit("p0", name="Good")
    world.settle()

    assert world.record(left_id="p0").status == Status.IN_SYNC
    assert names(world) == ["Good"]
    assert world.record(left_id="p0").first_failed_at is None


def test_a_person_may_ask_for_another_try(world: World) -> None:
    people(world, 1)
    world.right.refuse = refusing(Fault(Category.UNKNOWN, "x", "No."), "N0")  # type: ignore[assignment]
    world.settle()
    world.right.refuse = lambda operation: None

    assert services.retry(SyncRecord.objects.for_tenant(world.tenant)) == 1
    world.settle()

    assert names(world) == ["N0"]


def test_a_passing_fault_is_tried_again_later_and_later(
    world: World, clock: time_machine.Traveller
) -> None:
    people(world, 1)
    world.right.refuse = lambda operation: Fault(Category.TRANSIENT, "503", "Busy.")
    waits = []
    for attempt in range(9):
        world.settle()
        record = world.record(left_id="p0")
        assert record.due_at is not None
        assert record.attempts == attempt + 1
        waits.append((record.due_at - clock_now(clock)).total_seconds() / 60)
        clock.move_to(record.due_at)

    bounds = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert all(0.75 * most <= wait <= most for wait, most in zip(waits, bounds, strict=True))
    world.right.refuse = lambda operation: None
    world.settle()
    assert world.record(left_id="p0").attempts == 0


def clock_now(clock: time_machine.Traveller) -> datetime:
    from django.utils import timezone

    return timezone.now()


# Stale versions, calls that were not made, lost answers.


def test_a_record_that_changed_meanwhile_is_decided_again(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org", phone="1")
    world.settle()
    client = partner_of(world, "p1")
    world.left.edit("p1", name="Anna")
    stored = world.record(left_id="p1")
    SyncRecord.objects.for_tenant(world.tenant).filter(pk=stored.pk).update(right_version="0")

    world.settle()

    assert world.right.values(client)["Name"] == "Anna"
    assert world.record(left_id="p1").status == Status.IN_SYNC


def test_endlessly_stale_records_back_off(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.settle()
    world.left.edit("p1", name="Anna")

    def bump(operation: Operation) -> None:
        world.right.things[operation.id].version += 1

    world.right.refuse = bump
    world.settle()

    record = world.record(left_id="p1")
    assert (record.status, record.attempts) == (Status.PENDING, 3)
    assert record.due_at is not None
    assert record.due_at > NOON


def test_a_call_that_was_not_made_is_made_later(
    world: World, clock: time_machine.Traveller
) -> None:
    people(world, 3)
    world.right.not_sent = 1

    world.settle()
    assert world.count(Status.PENDING) == 3
    assert not Intent.objects.for_tenant(world.tenant).exists()
    clock.shift(timedelta(minutes=2))
    world.settle()

    assert names(world) == ["N0", "N1", "N2"]


@pytest.mark.parametrize("dropped", ["drop_after", "drop_before"])
def test_a_create_without_an_answer_is_looked_up_and_never_doubled(
    world: World, dropped: str
) -> None:
    people(world, 3)
    setattr(world.right, dropped, 1)

    assert world.run() is Ended.MORE
    record = world.record(left_id="p0")
    assert (record.status, record.category) == (Status.PENDING, Category.OUTCOME_UNKNOWN)
    assert "checking" in record.reason
    world.settle()

    assert names(world) == ["N0", "N1", "N2"]
    assert world.count(Status.IN_SYNC) == 3
    first, replay = world.right.batches
    assert (replay.key, replay.operations) == (first.key, first.operations)
    assert not Intent.objects.for_tenant(world.tenant).exists()


def test_a_worker_killed_after_the_effect_makes_nothing_twice(
    world: World, clock: time_machine.Traveller
) -> None:
    people(world, 3)
    world.right.kill_after_effect = 1
    with pytest.raises(Killed):
        world.run()
    assert world.run() is Ended.IDLE, "the dead worker's claim still stands"
    clock.shift(CLAIM_LASTS)

    world.settle()

    assert names(world) == ["N0", "N1", "N2"]
    assert world.count(Status.IN_SYNC) == 3


def test_an_update_without_an_answer_is_repeated(
    world: World, clock: time_machine.Traveller
) -> None:
    people(world, 1)
    world.settle()
    world.left.edit("p0", name="New")
    world.right.drop_after = 1
    world.settle()
    clock.shift(timedelta(minutes=2))

    world.settle()

    assert names(world) == ["New"]
    assert world.record(left_id="p0").status == Status.IN_SYNC


# Reading.


def test_a_page_and_the_cursor_are_stored_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.left.page_size = 2
    people(world, 5)
    stored = ingest.read_side.__globals__["store_records"]
    pages = []

    def break_down(*arguments: object) -> None:
        pages.append(1)
        stored(*arguments)
        if len(pages) == 2:
            raise Killed

    monkeypatch.setitem(ingest.read_side.__globals__, "store_records", break_down)
    with pytest.raises(Killed):
        world.run()
    world.sync.refresh_from_db()
    assert (world.sync.left_cursor, len(world.records)) == ("2", 2)
    monkeypatch.undo()


def test_a_busy_provider_stops_the_run_and_the_cursor_stays(
    world: World, clock: time_machine.Traveller
) -> None:
    world.left.page_size = 2
    people(world, 5)
    busy = RetryLater(Fault(Category.RATE_LIMITED, "429", "Too many calls."), 30)
    world.right.errors["changes"] = [busy]

    assert world.run() is Ended.STALLED

    world.sync.refresh_from_db()
    assert world.sync.held_until == NOON + timedelta(seconds=30)
    run = Run.objects.for_tenant(world.tenant).get()
    assert (run.state, run.category) == ("stopped", Category.RATE_LIMITED)
    with tenant_scope(world.tenant):
        assert not due_syncs(NOON).exists()
        assert due_syncs(NOON + timedelta(seconds=30)).exists()
    world.settle()
    assert len(names(world)) == 5


def test_trouble_that_goes_on_makes_the_pauses_longer(world: World) -> None:
    pauses = []
    for _ in range(4):
        world.left.errors["changes"] = [RetryLater(Fault(Category.TRANSIENT, "503", "Down."), 1)]
        world.run()
        world.sync.refresh_from_db()
        assert world.sync.held_until is not None
        pauses.append((world.sync.held_until - NOON).total_seconds())

    assert pauses == [5, 10, 20, 40]


def test_a_refused_sign_in_pauses_the_connection_and_all_go_on_after(world: World) -> None:
    people(world, 2)
    refusal = trouble(SignInAgain, Category.CONNECTION_REAUTH, "Sign in again.")
    world.right.errors["write"] = [refusal]

    assert world.run() is Ended.PAUSED

    paused = Connection.objects.for_tenant(world.tenant).get(state=ConnectionState.PAUSED)
    assert paused.provider == "books"
    assert not Intent.objects.for_tenant(world.tenant).exists()
    assert world.count(Status.PENDING) == 2
    assert world.run() is Ended.IDLE
    with tenant_scope(world.tenant):
        assert not due_syncs(NOON).exists()
    resume(paused)
    world.settle()
    assert names(world) == ["N0", "N1"]


def test_a_missing_field_pauses_the_sync_until_it_is_mended(world: World) -> None:
    people(world, 1)
    missing = trouble(Misconfigured, Category.CONFIGURATION, "No field Email.")
    world.right.errors["changes"] = [missing]

    assert world.run() is Ended.PAUSED
    world.sync.refresh_from_db()
    assert (world.sync.state, world.sync.pause_message) == (SyncState.PAUSED, "No field Email.")
    assert world.run() is Ended.IDLE

    services.resume(world.sync)
    world.settle()

    assert names(world) == ["N0"]


def test_a_mapping_to_a_field_that_does_not_exist_pauses_the_sync(world: World) -> None:
    world.sync.mappings.filter(key="phone").update(right=["Fax"])

    assert world.run() is Ended.PAUSED

    world.sync.refresh_from_db()
    assert "Fax" in world.sync.pause_message


def test_a_breakdown_of_our_own_is_told_and_does_not_spread(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.left.errors["changes"] = [ZeroDivisionError("oops")]

    assert world.run() is Ended.FAILED

    run = Run.objects.for_tenant(world.tenant).get()
    assert (run.state, run.category) == ("failed", Category.UNKNOWN)
    assert "ZeroDivisionError" in caplog.text
    world.sync.refresh_from_db()
    assert world.sync.claimed_until is None
