"""A bare HTTP caller for the QuickBooks half of the sandbox, with a clock moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests

from integrations.sandbox.core import HandClock
from integrations.sandbox.quickbooks.provider import QuickBooks
from integrations.sandbox.server import SandboxServer, run_sandbox

# In summer time of the US Pacific coast.
START = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Caller:
    """Calls the stand-in as a client would, and knows its inside."""

    def __init__(self, server: SandboxServer, clock: HandClock) -> None:
        self.server = server
        self.clock = clock
        self.ready = server.ready()["quickbooks"]
        self.base = f"{self.ready['base_url']}/v3/company/{self.ready['account_id']}"
        self.session = requests.Session()
        self.session.headers.update(JSON)
        self.session.headers["Authorization"] = f"Bearer {self.ready['access_token']}"

    @property
    def books(self) -> QuickBooks:
        return self.server.sandbox.quickbooks

    def wait(self, seconds: float) -> None:
        """Let time pass, and sign in anew, as an access token lasts an hour only."""
        self.clock.advance(seconds)
        self.session.headers["Authorization"] = f"Bearer {self.books.access_token()}"

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.base + path, params=params, timeout=10)

    def post(self, path: str, body: Any, **params: Any) -> requests.Response:
        return self.session.post(self.base + path, json=body, params=params, timeout=10)

    def create(self, entity: str, **fields: Any) -> dict[str, Any]:
        """The created record; fails the test when it is refused."""
        answer = self.post(f"/{entity.lower()}", fields)
        assert answer.status_code == 200, answer.text
        created: dict[str, Any] = answer.json()[entity]
        return created

    def query(self, statement: str) -> dict[str, Any]:
        answer = self.get("/query", query=statement)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["QueryResponse"]
        return found

    def names(self, statement: str, entity: str = "Customer") -> list[str]:
        rows = self.query(statement).get(entity, [])
        return [row.get("DisplayName") or row["Name"] for row in rows]

    def batch(self, *items: dict[str, Any], **params: Any) -> dict[str, dict[str, Any]]:
        """The answers by bId."""
        answer = self.post("/batch", {"BatchItemRequest": list(items)}, **params)
        assert answer.status_code == 200, answer.text
        return {item["bId"]: item for item in answer.json()["BatchItemResponse"]}


@contextmanager
def caller(dataset: str = "empty", *, real_limits: bool = False) -> Iterator[Caller]:
    clock = HandClock(START)
    with run_sandbox(dataset, real_limits=real_limits, clock=clock) as server:
        found = Caller(server, clock)
        try:
            yield found
        finally:
            found.session.close()


def error_of(answer: requests.Response) -> dict[str, str]:
    """The only error of a refusal by the data service."""
    fault = answer.json()["Fault"]
    assert len(fault["Error"]) == 1, fault
    error: dict[str, str] = fault["Error"][0]
    return error


def codes_of(answer: requests.Response) -> list[str]:
    return [error["code"] for error in answer.json()["Fault"]["Error"]]
