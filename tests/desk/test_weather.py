"""Provider weather: what many companies suffer at once is one line."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, Tenant, User
from integrations.models import CallRecord, Connection, ConnectionState
from syncs.models import Sync
from syncs.views.weather import look, weather
from tests.conftest import ClientOf
from tests.desk.conftest import contacts_sync
from tests.factories import MembershipFactory, TenantFactory

pytestmark = pytest.mark.django_db
type MakeSyncs = Callable[[int], list[Sync]]
NOW = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def make_syncs(db: None) -> MakeSyncs:
    """One sync each of so many companies."""
    return lambda count: [contacts_sync(TenantFactory.create()) for _ in range(count)]


def call(connection: Connection, at: datetime, status: int) -> None:
    CallRecord.objects.create(
        tenant_id=connection.tenant_id,
        connection=connection,
        at=at,
        method="GET",
        path="/",
        status=status,
        milliseconds=1,
    )


def stall(sync: Sync, since: datetime, status: int = 0) -> None:
    """QuickBooks answered, and then did not; HubSpot did."""
    left, right = sync.integration.left, sync.integration.right
    for minutes, found in ((-30, 503), (-20, 200), (0, status), (5, status)):
        call(right, since + timedelta(minutes=minutes), found)
    call(left, since + timedelta(minutes=5), 200)
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(stalls=2)


def pause(connection: Connection, at: datetime) -> None:
    connection.state, connection.paused_at = ConnectionState.PAUSED, at
    connection.save()


def test_a_provider_that_many_cannot_reach_is_one_line(make_syncs: MakeSyncs) -> None:
    syncs = make_syncs(5)
    since = NOW - timedelta(minutes=40)
    for number, sync in enumerate(syncs[:3]):
        stall(sync, since + timedelta(minutes=number))

    (found,) = look(NOW)

    assert found.provider == "quickbooks"
    assert (found.companies, found.of, found.since) == (3, 5, since)
    assert found.connections == {sync.integration.right_id for sync in syncs[:3]}
    assert found.sentence.startswith("QuickBooks Online: 3 of 5 companies cannot be reached since")
    assert f"{since:%H:%M} UTC" in found.sentence


def test_two_companies_are_a_coincidence(make_syncs: MakeSyncs) -> None:
    for sync in make_syncs(2):
        stall(sync, NOW - timedelta(minutes=40))

    assert look(NOW) == ()


def test_a_provider_that_refuses_records_can_be_reached(make_syncs: MakeSyncs) -> None:
    for sync in make_syncs(3):
        stall(sync, NOW - timedelta(minutes=40), status=429)

    assert look(NOW) == ()


def test_a_provider_that_answers_again_is_no_weather(make_syncs: MakeSyncs) -> None:
    for sync in make_syncs(3):
        stall(sync, NOW - timedelta(minutes=40))
        call(sync.integration.right, NOW, 200)

    assert look(NOW) == ()


def test_sign_ins_that_many_lost_at_once_are_one_line(make_syncs: MakeSyncs) -> None:
    syncs = make_syncs(4)
    for sync in syncs[:3]:
        pause(sync.integration.left, NOW - timedelta(hours=1))
    # That was long ago and has nothing to do with it.
    pause(syncs[3].integration.left, NOW - timedelta(days=9))

    (found,) = look(NOW)

    assert (found.provider, found.companies, found.refuses) == ("hubspot", 3, True)


def test_it_is_asked_once_a_minute_at_most(make_syncs: MakeSyncs) -> None:
    assert weather() == ()
    for sync in make_syncs(3):
        pause(sync.integration.left, timezone.now())

    assert weather() == ()
    assert len(look()) == 1


def test_staff_read_one_line_and_whom_it_hits_ranks_lower(
    client_of: ClientOf, support: User, make_syncs: MakeSyncs
) -> None:
    *hit, own = make_syncs(4)
    for sync in hit:
        pause(sync.integration.right, timezone.now())
    pause(own.integration.left, timezone.now())

    html = " ".join(client_of(support).get("/admin/").text.split())

    assert html.count("QuickBooks Online: 3 of 4 companies are not let in since") == 1
    assert html.count("hit by the trouble of QuickBooks Online") == 3
    assert html.count("HubSpot needs somebody") == 1
    table = html[html.index('id="companies"') :]
    assert table.index(f">{own.tenant.name}<") < table.index(f">{hit[0].tenant.name}<")


def test_a_company_that_is_hit_is_told_that_it_is_not_alone(
    client_of: ClientOf, finance: User, tenant: Tenant, make_syncs: MakeSyncs
) -> None:
    own = contacts_sync(tenant)
    since = timezone.now() - timedelta(minutes=10)
    for sync in (own, *make_syncs(2)):
        stall(sync, since)

    html = client_of(finance).get("/admin/").text

    assert "QuickBooks Online has trouble since" in html
    assert "Nothing to do: what waits goes on by itself." in html


def test_a_company_that_is_not_hit_is_told_nothing(
    client_of: ClientOf, other_tenant: Tenant, make_syncs: MakeSyncs
) -> None:
    contacts_sync(other_tenant)
    colleague = MembershipFactory.create(tenant=other_tenant, role=Role.FINANCE).user
    for sync in make_syncs(3):
        stall(sync, timezone.now() - timedelta(minutes=10))

    assert len(weather()) == 1
    assert "has trouble" not in client_of(colleague).get("/admin/").text
