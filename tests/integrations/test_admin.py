"""The desk's pages about connections and calls."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tenant, User
from integrations.health import Level, connection_health
from integrations.models import CallRecord, Connection, ConnectionState, WebhookEvent
from integrations.sandbox.server import SandboxServer
from tests.conftest import ClientOf
from tests.integrations.conftest import MakeConnection

CONNECTIONS = "admin:integrations_connection_changelist"
CALLS = "admin:integrations_callrecord_changelist"


@pytest.fixture
def browser(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


def page_of(connection: Connection, page: str = "change") -> str:
    return reverse(f"admin:integrations_connection_{page}", args=[connection.pk])


def log_calls(connection: Connection, *statuses: int, minutes_ago: int = 5) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    CallRecord.objects.bulk_create(
        CallRecord(
            tenant=connection.tenant, connection=connection, at=at, method="GET",
            path="/crm/objects/contacts", status=status, milliseconds=9,
            correlation_id=f"tid-{number}",
        )
        for number, status in enumerate(statuses)
    )  # fmt: skip


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_list_shows_how_a_connection_is_doing(
    browser: Client, make_connection: MakeConnection
) -> None:
    good = make_connection()
    make_connection(external_id="2", company_name="Paused One", state=ConnectionState.PAUSED)
    log_calls(good, 200, 200, 503)
    log_calls(good, 500, minutes_ago=90)

    shown = text(browser.get(reverse(CONNECTIONS)))

    assert "Bakery Bright" in shown
    assert "3, 1 failed" in shown
    assert "Needs you" in shown


def test_the_list_takes_the_same_queries_however_long_it_is(
    browser: Client, make_connection: MakeConnection
) -> None:
    make_connection()
    browser.get(reverse(CONNECTIONS))
    with CaptureQueriesContext(database) as few:
        browser.get(reverse(CONNECTIONS))
    for number in range(20):
        make_connection(external_id=f"e{number}")

    with CaptureQueriesContext(database) as many:
        browser.get(reverse(CONNECTIONS))

    assert len(many) == len(few)
    assert not [query for query in many if "access_token" in query["sql"]]


def test_only_the_name_of_a_connection_can_be_edited(
    browser: Client, connection: Connection
) -> None:
    browser.post(
        page_of(connection),
        {"name": "Main portal", "external_id": "hijacked", "state": "disconnected"},
    )

    connection.refresh_from_db()
    assert connection.name == "Main portal"
    assert connection.external_id == "4711"
    assert connection.is_active
    assert connection.access_token == "access-1"


def test_a_paused_connection_says_what_the_provider_said(
    browser: Client, make_connection: MakeConnection
) -> None:
    connection = make_connection(
        state=ConnectionState.PAUSED, pause_message="The refresh token is gone."
    )

    assert "The refresh token is gone." in text(browser.get(page_of(connection)))


def test_disconnecting_asks_first(
    browser: Client, connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox()
    refresh_token = connection.refresh_token

    assert "forgets the tokens" in text(browser.get(page_of(connection, "disconnect")))
    connection.refresh_from_db()
    assert connection.is_active

    shown = text(browser.post(page_of(connection, "disconnect"), follow=True))
    connection.refresh_from_db()
    assert connection.state == ConnectionState.DISCONNECTED
    assert "The access at HubSpot is over" in shown
    assert not sandbox.sandbox.hubspot.tokens.valid("refresh", refresh_token)


def test_disconnecting_twice_does_no_harm(browser: Client, make_connection: MakeConnection) -> None:
    connection = make_connection(state=ConnectionState.DISCONNECTED, refresh_token="")

    shown = text(browser.post(page_of(connection, "disconnect"), follow=True))

    assert "disconnected already" in shown


def test_reconnecting_leads_to_the_providers_page_for_this_connection(
    browser: Client, connection: Connection
) -> None:
    answer = browser.get(page_of(connection, "reconnect"))

    assert answer["Location"] == f"/connect/hubspot/?connection={connection.uuid}"


def test_checking_from_the_list_tells_what_came_back(
    browser: Client, connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox(state=ConnectionState.PAUSED, company_name="")
    chosen = {"action": "check_now", "_selected_action": [str(connection.pk)]}

    shown = text(browser.post(reverse(CONNECTIONS), chosen, follow=True))

    connection.refresh_from_db()
    assert connection.is_active
    assert connection.company_name
    assert "answers." in shown


def test_checking_on_the_page_stays_there(
    browser: Client, connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox()
    sandbox.sandbox.hubspot.tokens.clear()

    answer = browser.post(
        page_of(connection), {"name": "", "integrations_connection_check_this": "1"}
    )

    connection.refresh_from_db()
    assert answer["Location"] == page_of(connection)
    assert connection.state == ConnectionState.PAUSED


def test_the_page_has_the_button_that_checks(browser: Client, connection: Connection) -> None:
    assert 'name="integrations_connection_check_this"' in text(browser.get(page_of(connection)))


@pytest.mark.parametrize(("who", "status"), [("finance", 403), ("stranger", 404)])
def test_checking_needs_the_right(
    who: str,
    status: int,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
    connection: Connection,
) -> None:
    user = request.getfixturevalue(who)
    pressed = {"integrations_connection_check_this": "1"}

    assert client_of(user).post(page_of(connection), pressed).status_code == status


@pytest.mark.parametrize("page", ["disconnect", "reconnect"])
def test_a_colleague_without_the_right_can_not_act(
    page: str, finance: User, client_of: ClientOf, connection: Connection
) -> None:
    assert client_of(finance).post(page_of(connection, page)).status_code == 403

    connection.refresh_from_db()
    assert connection.is_active


@pytest.mark.parametrize("page", ["change", "disconnect", "reconnect"])
def test_a_stranger_finds_nothing(
    page: str, stranger: User, client_of: ClientOf, connection: Connection
) -> None:
    browser = client_of(stranger)

    assert browser.post(page_of(connection, page)).status_code == 404
    assert "Bakery Bright" not in text(browser.get(reverse(CONNECTIONS)))
    again = f"/connect/hubspot/?connection={connection.uuid}"
    assert browser.post(again, {"environment": "live"}).status_code == 404


def test_nobody_connects_for_somebody_elses_company(
    stranger: User, client_of: ClientOf, tenant: Tenant
) -> None:
    answer = client_of(stranger).post(
        "/connect/hubspot/", {"tenant": tenant.pk, "environment": "live"}
    )

    assert "url" not in answer.context
    assert "valid choice" in text(answer)


def test_an_environment_that_is_not_set_up_is_refused(browser: Client, tenant: Tenant) -> None:
    answer = browser.post("/connect/hubspot/", {"tenant": tenant.pk, "environment": "sandbox"})

    assert "url" not in answer.context


def test_calls_are_found_by_their_correlation_id(browser: Client, connection: Connection) -> None:
    log_calls(connection, 200, 404, 429)

    shown = text(browser.get(reverse(CALLS), {"q": "tid-1"}))

    assert "tid-1" in shown
    assert "tid-2" not in shown


@pytest.mark.parametrize(
    ("outcome", "statuses"),
    [
        ("good", {200}),
        ("refused", {404}),
        ("limited", {429}),
        ("broken", {503}),
        ("silent", {0}),
        ("failed", {404, 429, 503, 0}),
    ],
)
def test_calls_are_filtered_by_outcome(
    outcome: str, statuses: set[int], browser: Client, connection: Connection
) -> None:
    log_calls(connection, 200, 404, 429, 503, 0)

    listed = browser.get(reverse(CALLS), {"outcome": outcome}).context["cl"].result_list

    assert {call.status for call in listed} == statuses


def test_calls_cannot_be_changed(
    administrator: User, client_of: ClientOf, connection: Connection
) -> None:
    log_calls(connection, 200)
    call = CallRecord.objects.for_tenant(connection.tenant).get()
    page = reverse("admin:integrations_callrecord_change", args=[call.pk])
    browser = client_of(administrator)

    assert text(browser.get(page))
    assert browser.post(page, {"status": 500}).status_code == 403


def test_support_sees_the_webhooks_that_came(
    support: User, client_of: ClientOf, connection: Connection
) -> None:
    WebhookEvent.objects.create(
        tenant=connection.tenant, connection=connection, provider="hubspot", key="k",
        object_type="contact", record_id="record-77", at=timezone.now(),
    )  # fmt: skip

    page = reverse("admin:integrations_webhookevent_changelist")
    assert "record-77" in text(client_of(support).get(page))


@pytest.mark.parametrize(
    ("fields", "statuses", "level"),
    [
        pytest.param({}, (), Level.GOOD, id="idle"),
        pytest.param({}, (200,) * 20 + (500,) * 4, Level.GOOD, id="an ordinary day"),
        pytest.param({}, (200,) * 6 + (500,) * 6, Level.WARNING, id="many calls fail"),
        pytest.param({"state": "paused"}, (200,), Level.BAD, id="paused"),
        pytest.param({"state": "disconnected"}, (), Level.OFF, id="disconnected"),
    ],
)
def test_health(
    fields: dict[str, Any],
    statuses: tuple[int, ...],
    level: Level,
    make_connection: MakeConnection,
) -> None:
    connection = make_connection(**fields)
    log_calls(connection, *statuses)

    assert connection_health(connection).level == level


def test_a_sign_in_that_ends_soon_is_worth_a_word(make_connection: MakeConnection) -> None:
    connection = make_connection(refresh_expires_at=timezone.now() + timedelta(days=5))

    assert connection_health(connection).level == Level.WARNING
