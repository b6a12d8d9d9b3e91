"""The HTTP layer with a day's quota and error budgets: what is counted, and what must not go."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import requests
import responses

from integrations.contract import Category, Fault, OutcomeUnknown, RetryLater
from integrations.http import ErrorRule, Http, RateRule, Response, Visit
from tests.connectors.support import ListedCalls, OpenLimiter, PlainTokens

BASE = "https://api.example.org"
URL = f"{BASE}/Invoices"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULE = RateRule("minute", 60, 60.0)


def is_shut(response: Response) -> float:
    return 3600.0 if response.status == 429 and not response.body else 0.0


def is_refusal(response: Response) -> bool:
    return response.status in (400, 401, 403, 404) or b"Mandatory" in response.body


ERRORS = ErrorRule(9, closed=is_shut)


@dataclass
class Budget:
    """An error budget that does what a test tells it to."""

    visits: list[Visit] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    left: list[tuple[str, str, bool]] = field(default_factory=list)
    closed: list[tuple[str, float]] = field(default_factory=list)

    def enter(self, endpoint: str, rule: ErrorRule) -> Visit:
        if self.visits:
            return self.visits.pop(0)
        self.inside.append(endpoint)
        return Visit(f"ticket-{len(self.inside)}")

    def leave(self, endpoint: str, rule: ErrorRule, ticket: str, *, refused: bool) -> None:
        self.left.append((endpoint, ticket, refused))

    def close(self, endpoint: str, rule: ErrorRule, seconds: float) -> None:
        self.closed.append((endpoint, seconds))


@dataclass
class Quota:
    """A day with so many calls left."""

    left: int = 100
    heard: list[int] = field(default_factory=list)

    def take(self) -> None:
        if not self.left:
            raise RetryLater(Fault(Category.RATE_LIMITED, "day_quota", "None left."), 60.0)
        self.left -= 1

    def learn(self, response: Response) -> None:
        self.heard.append(response.status)


@dataclass
class Desk:
    http: Http
    tokens: PlainTokens
    limiter: OpenLimiter
    log: ListedCalls
    budget: Budget
    quota: Quota
    slept: list[float]

    def write(self, *, repeatable: bool = False) -> Response:
        return self.http.send(
            "POST", "/Invoices", json={}, rules=[RULE], endpoint="Invoices", errors=ERRORS,
            refuses=is_refusal, repeatable=repeatable,
        )  # fmt: skip


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as web:
        yield web


@pytest.fixture
def desk() -> Desk:
    tokens, limiter, log, slept = PlainTokens(), OpenLimiter(), ListedCalls(), list[float]()
    budget, quota = Budget(), Quota()
    http = Http(
        BASE, tokens, limiter, log, budget=budget, quota=quota,
        clock=lambda: NOON, sleep=slept.append,
    )  # fmt: skip
    return Desk(http, tokens, limiter, log, budget, quota, slept)


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        pytest.param(201, b"{}", False, id="done"),
        pytest.param(400, b"", True, id="refused"),
        pytest.param(404, b"", True, id="not there"),
        pytest.param(409, b"", False, id="a refusal that this provider does not count"),
        pytest.param(500, b"Mandatory: Journal", True, id="a refusal sent as a breakdown"),
    ],
)
def test_refused_calls_are_counted_for_their_endpoint(
    status: int, body: bytes, refused: bool, desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(URL, status=status, body=body)

    assert desk.write().status == status
    assert desk.budget.left == [("Invoices", "ticket-1", refused)]


def test_a_breakdown_is_none_of_our_errors(desk: Desk, web: responses.RequestsMock) -> None:
    web.post(URL, status=500, body=b"A problem has occurred.")

    with pytest.raises(OutcomeUnknown):
        desk.write()
    assert desk.budget.left == [("Invoices", "ticket-1", False)]


def test_a_call_without_an_answer_gives_its_place_back(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(URL, body=requests.ConnectionError())

    with pytest.raises(OutcomeUnknown):
        desk.write()
    assert desk.budget.left == [("Invoices", "ticket-1", False)]


def test_a_spent_budget_sends_nothing_and_says_until_when(
    desk: Desk, web: responses.RequestsMock
) -> None:
    desk.budget.visits = [Visit(wait=1800.0, refused=9)]

    with pytest.raises(RetryLater) as raised:
        desk.write()

    fault = raised.value.fault
    assert (fault.category, fault.code, raised.value.after) == (
        Category.RATE_LIMITED,
        "error_budget",
        1800.0,
    )
    assert fault.message.startswith("Invoices refused 9 calls within an hour.")
    assert fault.message.endswith("at 12:30 UTC.")
    assert len(web.calls) == 0
    assert (desk.limiter.acquired, desk.quota.left) == ([], 100)


def test_calls_under_way_are_waited_for(desk: Desk, web: responses.RequestsMock) -> None:
    web.post(URL)
    desk.budget.visits = [Visit(wait=0.25, refused=3)] * 2

    desk.write()

    assert desk.slept == [0.25, 0.25]


def test_calls_under_way_are_not_waited_for_without_end(
    desk: Desk, web: responses.RequestsMock
) -> None:
    desk.budget.visits = [Visit(wait=0.25, refused=3)] * 30

    with pytest.raises(RetryLater) as raised:
        desk.write()
    assert raised.value.fault.code == "error_budget_busy"


def test_an_endpoint_that_is_shut_rests_and_the_others_do_not(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(URL, status=429)

    with pytest.raises(RetryLater, match="has shut Invoices for us") as raised:
        desk.write()

    assert raised.value.after == 3600.0
    assert desk.budget.closed == [("Invoices", 3600.0)]
    assert desk.limiter.held == []


def test_every_call_that_goes_counts_for_the_day(desk: Desk, web: responses.RequestsMock) -> None:
    web.post(URL, status=503)
    web.post(URL, status=401)
    web.post(URL, status=201)

    desk.write(repeatable=True)

    assert desk.quota.left == 97
    assert desk.quota.heard == [401, 201]


def test_a_day_that_is_used_up_sends_nothing(desk: Desk, web: responses.RequestsMock) -> None:
    desk.quota.left = 0

    with pytest.raises(RetryLater, match="None left"):
        desk.write()
    assert len(web.calls) == 0
    assert desk.budget.left == [("Invoices", "ticket-1", False)]


def test_a_refused_token_that_may_not_be_renewed_yet_is_an_answer(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(URL, status=401)
    desk.tokens.renewal = lambda refused: refused

    assert desk.write().status == 401
    assert len(web.calls) == 1


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/v1/123/crm/Accounts(guid'0a1b')", "/v1/{id}/crm/Accounts({id})"),
        ("/v1/123/Items?$filter=Code%20eq%20'secret'", "/v1/{id}/Items"),
    ],
)
def test_the_log_has_neither_keys_nor_a_query_that_is_part_of_the_path(
    path: str, logged: str, desk: Desk, web: responses.RequestsMock
) -> None:
    web.get(BASE + path)

    desk.http.send("GET", path, repeatable=True)

    assert desk.log.calls[0].path == logged
