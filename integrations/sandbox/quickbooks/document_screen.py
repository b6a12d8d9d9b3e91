"""Invoices, credit memos and payments as QuickBooks' own screens show them.

A person sees lines, totals and links, corrects the form, voids or deletes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from integrations.sandbox import pages
from integrations.sandbox.core import Request, Response
from integrations.sandbox.quickbooks.money import decimal, decimals
from integrations.sandbox.quickbooks.sales_fields import SALE
from integrations.sandbox.quickbooks.screens import Screens

TOLD = "QuickBooks Online (stand-in)"
SCREENS = {
    "/app/invoice": "Invoice",
    "/app/creditmemo": "CreditMemo",
    "/app/recvpayment": "Payment",
}
_ADDRESSES = {entity: f"{path[5:]}?txnId=" for path, entity in SCREENS.items()}
_FIELDS = {
    "Invoice": {
        "TxnDate": "Invoice date",
        "DueDate": "Due date",
        "BillEmail.Address": "Customer email",
        "CustomerMemo.value": "Message on invoice",
        "PrivateNote": "Message on statement",
    },
    "CreditMemo": {"TxnDate": "Credit memo date", "PrivateNote": "Message on statement"},
    "Payment": {
        "TxnDate": "Payment date",
        "PaymentRefNum": "Reference no.",
        "PrivateNote": "Memo",
    },
}
_LINE_FIELDS = {"Description": "description", "Qty": "quantity", "UnitPrice": "rate"}
_TOTALS = {
    "TotalAmt": "Total",
    "Balance": "Balance due",
    "UnappliedAmt": "Not applied",
    "RemainingCredit": "Remaining credit",
    "HomeTotalAmt": "Total in home currency",
}
_BUTTON = "button"

type Document = Mapping[str, Any]


def is_screen(path: str) -> bool:
    return path in SCREENS


def answer(request: Request, screens: Screens) -> Response:
    """A page; what a person does there is refused with the reason on it."""
    entity, number = SCREENS[request.path], request.first("txnId")
    try:
        before = screens.get(entity, number)
    except ValueError:
        return pages.missing_page(TOLD)
    if request.method != "POST":
        return _page(entity, before)
    sent = request.form()
    typed = pages.changed(sent, _fields(entity, before))
    try:
        if _BUTTON in sent:
            _press(screens, entity, number, sent[_BUTTON])
        elif typed:
            _save(screens, entity, before, typed)
    except ValueError as refusal:
        return _page(entity, before, typed, problem=str(refusal))
    if sent.get(_BUTTON) == "delete":
        return pages.missing_page(f"{TOLD} · deleted")
    return _page(entity, screens.get(entity, number), saved=True)


def _press(screens: Screens, entity: str, number: str, button: str) -> None:
    if button == "void":
        screens.void(entity, number)
    elif button == "delete":
        screens.delete(entity, number)


def _save(screens: Screens, entity: str, before: Document, typed: Mapping[str, str]) -> None:
    fields: dict[str, Any] = {}
    lines: dict[str, dict[str, Any]] = {}
    for name, text in typed.items():
        outer, _, inner = name.partition(".")
        if outer == "line":
            number, _, member = inner.partition(".")
            lines.setdefault(number, {})[member] = text or None
        elif inner:
            fields[outer] = {**(before.get(outer) or {}), inner: text}
        else:
            fields[outer] = text or None
    if entity == "Invoice":
        screens.change_invoice(before["Id"], fields, lines)
    else:
        screens.update(entity, before["Id"], fields)


def _page(
    entity: str,
    document: Document,
    typed: Mapping[str, str] | None = None,
    *,
    problem: str = "",
    saved: bool = False,
) -> Response:
    name = document.get("DocNumber") or document.get("PaymentRefNum") or document["Id"]
    fields = pages.typed_over(_fields(entity, document), typed or {})
    return pages.form_page(
        f"{entity} {name} · {document['CustomerRef'].get('name', '')}",
        f"{TOLD} · {entity.lower()} {document['Id']}",
        fields,
        problem=problem,
        saved=saved,
        below=_totals(document) + _links(document) + _buttons(entity),
    )


def _fields(entity: str, document: Document) -> list[pages.Shown]:
    shown = [
        pages.Shown(name, label, _value(document, name)) for name, label in _FIELDS[entity].items()
    ]
    return [*shown, *_line_fields(document)] if entity == "Invoice" else shown


def _value(document: Document, name: str) -> str:
    value: Any = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)


def _line_fields(document: Document) -> Iterator[pages.Shown]:
    """What can be typed over on each line."""
    for line in document["Line"]:
        if line["DetailType"] != SALE:
            continue
        sold = line[SALE]
        item = sold.get("ItemRef", {}).get("name", "text")
        for name, label in _LINE_FIELDS.items():
            value = line.get(name) if name == "Description" else sold.get(name)
            shown = "" if value is None else str(value)
            title = f"{line['LineNum']}. {item}: {label}"
            yield pages.Shown(f"line.{line['Id']}.{name}", title, shown)


def _totals(document: Document) -> str:
    """The lines with their amounts, tax and totals."""
    currency = document["CurrencyRef"]["value"]
    rows = [
        (f"{line['LineNum']}. {_line_name(line)}", _money(line["Amount"], currency))
        for line in document.get("Line", [])
        if "LineNum" in line and "Amount" in line
    ]
    tax = (document.get("TxnTaxDetail") or {}).get("TotalTax")
    rows += [("Tax", _money(tax, currency))] if tax else []
    rows += [
        (label, _money(document[name], currency if name != "HomeTotalAmt" else ""))
        for name, label in _TOTALS.items()
        if name in document
    ]
    return _table("Amounts", rows)


def _line_name(line: Document) -> str:
    item = line.get(SALE, {}).get("ItemRef", {}).get("name")
    return str(item or line.get("Description") or line["DetailType"].removesuffix("LineDetail"))


def _money(amount: Any, currency: str) -> str:
    return f"{decimal(amount):,.{decimals(currency)}f} {currency}".strip()


def _table(heading: str, rows: Iterable[tuple[str, str]]) -> str:
    inside = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<h2>{escape(heading)}</h2><table>{inside}</table>"


def _links(document: Document) -> str:
    """What the document pays, or is paid by; each leads to its own page."""
    own = [(link, "") for link in document.get("LinkedTxn", [])]
    currency = document["CurrencyRef"]["value"]
    paid = [
        (link, _money(line["Amount"], currency))
        for line in document.get("Line", [])
        for link in line.get("LinkedTxn", [])
    ]
    found = ""
    for link, amount in own + paid:
        kind, number = str(link["TxnType"]), str(link["TxnId"])
        name = escape(f"{kind} {number}")
        address = escape(_ADDRESSES.get(kind, "") + number)
        shown = f'<a href="{address}">{name}</a>' if kind in _ADDRESSES else name
        found += f"<tr><th>{shown}</th><td>{escape(amount)}</td></tr>"
    return f"<h2>Linked transactions</h2><table>{found}</table>" if found else ""


def _buttons(entity: str) -> str:
    can_void = [("void", "Void")] if entity != "CreditMemo" else []
    return pages.buttons(_BUTTON, [*can_void, ("delete", "Delete")])
