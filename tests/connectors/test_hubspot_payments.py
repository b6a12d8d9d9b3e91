"""Writing HubSpot's payments and notes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.contract import (
    Batch,
    Category,
    Line,
    Operation,
    Outcome,
    OutcomeStatus,
    RecordState,
    Value,
    Values,
)
from tests.connectors.hubspot_invoices import (
    ARCHIVE,
    PAID_WITH,
    STAND,
    create,
    customer,
    mirror,
    update,
    written,
)
from tests.connectors.hubspot_invoices import write as write_documents
from tests.connectors.rig import Rig

ON = datetime(2026, 11, 20, 9, tzinfo=UTC)
NOTE = ("hs_note_body", "hs_timestamp", "deal")


def write(rig: Rig, *operations: Operation, fields: Sequence[str] = PAID_WITH) -> list[Outcome]:
    return write_documents(rig, *operations, object_type="payment", fields=fields)


def money(received: str, *invoices: str, **more: Value) -> Values:
    usual: dict[str, Value] = {
        "hs_initiated_date": ON,
        "hs_currency_code": "EUR",
        "received": Decimal(received),
        "lines": tuple(Line(reference=each) for each in invoices),
    }
    return usual | more


def invoices(rig: Rig, number: int) -> list[str]:
    operations = [create(f"i{each}", mirror(STAND)) for each in range(number)]
    outcomes = write_documents(rig, *operations)
    return sorted((written(outcome).id for outcome in outcomes), key=int)


def fault_of(outcome: Outcome) -> tuple[Category, str, str]:
    assert outcome.fault is not None, outcome
    return outcome.fault.category, outcome.fault.code, outcome.fault.field


def test_a_payment_is_made_for_several_invoices(hubspot: Rig) -> None:
    person, company = customer(hubspot)
    ids = invoices(hubspot, 3)

    (outcome,) = write(hubspot, create("p", money("162.00", *ids, contact=person)))

    record = written(outcome)
    assert record.fields["lines"] == tuple(Line(reference=each) for each in ids)
    assert record.fields["received"] == Decimal(162)
    assert record.fields["contact"] == person
    held = hubspot.sandbox.hubspot.get("commerce_payments", record.id)
    # It came in: without a status it would be on its way for ever.
    assert held["hs_latest_status"] == "succeeded"
    desk = hubspot.sandbox.hubspot
    assert desk.associated("commerce_payments", record.id, "companies") == [company]


def test_a_payment_without_an_invoice_is_one_too(hubspot: Rig) -> None:
    record = written(write(hubspot, create("p", money("10")))[0])

    assert record.fields["lines"] is None


def test_a_payment_keeps_the_status_that_was_asked_for(hubspot: Rig) -> None:
    values = money("10", hs_latest_status="processing")

    (outcome,) = write(hubspot, create("p", values), fields=("hs_latest_status",))

    assert written(outcome).fields["hs_latest_status"] == "processing"


def test_a_payment_of_an_unknown_invoice_is_not_made(hubspot: Rig) -> None:
    (id_,) = invoices(hubspot, 1)

    bad, good = write(
        hubspot,
        create("bad", money("10", id_, "999999999")),
        create("good", money("10", id_)),
    )

    assert fault_of(bad) == (Category.PARENT_MISSING, "INVOICE_NOT_FOUND", "lines")
    written(good)
    assert len(hubspot.sandbox.hubspot.payments) == 1


def test_a_payment_moves_to_other_invoices(hubspot: Rig) -> None:
    first, second, third = invoices(hubspot, 3)
    record = written(write(hubspot, create("p", money("10", first, second)))[0])
    wanted = tuple(Line(reference=each) for each in (second, third))

    changed = written(write(hubspot, update(record.id, {"lines": wanted}))[0])

    assert changed.fields["lines"] == wanted
    assert changed.fields["received"] == Decimal(10)


def test_a_payment_in_another_currency_than_its_invoice_is_told(hubspot: Rig) -> None:
    (id_,) = invoices(hubspot, 1)

    (outcome,) = write(hubspot, create("p", money("10", id_, hs_currency_code="USD")))

    assert fault_of(outcome)[0] is Category.CURRENCY


def test_what_was_received_cannot_be_changed_afterwards(hubspot: Rig) -> None:
    record = written(write(hubspot, create("p", money("10")))[0])

    (outcome,) = write(hubspot, update(record.id, {"received": Decimal(9)}))

    assert fault_of(outcome) == (Category.CONFIGURATION, "READ_ONLY_VALUE", "received")


def test_archiving_a_payment_pays_it_back(hubspot: Rig) -> None:
    (id_,) = invoices(hubspot, 1)
    record = written(write(hubspot, create("p", money("10", id_)))[0])
    operation = replace(update(record.id, {}), kind=ARCHIVE)

    once, again = (written(write(hubspot, operation)[0]) for _ in range(2))

    assert once.state is again.state is RecordState.VOIDED
    assert once.fields["received"] == Decimal(0)
    held = hubspot.sandbox.hubspot.get("commerce_payments", record.id)
    assert (held["hs_latest_status"], held["hs_refunds_amount"]) == ("refunded", "10")


@pytest.mark.parametrize("processor", ["hs_payments", "byo_stripe"])
def test_a_payment_that_hubspot_or_stripe_took_is_locked(hubspot: Rig, processor: str) -> None:
    taken = hubspot.sandbox.hubspot.add_payment(hs_initial_amount="10", hs_processor_type=processor)
    own = written(write(hubspot, create("p", money("10")))[0])
    archive = [replace(update(one, {}), kind=ARCHIVE) for one in (taken, own.id)]

    voided = write(hubspot, *archive)
    (changed,) = write(hubspot, update(taken, {"hs_reference_number": "R"}))

    locked = (Category.STATE_LOCKED, "PROCESSED_BY_HUBSPOT", "hs_processor_type")
    assert fault_of(voided[0]) == fault_of(changed) == locked
    assert written(voided[1]).state is RecordState.VOIDED


def test_a_note_is_put_on_the_deal_once(hubspot: Rig) -> None:
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair")
    values: Values = {"hs_note_body": "Paid <b>10.00</b>", "hs_timestamp": ON, "deal": deal}
    batch = Batch("b", (create("n", values),))

    once = hubspot.connector.write("note", batch, NOTE)
    twice = hubspot.connector.write("note", batch, NOTE)

    assert written(once[0]).id == written(twice[0]).id
    assert dict(written(once[0]).fields) == values
    (note,) = hubspot.sandbox.hubspot.all("notes")
    assert hubspot.sandbox.hubspot.associated("deals", deal, "notes") == [note]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["notes/batch/upsert", "notes/deals/batch/associate"])
def test_a_note_ends_as_one_whichever_call_is_lost(hubspot: Rig, kind: str, path: str) -> None:
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair")
    batch = Batch("b", (create("n", {"hs_timestamp": ON, "deal": deal}),))
    hubspot.connector.prepare("note")
    hubspot.fault(kind, method="POST", path=path)

    (outcome,) = hubspot.connector.write("note", batch, NOTE)
    if outcome.status is OutcomeStatus.UNKNOWN:
        (outcome,) = hubspot.connector.resolve("note", batch, NOTE)
    if outcome.status is OutcomeStatus.NOT_SENT:
        (outcome,) = hubspot.connector.write("note", batch, NOTE)

    assert written(outcome).fields["deal"] == deal
    assert len(hubspot.sandbox.hubspot.all("notes")) == 1


def test_a_note_for_an_unknown_deal_is_not_made(hubspot: Rig) -> None:
    batch = Batch("b", (create("n", {"hs_timestamp": ON, "deal": "999999999"}),))

    (outcome,) = hubspot.connector.write("note", batch, NOTE)

    assert fault_of(outcome) == (Category.PARENT_MISSING, "DEAL_NOT_FOUND", "deal")
    assert hubspot.sandbox.hubspot.all("notes") == {}
