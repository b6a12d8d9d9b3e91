"""From our page to the provider's consent page and back, over real HTTP."""

from datetime import timedelta
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, Tenant, User
from accounts.tenancy import all_tenants
from integrations import services
from integrations.connecting import STATE_SALT
from integrations.models import ConnectAttempt, Connection, ConnectionState
from integrations.sandbox.server import SandboxServer
from tests.conftest import ClientOf
from tests.factories import MembershipFactory
from tests.integrations.browser import DENY, answer_consent, local
from tests.integrations.conftest import MakeConnection

PROVIDERS = ["hubspot", "quickbooks"]


@pytest.fixture
def browser(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


def begin(browser: Client, tenant: Tenant, provider: str = "hubspot", query: str = "") -> str:
    """Press "continue" on our page; the address of the consent page."""
    page = reverse("integrations:connect_provider", args=[provider]) + query
    answer = browser.post(page, {"tenant": tenant.pk, "environment": "sandbox"})
    assert answer.status_code == 200, answer.content
    return str(answer.context["url"])


def stored(tenant: Tenant) -> list[Connection]:
    return list(Connection.objects.for_tenant(tenant))


def changed(url: str, **query: str | None) -> str:
    """The address with some parameters replaced, or removed by None."""
    parts = urlsplit(url)
    wanted = dict(parse_qsl(parts.query)) | query
    return f"{parts.path}?{urlencode({k: v for k, v in wanted.items() if v is not None})}"


def attempt() -> ConnectAttempt:
    with all_tenants("test"):
        return ConnectAttempt.objects.get()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_person_connects_a_provider(
    provider: str, browser: Client, tenant: Tenant, owner: User, sandbox: SandboxServer,
    told: list[str],
) -> None:  # fmt: skip
    back = answer_consent(begin(browser, tenant, provider))

    page = browser.get(local(back), follow=True)

    connection = stored(tenant)[0]
    assert page.status_code == 200
    assert escape(connection.company_name) in page.content.decode()
    assert connection.external_id == sandbox.ready()[provider]["account_id"]
    assert connection.company_name
    assert connection.currency
    assert connection.access_token
    assert connection.refresh_token
    assert connection.connected_by == owner
    assert connection.access_expires_at is not None
    assert connection.access_expires_at > timezone.now()
    assert told == ["active"]


def test_the_connection_just_made_works(
    browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    browser.get(local(answer_consent(begin(browser, tenant))))

    assert services.check_connection(stored(tenant)[0]).works


def test_the_page_offers_only_what_is_set_up(browser: Client, tenant: Tenant) -> None:
    page = browser.get(reverse("integrations:connect_provider", args=["quickbooks"]))

    assert "not set up on this site" in page.content.decode()


def test_somebody_who_refuses_is_told_that_nothing_happened(
    browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    page = browser.get(local(answer_consent(begin(browser, tenant), DENY)))

    assert page.status_code == 400
    assert "You did not allow the access" in page.content.decode()
    assert stored(tenant) == []


def test_connecting_again_renews_the_same_row(
    browser: Client, tenant: Tenant, connect_sandbox: MakeConnection
) -> None:
    old = connect_sandbox(state=ConnectionState.PAUSED, pause_category="connection_reauth")

    browser.get(local(answer_consent(begin(browser, tenant))))

    [connection] = stored(tenant)
    assert connection.pk == old.pk
    assert connection.state == ConnectionState.ACTIVE
    assert connection.pause_category == ""
    assert connection.access_token != old.access_token


def test_reconnecting_takes_its_own_company(
    browser: Client, tenant: Tenant, connect_sandbox: MakeConnection
) -> None:
    old = connect_sandbox(state=ConnectionState.DISCONNECTED, access_token="", refresh_token="")

    browser.get(local(answer_consent(begin(browser, tenant, query=f"?connection={old.uuid}"))))

    [connection] = stored(tenant)
    assert connection.pk == old.pk
    assert connection.is_active


def test_reconnecting_refuses_another_company(
    browser: Client, tenant: Tenant, connect_sandbox: MakeConnection
) -> None:
    old = connect_sandbox(external_id="999", state=ConnectionState.PAUSED)

    back = answer_consent(begin(browser, tenant, query=f"?connection={old.uuid}"))
    page = browser.get(local(back))

    assert "another company" in page.content.decode()
    assert f"?connection={old.uuid}" in page.content.decode()
    assert [connection.state for connection in stored(tenant)] == [ConnectionState.PAUSED]


def test_a_company_that_the_token_does_not_open_is_not_connected(
    browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    """QuickBooks names the company in the browser's address, where anybody can change it."""
    back = answer_consent(begin(browser, tenant, "quickbooks"))

    page = browser.get(changed(back, realmId="123146096291789"))

    assert page.status_code == 400
    assert stored(tenant) == []


def test_missing_scopes_are_named(
    browser: Client, tenant: Tenant, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubspot = sandbox.sandbox.hubspot
    url = begin(browser, tenant)
    granted = hubspot.issue_code
    monkeypatch.setattr(
        hubspot,
        "issue_code",
        lambda scopes, uri: granted([s for s in scopes if "products" not in s], uri),
    )

    page = browser.get(local(answer_consent(url)))

    assert page.status_code == 400
    assert "crm.objects.products.read, crm.objects.products.write" in page.content.decode()
    assert stored(tenant) == []


def test_a_code_works_only_once(browser: Client, tenant: Tenant, sandbox: SandboxServer) -> None:
    back = local(answer_consent(begin(browser, tenant)))
    browser.get(back)

    page = browser.get(back)

    assert page.status_code == 400
    assert len(stored(tenant)) == 1


def test_a_replayed_state_is_refused_even_with_a_fresh_session_entry(
    browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    back = local(answer_consent(begin(browser, tenant)))
    browser.get(back)
    session = browser.session
    session["connect_nonces"] = [attempt().nonce]
    session.save()

    page = browser.get(back)

    assert "used already" in page.content.decode()


def test_a_state_of_another_browser_is_refused(
    browser: Client, tenant: Tenant, owner: User, client_of: ClientOf, sandbox: SandboxServer
) -> None:
    """Else somebody could slip an owner the callback of his own company."""
    back = answer_consent(begin(browser, tenant))

    page = client_of(owner).get(local(back))

    assert "another browser" in page.content.decode()
    assert stored(tenant) == []


def test_a_state_of_another_person_is_refused(
    browser: Client, tenant: Tenant, client_of: ClientOf, sandbox: SandboxServer
) -> None:
    colleague = MembershipFactory.create(tenant=tenant, role=Role.OWNER).user
    back = answer_consent(begin(browser, tenant))
    other = client_of(colleague)
    session = other.session
    session["connect_nonces"] = [attempt().nonce]
    session.save()

    assert other.get(local(back)).status_code == 400
    assert stored(tenant) == []


@pytest.mark.parametrize(
    "state",
    [
        pytest.param("", id="none"),
        pytest.param("made-up", id="made up"),
        pytest.param(
            signing.dumps({"nonce": "n", "tenant": 1}, key="another key", salt=STATE_SALT),
            id="signed with another key",
        ),
        pytest.param(signing.dumps({"nonce": "n", "tenant": 1}, salt="other"), id="another salt"),
    ],
)
def test_a_forged_state_is_refused(
    state: str, browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    back = answer_consent(begin(browser, tenant))

    page = browser.get(changed(back, state=state))

    assert page.status_code == 400
    assert stored(tenant) == []


def test_a_state_of_one_provider_does_not_serve_another(
    browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    back = local(answer_consent(begin(browser, tenant)))

    page = browser.get(back.replace("/oauth/hubspot/", "/oauth/quickbooks/"))

    assert page.status_code == 400
    assert stored(tenant) == []


def test_a_state_lasts_ten_minutes(browser: Client, tenant: Tenant, sandbox: SandboxServer) -> None:
    back = local(answer_consent(begin(browser, tenant)))

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        page = browser.get(back)

    assert "longer than ten minutes" in page.content.decode()
    assert stored(tenant) == []


def test_a_right_that_was_taken_away_meanwhile_counts(
    browser: Client, tenant: Tenant, owner: User, sandbox: SandboxServer
) -> None:
    back = local(answer_consent(begin(browser, tenant)))
    Membership.objects.for_tenant(tenant).filter(user=owner).update(role=Role.VIEWER)

    page = browser.get(back)

    assert page.status_code == 400
    assert stored(tenant) == []


def test_a_provider_that_is_away_is_explained(
    browser: Client, tenant: Tenant, sandbox: SandboxServer
) -> None:
    back = local(answer_consent(begin(browser, tenant)))
    sandbox.stop()

    page = browser.get(back)

    assert page.status_code == 400
    assert "Connecting failed" in page.content.decode()


def test_a_sign_in_that_opens_another_company_pauses_the_connection(
    connect_sandbox: MakeConnection,
) -> None:
    connection = connect_sandbox(external_id="999", company_name="Bakery Bright")

    result = services.check_connection(connection)

    connection.refresh_from_db()
    assert not result.works
    assert "another company" in result.message
    assert "Bakery Bright" in result.message
    assert connection.state == ConnectionState.PAUSED
    assert connection.pause_category == "connection_reauth"
    assert connection.company_name == "Bakery Bright"
