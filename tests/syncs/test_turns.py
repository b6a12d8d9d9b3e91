"""How often metered connections are looked at, who spends their calls, and why a sync rests."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Tenant
from integrations.contract import Category, Fault, RetryLater
from integrations.models import Connection
from syncs import spenders
from syncs.models import Integration, Sync, SyncState
from syncs.resting import Rest, rest_of
from syncs.runs import Ended
from syncs.setup import install
from syncs.sweeps import next_look
from tests.syncs.conftest import World, connection

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
A_DAY, CALLS_A_DAY, CALLS_A_LOOK = timedelta(days=1), 5_000, 3


@pytest.fixture
def exact(tenant: Tenant) -> Connection:
    return connection(tenant, "exact")


@pytest.fixture
def pair(tenant: Tenant, exact: Connection) -> Integration:
    return install(connection(tenant, "hubspot", "2"), exact)


def add_syncs(pair: Integration, number: int, state: SyncState = SyncState.ACTIVE) -> None:
    for one in range(number):
        Sync.objects.create(
            tenant_id=pair.tenant_id, integration=pair, recipe="r", name=f"S{one}", state=state
        )


@pytest.mark.parametrize("number", [1, 4, 7])
def test_idle_looks_take_a_fifth_of_the_days_calls_at_most(
    exact: Connection, pair: Integration, number: int
) -> None:
    add_syncs(pair, number)
    add_syncs(pair, 2, SyncState.OFF)

    looks = number * (A_DAY / (next_look(exact, NOW) - NOW))

    assert looks * CALLS_A_LOOK <= 0.2 * CALLS_A_DAY
    assert looks >= 200


def test_where_reads_are_free_nobody_takes_turns(pair: Integration) -> None:
    add_syncs(pair, 7)

    assert next_look(pair.left, NOW) == NOW + timedelta(minutes=1)


def test_each_sync_that_is_on_spends_in_its_own_name(exact: Connection, pair: Integration) -> None:
    add_syncs(pair, 2)
    add_syncs(pair, 1, SyncState.OFF)

    found = spenders.spenders(exact)

    on = Sync.objects.for_tenant(pair.tenant_id).filter(state=SyncState.ACTIVE)
    assert found == {spenders.spender_of(sync): sync.name for sync in on}
    assert len(found) == 2


def test_a_sync_that_rests_says_why_and_until_when(world: World) -> None:
    words = "Exact takes no more calls to Accounts until 13:00."
    world.left.add("p1", name="Ann", email="a@x.org")
    world.right.errors["write"] = [
        RetryLater(Fault(Category.RATE_LIMITED, "error_budget", words), 1800.0)
    ]
    assert rest_of(world.sync) is None

    with time_machine.travel(NOW, tick=False) as clock:
        assert world.run() is Ended.STALLED
        world.sync.refresh_from_db()
        told = rest_of(world.sync)
        clock.shift(timedelta(minutes=31))
        later = rest_of(world.sync)

    assert told == Rest(Category.RATE_LIMITED, words, NOW + timedelta(minutes=30))
    assert later is None
