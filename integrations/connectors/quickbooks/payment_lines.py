"""What a payment is applied to: its `Line` as values and back.

developer.intuit.com, API reference, Payment: each line holds an amount and the transaction that it
is linked to. Besides invoices there are credit memos, journal entries and others; they are read
by their kind and number, and stay where they are when the invoices change.
"""

import re
from collections.abc import Iterator
from typing import Any

from integrations.connectors.quickbooks.payloads import Payload, decimal, refusal
from integrations.contract import Category, Field, Line

INVOICE = "Invoice"
DEPOSIT = "Deposit"
_OTHER_KIND = re.compile(r"([A-Za-z]+) (\d+)")


def payment_lines(payload: Payload) -> tuple[Line, ...] | None:
    """Invoices by number, then everything else."""
    lines = [_line(amount, link) for amount, link in _links(payload)]
    return tuple(sorted(lines, key=_place)) or None


def is_deposited(payload: Payload) -> bool:
    """Part of a deposit: then nobody can change it (error code 6540)."""
    return any(link.get("TxnType") == DEPOSIT for link in payload.get("LinkedTxn") or ())


def _links(payload: Payload) -> Iterator[tuple[Any, Payload]]:
    for entry in payload.get("Line") or ():
        for link in entry.get("LinkedTxn") or ():
            yield entry.get("Amount"), link


def _line(amount: Any, link: Payload) -> Line:
    number, kind = str(link.get("TxnId") or ""), str(link.get("TxnType") or "")
    if kind == INVOICE:
        return Line(reference=number, amount=decimal(amount))
    return Line(name=f"{kind} {number}", amount=decimal(amount))


def _place(line: Line) -> tuple[bool, int, str]:
    return not line.reference, int(line.reference or 0), line.name


def to_payment_lines(field: Field, lines: tuple[Line, ...], current: Payload) -> list[Payload]:
    """The invoices as they are given; other kinds as they are given or, if not, as they stand."""
    entries = [_entry(field, line) for line in lines]
    told = {_key(link) for entry in entries for link in entry["LinkedTxn"]}
    kept = (
        (amount, link)
        for amount, link in _links(current)
        if link.get("TxnType") != INVOICE and _key(link) not in told
    )
    return entries + [{"Amount": amount, "LinkedTxn": [link]} for amount, link in kept]


def _entry(field: Field, line: Line) -> Payload:
    if line.amount is None:
        reason = f"it is not said how much goes to {line.reference or line.name}."
        raise refusal(Category.FIELD_MISSING, "line_without_amount", field, reason)
    if line.reference:
        link = {"TxnId": line.reference, "TxnType": INVOICE}
        return {"Amount": line.amount, "LinkedTxn": [link]}
    other = _OTHER_KIND.fullmatch(line.name)
    if other is None:
        reason = f"“{line.name}” is no transaction of QuickBooks."
        raise refusal(Category.FIELD_INVALID, "line_without_transaction", field, reason)
    link = {"TxnId": other[2], "TxnType": other[1]}
    return {"Amount": line.amount, "LinkedTxn": [link]}


def _key(link: Payload) -> tuple[str, str]:
    return str(link.get("TxnType")), str(link.get("TxnId"))
