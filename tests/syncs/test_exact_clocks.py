"""Hours that Exact's wall clock shows twice or never, divisions that move, months of silence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from accounts.models import Tenant
from integrations import opening, services
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer, run_sandbox
from syncs.engine.values import Json
from syncs.models import Run, RunState, Status, SyncRecord
from syncs.recipes.hubspot_exact import COMPANIES, PRODUCTS
from syncs.recipes.hubspot_exact_documents import ENTRIES, OPPORTUNITIES
from syncs.runs import Ended, run_sync
from tests.factories import TenantFactory
from tests.journeys.conftest import connect
from tests.journeys.exact_trading import BOOKINGS, ITEMS, trading
from tests.resilience.dutch import START, Dutch, open_dutch

pytestmark = pytest.mark.django_db(transaction=True)

OPPS = "crm/Opportunities"
STAGE = "default/appointmentscheduled"
# The clocks of Amsterdam go back at one o'clock UTC, from three to two; and forward from two to
# three.
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)
SPRING = datetime(2027, 3, 28, 1, tzinfo=UTC)
EVERY = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def no_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "limiter_for", lambda _connection: opening.NoLimit())


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=True) as moved:
        yield moved


@pytest.fixture
def serve(settings: Settings) -> Iterator[Callable[[], SandboxServer]]:
    """The stand-in, built when a test has set the clock."""
    running: list[Any] = []

    def start() -> SandboxServer:
        running.append(run_sandbox())
        server: SandboxServer = running[0].__enter__()
        settings.SANDBOX_URL = server.url
        return server

    # The stand-ins of all tests share their companies' ids, so that each keeps its own counts.
    settings.REDIS_URL = ""
    settings.PUBLIC_URL = "http://localhost:8000"
    yield start
    for each in running:
        each.__exit__(None, None, None)


def run(books: Dutch, *codes: str) -> None:
    for code in codes or books.syncs:
        books.look_at_both_sides()
        ended = Ended.MORE
        while ended is Ended.MORE:
            ended = run_sync(books.syncs[code].pk, seconds=120)
        assert ended is Ended.DONE, books.last_runs()


# --- clocks that go back and forward --------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A record that is linked, how it is changed in Exact, and the field that shows it."""

    code: str
    path: str
    field: str
    set_up: Callable[[Dutch], str]


def set_up_item(books: Dutch) -> str:
    books.switch_on(PRODUCTS)
    return books.add_product()


def set_up_entry(books: Dutch) -> str:
    for code in (COMPANIES, PRODUCTS, ENTRIES):
        books.switch_on(code)
    books.add_company()
    books.add_product()
    return books.add_deal()


def set_up_opportunity(books: Dutch) -> str:
    stage = next(iter(books.sandbox.exact.stages.values()))
    books.switch_on(COMPANIES)
    books.switch_on(OPPORTUNITIES, stages=[[STAGE, stage, "", "Offerte"]])
    return books.deal(books.add_company(), stage="appointmentscheduled")


KEPT = [
    pytest.param(Kept(PRODUCTS, ITEMS, "Description", set_up_item), id="items, by row version"),
    pytest.param(Kept(ENTRIES, BOOKINGS, "YourRef", set_up_entry), id="entries, by time"),
    pytest.param(
        Kept(OPPORTUNITIES, OPPS, "Name", set_up_opportunity), id="opportunities, by time"
    ),
]


@pytest.mark.parametrize("change", [AUTUMN, SPRING], ids=["autumn", "spring"])
@pytest.mark.parametrize("kept", KEPT)
def test_no_change_is_lost_or_read_backwards_when_clocks_change(
    serve: Callable[[], SandboxServer],
    tenant: Tenant,
    clock: time_machine.Traveller,
    kept: Kept,
    change: datetime,
) -> None:
    clock.move_to(change - timedelta(minutes=95))
    found = trading(tenant, serve())
    books = Dutch(found.tenant, found.server, found.integration)
    left_id = kept.set_up(books)
    books.let_tokens_age()
    run(books)
    run(books)
    sync = books.syncs[kept.code]
    exact_id = books.record(sync, left_id=left_id).right_id
    assert exact_id, books.reasons()

    for number in range(19):
        clock.move_to(change - timedelta(minutes=90) + number * EVERY)
        wanted = f"Versie {number}"
        fields: dict[str, Any] = {kept.field: wanted}
        books.sandbox.exact.update(kept.path, exact_id, **fields)
        run(books, kept.code)
        assert seen(books, kept, left_id) == wanted, (number, books.last_runs())

    written = books.sandbox.writes
    for minutes in (5, 60):
        clock.shift(minutes * 60)
        run(books)
    assert seen(books, kept, left_id) == wanted
    assert books.sandbox.writes == written
    failed = Run.objects.for_tenant(books.tenant).filter(state=RunState.FAILED)
    assert list(failed.values_list("message", flat=True)) == []


def seen(books: Dutch, kept: Kept, left_id: str) -> Json:
    held: dict[str, Json] = books.record(books.syncs[kept.code], left_id=left_id).right_values
    return held[kept.field]


def test_what_hubspot_changes_in_the_hour_that_happens_twice_comes_over_once(
    serve: Callable[[], SandboxServer], tenant: Tenant, clock: time_machine.Traveller
) -> None:
    """What we wrote ourselves in the first hour is no news in the second."""
    clock.move_to(AUTUMN - timedelta(minutes=75))
    found = trading(tenant, serve())
    books = Dutch(found.tenant, found.server, found.integration)
    deal = set_up_opportunity(books)
    books.let_tokens_age()
    run(books)
    run(books)
    key = books.record(books.syncs[OPPORTUNITIES], left_id=deal).right_id

    for number in range(16):
        clock.move_to(AUTUMN - timedelta(minutes=65) + number * EVERY)
        books.sandbox.hubspot.update("deals", deal, amount=str(100 + number))
        run(books, OPPORTUNITIES)
        assert float(books.sandbox.exact.get(OPPS, key)["AmountFC"]) == 100 + number
        written = books.sandbox.writes
        run(books, OPPORTUNITIES)
        assert books.sandbox.writes == written


# --- everything again -----------------------------------------------------------------------------


@pytest.fixture
def lived(serve: Callable[[], SandboxServer], tenant: Tenant) -> Dutch:
    """In sync for a while."""
    books = open_dutch(serve(), tenant)
    for _ in range(3):
        books.live_on()
    run(books)
    run(books)
    books.check()
    return books


@pytest.mark.parametrize("how", ["move", "link_hr"])
def test_a_division_that_moved_is_read_anew_and_nothing_is_written(
    lived: Dutch, clock: time_machine.Traveller, how: str
) -> None:
    exact = lived.sandbox.exact
    getattr(exact, how)()
    # Between the move and our noticing it: by row versions that mean nothing yet.
    (item,) = exact.find(ITEMS, Code="T-1")
    exact.update(ITEMS, item, Description="Verhuisd")
    written = lived.sandbox.writes

    for _ in range(3):
        clock.shift(12.5 * 3600)
        run(lived)

    row = lived.record(lived.syncs[PRODUCTS], right_id=item)
    assert (row.status, row.right_values["Description"]) == (Status.IN_SYNC, "Verhuisd")
    assert lived.sandbox.writes == written + 1
    lived.check()


def test_after_months_of_silence_a_full_compare_finds_what_was_deleted(
    lived: Dutch, clock: time_machine.Traveller
) -> None:
    """Deletions are told for two months; the consent ends after one, so that somebody signs in."""
    exact = lived.sandbox.exact
    bought = lived.add_product()
    run(lived)
    spare = lived.record(lived.syncs[PRODUCTS], left_id=bought).right_id
    for price in list(exact.all("logistics/SalesItemPrices").items()):
        if price[1]["Item"] == spare:
            exact.delete("logistics/SalesItemPrices", price[0])
    exact.delete(ITEMS, spare)
    (kept,) = exact.find(ITEMS, Code="T-1")
    exact.update(ITEMS, kept, Description="Veranderd")
    clock.shift(timedelta(days=70).total_seconds())
    for name in ("left", "right"):
        sign_in_again(lived, getattr(lived.integration, name))

    for _ in range(3):
        run(lived)
        clock.shift(300)

    record = SyncRecord.objects.for_tenant(lived.tenant).get(left_id=bought)
    assert record.status != Status.IN_SYNC, "Nobody noticed that it was deleted."
    row = lived.record(lived.syncs[PRODUCTS], right_id=kept)
    assert row.right_values["Description"] == "Veranderd"
    written = lived.sandbox.writes
    run(lived)
    assert lived.sandbox.writes == written
    assert exact.find(ITEMS, Code="T-1") == [kept]


def sign_in_again(books: Dutch, connection: Connection) -> None:
    """As a person does when a consent has run out: with new tokens."""
    fresh = connect(TenantFactory.create(), books.server, connection.provider)
    Connection.objects.for_tenant(books.tenant).filter(pk=connection.pk).update(
        access_token=fresh.access_token,
        refresh_token=fresh.refresh_token,
        refreshed_at=datetime.now(UTC),
        access_expires_at=datetime.now(UTC) + timedelta(minutes=10),
    )
    connection.refresh_from_db()
    services.resume(connection)
