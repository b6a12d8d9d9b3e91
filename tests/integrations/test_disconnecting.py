"""Giving the access back, to us and to the provider."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Tenant
from integrations import services
from integrations.models import Connection, ConnectionState
from integrations.sandbox.server import SandboxServer
from tests.integrations.conftest import MakeConnection

PROVIDERS = ["hubspot", "quickbooks"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_disconnecting_gives_the_access_back(
    provider: str, connect_sandbox: MakeConnection, sandbox: SandboxServer, told: list[str]
) -> None:
    connection = connect_sandbox(provider)
    refresh_token = connection.refresh_token
    tokens = _token_store(sandbox, provider)
    assert tokens.valid("refresh", refresh_token)

    assert services.disconnect(connection)

    connection.refresh_from_db()
    assert not tokens.valid("refresh", refresh_token)
    assert connection.state == ConnectionState.DISCONNECTED
    assert connection.access_token == ""
    assert connection.refresh_token == ""
    assert told == ["disconnected"]


@pytest.mark.parametrize("minutes", [pytest.param(30, id="in time"), pytest.param(-1, id="late")])
def test_disconnecting_takes_our_application_out_of_hubspot(
    minutes: int, connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox(access_expires_at=timezone.now() + timedelta(minutes=minutes))
    if minutes < 0:
        sandbox.sandbox.hubspot.expire_tokens()

    assert services.disconnect(connection)

    assert uninstalls(sandbox) == 1


def test_a_company_that_another_customer_connected_too_keeps_our_application(
    connect_sandbox: MakeConnection, sandbox: SandboxServer, other_tenant: Tenant
) -> None:
    connection = connect_sandbox()
    hubspot = sandbox.sandbox.hubspot
    refresh = hubspot.issue("refresh", hubspot.app.scopes, 3600)
    access = hubspot.issue("access", hubspot.app.scopes, 3600, refresh.sign_in)
    twin = connect_sandbox(
        tenant=other_tenant, access_token=access.value, refresh_token=refresh.value
    )

    assert services.disconnect(connection)

    assert uninstalls(sandbox) == 0
    assert services.check_connection(twin).works


def test_an_application_that_cannot_be_removed_loses_its_tokens_all_the_same(
    connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox()
    refresh_token = connection.refresh_token
    sandbox.sandbox.faults.add(
        {"provider": "hubspot", "status": 403, "path": "external-install", "times": 9}
    )

    assert services.disconnect(connection)

    assert not sandbox.sandbox.hubspot.tokens.valid("refresh", refresh_token)


def test_disconnecting_revokes_what_a_worker_renewed_meanwhile(
    connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    """QuickBooks gives the refresh token a new value each day."""
    connection = connect_sandbox("quickbooks")
    sign_in = sandbox.sandbox.quickbooks.sign_in
    _access, renewed = sign_in.first_tokens()
    Connection.objects.for_tenant(connection.tenant_id).update(refresh_token=renewed.value)

    assert services.disconnect(connection)

    assert not sign_in.tokens.valid("refresh", renewed.value)


def test_disconnecting_works_without_the_provider(
    connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox()
    sandbox.stop()

    assert not services.disconnect(connection)

    connection.refresh_from_db()
    assert connection.refresh_token == ""


def uninstalls(sandbox: SandboxServer) -> int:
    return sandbox.sandbox.hubspot.meter.calls["DELETE /appinstalls/external-install"]


def _token_store(sandbox: SandboxServer, provider: str) -> Any:
    if provider == "hubspot":
        return sandbox.sandbox.hubspot.tokens
    return sandbox.sandbox.quickbooks.sign_in.tokens
