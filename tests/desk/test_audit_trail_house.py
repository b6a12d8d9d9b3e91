"""Changes of a company, its members and connections stand beside those of its configuration."""

from auditlog.context import set_actor
from django.urls import reverse

from accounts import services as people
from accounts.models import Role, Tenant, User
from integrations.models import Connection, ConnectionState
from syncs.models import Sync
from tests.conftest import ClientOf
from tests.factories import MembershipFactory

URL = "/desk/changes/company/"


def test_members_are_told_after_they_left(client_of: ClientOf, tenant: Tenant, owner: User) -> None:
    member = MembershipFactory.create(tenant=tenant, role=Role.FINANCE)
    name = str(member.user)
    people.change_role(member, Role.VIEWER)
    people.remove_member(member)

    text = client_of(owner).get(URL).text
    assert text.count(f"Member: {name}") == 3
    assert "<del>Finance</del>" in text
    assert "<ins>Viewer</ins>" in text


def test_connections_are_told_by_what_people_understand(
    client_of: ClientOf, sync: Sync, owner: User
) -> None:
    connection = Connection.objects.for_tenant(sync.tenant_id).get(pk=sync.integration.left_id)
    connection.state = ConnectionState.PAUSED
    connection.save(update_fields=["state"])

    text = client_of(owner).get(URL).text
    assert "<del>Connected</del>" in text
    assert "token" not in text.partition('id="house-title"')[2]


def test_who_made_a_sync_and_who_took_it_away(client_of: ClientOf, sync: Sync, owner: User) -> None:
    name = sync.name
    with set_actor(owner):
        sync.delete()

    text = client_of(owner).get(URL).text
    assert text.count(f"Sync: {name}") == 2
    assert str(owner) in text


def test_a_stranger_sees_only_the_own_company(
    client_of: ClientOf, tenant: Tenant, stranger: User
) -> None:
    member = MembershipFactory.create(tenant=tenant, user__full_name="Zwijgzame Zus")
    people.remove_member(member)
    client = client_of(stranger)

    for url in (URL, f"{URL}?tenant={tenant.pk}"):
        assert "Zwijgzame Zus" not in client.get(url).text


def test_finance_does_not_see_who_came_and_went(client_of: ClientOf, finance: User) -> None:
    client = client_of(finance)

    assert client.get(URL).status_code == 403
    assert URL not in client.get(reverse("desk_audit_trail")).text


def test_support_chooses_a_company(
    client_of: ClientOf, tenant: Tenant, other_tenant: Tenant, support: User
) -> None:
    MembershipFactory.create(tenant=tenant, user__full_name="Joost Jansen")
    client = client_of(support)

    assert "Choose a company" in client.get(URL).text
    assert "Joost Jansen" in client.get(f"{URL}?tenant={tenant.pk}").text
    assert "Joost Jansen" not in client.get(f"{URL}?tenant={other_tenant.pk}").text
