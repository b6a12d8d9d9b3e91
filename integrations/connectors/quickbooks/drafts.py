"""Operations as the items of a batch, or the outcome of one that is not sent at all."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integrations.connectors.quickbooks.bodies import create_payload, sparse_payload, whole_payload
from integrations.connectors.quickbooks.books import Books
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.payloads import Payload, Unwritable
from integrations.connectors.quickbooks.records import Decode
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


class Drafter:
    """Drafts operations on one object type; `books` has the company's rules for documents."""

    def __init__(
        self, definition: Definition, decode: Decode, lookup: Lookup, books: Books | None
    ) -> None:
        self._definition = definition
        self._decode = decode
        self._lookup = lookup
        self._books = books

    def creates(self, operations: Mapping[str, Operation], *, checked: bool = True) -> Drafts:
        """A function of the operations and the company alone: a repeated create is the same.

        One that is sent again is not checked, since it may have been carried out before the
        company changed.
        """
        drafts = Drafts()
        for bid, operation in operations.items():
            self._draft(drafts, bid, operation, {}, checked=checked)
        return drafts

    def updates(self, operations: Mapping[str, Operation]) -> Drafts:
        """Reads what has to be sent back whole; what was changed meanwhile is not sent."""
        drafts = Drafts()
        needed = [op.id for op in operations.values() if self._needs_current(op)]
        current = self._lookup.by_id(needed) if needed else {}
        for bid, operation in operations.items():
            row = current.get(operation.id)
            if row is None and self._needs_current(operation):
                fault = gone_fault(self._definition, operation.id)
                drafts.decided[bid] = refused(operation, fault)
            elif row is not None and operation.version not in ("", row.get("SyncToken")):
                stale = Outcome(operation.key, OutcomeStatus.STALE, self._decode(row))
                drafts.decided[bid] = stale
            else:
                self._draft(drafts, bid, operation, row)
        return drafts

    def _draft(
        self,
        drafts: Drafts,
        bid: str,
        operation: Operation,
        row: Payload | None,
        *,
        checked: bool = True,
    ) -> None:
        try:
            if checked and self._books is not None:
                self._books.check(operation, row or {})
            item = self._item(operation, row)
        except Unwritable as error:
            drafts.decided[bid] = refused(operation, error.fault)
        else:
            drafts.items[bid] = {"bId": bid} | item

    def _item(self, operation: Operation, row: Payload | None) -> Payload:
        definition = self._definition
        if operation.kind is OperationKind.CREATE:
            payload = create_payload(definition, operation.fields)
            return {"operation": "create", definition.entity: self._completed(payload, {})}
        # A decision that was based on no version is carried out on the one that is there.
        token = operation.version or (row or {}).get("SyncToken")
        version = {"Id": operation.id, "SyncToken": token}
        if definition.is_document and operation.kind is not OperationKind.UPDATE:
            return self._void(operation, version)
        payload = self._changes(_values(operation), row)
        return {"operation": "update", definition.entity: payload | version}

    def _changes(self, values: Values, row: Payload | None) -> Payload:
        if self._definition.sparse:
            payload = {"sparse": True} | sparse_payload(self._definition, values, row)
        else:
            payload = whole_payload(self._definition, values, row or {})
        return self._completed(payload, row or {})

    def _completed(self, payload: Payload, current: Payload) -> Payload:
        if self._books is None:
            return payload
        return self._books.completed(self._definition, payload, current)

    def _void(self, operation: Operation, version: Payload) -> Payload:
        """developer.intuit.com, "Batch": a void is an update with an option. Marked as partial,
        it would change nothing if the option went unread."""
        if operation.kind is OperationKind.RESTORE:
            kind = self._definition.type.label.lower()
            message = f"A voided {kind} cannot be brought back. Make a new one instead."
            raise Unwritable(Fault(Category.STATE_LOCKED, "no_unvoid", message))
        entity = version | {"sparse": True}
        return {"operation": "update", "optionsData": "void", self._definition.entity: entity}

    def _needs_current(self, operation: Operation) -> bool:
        """Whether the record must be read first: to send it whole, or a member of it whole."""
        if not self._definition.sparse or not operation.version:
            return True
        if self._definition.is_document and operation.kind is not OperationKind.UPDATE:
            return False
        members = {self._definition.spec(name).path[0] for name in _values(operation)}
        return not members.isdisjoint(self._definition.groups)


def _values(operation: Operation) -> Values:
    return _FLAGS.get(operation.kind, operation.fields)


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
