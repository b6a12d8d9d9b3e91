"""What is interrupted, raises or vanishes: the rest goes on, and all of it is told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from accounts.tenancy import tenant_scope
from integrations.contract import Category, Fault, RetryLater
from syncs import (
    claims,
    ingest,
    queue,
    runs,
    salvage,
    services,
)
from syncs import clock as our_clock
from syncs.engine.terms import Side
from syncs.engine.values import encode
from syncs.models import (
    FilterCondition,
    Run,
    RunState,
    RunTrigger,
    Status,
    Sync,
    SyncRecord,
)
from syncs.plans import Decided, Planner
from tests.syncs.conftest import World
from tests.syncs.fake_connector import Killed

pytestmark = pytest.mark.django_db


def only(world: World, side: Side, field: str, value: str) -> None:
    """Let only records with this value in."""
    with tenant_scope(world.tenant):
        FilterCondition.objects.create(
            tenant=world.tenant,
            sync=world.sync,
            side=side,
            field=field,
            operator="equals",
            values=[value],
        )


def test_a_linked_record_stays_due_until_its_write_was_made(world: World) -> None:
    only(world, Side.LEFT, "stage", "customer")
    world.left.add("p1", name="Ann", email="a@x.org", stage="lead")
    world.settle()
    assert world.record(left_id="p1").status == Status.EXCLUDED
    world.right.add("c1", Name="Ann", Email="a@x.org", Phone="7")
    world.left.errors["write"] = [RetryLater(Fault(Category.TRANSIENT, "busy", "Busy."), 1.0)]

    assert world.run() is runs.Ended.STALLED
    assert world.record(left_id="p1").due_at is not None
    world.settle()

    assert world.left.values("p1")["phone"] == "7"
    assert world.record(left_id="p1").status == Status.IN_SYNC


def test_a_record_that_our_program_breaks_down_on_stops_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = Planner.decide

    def break_down(self: Planner, rows: Sequence[SyncRecord]) -> list[Decided]:
        if any(row.left_id == "bad" for row in rows):
            raise TypeError("a defect of ours")
        return decide(self, rows)

    monkeypatch.setattr(Planner, "decide", break_down)
    for number in range(30):
        world.left.add(f"p{number}", name=f"Ann {number}", email=f"a{number}@x.org")
    world.left.add("bad", name="Bad", email="bad@x.org")

    for _ in range(6):
        world.run()

    assert world.count(Status.IN_SYNC) == 30
    bad = world.record(left_id="bad")
    assert (bad.status, bad.category, bad.due_at) == (Status.FAILING, Category.UNKNOWN, None)


def test_a_message_that_finds_the_sync_in_other_hands_does_not_block_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "enqueue", lambda *_: None)
    with tenant_scope(world.tenant):
        held = claims.claim(world.sync)
    assert held is not None
    assert queue.enqueue_run(world.sync.pk, RunTrigger.PERSON)

    assert runs.run_sync(world.sync.pk) is runs.Ended.IDLE

    assert queue.enqueue_run(world.sync.pk, RunTrigger.CONTINUED)


def test_who_asks_for_a_look_while_a_run_is_on_gets_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.left.add("p1", name="Ann", email="a@x.org")
    asked: list[Any] = []
    monkeypatch.setattr(queue, "enqueue", lambda *message: asked.append(message))
    write = type(world.right).called

    def ask_meanwhile(self: Any, name: str) -> None:
        write(self, name)
        if name == "write":
            services.request_run(world.sync)

    monkeypatch.setattr(type(world.right), "called", ask_meanwhile)

    assert world.run() is runs.Ended.MORE
    assert len(asked) == 1


def test_the_run_of_a_worker_that_was_killed_is_told_as_stopped(world: World) -> None:
    # One that fails makes the run's row before the worker dies.
    world.left.add("p0", name="B" * 50, email="b@x.org")
    world.left.add("p1", name="Ann", email="a@x.org")
    world.right.kill_after_effect = 1
    with pytest.raises(Killed):
        world.run()
    killed = Run.objects.for_tenant(world.tenant).get()
    assert killed.state == RunState.RUNNING

    Sync.objects.for_tenant(world.tenant).update(
        claimed_until=our_clock.now() - timedelta(seconds=1)
    )
    world.settle()

    killed.refresh_from_db()
    assert killed.state == RunState.STOPPED
    assert "The worker stopped" in killed.message
    assert killed.ended_at is not None


def test_what_is_excluded_by_hand_is_neither_linked_nor_written(world: World) -> None:
    only(world, Side.RIGHT, "City", "Rome")
    world.right.add("c1", Name="Bob", Email="b@x.org")
    world.settle()
    services.exclude(SyncRecord.objects.for_tenant(world.tenant).filter(right_id="c1"))
    world.settle()
    world.left.add("p1", name="Bobby", email="b@x.org", phone="99")

    world.settle()

    assert len(world.right.live) == 1
    assert world.right.values("c1") == {"Name": "Bob", "Email": "b@x.org"}
    assert world.record(right_id="c1").excluded_by_hand
    left = world.record(left_id="p1")
    assert (left.status, left.category) == (Status.FAILING, Category.MATCH_AMBIGUOUS)
    assert [one["id"] for one in left.details["candidates"]] == ["c1"]

    services.choose_partner(left, "c1")
    world.settle()

    linked = world.record(left_id="p1")
    assert (linked.right_id, linked.excluded_by_hand) == ("c1", False)
    assert world.right.values("c1")["Phone"] == "99"


def ambiguous(world: World) -> SyncRecord:
    """Two could be the partner of p1."""
    world.left.add("p1", name="Ann", email="a@x.org")
    world.right.add("c1", Name="Ann", Email="a@x.org")
    world.right.add("c2", Name="Ann B", Email="a@x.org")
    world.settle()
    return world.record(left_id="p1")


def test_a_picked_partner_that_was_merged_is_the_one_that_it_became(world: World) -> None:
    services.choose_partner(ambiguous(world), "c2")
    world.right.add("c9", Name="Nine", Email="n@x.org")
    world.right.merge("c2", "c9")

    world.settle()

    assert world.record(left_id="p1").right_id == "c9"


def test_a_picked_partner_that_vanished_is_told_and_not_looked_for_again(world: World) -> None:
    services.choose_partner(ambiguous(world), "c2")
    SyncRecord.objects.for_tenant(world.tenant).filter(right_id="c2").delete()

    assert world.run() is runs.Ended.DONE

    record = world.record(left_id="p1")
    assert (record.status, record.category, record.due_at) == (
        Status.FAILING,
        Category.GONE,
        None,
    )
    assert "c2" in record.reason


def test_a_record_that_cannot_be_stored_is_told_and_the_others_of_its_page_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(values: Any) -> Any:
        if values.get("name") == "Bad":
            raise ValueError("as a database would")
        return encode(values)

    monkeypatch.setattr(ingest, "encode", refuse)
    world.left.add("p1", name="Ann", email="a@x.org")
    world.left.add("p2", name="Bad", email="b@x.org")
    world.left.add("p3", name="Cem", email="c@x.org")

    world.settle()

    bad = world.record(left_id="p2")
    assert (bad.status, bad.category, bad.reason) == (
        Status.FAILING,
        Category.UNKNOWN,
        salvage.UNREADABLE,
    )
    assert bad.activities.get().run_id is not None
    assert world.count(Status.IN_SYNC) == 2
    assert Run.objects.for_tenant(world.tenant).get().read_left == 3

    # Nothing is known of it, so nothing is made of it; once it can be read, it goes on.
    services.retry(SyncRecord.objects.for_tenant(world.tenant).filter(pk=bad.pk))
    world.settle()
    assert len(world.right.live) == 2
    world.left.edit("p2", name="Bea")
    world.settle()
    assert world.record(left_id="p2").status == Status.IN_SYNC


def test_a_page_of_which_nothing_can_be_stored_is_our_defect_and_no_records(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> Any:
        raise ValueError("a defect of ours")

    monkeypatch.setattr(ingest, "encode", refuse)
    for number in range(30):
        world.left.add(f"p{number}", name=f"Ann {number}")

    assert world.run() is runs.Ended.FAILED

    assert not world.records
    world.sync.refresh_from_db()
    assert world.sync.left_cursor == ""


def test_what_was_deleted_before_a_feed_began_again_by_itself_is_found(world: World) -> None:
    for number in range(3):
        world.left.add(f"p{number}", name=f"Ann {number}", email=f"{number}@x.org")
    world.settle()
    gone = str(world.record(left_id="p1").right_id)
    writes = world.right.writes

    # Deleted while the feed could not tell: it names neither that nor what stayed the same.
    world.right.delete(gone)
    world.right.begins_anew = True
    world.settle()
    world.settle()

    assert world.record(left_id="p1").status == Status.UNLINKED
    assert world.count(Status.IN_SYNC) == 2
    assert world.right.writes == writes


def die_over_a_create(world: World) -> None:
    """A worker that is killed once a record was made, and whose claim has run out."""
    world.left.kill_after_effect = 1
    with pytest.raises(Killed):
        world.run()
    world.change_sync(claimed_by="", claimed_until=None)


def test_what_people_change_before_a_lost_create_is_known_goes_over(world: World) -> None:
    world.right.add("c1", Name="Ann", Email="a@x.org", Phone="7")
    die_over_a_create(world)
    [made] = world.left.things
    world.left.edit(made, phone="8")

    world.settle()

    assert world.left.values(made)["phone"] == "8"
    assert world.right.values("c1")["Phone"] == "8"
    assert world.count(Status.IN_SYNC) == 1


def test_a_provider_that_words_values_anew_comes_to_rest_after_a_lost_create(
    world: World,
) -> None:
    world.left.reformat = lambda values: {**values, "name": str(values.get("name", "")).title()}
    world.right.add("c1", Name="ann", Email="a@x.org", Phone="7")
    die_over_a_create(world)

    world.settle()
    writes = world.writes
    world.settle()

    assert len(world.left.things) == 1
    assert world.writes == writes
    assert world.count(Status.IN_SYNC) == 1
