"""Calls of a document lost in between: never two invoices, never one with other lines."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.contract import Batch, Line, NotAllowed, OutcomeStatus, RetryLater, Values
from tests.connectors.hubspot_invoices import (
    ARCHIVE,
    FIELDS,
    PAID_WITH,
    STAND,
    WIRE,
    create,
    customer,
    lines_of,
    mirror,
    read_one,
    until_written,
    update,
    write,
    written,
)
from tests.connectors.rig import Rig

# Every call of a create, in order.
STEPS = (
    "contacts/batch/read",
    "line_items/batch/upsert",
    "invoices/batch/upsert",
    "invoices/contacts/batch/associate",
    "invoices/companies/batch/associate",
    "invoices/line_items/batch/associate",
    "invoices/batch/update",
    "invoices/batch/read",
    "invoices/line_items/batch/read",
    "line_items/batch/read",
)
KINDS = ("drop_before", "drop_after", "status 500", "status 429")


def plant(rig: Rig, kind: str, path: str, **more: object) -> None:
    name, _, status = kind.partition(" ")
    given = {"status": int(status), "retry_after": "700"} if status else {}
    rig.fault(name, method="POST", path=path, **given, **more)


def whole(rig: Rig) -> Values:
    person, _ = customer(rig)
    return mirror(STAND, WIRE, contact=person, hs_invoice_status="open")


def check_whole(rig: Rig, values: Values) -> None:
    """Exactly one invoice with exactly its lines, its customer and its status."""
    desk = rig.sandbox.hubspot
    ((id_, held),) = desk.invoices.items()
    assert (held["hs_invoice_billable"], held["hs_invoice_status"]) == ("false", "open")
    assert lines_of(read_one(rig, id_)) == values["lines"]
    assert len(desk.line_items) == 2
    assert desk.associated("invoices", id_, "contacts") == [values["contact"]]
    assert len(desk.associated("invoices", id_, "companies")) == 1


@pytest.mark.parametrize("path", STEPS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_create_ends_as_one_whole_invoice_whichever_call_is_lost(
    hubspot: Rig, kind: str, path: str
) -> None:
    values = whole(hubspot)
    hubspot.connector.prepare("invoice")
    plant(hubspot, kind, path)

    (record,) = until_written(hubspot, create("k", values))

    check_whole(hubspot, values)
    assert record == read_one(hubspot, record.id)
    assert [rule["hits"] for rule in hubspot.sandbox.faults.as_list()] == [1]


@pytest.mark.parametrize("path", STEPS[1:8])
def test_a_worker_that_died_after_a_call_is_followed_by_one_that_completes(
    hubspot: Rig, path: str
) -> None:
    """From one call on nothing arrives any more; later another worker resolves what was sent."""
    values = whole(hubspot)
    hubspot.connector.prepare("invoice")
    batch = Batch("b", (create("k", values),))
    rest = STEPS[STEPS.index(path) :]
    for each in rest:
        plant(hubspot, "status 429", each, times=500)
    try:
        outcomes = hubspot.connector.write("invoice", batch, FIELDS)
        assert {outcome.status for outcome in outcomes} == {OutcomeStatus.UNKNOWN}
    except RetryLater:
        assert hubspot.sandbox.hubspot.invoices == {}
    hubspot.sandbox.faults.clear()

    (resolved,) = hubspot.connector.resolve("invoice", batch, FIELDS)

    if resolved.status is OutcomeStatus.NOT_SENT:
        assert hubspot.sandbox.hubspot.invoices == {}
        resolved = hubspot.connector.write("invoice", batch, FIELDS)[0]
    written(resolved)
    check_whole(hubspot, values)


def test_nothing_is_said_to_be_done_before_there_is_an_invoice(hubspot: Rig) -> None:
    values = whole(hubspot)
    hubspot.connector.prepare("invoice")
    plant(hubspot, "status 429", "invoices/batch/upsert")

    with pytest.raises(RetryLater):
        write(hubspot, create("k", values))
    assert hubspot.sandbox.hubspot.invoices == {}


def test_lines_without_an_answer_are_no_invoice_yet(hubspot: Rig) -> None:
    values = whole(hubspot)
    hubspot.connector.prepare("invoice")
    plant(hubspot, "drop_after", "line_items/batch/upsert")

    (outcome,) = write(hubspot, create("k", values))

    assert outcome.status is OutcomeStatus.NOT_SENT
    assert hubspot.sandbox.hubspot.invoices == {}


def test_a_permission_that_is_missing_later_on_leaves_the_create_open(hubspot: Rig) -> None:
    values = whole(hubspot)
    hubspot.connector.prepare("invoice")
    plant(hubspot, "status 403", "invoices/contacts/batch/associate", times=2)
    batch = Batch("b", (create("k", values),))

    (outcome,) = hubspot.connector.write("invoice", batch, FIELDS)

    assert outcome.status is OutcomeStatus.UNKNOWN
    (held,) = hubspot.sandbox.hubspot.invoices.values()
    assert held["hs_invoice_status"] == "draft"
    with pytest.raises(NotAllowed):
        hubspot.connector.resolve("invoice", batch, FIELDS)
    written(hubspot.connector.resolve("invoice", batch, FIELDS)[0])
    check_whole(hubspot, values)


def test_resolving_a_whole_invoice_changes_nothing_of_what_people_did_since(hubspot: Rig) -> None:
    values = whole(hubspot)
    batch = Batch("b", (create("k", values),))
    written(hubspot.connector.write("invoice", batch, FIELDS)[0])
    (id_,) = hubspot.sandbox.hubspot.invoices
    hubspot.sandbox.hubspot.update("invoices", id_, hs_invoice_status="paid", hs_number="1043")
    first, second = hubspot.sandbox.hubspot.lines_of(id_)
    hubspot.sandbox.hubspot.update("line_items", first, name="By hand")
    hubspot.sandbox.hubspot.delete("line_items", second)

    record = written(hubspot.connector.resolve("invoice", batch, FIELDS)[0])

    assert (record.fields["hs_invoice_status"], record.fields["hs_number"]) == ("paid", "1043")
    assert [line.name for line in lines_of(record)] == ["By hand"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "path",
    [
        "invoices/batch/read",
        "invoices/line_items/batch/read",
        "line_items/batch/upsert",
        "line_items/batch/update",
        "line_items/batch/archive",
        "invoices/contacts/batch/read",
        "invoices/contacts/batch/archive",
        "invoices/line_items/batch/associate",
        "invoices/batch/update",
    ],
)
def test_an_update_ends_with_exactly_its_lines_whichever_call_is_lost(
    hubspot: Rig, kind: str, path: str
) -> None:
    first = hubspot.sandbox.hubspot.add_contact(email="first@example.org")
    second = hubspot.sandbox.hubspot.add_contact(email="second@example.org")
    record = written(write(hubspot, create("k", mirror(STAND, WIRE, contact=first)))[0])
    _, wire = lines_of(record)
    new = Line(name="Help", quantity=Decimal(1), unit_price=Decimal(80), amount=Decimal(80))
    wanted = (new, replace(wire, name="Thin wire"))
    plant(hubspot, kind, path)

    (changed,) = until_written(
        hubspot,
        update(record.id, {"lines": wanted, "contact": second, "hs_number": "1043"}),
    )

    assert lines_of(changed) == wanted
    assert lines_of(changed)[1].id == wire.id
    assert (changed.fields["contact"], changed.fields["hs_number"]) == (second, "1043")
    assert len(hubspot.sandbox.hubspot.line_items) == 2
    assert [rule["hits"] for rule in hubspot.sandbox.faults.as_list()] == [1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_void_is_a_void(hubspot: Rig, kind: str) -> None:
    record = written(write(hubspot, create("k", mirror(STAND, hs_invoice_status="open")))[0])
    plant(hubspot, kind, "invoices/batch/update")

    until_written(hubspot, replace(update(record.id, {}), kind=ARCHIVE))

    assert hubspot.sandbox.hubspot.get("invoices", record.id)["hs_invoice_status"] == "voided"


def test_invoices_are_made_once_although_a_third_of_the_calls_fail(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    hubspot.connector.prepare("invoice")
    hubspot.fault("status", status=503, rate=0.1)
    hubspot.fault("drop_before", rate=0.1)
    hubspot.fault("drop_after", rate=0.1)
    made: set[str] = set()

    for number in range(0, 30, 3):
        operations = [
            create(f"k{each}", mirror(STAND, WIRE, contact=person, hs_invoice_status="paid"))
            for each in range(number, number + 3)
        ]
        made |= {record.id for record in until_written(hubspot, *operations)}

    hubspot.sandbox.faults.clear()
    assert len(made) == len(hubspot.sandbox.hubspot.invoices) == 30
    assert len(hubspot.sandbox.hubspot.line_items) == 60
    for record in hubspot.connector.read("invoice", sorted(made), FIELDS):
        assert lines_of(record) == (STAND, WIRE)
        assert record.fields["contact"] == person
        assert record.fields["hs_invoice_status"] == "paid"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "path",
    [
        "commerce_payments/batch/upsert",
        "commerce_payments/contacts/batch/associate",
        "commerce_payments/invoices/batch/associate",
        "commerce_payments/batch/read",
    ],
)
def test_a_payment_ends_as_one_whichever_call_is_lost(hubspot: Rig, kind: str, path: str) -> None:
    person, _ = customer(hubspot)
    invoice = written(write(hubspot, create("i", mirror(STAND)))[0])
    hubspot.connector.prepare("payment")
    plant(hubspot, kind, path)
    values: Values = {
        "hs_initiated_date": hubspot.clock.now(),
        "hs_currency_code": "EUR",
        "received": Decimal("81.00"),
        "contact": person,
        "lines": (Line(reference=invoice.id, amount=Decimal("81.00")),),
    }

    (record,) = until_written(hubspot, create("p", values), object_type="payment", fields=PAID_WITH)

    assert record.fields["lines"] == (Line(reference=invoice.id),)
    assert (record.fields["contact"], record.fields["received"]) == (person, Decimal(81))
    assert len(hubspot.sandbox.hubspot.payments) == 1
