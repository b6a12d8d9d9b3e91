"""Workers that lose their claim, die or are told to stop, and settings that change meanwhile."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from accounts.tenancy import tenant_scope
from integrations.contract import (
    Category,
    Fault,
    Operation,
)
from syncs import claims, plans, runs, services
from syncs.claims import CLAIM_LASTS
from syncs.models import Activity, Status, Sync, SyncRecord
from syncs.runs import Ended
from tests.syncs.conftest import World
from tests.syncs.fake_connector import Killed

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
