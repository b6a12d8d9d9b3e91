"""What a person does with documents: process, pay, take back, credit, let become overdue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact import entries, invoice_lines, printing, receivables, times, writes
from integrations.sandbox.exact.amounts import decimal
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.invoice_lines import PROCESSED
from integrations.sandbox.exact.invoice_rules import CREDIT_NOTE
from integrations.sandbox.exact.resources import Button
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.writes import Writer

_PERSON = Writer(by_person=True)
_INVOICES, _LINES = invoice_lines.HEADER, invoice_lines.PATH
_COPIED = ("Item", "Description", "NetPrice", "UnitCode", "VATCode", "GLAccount")

type Wanted = Mapping[str, Any]


def entry_of(division: Division, document: str) -> Row:
    """The booking of an invoice, or the booking itself; raises ValueError."""
    row = division.find(entries.HEADER, document)
    if row is not None:
        return row
    invoice = division.find(_INVOICES, document)
    if invoice is None:
        raise ValueError(f"There is no invoice or entry {document}.")
    if invoice.values["Status"] != PROCESSED:
        raise ValueError("The invoice is not processed yet: nothing is owed for it.")
    return division.shelf(entries.HEADER).rows[division.notes[printing.BOOKED][invoice.id]]


def outstanding(division: Division, document: str) -> Decimal:
    rows = receivables.of_entry(division, entry_of(division, document).id)
    owed = (decimal(row.values["AmountFC"]) for row in rows if not row.values["IsFullyPaid"])
    return sum(owed, Decimal(0))


def process(division: Division, document: str, wanted: Wanted) -> None:
    printing.process(division, document, _day(wanted))


def pay(division: Division, document: str, wanted: Wanted) -> None:
    """All that is open, or `amount` of it; on `on`, which is today unless said otherwise."""
    amount = decimal(wanted["amount"]) if "amount" in wanted else None
    entry = entry_of(division, document)
    receivables.pay(division, entry.id, amount, _day(wanted) or division.today())


def undo(division: Division, document: str, _: Wanted) -> None:
    receivables.undo(division, entry_of(division, document).id)


def credit(division: Division, document: str, _: Wanted) -> str:
    """Make a credit note of a whole invoice and match the two; the id of the credit note."""
    invoice = division.find(_INVOICES, document)
    if invoice is None or invoice.values["Status"] != PROCESSED:
        raise ValueError("Only a processed invoice can be credited.")
    owed = outstanding(division, document)
    entity = division.shared.entities[_INVOICES]
    note = writes.create(division, entity, _credit_body(division, invoice), _PERSON)
    printing.process(division, note.id)
    if owed:
        receivables.pay(division, entry_of(division, document).id, owed)
        receivables.pay(division, entry_of(division, note.id).id, -owed)
    return note.id


def _credit_body(division: Division, invoice: Row) -> dict[str, Any]:
    kept = ("OrderedBy", "InvoiceTo", "Journal", "Currency", "PaymentCondition", "YourRef")
    lines = division.where(_LINES, InvoiceID=invoice.id)
    header = {name: invoice.values[name] for name in kept if name in invoice.values}
    return header | {
        "Type": CREDIT_NOTE,
        "Description": f"Creditering van {invoice.values['InvoiceNumber']}",
        "SalesInvoiceLines": [
            {name: line.values[name] for name in _COPIED if name in line.values}
            | {"Quantity": -line.values["Quantity"]}
            for line in lines
        ],
    }


def age(division: Division, document: str, wanted: Wanted) -> None:
    """Let it have been due some days ago."""
    due = division.today() - int(wanted.get("days", 1)) * times.DAY
    entry = entry_of(division, document)
    receivables.move_due(division, entry.id, due)
    division.touch(entries.HEADER, entry.id, DueDate=due)
    if division.find(_INVOICES, document) is not None:
        division.touch(_INVOICES, document, DueDate=due)


def change_line(division: Division, invoice: str, number: int, values: Wanted) -> None:
    """Change a line of an open invoice, by its number."""
    rows = division.where(_LINES, InvoiceID=invoice)
    row = next((row for row in rows if row.values["LineNumber"] == number), None)
    if row is None:
        raise ValueError(f"The invoice has no line {number}.")
    writes.update(division, division.shared.entities[_LINES], row, dict(values), _PERSON)


def _day(wanted: Wanted) -> int | None:
    given = wanted.get("on")
    if given is None:
        return None
    day = given if isinstance(given, date) else date.fromisoformat(str(given))
    return common.milliseconds(day)


def _press(action: Callable[[Division, str, Wanted], object]) -> Callable[..., None]:
    def press(division: Division, row_id: str, wanted: Wanted) -> None:
        action(division, row_id, wanted)

    return press


def _is_processed(values: Wanted) -> bool:
    return bool(values["Status"] == PROCESSED)


MONEY_BUTTONS = {
    "pay": Button("Betaald", _press(pay)),
    "undo": Button("Afletteren ongedaan maken", _press(undo)),
    "age": Button("Laten verlopen", _press(age)),
}
INVOICE_BUTTONS = {
    "process": Button("Verwerken", _press(process), lambda values: not _is_processed(values)),
    "credit": Button("Crediteren", _press(credit), _is_processed),
    **{
        name: Button(button.label, button.press, _is_processed)
        for name, button in MONEY_BUTTONS.items()
    },
}
