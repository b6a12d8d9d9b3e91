"""Who is due, who is told, what is kept, and the numbers on the home page."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations import events
from integrations.contract import Category, Fault
from integrations.models import ConnectionState, WebhookEvent
from integrations.services import pause, resume
from syncs import dispatch, services
from syncs.models import Activity, Run, Status, SyncRecord
from syncs.pruning import prune
from syncs.schedules import REGULARS, ensure_schedules
from syncs.workoff import work_off
from tests.syncs.conftest import World

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def test_a_due_sync_is_enqueued_once(world: World, messages: list[object]) -> None:
    assert dispatch.dispatch() == 1
    assert dispatch.dispatch() == 0
    assert len(messages) == 1


def test_a_lost_message_is_sent_again(world: World, clock: time_machine.Traveller) -> None:
    dispatch.dispatch()
    OrmQ.objects.all().delete()
    clock.shift(timedelta(minutes=11))

    assert dispatch.dispatch() == 1


def test_nothing_is_due_after_a_run_until_the_next_look(
    world: World, clock: time_machine.Traveller
) -> None:
    world.settle()
    assert dispatch.dispatch() == 0
    clock.shift(timedelta(minutes=16))
    assert dispatch.dispatch() == 1


def test_work_off_does_everything_and_stops(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")

    assert work_off() == 1
    assert work_off() == 0
    assert world.count(Status.IN_SYNC) == 1


def test_a_webhook_has_just_that_record_read(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.settle()
    world.left.edit("p1", name="Anna")
    connection = world.sync.integration.left
    changes = world.left.calls["changes"]
    event = WebhookEvent.objects.create(
        tenant=world.tenant,
        connection=connection,
        provider="crm",
        key="k",
        object_type="person",
        record_id="p1",
        at=timezone.now(),
    )

    events.tell_webhook(connection, [event])
    work_off()

    assert [thing.values["Name"] for thing in world.right.live] == ["Anna"]
    assert (world.left.calls["read"], world.left.calls["changes"]) == (1, changes)
    event.refresh_from_db()
    assert event.handled_at == NOON


def test_a_connection_that_works_again_wakes_its_syncs(
    world: World, messages: list[object]
) -> None:
    connection = world.sync.integration.right
    pause(connection, Fault(Category.CONNECTION_REAUTH, "x", "Sign in."))
    assert dispatch.dispatch() == 0
    assert connection.state == ConnectionState.PAUSED

    resume(connection)

    assert len(messages) == 1


def test_old_runs_and_notices_go_and_what_was_written_stays(
    world: World, clock: time_machine.Traveller
) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.left.add("p2", name="x" * 50, email="bea@example.org")
    world.settle()
    clock.shift(timedelta(days=100))

    prune()

    assert not Run.objects.for_tenant(world.tenant).exists()
    kept = Activity.objects.for_tenant(world.tenant).values_list("action", flat=True)
    assert list(kept) == ["created"]


def test_totals_and_summary_are_counted(world: World, tenant: Tenant) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.left.add("p2", name="x" * 50, email="bea@example.org")
    world.settle()

    (overview,) = services.overview(tenant)
    summary = services.summary(world.sync)

    assert (overview["in_sync"], overview["failing"], overview.all) == (1, 1, 2)
    assert overview.categories == {Category.FIELD_INVALID: 1}
    assert summary.as_dict() | {"calls": 0} == {
        "read": 2,
        "created": 1,
        "updated": 0,
        "in_sync": 1,
        "failing": 1,
        "excluded": 0,
        "waiting": 0,
        "pending": 0,
        "calls": 0,
        "writes": 1,
    }


def test_the_preview_decides_as_the_run_and_writes_nothing(world: World) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.settle()
    world.right.add("c9", Name="Bob", Email="bob@example.org")
    world.right.refuse = lambda operation: Fault(Category.UNKNOWN, "x", "x")
    world.change_sync(direction="to_right")
    world.settle()
    before = (world.calls, SyncRecord.objects.for_tenant(world.tenant).count())

    world.sync.direction = "both"
    shown = services.preview(world.sync)

    assert {item.kind for item in shown.items} == {
        "agree",
        "create",
    }
    assert before == (world.calls, SyncRecord.objects.for_tenant(world.tenant).count())


def test_schedules_are_stored_once() -> None:
    ensure_schedules()
    ensure_schedules()

    stored = sorted(Schedule.objects.values_list("name", flat=True))
    assert stored == sorted(regular.name for regular in REGULARS)


def test_another_tenant_sees_nothing(world: World, other_tenant: Tenant) -> None:
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.settle()

    assert services.overview(other_tenant) == []
    with tenant_scope(other_tenant):
        assert not SyncRecord.objects.exists()
