"""Owners let people in and out; the last owner stays."""

import re

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Membership, Role, Tenant, User
from accounts.tenancy import all_tenants
from tests.conftest import ClientOf
from tests.factories import PASSWORD, MembershipFactory

ADD = "/admin/accounts/membership/add/"


def change_page(membership: Membership) -> str:
    return reverse("admin:accounts_membership_change", args=[membership.pk])


def delete_page(membership: Membership) -> str:
    return reverse("admin:accounts_membership_delete", args=[membership.pk])


def membership_of(user: User) -> Membership:
    return user.memberships.get()


def invitation(tenant: Tenant, **changes: str) -> dict[str, str]:
    form = {"tenant": str(tenant.pk), "email": "Carla@Example.org", "role": "finance"}
    return {**form, "full_name": "Carla Bianchi", **changes}


def test_an_owner_invites_somebody_new_who_then_signs_in(
    client_of: ClientOf,
    owner: User,
    tenant: Tenant,
    client: Client,
    django_capture_on_commit_callbacks: pytest.FixtureRequest,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        response = client_of(owner).post(ADD, invitation(tenant))

    assert response.status_code == 302
    carla = User.objects.get(email="carla@example.org")
    assert carla.roles == {tenant.pk: Role.FINANCE}
    assert not carla.has_usable_password()
    letter = mail.outbox[0]
    assert letter.to == ["carla@example.org"]
    assert tenant.name in letter.subject
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(letter.body))
    assert link
    form_page = client.get(link[1], follow=True)
    client.post(form_page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    client.post("/accounts/login/", {"login": carla.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_somebody_known_becomes_a_member_without_a_new_password(
    owner: User, tenant: Tenant, stranger: User
) -> None:
    invitation = services.Invitation(tenant, stranger.email.upper(), Role.VIEWER)

    services.invite(invitation, by=owner)

    assert User.objects.get(pk=stranger.pk).roles[tenant.pk] is Role.VIEWER
    assert User.objects.get(pk=stranger.pk).check_password(PASSWORD)


def test_a_member_is_not_invited_twice(
    client_of: ClientOf, owner: User, tenant: Tenant, viewer: User
) -> None:
    response = client_of(owner).post(ADD, invitation(tenant, email=viewer.email.upper()))

    assert "member already" in response.text
    assert viewer.memberships.count() == 1


def test_nobody_is_invited_to_another_company(
    client_of: ClientOf, owner: User, other_tenant: Tenant
) -> None:
    response = client_of(owner).post(ADD, invitation(other_tenant))

    assert response.status_code == 200
    assert not User.objects.filter(email="carla@example.org").exists()


@pytest.mark.parametrize("who", ["viewer", "finance", "support"])
def test_only_owners_and_administrators_invite(
    client_of: ClientOf, tenant: Tenant, who: str, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))

    assert client.post(ADD, invitation(tenant)).status_code == 403
    assert not User.objects.filter(email="carla@example.org").exists()


def test_an_owner_changes_a_role(client_of: ClientOf, owner: User, viewer: User) -> None:
    client_of(owner).post(change_page(membership_of(viewer)), {"role": "finance"})

    assert membership_of(viewer).role == Role.FINANCE


def test_an_owner_removes_a_member_at_once(client_of: ClientOf, owner: User, viewer: User) -> None:
    viewers_browser = client_of(viewer)
    assert viewers_browser.get("/admin/").status_code == 200

    client_of(owner).post(delete_page(membership_of(viewer)), {"post": "yes"})

    assert not viewer.memberships.exists()
    assert viewers_browser.get("/admin/").status_code == 302


def test_the_last_owner_can_neither_step_down_nor_leave(client_of: ClientOf, owner: User) -> None:
    client, own = client_of(owner), membership_of(owner)

    stepping_down = client.post(change_page(own), {"role": "viewer"})
    leaving = client.post(delete_page(own), {"post": "yes"}, follow=True)

    assert "Appoint another owner first" in stepping_down.text
    assert "Appoint another owner first" in leaving.text
    assert membership_of(owner).role == Role.OWNER


def test_with_a_second_owner_the_first_may_leave(owner: User, tenant: Tenant) -> None:
    MembershipFactory.create(tenant=tenant, role=Role.OWNER)

    services.remove_member(membership_of(owner))

    assert not owner.memberships.exists()


def test_two_owners_who_show_each_other_out_leave_one(owner: User, tenant: Tenant) -> None:
    second = MembershipFactory.create(tenant=tenant, role=Role.OWNER)
    stale = membership_of(owner)

    services.remove_member(second)

    with pytest.raises(services.LastOwner):
        services.remove_member(stale)


def test_another_companys_owner_does_not_count(owner: User, stranger: User) -> None:
    with pytest.raises(services.LastOwner):
        services.change_role(membership_of(owner), Role.FINANCE)


def test_changes_of_members_are_kept(client_of: ClientOf, owner: User, viewer: User) -> None:
    changed = membership_of(viewer)

    client_of(owner).post(change_page(changed), {"role": "owner"})

    entry = LogEntry.objects.get_for_object(changed).latest("id")
    assert entry.changes_dict["role"] == ["viewer", "owner"]
    assert entry.actor == owner


def test_an_administrator_makes_staff_who_get_a_mail(
    client_of: ClientOf,
    administrator: User,
    django_capture_on_commit_callbacks: pytest.FixtureRequest,
) -> None:
    form = {"email": "New@example.org", "full_name": "New", "is_active": "on", "groups": []}

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        response = client_of(administrator).post("/admin/accounts/user/add/", form)

    assert response.status_code == 302, response.context["errors"]
    made = User.objects.get(email="new@example.org")
    assert not made.has_usable_password()
    assert mail.outbox[0].to == ["new@example.org"]


def test_an_administrator_cannot_make_superusers(client_of: ClientOf, administrator: User) -> None:
    root = User.objects.create_superuser("root@example.org")
    form = {"email": "x@example.org", "is_active": "on", "is_superuser": "on"}
    client = client_of(administrator)

    client.post("/admin/accounts/user/add/", form)
    client.post(f"/admin/accounts/user/{root.pk}/change/", {"full_name": "Taken over"})

    assert not User.objects.get(email="x@example.org").is_superuser
    assert User.objects.get(pk=root.pk).full_name == ""


def test_somebody_of_two_companies_sees_both_and_may_tell_them_apart(
    client_of: ClientOf, owner: User, other_tenant: Tenant
) -> None:
    page = "/admin/accounts/membership/"
    assert other_tenant.name not in client_of(owner).get(page).text
    MembershipFactory.create(tenant=other_tenant, user=owner, role=Role.OWNER)

    text = client_of(User.objects.get(pk=owner.pk)).get(page).text

    assert other_tenant.name in text
    assert f"?tenant__id__exact={other_tenant.pk}" in text or 'name="tenant' in text


def test_where_one_is_only_a_viewer_members_are_not_shown(
    client_of: ClientOf, owner: User, stranger: User, other_tenant: Tenant
) -> None:
    MembershipFactory.create(tenant=other_tenant, user=owner, role=Role.VIEWER)
    client = client_of(owner)

    assert stranger.email not in client.get("/admin/accounts/membership/").text
    with all_tenants("looking from outside"):
        theirs = Membership.objects.get(user=stranger)
    assert client.get(change_page(theirs)).status_code == 404
