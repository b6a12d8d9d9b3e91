"""Processing invoices: Exact prints and books them in one step, which nothing undoes.

Reference page SalesInvoicePrintedSalesInvoices. An answer of success may still say that the
document or the e-mail was not made; whether the invoice is processed, only the invoice tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from integrations.connectors.exact.errors import Message
from integrations.connectors.exact.faults import Refused
from integrations.connectors.exact.payloads import Payload
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Operation,
    Outcome,
    OutcomeStatus,
)

if TYPE_CHECKING:
    from integrations.connectors.exact.document_writes import InvoiceWriter

RESOURCE = "salesinvoice/PrintedSalesInvoices"
PROCESSED = 50
_ERRORS = (
    "DocumentCreationError",
    "EmailCreationError",
    "PeppolCreationError",
    "PostboxMessageCreationError",
)
_NOT_PROCESSED = Fault(
    Category.UNKNOWN, "not_processed", "Exact answered, but left the invoice a draft."
)


class Printing:
    """Processes invoices that were just made."""

    def __init__(self, writer: "InvoiceWriter") -> None:
        self._writer = writer
        self._client = writer.client

    def process(self, wanted: Sequence[tuple[Operation, Outcome]]) -> dict[str, Outcome]:
        """What became of them by key; a refused one still has its draft as `record`.

        Where no answer came, asking again is enough: it is looked up first.
        """
        outcomes: dict[str, Outcome] = {}
        printed: dict[str, tuple[Outcome, Fault | None]] = {}
        stop: Fault | None = None
        for operation, outcome in wanted:
            if stop is None:
                try:
                    printed[operation.key] = (outcome, self._print(operation, outcome))
                    continue
                except Refused as refused:
                    outcomes[operation.key] = _refused(outcome, self._writer.fault(refused))
                    continue
                except ConnectorError as error:
                    stop = error.fault
            outcomes[operation.key] = _unknown(operation, stop)
        return outcomes | self._read_back(printed)

    def _print(self, operation: Operation, outcome: Outcome) -> Fault | None:
        """Send it; what the answer says went wrong, if anything."""
        record_id = outcome.record.id if outcome.record is not None else ""
        answer = self._client.create(RESOURCE, body_of(operation, record_id))
        said = (str(answer.get(name) or "").strip() for name in _ERRORS)
        messages = tuple(Message(line) for text in said for line in text.splitlines() if line)
        return self._writer.fault(Refused(messages, 200)) if messages else None

    def _read_back(self, printed: Mapping[str, tuple[Outcome, Fault | None]]) -> dict[str, Outcome]:
        context = self._writer.context
        ids = {key: each.record.id for key, (each, _) in printed.items() if each.record is not None}
        try:
            rows = context.rows_by_id(ids.values())
        except ConnectorError as error:
            return {
                key: Outcome(key, OutcomeStatus.UNKNOWN, fault=_lost(error.fault)) for key in ids
            }
        return {key: self._outcome(*printed[key], rows.get(each)) for key, each in ids.items()}

    def _outcome(self, outcome: Outcome, said: Fault | None, row: Payload | None) -> Outcome:
        if row is None:
            return Outcome(outcome.key, OutcomeStatus.UNKNOWN, fault=_lost(_NOT_PROCESSED))
        record = self._writer.context.record(row)
        if row.get("Status") != PROCESSED:
            return _refused(replace(outcome, record=record), said or _NOT_PROCESSED)
        # Booked and numbered; that the e-mail was not sent is said, but undoes nothing.
        return replace(outcome, record=record, fault=said)


def body_of(operation: Operation, invoice_id: str) -> dict[str, Any]:
    fields = operation.fields
    body: dict[str, Any] = {
        "InvoiceID": invoice_id,
        "SendEmailToCustomer": fields.get("SendEmailToCustomer") is True,
    }
    for name in ("DocumentLayout", "EmailLayout"):
        if fields.get(name):
            body[name] = fields[name]
    return body | invoice_date(operation)


def invoice_date(operation: Operation) -> dict[str, str]:
    day = operation.fields.get("InvoiceDate")
    if not isinstance(day, date) or isinstance(day, datetime):
        return {}
    return {"InvoiceDate": day.isoformat()}


def _refused(outcome: Outcome, fault: Fault) -> Outcome:
    return Outcome(outcome.key, OutcomeStatus.REFUSED, outcome.record, fault)


def _unknown(operation: Operation, fault: Fault) -> Outcome:
    return Outcome(operation.key, OutcomeStatus.UNKNOWN, fault=_lost(fault))


def _lost(fault: Fault) -> Fault:
    return replace(fault, category=Category.OUTCOME_UNKNOWN)
