"""Looking as a customer: what one sees, what is refused, what is written down, when it ends."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import support_access
from accounts.models import Notification, Role, SupportAccess, SupportVisit, Tenant, User
from tests.access.expect_syncs import sync
from tests.conftest import ClientOf

HOME = "/admin/syncs/run/"
SUPPORT_PAGE = "/desk/support-access/"


@pytest.fixture
def access(tenant: Tenant, owner: User, support: User) -> SupportAccess:
    asked = support_access.ask(tenant, support, reason="Ticket 12", hours=4)
    support_access.agree(asked, owner)
    asked.refresh_from_db()
    return asked


def look(client: Client, access: SupportAccess) -> int:
    return client.post(reverse("desk_view_as", args=[access.pk])).status_code


@pytest.fixture
def looking(client_of: ClientOf, support: User, access: SupportAccess) -> Client:
    client = client_of(support)
    assert look(client, access) == 302
    return client


def visits(access: SupportAccess) -> list[tuple[str, str, bool]]:
    rows = SupportVisit.objects.for_tenant(access.tenant_id).filter(access=access).order_by("pk")
    return list(rows.values_list("method", "path", "allowed"))


def change(access: SupportAccess, **fields: object) -> None:
    SupportAccess.objects.for_tenant(access.tenant_id).filter(pk=access.pk).update(**fields)


def test_without_consent_it_does_not_open(
    client_of: ClientOf, tenant: Tenant, owner: User, support: User
) -> None:
    asked = support_access.ask(tenant, support, reason="Ticket", hours=4)
    client = client_of(support)
    look(client, asked)

    assert "saldo-viewing" not in client.get(HOME).text
    assert visits(asked) == []


@pytest.mark.parametrize("person", ["administrator", "owner", "finance", "stranger"])
def test_nobody_else_uses_it(
    client_of: ClientOf, access: SupportAccess, request: pytest.FixtureRequest, person: str
) -> None:
    assert look(client_of(request.getfixturevalue(person)), access) == 404


def test_each_page_says_who_looks_where(
    looking: Client, tenant: Tenant, support: User, sync_id: int
) -> None:
    for path in (HOME, "/admin/syncs/sync/", f"/admin/syncs/sync/{sync_id}/change/", "/nowhere/"):
        page = looking.get(path).text
        assert "saldo-viewing" in page, path
        assert str(tenant) in page
        assert str(support) in page


@pytest.fixture
def sync_id(tenant: Tenant) -> int:
    return sync(tenant).pk


def test_the_owners_hear_once_that_it_began(
    looking: Client, access: SupportAccess, owner: User
) -> None:
    looking.post(reverse("desk_view_as_leave"))
    look(looking, access)

    told = Notification.objects.for_tenant(access.tenant_id).filter(user=owner)
    assert [one.url for one in told.filter(key__endswith=":begun")] == [
        reverse("desk_support_visits", args=[access.pk])
    ]


def test_one_sees_that_company_and_no_other(
    looking: Client, sync_id: int, other_tenant: Tenant
) -> None:
    other = sync(other_tenant).pk

    assert looking.get(f"/admin/syncs/sync/{sync_id}/change/").status_code == 200
    assert looking.get(f"/admin/syncs/sync/{other}/change/").status_code == 404
    assert str(other_tenant) not in looking.get("/admin/syncs/sync/").text


@pytest.mark.parametrize(
    "path",
    [
        SUPPORT_PAGE,
        "/admin/accounts/user/",
        "/admin/auditlog/logentry/",
        "/admin/integrations/callrecord/",
        "/admin/accounts/membership/",
        "/desk/copy/",
    ],
)
def test_pages_of_our_staff_are_closed_meanwhile(looking: Client, path: str) -> None:
    assert looking.get(path).status_code in (403, 404)


@pytest.mark.parametrize(
    "name",
    ["mfa_index", "account_change_password", "account_email", "usersessions_list"],
)
def test_own_things_are_closed_meanwhile(looking: Client, access: SupportAccess, name: str) -> None:
    assert looking.get(reverse(name)).status_code == 403
    assert visits(access)[-1] == ("GET", reverse(name), False)


def test_an_administrator_is_no_more_than_a_viewer(
    client_of: ClientOf, tenant: Tenant, owner: User, administrator: User
) -> None:
    administrator.is_superuser = True
    administrator.save(update_fields=["is_superuser"])
    asked = support_access.ask(tenant, administrator, reason="Ticket", hours=4)
    support_access.agree(asked, owner)
    client = client_of(administrator)
    look(client, asked)

    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.get("/admin/django_q/schedule/").status_code == 403
    assert client.get("/admin/accounts/membership/").status_code == 403


def test_changing_is_refused_and_written_down(
    looking: Client, access: SupportAccess, sync_id: int
) -> None:
    path = f"/admin/syncs/sync/{sync_id}/switch/run/"
    answer = looking.post(path)

    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert visits(access)[-1] == ("POST", path, False)


def test_with_consent_to_it_one_works_as_finance_does(
    client_of: ClientOf, tenant: Tenant, owner: User, support: User, sync_id: int
) -> None:
    asked = support_access.ask(tenant, support, reason="Ticket", hours=4, may_write=True)
    support_access.agree(asked, owner)
    client = client_of(support)
    look(client, asked)

    assert client.post(f"/admin/syncs/sync/{sync_id}/switch/run/").status_code == 302
    assert client.post(f"/admin/syncs/sync/{sync_id}/switch/activate/").status_code == 403
    assert client.post("/accounts/password/change/", {}).status_code == 403
    assert visits(asked)[0][0] == "POST"


def test_pages_are_written_down_without_their_query(looking: Client, access: SupportAccess) -> None:
    looking.get("/admin/syncs/sync/?q=geheim&token=abc")

    assert visits(access) == [("GET", "/admin/syncs/sync/", True)]


def test_it_ends_by_itself_in_the_middle(looking: Client, access: SupportAccess) -> None:
    change(access, expires_at=timezone.now() - timedelta(seconds=1))

    answer = looking.get("/admin/syncs/sync/")
    assert (answer.status_code, answer.headers["Location"]) == (302, SUPPORT_PAGE)
    assert "it ended, or ran out" in looking.get(SUPPORT_PAGE).text


def test_a_part_of_a_page_takes_the_page_away(looking: Client, access: SupportAccess) -> None:
    change(access, ended_at=timezone.now())

    answer = looking.get("/admin/syncs/sync/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == SUPPORT_PAGE


def test_what_was_meant_as_the_customer_is_not_done_as_oneself(
    looking: Client, access: SupportAccess, sync_id: int, owner: User
) -> None:
    support_access.end(access, owner)

    answer = looking.post(f"/admin/syncs/sync/{sync_id}/switch/run/")
    assert answer.headers["Location"] == SUPPORT_PAGE


def test_the_owner_ends_it_in_the_middle(
    looking: Client, access: SupportAccess, owner: User, client_of: ClientOf
) -> None:
    client_of(owner).post(reverse("desk_support_answer", args=[access.pk]), {"answer": "end"})

    assert looking.get(HOME).headers["Location"] == SUPPORT_PAGE


def test_leaving_gives_ones_own_rights_back(looking: Client, access: SupportAccess) -> None:
    looking.post(reverse("desk_view_as_leave"))

    page = looking.get(SUPPORT_PAGE)
    assert page.status_code == 200
    assert "saldo-viewing" not in page.text
    assert "1 page opened" in page.text


def test_logging_out_ends_it(looking: Client, access: SupportAccess, support: User) -> None:
    assert looking.post(reverse("account_logout")).status_code == 302
    looking.force_login(support)

    assert "saldo-viewing" not in looking.get(HOME).text


def test_whoever_is_no_longer_ours_looks_no_further(looking: Client, support: User) -> None:
    support.groups.clear()

    looking.get(HOME)
    assert looking.get(HOME).headers["Location"].startswith("/admin/login/")


def test_the_second_factor_is_still_asked_for(looking: Client, support: User) -> None:
    Authenticator.objects.filter(user=support).delete()

    assert looking.get(HOME).headers["Location"] == reverse("mfa_index")


def test_buttons_of_other_tabs_do_nothing_after_a_change_of_person(
    client_of: ClientOf, support: User, access: SupportAccess, sync_id: int
) -> None:
    client = client_of(support)
    client.handler.enforce_csrf_checks = True
    token = client.get(SUPPORT_PAGE).context["csrf_token"]
    begun = client.post(
        reverse("desk_view_as", args=[access.pk]), {"csrfmiddlewaretoken": str(token)}
    )
    assert begun.status_code == 302
    in_look = str(client.get(HOME).context["csrf_token"])
    left = client.post(reverse("desk_view_as_leave"), {"csrfmiddlewaretoken": in_look})
    assert left.status_code == 302

    # The tab of the look is still open, and its button would now act with the person's own rights.
    path = f"/admin/syncs/sync/{sync_id}/switch/run/"
    assert client.post(path, {"csrfmiddlewaretoken": in_look}).status_code == 403


def test_a_look_is_one_persons_session_only(
    looking: Client, client_of: ClientOf, support: User
) -> None:
    """Another browser of the same person is not in the look."""
    assert client_of(support).get(SUPPORT_PAGE).status_code == 200


def test_a_role_of_ones_own_counts_for_nothing_meanwhile(
    access: SupportAccess, support: User
) -> None:
    support.viewing = access

    assert support.roles == {access.tenant_id: Role.VIEWER}
    assert not support.is_staff
    support.viewing = None
    assert support.is_staff
    assert support.roles == {}
