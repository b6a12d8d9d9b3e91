"""Rate limits hold over all processes, in either database and in Redis."""

import socket
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import transaction

from accounts.models import Tenant
from integrations.contract import RetryLater
from integrations.http import Limiter, RateRule
from integrations.limits import DatabaseLimiter, Pace, RedisLimiter, limiter_for
from integrations.models import Connection
from tests.integrations.processes import database_url_for, run_together

WORKER = Path(__file__).with_name("limit_worker.py")
SLOW = RateRule("calls", 1, 3600.0, 1)
THREE_AT_ONCE = RateRule("calls", 3, 3600.0, 3)


@pytest.fixture
def redis_server() -> Iterator[redis.Redis]:
    server = redis.Redis.from_url(settings.REDIS_URL)
    yield server
    for key in server.scan_iter("saldo/rate/test-*"):
        server.delete(key)
    server.close()


@pytest.fixture(params=["database", pytest.param("redis", marks=pytest.mark.redis)])
def limiter(request: pytest.FixtureRequest, db: None) -> Limiter:
    prefix = f"test-{time.time_ns()}"
    if request.param == "database":
        return DatabaseLimiter(prefix)
    return RedisLimiter(prefix, request.getfixturevalue("redis_server"))


def test_a_burst_goes_at_once_and_the_next_call_waits(limiter: Limiter) -> None:
    waits = [limiter.acquire(THREE_AT_ONCE) for _ in range(4)]

    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 1190 < waits[3] <= 1200


def test_waiting_takes_nothing(limiter: Limiter) -> None:
    limiter.acquire(SLOW)
    waits = [limiter.acquire(SLOW) for _ in range(5)]

    assert max(waits) <= 3600
    assert min(waits) > 3590


def test_a_hold_keeps_everybody_away_even_from_an_unused_bucket(limiter: Limiter) -> None:
    limiter.hold(THREE_AT_ONCE, 30)

    assert 29 < limiter.acquire(THREE_AT_ONCE) <= 30


def test_a_shorter_hold_does_not_shorten_a_longer_one(limiter: Limiter) -> None:
    limiter.hold(SLOW, 60)
    limiter.hold(SLOW, 5)

    assert limiter.acquire(SLOW) > 59


def test_after_a_hold_there_is_no_burst(limiter: Limiter) -> None:
    rule = RateRule("calls", 10, 600.0, 5)
    limiter.hold(rule, 0.001)
    while limiter.acquire(rule):
        pass

    assert limiter.acquire(rule) > 50


def test_buckets_do_not_disturb_each_other(limiter: Limiter) -> None:
    limiter.acquire(SLOW)

    assert limiter.acquire(RateRule("searches", 1, 3600.0, 1)) == 0.0


def company(tenant: Tenant) -> Connection:
    """A connection to a company that no other test, nor Redis, has heard of."""
    return Connection(tenant=tenant, provider="hubspot", external_id=f"test-{time.time_ns()}")


def test_two_connections_to_one_company_share_its_limit(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    connection = company(tenant)
    twin = Connection(tenant=other_tenant, provider="hubspot", external_id=connection.external_id)
    limiter_for(connection).acquire(SLOW)

    assert limiter_for(twin).acquire(SLOW) > 0


def test_two_companies_do_not_share_a_limit(tenant: Tenant) -> None:
    limiter_for(company(tenant)).acquire(SLOW)

    assert limiter_for(company(tenant)).acquire(SLOW) == 0.0


@pytest.mark.django_db(transaction=True)
def test_a_limit_is_not_asked_inside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="inside a database transaction"), transaction.atomic():
        DatabaseLimiter("test").acquire(SLOW)


@pytest.mark.django_db(transaction=True)
def test_a_call_costs_one_statement(django_assert_num_queries: Any) -> None:
    limiter = DatabaseLimiter("test")
    limiter.acquire(RateRule("calls", 1000, 1.0, 100))

    with django_assert_num_queries(1):
        limiter.acquire(RateRule("calls", 1000, 1.0, 100))


def test_redis_that_is_away_delays_instead_of_letting_through() -> None:
    nobody = redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)

    with pytest.raises(RetryLater, match="Redis"):
        RedisLimiter("test", nobody).acquire(SLOW)


def test_redis_that_does_not_answer_delays_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        mute = redis.Redis.from_url(address, socket_timeout=0.05, retry=None)

        with pytest.raises(RetryLater, match="Redis"):
            RedisLimiter("test", mute).acquire(SLOW)


def test_the_pace_is_the_steady_rate_with_the_burst_on_top() -> None:
    assert Pace.of(RateRule("calls", 100, 10.0, 4)) == Pace(interval=0.1, ahead=0.4)
    assert Pace.of(RateRule("calls", 5, 1.0, 0)) == Pace(interval=0.2, ahead=0.2)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store", ["database", pytest.param("redis", marks=pytest.mark.redis)])
def test_four_processes_use_the_allowance_and_never_more(store: str, tmp_path: Path) -> None:
    """60 calls a second, 2 of them at once: four workers that never rest, for three seconds."""
    orders = [store, f"test-{time.time_ns()}", "60", "1.0", "2", "3.0"]

    answers = run_together(WORKER, [orders] * 4, database_url_for(tmp_path))

    moments = sorted(moment for answer in answers for moment in answer)
    assert most_within(1.0, moments) <= 60 + 2
    assert 0.95 * 180 <= len(moments) <= 180 + 2


def most_within(seconds: float, moments: list[float]) -> int:
    """The largest number of moments in any window of that length."""
    return max(bisect_left(moments, moment + seconds) - at for at, moment in enumerate(moments))
