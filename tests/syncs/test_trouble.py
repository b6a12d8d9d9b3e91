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
from syncs import claims, ingest, plans, runs, services
from syncs.claims import CLAIM_LASTS
from syncs.dispatch import due_syncs
from syncs.models import Activity, Intent, Run, Status, Sync, SyncRecord, SyncState
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
    assert replay == first
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


# Workers.


def test_one_worker_at_a_time(world: World) -> None:
    with tenant_scope(world.tenant):
        first = claims.claim(world.sync)
        assert first is not None
        assert claims.claim(world.sync) is None
        first.release()
        assert claims.claim(world.sync) is not None


def test_a_worker_that_lost_its_claim_stores_nothing(
    world: World, clock: time_machine.Traveller
) -> None:
    people(world, 3)
    with tenant_scope(world.tenant):
        late = claims.claim(world.sync)
        assert late is not None
        clock.shift(CLAIM_LASTS)
        other = claims.claim(world.sync)
        assert other is not None

        with pytest.raises(claims.ClaimLost), late.fenced(left_cursor="late"):
            SyncRecord.objects.create(tenant=world.tenant, sync=world.sync, left_id="late")
        late.release()

    world.sync.refresh_from_db()
    assert (world.sync.left_cursor, world.records) == ("", [])
    assert world.sync.claimed_by == other.token


def test_switching_a_sync_off_stops_its_run_at_the_next_step(world: World) -> None:
    people(world, 3)

    def switch_off(operation: Operation) -> None:
        services.switch_off(world.sync)

    world.right.refuse = switch_off
    assert world.run() is Ended.MORE
    assert world.run() is Ended.IDLE
    world.right.refuse = lambda operation: None

    services.activate(world.sync)
    world.settle()

    assert names(world) == ["N0", "N1", "N2"]


def test_a_record_that_kills_workers_is_isolated_and_given_up(
    world: World, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = 300
    people(world, 60)
    decide = plans.Planner.decide

    def die(planner: plans.Planner, rows: list[SyncRecord]) -> object:
        if any(row.left_id == "p33" for row in rows):
            raise Killed
        return decide(planner, rows)

    monkeypatch.setattr(plans.Planner, "decide", die)
    deaths = 0
    for _ in range(10):
        try:
            world.settle()
            break
        except Killed:
            deaths += 1
            clock.shift(CLAIM_LASTS)

    assert deaths == 3
    record = world.record(left_id="p33")
    assert (record.status, record.category) == (Status.FAILING, Category.UNKNOWN)
    assert record.due_at is None
    assert world.count(Status.IN_SYNC) == 59


def test_a_touched_record_stays_due_whatever_the_run_makes_of_it(world: World) -> None:
    people(world, 1)
    rows = SyncRecord.objects.for_tenant(world.tenant)

    def touch(operation: Operation) -> None:
        services.retry(rows)

    world.right.refuse = touch
    with tenant_scope(world.tenant):
        world.run(seconds=0)
        world.run(seconds=0)
    world.right.refuse = lambda operation: None

    world.settle()

    assert world.record(left_id="p0").status == Status.IN_SYNC


def test_a_run_ends_with_its_budget_and_asks_to_go_on(world: World, messages: list[object]) -> None:
    people(world, 3)

    assert world.run(seconds=0) is Ended.MORE

    assert len(messages) == 1
    assert Sync.objects.for_tenant(world.tenant).get().queued_at is not None


# Changed settings.


def test_after_a_change_of_mappings_all_records_are_decided_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MARK", 4)
    for one in range(10):
        world.left.add(f"p{one}", name=f"N{one}", email=f"{one}@example.org", city=f"C{one}")
    world.settle()
    rows = list(world.sync.mappings.all())
    rows.append(type(rows[0])(key="city", left=["city"], right=["City"], position=9))

    services.replace_mappings(world.sync, rows)
    world.settle()

    assert sorted(str(thing.values["City"]) for thing in world.right.live) == [
        f"C{one}" for one in range(10)
    ]
    world.sync.refresh_from_db()
    assert world.sync.decided_revision == world.sync.revision == 2
    assert "city" in world.sync.left_fields


def test_bad_mappings_are_refused_and_nothing_is_saved(world: World) -> None:
    world.settle()
    rows = list(world.sync.mappings.all())
    rows[0].right = ["Balance"]

    with pytest.raises(services.ConfigurationRefused, match="Balance"):
        services.replace_mappings(world.sync, rows)

    world.sync.refresh_from_db()
    assert world.sync.revision == 1
    assert world.sync.mappings.get(key="name").right == ["Name"]


def test_failing_records_are_told_once_for_each_attempt(world: World) -> None:
    people(world, 1)
    world.right.refuse = lambda operation: Fault(Category.TAX, "6000", "No rate.")
    world.settle()
    services.retry(SyncRecord.objects.for_tenant(world.tenant))
    world.settle()

    told = Activity.objects.for_tenant(world.tenant).filter(action="failed")
    assert told.count() == 2
    assert world.record(left_id="p0").attempts == 1
