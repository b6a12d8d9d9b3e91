"""HubSpot's invoices and payments as they are read: lines, customer, deal, states."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from integrations.connectors.hubspot import feed
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.kinds import Kind
from integrations.contract import Choice, FieldType, Line, RecordState, RetryLater
from integrations.http import Response
from tests.connectors.hubspot_invoices import FIELDS, PAID_WITH, customer, lines_of, read_one, row
from tests.connectors.rig import Rig


def invoice(rig: Rig, *lines: Any, **more: Any) -> str:
    return rig.sandbox.hubspot.add_invoice(lines=lines or (row(),), **more)


def payment(rig: Rig, *invoices: str, **properties: Any) -> str:
    hubspot = rig.sandbox.hubspot
    usual = {"hs_initial_amount": "100", "hs_initiated_date": "2026-11-20T08:00:00Z"}
    id_ = hubspot.add("commerce_payments", **usual | properties)
    for each in invoices:
        hubspot.associate("commerce_payments", id_, "invoices", each)
    return id_


def test_an_invoice_is_read_with_its_lines_customer_and_deal(hubspot: Rig) -> None:
    person, company = customer(hubspot)
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair")
    product = hubspot.sandbox.hubspot.add_product(name="Stand", hs_sku="S-1", price="40")
    rate = hubspot.sandbox.hubspot.add_tax_rate("VAT", 21)
    id_ = invoice(
        hubspot,
        row(hs_product_id=product, hs_sku="S-1", quantity="3", price="40", discount="1.50"),
        row(name="Wire", price="10", quantity="2", hs_discount_percentage="25"),
        row(name="Help", price="80", description="By hand", hs_tax_rate_group_id=rate),
        contact=person,
        company=company,
        deal=deal,
    )

    record = read_one(hubspot, id_)

    assert record.fields["contact"] == person
    assert record.fields["deal"] == deal
    assert lines_of(record) == (
        Line(
            reference=product, sku="S-1", name="Stand", quantity=Decimal(3),
            unit_price=Decimal(40), discount=Decimal("4.50"), amount=Decimal("115.50"),
        ),
        Line(
            name="Wire", quantity=Decimal(2), unit_price=Decimal(10),
            discount=Decimal(5), amount=Decimal(15),
        ),
        Line(
            name="Help", description="By hand", quantity=Decimal(1), unit_price=Decimal(80),
            amount=Decimal(80), tax=rate,
        ),
    )  # fmt: skip
    assert [line.id for line in lines_of(record)] == sorted(
        hubspot.sandbox.hubspot.lines_of(id_), key=int
    )


def test_lines_stand_in_the_order_of_their_positions(hubspot: Rig) -> None:
    id_ = invoice(
        hubspot,
        row(name="Third"),
        row(name="Second", hs_position_on_quote="2"),
        row(name="First", hs_position_on_quote="1"),
    )

    names = [line.name for line in lines_of(read_one(hubspot, id_))]

    assert names == ["First", "Second", "Third"]


def test_an_invoice_alone_has_nothing_beside_it(hubspot: Rig) -> None:
    id_ = hubspot.sandbox.hubspot.add("invoices", hs_currency="EUR")

    record = read_one(hubspot, id_)

    assert {name: record.fields[name] for name in ("lines", "contact", "deal")} == {
        "lines": None, "contact": None, "deal": None,
    }  # fmt: skip
    assert record.title == f"Invoice {id_}"


def test_what_changes_the_whole_invoice_is_told_in_words(hubspot: Rig) -> None:
    parts = {
        "discounts": [{"hs_label": "Spring", "hs_type": "FIXED", "hs_value": "10.00"}],
        "fees": [{"hs_label": "Freight", "hs_type": "FIXED", "hs_value": "5"}],
        "taxes": [{"hs_label": "City", "hs_type": "PERCENT", "hs_value": "2"}],
    }
    with_parts = invoice(hubspot, row(price="100"), parts=parts)
    without = invoice(hubspot)

    records = hubspot.connector.read("invoice", [with_parts, without], ["order_adjustments"])

    assert {record.id: record.fields["order_adjustments"] for record in records} == {
        with_parts: "Discount: Spring -10.00; Fee: Freight 5; Tax: City 2%",
        without: None,
    }


def test_a_voided_invoice_is_void_and_a_deleted_draft_archived(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    voided = invoice(hubspot, contact=person, status="voided")
    opened = invoice(hubspot, contact=person, status="open")
    draft = invoice(hubspot)
    hubspot.sandbox.hubspot.delete("invoices", draft)

    records = hubspot.connector.read("invoice", [voided, opened, draft, "999999999"], FIELDS)

    assert {record.id: record.state for record in records} == {
        voided: RecordState.VOIDED,
        opened: RecordState.LIVE,
        draft: RecordState.ARCHIVED,
        "999999999": RecordState.GONE,
    }
    titles = {record.id: record.title for record in records}
    assert titles[opened].startswith("INV-")


def test_a_payment_is_read_with_all_its_invoices(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    second, first = (invoice(hubspot, contact=person, status="open") for _ in range(2))
    id_ = payment(hubspot, first, second, hs_refunds_amount="30")
    hubspot.sandbox.hubspot.associate("commerce_payments", id_, "contacts", person)

    (record,) = hubspot.connector.read("payment", [id_], PAID_WITH)

    ids = sorted((first, second), key=int)
    assert record.fields["lines"] == tuple(Line(reference=each) for each in ids)
    assert record.fields["contact"] == person
    assert record.fields["received"] == Decimal(70)
    assert record.title == "100 EUR 2026-11-20"
    assert record.state is RecordState.LIVE


@pytest.mark.parametrize(
    "given",
    [
        {"hs_latest_status": "refunded", "hs_refunds_amount": "100"},
        {"hs_latest_status": "refunded"},
        {"hs_latest_status": "succeeded", "hs_refunds_amount": "100"},
    ],
)
def test_a_payment_that_was_paid_back_is_void(hubspot: Rig, given: dict[str, str]) -> None:
    id_ = payment(hubspot, **given)

    (record,) = hubspot.connector.read("payment", [id_], ["received"])

    assert record.state is RecordState.VOIDED
    assert dict(record.fields) == {"received": Decimal(0)}


def test_the_feed_brings_lines_with_few_calls_for_many_invoices(hubspot: Rig) -> None:
    person, _ = customer(hubspot)
    ids = [invoice(hubspot, *(row() for _ in range(5)), contact=person) for _ in range(250)]
    hubspot.advance()
    hubspot.connector.fields("invoice")
    before = Counter(hubspot.sandbox.hubspot.meter.calls)

    records, _ = hubspot.read_all("invoice", FIELDS)

    calls = Counter(hubspot.sandbox.hubspot.meter.calls) - before
    assert {record.id for record in records} == set(ids)
    assert all(len(lines_of(record)) == 5 for record in records)
    by_kind = Counter(
        "associations" if "/associations/" in name else name.split()[0] for name in calls.elements()
    )
    # Lines, contact and deal once for all; 1,250 line items a hundred at a time.
    assert by_kind["associations"] == 3
    assert calls.total() <= 3 + 3 + 13 + 5


def test_a_changed_line_shows_its_invoice_although_that_is_as_old_as_before(hubspot: Rig) -> None:
    ids = [invoice(hubspot, hs_invoice_billable="false") for _ in range(3)]
    hubspot.advance()
    _, cursor = hubspot.read_all("invoice", FIELDS)
    hubspot.advance()
    (line,) = hubspot.sandbox.hubspot.lines_of(ids[1])
    hubspot.sandbox.hubspot.update("line_items", line, description="By hand")
    hubspot.advance(timedelta(minutes=20))

    records, cursor = hubspot.read_all("invoice", FIELDS, cursor)

    assert [record.id for record in records] == [ids[1]]
    assert lines_of(records[0])[0].description == "By hand"
    hubspot.advance(timedelta(minutes=5))
    assert hubspot.read_all("invoice", FIELDS, cursor)[0] == []


def test_an_invoice_that_changed_with_its_lines_is_delivered_once(
    hubspot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGES_TOGETHER", 1)
    _, cursor = hubspot.read_all("invoice", FIELDS)
    hubspot.advance()
    ids = [invoice(hubspot, row(), row()) for _ in range(230)]
    hubspot.advance(timedelta(minutes=20))

    records, _ = hubspot.read_all("invoice", FIELDS, cursor)

    assert sorted(record.id for record in records) == sorted(ids)


def test_a_line_that_changes_while_the_round_is_read_is_not_lost(hubspot: Rig) -> None:
    (id_,) = [invoice(hubspot, hs_invoice_billable="false")]
    hubspot.advance()
    _, cursor = hubspot.read_all("invoice", FIELDS)
    hubspot.advance()
    hubspot.sandbox.hubspot.update("invoices", id_, hs_comments="Touched")
    hubspot.advance(timedelta(minutes=20))
    page = hubspot.connector.changes("invoice", cursor, FIELDS)
    assert [record.id for record in page.records] == [id_]
    assert page.more
    (line,) = hubspot.sandbox.hubspot.lines_of(id_)
    hubspot.clock.advance(1)
    hubspot.sandbox.hubspot.update("line_items", line, description="Meanwhile")
    hubspot.clock.advance(1)

    records, _ = hubspot.read_all("invoice", FIELDS, page.cursor)

    assert [lines_of(record)[0].description for record in records] == ["Meanwhile"]


def test_an_idle_round_asks_for_no_lines(hubspot: Rig) -> None:
    for _ in range(5):
        invoice(hubspot)
    hubspot.advance()
    _, cursor = hubspot.read_all("invoice", FIELDS)
    hubspot.advance()
    before = hubspot.calls

    hubspot.read_all("invoice", FIELDS, cursor)

    assert hubspot.calls - before <= 3


def test_a_hint_of_a_line_item_is_read_as_its_invoice(hubspot: Rig) -> None:
    id_ = invoice(hubspot)
    (line,) = hubspot.sandbox.hubspot.lines_of(id_)
    of_nothing = hubspot.sandbox.hubspot.add_line_item(name="Loose")

    records = hubspot.connector.read(
        "invoice", [f"line_item:{line}", f"line_item:{of_nothing}"], FIELDS
    )

    assert [record.id for record in records] == [id_]


def test_notes_are_never_read(hubspot: Rig) -> None:
    hubspot.sandbox.hubspot.add_note(hs_note_body="Hello")

    page = hubspot.connector.changes("note", "", ["hs_note_body"])

    assert (page.records, page.more) == ((), False)
    assert page.complete_until == hubspot.clock.now()


def test_documents_say_what_their_lines_refer_to(hubspot: Rig) -> None:
    invoices = {field.name: field for field in hubspot.connector.fields("invoice")}
    payments = {field.name: field for field in hubspot.connector.fields("payment")}

    assert (invoices["lines"].type, invoices["lines"].references) == (FieldType.LINES, "product")
    assert (payments["lines"].type, payments["lines"].references) == (FieldType.LINES, "invoice")
    assert invoices["contact"].references == payments["contact"].references == "contact"
    assert not invoices["deal"].creatable
    assert invoices["hs_amount_billed"].type is FieldType.MONEY
    assert payments["received"].creatable
    assert not payments["received"].updatable
    # Ours alone: a mapping could make an invoice payable.
    assert not invoices["hs_invoice_billable"].creatable
    assert not invoices["hs_invoice_billable"].updatable


def test_tax_rates_and_currencies_are_lists(hubspot: Rig) -> None:
    rate = hubspot.sandbox.hubspot.add_tax_rate("VAT", "21")
    old = hubspot.sandbox.hubspot.add_tax_rate("Old VAT", "19", active=False)
    hubspot.sandbox.hubspot.set_currencies("DKK", ("EUR", "JPY"))

    rates = {choice.value: choice for choice in hubspot.connector.choices("tax_rates")}

    assert (rates[rate].rate, rates[rate].active) == (Decimal(21), True)
    assert "VAT" in rates[rate].label
    assert not rates[old].active
    assert hubspot.connector.choices("currencies") == [
        Choice("DKK", "DKK"), Choice("EUR", "EUR"), Choice("JPY", "JPY"),
    ]  # fmt: skip


def test_invoices_are_found_by_number_unless_they_are_void(hubspot: Rig) -> None:
    ids = [
        invoice(hubspot, hs_number="A-1", status=status, hs_invoice_billable="false")
        for status in ("open", "voided")
    ]

    records = hubspot.connector.find("invoice", "hs_number", ["a-1"], FIELDS)

    assert [record.id for record in records] == ids[:1]
    assert len(lines_of(records[0])) == 1


def test_more_associations_than_a_page_are_followed(
    hubspot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch read's answer may be paged for each record; its next page is asked for."""
    id_ = invoice(hubspot, *(row(name=f"Line {number}") for number in range(3)))
    whole = Client.associations

    def paged(self: Client, kind: Kind, other: Kind, action: str, inputs: Any) -> Response:
        response = whole(self, kind, other, action, inputs)
        after = int(inputs[0].get("after", 0))
        body = response.json()
        for found in body["results"]:
            rest = found["to"][after:]
            found["to"] = rest[:1]
            if len(rest) > 1:
                found["paging"] = {"next": {"after": str(after + 1)}}
        return Response(response.status, response.headers, msgspec.json.encode(body))

    monkeypatch.setattr(Client, "associations", paged)

    names = [line.name for line in lines_of(read_one(hubspot, id_))]

    assert names == ["Line 0", "Line 1", "Line 2"]


def test_an_answer_that_leaves_associations_out_is_not_taken_for_none(
    hubspot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invoice without its lines would be worth nothing: better to come back."""
    id_ = invoice(hubspot)
    error = {"category": "INTERNAL_ERROR", "message": "Try again.", "context": {}}
    body = msgspec.json.encode({"results": [], "errors": [error]})
    monkeypatch.setattr(Client, "associations", lambda *_: Response(207, {}, body))

    with pytest.raises(RetryLater):
        read_one(hubspot, id_)
