"""What people ask for while a worker writes, waits for an answer or does not run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.tenancy import tenant_scope
from integrations.contract import Category, Fault, RetryLater
from syncs import (
    catalogue,
    dispatch,
    hints,
    runs,
    services,
)
from syncs import clock as our_clock
from syncs.models import (
    Mapping,
    RunTrigger,
    Status,
    SyncRecord,
    SyncState,
)
from tests.syncs.conftest import World
from tests.syncs.fake_connector import FakeConnector

pytestmark = pytest.mark.django_db


def during_write(world: World, act: Callable[[], None]) -> runs.Ended:
    """Run, and have somebody act when the right provider has carried out the first write."""
    pending = [act]
    carry_out = FakeConnector.write

    def write(self: FakeConnector, *arguments: Any) -> Any:
        outcomes = carry_out(self, *arguments)
        if pending:
            pending.pop()()
        return outcomes

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(FakeConnector, "write", write)
        return world.run()


def test_a_record_in_a_workers_hands_cannot_be_unlinked_until_it_is_settled(
    world: World,
) -> None:
    world.left.add("p1", name="Ann", email="a@x.org")
    world.right.add("c1", Name="Ann", Email="a@x.org")
    world.settle()
    world.left.edit("p1", name="Anna")

    def unlink() -> None:
        with pytest.raises(services.NotPossible, match="being synced just now"):
            services.unlink(world.record(left_id="p1"))

    assert during_write(world, unlink) is runs.Ended.DONE
    record = world.record(left_id="p1")
    assert (record.right_id, record.status) == ("c1", Status.IN_SYNC)

    services.unlink(record)
    world.settle()
    assert world.count(Status.UNLINKED) == 2


def test_another_record_can_be_unlinked_while_a_worker_writes(world: World) -> None:
    for number in (1, 2):
        world.left.add(f"p{number}", name="Ann", email=f"a{number}@x.org")
    world.settle()
    world.left.edit("p1", name="Anna")

    during_write(world, lambda: void(services.unlink(world.record(left_id="p2"))))
    world.settle()

    assert world.record(left_id="p2").status == Status.UNLINKED
    assert world.record(left_id="p1").status == Status.IN_SYNC


def void(_: object) -> None:
    """For a lambda that only acts."""


def test_a_retry_of_what_was_sent_and_not_answered_sends_it_no_second_time(world: World) -> None:
    for number in range(30):
        world.left.add(f"p{number}", name=f"Ann {number}", email=f"a{number}@x.org")
    world.right.drop_after = 1
    sent = SyncRecord.objects.for_tenant(world.tenant).filter(category=Category.OUTCOME_UNKNOWN)
    answers = iter(range(10))
    carry_out = FakeConnector.write

    def write(self: FakeConnector, *arguments: Any) -> Any:
        outcomes = carry_out(self, *arguments)
        if next(answers) == 1:
            services.retry(sent)
        return outcomes

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(FakeConnector, "write", write)
        assert world.run() is runs.Ended.MORE
    world.settle()

    assert len(world.right.live) == 30
    assert world.count(Status.IN_SYNC) == 30


def test_what_was_sent_and_not_answered_gets_no_other_partner(world: World) -> None:
    world.left.add("p1", name="Ann", email="a@x.org")
    world.right.add("c1", Name="Other", Email="o@x.org")
    world.right.drop_after = 1
    world.right.errors["resolve"] = [RetryLater(Fault(Category.TRANSIENT, "busy", "Busy."), 1.0)]
    world.run()
    record = world.record(left_id="p1")
    assert record.category == Category.OUTCOME_UNKNOWN

    with pytest.raises(services.NotPossible, match="answer is awaited"):
        services.choose_partner(record, "c1")


def test_a_retry_reads_both_sides_of_the_record_first(world: World) -> None:
    world.left.add("p1", name="A" * 50, email="a@x.org")
    world.settle()
    failing = world.record(left_id="p1")
    assert failing.status == Status.FAILING
    world.left.edit("p1", name="Short")

    assert services.retry(SyncRecord.objects.for_tenant(world.tenant).all()) == 1
    # As a worker would: neither side's feed is due.
    runs.run_sync(world.sync.pk, RunTrigger.PERSON)

    assert world.record(left_id="p1").status == Status.IN_SYNC


def test_a_retry_of_many_reads_them_in_batches_or_by_the_feed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        world.left.add(f"p{number}", name="A" * 50, email=f"a{number}@x.org")
    world.settle()
    world.left.calls.clear()
    everything = SyncRecord.objects.for_tenant(world.tenant).all()

    services.retry(everything)
    runs.run_sync(world.sync.pk, RunTrigger.PERSON)
    assert (world.left.calls["read"], world.left.calls["changes"]) == (2, 0)

    world.left.calls.clear()
    monkeypatch.setattr(hints, "MOST_READ", 50)
    services.retry(everything)
    runs.run_sync(world.sync.pk, RunTrigger.PERSON)
    assert (world.left.calls["read"], world.left.calls["changes"]) == (0, 1)


def test_a_retry_on_a_sync_that_is_off_says_so_and_keeps_the_reason(world: World) -> None:
    world.left.add("p1", name="A" * 50, email="a@x.org")
    world.settle()
    before = world.record(left_id="p1")
    services.switch_off(world.sync)

    assert services.retry(SyncRecord.objects.for_tenant(world.tenant).all()) == 0

    after = world.record(left_id="p1")
    assert (after.status, after.reason) == (Status.FAILING, before.reason)
    assert "does not run now" in after.activities.latest("pk").message
    world.left.edit("p1", name="Short")
    services.activate(world.sync)
    runs.run_sync(world.sync.pk)
    assert world.record(left_id="p1").status == Status.IN_SYNC


def test_a_paused_sync_goes_on_by_itself_once_it_is_mended_at_the_provider(
    world: World,
) -> None:
    world.left.add("p1", name="Ann", email="a@x.org")
    world.settle()
    fields = world.left.fields
    world.left.fields = tuple(one for one in fields if one.name != "phone")
    catalogue.forget(world.sync.integration.left, "person")
    assert world.run() is runs.Ended.PAUSED
    dispatch.dispatch()
    world.sync.refresh_from_db()
    assert world.sync.state == SyncState.PAUSED

    world.left.fields = fields
    with time_machine.travel(our_clock.now() + timedelta(hours=1, seconds=1), tick=False):
        dispatch.dispatch()
        world.run()

    world.sync.refresh_from_db()
    assert (world.sync.state, world.sync.pause_message) == (SyncState.ACTIVE, "")


def test_what_vanished_before_a_side_is_read_anew_for_more_fields_is_gone(world: World) -> None:
    for number in (1, 2):
        world.left.add(f"p{number}", name=f"Ann {number}", email=f"a{number}@x.org", city="Rome")
    world.settle()
    # No feed tells of it: it is simply not there any more.
    del world.left.things["p1"]
    with tenant_scope(world.tenant):
        mappings = list(world.sync.mappings.all())
    city = Mapping(key="city", left=["city"], right=["City"], direction="both", transform="copy")
    services.replace_mappings(world.sync, [*mappings, city])

    world.settle()

    partner = world.record(right_title="Ann 1")
    assert (partner.left_id, partner.status) == ("", Status.UNLINKED)
    kept = world.record(left_id="p2")
    assert (kept.status, world.right.values(kept.right_id)["City"]) == (Status.IN_SYNC, "Rome")
    world.left.calls.clear()
    world.settle()
    assert world.left.calls["read"] == 0
