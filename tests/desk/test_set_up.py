"""Setting up from the desk: two connections become an integration with its syncs."""

import pytest

from accounts.models import Tenant, User
from integrations.models import Connection, ConnectionState
from syncs.models import Integration, Sync, SyncState
from tests.conftest import ClientOf
from tests.desk.conftest import connection

pytestmark = pytest.mark.django_db
ADD = "/admin/syncs/integration/add/"


@pytest.fixture
def both(tenant: Tenant) -> tuple[Connection, Connection]:
    return connection(tenant, "hubspot"), connection(tenant, "quickbooks")


def post(client_of: ClientOf, user: User, left: Connection, right: Connection) -> tuple[int, str]:
    sent = {"left": left.pk, "right": right.pk}
    answer = client_of(user).post(ADD, sent, follow=True)
    return answer.status_code, answer.content.decode()


def test_every_recipe_of_the_pair_becomes_a_sync_that_is_off(
    client_of: ClientOf, owner: User, both: tuple[Connection, Connection], tenant: Tenant
) -> None:
    status, html = post(client_of, owner, *both)

    assert status == 200
    assert "Set up: Contacts and customers, Products and items, Invoices, Payments" in html
    syncs = Sync.objects.for_tenant(tenant)
    assert {sync.state for sync in syncs} == {SyncState.OFF}
    assert all(sync.mappings.exists() for sync in syncs)
    assert Integration.objects.for_tenant(tenant).get().name == "HubSpot ⇄ QuickBooks Online"


def test_setting_up_twice_adds_nothing(
    client_of: ClientOf, owner: User, both: tuple[Connection, Connection], tenant: Tenant
) -> None:
    post(client_of, owner, *both)
    _status, html = post(client_of, owner, *both)

    assert "These two are set up already." in html
    assert Integration.objects.for_tenant(tenant).count() == 1
    assert Sync.objects.for_tenant(tenant).count() == 5


def test_two_of_one_provider_are_not_offered_together(
    client_of: ClientOf, owner: User, both: tuple[Connection, Connection], tenant: Tenant
) -> None:
    left, _right = both

    post(client_of, owner, left, left)

    assert not Integration.objects.for_tenant(tenant).exists()


def test_a_disconnected_one_is_not_offered(
    client_of: ClientOf, owner: User, both: tuple[Connection, Connection], tenant: Tenant
) -> None:
    left, right = both
    Connection.objects.for_tenant(tenant).filter(pk=right.pk).update(
        state=ConnectionState.DISCONNECTED
    )

    post(client_of, owner, left, right)

    assert not Integration.objects.for_tenant(tenant).exists()


def test_nobody_sets_up_with_another_companys_connection(
    client_of: ClientOf, owner: User, other_tenant: Tenant, both: tuple[Connection, Connection]
) -> None:
    left, _right = both
    theirs = connection(other_tenant, "quickbooks")

    post(client_of, owner, left, theirs)

    assert not Integration.objects.for_tenants([left.tenant_id, other_tenant.pk]).exists()


def test_support_does_not_join_two_companies(
    client_of: ClientOf, support: User, other_tenant: Tenant, both: tuple[Connection, Connection]
) -> None:
    left, _right = both
    theirs = connection(other_tenant, "quickbooks")

    _status, html = post(client_of, support, left, theirs)

    assert "The two connections belong to different companies." in html
    assert not Integration.objects.for_tenants([left.tenant_id, other_tenant.pk]).exists()


def test_finance_may_look_but_not_set_up(
    client_of: ClientOf, finance: User, both: tuple[Connection, Connection]
) -> None:
    assert post(client_of, finance, *both)[0] == 403
