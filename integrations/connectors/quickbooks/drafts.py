"""Operations as the items of a batch, or the outcome of one that is not sent at all."""

import base64
import hashlib
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

# The longest that is allowed beside a request id.
BID_LENGTH = 10
_FLAGS: Mapping[OperationKind, Values] = {
    OperationKind.ARCHIVE: {"Active": False},
    OperationKind.RESTORE: {"Active": True},
}


@dataclass(slots=True)
class Drafts:
    """What is to be sent, by bId, and what is decided already."""

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
    for bid, operation in operations.items():
        try:
            payload = create_payload(definition, operation.fields)
        except Unwritable as error:
            drafts.decided[bid] = refused(operation, error.fault)
        else:
            drafts.items[bid] = _item(definition, bid, "create", payload)
    return drafts


def draft_updates(
    definition: Definition, decode: Decode, lookup: Lookup, operations: Mapping[str, Operation]
) -> Drafts:
    """Reads what has to be sent back whole; what was changed meanwhile is not sent."""
    drafts = Drafts()
    needed = [op.id for op in operations.values() if _needs_current(definition, op)]
    current = lookup.by_id(needed) if needed else {}
    for bid, operation in operations.items():
        row = current.get(operation.id)
        if row is None and _needs_current(definition, operation):
            fault = gone_fault(definition, operation.id)
            drafts.decided[bid] = refused(operation, fault)
        elif row is not None and operation.version not in ("", row.get("SyncToken")):
            stale = Outcome(operation.key, OutcomeStatus.STALE, decode(row))
            drafts.decided[bid] = stale
        else:
            _draft_update(definition, drafts, bid, operation, row)
    return drafts


def _draft_update(
    definition: Definition,
    drafts: Drafts,
    bid: str,
    operation: Operation,
    row: Payload | None,
) -> None:
    try:
        payload = _update_payload(definition, operation, row)
    except Unwritable as error:
        drafts.decided[bid] = refused(operation, error.fault)
    else:
        drafts.items[bid] = _item(definition, bid, "update", payload)


def _update_payload(definition: Definition, operation: Operation, row: Payload | None) -> Payload:
    values, current = _values(operation), row or {}
    # A decision that was based on no version is carried out on the one that is there.
    version = {"Id": operation.id, "SyncToken": operation.version or current.get("SyncToken")}
    if definition.sparse:
        return version | {"sparse": True} | sparse_payload(definition, values, row)
    return whole_payload(definition, values, current) | version


def _values(operation: Operation) -> Values:
    return _FLAGS.get(operation.kind, operation.fields)


def _needs_current(definition: Definition, operation: Operation) -> bool:
    """Whether the record must be read first: to send it whole, or a member of it whole."""
    if not definition.sparse or not operation.version:
        return True
    members = {definition.spec(name).path[0] for name in _values(operation)}
    return not members.isdisjoint(definition.groups)


def _item(definition: Definition, bid: str, operation: str, payload: Payload) -> Payload:
    return {"bId": bid, "operation": operation, definition.entity: payload}


def item_id(operation: Operation) -> str:
    """The item's bId, which names it together with the batch's request id.

    Made from the operation and not from its place: when only a part of a batch is still open and
    sent again, every item must keep its name, or it would get another item's answer.
    """
    digest = hashlib.sha256(operation.key.encode()).digest()
    return base64.b32encode(digest)[:BID_LENGTH].decode().lower()


def by_item_id(operations: Sequence[Operation]) -> dict[str, Operation]:
    """The operations by their bIds; raises ValueError when two have one key."""
    named = {item_id(operation): operation for operation in operations}
    if len(named) < len(operations):
        raise ValueError("The keys of a batch's operations must differ.")
    return named
