"""A company at Exact with a customer and an item, and bare calls of its documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from integrations.sandbox.core import HandClock, Request, Response, Setting
from integrations.sandbox.exact.provider import Exact

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
INVOICES, LINES = "salesinvoice/SalesInvoices", "salesinvoice/SalesInvoiceLines"
PRINTED, LAYOUTS = "salesinvoice/PrintedSalesInvoices", "salesinvoice/Layouts"
ENTRIES, ENTRY_LINES = "salesentry/SalesEntries", "salesentry/SalesEntryLines"
RECEIVABLES, TERMS = "cashflow/Receivables", "sync/Cashflow/PaymentTerms"
OPPORTUNITIES, STILL_OPEN = "crm/Opportunities", "read/financial/ReceivablesList"
SYNC_INVOICES = "sync/SalesInvoice/SalesInvoices"
ALL_TERMS = ("ID,LineType,AmountFC,TransactionAmountFC,IsFullyPaid,Status,LastPaymentDate,DueDate,"
             "TransactionEntryID,EntryID,InvoiceNumber,Timestamp")  # fmt: skip
HEADER_AND_LINES = "Timestamp,InvoiceID,ID,LineNumber,AmountFC,InvoiceNumber,Status,OrderedBy,Item"


@dataclass
class Company:
    """The stand-in, told in English, with whom and what everything is sold to."""

    exact: Exact
    clock: HandClock
    customer: str
    item: str
    ledger: str

    # Calls

    def call(self, method: str, path: str, body: Any = None, **options: str) -> Response:
        query = {f"${name}": [value] for name, value in options.items()}
        headers = {
            "authorization": f"Bearer {self.exact.access_token()}",
            "accept": "application/json",
            "content-type": "application/json",
            "host": "exact.test",
        }
        content = b"" if body is None else json.dumps(body).encode()
        address = f"/api/v1/1234567/{quote(path, safe='/()')}"
        return self.exact.handle(Request(method, address, query, headers, content))

    def rows(self, path: str, **options: str) -> list[dict[str, Any]]:
        answer = self.call("GET", path, **options)
        assert answer.status == 200, answer.body
        found = answer.json()["d"]
        rows: list[dict[str, Any]] = found["results"] if isinstance(found, dict) else found
        return rows

    def one(self, path: str, key: str) -> dict[str, Any]:
        answer = self.call("GET", f"{path}(guid'{key}')")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()["d"]
        return found

    def made(self, path: str, **body: Any) -> dict[str, Any]:
        """What a POST answers; fails the test when it is refused."""
        answer = self.call("POST", path, body)
        assert answer.status == 201, answer.body
        found: dict[str, Any] = answer.json()["d"]
        return found

    def refusal(self, path: str, method: str = "POST", **body: Any) -> str:
        """The reasons of a refusal; fails the test when there is none."""
        answer = self.call(method, path, body or None)
        assert answer.status in (400, 500), answer.body
        text: str = answer.json()["error"]["message"]["value"]
        return text

    def changed(self, path: str, key: str, **body: Any) -> None:
        answer = self.call("PUT", f"{path}(guid'{key}')", body)
        assert answer.status == 204, answer.body

    # Documents

    def invoice(self, **changed: Any) -> dict[str, Any]:
        """The body of an invoice of two pieces at 49.50."""
        line = {"Item": self.item, "Quantity": 2, "NetPrice": 49.5}
        usual = {"OrderedBy": self.customer, "Journal": "70", "SalesInvoiceLines": [line]}
        return usual | changed

    def entry(self, **changed: Any) -> dict[str, Any]:
        """The body of a booking of 100 and 21 % VAT."""
        line = {"GLAccount": self.ledger, "AmountFC": 100, "VATCode": "4"}
        usual = {"Customer": self.customer, "Journal": "70", "SalesEntryLines": [line]}
        return usual | changed

    def lines_of(self, invoice: str) -> list[dict[str, Any]]:
        return self.rows(LINES, filter=f"InvoiceID eq guid'{invoice}'")

    def terms_of(self, document: str) -> list[dict[str, Any]]:
        """The rows of the sync that belong to a document's booking."""
        entry = self.exact.entry_of(document)
        rows = self.rows(TERMS, filter="Timestamp gt 1L", select=ALL_TERMS)
        return [row for row in rows if row["TransactionEntryID"] == entry]

    def add_item(self, code: str, **fields: Any) -> str:
        usual: dict[str, Any] = {
            "Code": code,
            "Description": f"Artikel {code}",
            "IsSalesItem": True,
            "IsFractionAllowedItem": True,
            "SalesVatCode": "4",
            "Unit": "pc",
            "ItemGroup": self.exact.find("logistics/ItemGroups", Code="00001")[0],
        }
        return self.exact.add("logistics/Items", **(usual | fields))


def open_company(**setting: Any) -> Company:
    clock = HandClock(START)
    exact = Exact(Setting(clock, **setting))
    exact.configure(language="en", blocks_errors=False)
    customer = exact.add(
        "crm/Accounts", Name="Bos B.V.", Status="C", PaymentConditionSales="30",
        Email="info@bos.example",
    )  # fmt: skip
    ledger = exact.find("financial/GLAccounts", Code="8000")[0]
    found = Company(exact, clock, customer, "", ledger)
    found.item = found.add_item("POMP")
    return found
