"""Invoices as tests make them: in HubSpot's screens, and as operations of the connector."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.contract import (
    Batch,
    Line,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Record,
    RetryLater,
    Value,
    Values,
)
from tests.connectors.rig import Rig

CREATE, UPDATE, ARCHIVE = OperationKind.CREATE, OperationKind.UPDATE, OperationKind.ARCHIVE
FIELDS = ("hs_currency", "hs_number", "hs_invoice_status", "lines", "contact", "deal")
PAID_WITH = ("hs_currency_code", "hs_initiated_date", "received", "lines", "contact", "deal")
STAND, WIRE = (
    Line(
        sku="STAND-1",
        name="Stand",
        description="Of oak",
        quantity=Decimal(2),
        unit_price=Decimal("40.50"),
        amount=Decimal("81.00"),
    ),
    Line(
        sku="WIRE-1",
        name="Wire",
        description="By the metre",
        quantity=Decimal("12.5"),
        unit_price=Decimal("1.20"),
        discount=Decimal("2.50"),
        amount=Decimal("12.50"),
    ),
)


def mirror(*lines: Line, **more: Value) -> Values:
    """What an invoice of the books becomes in HubSpot."""
    usual: dict[str, Value] = {"hs_currency": "EUR", "hs_number": "1042", "lines": lines}
    return usual | more


def create(key: str, values: Values) -> Operation:
    return Operation(key, CREATE, fields=values)


def update(id_: str, values: Values, version: str = "") -> Operation:
    return Operation(f"update-{id_}", UPDATE, id_, version, values)


def write(
    rig: Rig,
    *operations: Operation,
    object_type: str = "invoice",
    fields: Sequence[str] = FIELDS,
) -> list[Outcome]:
    return list(rig.connector.write(object_type, Batch("batch", operations), fields))


def written(outcome: Outcome) -> Record:
    assert outcome.status is OutcomeStatus.WRITTEN, outcome
    assert outcome.record is not None
    return outcome.record


def until_written(
    rig: Rig, *operations: Operation, object_type: str = "invoice", fields: Sequence[str] = FIELDS
) -> list[Record]:
    """Write and look up, as a worker does, until nothing of the batch is open."""
    batch = Batch("batch", operations)
    ask = rig.connector.write
    for _ in range(200):
        try:
            outcomes = ask(object_type, batch, fields)
        except RetryLater as later:
            rig.clock.advance(later.after)
            continue
        statuses = {outcome.status for outcome in outcomes}
        if statuses == {OutcomeStatus.WRITTEN}:
            return [written(outcome) for outcome in outcomes]
        assert OutcomeStatus.REFUSED not in statuses, outcomes
        is_open = OutcomeStatus.UNKNOWN in statuses
        ask = rig.connector.resolve if is_open else rig.connector.write
    raise AssertionError("The batch stays open for ever.")


def read_one(rig: Rig, id_: str, fields: Sequence[str] = FIELDS) -> Record:
    (record,) = rig.connector.read("invoice", [id_], fields)
    return record


def lines_of(record: Record) -> tuple[Line, ...]:
    lines = record.fields["lines"]
    assert isinstance(lines, tuple)
    return tuple(line for line in lines if isinstance(line, Line))


def customer(rig: Rig, *, with_company: bool = True) -> tuple[str, str]:
    """A contact and its primary company, "" without one."""
    person = rig.sandbox.hubspot.add_contact(email="ann@example.org", lastname="Ann")
    if not with_company:
        return person, ""
    company = rig.sandbox.hubspot.add_company(name="Acme")
    rig.sandbox.hubspot.link(person, company)
    return person, company


def row(**properties: Any) -> Mapping[str, Any]:
    """A line as a person puts it on an invoice."""
    return {"name": "Stand", "quantity": "1", "price": "10"} | properties
