"""Writing batches: one outcome per operation, whatever the batch answered.

developer.intuit.com, "Batch" and "Learn basic field definitions" (requestid): items succeed or
fail one by one; a request id that is sent again with the same bIds is not carried out again, the
first answer comes back.
"""

from collections.abc import Mapping
from dataclasses import replace

from integrations.connectors.quickbooks.books import Books
from integrations.connectors.quickbooks.client import Client
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.drafts import (
    Drafter,
    Drafts,
    by_item_id,
    gone_fault,
    refused,
)
from integrations.connectors.quickbooks.errors import errors_of
from integrations.connectors.quickbooks.faults import (
    NOT_FOUND,
    STALE,
    fault_from,
    field_names,
    stop_from,
)
from integrations.connectors.quickbooks.holders import Holders
from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.payloads import Payload, to_json
from integrations.connectors.quickbooks.records import Decode
from integrations.contract import (
    Batch,
    Category,
    ConnectorError,
    Fault,
    NotAllowed,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    OutcomeUnknown,
    RecordState,
    RetryLater,
    SignInAgain,
    Suspended,
)
from integrations.http import redact

_STOPS = (RetryLater, SignInAgain, NotAllowed, Suspended)
NO_ENTITY = "no_entity"
NOT_VOIDED = "not_voided"
_NOT_VOIDED = Fault(
    Category.UNKNOWN, NOT_VOIDED, "QuickBooks answered, but the document was not voided."
)
_NO_ENTITY = Fault(
    Category.OUTCOME_UNKNOWN, NO_ENTITY, "QuickBooks answered without saying what it did."
)

type Answer = Payload | ConnectorError
"""An entry of the batch's answer, or why there is none."""


class Writer:
    """Carries out batches of one object type."""

    def __init__(
        self,
        client: Client,
        definition: Definition,
        decode: Decode,
        books: Books | None = None,
    ) -> None:
        self._client = client
        self._definition = definition
        self._decode = decode
        self._lookup = Lookup(client, definition)
        self._holders = Holders(self._lookup, definition)
        self._drafter = Drafter(definition, decode, self._lookup, books)
        self._field_names = field_names(definition)

    def write(self, batch: Batch) -> list[Outcome]:
        """One outcome per operation; raises when the whole company's calls were refused."""
        operations = by_item_id(batch.operations)
        prepared = self._prepare(operations)
        outcomes = prepared.decided | self._send(batch.key, prepared, operations)
        outcomes = self._settle_doubts(operations, outcomes)
        outcomes = self._holders.named(operations, outcomes)
        return [outcomes[bid] for bid in operations]

    def send_again(self, batch: Batch) -> dict[str, Outcome]:
        """The outcomes of the same creates under the same request id, by bId."""
        operations = by_item_id(batch.operations)
        prepared = self._drafter.creates(operations, checked=False)
        outcomes = prepared.decided | self._send(batch.key, prepared, operations)
        return self._holders.named(operations, outcomes)

    def _prepare(self, operations: Mapping[str, Operation]) -> Drafts:
        if all(op.kind is OperationKind.CREATE for op in operations.values()):
            return self._drafter.creates(operations)
        return self._drafter.updates(operations)

    # Sending

    def _send(
        self, key: str, prepared: Drafts, operations: Mapping[str, Operation]
    ) -> dict[str, Outcome]:
        if not prepared.items:
            return {}
        answers, correlation_id = self._answers(key, prepared.items)
        outcomes = {
            bid: self._outcome(operations[bid], answers.get(bid), correlation_id)
            for bid in prepared.items
        }
        self._raise_if_stopped(answers, outcomes)
        return outcomes

    def _answers(self, key: str, items: Mapping[str, Payload]) -> tuple[Mapping[str, Answer], str]:
        try:
            answer = self._client.batch(key, list(items.values()))
        except _STOPS:
            raise
        except OutcomeUnknown as error:
            return dict.fromkeys(items, error), ""
        except ConnectorError as error:
            if len(items) == 1:
                return dict.fromkeys(items, error), ""
            return self._one_by_one(key, items), ""
        return answer.entries, answer.correlation_id

    def _one_by_one(self, key: str, items: Mapping[str, Payload]) -> dict[str, Answer]:
        """The batch was refused unread: one item that cannot be read must not stop the others.

        Request id and bId stay, so that an item is the same request alone and among others.
        """
        answers: dict[str, Answer] = {}
        for bid, item in items.items():
            try:
                answers |= self._client.batch(key, [item]).entries
            except _STOPS as error:
                left = [each for each in items if each not in answers]
                return answers | dict.fromkeys(left, error)
            except ConnectorError as error:
                answers[bid] = error
        return answers

    def _raise_if_stopped(
        self, answers: Mapping[str, Answer], outcomes: Mapping[str, Outcome]
    ) -> None:
        """Raise when not a single item got past a refusal of the whole company."""
        if any(outcome.status is not OutcomeStatus.NOT_SENT for outcome in outcomes.values()):
            return
        for answer in answers.values():
            stop = answer if isinstance(answer, ConnectorError) else self._stop(answer)
            if stop is not None:
                raise stop

    def _stop(self, entry: Payload) -> ConnectorError | None:
        errors = errors_of(entry)
        if not errors:
            return None
        return stop_from(errors, fault_from(errors, object_type=self._definition.type.name))

    # Outcomes

    def _outcome(self, operation: Operation, answer: Answer | None, correlation_id: str) -> Outcome:
        if isinstance(answer, ConnectorError):
            return _without_entry(operation, answer)
        if answer is not None and (errors := errors_of(answer)):
            fault = fault_from(
                errors,
                object_type=self._definition.type.name,
                field_name=self._field_names,
                correlation_id=correlation_id,
                raw=redact(to_json(answer).decode()),
            )
            if operation.kind is OperationKind.CREATE:
                fault = _about_parent(fault)
            return _faulty(operation, fault, stops=stop_from(errors, fault) is not None)
        entity = (answer or {}).get(self._definition.entity)
        if not isinstance(entity, dict) or not entity.get("Id"):
            fault = replace(_NO_ENTITY, correlation_id=correlation_id)
            return Outcome(operation.key, OutcomeStatus.UNKNOWN, fault=fault)
        record = self._decode(entity)
        if self._is_void(operation) and record.state is not RecordState.VOIDED:
            # Some kinds of transactions ignore the wish and answer as if nothing were amiss.
            return Outcome(operation.key, OutcomeStatus.UNKNOWN, fault=_NOT_VOIDED)
        return Outcome(operation.key, OutcomeStatus.WRITTEN, record)

    def _is_void(self, operation: Operation) -> bool:
        return self._definition.is_document and operation.kind is OperationKind.ARCHIVE

    def _settle_doubts(
        self, operations: Mapping[str, Operation], outcomes: dict[str, Outcome]
    ) -> dict[str, Outcome]:
        """Read once what became of updates that were stale, not found or not answered."""
        doubtful = [
            bid
            for bid, outcome in outcomes.items()
            if operations[bid].kind is not OperationKind.CREATE and _is_doubtful(outcome)
        ]
        if not doubtful:
            return outcomes
        try:
            rows = self._lookup.by_id(operations[bid].id for bid in doubtful)
        except ConnectorError as error:
            return outcomes | {p: _unknown(operations[p], error.fault) for p in doubtful}
        return outcomes | {
            p: self._settled(operations[p], outcomes[p], rows.get(operations[p].id))
            for p in doubtful
        }

    def _settled(self, operation: Operation, doubt: Outcome, row: Payload | None) -> Outcome:
        """What became of it, by the record as it is now."""
        if row is None:
            return refused(operation, gone_fault(self._definition, operation.id))
        record = self._decode(row)
        if self._is_void(operation) and record.state is RecordState.VOIDED:
            return Outcome(operation.key, OutcomeStatus.WRITTEN, record)
        if doubt.fault is not None and doubt.fault.code == NOT_VOIDED:
            return refused(operation, doubt.fault)
        if row.get("SyncToken") != operation.version:
            return Outcome(operation.key, OutcomeStatus.STALE, record)
        if doubt.fault is not None and doubt.fault.code == NOT_FOUND:
            # The record is there: it is what it refers to that is not.
            return refused(operation, _about_parent(doubt.fault))
        return Outcome(operation.key, OutcomeStatus.NOT_SENT, fault=doubt.fault)


def _about_parent(fault: Fault) -> Fault:
    """What is not found is not this record, which is there or is to be made."""
    if fault.category is not Category.GONE:
        return fault
    return replace(fault, category=Category.PARENT_MISSING)


def _without_entry(operation: Operation, error: ConnectorError) -> Outcome:
    if isinstance(error, OutcomeUnknown):
        return _unknown(operation, error.fault)
    if isinstance(error, _STOPS):
        return Outcome(operation.key, OutcomeStatus.NOT_SENT, fault=error.fault)
    return refused(operation, error.fault)


def _faulty(operation: Operation, fault: Fault, *, stops: bool) -> Outcome:
    if stops:
        return Outcome(operation.key, OutcomeStatus.NOT_SENT, fault=fault)
    if fault.category is Category.OUTCOME_UNKNOWN:
        return _unknown(operation, fault)
    return refused(operation, fault)


def _unknown(operation: Operation, fault: Fault) -> Outcome:
    unknown = replace(fault, category=Category.OUTCOME_UNKNOWN)
    return Outcome(operation.key, OutcomeStatus.UNKNOWN, fault=unknown)


def _is_doubtful(outcome: Outcome) -> bool:
    return outcome.status is OutcomeStatus.UNKNOWN or (
        outcome.status is OutcomeStatus.REFUSED and _code(outcome) in (STALE, NOT_FOUND)
    )


def _code(outcome: Outcome) -> str:
    return outcome.fault.code if outcome.fault is not None else ""
