"""The first run of a sync, and the run after it."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from syncs.models import Activity, ActivityAction, Run, Status
from syncs.runs import Ended
from tests.syncs.conftest import World, partner_of

pytestmark = pytest.mark.django_db


def test_records_of_one_side_are_created_on_the_other(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.right.add("c1", Name="Bob", Email="bob@example.org")

    assert world.run() is Ended.DONE

    assert [thing.values for thing in world.right.live] == [
        {"Name": "Bob", "Email": "bob@example.org"},
        {"Name": "Ann", "Email": "ann@example.org"},
    ]
    assert len(world.left.live) == 2
    assert world.count(Status.IN_SYNC) == 2


def test_records_with_the_same_key_are_linked_and_not_created(world: World) -> None:
    world.left.add("p1", name="Ann", email="Ann@Example.org")
    world.right.add("c1", Name="Ann", Email="ann@example.org", Phone="555")

    world.settle()

    record = world.record(left_id="p1")
    assert record.right_id == "c1"
    assert world.left.values("p1")["phone"] == "555"
    assert len(world.records) == len(world.left.live) == len(world.right.live) == 1
    assert (
        Activity.objects.for_tenant(world.tenant)
        .filter(record=record, action=ActivityAction.LINKED)
        .exists()
    )


def test_nothing_is_decided_before_both_sides_were_read_whole(world: World) -> None:
    world.left.page_size = world.right.page_size = 2
    for number in range(5):
        world.left.add(f"p{number}", name=f"N{number}", email=f"{number}@example.org")
        world.right.add(f"c{number}", Name=f"N{number}", Email=f"{number}@example.org")

    ended = [world.run(seconds=0) for _ in range(4)]

    assert ended == [Ended.MORE] * 4
    assert world.writes == 0
    world.settle()
    assert world.count(Status.IN_SYNC) == 5
    assert world.right.writes == 0


def test_a_second_run_writes_nothing_and_takes_a_constant_number_of_calls(world: World) -> None:
    for number in range(30):
        world.left.add(name=f"N{number}", email=f"{number}@example.org")
    world.settle()
    world.run()
    writes, calls = world.writes, world.calls

    with CaptureQueriesContext(database) as few:
        assert world.run() is Ended.DONE

    assert world.writes == writes
    assert world.calls - calls == 2
    for number in range(30, 130):
        world.left.add(name=f"N{number}", email=f"{number}@example.org")
    world.settle()
    world.run()
    calls = world.calls
    with CaptureQueriesContext(database) as many:
        world.run()
    assert world.calls - calls == 2
    assert len(many) == len(few)


def test_what_we_wrote_comes_back_and_is_no_change(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.settle()
    world.left.edit("p1", name="Anna")
    world.settle()
    writes = world.writes

    world.settle()

    assert world.right.values(partner_of(world, "p1"))["Name"] == "Anna"
    assert world.writes == writes == 2


def test_a_provider_that_reformats_what_it_gets_is_not_written_again(world: World) -> None:
    world.right.reformat = lambda values: {
        name: value.strip().title() if isinstance(value, str) else value
        for name, value in values.items()
    }
    world.left.add("p1", name="ANN  ", email="ann@example.org")

    world.settle()
    writes = world.writes
    world.settle()

    assert world.writes == writes
    assert world.record(left_id="p1").status == Status.IN_SYNC
    assert world.left.values("p1")["name"] == "ANN  "


def test_the_runs_totals_are_counted_from_outcomes(world: World) -> None:
    for number in range(12):
        world.left.add(name=f"N{number}", email=f"{number}@example.org")
    world.right.add(Name="Someone", Email="0@example.org")

    world.run()

    run = Run.objects.for_tenant(world.tenant).get()
    assert (run.read_left, run.read_right) == (12, 1)
    assert (run.created, run.updated, run.linked, run.failed) == (11, 1, 1, 0)
    assert run.decided == 13
    assert run.state == "done"


def test_an_idle_run_leaves_no_row(world: World) -> None:
    from syncs.models import RunTrigger

    world.left.add(name="Ann", email="ann@example.org")
    world.settle()
    runs = Run.objects.for_tenant(world.tenant).count()

    world.run(RunTrigger.SCHEDULE)
    world.run(RunTrigger.SCHEDULE)

    assert Run.objects.for_tenant(world.tenant).count() == runs
