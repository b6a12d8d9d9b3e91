"""Invoices made by the API as an installed app makes them, for the tests of this folder."""

from __future__ import annotations

from typing import Any

import requests

from tests.sandbox.hubspot_account import OBJECTS, Account

INVOICES = f"{OBJECTS}/invoices"
LINES = f"{OBJECTS}/line_items"
PAYMENTS = f"{OBJECTS}/commerce_payments"
# Association type ids, from the object named first.
INVOICE_CONTACT, INVOICE_COMPANY, INVOICE_LINE = 177, 179, 409
LINE_INVOICE, LINE_DEAL = 410, 20
PAYMENT_INVOICE, PAYMENT_CONTACT = 542, 387
SHOWN = (
    "hs_invoice_status",
    "hs_number",
    "hs_amount_billed",
    "hs_amount_paid",
    "hs_balance_due",
    "hs_subtotal",
    "hs_payment_date",
    "hs_invoice_link",
)


def link(to_id: str, type_id: int) -> dict[str, Any]:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    return {"to": {"id": to_id}, "types": [spec]}


def read(account: Account, invoice: str) -> dict[str, Any]:
    answer = account.get(f"{INVOICES}/{invoice}", properties=",".join(SHOWN))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["properties"]
    return found


def post(
    account: Account, path: str, *links: dict[str, Any], **properties: Any
) -> requests.Response:
    return account.post(path, {"properties": properties, "associations": list(links)})


def made(account: Account, path: str, *links: dict[str, Any], **properties: Any) -> str:
    answer = post(account, path, *links, **properties)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def change(account: Account, path: str, record_id: str, **properties: Any) -> requests.Response:
    return account.patch(f"{path}/{record_id}", {"properties": properties})


def draft(account: Account, **properties: Any) -> str:
    """A draft with a contact and a line of 2 x 40."""
    email = f"{len(account.hubspot.contacts)}@example.org"
    contact = account.hubspot.add_contact(email=email)
    properties = {"hs_currency": "EUR"} | properties
    invoice = made(account, INVOICES, link(contact, INVOICE_CONTACT), **properties)
    made(account, LINES, link(invoice, LINE_INVOICE), name="Chair", price="40", quantity="2")
    return invoice


def opened(account: Account, **properties: Any) -> str:
    invoice = draft(account, **properties)
    answer = change(account, INVOICES, invoice, hs_invoice_status="open")
    assert answer.status_code == 200, answer.text
    return invoice


def paid(account: Account, invoice: str, amount: str, **properties: Any) -> str:
    """A payment for an invoice; its id."""
    usual = {
        "hs_initial_amount": amount,
        "hs_initiated_date": "2026-11-02T08:00:00Z",
        "hs_latest_status": "succeeded",
    }
    return made(account, PAYMENTS, link(invoice, PAYMENT_INVOICE), **usual | properties)


def mirror(account: Account, **properties: Any) -> str:
    """An invoice that is billed elsewhere."""
    usual = {"hs_currency": "EUR", "hs_invoice_billable": "false", "hs_invoice_status": "open"}
    return made(account, INVOICES, **usual | properties)


def refused(answer: requests.Response) -> str:
    """The message of a refusal by validation."""
    assert answer.status_code == 400, answer.text
    assert answer.json()["category"] == "VALIDATION_ERROR"
    return str(answer.json()["message"])
