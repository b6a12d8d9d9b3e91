"""Webhooks: verified, stored once, announced, answered at once."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Tenant
from accounts.tenancy import all_tenants, current_scope
from integrations import events
from integrations.connectors.hubspot.webhooks import sign
from integrations.models import SANDBOX, Connection, ConnectionState, WebhookEvent
from integrations.sandbox.server import SandboxServer
from tests.integrations.conftest import CLIENT_SECRET, MakeConnection

URL = "https://saldo.example.org/webhooks/hubspot"

type Heard = list[tuple[Connection, list[str]]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What listeners were told, as connection and record ids."""
    told: Heard = []

    @events.on_webhook
    def listen(connection: Connection, found: Sequence[WebhookEvent]) -> None:
        told.append((connection, sorted(event.record_id for event in found)))

    yield told
    events.forget(listen)


def change(record_id: int = 1, portal: str = "4711", **fields: Any) -> dict[str, Any]:
    usual = {
        "eventId": 100 + record_id, "subscriptionId": 5, "portalId": int(portal),
        "occurredAt": 1763700000000, "subscriptionType": "contact.propertyChange",
        "objectId": record_id, "propertyName": "email", "propertyValue": "x",
    }  # fmt: skip
    return usual | fields


def post(rows: Any, secret: str = CLIENT_SECRET, minutes_ago: float = 0) -> Any:
    body = json.dumps(rows).encode()
    at = timezone.now() - timedelta(minutes=minutes_ago)
    timestamp = str(int(at.timestamp() * 1000))
    headers = {
        "X-HubSpot-Signature-v3": sign(secret, "POST", URL, body, timestamp),
        "X-HubSpot-Request-Timestamp": timestamp,
    }
    # A machine brings no cookie and no form token.
    client = Client(enforce_csrf_checks=True)
    return client.post("/webhooks/hubspot", body, content_type="application/json", headers=headers)


def kept() -> list[WebhookEvent]:
    with all_tenants("test"):
        return list(WebhookEvent.objects.order_by("record_id"))


def test_a_signed_webhook_is_stored_and_announced(connection: Connection, heard: Heard) -> None:
    assert post([change(1), change(2)]).status_code == 200

    assert [(event.object_type, event.record_id) for event in kept()] == [
        ("contact", "1"),
        ("contact", "2"),
    ]
    assert kept()[0].tenant_id == connection.tenant_id
    assert heard == [(connection, ["1", "2"])]


def test_the_same_event_is_announced_once(connection: Connection, heard: Heard) -> None:
    post([change(1)])

    assert post([change(1), change(2)]).status_code == 200
    assert post([change(2)]).status_code == 200

    assert len(kept()) == 2
    assert [ids for _connection, ids in heard] == [["1"], ["2"]]


def test_every_tenant_that_connected_the_company_hears_of_it(
    connection: Connection, make_connection: MakeConnection, other_tenant: Tenant, heard: Heard
) -> None:
    twin = make_connection(tenant=other_tenant)

    post([change(1)])

    assert {found for found, _ids in heard} == {connection, twin}


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param({"secret": "another secret"}, id="another secret"),
        pytest.param({"minutes_ago": 6}, id="too old"),
    ],
)
def test_a_bad_signature_is_refused(
    refused: dict[str, Any], connection: Connection, heard: Heard
) -> None:
    assert post([change(1)], **refused).status_code == 401

    assert kept() == []
    assert heard == []


def test_an_unsigned_call_is_refused(connection: Connection) -> None:
    answer = Client().post("/webhooks/hubspot", b"[]", content_type="application/json")

    assert answer.status_code == 401


def test_a_client_secret_is_no_webhook_word_where_the_provider_has_one(settings: Settings) -> None:
    settings.QUICKBOOKS_CLIENT_ID = "id"
    settings.QUICKBOOKS_CLIENT_SECRET = CLIENT_SECRET

    assert post_to_quickbooks().status_code == 401
    settings.QUICKBOOKS_WEBHOOK_TOKEN = CLIENT_SECRET
    assert post_to_quickbooks().status_code == 200


def post_to_quickbooks() -> Any:
    signature = base64.b64encode(hmac.digest(CLIENT_SECRET.encode(), b"[]", "sha256")).decode()
    return Client().post(
        "/webhooks/quickbooks",
        b"[]",
        content_type="application/json",
        headers={"intuit-signature": signature},
    )


def test_an_unknown_company_is_answered_like_any_other(
    connection: Connection, heard: Heard
) -> None:
    """HubSpot repeats whatever is not a 2xx for a day."""
    assert post([change(1, portal="999")]).status_code == 200

    assert kept() == []
    assert heard == []


def test_a_webhook_of_one_company_says_nothing_to_another_tenant(
    connection: Connection, make_connection: MakeConnection, other_tenant: Tenant, heard: Heard
) -> None:
    theirs = make_connection(tenant=other_tenant, external_id="4712")

    post([change(1, portal="4712")])

    assert [found for found, _ids in heard] == [theirs]
    assert [event.tenant_id for event in kept()] == [other_tenant.pk]


def test_a_disconnected_company_is_an_unknown_one(make_connection: MakeConnection) -> None:
    make_connection(state=ConnectionState.DISCONNECTED)

    assert post([change(1)]).status_code == 200
    assert kept() == []


def test_one_environments_secret_says_nothing_of_another(make_connection: MakeConnection) -> None:
    make_connection(environment=SANDBOX)

    assert post([change(1)]).status_code == 200
    assert kept() == []


def test_a_paused_connection_still_collects(make_connection: MakeConnection) -> None:
    make_connection(state=ConnectionState.PAUSED)

    post([change(1)])

    assert len(kept()) == 1


def test_an_unknown_provider_is_not_found() -> None:
    assert Client().post("/webhooks/nobody", b"", content_type="text/plain").status_code == 404


def test_a_webhook_is_not_opened_in_a_browser() -> None:
    assert Client().get("/webhooks/hubspot").status_code == 405


def test_a_huge_body_is_refused_unread() -> None:
    answer = Client().post("/webhooks/hubspot", b"x" * 1_000_001, content_type="text/plain")

    assert answer.status_code == 413


def test_a_listener_that_breaks_loses_no_event(
    connection: Connection, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    @events.on_webhook
    def broken(connection: Connection, found: Sequence[WebhookEvent]) -> None:
        raise RuntimeError("broken")

    try:
        assert post([change(1)]).status_code == 200
    finally:
        events.forget(broken)

    assert len(kept()) == 1
    assert "A listener to connections failed" in caplog.text


def test_a_listener_reaches_the_rows_of_its_tenant_only(
    connection: Connection, other_tenant: Tenant
) -> None:
    reached: list[frozenset[int] | None] = []

    @events.on_webhook
    def listen(connection: Connection, found: Sequence[WebhookEvent]) -> None:
        scope = current_scope()
        assert scope is not None
        reached.append(scope.tenant_ids())

    try:
        post([change(1)])
    finally:
        events.forget(listen)

    assert reached == [frozenset({connection.tenant_id})]


def test_the_number_of_queries_does_not_grow_with_the_events(
    connection: Connection, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        post([change(number) for number in range(100)])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("provider", "make_change"),
    [
        ("hubspot", lambda box: box.hubspot.add_contact(email="ann@example.org")),
        ("quickbooks", lambda box: box.quickbooks.add_customer(DisplayName="Ann")),
    ],
)
def test_the_sandboxes_own_webhooks_are_understood(
    provider: str,
    make_change: Callable[[Any], str],
    connect_sandbox: MakeConnection,
    sandbox: SandboxServer,
    live_server: Any,
    settings: Settings,
) -> None:
    settings.PUBLIC_URL = live_server.url
    connection = connect_sandbox(provider)
    url = f"{live_server.url}/webhooks/{provider}"
    sandbox.sandbox.providers[provider].change(["webhooks"], {"target_url": url})

    record_id = make_change(sandbox.sandbox)
    sandbox.sandbox.providers[provider].flush_webhooks(force=True)

    found = WebhookEvent.objects.for_tenant(connection.tenant_id)
    assert record_id in set(found.values_list("record_id", flat=True))
