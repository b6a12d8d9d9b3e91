"""Asking for a look, agreeing to it, ending it: services and the page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import support_access
from accounts.models import Notification, Role, SupportAccess, SupportVisit, Tenant, User
from accounts.pages.visited import page_words
from accounts.support_access import AccessRefused, State, state_of
from tests.conftest import ClientOf
from tests.factories import MembershipFactory

PAGE = "desk_support_access"


@pytest.fixture
def access(tenant: Tenant, owner: User, support: User) -> SupportAccess:
    return support_access.ask(tenant, support, reason="Ticket 12", hours=4)


def again(access: SupportAccess) -> SupportAccess:
    return SupportAccess.objects.for_tenant(access.tenant_id).get(pk=access.pk)


def titles(person: User, tenant: Tenant) -> list[str]:
    rows = Notification.objects.for_tenant(tenant).filter(user=person)
    return list(rows.values_list("title", flat=True))


def test_asking_tells_the_owners_and_opens_nothing(
    access: SupportAccess, tenant: Tenant, owner: User, finance: User
) -> None:
    assert state_of(again(access)) is State.ASKED
    assert len(titles(owner, tenant)) == 1
    assert titles(finance, tenant) == []


def test_asking_twice_is_refused_while_the_first_runs(
    access: SupportAccess, tenant: Tenant, owner: User, support: User
) -> None:
    with pytest.raises(AccessRefused):
        support_access.ask(tenant, support, reason="Again", hours=1)

    support_access.refuse(access, owner)
    assert support_access.ask(tenant, support, reason="Again", hours=1).pk != access.pk


@pytest.mark.parametrize("hours", [0, 73])
def test_hours_have_bounds(tenant: Tenant, owner: User, support: User, hours: int) -> None:
    with pytest.raises(AccessRefused):
        support_access.ask(tenant, support, reason="Ticket", hours=hours)


def test_a_company_without_owner_cannot_be_asked(tenant: Tenant, support: User) -> None:
    with pytest.raises(AccessRefused):
        support_access.ask(tenant, support, reason="Ticket", hours=1)


def test_consent_opens_it_for_the_hours_asked(
    access: SupportAccess, owner: User, support: User, tenant: Tenant
) -> None:
    support_access.agree(access, owner)

    found = again(access)
    assert state_of(found) is State.OPEN
    assert found.granted_by == owner
    assert found.expires_at is not None
    assert found.granted_at is not None
    assert found.expires_at - found.granted_at == timedelta(hours=4)
    assert state_of(found, timezone.now() + timedelta(hours=5)) is State.EXPIRED
    assert len(titles(support, tenant)) == 1


def test_nobody_agrees_to_their_own_asking(
    access: SupportAccess, tenant: Tenant, support: User
) -> None:
    MembershipFactory.create(tenant=tenant, user=support, role=Role.OWNER)

    with pytest.raises(AccessRefused):
        support_access.agree(access, support)
    assert state_of(again(access)) is State.ASKED


def test_it_is_answered_once(access: SupportAccess, owner: User) -> None:
    support_access.refuse(access, owner)

    with pytest.raises(AccessRefused):
        support_access.agree(access, owner)
    assert state_of(again(access)) is State.REFUSED


def test_ending_closes_it_at_once(access: SupportAccess, owner: User) -> None:
    support_access.agree(access, owner)
    support_access.end(access, owner)

    assert state_of(again(access)) is State.ENDED
    with pytest.raises(AccessRefused):
        support_access.end(access, owner)


def test_the_page_asks(client_of: ClientOf, tenant: Tenant, owner: User, support: User) -> None:
    asked = {"tenant": tenant.pk, "reason": "Ticket 7", "hours": 2}
    answer = client_of(support).post(reverse(PAGE), asked)

    assert answer.status_code == 302
    access = SupportAccess.objects.for_tenant(tenant).get()
    assert (access.asked_by, access.hours, access.may_write) == (support, 2, False)
    assert "Ticket 7" in client_of(owner).get(reverse(PAGE)).text


def test_the_page_says_what_is_wrong(
    client_of: ClientOf, tenant: Tenant, owner: User, support: User
) -> None:
    asked = {"tenant": tenant.pk, "reason": "", "hours": 100}
    answer = client_of(support).post(reverse(PAGE), asked)

    assert answer.status_code == 200
    assert answer.text.count('class="saldo-error"') == 2
    assert not SupportAccess.objects.for_tenant(tenant).exists()


def test_an_owner_cannot_ask(client_of: ClientOf, tenant: Tenant, owner: User) -> None:
    asked = {"tenant": tenant.pk, "reason": "Me", "hours": 2}

    assert client_of(owner).post(reverse(PAGE), asked).status_code == 404


def test_the_owner_agrees_and_ends_on_the_page(
    client_of: ClientOf, access: SupportAccess, owner: User
) -> None:
    url = reverse("desk_support_answer", args=[access.pk])
    client = client_of(owner)

    client.post(url, {"answer": "agree"})
    assert state_of(again(access)) is State.OPEN
    assert "End it now" in client.get(reverse(PAGE)).text

    client.post(url, {"answer": "end"})
    assert state_of(again(access)) is State.ENDED


@pytest.mark.parametrize("person", ["finance", "viewer", "stranger", "administrator"])
def test_nobody_else_answers(
    client_of: ClientOf, access: SupportAccess, request: pytest.FixtureRequest, person: str
) -> None:
    url = reverse("desk_support_answer", args=[access.pk])
    client = client_of(request.getfixturevalue(person))

    assert client.post(url, {"answer": "agree"}).status_code == 404
    assert state_of(again(access)) is State.ASKED


def test_whoever_asked_takes_it_back_but_never_agrees(
    client_of: ClientOf, access: SupportAccess, support: User
) -> None:
    url = reverse("desk_support_answer", args=[access.pk])
    client = client_of(support)

    assert client.post(url, {"answer": "agree"}).status_code == 404
    assert client.post(url, {"answer": "refuse"}).status_code == 302
    assert state_of(again(access)) is State.REFUSED


def test_a_stranger_sees_nothing_of_it(
    client_of: ClientOf, access: SupportAccess, stranger: User
) -> None:
    client = client_of(stranger)

    assert "Ticket 12" not in client.get(reverse(PAGE)).text
    assert client.get(reverse("desk_support_visits", args=[access.pk])).status_code == 404


def test_visits_are_shown_with_their_number(
    client_of: ClientOf, access: SupportAccess, owner: User, tenant: Tenant
) -> None:
    for number in range(60):
        SupportVisit.objects.create(
            tenant=tenant, access=access, method="GET", path=f"/page/{number}/", allowed=True
        )
    SupportVisit.objects.create(
        tenant=tenant, access=access, method="POST", path="/retry/", allowed=False
    )
    client = client_of(owner)

    assert "61 pages opened" in client.get(reverse(PAGE)).text
    url = reverse("desk_support_visits", args=[access.pk])
    first, second = client.get(url).text, client.get(url + "?page=2").text
    assert "/retry/" in first
    assert "/page/59/" in first
    assert "/page/0/" not in first
    assert "/page/0/" in second


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/admin/", "Home"),
        ("/admin/syncs/sync/", "Syncs"),
        ("/admin/syncs/sync/12/change/", "Sync 12"),
        ("/desk/support-access/", ""),
        ("/no/such/page/", ""),
    ],
)
def test_visits_are_told_in_words(path: str, words: str) -> None:
    assert page_words(path) == words


def test_the_list_takes_as_many_queries_for_many(
    client_of: ClientOf,
    access: SupportAccess,
    owner: User,
    tenant: Tenant,
    support: User,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(owner)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(PAGE))
    for _number in range(10):
        SupportAccess.objects.create(tenant=tenant, asked_by=support, reason="x")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(PAGE))

    assert len(many) == len(few)
