"""Two processes at one company of Exact: together they keep to its calls a minute."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import time_machine

from integrations.sandbox.server import SandboxServer
from syncs.recipes.hubspot_exact import COMPANIES, PRODUCTS
from syncs.runs import Ended
from tests.resilience.dutch import START, open_dutch
from tests.resilience.lives import mother

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ALLOWED = 60
# Of the minute's calls, so many are gone already, so that too fast a pace shows after seconds.
GONE = 25
SECONDS = 15.0
RECORDS = 40


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Before the stand-in is built, whose tokens are dated; a minute has just begun."""
    with time_machine.travel(START, tick=True) as moved:
        yield moved


@pytest.mark.parametrize("kept_in", ["database", pytest.param("redis", marks=pytest.mark.redis)])
def test_two_processes_keep_to_the_calls_of_a_minute(
    database_url: str,
    limited_sandbox: SandboxServer,
    clock: time_machine.Traveller,
    kept_in: str,
    request: pytest.FixtureRequest,
) -> None:
    address = request.getfixturevalue("queue") if kept_in == "redis" else ""
    books = open_dutch(limited_sandbox)
    for _ in range(RECORDS):
        books.add_company()
        books.add_product()
    exact = limited_sandbox.sandbox.exact
    exact.configure(minute_calls=ALLOWED)
    with ExitStack() as stack:
        nurseries = [
            stack.enter_context(
                mother(database_url, limited_sandbox.url, SALDO_WORKER=name, REDIS_URL=address)
            )
            for name in ("first", "second")
        ]
        clock.move_to(START.replace(minute=5))
        for _ in range(GONE):
            assert exact.throttle.admit(exact.division().code, "current/Me") is None
        with ThreadPoolExecutor(2) as pool:
            lives = [
                pool.submit(
                    nursery.bear, syncs=[books.syncs[code].pk], at=time.time(), seconds=SECONDS
                )
                for nursery, code in zip(nurseries, (COMPANIES, PRODUCTS), strict=True)
            ]

    # On a busy machine one may put its work off until there are calls again.
    ended = [life.result() for life in lives]
    waiting = {Ended.STALLED, Ended.MORE}
    assert all(life.was_killed or {*life.ended.values()} <= waiting for life in ended)
    assert exact.meter.violations.total() == 0
    # Both were at it, and neither had come to its end.
    assert 3 < exact.meter.calls.total() < ALLOWED - GONE
    assert exact.count("crm/Accounts") < RECORDS
