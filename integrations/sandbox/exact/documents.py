"""Invoices, bookings, opportunities and what is still to be paid: what the stand-in serves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.sandbox.exact import (
    documents_desk,
    entries,
    invoice_lines,
    invoices,
    opportunities,
    periods,
    printing,
    receivables,
)
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.messages import Refused
from integrations.sandbox.exact.resources import Entity, Resource

# Extra paths of the control API: POST /_control/data/exact/<name>/…, by the first part.
Control = Callable[[Division, list[str], Mapping[str, Any]], dict[str, Any]]

_INVOICE_SHOWN = {
    "InvoiceNumber": "Factuurnummer",
    "OrderedByName": "Besteld door",
    "InvoiceDate": "Factuurdatum",
    "DueDate": "Vervaldatum",
    "YourRef": "Uw ref.",
    "Description": "Omschrijving",
    "AmountFCExclVat": "Totaal excl. btw",
    "AmountFC": "Totaal",
    "SalespersonFullName": "Verkoper",
    "StatusDescription": "Status",
}
_ENTRY_SHOWN = {
    "EntryNumber": "Boekstuknummer",
    "CustomerName": "Klant",
    "EntryDate": "Boekdatum",
    "DueDate": "Vervaldatum",
    "YourRef": "Uw ref.",
    "Description": "Omschrijving",
    "AmountFC": "Bedrag",
    "StatusDescription": "Status",
}
ENTITIES: tuple[Entity, ...] = (
    replace(invoices.INVOICES, buttons=documents_desk.INVOICE_BUTTONS, shown=_INVOICE_SHOWN),
    invoices.LINES,
    replace(entries.ENTRIES, buttons=documents_desk.MONEY_BUTTONS, shown=_ENTRY_SHOWN),
    entries.LINES,
    receivables.RECEIVABLE,
    receivables.SUPPLIER_PAYMENT,
    printing.LAYOUT,
    opportunities.OPPORTUNITIES,
)
VIEWS: tuple[Resource, ...] = (
    *invoices.VIEWS,
    *receivables.VIEWS,
    printing.PRINTED,
    periods.PERIODS,
)
_STAGES = (
    ("Kennismaking", 1, 0.1),
    ("Offerte", 1, 0.5),
    ("Gewonnen", 2, 1.0),
    ("Verloren", 3, 0.0),
)


def open_books(division: Division) -> None:
    """What a new division has of these."""
    printing.seed_layouts(division)
    for label, status, probability in _STAGES:
        opportunities.add_stage(division, label, status, probability)


def _periods(division: Division, path: list[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """`periods/close` with year and month, or `until` a day; `periods/reopen`."""
    match path:
        case ["close"] if "until" in wanted:
            periods.close_until(division, date.fromisoformat(str(wanted["until"])))
        case ["close"]:
            periods.close(division, int(wanted["year"]), int(wanted["month"]))
        case ["reopen"]:
            periods.reopen(division, int(wanted["year"]), int(wanted["month"]))
        case _:
            raise ValueError("Periods can be closed and reopened.")
    return {}


def _stages(division: Division, _: list[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": opportunities.add_stage(division, **wanted)}


def _documents(division: Division, path: list[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """`documents/<id>/credit` and `documents/<id>/lines/<number>`; the rest are buttons."""
    match path:
        case [document, "credit"]:
            return {"id": documents_desk.credit(division, document, wanted)}
        case [document, "lines", number]:
            documents_desk.change_line(division, document, int(number), wanted)
        case [document, "outstanding"]:
            return {"outstanding": str(documents_desk.outstanding(division, document))}
        case _:
            raise ValueError(f"Nothing can be done with documents/{'/'.join(path)}.")
    return {}


CONTROLS: dict[str, Control] = {
    "periods": _periods,
    "opportunity-stages": _stages,
    "documents": _documents,
}

# An item, how many, and perhaps a net price and a text.
type Line = tuple[Any, ...]


class DocumentHand:
    """What a person does with documents, for tests and data sets in the same process.

    A document is the id of an invoice or of an entry; a refusal is a ValueError with the reason.
    """

    lock: threading.RLock
    division: Callable[..., Division]
    add: Callable[..., str]

    def add_invoice(self, account: str, *lines: Line, **fields: Any) -> str:
        """Create an invoice, e.g. `add_invoice(account, (item, 2, 49.5, "Text"), YourRef="7")`."""
        usual = {"OrderedBy": account, "Journal": "70", "SalesInvoiceLines": [*map(_sold, lines)]}
        return self.add(invoice_lines.HEADER, **(usual | fields))

    def add_entry(self, account: str, *amounts: tuple[str, Any], **fields: Any) -> str:
        """Create a booking of amounts by the codes of their ledgers."""
        books = self.division()
        lines = [{"GLAccount": _ledger(books, code), "AmountFC": float(amount), "VATCode": "4"}
                 for code, amount in amounts]  # fmt: skip
        usual = {"Customer": account, "Journal": "70", "SalesEntryLines": lines}
        return self.add(entries.HEADER, **(usual | fields))

    def process(self, invoice: str, on: date | None = None) -> None:
        """Print an invoice, which makes it final."""
        self._do(documents_desk.process, invoice, {} if on is None else {"on": on})

    def pay(self, document: str, amount: Any = None, on: date | None = None) -> None:
        """All that is open, or a part of it."""
        wanted = {"amount": amount, "on": on}
        given = {name: value for name, value in wanted.items() if value is not None}
        self._do(documents_desk.pay, document, given)

    def undo_payments(self, document: str) -> None:
        self._do(documents_desk.undo, document, {})

    def credit(self, invoice: str) -> str:
        """Make a credit note of a processed invoice and match the two; its id."""
        with self.lock:
            return _plainly(lambda: documents_desk.credit(self.division(), invoice, {}))

    def age(self, document: str, days: int = 1) -> None:
        """Let it have been due some days ago."""
        self._do(documents_desk.age, document, {"days": days})

    def change_line(self, invoice: str, number: int, **values: Any) -> None:
        with self.lock:
            _plainly(lambda: documents_desk.change_line(self.division(), invoice, number, values))

    def outstanding(self, document: str) -> Decimal:
        with self.lock:
            return documents_desk.outstanding(self.division(), document)

    def entry_of(self, document: str) -> str:
        """The id of the booking of an invoice."""
        with self.lock:
            return documents_desk.entry_of(self.division(), document).id

    def close_period(self, year: int, month: int) -> None:
        with self.lock:
            periods.close(self.division(), year, month)

    def reopen_period(self, year: int, month: int) -> None:
        with self.lock:
            periods.reopen(self.division(), year, month)

    def close_until(self, day: date) -> None:
        """Close all periods that end by a day."""
        with self.lock:
            periods.close_until(self.division(), day)

    def add_stage(self, label: str, status: int = 1, probability: float = 0.5) -> str:
        """A stage of opportunities; Exact tells of it only once an opportunity is in it."""
        with self.lock:
            return opportunities.add_stage(self.division(), label, status, probability)

    @property
    def stages(self) -> dict[str, str]:
        """The keys of the opportunities' stages by their labels."""
        with self.lock:
            found = opportunities.stages(self.division())
            return {stage["label"]: key for key, stage in found.items()}

    def _do(
        self, action: Callable[[Division, str, Any], object], document: str, wanted: Any
    ) -> None:
        with self.lock:
            _plainly(lambda: action(self.division(), document, wanted))


def _sold(line: Line) -> dict[str, Any]:
    item, quantity, *rest = line
    values = {"Item": item, "Quantity": float(quantity)}
    if rest:
        values["NetPrice"] = float(rest[0])
    if len(rest) > 1:
        values["Description"] = rest[1]
    return values


def _ledger(division: Division, code: str) -> str:
    row = division.holder("financial/GLAccounts", "Code", code)
    if row is None:
        raise ValueError(f"There is no ledger {code}.")
    return row.id


def _plainly[T](action: Callable[[], T]) -> T:
    try:
        return action()
    except Refused as refusal:
        raise ValueError(str(refusal)) from refusal
