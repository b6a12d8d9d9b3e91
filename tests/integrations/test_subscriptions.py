"""Webhooks that each company must be asked for are asked for, looked after, and not at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from integrations import services, subscriptions
from integrations.contract import Category, ConnectorError, Fault, RetryLater
from integrations.http import Http
from integrations.models import Connection, ConnectionState, WebhookEvent
from integrations.registry import PROVIDERS
from integrations.subscriptions import webhook_state
from tests.integrations.conftest import MakeConnection

ADDRESS = "https://saldo.example.org/webhooks/hubspot"

type Asked = list[tuple[str, str]]


class Provider:
    """One whose companies must each be asked, and what a test has it answer."""

    def __init__(self) -> None:
        self.asked: Asked = []
        self.trouble: ConnectorError | None = None

    def subscribe(self, http: Http, external_id: str, address: str) -> None:
        self.asked.append((external_id, address))
        if self.trouble:
            raise self.trouble


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:

    found = Provider()
    asking = replace(PROVIDERS["hubspot"], subscribe=found.subscribe)
    monkeypatch.setitem(PROVIDERS, "hubspot", asking)
    return found


def later(**time: float) -> Any:
    return timezone.now() + timedelta(**time)


def test_a_connection_just_made_is_asked_for_once_a_day(
    connection: Connection, provider: Provider
) -> None:
    assert services.keep_subscriptions() == 1
    assert services.keep_subscriptions(later(hours=23)) == 0
    assert services.keep_subscriptions(later(hours=25)) == 1

    assert provider.asked == [("4711", ADDRESS)] * 2


def test_only_connections_that_work_are_asked_for(
    make_connection: MakeConnection, provider: Provider
) -> None:
    make_connection(state=ConnectionState.PAUSED)
    make_connection(provider="quickbooks", external_id="5")

    assert services.keep_subscriptions() == 0
    assert provider.asked == []


def test_nothing_is_asked_while_nobody_could_reach_us(
    connection: Connection, provider: Provider, settings: Settings
) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"

    assert services.keep_subscriptions() == 0
    assert provider.asked == []
    assert "no https address" in webhook_state(connection)


def test_trouble_is_told_and_tried_again_within_the_hour(
    connection: Connection, make_connection: MakeConnection, provider: Provider
) -> None:
    make_connection(external_id="12")
    provider.trouble = RetryLater(Fault(Category.TRANSIENT, "x", "Not today."), 60.0)
    assert services.keep_subscriptions() == 0
    assert len(provider.asked) == 2
    connection.refresh_from_db()
    assert webhook_state(connection).startswith("Off: Not today.")

    provider.trouble = None

    assert services.keep_subscriptions(later(minutes=30)) == 0
    assert services.keep_subscriptions(later(minutes=61)) == 2
    connection.refresh_from_db()
    assert webhook_state(connection) == "On."


def test_two_workers_do_not_ask_for_the_same(connection: Connection, provider: Provider) -> None:
    now = timezone.now()

    assert subscriptions.keep_subscription(connection, now)
    assert not subscriptions.keep_subscription(connection, now)


@pytest.mark.parametrize("code", ["hubspot", "quickbooks", "exact"])
def test_a_provider_that_tries_our_address_is_answered(
    code: str, connection: Connection, django_assert_num_queries: Callable[..., Any]
) -> None:
    """Nothing is in it, so that it needs no signature, and nothing happens."""
    answer = Client(enforce_csrf_checks=True).post(
        f"/webhooks/{code}", b"", content_type="application/json"
    )

    assert answer.status_code == 200
    assert WebhookEvent.objects.for_tenant(connection.tenant_id).count() == 0
