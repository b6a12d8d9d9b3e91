"""After the first sync: edits, conflicts, removals, merges, filters."""

import pytest

from integrations.contract import Category, RecordState
from syncs import services
from syncs.engine.terms import Policy, Removal, Side
from syncs.models import Activity, ActivityAction, FilterCondition, Status
from tests.syncs.conftest import World, partner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def linked(world: World) -> World:
    """Ann on both sides, in sync."""
    world.left.add("p1", name="Ann", email="ann@example.org", phone="1")
    world.right.add("c1", Name="Ann", Email="ann@example.org", Phone="1")
    world.settle()
    assert world.writes == 0
    return world


def actions(world: World) -> list[str]:
    rows = Activity.objects.for_tenant(world.tenant).order_by("pk")
    return list(rows.values_list("action", flat=True))


def test_edits_on_both_sides_meet(linked: World) -> None:
    linked.left.edit("p1", name="Anna")
    linked.right.edit("c1", Phone="2")

    linked.settle()

    assert linked.left.values("p1") == {"name": "Anna", "email": "ann@example.org", "phone": "2"}
    assert linked.right.values("c1")["Name"] == "Anna"
    assert linked.writes == 2


def test_an_update_tells_what_was_before_and_after(linked: World) -> None:
    linked.left.edit("p1", name="Anna")

    linked.settle()

    told = Activity.objects.for_tenant(linked.tenant).get(action=ActivityAction.UPDATED)
    assert told.side == "right"
    assert told.changes == [{"field": "Name", "side": "right", "before": "Ann", "after": "Anna"}]


def test_the_policy_decides_who_wins(linked: World) -> None:
    linked.change_sync(policy=Policy.RIGHT)
    linked.left.edit("p1", name="Anna")
    linked.right.edit("c1", Name="Anne")

    linked.settle()

    assert linked.left.values("p1")["name"] == "Anne"
    assert linked.right.values("c1")["Name"] == "Anne"


def test_a_person_chooses_in_a_conflict_and_other_fields_go_on(linked: World) -> None:
    linked.change_sync(policy=Policy.ASK)
    linked.left.edit("p1", name="Anna", phone="9")
    linked.right.edit("c1", Name="Anne")
    linked.settle()
    record = linked.record(left_id="p1")
    assert (record.status, record.category) == (Status.FAILING, Category.CONFLICT)
    assert record.details["conflicts"] == [{"mapping": "name", "left": "Anna", "right": "Anne"}]
    assert linked.right.values("c1")["Phone"] == "9"

    services.resolve_conflict(record, {"name": Side.RIGHT})
    linked.settle()

    record.refresh_from_db()
    assert record.status == Status.IN_SYNC
    assert record.resolutions == {}
    assert linked.left.values("p1")["name"] == "Anne"


def test_several_candidates_are_left_to_a_person(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.right.add("c1", Name="Ann", Email="ann@example.org")
    world.right.add("c2", Name="Ann B.", Email="ann@example.org")
    world.settle()
    record = world.record(left_id="p1")
    assert record.category == Category.MATCH_AMBIGUOUS
    assert {one["id"] for one in record.details["candidates"]} == {"c1", "c2"}
    assert world.writes == 0

    services.choose_partner(record, "c2")
    world.settle()

    assert partner_of(world, "p1") == "c2"
    assert world.record(left_id="p1").status == Status.IN_SYNC


def test_a_person_may_say_that_none_is_the_partner(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.right.add("c1", Name="Ann", Email="ann@example.org")
    world.right.add("c2", Name="Ann B.", Email="ann@example.org")
    world.settle()

    services.choose_partner(world.record(left_id="p1"), None)
    world.settle()

    assert partner_of(world, "p1") not in ("", "c1", "c2")
    assert len(world.right.live) == 3


def test_a_removed_record_is_unlinked_by_default(linked: World) -> None:
    linked.left.delete("p1")

    linked.settle()

    record = linked.record(right_id="c1")
    assert (record.left_id, record.status) == ("", Status.UNLINKED)
    assert linked.right.things["c1"].state is RecordState.LIVE
    assert ActivityAction.UNLINKED in actions(linked)
    writes = linked.writes
    linked.settle()
    assert linked.writes == writes == 0


def test_a_removed_record_can_be_archived_on_the_other_side(linked: World) -> None:
    linked.change_sync(left_removed=Removal.ARCHIVE)
    linked.left.archive("p1")

    linked.settle()

    assert linked.right.things["c1"].state is RecordState.ARCHIVED
    record = linked.record(left_id="p1")
    assert record.status == Status.EXCLUDED
    writes = linked.writes
    linked.settle()
    assert linked.writes == writes == 1


def test_a_removed_record_can_be_left_alone(linked: World) -> None:
    linked.change_sync(right_removed=Removal.NOTHING)
    linked.right.archive("c1")

    linked.settle()

    assert linked.record(left_id="p1").status == Status.EXCLUDED
    assert linked.left.things["p1"].state is RecordState.LIVE


def test_what_was_unlinked_can_be_made_anew(linked: World) -> None:
    linked.right.delete("c1")
    linked.settle()

    services.choose_partner(linked.record(left_id="p1"), None)
    linked.settle()

    new_id = partner_of(linked, "p1")
    assert new_id not in ("", "c1")
    assert linked.right.values(new_id)["Name"] == "Ann"


def test_a_merge_moves_the_link_to_the_survivor(linked: World) -> None:
    linked.left.add("p2", name="Ann Other", email="other@example.org")
    linked.change_sync(direction="to_left")
    linked.settle()
    linked.change_sync(direction="both")

    linked.left.merge("p1", "p2")
    linked.settle()

    record = linked.record(right_id="c1")
    assert record.left_id == "p2"
    assert len(linked.records) == 1
    assert linked.right.values("c1")["Name"] == "Ann Other"
    assert ActivityAction.MERGED in actions(linked)


def test_a_merge_of_two_linked_records_removes_the_loser_only(linked: World) -> None:
    linked.left.add("p2", name="Bea", email="bea@example.org")
    linked.settle()
    bea = partner_of(linked, "p2")

    linked.left.merge("p2", "p1")
    linked.settle()

    assert partner_of(linked, "p1") == "c1"
    assert linked.record(right_id=bea).status == Status.UNLINKED
    assert linked.right.things[bea].state is RecordState.LIVE


def test_a_filter_excludes_and_names_the_clause(world: World) -> None:
    FilterCondition.objects.create(
        tenant=world.tenant, sync=world.sync, field="stage", operator="equals", values=["customer"]
    )
    world.left.add("p1", name="Ann", email="ann@example.org", stage="lead")
    world.left.add("p2", name="Bea", email="bea@example.org", stage="customer")

    world.settle()

    ann = world.record(left_id="p1")
    assert ann.status == Status.EXCLUDED
    assert ann.details["clause"]["field"] == "stage"
    assert ann.reason
    assert partner_of(world, "p2")
    assert len(world.right.live) == 1


def test_an_excluded_record_is_left_alone_until_it_is_included(linked: World) -> None:
    record = linked.record(left_id="p1")
    rows = type(record).objects.for_tenant(linked.tenant)
    assert services.exclude(rows) == 1
    linked.left.edit("p1", name="Anna")
    linked.settle()
    assert linked.right.values("c1")["Name"] == "Ann"
    assert linked.record(left_id="p1").status == Status.EXCLUDED

    services.include(rows)
    linked.settle()

    assert linked.right.values("c1")["Name"] == "Anna"


def test_unlinked_by_hand_stays_unlinked_and_can_be_linked_again(linked: World) -> None:
    other = services.unlink(linked.record(left_id="p1"))
    linked.settle()
    linked.left.edit("p1", name="Anna")
    linked.settle()
    assert linked.right.values("c1")["Name"] == "Ann"
    assert linked.count(Status.UNLINKED) == 2

    other.refresh_from_db()
    services.link(linked.record(left_id="p1"), other)
    linked.settle()

    assert partner_of(linked, "p1") == "c1"
    assert linked.right.values("c1")["Name"] == "Anna"


def test_a_record_sent_by_hand_passes_the_filter(world: World) -> None:
    FilterCondition.objects.create(
        tenant=world.tenant, sync=world.sync, field="stage", operator="equals", values=["customer"]
    )
    world.left.add("p1", name="Ann", email="ann@example.org", stage="lead")
    world.settle()

    services.enrol(world.sync, Side.LEFT, "p1")
    services.enrol(world.sync, Side.LEFT, "p1")
    world.settle()

    assert len(world.right.live) == 1


def test_a_record_nobody_read_yet_can_be_sent_by_hand(world: World) -> None:
    world.settle()
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.left.things["p1"].changed = 0  # The feed does not show it.

    services.enrol(world.sync, Side.LEFT, "p1")
    world.settle()

    assert [thing.values["Name"] for thing in world.right.live] == ["Ann"]


def test_an_older_answer_of_a_lagging_search_changes_nothing(linked: World) -> None:
    linked.left.edit("p1", name="Anna")
    linked.settle()
    thing = linked.left.things["p1"]
    thing.values["name"], before = "Ann", thing.changed
    thing.changed = 1
    linked.change_sync(left_cursor="0")

    linked.settle()

    assert before > 1
    assert linked.record(left_id="p1").left_values["name"] == "Anna"
    assert linked.right.values("c1")["Name"] == "Anna"
