"""A web server that takes webhooks and keeps them as they came."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from integrations.contract import WebhookRequest


@dataclass
class Receiver:
    url: str
    requests: list[WebhookRequest] = field(default_factory=list)


@contextmanager
def receiver() -> Iterator[Receiver]:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        # With a query and an escape: the signature covers them.
        path = "/hooks/a%3Ab?tenant=7"
        taken = Receiver(f"http://127.0.0.1:{server.server_port}{path}")
        server.RequestHandlerClass = handler_for(taken)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield taken
        server.shutdown()
        thread.join(5)


def handler_for(taken: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = WebhookRequest("POST", taken.url, dict(self.headers), body)
            taken.requests.append(request)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
