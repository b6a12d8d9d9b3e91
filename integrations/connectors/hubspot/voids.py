"""Taking a document back: voided where it counts, archived while it is a draft, never deleted.

HubSpot's invoices guide: only drafts can be deleted. Its commerce payments guide: a payment that
HubSpot or Stripe took cannot be changed; others become refunded in full.
"""

from collections.abc import Mapping, Sequence

from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.documents import (
    AMOUNT,
    DRAFT,
    PAYMENT_STATUS,
    PROCESSED,
    PROCESSOR,
    REFUNDED,
    REFUNDS,
    STATUS,
    VOIDED,
    is_refunded,
)
from integrations.connectors.hubspot.drafts import GONE
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.objects import INVOICE, PAYMENT
from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.values import number_or_none
from integrations.connectors.hubspot.writes import Writer, Written
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Operation,
    OperationKind,
    OutcomeStatus,
    Values,
)

PROCESSED_ELSEWHERE = Fault(
    Category.STATE_LOCKED,
    "PROCESSED_BY_HUBSPOT",
    "HubSpot or Stripe took this payment; it can be changed or refunded only there.",
    field=PROCESSOR,
)
_NO_VOID = Fault(Category.STATE_LOCKED, "CANNOT_VOID", "HubSpot knows no way to void this.")


class Voids:
    """Carries out the archiving of documents."""

    def __init__(self, client: Client, kind: Kind, writer: Writer) -> None:
        self._client = client
        self._kind = kind
        self._writer = writer

    def carry_out(self, operations: Sequence[Operation]) -> Written:
        written = Written()
        held = self._held(operations)
        archived: list[Operation] = []
        voided: list[Operation] = []
        for operation in operations:
            present = held.get(operation.id)
            if present is None:
                written.refuse(operation, GONE)
            elif present.archived or _is_void(self._kind, present):
                written.payloads[operation.key] = present
            elif self._kind is INVOICE and present.properties.get(STATUS) in (DRAFT, None):
                archived.append(operation)
            elif fault := _refusal(self._kind, present):
                written.refuse(operation, fault)
            else:
                fields = _voiding(self._kind, present)
                voided.append(
                    Operation(operation.key, OperationKind.UPDATE, operation.id, fields=fields)
                )
        self._send([archived, voided], written)
        return written

    def _held(self, operations: Sequence[Operation]) -> Mapping[str, Payload]:
        ids = [operation.id for operation in operations]
        properties = [*self._kind.state, PROCESSOR] if self._kind is PAYMENT else self._kind.state
        payloads = self._client.batch_read(self._kind, ids, properties)
        missing = sorted(set(ids) - {payload.id for payload in payloads})
        if missing:
            payloads += self._client.batch_read(self._kind, missing, properties, archived=True)
        return {payload.id: payload for payload in payloads}

    def _send(self, groups: Sequence[Sequence[Operation]], written: Written) -> None:
        """Group by group; what is unsent when the connection breaks was certainly not done."""
        is_touched = False
        for operations in groups:
            if not operations:
                continue
            try:
                done = self._writer.carry_out(operations)
            except ConnectorError as error:
                if not is_touched:
                    raise
                written.add(operations, OutcomeStatus.NOT_SENT, error.fault)
                continue
            is_touched = True
            written.payloads |= done.payloads
            written.outcomes |= done.outcomes


def _is_void(kind: Kind, present: Payload) -> bool:
    if kind is PAYMENT:
        return is_refunded(present.properties)
    return present.properties.get(STATUS) == VOIDED


def _refusal(kind: Kind, present: Payload) -> Fault | None:
    if kind is INVOICE:
        return None
    if kind is not PAYMENT:
        return _NO_VOID
    return PROCESSED_ELSEWHERE if present.properties.get(PROCESSOR) in PROCESSED else None


def _voiding(kind: Kind, present: Payload) -> Values:
    if kind is INVOICE:
        return {STATUS: VOIDED}
    paid = number_or_none(present.properties.get(AMOUNT))
    return {PAYMENT_STATUS: REFUNDED, REFUNDS: paid}
