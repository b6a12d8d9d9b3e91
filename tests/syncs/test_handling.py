"""What people do about failing records: assign, snooze, note, call dealt with, cancel retries."""

from datetime import date, timedelta

import pytest

from accounts.models import Notification, NotificationKind, Role, User
from accounts.tenancy import TenantQuerySet
from integrations.contract import Category, Fault
from syncs import clock, services
from syncs.models import (
    Activity,
    ActivityAction,
    Failure,
    FilterCondition,
    Outcome,
    Status,
    Sync,
    SyncRecord,
)
from tests.factories import MembershipFactory, TenantFactory, UserFactory, staff_member
from tests.syncs.conftest import World

pytestmark = pytest.mark.django_db

BAD_NAME = Fault(Category.FIELD_INVALID, "2030", "Bad name.", field="Name")
BAD_MAIL = Fault(Category.FIELD_INVALID, "2040", "Bad address.", field="Email")


@pytest.fixture
def person(world: World) -> User:
    return MembershipFactory.create(tenant=world.tenant, role=Role.FINANCE).user


@pytest.fixture
def colleague(world: World) -> User:
    return MembershipFactory.create(tenant=world.tenant, role=Role.FINANCE).user


def rows(world: World) -> TenantQuerySet[SyncRecord]:
    return SyncRecord.objects.for_tenant(world.tenant)


def failing(world: World, fault: Fault = BAD_NAME, number: int = 1) -> None:
    world.right.refuse = lambda operation: fault
    for one in range(number):
        world.left.add(f"p{one}", name=f"Ann {one}", email=f"ann{one}@example.org")
    world.settle()
    assert world.count(Status.FAILING) == number


def timeline(world: World, action: ActivityAction) -> list[tuple[str, int | None]]:
    told = Activity.objects.for_tenant(world.tenant).filter(action=action).order_by("pk")
    return list(told.values_list("message", "by_id"))


def told_of_turns(world: World) -> list[Notification]:
    kind = NotificationKind.ASSIGNED
    return list(Notification.objects.for_tenant(world.tenant).filter(kind=kind))


# --- assign ---------------------------------------------------------------------------------------


def test_assigning_says_whose_turn_it_is_and_tells_the_person_once(
    world: World, person: User, colleague: User
) -> None:
    failing(world, number=3)
    due_on = date(2030, 1, 31)

    assert services.assign(rows(world), colleague, person, due_on) == 3

    assert {(row.assignee_id, row.due_on) for row in world.records} == {(colleague.pk, due_on)}
    told = timeline(world, ActivityAction.ASSIGNED)
    assert len(told) == 3
    assert str(colleague) in told[0][0]
    assert told[0][1] == person.pk
    (message,) = told_of_turns(world)
    assert message.user == colleague
    assert "3" in message.title


def test_who_takes_it_over_is_told_nothing(world: World, person: User) -> None:
    failing(world)
    services.assign(rows(world), person, person)

    assert not told_of_turns(world)


def test_it_can_be_nobodys_again(world: World, person: User) -> None:
    failing(world)
    services.assign(rows(world), person, person, date(2030, 1, 31))
    services.assign(rows(world), None, person)

    assert [(row.assignee_id, row.due_on) for row in world.records] == [(None, None)]


def test_a_stranger_cannot_be_given_a_record(world: World, person: User) -> None:
    failing(world)
    stranger = MembershipFactory.create(tenant=TenantFactory.create(), role=Role.OWNER).user

    with pytest.raises(services.NotPossible, match="not a member"):
        services.assign(rows(world), stranger, person)
    assert world.records[0].assignee_id is None


def test_somebody_who_left_cannot_be_given_a_record(
    world: World, person: User, colleague: User
) -> None:
    failing(world)
    colleague.is_active = False
    with pytest.raises(services.NotPossible):
        services.assign(rows(world), colleague, person)


def test_our_support_can(world: World, person: User) -> None:
    failing(world)
    assert services.assign(rows(world), staff_member("Support"), person) == 1


def test_a_record_that_made_it_is_nobodys_turn_any_more(world: World, person: User) -> None:
    failing(world)
    services.assign(rows(world), person, person, date(2030, 1, 31))
    world.right.refuse = lambda operation: None
    world.left.edit("p0", name="Anna")
    world.settle()

    row = world.records[0]
    assert (row.status, row.assignee_id, row.due_on) == (Status.IN_SYNC, None, None)


# --- snooze and note ------------------------------------------------------------------------------


def test_a_snoozed_record_stays_failing(world: World, person: User) -> None:
    failing(world)
    until = clock.now() + timedelta(days=3)
    services.snooze(rows(world), until, person)

    row = world.records[0]
    assert (row.status, row.snoozed_until) == (Status.FAILING, until)
    services.snooze(rows(world), None, person)
    assert world.records[0].snoozed_until is None
    assert len(timeline(world, ActivityAction.NOTED)) == 2


def test_nobody_snoozes_into_the_past(world: World, person: User) -> None:
    failing(world)
    with pytest.raises(services.NotPossible, match="still to come"):
        services.snooze(rows(world), clock.now() - timedelta(minutes=1), person)


def test_a_note_is_kept_with_who_wrote_it(world: World, person: User) -> None:
    failing(world)
    services.note(world.records[0], "  Asked the customer.  ", person)
    with pytest.raises(services.NotPossible):
        services.note(world.records[0], "  ", person)

    assert timeline(world, ActivityAction.NOTED) == [("Asked the customer.", person.pk)]


# --- resolve --------------------------------------------------------------------------------------


def resolved(world: World, person: User) -> None:
    failing(world)
    assert services.resolve(rows(world), "Booked by hand.", person) == 1


def outcome(world: World) -> tuple[str, int | None, str]:
    failure = Failure.objects.for_tenant(world.tenant).order_by("pk").last()
    assert failure is not None
    return failure.outcome, failure.by_id, failure.note


def test_a_failure_called_dealt_with_is_closed_with_the_reason(world: World, person: User) -> None:
    resolved(world, person)

    row = world.records[0]
    assert (row.status, row.category, row.cause) == (Status.EXCLUDED, "", "")
    assert row.details == {"exclusion": "resolved"}
    assert row.first_failed_at is None
    assert outcome(world) == (Outcome.RESOLVED, person.pk, "Booked by hand.")
    assert timeline(world, ActivityAction.RESOLVED) == [("Booked by hand.", person.pk)]


def test_it_takes_a_reason(world: World, person: User) -> None:
    failing(world)
    with pytest.raises(services.NotPossible, match="how it was dealt with"):
        services.resolve(rows(world), " ", person)


def test_only_what_fails_can_be_called_dealt_with(world: World, person: User) -> None:
    world.left.add("p0", name="Ann", email="ann@example.org")
    world.settle()

    assert services.resolve(rows(world), "Done.", person) == 0
    assert world.count(Status.IN_SYNC) == 1


def test_the_same_fault_after_a_change_of_settings_stays_dealt_with(
    world: World, person: User
) -> None:
    resolved(world, person)
    tried = world.right.calls["write"]
    services.change_settings(world.sync, {"policy": "right"})
    world.settle()

    assert world.right.calls["write"] > tried
    assert world.records[0].status == Status.EXCLUDED
    assert Failure.objects.for_tenant(world.tenant).count() == 1


def test_another_fault_opens_it_anew(world: World, person: User) -> None:
    resolved(world, person)
    world.right.refuse = lambda operation: BAD_MAIL
    services.change_settings(world.sync, {"policy": "right"})
    world.settle()

    row = world.records[0]
    assert (row.status, row.reason, row.resolved_fault) == (Status.FAILING, "Bad address.", "")
    assert Failure.objects.for_tenant(world.tenant).filter(closed_at=None).count() == 1


def test_a_change_of_the_record_opens_it_anew(world: World, person: User) -> None:
    resolved(world, person)
    world.left.edit("p0", name="Anne")
    world.settle()

    assert world.records[0].status == Status.FAILING


def test_a_retry_opens_it_anew(world: World, person: User) -> None:
    resolved(world, person)
    services.retry(rows(world), person)
    world.settle()

    assert world.records[0].status == Status.FAILING


def test_a_retry_that_works_takes_it_back_into_the_sync(world: World, person: User) -> None:
    resolved(world, person)
    world.right.refuse = lambda operation: None
    services.retry(rows(world), person)
    world.settle()

    assert world.records[0].status == Status.IN_SYNC


def test_what_a_worker_has_in_hand_is_left_alone(world: World, person: User) -> None:
    failing(world)
    held = {"in_hand": [world.records[0].pk], "claimed_until": clock.now() + timedelta(minutes=1)}
    Sync.objects.for_tenant(world.tenant).update(**held)

    assert services.resolve(rows(world), "Done.", person) == 0
    assert world.records[0].status == Status.FAILING


def test_a_filter_says_its_own_reason_of_a_resolved_record(world: World, person: User) -> None:
    resolved(world, person)
    clause = FilterCondition(side="left", field="stage", operator="equals", values=["customer"])
    services.replace_conditions(world.sync, [clause])
    world.settle()

    assert world.records[0].details["exclusion"] == "filter"


# --- retries --------------------------------------------------------------------------------------


def test_planned_retries_can_be_cancelled(world: World, person: User) -> None:
    failing(world, Fault(Category.TRANSIENT, "503", "Busy."))
    assert world.records[0].due_at is not None

    assert services.cancel_retries(rows(world), person) == 1

    row = world.records[0]
    assert (row.status, row.due_at) == (Status.FAILING, None)
    assert services.cancel_retries(rows(world), person) == 0
    world.right.refuse = lambda operation: None
    world.settle()
    assert world.records[0].status == Status.FAILING
    services.retry(rows(world), person)
    world.settle()
    assert world.records[0].status == Status.IN_SYNC


def test_nobody_else_is_touched(world: World, person: User) -> None:
    failing(world, number=2)
    services.resolve(rows(world).filter(left_id="p0"), "Done.", person)
    services.assign(rows(world).filter(left_id="p1"), person, UserFactory.create())

    first, second = sorted(world.records, key=lambda row: row.left_id)
    assert (first.status, first.assignee_id) == (Status.EXCLUDED, None)
    assert (second.status, second.assignee_id) == (Status.FAILING, person.pk)
