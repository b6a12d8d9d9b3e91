"""Short ways to write documents down: for tests, data sets and many records at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.sandbox.quickbooks.money import decimal, shown
from integrations.sandbox.quickbooks.sales_fields import SALE
from integrations.sandbox.quickbooks.shelf import Record

# Item, quantity, price and perhaps a text; or the line as the API has it.
Line = tuple[Any, ...] | Mapping[str, Any]


def sale(
    item: str, quantity: Any = 1, price: Any = 0, text: str = "", *, tax_code: str = ""
) -> Record:
    """A line with something sold; its amount is what quantity and price make."""
    detail: Record = {"ItemRef": {"value": item}, "Qty": quantity, "UnitPrice": price}
    if tax_code:
        detail["TaxCodeRef"] = {"value": tax_code}
    amount = shown(decimal(quantity) * decimal(price))
    line = {"DetailType": SALE, "Amount": amount, SALE: detail}
    return line | ({"Description": text} if text else {})


def sales(lines: Iterable[Line], tax_code: str = "") -> list[Record]:
    return [
        dict(line) if isinstance(line, Mapping) else sale(*line, tax_code=tax_code)
        for line in lines
    ]


def payment_lines(invoices: Mapping[str, Any], memos: Mapping[str, Any]) -> list[Record]:
    """What is put on each invoice and taken from each credit memo."""
    named = [("Invoice", invoices), ("CreditMemo", memos)]
    return [
        {"Amount": amount, "LinkedTxn": [{"TxnId": number, "TxnType": kind}]}
        for kind, amounts in named
        for number, amount in amounts.items()
    ]
