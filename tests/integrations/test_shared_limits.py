"""Day quotas and error budgets hold over all workers, in either database and in Redis."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as configured
from django.db import transaction
from pytest_django import Settings

from accounts.models import Tenant
from integrations import quota, services
from integrations.budgets import SharedBudget, budget_for
from integrations.contract import RetryLater
from integrations.http import DayCount, DayRule, ErrorRule, Response
from integrations.models import Connection
from integrations.quota import SharedQuota
from integrations.registry import PROVIDERS
from integrations.shared import DatabaseStore, RedisStore, Store, store
from tests.integrations.conftest import MakeConnection
from tests.integrations.processes import database_url_for, run_together

WORKER = Path(__file__).with_name("quota_worker.py")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STORES = ["database", pytest.param("redis", marks=pytest.mark.redis)]
ERRORS = ErrorRule(calls=3, seconds=3600.0)


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time_: float) -> None:
        self.now += timedelta(**time_)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def redis_server() -> Iterator[redis.Redis]:
    server = redis.Redis.from_url(configured.REDIS_URL)
    yield server
    for key in server.scan_iter("saldo/state/*test-*"):
        server.delete(key)
    server.close()


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest, db: None) -> Store:
    if request.param == "database":
        return DatabaseStore()
    return RedisStore(request.getfixturevalue("redis_server"))


@pytest.fixture
def company(make_connection: MakeConnection) -> Connection:
    """A company that no other test, nor Redis, has heard of."""
    return make_connection(provider="exact", environment="nl", external_id=f"test-{time.time_ns()}")


# --- the store ---------------------------------------------------------------------------------


def test_a_state_begins_empty_and_is_kept(kept: Store) -> None:
    key = f"test-{time.time_ns()}"

    assert kept.change(key, lambda text: (f"{text}+", text)) == ""
    assert kept.change(key, lambda text: (f"{text}+", text)) == "+"
    assert kept.read(key) == "++"


def test_who_finds_the_state_changed_meanwhile_decides_again(kept: Store) -> None:
    key, seen = f"test-{time.time_ns()}", []

    def decide(text: str) -> tuple[str, None]:
        seen.append(text)
        if len(seen) == 1:
            kept.change(key, lambda _text: ("of another", None))
        return f"{text}, and mine", None

    kept.change(key, decide)

    assert seen == ["", "of another"]
    assert kept.read(key) == "of another, and mine"


@pytest.mark.django_db(transaction=True)
def test_a_state_is_not_changed_inside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"), transaction.atomic():
        DatabaseStore().change("test", lambda text: (text, None))


def test_redis_that_is_away_delays() -> None:
    nobody = RedisStore(redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1))

    with pytest.raises(RetryLater, match="Redis"):
        nobody.change("test", lambda text: (text, None))
    with pytest.raises(RetryLater, match="Redis"):
        nobody.read("test")


# --- the error budget --------------------------------------------------------------------------


@pytest.fixture
def budget(kept: Store, watch: Watch) -> SharedBudget:
    return SharedBudget(f"test-{time.time_ns()}", kept, watch)


def refuse(budget: SharedBudget, endpoint: str = "Items") -> bool:
    """One refused call, if it may go."""
    visit = budget.enter(endpoint, ERRORS)
    if visit.wait:
        return False
    budget.leave(endpoint, ERRORS, visit.ticket, refused=True)
    return True


def test_after_so_many_refused_calls_the_endpoint_is_left_alone(
    budget: SharedBudget, watch: Watch
) -> None:
    assert [refuse(budget) for _ in range(5)] == [True] * 3 + [False] * 2

    visit = budget.enter("Items", ERRORS)
    assert (visit.refused, visit.wait) == (3, 3600.0)


def test_calls_that_are_answered_well_cost_nothing(budget: SharedBudget) -> None:
    for _ in range(10):
        visit = budget.enter("Items", ERRORS)
        assert not visit.wait
        budget.leave("Items", ERRORS, visit.ticket, refused=False)


def test_each_endpoint_has_a_budget_of_its_own(budget: SharedBudget) -> None:
    while refuse(budget):
        pass

    assert refuse(budget, "Accounts")


def test_a_refused_call_is_forgotten_after_its_hour(budget: SharedBudget, watch: Watch) -> None:
    refuse(budget)
    watch.pass_by(minutes=30)
    while refuse(budget):
        pass
    watch.pass_by(minutes=30)

    assert [refuse(budget) for _ in range(2)] == [True, False]


def test_calls_under_way_cannot_overspend_together(budget: SharedBudget) -> None:
    under_way = [budget.enter("Items", ERRORS) for _ in range(3)]

    fourth = budget.enter("Items", ERRORS)
    assert 0 < fourth.wait < 1
    assert fourth.refused == 0

    budget.leave("Items", ERRORS, under_way[0].ticket, refused=False)
    assert not budget.enter("Items", ERRORS).wait


def test_what_a_killed_worker_held_comes_back(budget: SharedBudget, watch: Watch) -> None:
    for _ in range(3):
        budget.enter("Items", ERRORS)
    watch.pass_by(minutes=6)

    assert refuse(budget)


def test_an_endpoint_that_the_provider_shut_rests_as_long(
    budget: SharedBudget, watch: Watch
) -> None:
    budget.close("Items", ERRORS, 7200)
    watch.pass_by(minutes=119)
    assert budget.enter("Items", ERRORS).wait == 60.0

    watch.pass_by(minutes=2)
    assert not budget.enter("Items", ERRORS).wait


def test_endpoints_that_rest_are_told_with_their_end(company: Connection) -> None:
    budget = budget_for(company)
    for endpoint, refusals in (("Items", 3), ("Accounts", 2)):
        for _ in range(refusals):
            visit = budget.enter(endpoint, ERRORS)
            budget.leave(endpoint, ERRORS, visit.ticket, refused=True)

    [found] = services.resting(company)

    assert (found.endpoint, found.refused) == ("Items", 3)
    assert timedelta(minutes=59) < found.until - datetime.now(UTC) <= timedelta(hours=1)


# --- the day's calls ---------------------------------------------------------------------------

DAY = DayRule(
    calls=100,
    reserve=10,
    told=lambda response: DayCount(remaining=int(response.headers["left"])),
)


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The syncs that are on, by their names."""
    active: dict[str, str] = {}
    monkeypatch.setattr(quota, "_ask", [lambda _connection: active])
    return active


@pytest.fixture
def spending(company: Connection, kept: Store, watch: Watch) -> Callable[[str], SharedQuota]:
    return lambda spender: SharedQuota(company, DAY, spender, kept, watch)


def taken(spender: SharedQuota, most: int = 1000) -> int:
    """How many calls it gets in a row."""
    number = 0
    with suppress(RetryLater):
        while number < most:
            spender.take()
            number += 1
    return number


def test_syncs_share_and_people_have_their_reserve(
    spending: Callable[[str], SharedQuota], syncs: dict[str, str], watch: Watch
) -> None:
    syncs.update(a="Companies", b="Invoices")
    watch.now = NOON.replace(hour=0)

    assert taken(spending("a")) == 45
    assert taken(spending("b")) == 45
    assert taken(spending("")) == 10


@pytest.mark.parametrize(
    ("spender", "code", "words"),
    [
        pytest.param("a", "day_share", "had its share of today's 100 calls", id="its share"),
        pytest.param("", "day_quota", "100 calls are used up. Saldo goes on at 00:00", id="all"),
    ],
)
def test_who_gets_none_is_told_why_and_until_when(
    spender: str, code: str, words: str,
    spending: Callable[[str], SharedQuota], syncs: dict[str, str],
) -> None:  # fmt: skip
    syncs.update(a="Companies", b="Invoices")
    taken(spending(spender))

    with pytest.raises(RetryLater, match=words) as raised:
        spending(spender).take()

    assert raised.value.fault.code == code
    assert 0 < raised.value.after <= 12 * 3600


def test_the_providers_own_count_is_believed_by_all_workers(
    spending: Callable[[str], SharedQuota], syncs: dict[str, str]
) -> None:
    ours, other = spending(""), spending("")
    ours.take()
    ours.learn(Response(200, {"left": "40"}, b""))
    ours.take()

    assert taken(other) == 39


def test_a_refusal_with_nothing_left_stops_the_others_at_once(
    spending: Callable[[str], SharedQuota], syncs: dict[str, str]
) -> None:
    ours, other = spending(""), spending("")
    ours.take()
    ours.learn(Response(429, {"left": "0"}, b""))

    assert taken(other) == 0


def test_what_was_heard_long_ago_is_not_told_any_more(
    spending: Callable[[str], SharedQuota], syncs: dict[str, str], watch: Watch
) -> None:
    ours = spending("")
    ours.take()
    ours.learn(Response(200, {"left": "3"}, b""))
    watch.pass_by(minutes=2)

    assert taken(ours) == 99


def test_a_provider_that_counts_no_days_has_no_quota(connection: Connection) -> None:
    assert quota.quota_for(connection, "") is None
    assert services.meter(connection) is None


def test_the_meter_says_who_spent_what(company: Connection, syncs: dict[str, str]) -> None:
    syncs.update(a="Companies", b="Invoices")
    for spender, calls in (("a", 3), ("b", 7), ("", 2), ("an old sync", 1)):
        port = quota.quota_for(company, spender)
        assert port is not None
        for _ in range(calls):
            port.take()

    meter = services.meter(company)

    rule = PROVIDERS["exact"].day
    assert meter is not None
    assert rule is not None
    assert (meter.used, meter.limit, meter.left) == (13, rule.calls, rule.calls - 13)
    assert meter.share == (rule.calls - rule.reserve) // 2
    assert [(spent.label, spent.calls) for spent in meter.spenders] == [
        ("Invoices", 7),
        ("Companies", 3),
        ("Pages and checks", 2),
        ("Others, such as syncs that are off now", 1),
    ]
    assert meter.level == "good"


def test_two_tenants_that_connect_one_company_share_its_day(
    company: Connection, make_connection: MakeConnection, other_tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    twin = make_connection(
        tenant=other_tenant, provider="exact", environment="nl", external_id=company.external_id
    )
    monkeypatch.setattr(quota, "_ask", [lambda found: {f"sync:{found.pk}": "Theirs or ours"}])
    watch = Watch()
    watch.now = NOON.replace(hour=0)

    ours = SharedQuota(company, DAY, f"sync:{company.pk}", store(), watch)

    assert taken(ours) == 45
    found = services.meter(twin, watch.now)
    assert found is not None
    assert [spent.label for spent in found.spenders] == ["Others, such as syncs that are off now"]


# --- several processes -------------------------------------------------------------------------


def run(kind: str, store_name: str, company: Connection, folder: Path, settings: Any) -> list[int]:
    if store_name == "database":
        settings.REDIS_URL = ""
    order = [kind, str(company.pk), str(company.tenant_id)]
    answers: list[int] = run_together(
        WORKER, [[*order, f"sync:{number}"] for number in range(4)], database_url_for(folder)
    )
    return answers


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store_name", STORES)
def test_four_processes_with_bad_data_stay_below_the_limit(
    store_name: str, company: Connection, tmp_path: Path, settings: Settings
) -> None:
    assert sum(run("errors", store_name, company, tmp_path, settings)) == 9


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store_name", STORES)
def test_four_processes_spend_a_day_and_no_more(
    store_name: str, company: Connection, tmp_path: Path, settings: Settings
) -> None:
    answers = run("day", store_name, company, tmp_path, settings)

    # What is kept for people is left.
    assert 90 <= sum(answers) <= 100
