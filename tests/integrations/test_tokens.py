"""Tokens are renewed ahead of time, by one worker, and a refusal pauses the connection."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from integrations import oauth, services
from integrations.contract import Category, Fault, Misconfigured, RetryLater, SignInAgain
from integrations.models import SANDBOX, Connection, ConnectionState
from integrations.oauth import OAuthApp, TokenAnswer
from integrations.providers import oauth_app
from integrations.sandbox.server import SandboxServer
from integrations.tokens import StoredTokens, hold
from tests.integrations.conftest import MakeConnection
from tests.integrations.processes import database_url_for, run_together

WORKER = Path(__file__).with_name("refresh_worker.py")
LOST = RetryLater(Fault(Category.TRANSIENT, "ReadTimeout", "No answer came in time."), 10.0)
REFUSED = SignInAgain(Fault(Category.CONNECTION_REAUTH, "invalid_grant", "Token revoked."))


def tokens_of(connection: Connection, **options: Any) -> StoredTokens:
    """As another process has them: from the row, with nothing remembered."""
    return StoredTokens(connection, **options)


@pytest.fixture
def refreshes(monkeypatch: pytest.MonkeyPatch) -> "Refreshes":
    provider = Refreshes()
    monkeypatch.setattr(oauth, "refresh", provider.refresh)
    monkeypatch.setattr(oauth, "revoke", provider.revoke)
    return provider


class Refreshes:
    """A provider's token call that does what a test tells it to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.revoked: list[str] = []
        self.trouble: Exception | None = None
        self.meanwhile: Any = None

    def refresh(self, app: OAuthApp, refresh_token: str) -> TokenAnswer:
        self.asked.append(refresh_token)
        if self.meanwhile:
            self.meanwhile()
        if self.trouble:
            raise self.trouble
        number = len(self.asked) + 1
        return TokenAnswer(f"access-{number}", f"refresh-{number}", 1800, None, (), {})

    def revoke(self, app: OAuthApp, refresh_token: str) -> None:
        self.revoked.append(refresh_token)


def in_minutes(minutes: float) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


def test_a_good_token_is_used_without_asking_anybody(
    connection: Connection, refreshes: Refreshes, django_assert_num_queries: Any
) -> None:
    tokens = tokens_of(connection)

    assert tokens.current() == "access-1"
    with django_assert_num_queries(0):
        assert tokens.current() == "access-1"
    assert refreshes.asked == []


def test_a_token_is_renewed_ahead_of_its_end(
    make_connection: MakeConnection, refreshes: Refreshes
) -> None:
    connection = make_connection(access_expires_at=in_minutes(4), refreshed_at=in_minutes(-26))

    assert tokens_of(connection).current() == "access-2"

    connection.refresh_from_db()
    assert connection.access_token == "access-2"
    assert connection.refresh_token == "refresh-2"
    assert connection.refresh_claimed_until is None
    assert connection.access_expires_at is not None
    assert connection.access_expires_at > in_minutes(29)


def test_a_short_lived_token_is_renewed_in_the_last_fifth(connection: Connection) -> None:
    connection.refreshed_at = timezone.now()
    connection.access_expires_at = connection.refreshed_at + timedelta(seconds=100)

    assert hold(connection).renew_at == connection.refreshed_at + timedelta(seconds=80)


def test_a_token_without_an_end_is_never_renewed(
    make_connection: MakeConnection, refreshes: Refreshes
) -> None:
    connection = make_connection(access_expires_at=None)

    assert tokens_of(connection).current() == "access-1"
    assert refreshes.asked == []


def test_a_refused_token_is_renewed_once(connection: Connection, refreshes: Refreshes) -> None:
    tokens = tokens_of(connection)

    assert tokens.renew("access-1") == "access-2"
    assert tokens.renew("access-1") == "access-2"
    assert tokens.current() == "access-2"
    assert refreshes.asked == ["refresh-1"]


def test_a_worker_that_comes_late_uses_the_others_token(
    connection: Connection, refreshes: Refreshes
) -> None:
    early, late = tokens_of(connection), tokens_of(connection)
    assert late.current() == "access-1"
    early.renew("access-1")

    assert late.renew("access-1") == "access-2"
    assert refreshes.asked == ["refresh-1"]


def test_a_worker_waits_for_the_one_that_renews(
    connection: Connection, refreshes: Refreshes
) -> None:
    rows = Connection.objects.for_tenant(connection.tenant_id)
    rows.update(refresh_claimed_until=in_minutes(1))
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            rows.update(access_token="access-of-the-other", refresh_claimed_until=None)

    assert tokens_of(connection, sleep=sleep).renew("access-1") == "access-of-the-other"
    assert len(slept) == 3
    assert refreshes.asked == []


def test_waiting_ends_with_retry_later(connection: Connection, refreshes: Refreshes) -> None:
    Connection.objects.for_tenant(connection.tenant_id).update(refresh_claimed_until=in_minutes(1))

    with pytest.raises(RetryLater, match="renewing"):
        tokens_of(connection, sleep=lambda _seconds: None).renew("access-1")
    assert refreshes.asked == []


def test_nobody_waits_while_the_old_token_still_serves(
    make_connection: MakeConnection, refreshes: Refreshes
) -> None:
    connection = make_connection(
        access_expires_at=in_minutes(3),
        refreshed_at=in_minutes(-27),
        refresh_claimed_until=in_minutes(1),
    )

    def never(seconds: float) -> None:
        raise AssertionError

    assert tokens_of(connection, sleep=never).current() == "access-1"


def test_the_claim_of_a_dead_worker_runs_out(
    make_connection: MakeConnection, refreshes: Refreshes
) -> None:
    connection = make_connection(refresh_claimed_until=timezone.now() - timedelta(seconds=1))

    assert tokens_of(connection).renew("access-1") == "access-2"


def test_a_refused_refresh_pauses_the_connection(
    connection: Connection, refreshes: Refreshes
) -> None:
    refreshes.trouble = REFUSED

    with pytest.raises(SignInAgain):
        tokens_of(connection).renew("access-1")

    connection.refresh_from_db()
    assert connection.state == ConnectionState.PAUSED
    assert connection.pause_category == "connection_reauth"
    assert connection.pause_message == "Token revoked."
    assert connection.paused_at is not None
    assert connection.refresh_claimed_until is None


def test_a_refusal_of_a_token_that_another_worker_replaced_changes_nothing(
    connection: Connection, refreshes: Refreshes
) -> None:
    """Our claim had run out while we slept; the other one's tokens are good."""
    rows = Connection.objects.for_tenant(connection.tenant_id)
    refreshes.trouble = REFUSED
    refreshes.meanwhile = lambda: rows.update(access_token="newer", refresh_token="newer")

    assert tokens_of(connection).renew("access-1") == "newer"

    connection.refresh_from_db()
    assert connection.is_active


def test_a_lost_answer_keeps_the_old_refresh_token_for_the_next_try(
    connection: Connection, refreshes: Refreshes
) -> None:
    refreshes.trouble = LOST
    with pytest.raises(RetryLater):
        tokens_of(connection).renew("access-1")
    connection.refresh_from_db()
    assert connection.is_active
    assert connection.refresh_claimed_until is None

    refreshes.trouble = None

    assert tokens_of(connection).renew("access-1") == "access-3"
    assert refreshes.asked == ["refresh-1", "refresh-1"]


def test_trouble_with_an_early_renewal_does_not_stop_the_work(
    make_connection: MakeConnection, refreshes: Refreshes
) -> None:
    connection = make_connection(access_expires_at=in_minutes(3), refreshed_at=in_minutes(-27))
    refreshes.trouble = LOST
    tokens = tokens_of(connection)

    assert [tokens.current() for _ in range(3)] == ["access-1"] * 3
    # Not asked again with every call: the provider has trouble enough.
    assert refreshes.asked == ["refresh-1"]


def test_a_wrong_client_secret_does_not_pause_the_customers_connection(
    connection: Connection, refreshes: Refreshes
) -> None:
    refreshes.trouble = Misconfigured(Fault(Category.CONFIGURATION, "invalid_client", "Ours."))

    with pytest.raises(Misconfigured):
        tokens_of(connection).renew("access-1")

    connection.refresh_from_db()
    assert connection.is_active
    assert connection.refresh_claimed_until is None


def test_a_sandbox_that_refuses_our_application_is_asked_for_it_again(
    connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    """It makes up another when it is started with another seed."""
    connection = connect_sandbox()
    hubspot = sandbox.sandbox.hubspot
    oauth_app("hubspot", SANDBOX)
    hubspot.app = replace(hubspot.app, client_id="made-up-anew")

    with pytest.raises(Misconfigured):
        tokens_of(connection).renew(connection.access_token)

    assert tokens_of(connection).renew(connection.access_token)


def test_a_disconnected_connection_gives_no_token(
    connection: Connection, refreshes: Refreshes
) -> None:
    services.disconnect(connection)

    with pytest.raises(SignInAgain, match="disconnected"):
        tokens_of(connection).current()
    with pytest.raises(SignInAgain, match="disconnected"):
        services.open_connector(connection)


def test_tokens_that_arrive_after_a_disconnect_are_given_back(
    connection: Connection, refreshes: Refreshes
) -> None:
    rows = Connection.objects.for_tenant(connection.tenant_id)
    refreshes.meanwhile = lambda: rows.update(state="disconnected", access_token="")

    with pytest.raises(SignInAgain, match="disconnected"):
        tokens_of(connection).renew("access-1")

    connection.refresh_from_db()
    assert connection.access_token == ""
    assert refreshes.revoked == ["refresh-2"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_renewed_inside_a_transaction(
    connection: Connection, refreshes: Refreshes
) -> None:
    with pytest.raises(RuntimeError, match="transaction"), transaction.atomic():
        tokens_of(connection).renew("access-1")


def test_a_connector_goes_on_when_its_token_ran_out(
    connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox()
    sandbox.sandbox.hubspot.tokens.expire("access")

    with services.opened(connection) as connector:
        assert connector.identity().external_id == connection.external_id

    assert sandbox.sandbox.hubspot.meter.tokens_refreshed == 1


def test_a_withdrawn_consent_pauses_the_connection(
    connect_sandbox: MakeConnection, sandbox: SandboxServer
) -> None:
    connection = connect_sandbox()
    sandbox.sandbox.hubspot.tokens.clear()

    assert not services.check_connection(connection).works

    connection.refresh_from_db()
    assert connection.state == ConnectionState.PAUSED
    assert connection.pause_category == "connection_reauth"


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("provider", "refused"),
    [
        pytest.param("hubspot", True, id="a refused token"),
        pytest.param("quickbooks", False, id="an expired token"),
    ],
)
def test_processes_that_renew_at_once_refresh_once(
    provider: str,
    refused: bool,
    connect_sandbox: MakeConnection,
    sandbox: SandboxServer,
    tmp_path: Path,
) -> None:
    """Each refresh gives a new refresh token and kills the old one: two would end the consent."""
    sandbox.sandbox.hubspot.rotate_refresh_tokens = True
    sandbox.sandbox.clock.advance(25 * 3600)
    connection = connect_sandbox(
        provider, environment=SANDBOX, access_expires_at=in_minutes(30 if refused else -1)
    )
    order = [str(connection.pk), str(connection.tenant_id)]
    order.append(connection.access_token if refused else "")

    answers = run_together(
        WORKER,
        [order] * 3,
        database_url_for(tmp_path),
        SANDBOX_URL=sandbox.url,
        PUBLIC_URL="http://localhost:8000",
    )

    assert sandbox.sandbox.providers[provider].meter.tokens_refreshed == 1
    assert len(set(answers)) == 1
    assert answers[0] != connection.access_token
