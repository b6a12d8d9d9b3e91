"""A QuickBooks company for tests: the real client on real HTTP, the stand-in behind it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from integrations.connectors.quickbooks import settings
from integrations.connectors.quickbooks.connector import QuickBooksConnector
from integrations.contract import (
    Batch,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Page,
    Record,
    Values,
)
from integrations.http import Call, Http
from integrations.sandbox.core import HandClock
from integrations.sandbox.quickbooks.provider import QuickBooks
from integrations.sandbox.server import SandboxServer, run_sandbox
from tests.connectors.support import ListedCalls, OpenLimiter, PlainTokens

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NAMES = ("DisplayName", "GivenName", "PrimaryEmailAddr", "BillAddr.City", "Active")
ITEM_NAMES = ("Name", "Sku", "UnitPrice", "Description", "Active")


@dataclass
class Company:
    """The connector, the books behind it and what passed between the two."""

    connector: QuickBooksConnector
    books: QuickBooks
    server: SandboxServer
    clock: HandClock
    calls: list[Call]
    limiter: OpenLimiter
    slept: list[float]

    def fault(self, **wanted: Any) -> None:
        self.server.sandbox.faults.add({"provider": "quickbooks", **wanted})

    def count_calls(self, act: Callable[[], object]) -> list[str]:
        """The last parts of the paths that it called; a token that ran out does not count."""
        before = len(self.calls)
        act()
        served = (call for call in self.calls[before:] if call.status != 401)
        return [call.path.rsplit("/", 1)[1] for call in served]

    def read_all(
        self,
        cursor: str = "",
        object_type: str = "customer",
        names: tuple[str, ...] = NAMES,
        between: Callable[[int], None] = lambda _page: None,
    ) -> tuple[list[Record], Page]:
        """Every record from the cursor on, and the last page; `between` runs after each page."""
        records: list[Record] = []
        for number in range(1, 500):
            page = self.connector.changes(object_type, cursor, names)
            records.extend(page.records)
            if not page.more:
                return records, page
            cursor = page.cursor
            between(number)
        raise AssertionError("The feed does not end.")

    def write(
        self,
        *operations: Operation,
        object_type: str = "customer",
        names: tuple[str, ...] = NAMES,
        key: str = "",
    ) -> list[Outcome]:
        batch = self.batch(*operations, key=key)
        return list(self.connector.write(object_type, batch, names))

    def batch(self, *operations: Operation, key: str = "") -> Batch:
        return Batch(key or str(uuid4()), operations)

    def version(self, entity: str, record_id: str) -> str:
        return str(self.books.get(entity, record_id)["SyncToken"])


@contextmanager
def open_company(*, real_limits: bool = False) -> Iterator[Company]:
    clock = HandClock(START)
    with run_sandbox("empty", real_limits=real_limits, clock=clock) as server:
        books = server.sandbox.quickbooks
        limiter, calls, slept = OpenLimiter(), ListedCalls(), list[float]()
        base_url = server.base_url("quickbooks")
        http = Http(
            base_url,
            PlainTokens(books.access_token(), renewal=lambda _refused: books.access_token()),
            limiter,
            calls,
            clock=clock.now,
            sleep=slept.append,
        )
        connector = QuickBooksConnector(
            http, books.realm, settings.hosts_at(base_url), "live", clock.now
        )
        yield Company(connector, books, server, clock, calls.calls, limiter, slept)


def create(values: Values, key: str = "") -> Operation:
    return Operation(key or str(uuid4()), OperationKind.CREATE, fields=values)


def update(record_id: str, version: str, values: Values) -> Operation:
    return Operation(str(uuid4()), OperationKind.UPDATE, record_id, version, values)


def archive(record_id: str, version: str) -> Operation:
    return Operation(str(uuid4()), OperationKind.ARCHIVE, record_id, version)


def restore(record_id: str, version: str) -> Operation:
    return Operation(str(uuid4()), OperationKind.RESTORE, record_id, version)


def statuses(outcomes: list[Outcome]) -> list[OutcomeStatus]:
    return [outcome.status for outcome in outcomes]


def bulk(count: int, **more: Any) -> list[Mapping[str, Any]]:
    """Rows of customers for `QuickBooks.load`."""
    return [{"DisplayName": f"Customer {number:06d}", **more} for number in range(count)]
