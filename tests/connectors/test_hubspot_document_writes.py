"""Writing HubSpot's invoices: their lines, their customer, and never one that can be paid."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.contract import Batch, Category, Line, OutcomeStatus, RecordState
from tests.connectors.hubspot_invoices import (
    ARCHIVE,
    FIELDS,
    STAND,
    WIRE,
    create,
    customer,
    lines_of,
    mirror,
    read_one,
    row,
    update,
    write,
    written,
)
from tests.connectors.rig import Rig

REFUSED = OutcomeStatus.REFUSED


def fault_of(outcome: object) -> tuple[Category, str, str]:
    fault = getattr(outcome, "fault", None)
    assert fault is not None, outcome
    return fault.category, fault.code, fault.field


def test_a_mirror_is_made_with_its_lines_and_customer(hubspot: Rig) -> None:
    person, company = customer(hubspot)
    product = hubspot.sandbox.hubspot.add_product(name="Stand", price="99", description="Old")
    rate = hubspot.sandbox.hubspot.add_tax_rate("VAT", 21)
    lines = (replace(STAND, reference=product, tax=rate), WIRE, Line(name="A word"))

    record = written(write(hubspot, create("k", mirror(*lines, contact=person)))[0])

    assert lines_of(record) == lines
    assert record.fields["contact"] == person
    assert record == read_one(hubspot, record.id)
    desk = hubspot.sandbox.hubspot
    assert desk.associated("invoices", record.id, "companies") == [company]
    assert desk.get("invoices", record.id)["hs_invoice_billable"] == "false"
    assert len(desk.line_items) == 3


def test_a_contact_without_a_company_brings_none(hubspot: Rig) -> None:
    person, _ = customer(hubspot, with_company=False)

    record = written(write(hubspot, create("k", mirror(STAND, contact=person)))[0])

    assert hubspot.sandbox.hubspot.associated("invoices", record.id, "companies") == []


@pytest.mark.parametrize("status", ["draft", "open", "paid", "voided"])
def test_a_mirror_is_never_billable_whatever_its_status(hubspot: Rig, status: str) -> None:
    person, _ = customer(hubspot)
    values = mirror(STAND, contact=person, hs_invoice_status=status, hs_invoice_billable=False)

    record = written(write(hubspot, create("k", values))[0])

    held = hubspot.sandbox.hubspot.get("invoices", record.id)
    assert (held["hs_invoice_billable"], held["hs_invoice_status"]) == ("false", status)
    assert held.get("hs_invoice_link", "") == ""
    assert held["hs_number"] == "1042"


def test_a_mirror_is_not_billable_from_its_first_moment(hubspot: Rig) -> None:
    """The very call that makes it says so: nobody sees it payable in between."""
    person, _ = customer(hubspot)
    hubspot.fault("drop_before", method="POST", path="associations")
    hubspot.fault("status", status=403, method="POST", path="associations", times=50)

    write(hubspot, create("k", mirror(STAND, contact=person, hs_invoice_status="open")))

    (held,) = hubspot.sandbox.hubspot.invoices.values()
    assert (held["hs_invoice_billable"], held["hs_invoice_status"]) == ("false", "draft")


def test_a_billable_invoice_is_not_made(hubspot: Rig) -> None:
    wanted = mirror(STAND, hs_invoice_billable=True)

    (outcome,) = write(hubspot, create("k", wanted))

    assert fault_of(outcome) == (Category.STATE_LOCKED, "BILLABLE", "hs_invoice_billable")
    assert hubspot.sandbox.hubspot.invoices == {}
    assert hubspot.sandbox.hubspot.line_items == {}


def test_a_draft_that_hubspot_bills_is_not_opened(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    id_ = hubspot.sandbox.hubspot.add_invoice(contact=person, lines=[row()])

    (alone,) = write(hubspot, update(id_, {"hs_invoice_status": "open"}))
    (with_lines,) = write(hubspot, update(id_, {"hs_invoice_status": "open", "lines": (STAND,)}))
    (billable,) = write(hubspot, update(id_, {"hs_invoice_billable": True}))

    assert fault_of(alone)[:2] == fault_of(with_lines)[:2] == (Category.STATE_LOCKED, "BILLABLE")
    assert fault_of(billable)[:2] == (Category.CONFIGURATION, "READ_ONLY_VALUE")
    held = hubspot.sandbox.hubspot.get("invoices", id_)
    assert (held["hs_invoice_status"], held["hs_invoice_billable"]) == ("draft", "true")


def test_an_invoice_gets_exactly_the_lines_of_an_update(hubspot: Rig) -> None:
    record = written(write(hubspot, create("k", mirror(STAND, WIRE)))[0])
    stand, wire = lines_of(record)
    new = Line(name="Help", quantity=Decimal(1), unit_price=Decimal(80), amount=Decimal(80))
    dearer = replace(wire, unit_price=Decimal(2), discount=None, amount=Decimal(25))

    changed = written(write(hubspot, update(record.id, {"lines": (new, dearer)}))[0])

    assert lines_of(changed) == (new, dearer)
    assert lines_of(changed)[1].id == wire.id
    assert set(hubspot.sandbox.hubspot.line_items) == {line.id for line in lines_of(changed)}
    assert stand.id not in hubspot.sandbox.hubspot.line_items


def test_lines_that_stay_as_they_are_are_not_touched(hubspot: Rig) -> None:
    record = written(write(hubspot, create("k", mirror(STAND, WIRE)))[0])
    stand, wire = lines_of(record)
    desk = hubspot.sandbox.hubspot
    before = {id_: desk.get("line_items", id_)["hs_lastmodifieddate"] for id_ in desk.line_items}
    hubspot.clock.advance(60)

    written(write(hubspot, update(record.id, {"lines": (stand, replace(wire, name="New"))}))[0])

    assert desk.get("line_items", stand.id)["hs_lastmodifieddate"] == before[stand.id]
    assert desk.get("line_items", wire.id)["hs_lastmodifieddate"] > before[wire.id]


def test_an_update_made_twice_makes_its_lines_once(hubspot: Rig) -> None:
    record = written(write(hubspot, create("k", mirror(STAND)))[0])
    operation = update(record.id, {"lines": (*lines_of(record), WIRE)}, record.version)

    once = written(write(hubspot, operation)[0])
    twice = written(write(hubspot, operation)[0])

    assert [line.id for line in lines_of(once)] == [line.id for line in lines_of(twice)]
    assert len(hubspot.sandbox.hubspot.line_items) == 2


def test_all_lines_can_be_taken_off(hubspot: Rig) -> None:
    record = written(write(hubspot, create("k", mirror(STAND, WIRE)))[0])

    emptied = written(write(hubspot, update(record.id, {"lines": None}))[0])

    assert emptied.fields["lines"] is None
    assert hubspot.sandbox.hubspot.line_items == {}


def test_another_customer_takes_the_place_of_the_first(hubspot: Rig) -> None:
    first, _ = customer(hubspot)
    second = hubspot.sandbox.hubspot.add_contact(email="bob@example.org")
    record = written(write(hubspot, create("k", mirror(STAND, contact=first)))[0])

    changed = written(write(hubspot, update(record.id, {"contact": second}))[0])

    desk = hubspot.sandbox.hubspot
    assert changed.fields["contact"] == second
    assert desk.associated("invoices", record.id, "contacts") == [second]
    assert desk.associated("invoices", record.id, "companies") == []


def test_the_same_customer_again_changes_nothing(hubspot: Rig) -> None:
    person, company = customer(hubspot)
    other = hubspot.sandbox.hubspot.add_company(name="By hand")
    record = written(write(hubspot, create("k", mirror(STAND, contact=person)))[0])
    hubspot.sandbox.hubspot.associate("invoices", record.id, "companies", other)

    written(write(hubspot, update(record.id, {"contact": person}))[0])

    held = hubspot.sandbox.hubspot.associated("invoices", record.id, "companies")
    assert sorted(held) == sorted([company, other])


def test_an_unknown_customer_leaves_nothing_behind(hubspot: Rig) -> None:
    good = create("good", mirror(STAND))
    bad = create("bad", mirror(WIRE, contact="999999999"))

    outcomes = write(hubspot, good, bad)

    written(outcomes[0])
    assert fault_of(outcomes[1]) == (Category.PARENT_MISSING, "CONTACT_NOT_FOUND", "contact")
    assert len(hubspot.sandbox.hubspot.invoices) == 1
    assert len(hubspot.sandbox.hubspot.line_items) == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (replace(STAND, tax="424242"), (Category.TAX, "INVALID_OPTION", "lines")),
        (replace(STAND, reference="424242"), (Category.FIELD_INVALID, "INVALID_VALUE", "lines")),
        (replace(STAND, amount=Decimal(80)), (Category.FIELD_INVALID, "INVALID_LINE", "lines")),
        (replace(STAND, unit_price=Decimal(-1), amount=Decimal(-2)),
         (Category.FIELD_INVALID, "INVALID_LINE", "lines")),
    ],
)  # fmt: skip
def test_a_line_that_is_refused_leaves_no_invoice(
    hubspot: Rig, line: Line, expected: tuple[Category, str, str]
) -> None:
    outcomes = write(hubspot, create("bad", mirror(WIRE, line)), create("good", mirror(STAND)))

    assert fault_of(outcomes[0]) == expected
    good = written(outcomes[1])
    assert lines_of(good) == (STAND,)
    assert list(hubspot.sandbox.hubspot.invoices) == [good.id]


def test_a_create_that_was_refused_is_made_once_it_was_corrected(hubspot: Rig) -> None:
    (refused,) = write(hubspot, create("k", mirror(STAND, WIRE, replace(STAND, tax="424242"))))
    assert refused.status is REFUSED

    record = written(write(hubspot, create("k", mirror(WIRE, STAND)))[0])

    assert lines_of(record) == (WIRE, STAND)


def test_a_currency_that_the_account_does_not_use_is_told(hubspot: Rig) -> None:
    (outcome,) = write(hubspot, create("k", {"hs_currency": "JPY"}))

    assert fault_of(outcome)[0] is Category.CURRENCY
    assert fault_of(outcome)[2] == "hs_currency"


def test_an_invoice_of_another_app_is_locked(hubspot: Rig) -> None:
    record = written(write(hubspot, create("k", mirror(STAND)))[0])
    hubspot.sandbox.hubspot.lock_invoice(record.id)

    (outcome,) = write(hubspot, update(record.id, {"hs_number": "1043"}))

    assert fault_of(outcome)[0] is Category.STATE_LOCKED


def test_the_lines_of_an_open_invoice_of_hubspots_are_locked(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    id_ = hubspot.sandbox.hubspot.add_invoice(contact=person, lines=[row()], status="open")
    (line,) = lines_of(read_one(hubspot, id_))

    (changed,) = write(hubspot, update(id_, {"lines": (replace(line, name="New"),)}))
    (added,) = write(hubspot, update(id_, {"lines": (line, STAND)}))

    assert fault_of(changed)[::2] == fault_of(added)[::2] == (Category.STATE_LOCKED, "lines")
    assert lines_of(read_one(hubspot, id_)) == (line,)


def test_an_update_of_an_invoice_that_is_gone_makes_no_lines(hubspot: Rig) -> None:
    record = written(write(hubspot, create("k", mirror(STAND)))[0])

    gone, changed = write(
        hubspot,
        update("999999999", {"lines": (WIRE,)}),
        update(record.id, {"lines": (*lines_of(record), WIRE)}),
    )

    assert fault_of(gone)[0] is Category.GONE
    assert len(lines_of(written(changed))) == 2
    assert len(hubspot.sandbox.hubspot.line_items) == 2


@pytest.mark.parametrize("status", ["open", "paid"])
def test_archiving_an_invoice_voids_it(hubspot: Rig, status: str) -> None:
    values = mirror(STAND, hs_invoice_status=status)
    record = written(write(hubspot, create("k", values))[0])
    operation = replace(update(record.id, {}), kind=ARCHIVE)

    once, again = (written(write(hubspot, operation)[0]) for _ in range(2))

    assert once.state is again.state is RecordState.VOIDED
    assert once.fields["hs_invoice_status"] == "voided"
    assert lines_of(again) == (STAND,)


def test_archiving_a_draft_deletes_it_and_stops_no_other(hubspot: Rig) -> None:
    draft, opened = (
        written(write(hubspot, create(status, mirror(STAND, hs_invoice_status=status)))[0])
        for status in ("draft", "open")
    )
    operations = [replace(update(one, {}), kind=ARCHIVE) for one in (draft.id, "99", opened.id)]

    first, gone, last = write(hubspot, *operations)

    assert written(first).state is RecordState.ARCHIVED
    assert fault_of(gone)[0] is Category.GONE
    assert written(last).state is RecordState.VOIDED


def test_an_invoice_that_hubspot_does_not_let_be_voided_is_locked(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    id_ = hubspot.sandbox.hubspot.add_invoice(contact=person, lines=[row()], status="paid")

    (outcome,) = write(hubspot, replace(update(id_, {}), kind=ARCHIVE))

    assert fault_of(outcome)[0] is Category.STATE_LOCKED


def test_a_hundred_invoices_are_made_with_few_calls(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    values = mirror(*[STAND] * 5, contact=person, hs_invoice_status="open")
    write(hubspot, create("first", values))
    before = hubspot.calls

    outcomes = write(hubspot, *(create(f"k{number}", values) for number in range(100)))

    records = [written(outcome) for outcome in outcomes]
    assert all(len(lines_of(record)) == 5 for record in records)
    # Contacts, 500 lines, invoices, three associations, the status, and reading back: the
    # invoices, three associations, 500 lines.
    assert hubspot.calls - before <= 1 + 5 + 1 + 3 + 1 + 1 + 3 + 5


def test_resolving_finds_nothing_of_a_create_that_never_arrived(hubspot: Rig) -> None:
    batch = Batch("b", (create("k", mirror(STAND)),))

    (outcome,) = hubspot.connector.resolve("invoice", batch, FIELDS)

    assert outcome.status is OutcomeStatus.NOT_SENT
    assert hubspot.sandbox.hubspot.invoices == {}
