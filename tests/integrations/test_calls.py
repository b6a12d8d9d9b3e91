"""The call log: collected, stored in bulk, kept within bounds."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from integrations import services
from integrations.calls import CallBook, call_book, flush_calls, prune_calls
from integrations.connecting import STATE_LASTS
from integrations.http import Call
from integrations.models import CallRecord, ConnectAttempt, Connection, WebhookEvent
from integrations.sandbox.server import SandboxServer
from tests.integrations.conftest import MakeConnection

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def call(**fields: Any) -> Call:
    usual: dict[str, Any] = {
        "method": "GET", "path": "/crm/objects/2026-03/contacts", "status": 200,
        "milliseconds": 12, "at": NOON, "correlation_id": "c-1",
    }  # fmt: skip
    return Call(**usual | fields)


def rows(connection: Connection) -> list[CallRecord]:
    return list(CallRecord.objects.for_tenant(connection.tenant_id).order_by("pk"))


def fill(connection: Connection, number: int, at: datetime) -> None:
    book = CallBook(connection.pk, connection.tenant_id)
    for _ in range(number):
        book.record(call(at=at))
    book.flush()


def test_calls_are_stored_together_when_a_slice_ends(
    connection: Connection, django_assert_num_queries: Any
) -> None:
    book = call_book(connection)
    with django_assert_num_queries(0):
        book.record(call())
        book.record(call(status=429, at=NOON + timedelta(seconds=1)))
    assert rows(connection) == []

    with django_assert_num_queries(2):
        assert flush_calls() == 2

    assert [row.status for row in rows(connection)] == [200, 429]
    connection.refresh_from_db()
    assert connection.last_call_at == NOON + timedelta(seconds=1)
    assert flush_calls() == 0


def test_a_full_book_stores_itself(connection: Connection) -> None:
    book = CallBook(connection.pk, connection.tenant_id, full=3)

    for _ in range(4):
        book.record(call())

    assert len(rows(connection)) == 3


def test_the_last_call_never_goes_back(connection: Connection) -> None:
    fill(connection, 1, NOON)
    fill(connection, 1, NOON - timedelta(hours=1))

    connection.refresh_from_db()
    assert connection.last_call_at == NOON


def test_long_and_personal_values_are_cut_and_hidden(connection: Connection) -> None:
    book = call_book(connection)
    book.record(call(path="/contacts/ann@example.org", error="token=abc " + "x" * 900))
    book.flush()

    [row] = rows(connection)
    assert "ann@example.org" not in row.path
    assert "abc" not in row.error
    assert len(row.error) <= 200


@pytest.mark.django_db(transaction=True)
def test_a_book_of_a_deleted_connection_is_dropped(connection: Connection) -> None:
    book = call_book(connection)
    book.record(call())
    tenant_id, pk = connection.tenant_id, connection.pk
    Connection.objects.for_tenant(tenant_id).filter(pk=pk).delete()

    assert book.flush() == 0


def test_every_call_of_a_connector_is_in_the_log(
    connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox("quickbooks")
    services.check_connection(connection)

    logged = rows(connection)
    assert len(logged) == sandbox.sandbox.quickbooks.meter.calls.total() > 0
    assert {row.status for row in logged} == {200}
    assert logged[0].correlation_id


def test_calls_are_kept_for_some_days(connection: Connection, settings: Settings) -> None:
    settings.CALL_LOG_DAYS = 7
    fill(connection, 2, NOON - timedelta(days=8))
    fill(connection, 3, NOON - timedelta(days=6))

    assert prune_calls(NOON) == 2
    assert len(rows(connection)) == 3


def test_only_the_newest_calls_are_kept_when_there_are_too_many(
    connection: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.calls.PRUNE_BATCH", 2)
    settings.CALL_LOG_ROWS = 4
    fill(connection, 9, NOON)
    newest = [row.pk for row in rows(connection)][-4:]

    assert prune_calls(NOON) == 5
    assert [row.pk for row in rows(connection)] == newest


def test_the_command_prunes_everything_that_is_kept_for_a_while(
    connection: Connection, owner: Any
) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    fill(connection, 1, long_ago)
    tenant = connection.tenant
    WebhookEvent.objects.create(
        tenant=tenant, connection=connection, provider="hubspot", key="k",
        object_type="contact", record_id="1", at=long_ago, received_at=long_ago,
    )  # fmt: skip
    ConnectAttempt.objects.create(
        tenant=tenant, user=owner, nonce="n", provider="hubspot", environment="live",
        expires_at=long_ago + STATE_LASTS,
    )  # fmt: skip
    output = StringIO()

    call_command("prune_calls", stdout=output)

    assert output.getvalue() == "3 rows deleted.\n"
