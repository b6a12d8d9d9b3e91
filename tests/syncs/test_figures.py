"""How each day ended, counted while it goes on; and the money that is at risk now."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.contract import Category, Fault
from syncs import after_run, clock, figures, schedules, services, tasks
from syncs.figures import count_day, count_late, risk
from syncs.models import DailyFigure, Failure, Run, RunTrigger, Status, SyncRecord
from tests.factories import UserFactory
from tests.syncs.conftest import World

pytestmark = pytest.mark.django_db

FAULT = Fault(Category.FIELD_MISSING, "required", "No code.", field="VATCode")


def fail(world: World, *ids: str) -> None:
    world.right.refuse = lambda operation: FAULT
    for id_ in ids:
        world.left.add(id_, name=id_, email=f"{id_}@example.org")
    world.settle()


def days(world: World) -> list[DailyFigure]:
    return list(DailyFigure.objects.for_tenant(world.tenant).order_by("day"))


def only(world: World) -> DailyFigure:
    (day,) = days(world)
    return day


def test_a_run_counts_the_day(world: World) -> None:
    fail(world, "p1", "p2")

    day = only(world)
    assert (day.day, day.failing, day.failed, day.in_sync) == (clock.now().date(), 2, 2, 0)


def test_a_day_is_counted_once_a_minute(world: World) -> None:
    fail(world, "p1")
    assert count_day(world.sync) is None
    assert count_day(world.sync, clock.now() + timedelta(seconds=61)) is not None
    assert len(days(world)) == 1


def test_an_idle_run_counts_nothing(world: World) -> None:
    fail(world, "p1")
    DailyFigure.objects.for_tenant(world.tenant).delete()
    world.run(RunTrigger.SCHEDULE)

    assert days(world) == []


def test_an_idle_run_asks_nothing_more(world: World) -> None:
    fail(world, "p1")
    with CaptureQueriesContext(database) as captured:
        world.run(RunTrigger.SCHEDULE)

    asked = " ".join(query["sql"] for query in captured)
    assert "syncs_dailyfigure" not in asked
    assert "syncs_knowncause" not in asked


def test_what_the_minute_left_out_is_counted_later(world: World) -> None:
    fail(world, "p1")
    fail(world, "p2")
    assert only(world).failing == 1
    Run.objects.for_tenant(world.tenant).update(ended_at=clock.now() + timedelta(seconds=1))
    later = clock.now() + timedelta(minutes=2)

    assert count_late(later) == 1
    assert only(world).failing == 2
    assert count_late(later + timedelta(minutes=5)) == 0


def test_what_people_call_dealt_with_is_counted_too(world: World) -> None:
    fail(world, "p1", "p2")
    rows = SyncRecord.objects.for_tenant(world.tenant).filter(left_id="p1")
    services.resolve(rows, "Booked by hand.", UserFactory.create())

    assert count_late() == 1
    assert (only(world).failing, only(world).excluded, only(world).mended) == (1, 1, 1)


def test_the_first_count_of_a_day_closes_the_one_before(world: World) -> None:
    fail(world, "p1")
    evening = datetime(2026, 3, 1, 23, 59, 30, tzinfo=UTC)
    Failure.objects.for_tenant(world.tenant).update(opened_at=evening + timedelta(seconds=10))
    DailyFigure.objects.for_tenant(world.tenant).update(
        day=evening.date(), counted_at=evening, failed=0, failing=7
    )
    count_day(world.sync, evening + timedelta(minutes=5))

    first, second = days(world)
    assert (first.failed, first.failing) == (1, 7)
    assert (second.day, second.failed) == (datetime(2026, 3, 2, tzinfo=UTC).date(), 0)


def test_synced_counts_what_runs_wrote_and_linked(world: World) -> None:
    world.right.add("c1", Name="Ann", Email="a@example.org")
    world.left.add("p1", name="Ann", email="a@example.org")
    world.left.add("p2", name="Bob", email="b@example.org")
    world.settle()

    assert only(world).synced == 2
    assert only(world).in_sync == 2


def test_money_at_risk_is_that_of_failing_and_waiting_records(world: World) -> None:
    def add(number: int, status: Status, amount: str | None, currency: str = "EUR") -> None:
        SyncRecord.objects.create(
            tenant=world.tenant,
            sync=world.sync,
            left_id=str(number),
            status=status,
            amount=amount and Decimal(amount),
            currency=currency if amount else "",
        )

    add(1, Status.FAILING, "10.50")
    add(2, Status.WAITING, "4.50")
    add(3, Status.FAILING, "7", "USD")
    add(4, Status.IN_SYNC, "100")
    add(5, Status.FAILING, None)
    with CaptureQueriesContext(database) as captured:
        found = risk([world.sync.pk, 0])

    assert found == {world.sync.pk: {"EUR": Decimal(15), "USD": Decimal(7)}, 0: {}}
    assert len(captured) == 1
    figure = count_day(world.sync)
    assert figure is not None
    assert {name: Decimal(text) for name, text in figure.at_risk.items()} == found[world.sync.pk]


def test_trouble_with_the_figures_breaks_no_run(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("no figures today")

    monkeypatch.setattr(after_run, "count_day", break_down)
    world.left.add("p1", name="Ann", email="a@example.org")
    world.settle()

    assert world.count(Status.IN_SYNC) == 1
    assert "no figures today" in caplog.text


def test_late_counts_are_made_by_the_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "count_late", lambda: 7)

    assert tasks.count_days() == 7
    assert "syncs.tasks.count_days" in {regular.task for regular in schedules.REGULARS}
