"""What a run sees of the other side before it creates there, and who gains when a key is freed."""

import pytest

from integrations.contract import Category, Fault
from syncs import runs, services
from syncs.models import Status, Sync
from tests.syncs.conftest import World, partner_of

pytestmark = pytest.mark.django_db


def look_left_only(world: World) -> runs.Ended:
    """A run as it comes a minute later: the right side's own turn is still far away."""
    Sync.objects.for_tenant(world.tenant).update(left_due_at=None, next_run_at=None)
    return runs.run_sync(world.sync.pk)


def test_what_was_entered_on_the_other_side_a_minute_ago_is_linked_and_not_doubled(
    world: World,
) -> None:
    world.settle()
    world.left.add("p1", name="Ann", email="a@x.org")
    world.right.add("c1", Name="Ann BV", Email="a@x.org")

    look_left_only(world)

    assert [thing.id for thing in world.right.live] == ["c1"]
    assert world.record(left_id="p1").right_id == "c1"


def test_looking_before_creating_is_one_call_however_many_are_created(world: World) -> None:
    world.settle()
    for number in range(350):
        world.left.add(f"p{number}", name=f"P{number}", email=f"{number}@x.org")
    before = world.right.calls["changes"]

    look_left_only(world)

    assert len(world.right.live) == 350
    assert world.right.calls["changes"] == before + 1


def test_nothing_to_create_needs_no_look_at_the_other_side(world: World) -> None:
    world.left.add("p1", name="Ann", email="a@x.org")
    world.settle()
    world.left.edit("p1", phone="1")
    before = world.right.calls["changes"]

    look_left_only(world)

    assert world.right.values(world.record(left_id="p1").right_id)["Phone"] == "1"
    assert world.right.calls["changes"] == before


def test_a_side_that_this_run_read_already_is_not_read_again(world: World) -> None:
    world.settle()
    world.left.add("p1", name="Ann", email="a@x.org")
    before = world.right.calls["changes"]

    world.run()

    assert len(world.right.live) == 1
    assert world.right.calls["changes"] == before + 1


def test_a_record_heals_when_its_rival_gives_up_the_key(world: World) -> None:
    world.left.add("p1", name="A", email="a@x.org")
    world.left.add("p2", name="B", email="a@x.org")
    world.right.add("c1", Name="A", Email="a@x.org")
    world.settle()
    assert world.record(left_id="p1").category == "match_ambiguous"

    world.left.edit("p2", email="b@x.org")
    world.settle()

    assert world.record(left_id="p1").status == Status.IN_SYNC
    assert world.record(left_id="p1").right_id == "c1"


@pytest.mark.parametrize("way", ["delete", "archive"])
def test_a_record_heals_when_its_rival_goes(world: World, way: str) -> None:
    world.left.add("p1", name="A", email="a@x.org")
    world.left.add("p2", name="B", email="a@x.org")
    world.right.add("c1", Name="A", Email="a@x.org")
    world.settle()
    assert world.record(left_id="p1").status == Status.FAILING

    getattr(world.left, way)("p2")
    world.settle()

    assert world.record(left_id="p1").status == Status.IN_SYNC


def test_an_edit_that_keeps_the_key_wakes_nobody(world: World) -> None:
    world.left.add("p1", name="A", email="a@x.org")
    world.left.add("p2", name="B", email="a@x.org")
    world.right.add("c1", Name="A", Email="a@x.org")
    world.settle()
    tried = world.record(left_id="p1").attempts

    world.left.edit("p2", phone="1")
    world.settle()

    assert world.record(left_id="p1").attempts == tried


def test_a_partner_that_is_unlinked_by_hand_wakes_who_failed_because_of_it(world: World) -> None:
    world.left.add("p1", name="A", email="a@x.org")
    world.settle()
    taken = Fault(Category.DUPLICATE_KEY, "taken", "There is one with this address.")
    world.right.refuse = lambda operation: taken
    world.left.add("p2", name="B", email="a@x.org")
    world.settle()
    failing = world.record(left_id="p2")
    assert (failing.status, failing.due_at) == (Status.FAILING, None)

    services.unlink(world.record(left_id="p1"))

    failing.refresh_from_db()
    assert failing.due_at is not None


def test_a_partner_whose_other_half_is_deleted_is_taken_over(world: World) -> None:
    world.left.add("p1", name="A", email="a@x.org")
    world.settle()
    taken = Fault(Category.DUPLICATE_KEY, "taken", "There is one with this address.")
    world.right.refuse = lambda operation: taken
    world.left.add("p2", name="B", email="a@x.org")
    world.settle()
    partner = partner_of(world, "p1")

    world.left.delete("p1")
    world.settle()

    assert partner_of(world, "p2") == partner
    assert len(world.right.live) == 1
