"""Writing batches: one outcome per operation, whatever the batch answered.

developer.intuit.com, "Batch" and "Learn basic field definitions" (requestid): items succeed or
fail one by one; a request id that is sent again with the same bIds is not carried out again, the
first answer comes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from integrations.connectors.quickbooks import drafts, queries
from integrations.connectors.quickbooks.client import Client
from integrations.connectors.quickbooks.drafts import Drafts, by_item_id, refused
from integrations.connectors.quickbooks.errors import errors_of
from integrations.connectors.quickbooks.faults import (
    DUPLICATE_NAME,
    NOT_FOUND,
    STALE,
    fault_from,
    field_names,
    stop_from,
)
from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.objects import Definition
from integrations.connectors.quickbooks.records import Decode, Payload, to_json
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
    RetryLater,
    SignInAgain,
    Suspended,
)
from integrations.http import redact

_STOPS = (RetryLater, SignInAgain, NotAllowed, Suspended)
NO_ENTITY = "no_entity"
_NO_ENTITY = Fault(
    Category.OUTCOME_UNKNOWN, NO_ENTITY, "QuickBooks answered without saying what it did."
)

type Answer = Payload | ConnectorError
"""An entry of the batch's answer, or why there is none."""


class Writer:
    """Carries out batches of one object type."""

    def __init__(self, client: Client, definition: Definition, decode: Decode) -> None:
        self._client = client
        self._definition = definition
        self._decode = decode
        self._lookup = Lookup(client, definition)
        self._field_names = field_names(definition)

    def write(self, batch: Batch) -> list[Outcome]:
        """One outcome per operation; raises when the whole company's calls were refused."""
        operations = by_item_id(batch.operations)
        prepared = self._prepare(operations)
        outcomes = prepared.decided | self._send(batch.key, prepared, operations)
        outcomes = self._settle_doubts(operations, outcomes)
        outcomes = self._name_the_existing(operations, outcomes)
        return [outcomes[bid] for bid in operations]

    def send_again(self, batch: Batch) -> dict[str, Outcome]:
        """The outcomes of the same creates under the same request id, by bId."""
        operations = by_item_id(batch.operations)
        prepared = self._prepare(operations)
        outcomes = prepared.decided | self._send(batch.key, prepared, operations)
        return self._name_the_existing(operations, outcomes)

    def _prepare(self, operations: Mapping[str, Operation]) -> Drafts:
        if all(op.kind is OperationKind.CREATE for op in operations.values()):
            return drafts.draft_creates(self._definition, operations)
        return drafts.draft_updates(self._definition, self._decode, self._lookup, operations)

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
            return _faulty(operation, fault, stops=stop_from(errors, fault) is not None)
        entity = (answer or {}).get(self._definition.entity)
        if not isinstance(entity, dict) or not entity.get("Id"):
            fault = replace(_NO_ENTITY, correlation_id=correlation_id)
            return Outcome(operation.key, OutcomeStatus.UNKNOWN, fault=fault)
        return Outcome(operation.key, OutcomeStatus.WRITTEN, self._decode(entity))

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
        if row is None:
            return refused(operation, drafts.gone_fault(self._definition, operation.id))
        if row.get("SyncToken") != operation.version:
            return Outcome(operation.key, OutcomeStatus.STALE, self._decode(row))
        if doubt.status is OutcomeStatus.REFUSED and _code(doubt) == NOT_FOUND:
            # The record is there: it is what it refers to that is not.
            return doubt
        return Outcome(operation.key, OutcomeStatus.NOT_SENT, fault=doubt.fault)

    def _name_the_existing(
        self, operations: Mapping[str, Operation], outcomes: dict[str, Outcome]
    ) -> dict[str, Outcome]:
        """Say which record bears a name already, if it is one of this type.

        Names are shared with vendors and employees, whose ids would lead nowhere.
        """
        taken = {
            bid: outcome.fault
            for bid, outcome in outcomes.items()
            if outcome.fault is not None and outcome.fault.code == DUPLICATE_NAME
        }
        if not taken:
            return outcomes
        try:
            holders = self._holders(operations, taken)
        except ConnectorError:
            # Only a hint is lost; the refusal stands.
            return outcomes
        return outcomes | {
            bid: replace(outcomes[bid], fault=replace(fault, existing_id=holders.get(bid, "")))
            for bid, fault in taken.items()
        }

    def _holders(
        self, operations: Mapping[str, Operation], taken: Mapping[str, Fault]
    ) -> dict[str, str]:
        told = {p: fault.existing_id for p, fault in taken.items() if fault.existing_id}
        rows = self._lookup.by_id(told.values())
        holders = {bid: holder for bid, holder in told.items() if holder in rows}
        names = {
            bid: unique_name(self._definition, operations[bid]) for bid in taken if bid not in told
        }
        by_name = rows_by_name(self._lookup, self._definition, names.values())
        named = {bid: by_name.get(name.casefold()) for bid, name in names.items()}
        return holders | {bid: row["Id"] for bid, row in named.items() if row}


def unique_name(definition: Definition, operation: Operation) -> str:
    """The name a record will bear: the one sent, or the one QuickBooks builds from its parts."""
    name = operation.fields.get(definition.unique)
    if isinstance(name, str):
        return name.strip()
    parts = (operation.fields.get(part) for part in definition.name_parts)
    return " ".join(part.strip() for part in parts if isinstance(part, str))


def rows_by_name(
    lookup: Lookup, definition: Definition, names: Iterable[str]
) -> dict[str, Payload]:
    """Records by their unique name in lower case, inactive ones too."""
    wanted: Sequence[str] = [name for name in names if name]
    if not wanted:
        return {}
    rows = lookup.by_value(definition.unique, wanted, queries.ANY_STATE)
    return {str(row.get(definition.unique, "")).casefold(): row for row in rows}


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
