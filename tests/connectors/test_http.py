"""The HTTP layer: turns, renewals, retries, and what is certain after a failure."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from integrations.contract import (
    Category,
    Fault,
    OutcomeUnknown,
    RetryLater,
    SignInAgain,
)
from integrations.http import Http, RateRule, Response, redact, without_nul
from tests.connectors.support import ListedCalls, OpenLimiter, PlainTokens

BASE = "https://api.example.org"
RULE = RateRule("calls", 10, 1.0, 2)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Desk:
    """An Http with its ports in reach."""

    http: Http
    tokens: PlainTokens
    limiter: OpenLimiter
    log: ListedCalls
    slept: list[float] = field(default_factory=list)

    def read(self) -> Response:
        return self.http.send("GET", "/things/12345/parts", rules=[RULE], repeatable=True)

    def write(self) -> Response:
        return self.http.send("POST", "/things", json={"a": 1}, rules=[RULE], repeatable=False)


def make_desk(base: str = BASE) -> Desk:
    tokens, limiter, log = PlainTokens(), OpenLimiter(), ListedCalls()
    slept: list[float] = []
    http = Http(base, tokens, limiter, log, clock=lambda: NOON, sleep=slept.append)
    return Desk(http, tokens, limiter, log, slept)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as web:
        yield web


READ_URL, WRITE_URL = f"{BASE}/things/12345/parts", f"{BASE}/things"


def test_an_answer_is_given_back_with_lower_case_headers(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.get(READ_URL, json={"ok": True}, headers={"X-Thing": "1"})

    answer = desk.read()

    assert (answer.status, answer.json(), answer.headers["x-thing"]) == (200, {"ok": True}, "1")
    assert web.calls[0].request.headers["Authorization"] == "Bearer token-1"


def test_a_refusal_that_is_not_about_time_or_token_is_given_back(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(WRITE_URL, status=400, json={"message": "no"})

    assert desk.write().status == 400
    assert desk.slept == []


def test_calls_are_logged_without_ids_tokens_and_bodies(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.get(READ_URL, headers={"X-Trace": "abc"}, body=b"secret")

    desk.http.send(
        "GET", "/things/12345/parts", params={"q": "ann@example.org"}, repeatable=True,
        correlation_header="X-Trace",
    )  # fmt: skip

    (call,) = desk.log.calls
    assert (call.method, call.path, call.status) == ("GET", "/things/{id}/parts", 200)
    assert (call.correlation_id, call.at, call.error) == ("abc", NOON, "")


def test_a_call_waits_for_its_turn(desk: Desk, web: responses.RequestsMock) -> None:
    web.get(READ_URL)
    desk.limiter.waits = [1.5, 0.5]

    desk.read()

    assert desk.slept == [1.5, 0.5]
    assert desk.limiter.acquired == ["calls"]


def test_a_turn_too_far_away_sends_nothing(desk: Desk, web: responses.RequestsMock) -> None:
    desk.limiter.waits = [3.0, 3.0]

    with pytest.raises(RetryLater) as raised:
        desk.read()

    assert raised.value.fault.category is Category.RATE_LIMITED
    assert raised.value.after == 3.0
    assert len(web.calls) == 0


def test_a_refused_token_is_renewed_once_and_the_call_repeated(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(WRITE_URL, status=401)
    web.post(WRITE_URL, status=201)

    assert desk.write().status == 201
    assert desk.tokens.renewed == ["token-1"]
    assert web.calls[1].request.headers["Authorization"] == "Bearer token-1+"


def test_a_second_refusal_of_the_token_is_given_back(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(WRITE_URL, status=401)
    web.post(WRITE_URL, status=401)

    assert desk.write().status == 401
    assert desk.tokens.renewed == ["token-1"]


def test_a_refused_renewal_ends_the_call(desk: Desk, web: responses.RequestsMock) -> None:
    def refuse(refused: str) -> str:
        raise SignInAgain(Fault(Category.CONNECTION_REAUTH, "invalid_grant", "Gone."))

    web.get(READ_URL, status=401)
    desk.tokens.renewal = refuse

    with pytest.raises(SignInAgain):
        desk.read()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("2", [2.0], id="as long as it says"),
        pytest.param("0", [0.1], id="never not at all"),
    ],
)
def test_a_short_pause_is_waited_for_even_by_writes(
    desk: Desk, web: responses.RequestsMock, header: str, expected: list[float]
) -> None:
    web.post(WRITE_URL, status=429, headers={"Retry-After": header})
    web.post(WRITE_URL, status=201)

    assert desk.write().status == 201
    assert desk.slept == expected
    assert desk.limiter.held == [("calls", expected[0])]


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        pytest.param({"Retry-After": "60"}, 60.0, id="said"),
        pytest.param({}, 10.0, id="unsaid"),
        pytest.param({"Retry-After": "soon"}, 10.0, id="said in words"),
    ],
)
def test_a_long_pause_holds_everybody_and_comes_back_later(
    desk: Desk, web: responses.RequestsMock, headers: dict[str, str], after: float
) -> None:
    web.post(WRITE_URL, status=429, headers=headers)

    with pytest.raises(RetryLater) as raised:
        desk.write()

    assert raised.value.after == after
    assert desk.limiter.held == [("calls", after)]


def test_a_provider_that_always_says_later_is_not_asked_for_ever(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.get(READ_URL, status=429, headers={"Retry-After": "0"})

    with pytest.raises(RetryLater):
        desk.read()

    assert sum(desk.slept) <= 5.0


def test_limit_headers_of_a_good_answer_hold_the_next_calls(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.get(READ_URL)

    answer = desk.http.send(
        "GET", "/things/12345/parts", rules=[RULE], repeatable=True, pause=lambda _: 0.7
    )

    assert answer.status == 200
    assert (desk.limiter.held, desk.slept) == ([("calls", 0.7)], [])


@pytest.mark.parametrize("status", [500, 502, 503, 504, 521, 524])
def test_a_read_is_tried_again_after_a_server_error(
    desk: Desk, web: responses.RequestsMock, status: int
) -> None:
    web.get(READ_URL, status=status)
    web.get(READ_URL, json=[])

    assert desk.read().status == 200
    assert len(desk.slept) == 1


def test_a_read_that_fails_three_times_comes_back_later(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.get(READ_URL, status=500)

    with pytest.raises(RetryLater) as raised:
        desk.read()

    assert len(web.calls) == 3
    assert raised.value.fault.category is Category.TRANSIENT
    assert desk.slept[0] <= 1.0 < desk.slept[1] * 2


def test_a_server_error_with_a_long_retry_after_is_believed(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.get(READ_URL, status=503, headers={"Retry-After": "120"})

    with pytest.raises(RetryLater) as raised:
        desk.read()

    assert raised.value.after == 120.0
    assert len(web.calls) == 1


def test_a_write_is_never_repeated_after_a_server_error(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(WRITE_URL, status=502, body="for ann@example.org")

    with pytest.raises(OutcomeUnknown) as raised:
        desk.write()

    assert len(web.calls) == 1
    assert raised.value.fault.raw == "for ***@***"


def test_a_write_without_an_answer_in_time_is_unknown(
    desk: Desk, web: responses.RequestsMock
) -> None:
    web.post(WRITE_URL, body=requests.ReadTimeout("slow"))

    with pytest.raises(OutcomeUnknown) as raised:
        desk.write()

    assert raised.value.fault.code == "ReadTimeout"
    assert [call.status for call in desk.log.calls] == [0]


def test_a_write_that_never_got_a_connection_was_certainly_not_done() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    desk = make_desk(f"http://127.0.0.1:{port}")

    with pytest.raises(RetryLater) as raised:
        desk.write()

    assert raised.value.fault.code == "ConnectionError"
    assert len(desk.log.calls) == 3


@contextmanager
def hanging_up() -> Iterator[str]:
    """A server that reads a request and closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_hang_up, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _hang_up(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        connection.recv(65_536)
        connection.close()


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(Desk.read, RetryLater, id="a read"),
        pytest.param(Desk.write, OutcomeUnknown, id="a write"),
    ],
)
def test_a_connection_dropped_after_sending(
    act: Callable[[Desk], Response], expected: type[Exception]
) -> None:
    with hanging_up() as base:
        desk = make_desk(base)

        with pytest.raises(expected):
            act(desk)

        desk.http._session.close()


def test_redirects_are_not_followed(desk: Desk, web: responses.RequestsMock) -> None:
    web.get(READ_URL, status=302, headers={"Location": "https://elsewhere.example.org"})

    assert desk.read().status == 302


def test_a_netrc_file_does_not_replace_the_token(
    web: responses.RequestsMock,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine api.example.org login joe password x\n")
    monkeypatch.setenv("NETRC", str(netrc))
    web.get(READ_URL)

    make_desk().read()

    assert web.calls[0].request.headers["Authorization"] == "Bearer token-1"


def test_json_of_another_shape_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        Response(200, {}, b'{"a": 1}').json(list[int])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"access_token":"abc","x":1}', '{"access_token":"***","x":1}'),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("refresh_token=abc&grant_type=x", "refresh_token=***&grant_type=x"),
        ("client_secret: 'abc'", "client_secret: '***'"),
        ("grant_type=x&code=abc&y=1", "grant_type=x&code=***&y=1"),
        ('{"token": "abc"}', '{"token": "***"}'),
        ('{"code":"2210","SyncToken":"3"}', '{"code":"2210","SyncToken":"3"}'),
        ("mail to Ann.O'Neil+x@mail.example.org, please", "mail to Ann.O'***@***, please"),
        ("nothing here", "nothing here"),
    ],
)
def test_tokens_and_addresses_are_taken_out(text: str, expected: str) -> None:
    assert redact(text) == expected


@given(st.text(max_size=200), st.from_regex(r"[A-Za-z0-9._-]{8,40}", fullmatch=True))
def test_no_bearer_token_survives_redaction(before: str, token: str) -> None:
    assert token not in redact(f"{before} Bearer {token} x").removeprefix(redact(before))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param(rb'"A\u0000nn\u0000\u0000"', "Ann", id="taken out"),
        pytest.param(rb'"\\\u0000"', "\\", id="behind a backslash"),
        pytest.param(rb'"\\u0000"', "\\u0000", id="a text that only looks like it"),
        pytest.param(rb'"\u00001"', "1", id="before a digit"),
    ],
)
def test_nul_characters_of_texts_are_left_out(written: bytes, read: str) -> None:
    assert msgspec.json.decode(without_nul(written)) == read
