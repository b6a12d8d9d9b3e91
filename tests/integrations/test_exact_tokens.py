"""Exact's ten-minute tokens against the stand-in: by age, in one row, never one that was spent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

from integrations import oauth, opening
from integrations.contract import ConnectorError, RetryLater
from integrations.models import Connection, ConnectionState
from integrations.oauth import OAuthApp, TokenAnswer
from integrations.sandbox.exact.provider import Exact
from integrations.sandbox.server import SandboxServer
from integrations.services import opened
from integrations.tokens import StoredTokens
from tests.integrations.conftest import MakeConnection
from tests.integrations.processes import database_url_for, run_together

WORKER = Path(__file__).with_name("refresh_worker.py")
START = datetime(2026, 11, 18, 9, tzinfo=UTC)
LIFE, EARLIEST = 600, 570
HOURS = 2
TOKEN_CALL = "POST /api/oauth2/token"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Before the stand-in is built, whose first tokens are dated."""
    with time_machine.travel(START, tick=False) as moved:
        yield moved


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    # The stand-ins of all tests share their companies' ids, so that each keeps its own counts.
    settings.REDIS_URL = ""
    monkeypatch.setattr(opening, "limiter_for", lambda _connection: opening.NoLimit())


@pytest.fixture
def exact(sandbox: SandboxServer) -> Exact:
    return sandbox.sandbox.exact


@pytest.fixture
def connection(connect_sandbox: MakeConnection) -> Connection:
    """Just connected."""
    return connect_sandbox("exact", access_expires_at=START + timedelta(seconds=LIFE))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The refresh tokens that were sent, one after the other."""
    real, found = oauth.refresh, list[str]()

    def refresh(app: OAuthApp, refresh_token: str) -> TokenAnswer:
        found.append(refresh_token)
        return real(app, refresh_token)

    monkeypatch.setattr(oauth, "refresh", refresh)
    return found


def lose(sandbox: SandboxServer, kind: str, times: int = 1) -> None:
    wanted = {"provider": "exact", "kind": kind, "path": "/oauth2/token$", "times": times}
    sandbox.sandbox.faults.add(wanted)


def look(connection: Connection) -> str:
    """A call as a worker makes it that knows the connection only from the database."""
    with opened(connection) as connector:
        return connector.identity().external_id


def early(exact: Exact) -> int:
    return exact.meter.violations["token_too_early"]


@pytest.mark.django_db(transaction=True)
def test_over_hours_each_token_is_used_up_and_renewed_once(
    connection: Connection, exact: Exact, sent: list[str], clock: time_machine.Traveller
) -> None:
    """Several workers look every half minute: no call with a dead token, no refresh too early."""
    for _ in range(HOURS * 60 * 2):
        for _worker in range(2):
            assert look(connection) == connection.external_id
        clock.shift(30)

    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE
    assert exact.meter.violations.total() == 0
    assert exact.throttle.errors("system/Divisions") == 0
    assert len(sent) == len(set(sent)) == exact.meter.tokens_refreshed
    # One every 570 to 600 seconds.
    assert HOURS * 3600 / LIFE - 1 <= len(sent) <= HOURS * 3600 / EARLIEST + 1


@pytest.mark.django_db(transaction=True)
def test_a_token_that_exact_ended_itself_is_not_renewed_before_its_time(
    connection: Connection, exact: Exact, sent: list[str], clock: time_machine.Traveller
) -> None:
    """A refusal of a young token is no reason to ask for another one."""
    clock.shift(100)
    exact.sign_in.tokens.expire("access")

    with pytest.raises(ConnectorError):
        look(connection)

    assert sent == []
    clock.shift(EARLIEST - 100)
    assert look(connection) == connection.external_id
    assert len(sent) == 1
    assert early(exact) == 0


@pytest.mark.django_db(transaction=True)
def test_a_refresh_that_never_reached_exact_is_asked_once_more(
    connection: Connection, sandbox: SandboxServer, sent: list[str], clock: time_machine.Traveller
) -> None:
    clock.shift(LIFE + 1)
    lose(sandbox, "drop_before")

    assert look(connection) == connection.external_id

    assert len(sent) == 2
    assert early(sandbox.sandbox.exact) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [1, 2], ids=["its answer", "the answer to the repetition too"])
def test_a_refresh_lost_after_its_effect_costs_a_pause_and_no_consent(
    connection: Connection,
    sandbox: SandboxServer,
    sent: list[str],
    clock: time_machine.Traveller,
    lost: int,
) -> None:
    """The token that was given out stands in the way of the next one; the old one still serves."""
    exact, spent = sandbox.sandbox.exact, connection.refresh_token
    clock.shift(LIFE + 1)
    lose(sandbox, "drop_after", lost)

    with pytest.raises(RetryLater):
        look(connection)

    assert sent == [spent, spent]
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE
    assert connection.refresh_token == spent
    # Nobody asks again before Exact would answer, once it is known that it would not.
    for seconds in (30, 170, 200):
        clock.shift(seconds)
        with pytest.raises(RetryLater):
            look(connection)
        assert early(exact) == lost
    # The last refusal may be half a minute younger than the token.
    clock.shift(EARLIEST - 400 + 31)
    assert look(connection) == connection.external_id
    assert early(exact) == lost
    connection.refresh_from_db()
    assert connection.refresh_token not in sent
    clock.shift(LIFE)
    look(connection)
    assert connection.state == ConnectionState.ACTIVE
    assert sent.count(spent) == lost + 2
    assert sent[-1] != spent


@pytest.mark.django_db(transaction=True)
def test_trouble_at_nine_and_a_half_minutes_stops_nobody(
    connection: Connection, sandbox: SandboxServer, clock: time_machine.Traveller
) -> None:
    """The old token is good for half a minute yet."""
    clock.shift(EARLIEST)
    lose(sandbox, "drop_before", times=2)

    assert look(connection) == connection.external_id

    clock.shift(LIFE - EARLIEST + 1)
    assert look(connection) == connection.external_id
    assert sandbox.sandbox.exact.meter.tokens_refreshed == 1
    assert early(sandbox.sandbox.exact) == 0


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_processes_that_meet_at_nine_and_a_half_minutes_refresh_once(
    connect_sandbox: MakeConnection,
    sandbox: SandboxServer,
    clock: time_machine.Traveller,
    tmp_path: Path,
) -> None:
    """Exactly when Exact allows it: those who come late go on with the old token or the new."""
    real = time_machine.escape_hatch.datetime.datetime.now(UTC)
    clock.move_to(real)
    connection = connect_sandbox(
        "exact",
        refreshed_at=real - timedelta(seconds=EARLIEST),
        access_expires_at=real + timedelta(seconds=LIFE - EARLIEST),
    )
    sandbox.sandbox.clock.advance(real.timestamp() + EARLIEST - sandbox.sandbox.clock.time())
    order = [str(connection.pk), str(connection.tenant_id), ""]

    answers = run_together(
        WORKER,
        [order] * 3,
        database_url_for(tmp_path),
        SANDBOX_URL=sandbox.url,
        PUBLIC_URL="http://localhost:8000",
    )

    exact = sandbox.sandbox.exact
    assert exact.meter.tokens_refreshed == 1
    assert early(exact) == 0
    assert len(set(answers)) <= 2
    assert StoredTokens(connection).current()
