"""Operations as the items of a batch, or the outcome of one that is not sent at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.objects import Definition
from integrations.connectors.quickbooks.records import (
    Decode,
    Payload,
    Unwritable,
    create_payload,
    sparse_payload,
    whole_payload,
)
from integrations.contract import (
    Category,
    Fault,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Values,
)

_ARCHIVED: Values = {"Active": False}


@dataclass(slots=True)
class Drafts:
    """What is to be sent, by position, and what is decided already."""

    items: dict[str, Payload] = field(default_factory=dict)
    decided: dict[str, Outcome] = field(default_factory=dict)


def refused(operation: Operation, fault: Fault) -> Outcome:
    return Outcome(operation.key, OutcomeStatus.REFUSED, fault=fault)


def gone_fault(definition: Definition, record_id: str) -> Fault:
    message = f"The {definition.type.label.lower()} {record_id} is no longer in QuickBooks."
    return Fault(Category.GONE, "not_found", message)


def draft_creates(definition: Definition, operations: Mapping[str, Operation]) -> Drafts:
    """A function of the operations alone: a repeated create is the same to the letter."""
    drafts = Drafts()
    for position, operation in operations.items():
        try:
            payload = create_payload(definition, operation.fields)
        except Unwritable as error:
            drafts.decided[position] = refused(operation, error.fault)
        else:
            drafts.items[position] = _item(definition, position, "create", payload)
    return drafts


def draft_updates(
    definition: Definition, decode: Decode, lookup: Lookup, operations: Mapping[str, Operation]
) -> Drafts:
    """Reads what has to be sent back whole; what was changed meanwhile is not sent."""
    drafts = Drafts()
    needed = [op.id for op in operations.values() if _needs_current(definition, op)]
    current = lookup.by_id(needed) if needed else {}
    for position, operation in operations.items():
        row = current.get(operation.id)
        if row is None and _needs_current(definition, operation):
            fault = gone_fault(definition, operation.id)
            drafts.decided[position] = refused(operation, fault)
        elif row is not None and operation.version not in ("", row.get("SyncToken")):
            stale = Outcome(operation.key, OutcomeStatus.STALE, decode(row))
            drafts.decided[position] = stale
        else:
            _draft_update(definition, drafts, position, operation, row)
    return drafts


def _draft_update(
    definition: Definition,
    drafts: Drafts,
    position: str,
    operation: Operation,
    row: Payload | None,
) -> None:
    try:
        payload = _update_payload(definition, operation, row)
    except Unwritable as error:
        drafts.decided[position] = refused(operation, error.fault)
    else:
        drafts.items[position] = _item(definition, position, "update", payload)


def _update_payload(definition: Definition, operation: Operation, row: Payload | None) -> Payload:
    values, current = _values(operation), row or {}
    # A decision that was based on no version is carried out on the one that is there.
    version = {"Id": operation.id, "SyncToken": operation.version or current.get("SyncToken")}
    if definition.sparse:
        return version | {"sparse": True} | sparse_payload(definition, values, row)
    return whole_payload(definition, values, current) | version


def _values(operation: Operation) -> Values:
    return _ARCHIVED if operation.kind is OperationKind.ARCHIVE else operation.fields


def _needs_current(definition: Definition, operation: Operation) -> bool:
    """Whether the record must be read first: to send it whole, or a member of it whole."""
    if not definition.sparse or not operation.version:
        return True
    members = {definition.spec(name).path[0] for name in _values(operation)}
    return not members.isdisjoint(definition.groups)


def _item(definition: Definition, position: str, operation: str, payload: Payload) -> Payload:
    return {"bId": position, "operation": operation, definition.entity: payload}


def numbered(operations: Sequence[Operation]) -> dict[str, Operation]:
    """By position, which is the bId: it names an item together with the batch's request id."""
    return {str(position): operation for position, operation in enumerate(operations, start=1)}
