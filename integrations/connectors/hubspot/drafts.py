"""Documents on their way: what goes with the record itself, and what is put beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from integrations.connectors.hubspot.documents import (
    AMOUNT,
    BESIDE,
    BILLABLE,
    CUSTOMER,
    DRAFT,
    LINES,
    PAYMENT_STATUS,
    RECEIVED,
    STATUS,
    SUCCEEDED,
)
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.objects import INVOICE, PAYMENT
from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.writes import Unsendable, Written, bad_property
from integrations.contract import (
    Category,
    Fault,
    Line,
    Operation,
    OperationKind,
    Outcome,
    Value,
    Values,
)

GONE = Fault(Category.GONE, "OBJECT_NOT_FOUND", "It is not in HubSpot any more.")
PAYABLE = Fault(
    Category.STATE_LOCKED,
    "BILLABLE",
    "HubSpot would let this invoice be paid through HubSpot; invoices from elsewhere never are.",
    field=BILLABLE,
)


@dataclass(slots=True)
class Draft:
    """One operation on a document. `operation` has only the record's own properties left."""

    operation: Operation
    beside: Values
    # Set last, once everything is in its place.
    status: str = ""
    # The record as HubSpot holds it, once it is known.
    held: Payload | None = None
    # The primary company of the contact.
    company: str = ""
    line_ids: list[str] = field(default_factory=list)
    removed_line_ids: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.operation.key

    @property
    def is_new(self) -> bool:
        return self.operation.kind is OperationKind.CREATE

    @property
    def id(self) -> str:
        return self.held.id if self.held else self.operation.id

    @property
    def lines(self) -> tuple[Line, ...]:
        value = self.beside.get(LINES)
        found = value if isinstance(value, tuple) else ()
        return tuple(line for line in found if isinstance(line, Line))

    @property
    def contact(self) -> str:
        return str(self.beside.get(CUSTOMER) or "")


@dataclass(slots=True)
class Drafts:
    """The documents of one batch; those with an outcome are done with."""

    every: list[Draft]
    written: Written
    # Whether a document of HubSpot's may have changed by now.
    is_touched: bool = False

    @property
    def open(self) -> list[Draft]:
        return [draft for draft in self.every if draft.key not in self.written.outcomes]

    def having(self, name: str) -> list[Draft]:
        return [draft for draft in self.open if name in draft.beside]

    def refuse(self, draft: Draft, fault: Fault) -> None:
        self.written.refuse(draft.operation, fault)

    def take(self, outcomes: Mapping[str, Outcome]) -> None:
        self.written.outcomes.update(outcomes)


def drafts_of(kind: Kind, operations: Iterable[Operation]) -> Drafts:
    drafts = Drafts([], Written())
    for operation in operations:
        try:
            drafts.every.append(_draft(kind, operation))
        except Unsendable as refused:
            drafts.written.refuse(operation, refused.fault)
    return drafts


def _draft(kind: Kind, operation: Operation) -> Draft:
    is_new = operation.kind is OperationKind.CREATE
    beside: dict[str, Value] = {}
    own = dict(operation.fields)
    for known in BESIDE[kind.name]:
        if known.name not in own:
            continue
        if not (known.creatable if is_new else known.updatable):
            raise bad_property("READ_ONLY_VALUE", known.name, "cannot be written in HubSpot")
        beside[known.name] = own.pop(known.name)
    draft = Draft(operation, beside)
    if kind is PAYMENT and is_new:
        _prepare_payment(own, beside)
    if kind is INVOICE:
        _prepare_invoice(own, draft)
    draft.operation = replace(operation, fields=own)
    return draft


def _prepare_payment(own: dict[str, Value], beside: dict[str, Value]) -> None:
    """A payment without a status would be one that is still on its way."""
    if RECEIVED in beside:
        own.setdefault(AMOUNT, beside.pop(RECEIVED))
    own.setdefault(PAYMENT_STATUS, SUCCEEDED)


def _prepare_invoice(own: dict[str, Value], draft: Draft) -> None:
    """HubSpot opens an invoice that has a contact and lines: the status comes after them.

    An invoice that is billed elsewhere says so from the first moment on (HubSpot's invoices guide).
    """
    if draft.is_new:
        if own.get(BILLABLE):
            raise Unsendable(PAYABLE)
        own[BILLABLE] = False
    if draft.is_new or draft.beside:
        status = own.pop(STATUS, None)
        is_born_so = draft.is_new and status == DRAFT
        draft.status = "" if is_born_so else str(status or "")
