"""What slices want to write is carried on until a call is full, and nothing of it goes stale."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest
import time_machine

from accounts.tenancy import TenantQuerySet, tenant_scope
from integrations.contract import Category, Fault, OperationKind, RetryLater
from syncs import clock as our_clock
from syncs import due, execute, services
from syncs.jobs import Budget
from syncs.models import Status, Sync, SyncRecord
from syncs.plans import Decided, Planner
from syncs.runs import Ended, run_sync
from tests.syncs.conftest import World
from tests.syncs.fake_connector import FakeProvider, Killed

pytestmark = pytest.mark.django_db

FULL = 30
CREATE, UPDATE = OperationKind.CREATE, OperationKind.UPDATE


@pytest.fixture(autouse=True)
def slices_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "SLICE", 4)


def people(world: World, number: int) -> None:
    for one in range(number):
        world.left.add(f"p{one}", name=f"N{one}", email=f"{one}@x.org")


def sizes(provider: FakeProvider, kind: OperationKind = CREATE) -> list[int]:
    """How many operations of this kind each call held."""
    return [len(one.operations) for one in provider.batches if one.operations[0].kind is kind]


def rows(world: World, *left_ids: str) -> TenantQuerySet[SyncRecord]:
    return SyncRecord.objects.for_tenant(world.tenant).filter(left_id__in=left_ids)


def when_deciding(monkeypatch: pytest.MonkeyPatch, left_id: str, act: Callable[[], object]) -> None:
    """Have somebody act once, right before the slice with this record is decided about."""
    decide, pending = Planner.decide, [act]

    def watched(planner: Planner, found: Sequence[SyncRecord]) -> list[Decided]:
        if pending and any(row.left_id == left_id for row in found):
            pending.pop()()
        return decide(planner, found)

    monkeypatch.setattr(Planner, "decide", watched)


# Calls.


def test_a_first_sync_takes_as_many_calls_as_full_ones_can_hold(world: World) -> None:
    world.right.write_batch, world.left.write_batch = FULL, 12
    for number in range(140):
        if number % 5:
            world.left.add(f"left{number}", name=f"N{number}", email=f"{number}@x.org")
        if number % 2:
            phone = {"Phone": "1"} if number % 3 else {}
            world.right.add(f"right{number}", Name=f"N{number}", Email=f"{number}@x.org", **phone)

    assert world.run() is Ended.DONE

    # Alone on the left: 56; alone on the right: 14; on both, with a phone to fill on the left: 38.
    assert sizes(world.right) == [30, 26]
    assert sizes(world.left) == [12, 2]
    assert sizes(world.left, UPDATE) == [12, 12, 12, 2]
    assert world.count(Status.IN_SYNC) == 126


def test_what_is_left_goes_out_when_the_budget_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, 12)
    ended: list[bool] = []
    monkeypatch.setattr(Budget, "is_spent", property(lambda _: bool(ended)))
    when_deciding(monkeypatch, "p7", lambda: ended.append(True))

    assert world.run() is Ended.MORE

    assert sizes(world.right) == [8]
    assert world.count(Status.IN_SYNC) == 8


def test_no_more_is_carried_than_may_be_held_in_memory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "MOST_CARRIED", 9)
    world.right.write_batch = 1_000
    people(world, 26)

    world.run()

    assert sizes(world.right) == [12, 12, 2]


# What happens meanwhile.


def test_what_a_person_excludes_before_the_call_is_not_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = FULL
    people(world, 8)
    when_deciding(monkeypatch, "p7", lambda: services.exclude(rows(world, "p0", "p1", "p6")))

    world.run()

    assert sizes(world.right) == [5]
    assert world.count(Status.EXCLUDED) == 3
    assert world.count(Status.IN_SYNC) == 5


def test_a_call_is_filled_up_when_some_of_it_fall_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, 25)
    when_deciding(monkeypatch, "p9", lambda: services.exclude(rows(world, "p0", "p1")))

    world.run()

    assert sizes(world.right) == [10, 10, 3]


def test_what_is_gone_before_the_call_is_not_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = FULL
    people(world, 8)
    when_deciding(monkeypatch, "p7", lambda: rows(world, "p1").delete())

    assert world.run() is Ended.DONE

    assert sizes(world.right) == [7]


def test_what_changed_before_the_call_is_written_as_it_is_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = FULL
    people(world, 8)

    def change() -> None:
        rows(world, "p1").update(
            left_values={"name": "New", "email": "1@x.org"}, touched=9, due_at=our_clock.now()
        )

    when_deciding(monkeypatch, "p7", change)

    world.run()

    assert sizes(world.right) == [7, 1]
    assert len(world.right.live) == 8
    assert world.right.values(world.record(left_id="p1").right_id)["Name"] == "New"


def test_a_record_of_which_one_side_was_written_keeps_that_and_is_decided_about_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, 8)
    world.settle()
    world.right.write_batch, world.left.write_batch = FULL, 1
    partner = world.record(left_id="p0").right_id
    world.left.edit("p0", name="Anna")
    for record in world.records:
        world.right.edit(record.right_id, Phone="7")
    when_deciding(monkeypatch, "p7", lambda: services.exclude(rows(world, "p0")))

    world.run()

    assert world.left.values("p0")["phone"] == "7"
    assert world.right.values(partner)["Name"] == "N0"
    assert world.record(left_id="p0").status == Status.EXCLUDED
    writes = world.left.writes
    services.include(rows(world, "p0"))
    world.settle()
    assert world.right.values(partner)["Name"] == "Anna"
    assert world.left.writes == writes
    assert world.count(Status.IN_SYNC) == 8


def test_what_is_carried_cannot_be_unlinked_until_it_is_settled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, 8)
    world.settle()
    world.right.write_batch = FULL
    for number in range(8):
        world.left.edit(f"p{number}", phone="1")

    def unlink() -> None:
        with pytest.raises(services.NotPossible, match="being synced just now"):
            services.unlink(world.record(left_id="p0"))

    when_deciding(monkeypatch, "p7", unlink)

    assert world.run() is Ended.DONE
    assert world.count(Status.IN_SYNC) == 8


def test_what_was_to_be_created_and_is_picked_as_a_partner_is_not_created(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = world.left.write_batch = FULL
    people(world, 8)
    world.right.add("c1", Name="Someone", Email="someone@x.org")

    def pick() -> None:
        services.choose_partner(world.record(right_id="c1"), "p0")

    when_deciding(monkeypatch, "p7", pick)

    world.settle()

    assert world.record(left_id="p0").right_id == "c1"
    assert sizes(world.right) == [7]
    assert len(world.right.live) == len(world.left.live) == 8


def test_two_records_of_two_slices_with_one_key_find_each_other_as_in_one(world: World) -> None:
    world.right.fields = tuple(
        replace(field, unique=True) if field.name == "Email" else field
        for field in world.right.fields
    )
    people(world, 8)
    world.left.edit("p7", email="0@x.org")

    world.settle()

    assert len(world.right.live) == 6
    failing = {row.left_id: row.category for row in rows(world, "p0", "p7")}
    assert failing == dict.fromkeys(("p0", "p7"), Category.DUPLICATE_KEY)


def test_creates_that_were_carried_for_long_look_again_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = FULL
    world.settle()
    people(world, 8)

    with time_machine.travel(our_clock.now(), tick=False) as moved:

        def enter_there() -> None:
            moved.shift(timedelta(seconds=61))
            world.right.add("c1", Name="N0", Email="0@x.org")

        when_deciding(monkeypatch, "p7", enter_there)
        Sync.objects.for_tenant(world.tenant).update(left_due_at=None, next_run_at=None)
        run_sync(world.sync.pk, seconds=600)

    assert world.record(left_id="p0").right_id == "c1"
    assert len(world.right.live) == 8
    assert sizes(world.right) == [7]


# Trouble.


def test_trouble_in_the_middle_leaves_due_what_was_carried(world: World) -> None:
    world.right.write_batch = 6
    people(world, 8)
    world.right.errors["write"] = [RetryLater(Fault(Category.TRANSIENT, "busy", "Busy."), 1.0)]

    assert world.run() is Ended.STALLED

    assert SyncRecord.objects.for_tenant(world.tenant).filter(due_at=None).count() == 0
    world.sync.refresh_from_db()
    assert world.sync.in_hand == []
    world.settle()
    assert sizes(world.right) == [6, 2]
    assert world.count(Status.IN_SYNC) == 8


def dying_on(monkeypatch: pytest.MonkeyPatch, left_id: str) -> None:
    decide = Planner.decide

    def die(planner: Planner, found: Sequence[SyncRecord]) -> list[Decided]:
        if any(row.left_id == left_id for row in found):
            raise Killed
        return decide(planner, found)

    monkeypatch.setattr(Planner, "decide", die)


def live_and_die(world: World) -> int:
    """Workers one after the other, until one lives to the end; how many died."""
    for deaths in range(12):
        try:
            world.settle()
        except Killed:
            Sync.objects.for_tenant(world.tenant).update(
                claimed_until=our_clock.now() - timedelta(seconds=1)
            )
        else:
            return deaths
    raise AssertionError("They die for ever.")


def test_the_blame_for_dead_workers_falls_on_the_record_and_not_on_what_was_carried(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = FULL
    people(world, 24)
    dying_on(monkeypatch, "p20")

    assert live_and_die(world) == 3

    assert world.count(Status.IN_SYNC) == 23
    assert world.record(left_id="p20").category == Category.UNKNOWN


def test_a_suspect_is_tried_with_nothing_else_in_hand(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.right.write_batch = FULL
    people(world, 9)
    world.run(seconds=0)
    rows(world, "p0", "p1", "p2", "p3").update(crashes=2)
    in_hand: list[set[str]] = []
    decide = Planner.decide

    def watched(planner: Planner, found: Sequence[SyncRecord]) -> list[Decided]:
        sync = Sync.objects.get(pk=world.sync.pk)
        held = SyncRecord.objects.filter(pk__in=sync.in_hand).values_list("left_id", flat=True)
        in_hand.append(set(held))
        return decide(planner, found)

    monkeypatch.setattr(Planner, "decide", watched)
    with tenant_scope(world.tenant):
        world.run()

    alone = [held for held in in_hand if held & {"p0", "p1", "p2", "p3"}]
    assert alone == [{"p0"}, {"p1"}, {"p2"}, {"p3"}]
    assert sizes(world.right) == [5, 1, 1, 1, 1]
    assert set(chain.from_iterable(in_hand)) == {f"p{number}" for number in range(9)}
