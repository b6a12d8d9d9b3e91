"""One sign-in that opens several companies: which one is chosen, by whom, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, Tenant, User
from accounts.tenancy import all_tenants
from integrations.models import ConnectAttempt, Connection, ConnectionState
from integrations.sandbox.server import SandboxServer
from tests.conftest import ClientOf
from tests.factories import MembershipFactory
from tests.integrations.browser import answer_consent, local
from tests.integrations.conftest import MakeConnection

SECOND, THIRD = 2222222, 3333333


@pytest.fixture
def browser(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


@pytest.fixture
def several(sandbox: SandboxServer) -> str:
    """Three companies behind one sign-in; the first one's number."""
    exact = sandbox.sandbox.exact
    exact.add_division(SECOND, "Van Dijk Beheer B.V.")
    exact.add_division(THIRD, "Van Dijk Vastgoed B.V.")
    return str(sandbox.ready()["exact"]["account_id"])


def sign_in(browser: Client, tenant: Tenant, query: str = "") -> Any:
    """From our page to Exact's and back; where the way back leads."""
    page = reverse("integrations:connect_provider", args=["exact"]) + query
    leaving = browser.post(page, {"tenant": tenant.pk, "environment": "sandbox"})
    assert leaving.status_code == 200, leaving.content
    return browser.get(local(answer_consent(leaving.context["url"])))


def stored(tenant: Tenant) -> list[Connection]:
    return list(Connection.objects.for_tenant(tenant))


def attempt() -> ConnectAttempt:
    with all_tenants("test"):
        return ConnectAttempt.objects.get()


def test_a_sign_in_with_one_company_asks_nothing(
    browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    exact, main = sandbox.sandbox.exact, sandbox.ready()["exact"]["account_id"]
    for code in exact.divisions:
        exact.configure_division(code, user_may_enter=str(code) == main)

    assert "/connected/" in sign_in(browser, tenant)["Location"]

    [connection] = stored(tenant)
    assert connection.external_id == main


def test_a_person_chooses_among_several(browser: Client, tenant: Tenant, several: str) -> None:
    page = sign_in(browser, tenant)["Location"]

    shown = browser.get(page).content.decode()
    assert "Van Dijk Beheer B.V." in shown
    assert "Van Dijk Vastgoed B.V." in shown
    assert stored(tenant) == []

    answer = browser.post(page, {"company": str(SECOND)}, follow=True)

    [connection] = stored(tenant)
    assert connection.external_id == str(SECOND)
    assert connection.company_name == "Van Dijk Beheer B.V."
    assert connection.is_active
    assert connection.access_token
    assert "Van Dijk Beheer B.V." in answer.content.decode()


def test_the_sign_in_waits_encrypted_and_is_forgotten_afterwards(
    browser: Client, tenant: Tenant, several: str
) -> None:
    page = sign_in(browser, tenant)["Location"]
    assert "access_token" in attempt().sign_in
    assert "access_token" not in page

    browser.post(page, {"company": str(SECOND)})

    assert attempt().sign_in == ""


def test_what_is_connected_already_is_said(
    browser: Client, tenant: Tenant, several: str, make_connection: MakeConnection
) -> None:
    make_connection(provider="exact", environment="sandbox", external_id=str(SECOND))

    shown = browser.get(sign_in(browser, tenant)["Location"]).content.decode()

    assert shown.count("connected already") == 1


def test_the_choice_is_good_once(browser: Client, tenant: Tenant, several: str) -> None:
    page = sign_in(browser, tenant)["Location"]
    browser.post(page, {"company": str(SECOND)})

    assert browser.get(page).status_code == 404
    assert browser.post(page, {"company": str(THIRD)}).status_code == 404
    assert len(stored(tenant)) == 1


def test_the_choice_is_good_for_ten_minutes(browser: Client, tenant: Tenant, several: str) -> None:
    page = sign_in(browser, tenant)["Location"]

    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        answer = browser.post(page, {"company": str(SECOND)})

    assert answer.status_code == 400
    assert "longer than ten minutes" in answer.content.decode()
    assert stored(tenant) == []


def test_only_what_the_sign_in_opens_can_be_chosen(
    browser: Client, tenant: Tenant, several: str, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.exact.add_division(4444444, "Somebody else's", user_may_enter=False)
    page = sign_in(browser, tenant)["Location"]

    answer = browser.post(page, {"company": "4444444"})

    assert answer.status_code == 200
    assert "Somebody else" not in answer.content.decode()
    assert stored(tenant) == []


def test_nobody_else_sees_the_choice(
    browser: Client, tenant: Tenant, several: str, stranger: User, client_of: ClientOf
) -> None:
    page = sign_in(browser, tenant)["Location"]
    colleague = MembershipFactory.create(tenant=tenant, role=Role.OWNER).user

    for person in (colleague, stranger):
        assert client_of(person).get(page).status_code == 404
        assert client_of(person).post(page, {"company": str(SECOND)}).status_code == 404
    assert Client().get(page).status_code == 302
    assert stored(tenant) == []


def test_who_lost_the_right_meanwhile_connects_nothing(
    browser: Client, tenant: Tenant, several: str, owner: User
) -> None:
    page = sign_in(browser, tenant)["Location"]
    Membership.objects.for_tenant(tenant).filter(user=owner).update(role=Role.VIEWER)

    answer = browser.post(page, {"company": str(SECOND)})

    assert answer.status_code == 400
    assert "may not connect anything" in answer.content.decode()
    assert stored(tenant) == []


@pytest.mark.parametrize("state", [ConnectionState.PAUSED, ConnectionState.DISCONNECTED])
def test_a_reconnection_comes_back_to_its_own_company(
    state: str, browser: Client, tenant: Tenant, several: str, make_connection: MakeConnection
) -> None:
    old = make_connection(
        provider="exact", environment="sandbox", external_id=str(THIRD), state=state
    )

    assert "/connected/" in sign_in(browser, tenant, f"?connection={old.uuid}")["Location"]

    [connection] = stored(tenant)
    assert (connection.pk, connection.external_id) == (old.pk, str(THIRD))
    assert connection.is_active
    assert connection.access_token != old.access_token


def test_a_reconnection_by_somebody_who_may_not_enter_the_company_changes_nothing(
    browser: Client, tenant: Tenant, several: str, make_connection: MakeConnection
) -> None:
    old = make_connection(
        provider="exact", environment="sandbox", external_id="999", state=ConnectionState.PAUSED
    )

    answer = sign_in(browser, tenant, f"?connection={old.uuid}")

    assert answer.status_code == 400
    assert "does not open Bakery Bright" in answer.content.decode()
    assert f"?connection={old.uuid}" in answer.content.decode()
    assert [connection.state for connection in stored(tenant)] == [ConnectionState.PAUSED]
