"""Failures to look back on: when they begin, what changes them, and how they go away."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tenancy import TenantQuerySet
from integrations.contract import Category, Fault
from syncs import clock, pruning, services
from syncs.models import Failure, FilterCondition, Outcome, Status, SyncRecord
from tests.factories import UserFactory
from tests.syncs.conftest import World

pytestmark = pytest.mark.django_db

BAD_NAME = Fault(Category.FIELD_INVALID, "2030", "Bad name.", field="Name")
BAD_MAIL = Fault(Category.FIELD_INVALID, "2040", "Bad address.", field="Email")


@pytest.fixture
def person() -> User:
    return UserFactory.create()


def failing(world: World, fault: Fault = BAD_NAME) -> SyncRecord:
    world.right.refuse = lambda operation: fault
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.settle()
    return world.record(left_id="p1")


def accept(world: World) -> None:
    world.right.refuse = lambda operation: None


def failures(world: World) -> list[Failure]:
    return list(Failure.objects.for_tenant(world.tenant).order_by("pk"))


def only(world: World) -> Failure:
    (failure,) = failures(world)
    return failure


def all_of(world: World) -> TenantQuerySet[SyncRecord]:
    return SyncRecord.objects.for_tenant(world.tenant)


def test_a_refused_record_has_one_open_failure_with_its_cause(world: World) -> None:
    row = failing(world)

    failure = only(world)
    assert (failure.record_id, failure.closed_at, failure.outcome) == (row.pk, None, "")
    assert (failure.category, failure.code, failure.reason) == (
        "field_invalid",
        "2030",
        "Bad name.",
    )
    assert failure.cause == row.cause == "field_invalid|2030|Name"
    assert failure.opened_at == row.first_failed_at


def test_another_fault_renews_the_open_failure_and_opens_no_second_one(world: World) -> None:
    row = failing(world)
    world.right.refuse = lambda operation: BAD_MAIL
    world.left.edit("p1", name="Anna")
    world.settle()

    failure = only(world)
    assert (failure.code, failure.reason, failure.cause) == (
        "2040",
        "Bad address.",
        "field_invalid|2040|Email",
    )
    assert failure.opened_at == row.first_failed_at == world.record(pk=row.pk).first_failed_at


def test_a_changed_record_goes_away_because_it_was_changed(world: World) -> None:
    failing(world)
    accept(world)
    world.left.edit("p1", name="Anna")
    world.settle()

    failure = only(world)
    assert (failure.outcome, failure.by) == (Outcome.SOURCE, None)
    assert failure.closed_at is not None
    row = world.record(left_id="p1")
    assert (row.status, row.cause, row.first_failed_at) == (Status.IN_SYNC, "", None)


def test_a_retry_by_hand_names_the_person(world: World, person: User) -> None:
    failing(world)
    accept(world)
    services.retry(all_of(world), person)
    world.settle()

    assert (only(world).outcome, only(world).by) == (Outcome.RETRIED, person)


def test_a_retry_that_fails_again_leaves_the_failure_open(world: World, person: User) -> None:
    since = failing(world).first_failed_at
    services.retry(all_of(world), person)
    world.settle()

    assert only(world).closed_at is None
    assert world.record(left_id="p1").first_failed_at == since


def test_a_changed_setting_is_what_mended_it_and_whoever_changed_it(
    world: World, person: User
) -> None:
    failing(world)
    accept(world)
    services.change_settings(world.sync, {"policy": "right"}, person)
    world.settle()

    assert (only(world).outcome, only(world).by) == (Outcome.CONFIGURATION, person)


def test_what_passes_by_itself_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(world, Fault(Category.TRANSIENT, "503", "Busy."))
    accept(world)
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    world.settle()

    assert (only(world).outcome, only(world).by) == (Outcome.PASSED, None)


def test_excluding_closes_it_in_the_name_of_whoever_did(world: World, person: User) -> None:
    failing(world)
    services.exclude(all_of(world), person)
    world.settle()

    assert (only(world).outcome, only(world).by) == (Outcome.EXCLUDED, person)


def test_a_filter_that_leaves_it_out_closes_it_too(world: World) -> None:
    failing(world)
    clause = FilterCondition(side="left", field="stage", operator="equals", values=["customer"])
    services.replace_conditions(world.sync, [clause])
    world.settle()

    assert (only(world).outcome, only(world).by) == (Outcome.EXCLUDED, None)


def test_a_deleted_record_is_gone(world: World) -> None:
    failing(world)
    world.left.delete("p1")
    world.settle()

    assert only(world).outcome == Outcome.GONE


def test_failing_once_more_is_another_failure(world: World) -> None:
    failing(world)
    accept(world)
    world.left.edit("p1", name="Anna")
    world.settle()
    world.right.refuse = lambda operation: BAD_MAIL
    world.left.edit("p1", name="Anne")
    world.settle()

    first, second = failures(world)
    assert first.closed_at is not None
    assert (second.closed_at, second.code) == (None, "2040")


def test_a_record_that_finds_its_partner_hands_over_what_it_failed_for(
    world: World, person: User
) -> None:
    """Two with one address are ambiguous; a person picks, and the other row is joined."""
    world.right.add("c1", Name="Ann", Email="a@example.org")
    world.right.add("c2", Name="Anna", Email="a@example.org")
    world.left.add("p1", name="Ann", email="a@example.org")
    world.settle()
    opened = Failure.objects.for_tenant(world.tenant).filter(closed_at=None).count()
    assert opened == SyncRecord.objects.for_tenant(world.tenant).filter(status="failing").count()
    assert opened >= 1

    services.choose_partner(world.record(left_id="p1"), "c1", person)
    world.settle()

    linked = world.record(left_id="p1")
    assert (linked.right_id, linked.status) == ("c1", Status.IN_SYNC)
    own = Failure.objects.for_tenant(world.tenant).filter(record=linked)
    assert own.exists()
    assert not own.filter(closed_at=None).exists()
    assert (Outcome.DECIDED, person.pk) in set(own.values_list("outcome", "by_id"))


def test_many_failures_open_and_close_in_a_fixed_number_of_queries(
    world: World, person: User
) -> None:
    """Of one call to a provider, that is: it takes ten at once."""

    def queries(number: int, tag: str) -> tuple[int, int]:
        world.right.refuse = lambda operation: BAD_NAME
        for one in range(number):
            world.left.add(f"{tag}{one}", name=f"{tag} {one}", email=f"{tag}{one}@example.org")
        with CaptureQueriesContext(database) as opening:
            world.settle()
        accept(world)
        services.retry(all_of(world).filter(status=Status.FAILING), person)
        with CaptureQueriesContext(database) as closing:
            world.settle()
        return _writes(opening), _writes(closing)

    assert queries(10, "many") == queries(2, "few") == (1, 1)
    assert {failure.outcome for failure in failures(world)} == {Outcome.RETRIED}
    assert len(failures(world)) == 12


def _writes(captured: CaptureQueriesContext) -> int:
    found = [query["sql"] for query in captured if "syncs_failure" in query["sql"]]
    return sum(sql.startswith(("INSERT", "UPDATE")) for sql in found)


def _about_failures(captured: CaptureQueriesContext) -> int:
    return sum("syncs_failure" in query["sql"] for query in captured)


def test_an_unchanged_pass_asks_nothing_about_failures(world: World) -> None:
    failing(world)
    world.settle()
    with CaptureQueriesContext(database) as captured:
        world.run()

    assert _about_failures(captured) == 0


def test_resolved_failures_are_kept_for_more_than_a_year(world: World) -> None:
    failing(world)
    accept(world)
    world.left.edit("p1", name="Anna")
    world.settle()
    closed = only(world).closed_at
    assert closed is not None

    pruning.prune(closed + timedelta(days=399))
    assert failures(world)
    pruning.prune(closed + timedelta(days=401))
    assert not failures(world)


def test_an_open_failure_is_never_pruned(world: World) -> None:
    failing(world)
    pruning.prune(clock.now() + timedelta(days=4000))

    assert only(world).closed_at is None
