"""The HTTP server: one port, all providers, a thread a connection, one write an answer."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.control import Control
from integrations.sandbox.core import (
    Clock,
    DropConnection,
    Request,
    Response,
    Sandbox,
    html_response,
    json_response,
)

log = logging.getLogger(__name__)

MAX_HEAD = 65_536
MAX_BODY = 64 * 1024 * 1024
FLUSH_SECONDS = 0.2
REASONS = {status.value: status.phrase for status in HTTPStatus}


class Unreadable(Exception):
    """The bytes are no request this server reads; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(REASONS[status])
        self.status = status


@dataclass(slots=True)
class Head:
    """The first lines of a request."""

    method: str
    target: str
    version: str
    headers: dict[str, str]

    @property
    def keeps_alive(self) -> bool:
        wish = self.headers.get("connection", "").lower()
        return wish != "close" if self.version == "HTTP/1.1" else wish == "keep-alive"


class Reader:
    """Takes requests off one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""

    def head(self) -> Head | None:
        """The next request's head; None when the client has gone."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD:
                raise Unreadable(431)
            if not self._fill():
                return None
        text = self._buffer[:end].decode("latin-1")
        self._buffer = self._buffer[end + 4 :]
        return parse_head(text)

    def body(self, head: Head) -> bytes:
        if head.headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in head.headers.get("transfer-encoding", "").lower():
            return self._chunks()
        length = head.headers.get("content-length", "0")
        if not length.isdigit():
            raise Unreadable(400)
        return self._exactly(int(length))

    def _exactly(self, size: int) -> bytes:
        if size > MAX_BODY:
            raise Unreadable(413)
        while len(self._buffer) < size:
            if not self._fill():
                raise DropConnection
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _chunks(self) -> bytes:
        parts = []
        while size := self._chunk_size():
            parts.append(self._exactly(size))
            self._line()
        while self._line():
            pass
        return b"".join(parts)

    def _chunk_size(self) -> int:
        try:
            return int(self._line().split(b";")[0], 16)
        except ValueError as error:
            raise Unreadable(400) from error

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD or not self._fill():
                raise DropConnection
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line

    def _fill(self) -> bool:
        received = self._connection.recv(262_144)
        self._buffer += received
        return bool(received)


def parse_head(text: str) -> Head:
    lines = text.split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise Unreadable(400)
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Unreadable(400)
        headers[name.lower()] = value.strip()
    return Head(parts[0], parts[1], parts[2], headers)


def render(answer: Response, now: datetime, keeps_alive: bool) -> bytes:
    """The bytes of an answer, for one write."""
    lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.status != 204:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.append(f"Date: {format_datetime(now, usegmt=True)}")
    if not keeps_alive:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body


class SandboxServer:
    """Serves a sandbox on a local port until it is stopped."""

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        state_path: Path | None = None,
    ) -> None:
        self.sandbox = sandbox
        self._control = Control(sandbox, state_path, self.ready)
        self._listener = socket.create_server((host, port), backlog=128)
        self._host = host
        self.port: int = self._listener.getsockname()[1]
        self._stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._sends_webhooks = True

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    def base_url(self, provider: str) -> str:
        return f"{self.url}/{provider}"

    def ready(self) -> dict[str, dict[str, Any]]:
        """What a client needs to connect, for each provider."""
        providers = self.sandbox.providers
        return {name: each.ready(self.base_url(name)) for name, each in providers.items()}

    def start(self) -> SandboxServer:
        self.ready()
        for run in (self._accept, self._send_webhooks):
            thread = threading.Thread(target=run, name=f"sandbox{run.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Close the port and every connection."""
        self._stopping.set()
        # Closing alone does not wake a thread that waits in accept.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            _hang_up(connection)
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def pause_webhooks(self) -> None:
        """Send webhooks only when asked to, from now on."""
        self._sends_webhooks = False

    def _send_webhooks(self) -> None:
        while not self._stopping.wait(FLUSH_SECONDS):
            if not self._sends_webhooks:
                continue
            for provider in list(self.sandbox.providers.values()):
                provider.flush_webhooks()

    def _serve(self, connection: socket.socket) -> None:
        reader = Reader(connection)
        try:
            while self._serve_one(connection, reader):
                pass
        except (OSError, DropConnection):
            pass
        finally:
            self._connections.discard(connection)
            _hang_up(connection)

    def _serve_one(self, connection: socket.socket, reader: Reader) -> bool:
        """Answer one request; False when the connection ends with it."""
        try:
            head = reader.head()
            if head is None:
                return False
            body = reader.body(head)
        except Unreadable as error:
            answer = render(Response(error.status), self.sandbox.clock.now(), keeps_alive=False)
            connection.sendall(answer)
            return False
        answered = self._answer(head, body)
        connection.sendall(render(answered, self.sandbox.clock.now(), head.keeps_alive))
        return head.keeps_alive

    def _answer(self, head: Head, body: bytes) -> Response:
        path, _, raw_query = head.target.partition("?")
        _, _, rest = path.partition("/")
        mount, _, inner = rest.partition("/")
        query = parse_qs(raw_query, keep_blank_values=True) if raw_query else {}
        request = Request(head.method, f"/{inner}", query, head.headers, body, raw_query)
        try:
            return self._dispatch(mount, request)
        except DropConnection:
            raise
        except Exception:
            # A defect of the sandbox must not look like a fault of the provider.
            log.exception("The sandbox failed on %s %s", head.method, path)
            return json_response(500, {"message": "This is a defect of the sandbox itself."})

    def _dispatch(self, mount: str, request: Request) -> Response:
        if mount in self.sandbox.providers:
            return self.sandbox.handle(mount, request)
        if mount == "_control":
            return self._control.handle(request)
        if mount == "favicon.ico":
            # Browsers ask for it beside every page.
            return Response(204)
        names = "".join(f"<li>/{name}</li>" for name in [*self.sandbox.providers, "_control"])
        return html_response(404 if mount else 200, f"<p>The sandbox serves:</p><ul>{names}</ul>")


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def run_sandbox(
    dataset: str = "empty",
    *,
    seed: int = 1,
    real_limits: bool = False,
    clock: Clock | None = None,
    port: int = 0,
) -> Iterator[SandboxServer]:
    """A served sandbox in this process; `server.sandbox` is its inside."""
    sandbox = make_sandbox(dataset, seed=seed, real_limits=real_limits, clock=clock)
    server = SandboxServer(sandbox, port=port).start()
    try:
        yield server
    finally:
        server.stop()
