"""Connections to test with, and registrations at both providers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Tenant
from integrations import calls, events, opening
from integrations.models import SANDBOX, Connection
from integrations.providers import _sandbox_ready
from integrations.sandbox.server import SandboxServer, run_sandbox

type MakeConnection = Callable[..., Connection]

CLIENT_SECRET = "client-secret-of-ours"


@pytest.fixture(autouse=True)
def registered(settings: Settings) -> None:
    """Saldo has an application at the providers, and no sandbox runs."""
    settings.PUBLIC_URL = "https://saldo.example.org"
    settings.SANDBOX_URL = ""
    settings.HUBSPOT_CLIENT_ID = "client-id-of-ours"
    settings.HUBSPOT_CLIENT_SECRET = CLIENT_SECRET


@pytest.fixture(autouse=True)
def nothing_pooled() -> Iterator[None]:
    """Sockets and call books belong to connections of one test."""
    yield
    opening._sessions.clear()
    calls._books.clear()
    _sandbox_ready.cache_clear()


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other applications do with the news is theirs to test."""
    monkeypatch.setattr(events, "_webhook_listeners", [])
    monkeypatch.setattr(events, "_state_listeners", [])


@pytest.fixture
def make_connection(tenant: Tenant) -> MakeConnection:
    def make(**fields: Any) -> Connection:
        now = timezone.now()
        usual: dict[str, Any] = {
            "tenant": tenant,
            "provider": "hubspot",
            "external_id": "4711",
            "company_name": "Bakery Bright",
            "access_token": "access-1",
            "refresh_token": "refresh-1",
            "refreshed_at": now,
            "access_expires_at": now + timedelta(minutes=30),
        }
        return Connection.objects.create(**usual | fields)

    return make


@pytest.fixture
def connection(make_connection: MakeConnection) -> Connection:
    return make_connection()


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[SandboxServer]:
    """Both providers on a local port, at which this site's sandbox environment points."""
    settings.PUBLIC_URL = "http://localhost:8000"
    with run_sandbox() as server:
        settings.SANDBOX_URL = server.url
        yield server


@pytest.fixture
def connect_sandbox(sandbox: SandboxServer, tenant: Tenant) -> MakeConnection:
    """A stored connection to one of the sandbox's providers, with the tokens it gives out."""

    def make(provider: str = "hubspot", **fields: Any) -> Connection:
        ready = sandbox.ready()[provider]
        now = timezone.now()
        usual: dict[str, Any] = {
            "tenant": tenant,
            "provider": provider,
            "environment": SANDBOX,
            "external_id": ready["account_id"],
            "access_token": ready["access_token"],
            "refresh_token": ready["refresh_token"],
            "refreshed_at": now,
            "access_expires_at": now + timedelta(minutes=30),
        }
        return Connection.objects.create(**usual | fields)

    return make


@pytest.fixture
def told() -> Iterator[list[str]]:
    """The states that listeners heard of."""
    heard: list[str] = []
    listener = events.on_state(lambda connection: heard.append(connection.state))
    yield heard
    events.forget(listener)
