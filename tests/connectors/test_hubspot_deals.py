"""HubSpot's deals as they are read: lines, company, contact, stage, and what changes them."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from integrations.connectors.hubspot import feed
from integrations.connectors.hubspot.client import Client
from integrations.contract import (
    Category,
    Choice,
    FieldType,
    Line,
    OperationKind,
    Record,
    RecordState,
    Values,
)
from integrations.http import Response
from integrations.sandbox.hubspot.bulk_deals import DealRow
from tests.connectors.rig import Rig

FIELDS = ("dealname", "amount", "line_items", "company", "contact", "pipeline_stage")
CHAIR = {"name": "Chair", "price": "40", "quantity": "2"}


def read_one(rig: Rig, deal: str, *fields: str) -> Record:
    (record,) = rig.connector.read("deal", [deal], fields or FIELDS)
    return record


def lines_of(record: Record) -> list[Line]:
    lines = record.fields["line_items"] or ()
    assert isinstance(lines, tuple)
    return [line for line in lines if isinstance(line, Line)]


def a_company(rig: Rig, name: str = "Acme") -> str:
    return rig.sandbox.hubspot.add_company(name=name)


def a_contact(rig: Rig, name: str = "ann") -> str:
    return rig.sandbox.hubspot.add_contact(email=f"{name}@example.org")


def test_a_deal_is_read_with_all_that_belongs_to_it(hubspot: Rig) -> None:
    sandbox = hubspot.sandbox.hubspot
    company, contact = a_company(hubspot), a_contact(hubspot)
    product = sandbox.add_product(name="Chair", hs_sku="CH-1", price="40")
    rate = sandbox.add_tax_rate("VAT", 21)
    deal = sandbox.add_deal(
        dealname="Fair",
        amount="115.50",
        company=company,
        contact=contact,
        dealstage="contractsent",
        lines=[
            {"hs_product_id": product, "quantity": "3", "discount": "1.50", "price": "40"},
            {"name": "Help", "price": "80", "hs_tax_rate_group_id": rate},
        ],
    )

    record = read_one(hubspot, deal)

    assert record.title == "Fair"
    assert dict(record.fields) == {
        "dealname": "Fair",
        "amount": Decimal("115.50"),
        "company": company,
        "contact": contact,
        "pipeline_stage": "default/contractsent",
        "line_items": (
            Line(
                reference=product, sku="CH-1", name="Chair", quantity=Decimal(3),
                unit_price=Decimal(40), discount=Decimal("4.50"), amount=Decimal("115.50"),
            ),
            Line(
                name="Help", quantity=Decimal(1), unit_price=Decimal(80), amount=Decimal(80),
                tax=rate,
            ),
        ),
    }  # fmt: skip
    assert lines_of(record)[1].tax_name == "VAT (21%)"


def test_a_deal_alone_has_nothing_beside_it(hubspot: Rig) -> None:
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair")

    fields = read_one(hubspot, deal).fields

    assert {name: fields[name] for name in ("line_items", "company", "contact")} == {
        "line_items": None, "company": None, "contact": None,
    }  # fmt: skip


def test_the_primary_company_comes_before_those_that_were_there_first(hubspot: Rig) -> None:
    first, second = a_company(hubspot), a_company(hubspot, "Bakker")
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair")
    hubspot.sandbox.hubspot.associate("deals", deal, "companies", first)
    # Until there is a primary one, the first that was put on the deal counts.
    assert read_one(hubspot, deal).fields["company"] == first

    hubspot.sandbox.hubspot.set_company(deal, second)

    assert read_one(hubspot, deal).fields["company"] == second


def test_a_customers_own_label_is_not_taken_for_the_primary_one(
    hubspot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both kinds of labels are numbered from 1 on."""
    own, primary = (
        [{"category": category, "typeId": 5, "label": "x"}]
        for category in ("USER_DEFINED", "HUBSPOT_DEFINED")
    )
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair")
    to = [
        {"toObjectId": 1, "associationTypes": own},
        {"toObjectId": 2, "associationTypes": primary},
    ]
    body = msgspec.json.encode({"results": [{"from": {"id": deal}, "to": to}]})
    monkeypatch.setattr(Client, "associations", lambda *_: Response(200, {}, body))

    assert read_one(hubspot, deal, "company").fields["company"] == "2"


def test_of_several_contacts_the_first_counts(hubspot: Rig) -> None:
    first, second = a_contact(hubspot), a_contact(hubspot, "bob")
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair", contact=second)
    hubspot.sandbox.hubspot.associate("deals", deal, "contacts", first)

    assert read_one(hubspot, deal).fields["contact"] == second


def test_deals_say_what_their_fields_are(hubspot: Rig) -> None:
    fields = {field.name: field for field in hubspot.connector.fields("deal")}

    assert (fields["line_items"].type, fields["line_items"].references) == (
        FieldType.LINES, "product",
    )  # fmt: skip
    assert fields["company"].references == "company"
    assert fields["contact"].references == "contact"
    assert fields["amount"].type is FieldType.MONEY
    stage, owner = fields["pipeline_stage"], fields["hubspot_owner_id"]
    assert (stage.type, stage.choice_list) == (FieldType.CHOICE, "deal_stages")
    assert (owner.type, owner.choice_list) == (FieldType.CHOICE, "owners")
    assert owner.updatable
    for name in ("line_items", "company", "contact", "pipeline_stage", "hs_is_closed_won"):
        assert not fields[name].creatable
        assert not fields[name].updatable
    assert {name for name, field in fields.items() if field.required} == {"dealname", "dealstage"}


def test_the_stages_of_all_pipelines_are_one_list(hubspot: Rig) -> None:
    renewals = [("11", "Due", "0.5"), ("12", "Closed Won", "1.0")]
    hubspot.sandbox.hubspot.add_pipeline("77", "Renewals", renewals)
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair", pipeline="77", dealstage="12")

    stages = hubspot.connector.choices("deal_stages")

    assert stages[-2:] == [
        Choice("77/11", "Renewals: Due"), Choice("77/12", "Renewals: Closed Won"),
    ]  # fmt: skip
    assert Choice("default/closedwon", "Sales Pipeline: Closed Won") in stages
    assert read_one(hubspot, deal).fields["pipeline_stage"] == "77/12"


def test_the_first_read_of_a_thousand_deals_takes_few_calls(hubspot: Rig) -> None:
    company, contact = a_company(hubspot), a_contact(hubspot)
    own = {"dealname": "Fair", "dealstage": "closedwon", "amount": "400"}
    ids = hubspot.sandbox.hubspot.load_deals(
        DealRow(own, [CHAIR] * 5, contact=contact, company=company) for _ in range(1000)
    )
    hubspot.advance()
    hubspot.connector.fields("deal")
    before = Counter(hubspot.sandbox.hubspot.meter.calls)

    records, _ = hubspot.read_all("deal", FIELDS)

    calls = Counter(hubspot.sandbox.hubspot.meter.calls) - before
    assert sorted(record.id for record in records) == sorted(ids)
    assert all(len(lines_of(record)) == 5 for record in records)
    assert {record.fields["company"] for record in records} == {company}
    # The deals, and their 5,000 lines, a hundred at a time.
    assert calls.pop("GET /crm/objects/deals") == 10 + 1
    assert calls.pop("POST /crm/objects/line_items/batch/read") == 50
    # Lines, companies and contacts, once for all.
    assert calls.pop("POST /crm/associations/deals/{to}/batch/read") == 3
    # Searches of what changed meanwhile: nothing.
    assert {name for name in calls if not name.endswith("/search")} == set()
    assert calls.total() <= 4


def test_an_idle_round_takes_a_few_calls_whatever_the_number(hubspot: Rig) -> None:
    own = {"dealname": "Fair", "dealstage": "closedwon"}
    hubspot.sandbox.hubspot.load_deals(DealRow(own, [CHAIR]) for _ in range(300))
    hubspot.advance()
    _, cursor = hubspot.read_all("deal", FIELDS)
    hubspot.advance()
    before = hubspot.calls

    records, _ = hubspot.read_all("deal", FIELDS, cursor)

    assert records == []
    # Archived deals, deals, line items, merged companies and merged contacts.
    assert hubspot.calls - before <= 5


def test_what_is_not_asked_for_is_not_read(hubspot: Rig) -> None:
    hubspot.sandbox.hubspot.add_deal(dealname="Fair", company=a_company(hubspot), lines=[CHAIR])
    hubspot.advance()
    hubspot.connector.fields("deal")

    hubspot.read_all("deal", ["dealname", "pipeline_stage"])

    assert not [call for call in hubspot.log.calls if "associations" in call.path]
    assert not [call for call in hubspot.log.calls if "line_items" in call.path]


type Act = Callable[[Rig, str], object]


def update_line(rig: Rig, deal: str) -> None:
    (line,) = rig.sandbox.hubspot.deal_lines(deal)
    rig.sandbox.hubspot.update("line_items", line, description="By hand")


def remove_line(rig: Rig, deal: str) -> None:
    (line,) = rig.sandbox.hubspot.deal_lines(deal)
    rig.sandbox.hubspot.delete("line_items", line)


def take_company(rig: Rig, deal: str) -> None:
    (company,) = rig.sandbox.hubspot.associated("deals", deal, "companies")
    rig.sandbox.hubspot.dissociate("deals", deal, "companies", company)


CHANGES: dict[str, Act] = {
    "a line is changed": update_line,
    "a line is added": lambda rig, deal: rig.sandbox.hubspot.add_deal_line(deal, **CHAIR),
    "a line is removed": remove_line,
    "another company": lambda rig, deal: rig.sandbox.hubspot.set_company(
        deal, a_company(rig, "Bakker")
    ),
    "no company": take_company,
    "another contact": lambda rig, deal: rig.sandbox.hubspot.associate(
        "deals", deal, "contacts", a_contact(rig, "bob")
    ),
    "another stage": lambda rig, deal: rig.sandbox.hubspot.move_deal(deal, "closedwon"),
    "the amount": lambda rig, deal: rig.sandbox.hubspot.update("deals", deal, amount="7"),
    "deleted": lambda rig, deal: rig.sandbox.hubspot.delete("deals", deal),
}


@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_a_deal_brings_it_once(hubspot: Rig, act: Act) -> None:
    company = a_company(hubspot)
    deals = [
        hubspot.sandbox.hubspot.add_deal(dealname="Fair", company=company, lines=[CHAIR])
        for _ in range(3)
    ]
    hubspot.advance()
    _, cursor = hubspot.read_all("deal", FIELDS)
    hubspot.advance()
    act(hubspot, deals[1])
    hubspot.advance(timedelta(minutes=20))

    records, cursor = hubspot.read_all("deal", FIELDS, cursor)

    assert [record.id for record in records] == [deals[1]]
    hubspot.advance(timedelta(minutes=20))
    assert hubspot.read_all("deal", FIELDS, cursor)[0] == []


@pytest.mark.parametrize("field", ["company", "contact"])
def test_a_deal_follows_its_customer_into_a_merge(hubspot: Rig, field: str) -> None:
    """A merge of contacts leaves the deal as old as it was: they are looked for by themselves."""
    plural, make = {"company": ("companies", a_company), "contact": ("contacts", a_contact)}[field]
    survivor, loser = make(hubspot, "one"), make(hubspot, "two")
    deal, _ = (
        hubspot.sandbox.hubspot.add_deal(
            dealname="Fair",
            company=id_ if field == "company" else "",
            contact=id_ if field == "contact" else "",
        )
        for id_ in (loser, make(hubspot, "three"))
    )
    hubspot.advance()
    _, cursor = hubspot.read_all("deal", FIELDS)
    hubspot.advance()
    hubspot.sandbox.hubspot.merge(plural, survivor, loser)
    hubspot.advance(timedelta(minutes=20))

    records, cursor = hubspot.read_all("deal", FIELDS, cursor)

    assert [(record.id, record.fields[field]) for record in records] == [(deal, survivor)]
    hubspot.advance(timedelta(minutes=20))
    assert hubspot.read_all("deal", FIELDS, cursor)[0] == []


def test_a_merged_deal_names_what_it_swallowed(hubspot: Rig) -> None:
    first = hubspot.sandbox.hubspot.add_deal(dealname="Fair", lines=[CHAIR])
    second = hubspot.sandbox.hubspot.add_deal(dealname="Fair", lines=[CHAIR, CHAIR])

    survivor = hubspot.sandbox.hubspot.merge("deals", first, second)
    record = read_one(hubspot, survivor)

    assert record.merged_ids == (second,)
    assert len(lines_of(record)) == 3
    (loser,) = hubspot.connector.read("deal", [second], FIELDS)
    assert loser.state is RecordState.GONE


def test_deals_that_changed_with_their_lines_come_once(
    hubspot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGES_TOGETHER", 1)
    _, cursor = hubspot.read_all("deal", FIELDS)
    hubspot.advance()
    own = {"dealname": "Fair", "dealstage": "closedwon"}
    ids = hubspot.sandbox.hubspot.load_deals(DealRow(own, [CHAIR] * 2) for _ in range(230))
    hubspot.advance(timedelta(minutes=20))

    records, _ = hubspot.read_all("deal", FIELDS, cursor)

    assert sorted(record.id for record in records) == sorted(ids)


def test_a_deal_with_a_changed_line_and_a_merged_company_comes_once(hubspot: Rig) -> None:
    survivor, loser = a_company(hubspot), a_company(hubspot, "Acme Ltd")
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair", company=survivor, lines=[CHAIR])
    hubspot.advance()
    _, cursor = hubspot.read_all("deal", FIELDS)
    hubspot.advance()
    update_line(hubspot, deal)
    hubspot.sandbox.hubspot.merge("companies", survivor, loser)
    hubspot.advance(timedelta(minutes=20))

    records, _ = hubspot.read_all("deal", FIELDS, cursor)

    assert [record.id for record in records] == [deal]


def test_a_hint_of_a_line_item_is_read_as_its_deal(hubspot: Rig) -> None:
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair", lines=[CHAIR])
    (line,) = hubspot.sandbox.hubspot.deal_lines(deal)
    invoice = hubspot.sandbox.hubspot.add_invoice(lines=[CHAIR])
    (of_invoice,) = hubspot.sandbox.hubspot.lines_of(invoice)

    hints = [f"line_item:{line}", f"line_item:{of_invoice}"]

    assert [one.id for one in hubspot.connector.read("deal", hints, FIELDS)] == [deal]
    assert [one.id for one in hubspot.connector.read("invoice", hints, ["lines"])] == [invoice]


def test_deals_are_found_by_name_with_their_lines(hubspot: Rig) -> None:
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair 2026", lines=[CHAIR])
    hubspot.sandbox.hubspot.add_deal(dealname="Fair")

    (record,) = hubspot.connector.find("deal", "dealname", ["FAIR 2026"], FIELDS)

    assert record.id == deal
    assert len(lines_of(record)) == 1


def test_results_are_written_into_many_deals_with_few_calls(hubspot: Rig) -> None:
    own = {"dealname": "Fair", "dealstage": "closedwon"}
    ids = hubspot.sandbox.hubspot.load_deals(DealRow(own, [CHAIR]) for _ in range(250))
    hubspot.connector.fields("deal")
    values = [{"description": f"Invoice {number}"} for number, _ in enumerate(ids)]
    operations = hubspot.operations(OperationKind.UPDATE, values, ids)
    before = hubspot.calls

    outcomes = hubspot.write("deal", operations, [*FIELDS, "description"])

    records = [outcome.record for outcome in outcomes if outcome.record]
    assert [record.fields["description"] for record in records] == [
        each["description"] for each in values
    ]
    assert all(len(lines_of(record)) == 1 for record in records)
    # Each hundred: written, read again, three kinds of neighbours, the lines.
    assert hubspot.calls - before == 3 * 6


def test_what_belongs_to_a_deal_is_not_written(hubspot: Rig) -> None:
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Fair")
    values: Values = {"pipeline_stage": "default/closedwon"}
    operations = hubspot.operations(OperationKind.UPDATE, [values], [deal])

    (outcome,) = hubspot.write("deal", operations, FIELDS)

    assert outcome.fault is not None
    assert (outcome.fault.category, outcome.fault.field) == (
        Category.CONFIGURATION, "pipeline_stage",
    )  # fmt: skip
    assert hubspot.writes == 0
