"""Exact's limits over whole syncs: refused calls by the hour, calls by the day; never over one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from accounts.models import Tenant
from integrations import opening, quota, services
from integrations.contract import Category
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer, run_sandbox
from syncs.models import Status, Sync
from syncs.recipes.hubspot_exact import COMPANIES, CONTACTS, PRODUCTS
from syncs.resting import rest_of
from syncs.runs import Ended, run_sync
from tests.resilience.dutch import START, Dutch, open_dutch

pytestmark = pytest.mark.django_db(transaction=True)

# What the stand-in calls the endpoint of contacts.
ENDPOINT = "crm/Contacts"
MOST_REFUSED = 9
BAD = 22
MINUTE = 60.0
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=True) as moved:
        yield moved


@pytest.fixture(autouse=True)
def no_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "limiter_for", lambda _connection: opening.NoLimit())


@pytest.fixture
def server(settings: Settings) -> Iterator[SandboxServer]:
    # The stand-ins of all tests share their companies' ids, so that each keeps its own counts.
    settings.REDIS_URL = ""
    settings.PUBLIC_URL = "http://localhost:8000"
    with run_sandbox() as running:
        settings.SANDBOX_URL = running.url
        yield running


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Dutch:
    found = open_dutch(server, tenant)
    for code in found.syncs:
        run(found, code)
    return found


def run(books: Dutch, code: str) -> Ended:
    """As the dispatch would: not while it rests."""
    sync = current(books, code)
    if sync.held_until and sync.held_until > datetime.now(UTC):
        return Ended.IDLE
    books.look_at_both_sides()
    ended = Ended.MORE
    while ended is Ended.MORE:
        ended = run_sync(sync.pk, seconds=120)
    return ended


def current(books: Dutch, code: str) -> Sync:
    found: Sync = Sync.objects.for_tenant(books.tenant).get(pk=books.syncs[code].pk)
    return found


def exact(books: Dutch) -> Connection:
    return books.integration.right


# --- refused calls --------------------------------------------------------------------------------


def test_an_hour_of_bad_records_never_shuts_the_endpoint(
    books: Dutch, clock: time_machine.Traveller
) -> None:
    """Exact shuts an endpoint at the tenth refusal within an hour; we stop at nine."""
    throttle = books.sandbox.exact.throttle
    books.add_company()
    run(books, COMPANIES)
    spoil(books, BAD)
    good = books.add_person()

    assert run(books, CONTACTS) is Ended.STALLED

    assert throttle.errors(ENDPOINT) == MOST_REFUSED
    rest = rest_of(current(books, CONTACTS))
    assert rest is not None
    assert rest.category == Category.RATE_LIMITED.value
    assert f"{ENDPOINT} refused {MOST_REFUSED} calls within an hour" in rest.message
    assert "10:0" in rest.message
    assert timedelta(minutes=55) < rest.until - datetime.now(UTC) <= HOUR
    (resting,) = services.resting(exact(books))
    assert (resting.endpoint, resting.refused) == (ENDPOINT, MOST_REFUSED)

    # Everything else goes on meanwhile, and the hours come and go.
    most = 0
    for _ in range(40):
        clock.shift(5 * MINUTE)
        if books.record(books.syncs[CONTACTS], left_id=good).status == Status.IN_SYNC:
            break
        books.add_company()
        assert run(books, COMPANIES) is Ended.DONE
        run(books, CONTACTS)
        most = max(most, throttle.errors(ENDPOINT))

    assert most == MOST_REFUSED
    assert books.sandbox.violations == 0
    books.in_sync(good, sync=books.syncs[CONTACTS])
    failing = books.statuses(books.syncs[CONTACTS])[Status.FAILING]
    assert failing == BAD
    names = [row["Name"] for row in books.all("crm/Accounts")]
    assert sorted(names) == sorted(books.companies)


def spoil(books: Dutch, count: int) -> None:
    """People whose addresses HubSpot has for a long time, and Exact does not take."""
    rows = [
        {"firstname": "Pat", "lastname": f"Bad{number}", "email": f"bad{number}@localhost"}
        for number in range(count)
    ]
    for made in books.sandbox.hubspot.load("contacts", rows):
        books.sandbox.hubspot.link(made, books.company_id)


def test_what_was_refused_is_not_sent_again_by_itself(
    books: Dutch, clock: time_machine.Traveller
) -> None:
    books.add_company()
    run(books, COMPANIES)
    spoil(books, 3)
    run(books, CONTACTS)
    sent = books.sandbox.exact.meter.calls.total()
    refused = books.sandbox.exact.throttle.errors(ENDPOINT)

    for _ in range(6):
        clock.shift(5 * MINUTE)
        assert run(books, CONTACTS) is Ended.DONE

    assert books.sandbox.exact.throttle.errors(ENDPOINT) == refused == 3
    posts = [call for call in books.sandbox.exact.meter.calls if call.startswith("POST")]
    assert sum(books.sandbox.exact.meter.calls[each] for each in posts) >= 3
    assert books.sandbox.exact.meter.calls.total() > sent


# --- calls of a day -------------------------------------------------------------------------------

# Of these a hundred are for people; four syncs are on.
DAY = 500
SHARE = 100


@pytest.fixture
def small(books: Dutch, clock: time_machine.Traveller) -> Dutch:
    """Exact grants this company few calls, and says so; a day has just begun."""
    clock.move_to(START.replace(hour=0, minute=1) + timedelta(days=1))
    books.sandbox.exact.configure(real_limits=True, minute_calls=10_000, day_calls=DAY)
    return books


def test_a_spent_day_rests_until_midnight_utc_and_goes_on(
    small: Dutch, clock: time_machine.Traveller
) -> None:
    for _ in range(DAY):
        small.add_company()

    # Through the day it may use what the others leave, and never a call too much.
    assert run(small, COMPANIES) is Ended.STALLED
    for _ in range(11):
        clock.shift(2 * HOUR.total_seconds())
        assert run(small, COMPANIES) is Ended.STALLED
    meter = quota.meter(exact(small))
    assert meter is not None
    assert DAY - SHARE / 2 < meter.used < DAY
    # Of what is left, Exact takes all but one away.
    small.sandbox.exact.configure(day_calls=meter.used + 1)
    clock.shift(20 * MINUTE)
    run(small, COMPANIES)
    clock.shift(20 * MINUTE)
    run(small, COMPANIES)

    rest = rest_of(current(small, COMPANIES))
    assert rest is not None
    assert rest.category == Category.RATE_LIMITED.value
    assert "calls are used up. Saldo goes on at 00:00 UTC." in rest.message
    assert small.sandbox.violations == 0
    assert small.sandbox.exact.count("crm/Accounts") < DAY

    clock.move_to(START.replace(hour=0, minute=1) + timedelta(days=2))
    small.sandbox.exact.configure(day_calls=DAY)
    before = small.sandbox.exact.count("crm/Accounts")
    run(small, COMPANIES)

    assert small.sandbox.exact.count("crm/Accounts") > before + SHARE / 2
    assert small.sandbox.violations == 0


def test_each_sync_has_its_share_whoever_comes_first(small: Dutch) -> None:
    for _ in range(2 * SHARE):
        small.add_company()
        small.add_product()

    assert run(small, COMPANIES) is Ended.STALLED

    assert "its share" in small.last_runs()[0][2]
    assert SHARE - 20 <= spent(small)["Companies"] <= SHARE + 5
    assert run(small, PRODUCTS) is Ended.STALLED
    assert SHARE - 20 <= spent(small)["Products"] <= SHARE + 5
    assert small.sandbox.violations == 0


def spent(books: Dutch) -> dict[str, int]:
    meter = quota.meter(exact(books))
    assert meter is not None
    return {each.label.split()[0]: each.calls for each in meter.spenders}
