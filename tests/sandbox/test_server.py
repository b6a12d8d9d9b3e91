"""The HTTP server: keep-alive, bodies, broken requests, many connections."""

from __future__ import annotations

import http.client
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from integrations.sandbox.core import Request, Response, SystemClock
from integrations.sandbox.limits import Concurrency, RollingWindow
from integrations.sandbox.server import SandboxServer
from tests.sandbox.hubspot_account import OBJECTS, Account


def raw(server: SandboxServer, text: bytes) -> bytes:
    """Everything the server answers before it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(text)
        received = b""
        while part := connection.recv(65_536):
            received += part
        return received


def test_one_connection_serves_many_requests(server: SandboxServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.connect()
    used = connection.sock

    for _ in range(3):
        connection.request("GET", "/_control/state")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()

    assert connection.sock is used
    connection.close()


def test_requests_sent_at_once_are_answered_in_order(server: SandboxServer) -> None:
    one = b"GET /_control/state HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    received = raw(server, one + one + last)

    assert re.findall(rb"HTTP/1\.1 (\d+)", received) == [b"200", b"200", b"404"]


def test_a_body_may_come_in_chunks(account: Account) -> None:
    body = json.dumps({"properties": {"email": "a@example.org"}}).encode()

    answer = account.call(
        "POST",
        f"{OBJECTS}/contacts",
        data=iter([body[:10], body[10:]]),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 201


def test_a_client_may_ask_before_it_sends_the_body(server: SandboxServer) -> None:
    head = b"POST /_control/clock HTTP/1.1\r\nContent-Length: 13\r\nExpect: 100-continue\r\n"

    received = raw(server, head + b'Connection: close\r\n\r\n{"advance":1}')

    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
    ],
)
def test_bytes_that_are_no_request_end_the_connection(
    server: SandboxServer, sent: bytes, status: bytes
) -> None:
    assert raw(server, sent).split(b" ")[1] == status


def test_an_old_client_is_answered_once(server: SandboxServer) -> None:
    assert b"Connection: close" in raw(server, b"GET / HTTP/1.0\r\n\r\n")


def test_many_connections_at_once(account: Account) -> None:
    address = f"{account.ready['base_url']}{OBJECTS}/contacts"
    headers = {"Authorization": f"Bearer {account.ready['access_token']}"}

    def read(_: int) -> int:
        with requests.Session() as session:
            return session.get(address, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(read, range(64))) == {200}


def test_a_defect_of_the_sandbox_does_not_look_like_the_provider(
    account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(request: Request) -> Response:
        raise RuntimeError("a defect")

    monkeypatch.setattr(account.hubspot, "handle", fail)

    answer = account.get(f"{OBJECTS}/contacts")

    assert (answer.status_code, answer.json()["message"]) == (
        500,
        "This is a defect of the sandbox itself.",
    )
    assert "a defect" in caplog.text


def test_a_stopped_server_leaves_its_port(server: SandboxServer) -> None:
    server.stop()

    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=10)


def test_a_window_tells_when_it_is_free(account: Account) -> None:
    window = RollingWindow(account.clock, allowed=2, seconds=10)

    taken = [window.take(), window.take(), window.take()]
    account.clock.advance(4)

    assert taken == [True, True, False]
    assert (window.remaining, window.seconds_until_free()) == (0, 6)
    account.clock.advance(6)
    assert (window.remaining, window.seconds_until_free()) == (2, 0)


def test_only_so_many_may_be_under_way() -> None:
    gate = Concurrency(1)

    assert (gate.enter(), gate.enter()) == (True, False)
    gate.leave()
    assert gate.enter()


def test_the_systems_clock_can_be_put_forward() -> None:
    clock = SystemClock()
    before = clock.now()

    clock.advance(3_600)

    assert 3_599 < (clock.now() - before).total_seconds() < 3_660
    assert abs(clock.time() - clock.now().timestamp()) < 60
