"""Connections to test with, and registrations at both providers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Tenant
from integrations import calls, opening
from integrations.models import Connection

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
