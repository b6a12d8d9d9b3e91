"""A bare HTTP caller for the Exact half of the sandbox, with a clock moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests

from integrations.sandbox.core import HandClock
from integrations.sandbox.exact.provider import Exact
from integrations.sandbox.server import SandboxServer, run_sandbox

# In Dutch summer time: the clock on the wall shows 16:31.
START = datetime(2026, 6, 25, 14, 31, 0, 240_000, tzinfo=UTC)
JSON = {"Accept": "application/json"}
ACCOUNTS, CONTACTS, ITEMS = "crm/Accounts", "crm/Contacts", "logistics/Items"
PRICES = "logistics/SalesItemPrices"


class Caller:
    """Calls the stand-in as a client would, and knows its inside."""

    def __init__(self, server: SandboxServer, clock: HandClock) -> None:
        self.server = server
        self.clock = clock
        self.ready = server.ready()["exact"]
        self.root = f"{self.ready['base_url']}/api/v1"
        self.base = f"{self.root}/{self.ready['account_id']}"
        self.session = requests.Session()
        self.session.headers.update(JSON)
        self.session.headers["Authorization"] = f"Bearer {self.ready['access_token']}"

    @property
    def exact(self) -> Exact:
        return self.server.sandbox.exact

    def wait(self, seconds: float) -> None:
        """Let time pass, and sign in anew, as an access token lasts ten minutes only."""
        self.clock.advance(seconds)
        self.session.headers["Authorization"] = f"Bearer {self.exact.access_token()}"

    def follow(self, url: str) -> requests.Response:
        return self.session.get(url, timeout=10)

    def get(self, path: str, **options: Any) -> requests.Response:
        """`get("crm/Accounts", filter="Name eq 'A'", top=5)`."""
        query = {f"${name}": str(value) for name, value in options.items()}
        return self.session.get(f"{self.base}/{path}", params=query, timeout=10)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.post(f"{self.base}/{path}", json=body, headers=sent, timeout=10)

    def put(self, path: str, key: str, body: Any) -> requests.Response:
        return self.session.put(f"{self.base}/{path}(guid'{key}')", json=body, timeout=10)

    def delete(self, path: str, key: str) -> requests.Response:
        return self.session.delete(f"{self.base}/{path}(guid'{key}')", timeout=10)

    def create(self, path: str, **fields: Any) -> str:
        """The key of the created record; fails the test when it is refused."""
        answer = self.post(path, fields)
        assert answer.status_code == 201, answer.text
        content = answer.json()["d"]
        found: str = next(iter(v for n, v in content.items() if n != "__metadata" and v))
        return found

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        """All rows of all pages; fails the test when they are refused."""
        answer = self.get(path, **options)
        found: list[dict[str, Any]] = []
        while True:
            assert answer.status_code == 200, answer.text
            content = answer.json()["d"]
            if isinstance(content, list):
                return found + content
            found += content["results"]
            if "__next" not in content:
                return found
            answer = self.follow(content["__next"])

    def one(self, path: str, key: str, **options: Any) -> dict[str, Any]:
        answer = self.get(f"{path}(guid'{key}')", **options)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["d"]
        return found

    def names(self, where: str, path: str = ACCOUNTS) -> list[str]:
        """The names of the accounts that a filter finds, in their alphabetical order."""
        rows = self.rows(path, select="Name", filter=where, orderby="Name")
        return [row["Name"] for row in rows]


@contextmanager
def caller(dataset: str = "empty", *, real_limits: bool = False) -> Iterator[Caller]:
    clock = HandClock(START)
    with run_sandbox(dataset, real_limits=real_limits, clock=clock) as server:
        found = Caller(server, clock)
        try:
            yield found
        finally:
            found.session.close()


def told(answer: requests.Response) -> str:
    """What a refusal says."""
    error = answer.json()["error"]
    assert error["code"] == ""
    text: str = error["message"]["value"]
    return text
