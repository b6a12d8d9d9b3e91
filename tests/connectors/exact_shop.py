"""A company on Exact that sells one thing to one customer, for tests of documents."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from integrations.connectors.exact import settings
from integrations.connectors.exact.connector import ExactConnector
from integrations.contract import (
    Batch,
    Category,
    Line,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Page,
    Record,
    Value,
    Values,
)
from integrations.http import Call, Http
from integrations.sandbox.core import HandClock
from integrations.sandbox.exact.provider import Exact
from integrations.sandbox.server import SandboxServer, run_sandbox
from tests.connectors.support import ListedCalls, OpenLimiter

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
TODAY = date(2026, 11, 21)
INVOICES, ENTRIES = "salesinvoice/SalesInvoices", "salesentry/SalesEntries"
OPPORTUNITIES = "crm/Opportunities"
INVOICE = (
    "OrderedBy", "Journal", "YourRef", "Description", "Remarks", "InvoiceDate", "DueDate",
    "SalesInvoiceLines", "InvoiceNumber", "Status", "Processing", "AmountFC", "AmountFCExclVat",
    "PaymentStatus", "AmountOpen", "AmountPaid", "PaidOn",
)  # fmt: skip
ENTRY = (
    "Customer", "Journal", "YourRef", "EntryDate", "DueDate", "SalesEntryLines", "EntryNumber",
    "Status", "AmountFC", "PaymentStatus", "AmountOpen", "AmountPaid", "PaidOn",
)  # fmt: skip
OPPORTUNITY = (
    "Name", "Account", "OpportunityStage", "AmountFC", "CloseDate", "Probability", "Owner",
    "Notes", "OpportunityStatus",
)  # fmt: skip
NAMES = {"sales_invoice": INVOICE, "sales_entry": ENTRY, "opportunity": OPPORTUNITY}
FACTS = ("PaymentStatus", "AmountOpen", "AmountPaid", "PaidOn")
# VAT of 21 per cent on top of the price, and within it.
HIGH, HIGH_INSIDE = "4", "2"


@dataclass
class LastingTokens:
    """Tokens that outlive the ten minutes of Exact's: these tests are about documents."""

    books: Exact

    def current(self) -> str:
        return self.books.access_token()

    def renew(self, refused: str) -> str:
        raise AssertionError("A fresh token was refused.")


@dataclass
class Shop:
    """The connector, the books behind it and what passed between the two."""

    connector: ExactConnector
    books: Exact
    server: SandboxServer
    clock: HandClock
    calls: list[Call]
    buyer: str = ""
    ware: str = ""
    ledger: str = ""
    cursors: dict[str, str] = field(default_factory=dict)

    # What is written

    def line(self, quantity: str = "2", price: str = "50", **more: Any) -> Line:
        amount = Decimal(quantity) * Decimal(price)
        usual = {"reference": self.ware, "name": "Ware", "tax": HIGH}
        numbers = {"quantity": Decimal(quantity), "unit_price": Decimal(price), "amount": amount}
        return Line(**(usual | numbers | more))

    def invoice(self, **more: Value) -> Values:
        usual: Values = {
            "OrderedBy": self.buyer,
            "Journal": "70",
            "YourRef": "Deal 1",
            "SalesInvoiceLines": (self.line(),),
        }
        return {**usual, **more}

    def entry(self, **more: Value) -> Values:
        usual: Values = {
            "Customer": self.buyer,
            "Journal": "70",
            "RevenueAccount": self.ledger,
            "SalesEntryLines": (self.line(),),
        }
        return {**usual, **more}

    def write(self, *operations: Operation, object_type: str = "sales_invoice") -> list[Outcome]:
        batch = self.batch(*operations)
        return list(self.connector.write(object_type, batch, NAMES[object_type]))

    def resolve(self, batch: Batch, object_type: str = "sales_invoice") -> list[Outcome]:
        return list(self.connector.resolve(object_type, batch, NAMES[object_type]))

    def batch(self, *operations: Operation, sent_at: datetime | None = None) -> Batch:
        return Batch(str(uuid4()), operations, sent_at)

    def made(self, values: Values, object_type: str = "sales_invoice") -> Record:
        (outcome,) = self.write(create(values), object_type=object_type)
        return done(outcome)

    def read(self, record_id: str, object_type: str = "sales_invoice") -> Record:
        (record,) = self.connector.read(object_type, [record_id], NAMES[object_type])
        return record

    # What is told

    def changes(self, object_type: str = "sales_invoice") -> list[Record]:
        """All that the feed tells since it was asked last; the latest of each record."""
        records: dict[str, Record] = {}
        for _ in range(200):
            page = self.page(object_type)
            records |= {record.id: record for record in page.records}
            if not page.more:
                return list(records.values())
        raise AssertionError("The feed does not end.")

    def page(self, object_type: str) -> Page:
        cursor = self.cursors.get(object_type, "")
        page = self.connector.changes(object_type, cursor, NAMES[object_type])
        self.cursors[object_type] = page.cursor
        return page

    def count_calls(self, act: Callable[[], object]) -> list[str]:
        """The resources that it called."""
        before = len(self.calls)
        act()
        return [
            call.path.rsplit("/", 1)[1].partition("(")[0].partition("?")[0]
            for call in self.calls[before:]
        ]

    def fault(self, **wanted: Any) -> None:
        self.server.sandbox.faults.add({"provider": "exact", **wanted})

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by).total_seconds())


@contextmanager
def open_shop() -> Iterator[Shop]:
    clock = HandClock(START)
    with run_sandbox("empty", clock=clock) as server:
        books, log = server.sandbox.exact, ListedCalls()
        base_url = server.base_url("exact")
        http = Http(
            base_url,
            LastingTokens(books),
            OpenLimiter(),
            log,
            clock=clock.now,
            sleep=lambda _seconds: None,
        )
        division = server.ready()["exact"]["account_id"]
        connector = ExactConnector(http, division, settings.hosts_at(base_url), "nl", clock.now)
        yield _furnished(Shop(connector, books, server, clock, log.calls))


def _furnished(shop: Shop) -> Shop:
    """Somebody to invoice, and something to sell."""
    books = shop.books
    shop.buyer = books.add(
        "crm/Accounts", Name="Bakkerij Jansen", Status="C", PaymentConditionSales="30"
    )
    shop.ware = books.add(
        "logistics/Items", Code="WARE", Description="Ware", IsSalesItem=True, SalesVatCode=HIGH
    )
    (shop.ledger,) = books.find("financial/GLAccounts", Code="8000")
    return shop


def create(values: Values, key: str = "") -> Operation:
    return Operation(key or str(uuid4()), OperationKind.CREATE, fields=values)


def update(record: Record, **values: Value) -> Operation:
    return Operation(str(uuid4()), OperationKind.UPDATE, record.id, record.version, values)


def archive(record: Record) -> Operation:
    return Operation(str(uuid4()), OperationKind.ARCHIVE, record.id, record.version)


def done(outcome: Outcome) -> Record:
    assert outcome.status is OutcomeStatus.WRITTEN, outcome.fault
    assert outcome.record is not None
    return outcome.record


def fault_of(outcome: Outcome) -> tuple[Category, str, str]:
    assert outcome.status is OutcomeStatus.REFUSED, outcome
    assert outcome.fault is not None
    return outcome.fault.category, outcome.fault.code, outcome.fault.field


def facts(record: Record) -> tuple[Value, ...]:
    return tuple(record.fields[name] for name in FACTS)


def lines_of(record: Record, name: str = "SalesInvoiceLines") -> list[Line]:
    value = record.fields[name]
    assert isinstance(value, tuple)
    return [line for line in value if isinstance(line, Line)]
