"""A connector wired to a served sandbox, with every port in reach of the test."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from integrations import oauth
from integrations.connectors import Provider
from integrations.contract import (
    Batch,
    Connector,
    Operation,
    OperationKind,
    Outcome,
    Page,
    Record,
    Values,
)
from integrations.http import Http
from integrations.oauth import OAuthApp
from integrations.registry import PROVIDERS
from integrations.sandbox.core import HandClock, Sandbox
from integrations.sandbox.server import SandboxServer, run_sandbox
from tests.connectors.support import ListedCalls, OpenLimiter

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
# Providers take addresses of the own machine without registration.
CALLBACK = "http://localhost:8000/connections/callback"
# Longer than any overlap, lag or pause between sweeps that a connector keeps.
A_WHILE = timedelta(hours=7)


@dataclass
class SandboxTokens:
    """Tokens that are renewed at the sandbox as the application renews them."""

    app: OAuthApp
    access_token: str
    refresh_token: str
    clock: HandClock
    renewals: int = 0
    renewed_at: datetime = START

    def current(self) -> str:
        return self.access_token

    def renew(self, refused: str) -> str:
        age = (self.clock.now() - self.renewed_at).total_seconds()
        if refused == self.access_token and age >= self.app.earliest_refresh:
            self.renewals += 1
            answer = oauth.refresh(self.app, self.refresh_token)
            self.access_token, self.refresh_token = answer.access_token, answer.refresh_token
            self.renewed_at = self.clock.now()
        return self.access_token


@dataclass
class Rig:
    """One connection: the connector here, the sandbox there."""

    provider: Provider
    server: SandboxServer
    clock: HandClock
    connector: Connector
    tokens: SandboxTokens
    limiter: OpenLimiter
    log: ListedCalls
    slept: list[float]
    http: Http
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def sandbox(self) -> Sandbox:
        return self.server.sandbox

    @property
    def calls(self) -> int:
        return self.sandbox.providers[self.provider.code].meter.calls.total()

    @property
    def writes(self) -> int:
        return self.sandbox.providers[self.provider.code].meter.writes

    def advance(self, by: timedelta = A_WHILE) -> None:
        """Time passes; the tokens are fresh afterwards."""
        self.clock.advance(by.total_seconds())
        self.tokens.renew(self.tokens.access_token)
        self.tokens.renewals = 0

    def fault(self, kind: str, **wanted: object) -> None:
        """Something goes wrong with the next call that fits."""
        rule = {"provider": self.provider.code, "kind": kind, **wanted}
        self.sandbox.faults.add(rule)

    def read_all(
        self, object_type: str, fields: Collection[str], cursor: str = ""
    ) -> tuple[list[Record], str]:
        """All pages up to the end of the feed; the cursor is stored as JSON text in between."""
        records: list[Record] = []
        for _ in range(200):
            page = self.connector.changes(object_type, cursor, fields)
            records += page.records
            cursor = json.loads(json.dumps(page.cursor))
            if not page.more:
                check_end(page, self.clock.now())
                return records, cursor
        raise AssertionError("The feed does not come to an end.")

    def operations(
        self, kind: OperationKind, wanted: Sequence[Values], ids: Sequence[str] = ()
    ) -> list[Operation]:
        ids = ids or [""] * len(wanted)
        return [
            Operation(f"key-{next(self._numbers):08d}", kind, id_, "", values)
            for id_, values in zip(ids, wanted, strict=True)
        ]

    def batch(self, operations: Sequence[Operation]) -> Batch:
        return Batch(f"batch-{next(self._numbers):08d}", tuple(operations))

    def write(
        self, object_type: str, operations: Sequence[Operation], fields: Collection[str]
    ) -> list[Outcome]:
        """Write in batches as large as the object type allows."""
        types = {each.name: each for each in self.connector.object_types()}
        size = types[object_type].write_batch
        outcomes: list[Outcome] = []
        for start in range(0, len(operations), size):
            batch = self.batch(operations[start : start + size])
            outcomes += self.connector.write(object_type, batch, fields)
        return outcomes


def check_end(page: Page, now: datetime) -> None:
    assert page.complete_until is not None
    assert page.complete_until <= now


@contextmanager
def wired(code: str, *, real_limits: bool = False, dataset: str = "empty") -> Iterator[Rig]:
    """A rig for one provider; time stands still unless a test or a wait moves it."""
    clock = HandClock(START)
    with run_sandbox(dataset, clock=clock, real_limits=real_limits) as server:
        yield make_rig(code, server, clock)


def make_rig(code: str, server: SandboxServer, clock: HandClock) -> Rig:
    provider = PROVIDERS[code]
    ready = server.ready()[code]
    hosts = provider.hosts_at(ready["base_url"])
    app = provider.oauth(hosts, ready["client_id"], ready["client_secret"], CALLBACK)
    tokens = SandboxTokens(app, ready["access_token"], ready["refresh_token"], clock)
    limiter, log = OpenLimiter(), ListedCalls()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.advance(seconds)

    http = Http(hosts.api, tokens, limiter, log, clock=clock.now, sleep=sleep)
    connector = provider.connector(http, ready["account_id"], hosts, "live", clock.now)
    return Rig(provider, server, clock, connector, tokens, limiter, log, slept, http)
