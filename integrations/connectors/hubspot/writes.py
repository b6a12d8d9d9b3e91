"""Writing: one batch call, one outcome per operation, whatever HubSpot answers.

Every input is safe to send again: creates are upserts by our own unique property, updates and
archives go by id. So a batch that was refused as a whole, or that answered without a word on some
inputs, is split and sent again until each refusal has its one offender.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from integrations.connectors.hubspot import faults, settings
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.values import BadValue, write_value
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Field,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    OutcomeUnknown,
)
from integrations.http import Response

ACTIONS: Mapping[OperationKind, str] = {
    OperationKind.CREATE: "upsert",
    OperationKind.UPDATE: "update",
    OperationKind.ARCHIVE: "archive",
}
_NO_RESTORE = Fault(
    Category.STATE_LOCKED,
    "CANNOT_RESTORE",
    "It is archived in HubSpot, and HubSpot lets only people restore records: restore it there"
    " under “Recently deleted”, within 90 days, or make the other one inactive again.",
)
_NO_RESULT = Fault(
    Category.UNKNOWN, "NO_RESULT", "HubSpot took the call but said nothing about this record."
)


class BatchError(msgspec.Struct):
    """One entry of the `errors` of a 207; every field may be missing."""

    category: str = ""
    message: str = ""
    subCategory: Any = None  # noqa: N815 - HubSpot's name
    context: dict[str, Any] = {}
    errors: list[Any] = []


class BatchAnswer(msgspec.Struct):
    results: list[Payload] = []
    errors: list[BatchError] = []


@dataclass(slots=True)
class Written:
    """What a batch came to: payloads and outcomes by the key of the operation."""

    payloads: dict[str, Payload] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def add(self, operations: Sequence[Operation], status: OutcomeStatus, fault: Fault) -> None:
        for operation in operations:
            self.outcomes[operation.key] = Outcome(operation.key, status, fault=fault)

    def refuse(self, operation: Operation, fault: Fault) -> None:
        self.add([operation], OutcomeStatus.REFUSED, fault)

    @property
    def is_untouched(self) -> bool:
        return not (self.payloads or self.outcomes)


class Writer:
    """Carries out the operations of one kind on one object type."""

    def __init__(self, client: Client, kind: Kind, fields: Mapping[str, Field]) -> None:
        self._client = client
        self._kind = kind
        self._fields = fields

    def carry_out(self, operations: Sequence[Operation]) -> Written:
        """Raises ConnectorError only when nothing at all was done."""
        written = Written()
        sendable: dict[str, Mapping[str, Any]] = {}
        for operation in operations:
            try:
                sendable[operation.key] = self._input(operation)
            except Unsendable as refused:
                written.add([operation], OutcomeStatus.REFUSED, refused.fault)
        wanted = [operation for operation in operations if operation.key in sendable]
        sending = _Sending(self._client, self._kind, sendable, written)
        if wanted:
            sending.send(wanted)
        return written

    def _input(self, operation: Operation) -> Mapping[str, Any]:
        if operation.kind is OperationKind.ARCHIVE:
            return {"id": operation.id}
        if operation.kind is OperationKind.RESTORE:
            raise Unsendable(_NO_RESTORE)
        properties = dict(self._properties(operation))
        wanted = {"properties": properties, "objectWriteTraceId": operation.key}
        if operation.kind is OperationKind.CREATE:
            return wanted | {"id": operation.key, "idProperty": settings.KEY_PROPERTY}
        return wanted | {"id": operation.id}

    def _properties(self, operation: Operation) -> Iterator[tuple[str, str]]:
        """The texts to send; what we know to be refused is not sent at all."""
        is_new = operation.kind is OperationKind.CREATE
        for name, value in operation.fields.items():
            known = self._fields.get(name)
            if known is None:
                raise bad_property("PROPERTY_DOESNT_EXIST", name, "does not exist in HubSpot")
            if not (known.creatable if is_new else known.updatable):
                raise bad_property("READ_ONLY_VALUE", name, "cannot be written in HubSpot")
            if is_new and value is None:
                continue
            try:
                yield name, write_value(known, value)
            except BadValue as bad:
                raise bad_property("INVALID_VALUE", name, f"cannot take this: {bad}") from bad


class Unsendable(Exception):
    """HubSpot would refuse this for certain."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def bad_property(code: str, name: str, reason: str) -> Unsendable:
    category = faults.classify({"errors": [{"code": code}]}, 400).category
    return Unsendable(Fault(category, code, f"The property “{name}” {reason}.", field=name))


@dataclass(frozen=True, slots=True)
class _Sending:
    """One batch on its way, split as often as needed."""

    client: Client
    kind: Kind
    inputs: Mapping[str, Mapping[str, Any]]
    written: Written

    def send(self, operations: Sequence[Operation]) -> None:
        """Send these, in halves again where the answer does not tell them apart."""
        try:
            response = self._call(operations)
        except OutcomeUnknown as lost:
            self.written.add(operations, OutcomeStatus.UNKNOWN, lost.fault)
            return
        except ConnectorError as error:
            if self.written.is_untouched:
                raise
            self.written.add(operations, OutcomeStatus.NOT_SENT, error.fault)
            return
        if response.status >= 300:
            self._refused(operations, response)
        else:
            self._answered(operations, response)

    def _call(self, operations: Sequence[Operation]) -> Response:
        action = ACTIONS[operations[0].kind]
        inputs = [self.inputs[operation.key] for operation in operations]
        response = self.client.batch_write(self.kind, action, inputs)
        if response.status >= 300:
            fault = faults.fault_of(response, self.kind.name)
            if fault.category in faults.OF_THE_WHOLE:
                raise faults.error_of(response, self.kind.name)
        return response

    def _refused(self, operations: Sequence[Operation], response: Response) -> None:
        """A refusal of the whole batch, mostly because of one of its inputs."""
        fault = faults.fault_of(response, self.kind.name)
        if len(operations) == 1:
            self.written.add(operations, OutcomeStatus.REFUSED, fault)
            return
        offenders = [item for item in operations if _is_named(item, fault)]
        if not offenders or len(offenders) == len(operations):
            self._halve(operations)
            return
        self.written.add(offenders, OutcomeStatus.REFUSED, fault)
        self.send([item for item in operations if item not in offenders])

    def _halve(self, operations: Sequence[Operation]) -> None:
        middle = len(operations) // 2
        self.send(operations[:middle])
        self.send(operations[middle:])

    def _answered(self, operations: Sequence[Operation], response: Response) -> None:
        if operations[0].kind is OperationKind.ARCHIVE and not response.body:
            for operation in operations:
                self.written.payloads[operation.key] = Payload(operation.id, archived=True)
            return
        try:
            answer = response.json(BatchAnswer)
        except msgspec.DecodeError as error:
            message = f"HubSpot's answer could not be read: {error}"
            fault = Fault(Category.OUTCOME_UNKNOWN, "UNREADABLE_ANSWER", message)
            self.written.add(operations, OutcomeStatus.UNKNOWN, fault)
            return
        self._take_results(operations, answer)
        self._take_errors(operations, answer)
        self._look_after_silent(operations, answer)

    def _take_results(self, operations: Sequence[Operation], answer: BatchAnswer) -> None:
        """The order of results is not documented: they are matched by what they carry."""
        is_create = operations[0].kind is OperationKind.CREATE
        by_id = {operation.id: operation.key for operation in operations if operation.id}
        keys = {operation.key for operation in operations}
        for payload in answer.results:
            named = payload.properties.get(settings.KEY_PROPERTY) if is_create else None
            key = named or payload.object_write_trace_id or by_id.get(payload.id)
            if key in keys:
                self.written.payloads[key] = payload

    def _take_errors(self, operations: Sequence[Operation], answer: BatchAnswer) -> None:
        for error in answer.errors:
            offenders = [item for item in operations if _is_about(error, item)]
            if len(operations) == 1:
                offenders = list(operations)
            fault = faults.classify(msgspec.to_builtins(error), 0, self.kind.name)
            self.written.add(offenders, OutcomeStatus.REFUSED, fault)

    def _look_after_silent(self, operations: Sequence[Operation], answer: BatchAnswer) -> None:
        """Inputs that neither a result nor an error speaks of."""
        done = self.written.payloads.keys() | self.written.outcomes.keys()
        silent = [operation for operation in operations if operation.key not in done]
        if not silent:
            return
        if len(silent) == 1 and len(operations) == 1:
            self.written.add(silent, OutcomeStatus.REFUSED, _NO_RESULT)
        elif len(silent) < len(operations):
            self.send(silent)
        else:
            self._halve(silent)


def _is_about(error: BatchError, operation: Operation) -> bool:
    """Whether the error's context names the input, by trace id, unique value or record id.

    Only the trace id is documented, and for creates alone; the others are taken where they come.
    """
    named = {
        str(value)
        for values in error.context.values()
        for value in (values if isinstance(values, list) else [values])
    }
    return operation.key in named or (operation.id != "" and operation.id in named)


def _is_named(operation: Operation, fault: Fault) -> bool:
    """Whether a property that the account does not have is the reason, and this one sends it."""
    return fault.category is Category.CONFIGURATION and fault.field in operation.fields
