"""Invoices and payments as a client would send them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.sandbox.quickbooks_calls import Caller, caller


@contextmanager
def ledgers(**company: Any) -> Iterator[Caller]:
    """Books with customer 1 and item 1, in the company wanted."""
    with caller() as found:
        if company:
            found.books.configure(**company)
        found.books.add_customer(DisplayName="Anna")
        found.books.add_item(Name="Hours", UnitPrice=50)
        yield found


def line(
    amount: Any = 100, item: str | None = "1", text: str | None = None, **detail: Any
) -> dict[str, Any]:
    """A line with something sold; the keywords are members of its detail."""
    detail = {"ItemRef": {"value": item}, **detail} if item else detail
    sale = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
    return sale | ({"Description": text} if text else {})


def discount(**detail: Any) -> dict[str, Any]:
    amount = {"Amount": detail.pop("Amount")} if "Amount" in detail else {}
    return {"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail, **amount}


def invoice_body(*lines: dict[str, Any], customer: str = "1", **fields: Any) -> dict[str, Any]:
    return {"CustomerRef": {"value": customer}, "Line": list(lines or (line(),)), **fields}


def try_invoice(books: Caller, *lines: dict[str, Any], **fields: Any) -> requests.Response:
    return books.post("/invoice", invoice_body(*lines, **fields))


def new_invoice(books: Caller, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return books.create("Invoice", **invoice_body(*lines, **fields))


def on(invoice: dict[str, Any] | str, amount: Any, kind: str = "Invoice") -> dict[str, Any]:
    """A line of a payment."""
    number = invoice if isinstance(invoice, str) else invoice["Id"]
    return {"Amount": amount, "LinkedTxn": [{"TxnId": number, "TxnType": kind}]}


def try_payment(
    books: Caller, total: Any, *lines: dict[str, Any], **fields: Any
) -> requests.Response:
    body = {"CustomerRef": {"value": "1"}, "TotalAmt": total, "Line": list(lines)}
    return books.post("/payment", body | fields)


def new_payment(books: Caller, total: Any, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = try_payment(books, total, *lines, **fields)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["Payment"]
    return made


def change(books: Caller, entity: str, record: dict[str, Any], **fields: Any) -> requests.Response:
    """A sparse update."""
    keys = {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True}
    return books.post(f"/{entity.lower()}", keys | fields)


def void(books: Caller, entity: str, record: dict[str, Any]) -> requests.Response:
    way = {"operation": "void"}
    if entity == "Payment":
        way = {"operation": "update", "include": "void"}
    keys = {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True}
    return books.post(f"/{entity.lower()}", keys, **way)


def delete(books: Caller, entity: str, record: dict[str, Any]) -> requests.Response:
    keys = {"Id": record["Id"], "SyncToken": record["SyncToken"]}
    return books.post(f"/{entity.lower()}", keys, operation="delete")


def read(books: Caller, entity: str, number: str) -> dict[str, Any]:
    answer = books.get(f"/{entity.lower()}/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()[entity]
    return found


def where(entity: str, condition: str) -> str:
    """A statement that counts."""
    return " ".join(("SELECT COUNT(*) FROM", entity, "WHERE", condition))
