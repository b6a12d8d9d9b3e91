"""Writing invoices, entries and opportunities: all of one, or nothing.

A document that Exact made otherwise than it was meant is taken back while that can be done. Our
mark on it tells whether it was made already; processing comes last, as nothing undoes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from integrations.connectors.exact import odata, times
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.document_faults import PROCESSED as LOCKED
from integrations.connectors.exact.entry_lines import to_entry_lines
from integrations.connectors.exact.faults import Refused
from integrations.connectors.exact.fields import FieldSpec
from integrations.connectors.exact.obstacles import Document, Obstacles
from integrations.connectors.exact.payloads import Payload, Unwritable, nested, refusal
from integrations.connectors.exact.printing import Printing, invoice_date
from integrations.connectors.exact.progress import Progress
from integrations.connectors.exact.receivables import PROCESSED
from integrations.connectors.exact.sales_lines import amounts_of, to_invoice_lines
from integrations.connectors.exact.tags import has_tag, tagged
from integrations.connectors.exact.writes import LONG_AGO, Writer
from integrations.contract import (
    Batch,
    Category,
    ConnectorError,
    Fault,
    Line,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Record,
    Value,
)

CREATE, ARCHIVE = OperationKind.CREATE, OperationKind.ARCHIVE
FINAL = "final"
_CENT = Decimal("0.01")


class DocumentWriter(Writer):
    """What the three have in common: a mark to be found by, and being deleted, not ended."""

    # The field that narrows the search for a create, and the columns that bear the mark.
    sought_by: ClassVar[str]
    marks: ClassVar[tuple[str, ...]]

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._rows: dict[str, Payload] = {}
        # Keys of what was there before this call.
        self._known: set[str] = set()

    def write(self, batch: Batch) -> list[Outcome]:
        return self._settled(batch, super().write(batch))

    def resolve(self, batch: Batch) -> list[Outcome]:
        return self._settled(batch, super().resolve(batch))

    # Found again

    def before(self, operations: Sequence[Operation]) -> Mapping[str, Payload | Fault]:
        made = dict(self._marked(operations, self.context.now() - LONG_AGO))
        return {**self.obstacles([one for one in operations if one.key not in made]), **made}

    def obstacles(self, operations: Sequence[Operation]) -> Mapping[str, Fault]:
        """By key: why a create would be refused, as far as that can be told before."""
        return {}

    def found(
        self, wide: Context, operations: Sequence[Operation], since: datetime
    ) -> Mapping[str, Payload]:
        key_of = self.definition.key
        made = {key: str(row[key_of]).lower() for key, row in self._marked(operations, since)}
        rows = wide.rows_by_id(made.values())
        return {key: rows[record_id] for key, record_id in made.items() if record_id in rows}

    def _marked(
        self, operations: Sequence[Operation], since: datetime
    ) -> Iterable[tuple[str, Payload]]:
        """The keys of creates that have been carried out, with what they made."""
        definition = self.definition
        sought = {str(operation.fields.get(self.sought_by) or "") for operation in operations}
        conditions = (odata.equals(self.sought_by, self.literal(each)) for each in sought if each)
        also = f"Created ge {odata.moment(times.literal_since(since, self.context.zone))}"
        expand = definition.expand if definition.expand in self.marks else ""
        columns = (definition.key, *self.marks)
        rows = self.client.among(
            definition.resource, columns, sorted(conditions), also=also, expand=expand
        )
        for row in rows:
            for operation in operations:
                if has_tag(self.mark_of(row), operation.key):
                    self._known.add(operation.key)
                    yield operation.key, row

    def literal(self, value: str) -> str:
        return odata.guid(value)

    def mark_of(self, row: Payload) -> object:
        return row.get(self.marks[0])

    # Taken back

    def removal(self, operation: Operation, row: Payload) -> dict[str, Any]:
        """Nothing to change: it is deleted afterwards."""
        if operation.kind is not ARCHIVE:
            kind = self.definition.type.label.lower()
            message = f"A deleted {kind} cannot be brought back. Make a new one instead."
            raise Unwritable(Fault(Category.STATE_LOCKED, "deleted", message))
        return {}

    def after(self, operation: Operation, record_id: str, row: Payload | None) -> None:
        if operation.kind is ARCHIVE:
            self.client.delete(self.definition.resource, record_id)

    def _outcome(
        self,
        progress: Progress,
        operation: Operation,
        wide: Context,
        row: Payload | None,
        old: Payload | None,
    ) -> Outcome:
        if row is None and operation.kind is ARCHIVE:
            record = self.context.gone(operation.id)
            return Outcome(operation.key, OutcomeStatus.WRITTEN, record)
        if row is not None:
            self._rows[operation.key] = row
        return super()._outcome(progress, operation, wide, row, old)

    def shortfall(self, operation: Operation, held: Record, before: Record | None) -> Fault | None:
        """Switches are no members of the document: only what it came to tells of them."""
        by_name = self.definition.by_name
        plain = {
            name: value for name, value in operation.fields.items() if not by_name[name].is_apart
        }
        fault = super().shortfall(replace(operation, fields=plain), held, before)
        return fault or self._differing(operation, held)

    def _differing(self, operation: Operation, held: Record) -> Fault | None:
        """The lines must come to what they were meant to."""
        name = self.definition.expand
        if operation.kind is not CREATE or not name:
            return None
        wanted, made = _sum(operation.fields.get(name)), _sum(held.fields.get(name))
        if abs(wanted - made) < _CENT:
            return None
        message = (
            f"The lines should come to {wanted}, and Exact has {made} of them. Look at the VAT "
            "code and at prices and discounts in Exact: not a cent may be lost."
        )
        return Fault(Category.FIELD_INVALID, "totals_differ", message, field=name)

    def _settled(self, batch: Batch, outcomes: list[Outcome]) -> list[Outcome]:
        """Creates that were not carried out as they were meant are taken back.

        What was there before is only told: somebody may have changed it meanwhile.
        """
        if batch.operations[0].kind is not CREATE:
            return outcomes
        return [
            outcome if outcome.key in self._known else self._withdrawn(outcome)
            for outcome in outcomes
        ]

    def _withdrawn(self, outcome: Outcome) -> Outcome:
        """Without the half-made document; where that cannot be deleted, the outcome shows it."""
        if outcome.status is not OutcomeStatus.REFUSED or outcome.record is None:
            return outcome
        try:
            self.client.delete(self.definition.resource, outcome.record.id)
        except (Refused, ConnectorError):
            return outcome
        return replace(outcome, record=None)

    # Refused before it is sent

    def problem(self, operation: Operation, row: Payload | None) -> Fault | None:
        if row is None or row.get("Status") != PROCESSED:
            return None
        number = row.get("InvoiceNumber") or row.get("EntryNumber") or ""
        message = (
            f"{self.definition.type.label} {number} is processed in Exact, where it can be neither "
            "changed nor deleted. Make a credit note there."
        )
        return Fault(Category.STATE_LOCKED, LOCKED, message)

    def _switch(self, operation: Operation, name: str) -> str:
        return str(operation.fields.get(name) or "")

    def _lines_field(self) -> FieldSpec:
        return self.definition.spec(self.definition.expand)


class InvoiceWriter(DocumentWriter):
    """Invoices, which may be processed once they are made."""

    sought_by = "OrderedBy"
    marks = ("Remarks",)

    def obstacles(self, operations: Sequence[Operation]) -> Mapping[str, Fault]:
        documents = [
            Document(one, (self.sought_by, "InvoiceTo"), self.definition.expand)
            for one in operations
        ]
        return Obstacles(self.context, sells_items=True).of(documents)

    def body(self, operation: Operation, row: Payload | None) -> dict[str, Any]:
        body = super().body(operation, row)
        if row is not None:
            return body
        field, unit = self._lines_field().field, self._switch(operation, "UnitCode")
        body[field.name] = to_invoice_lines(field, _lines(operation.fields.get(field.name)), unit)
        body["Remarks"] = tagged(operation.fields.get("Remarks"), operation.key)
        return body | invoice_date(operation)

    def _settled(self, batch: Batch, outcomes: list[Outcome]) -> list[Outcome]:
        settled = super()._settled(batch, outcomes)
        wanted = [
            (operation, outcome)
            for operation, outcome in zip(batch.operations, settled, strict=True)
            if operation.fields.get("Processing") == FINAL
            and outcome.status is OutcomeStatus.WRITTEN
            and self._rows[operation.key].get("Status") != PROCESSED
        ]
        if not wanted:
            return settled
        done = Printing(self).process(wanted)
        return [
            self._withdrawn(done[outcome.key]) if outcome.key in done else outcome
            for outcome in settled
        ]


class EntryWriter(DocumentWriter):
    """Entries, whose lines all stand on the one ledger account that is asked for."""

    sought_by = "Customer"
    marks = ("SalesEntryLines",)

    def obstacles(self, operations: Sequence[Operation]) -> Mapping[str, Fault]:
        documents = [Document(one, (self.sought_by,), self.definition.expand) for one in operations]
        return Obstacles(self.context, sells_items=False).of(documents)

    def body(self, operation: Operation, row: Payload | None) -> dict[str, Any]:
        body = super().body(operation, row)
        if row is not None:
            return body
        ledger = self._switch(operation, "RevenueAccount")
        if not ledger:
            field = self.definition.spec("RevenueAccount").field
            raise refusal(Category.FIELD_MISSING, "ledger_missing", field, "choose one.")
        field = self._lines_field().field
        lines = to_entry_lines(field, _lines(operation.fields.get(field.name)), ledger)
        lines[0]["Notes"] = tagged(lines[0].get("Notes"), operation.key)
        return body | {field.name: lines}

    def mark_of(self, row: Payload) -> object:
        return "\n".join(str(line.get("Notes")) for line in nested(row, self.marks[0]) or ())


def _lines(value: Value) -> tuple[Line, ...]:
    members = value if isinstance(value, tuple) else ()
    return tuple(line for line in members if isinstance(line, Line))


def _sum(value: Value) -> Decimal:
    return sum(amounts_of(_lines(value)), Decimal(0))
