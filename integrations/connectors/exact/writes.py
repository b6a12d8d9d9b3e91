"""Writing: one call for each record, then one read of all that were written.

Exact knows no batches, no keys against doing a thing twice and no versions to write against. So a
record is read before it is changed; what a POST answers is empty but for the key, and what may not
be written is dropped without a word: everything written is read back and compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.connectors.exact import bodies, kept
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.faults import REFERENCE, Refused, fault_of
from integrations.connectors.exact.payloads import Payload, Unwritable, code
from integrations.connectors.exact.progress import Progress
from integrations.connectors.exact.records import END_DATE
from integrations.contract import (
    Batch,
    Category,
    ConnectorError,
    Fault,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    OutcomeUnknown,
    Record,
    RecordState,
    RetryLater,
    Value,
)

CREATE, RESTORE = OperationKind.CREATE, OperationKind.RESTORE
# A POST may be under way that long after it was sent.
UNDER_WAY = timedelta(minutes=2)
# So far back a create of unknown time is looked for.
LONG_AGO = timedelta(days=31)
# Clocks differ.
CLOCK_SKEW = timedelta(minutes=5)

# Refusals of a code or reference that Exact does not know, whatever the record.
_OF_THE_VALUE = frozenset({REFERENCE, "vat_reference", "currency_reference"})


class Writer:
    """Carries out batches of one object type; what is peculiar to one is overridden."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.definition = context.definition
        self.client = context.client

    def write(self, batch: Batch) -> list[Outcome]:
        """One outcome per operation; raises only when nothing at all was done."""
        progress = Progress({operation.key: operation for operation in batch.operations})
        wide = self._wide(batch.operations)
        if batch.operations[0].kind is CREATE:
            before: dict[str, Payload] = {}
            self._create(progress)
        else:
            before = wide.rows_by_id(operation.id for operation in batch.operations)
            self._change(progress, wide, before)
        if progress.stop is not None and progress.nothing_done:
            raise progress.stop
        self._read_back(progress, wide, before)
        return [progress.outcomes[operation.key] for operation in batch.operations]

    def resolve(self, batch: Batch) -> list[Outcome]:
        """WRITTEN, REFUSED or NOT_SENT for each create; raises RetryLater while one that is not
        to be found may still be under way."""
        progress = Progress({operation.key: operation for operation in batch.operations})
        wide = self._wide(batch.operations)
        now = self.context.now()
        since = (batch.sent_at or now - LONG_AGO) - CLOCK_SKEW
        found = self.found(wide, batch.operations, since)
        for operation in batch.operations:
            row = found.get(operation.key)
            if row is not None:
                progress.written[operation.key] = str(row[self.definition.key]).lower()
                self._complete(progress, operation, row)
        if progress.open and batch.sent_at is not None and now - batch.sent_at < UNDER_WAY:
            raise RetryLater(_UNDER_WAY, UNDER_WAY.total_seconds())
        progress.leave(_NOT_FOUND)
        self._read_back(progress, wide, {})
        return [progress.outcomes[operation.key] for operation in batch.operations]

    # What may differ from one object type to another

    def problem(self, operation: Operation, row: Payload | None) -> Fault | None:
        """What is wrong with it by a rule between fields; `row` is the record as it is."""
        return None

    def body(self, operation: Operation, row: Payload | None) -> dict[str, Any]:
        """The body of the POST (without a row) or PUT; raises Unwritable or Misconfigured."""
        zone = self.context.zone
        if row is None:
            return bodies.create_body(self.definition, operation.fields, zone)
        return bodies.change_body(self.definition, operation.fields, zone)

    def before(self, operations: Sequence[Operation]) -> Mapping[str, Payload | Fault]:
        """By key: the row that a create has made already, or why it is in vain."""
        return {}

    def after(self, operation: Operation, record_id: str, row: Payload | None) -> None:
        """Write what is not part of the record's own body; may be repeated. Raises Refused or a
        ConnectorError. `row` is the record as it was, None when it is new."""

    def found(
        self, wide: Context, operations: Sequence[Operation], since: datetime
    ) -> Mapping[str, Payload]:
        """By key: the row of a create that was not answered, made since then."""
        return {}

    def removal(self, operation: Operation, row: Payload) -> dict[str, Any]:
        """The body that takes a record out of use, which is never deleted; or brings it back.

        Raises Unwritable. On its last day a record counts as ended already.
        """
        back = operation.kind is RESTORE
        return {END_DATE: None if back else self.context.today().isoformat()}

    # Sending

    def _create(self, progress: Progress) -> None:
        drafts: dict[str, dict[str, Any]] = {}
        for operation in progress.open:
            draft = self._draft(progress, operation, None)
            if draft is not None:
                drafts[operation.key] = draft
        for key, known in self.before(progress.open).items():
            operation = progress.operations[key]
            if isinstance(known, Fault):
                progress.refuse(operation, known)
                continue
            progress.written[key] = str(known[self.definition.key]).lower()
            if not self._complete(progress, operation, known):
                return
        for operation in progress.open:
            fault = self._known_to_fail(operation)
            if fault is not None:
                progress.refuse(operation, fault)
            elif not self._post(progress, operation, drafts[operation.key]):
                return

    def _post(self, progress: Progress, operation: Operation, body: Mapping[str, Any]) -> bool:
        """Send one create; False when nothing more is to be sent."""
        try:
            answer = self.client.create(self.definition.resource, body)
        except Refused as refused:
            self._refuse(progress, operation, refused)
            return True
        except OutcomeUnknown as lost:
            progress.lose(operation, lost.fault)
            progress.leave(lost.fault)
            return False
        except ConnectorError as stop:
            progress.stop = stop
            progress.leave(stop.fault)
            return False
        record_id = code(answer.get(self.definition.key)).lower()
        if not record_id:
            progress.lose(operation, _NO_KEY)
            return True
        progress.written[operation.key] = record_id
        return self._complete(progress, operation, None)

    def _change(self, progress: Progress, wide: Context, rows: Mapping[str, Payload]) -> None:
        for operation in progress.open:
            row = rows.get(operation.id.lower())
            if row is None:
                progress.refuse(operation, self._gone(operation))
                continue
            current = self.context.record(row)
            if operation.version and current.version != operation.version:
                stale = Outcome(operation.key, OutcomeStatus.STALE, current)
                progress.outcomes[operation.key] = stale
                continue
            draft = self._draft(progress, operation, row)
            if draft is not None and not self._put(progress, operation, draft, row):
                return

    def _put(
        self, progress: Progress, operation: Operation, body: Mapping[str, Any], row: Payload
    ) -> bool:
        """Send one change; False when nothing more is to be sent."""
        key = operation.key
        progress.written[key] = operation.id.lower()
        try:
            if body:
                self.client.change(self.definition.resource, operation.id, body)
        except Refused as refused:
            del progress.written[key]
            self._refuse(progress, operation, refused)
            return True
        except OutcomeUnknown as lost:
            progress.doubtful[key] = lost.fault
            progress.leave(lost.fault)
            return False
        except ConnectorError as stop:
            del progress.written[key]
            progress.stop = stop
            progress.leave(stop.fault)
            return False
        return self._complete(progress, operation, row)

    def _complete(self, progress: Progress, operation: Operation, row: Payload | None) -> bool:
        """The calls that follow the record's own; False when nothing more is to be sent."""
        try:
            self.after(operation, progress.written[operation.key], row)
        except Refused as refused:
            progress.faults[operation.key] = self.fault(refused)
        except Unwritable as bad:
            progress.faults[operation.key] = bad.fault
        except ConnectorError as stop:
            # What follows may be repeated, so that asking again is enough.
            del progress.written[operation.key]
            progress.lose(operation, stop.fault)
            progress.leave(stop.fault)
            return False
        return True

    def _draft(
        self, progress: Progress, operation: Operation, row: Payload | None
    ) -> dict[str, Any] | None:
        """The body to send; None when it is refused here, which costs no call."""
        fault = self.problem(operation, row) or self._known_to_fail(operation)
        if fault is not None:
            progress.refuse(operation, fault)
            return None
        try:
            if row is not None and operation.kind is not OperationKind.UPDATE:
                return self.removal(operation, row)
            return self.body(operation, row)
        except Unwritable as bad:
            progress.refuse(operation, bad.fault)
            return None

    # The same wrong value is not sent twice: ten refusals an hour shut the endpoint

    def _refuse(self, progress: Progress, operation: Operation, refused: Refused) -> None:
        is_gone = refused.status == 404 and operation.kind is not CREATE
        fault = self._gone(operation) if is_gone else self.fault(refused)
        progress.refuse(operation, fault)
        value = operation.fields.get(fault.field)
        if fault.field and fault.code in _OF_THE_VALUE and isinstance(value, str):
            self._refused_values()[fault.field, value] = fault

    def _known_to_fail(self, operation: Operation) -> Fault | None:
        refused = self._refused_values()
        pairs = ((name, value) for name, value in operation.fields.items() if value is not None)
        return next((refused[pair] for pair in pairs if pair in refused), None)

    def _refused_values(self) -> dict[tuple[str, Value], Fault]:
        name = f"refused {self.definition.type.name}"
        found: dict[tuple[str, Value], Fault] = self.client.shelf.setdefault(name, {})
        return found

    # Reading back

    def _read_back(self, progress: Progress, wide: Context, before: Mapping[str, Payload]) -> None:
        if not progress.written:
            return
        try:
            rows = wide.rows_by_id(progress.written.values())
        except ConnectorError as error:
            for key in progress.written:
                progress.lose(progress.operations[key], error.fault)
            return
        for key, record_id in progress.written.items():
            operation = progress.operations[key]
            row, old = rows.get(record_id), before.get(record_id)
            progress.outcomes[key] = self._outcome(progress, operation, wide, row, old)

    def _outcome(
        self,
        progress: Progress,
        operation: Operation,
        wide: Context,
        row: Payload | None,
        old: Payload | None,
    ) -> Outcome:
        key = operation.key
        if row is None:
            return Outcome(key, OutcomeStatus.REFUSED, fault=self._gone(operation))
        record = self.context.record(row)
        held, was = wide.record(row), wide.record(old) if old is not None else None
        fault = progress.faults.get(key) or self.shortfall(operation, held, was)
        if fault is None:
            return Outcome(key, OutcomeStatus.WRITTEN, record)
        doubt = progress.doubtful.get(key)
        if doubt is not None:
            return Outcome(key, OutcomeStatus.NOT_SENT, fault=doubt)
        return Outcome(key, OutcomeStatus.REFUSED, record, fault)

    def shortfall(self, operation: Operation, held: Record, before: Record | None) -> Fault | None:
        """What of the operation Exact did not do, though it answered that all is well."""
        if operation.kind is OperationKind.ARCHIVE:
            return _STILL_LIVE if held.state is RecordState.LIVE else None
        if operation.kind is RESTORE:
            return _STILL_ENDED if held.state is not RecordState.LIVE else None
        sent = operation.fields
        if operation.kind is CREATE:
            # What is left out is filled with what is usual there.
            sent = {name: value for name, value in sent.items() if value is not None}
        return kept.dropped(self.definition, sent, held, before)

    def fault(self, refused: Refused) -> Fault:
        names = self.definition.names_by_word
        return fault_of(
            refused, self.definition.type.name, lambda word: names.get(word.casefold(), "")
        )

    def _gone(self, operation: Operation) -> Fault:
        message = f"This {self.definition.type.label.lower()} is not in Exact any more."
        return Fault(Category.GONE, "gone", message)

    def _wide(self, operations: Sequence[Operation]) -> Context:
        """Reads also what is written but not asked for, so that it can be compared."""
        written = [name for operation in operations for name in operation.fields]
        return replace(self.context, names=tuple(dict.fromkeys((*self.context.names, *written))))


_UNDER_WAY = Fault(
    Category.OUTCOME_UNKNOWN, "under_way", "Exact may still be busy with what was sent."
)
_NOT_FOUND = Fault(Category.OUTCOME_UNKNOWN, "not_found", "Exact has not made it.")
_NO_KEY = Fault(Category.OUTCOME_UNKNOWN, "no_key", "Exact answered without saying what it made.")
_STILL_LIVE = Fault(Category.STATE_LOCKED, "still_active", "Exact left the record active.")
_STILL_ENDED = Fault(Category.STATE_LOCKED, "still_ended", "Exact left the record inactive.")
