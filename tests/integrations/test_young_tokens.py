"""A provider that refuses early refreshes is asked by age alone, and again after a lost answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from integrations import oauth
from integrations.contract import Category, Fault, RetryLater
from integrations.models import SANDBOX, Connection
from integrations.oauth import KeepToken, NoAnswer, OAuthApp, TokenAnswer
from integrations.sandbox.server import SandboxServer
from integrations.tokens import StoredTokens
from tests.integrations.conftest import MakeConnection
from tests.integrations.processes import database_url_for, run_together

WORKER = Path(__file__).with_name("refresh_worker.py")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
APP = OAuthApp("id", "secret", "", "", "", earliest_refresh=570.0)
LOST = NoAnswer(Fault(Category.TRANSIENT, "ReadTimeout", "No answer came in time."), 10.0)
EARLY = RetryLater(Fault(Category.RATE_LIMITED, "too_early", "Not yet."), 570.0)

type At = Callable[[float], StoredTokens]


class Refreshes:
    """A token call that does what a test tells it to, answer by answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.troubles: list[Exception] = []

    def refresh(self, app: OAuthApp, refresh_token: str) -> TokenAnswer:
        self.asked.append(refresh_token)
        if self.troubles:
            raise self.troubles.pop(0)
        return TokenAnswer("access-2", "refresh-2", 600, None, (), {})


@pytest.fixture
def refreshes(monkeypatch: pytest.MonkeyPatch) -> Refreshes:
    provider = Refreshes()
    monkeypatch.setattr(oauth, "refresh", provider.refresh)
    return provider


@pytest.fixture
def young(make_connection: MakeConnection) -> Connection:
    """A token of noon that lives for ten minutes."""
    return make_connection(refreshed_at=NOON, access_expires_at=NOON + timedelta(seconds=600))


@pytest.fixture
def at(young: Connection) -> At:
    """Its tokens, as another process has them, so many seconds after noon."""

    def tokens(age: float) -> StoredTokens:
        now = NOON + timedelta(seconds=age)
        return StoredTokens(young, app=lambda: APP, clock=lambda: now, sleep=_never)

    return tokens


def _never(seconds: float) -> None:
    raise AssertionError


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(0, "access-1", id="new"),
        pytest.param(490, "access-1", id="in its last fifth, when others are renewed"),
        pytest.param(569, "access-1", id="a second too young"),
        pytest.param(570, "access-2", id="old enough"),
        pytest.param(700, "access-2", id="expired"),
    ],
)
def test_a_token_is_renewed_by_its_age(
    age: float, expected: str, at: At, refreshes: Refreshes
) -> None:
    assert at(age).current() == expected
    assert refreshes.asked == (["refresh-1"] if expected == "access-2" else [])


def test_a_young_token_that_was_refused_is_not_renewed(at: At, refreshes: Refreshes) -> None:
    """There a refusal means that the right is missing, and a refresh would be refused as well."""
    assert at(300).renew("access-1") == "access-1"
    assert refreshes.asked == []


def test_an_old_token_that_was_refused_is_renewed(at: At, refreshes: Refreshes) -> None:
    assert at(580).renew("access-1") == "access-2"


def test_a_lost_answer_is_asked_for_once_more_with_the_old_token(
    at: At, refreshes: Refreshes
) -> None:
    refreshes.troubles = [LOST]

    assert at(601).current() == "access-2"
    assert refreshes.asked == ["refresh-1", "refresh-1"]


def test_two_lost_answers_leave_the_old_token_for_later(
    at: At, refreshes: Refreshes, young: Connection
) -> None:
    refreshes.troubles = [LOST, LOST]

    with pytest.raises(RetryLater):
        at(601).current()

    young.refresh_from_db()
    assert young.is_active
    assert young.refresh_token == "refresh-1"
    assert at(612).current() == "access-2"


def test_a_refresh_refused_as_too_early_is_not_asked_again_before_its_time(
    at: At, refreshes: Refreshes, young: Connection
) -> None:
    """The first answer was lost, so that its token stands in the way of the next one."""
    refreshes.troubles = [LOST, EARLY]
    with pytest.raises(RetryLater, match=r"Not yet\."):
        at(601).current()

    with pytest.raises(RetryLater, match="only after some minutes") as raised:
        at(700).current()

    assert raised.value.after == 471.0
    assert len(refreshes.asked) == 2
    young.refresh_from_db()
    assert young.is_active
    assert at(1172).current() == "access-2"


def test_trouble_near_the_end_does_not_stop_the_work(at: At, refreshes: Refreshes) -> None:
    refreshes.troubles = [EARLY]

    assert at(575).current() == "access-1"


def test_a_refresh_token_that_comes_with_a_refusal_is_kept(
    at: At, refreshes: Refreshes, young: Connection
) -> None:
    refreshes.troubles = [KeepToken(EARLY.fault, 570.0, "refresh-from-refusal")]
    with pytest.raises(RetryLater):
        at(601).current()

    young.refresh_from_db()
    assert young.refresh_token == "refresh-from-refusal"
    assert young.access_token == "access-1"
    assert at(1172).current() == "access-2"
    assert refreshes.asked[-1] == "refresh-from-refusal"


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refused", [True, False], ids=["a refused token", "an expired token"])
def test_processes_that_renew_at_once_refresh_once(
    refused: bool, connect_sandbox: MakeConnection, sandbox: SandboxServer, tmp_path: Path
) -> None:
    """Exact ends the consent when a spent refresh token comes a second time."""
    now = timezone.now()
    connection = connect_sandbox(
        "exact",
        refreshed_at=now - timedelta(seconds=580),
        access_expires_at=now + timedelta(seconds=20 if refused else -1),
    )
    sandbox.sandbox.clock.advance(601)
    order = [str(connection.pk), str(connection.tenant_id)]
    order.append(connection.access_token if refused else "")

    answers = run_together(
        WORKER,
        [order] * 4,
        database_url_for(tmp_path),
        SANDBOX_URL=sandbox.url,
        PUBLIC_URL="http://localhost:8000",
    )

    assert connection.environment == SANDBOX
    assert sandbox.sandbox.exact.meter.tokens_refreshed == 1
    assert len(set(answers)) == 1
    assert answers[0] != connection.access_token
