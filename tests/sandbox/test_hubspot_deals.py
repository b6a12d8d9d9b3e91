"""What people do with deals in HubSpot's screens, and what a deal tells of its associations."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from integrations.sandbox.hubspot.bulk_deals import DealRow
from integrations.sandbox.hubspot.refusals import Refusal
from tests.sandbox.hubspot_account import OBJECTS, Account

DEALS = f"{OBJECTS}/deals"
RENEWALS = [("1001", "Due", "0.5"), ("1002", "Renewed", "1.0"), ("1003", "Lost", "0.0")]
TOLD = (
    "hs_primary_associated_company",
    "num_associated_contacts",
    "hs_num_of_associated_line_items",
)


def told(account: Account, deal: str) -> list[str]:
    held = account.hubspot.get("deals", deal)
    return [held.get(name, "") for name in TOLD]


def changed_at(account: Account, deal: str) -> str:
    return account.hubspot.get("deals", deal)["hs_lastmodifieddate"]


def test_a_deal_is_added_with_lines_company_and_contact(account: Account) -> None:
    hubspot = account.hubspot
    company, contact = hubspot.add_company(name="Acme"), hubspot.add_contact(email="a@example.org")

    deal = hubspot.add_deal(
        dealname="Chairs",
        company=company,
        contact=contact,
        lines=[{"name": "Chair", "price": "40", "quantity": "2"}, {"name": "Freight"}],
    )

    assert told(account, deal) == [company, "1", "2"]
    assert [line["name"] for line in hubspot.deal_lines(deal).values()] == ["Chair", "Freight"]
    assert hubspot.get("deals", deal)["dealstage"] == "appointmentscheduled"
    # Its amount is the one that people give it.
    assert "amount" not in hubspot.get("deals", deal)
    assert account.server.sandbox.writes == 0


@pytest.mark.parametrize(
    ("other", "properties"),
    [
        ("companies", {"name": "Acme"}),
        ("contacts", {"email": "a@example.org"}),
        ("line_items", {"name": "Chair"}),
    ],
)
def test_what_is_put_on_a_deal_or_taken_off_changes_it(
    account: Account, other: str, properties: dict[str, str]
) -> None:
    hubspot = account.hubspot
    deal, near = hubspot.add_deal(dealname="Chairs"), hubspot.add(other, **properties)
    moments = [changed_at(account, deal)]

    account.clock.advance(60)
    if other == "companies":
        hubspot.set_company(deal, near)
    else:
        hubspot.associate("deals", deal, other, near)
    moments.append(changed_at(account, deal))
    account.clock.advance(60)
    hubspot.delete(other, near)
    moments.append(changed_at(account, deal))

    assert moments == sorted(set(moments))
    assert near not in told(account, deal)


def test_a_company_without_the_label_is_not_the_primary_one(account: Account) -> None:
    hubspot = account.hubspot
    deal = hubspot.add_deal(dealname="Chairs")
    first, second = (hubspot.add_company(name=name) for name in ("Acme", "Bakker"))

    hubspot.associate("deals", deal, "companies", first)
    assert told(account, deal)[0] == ""
    hubspot.set_company(deal, second)
    assert told(account, deal)[0] == second
    hubspot.set_company(deal, first)

    assert told(account, deal)[0] == first
    assert hubspot.associated("deals", deal, "companies") == [first, second]


def test_a_merge_moves_deals_and_touches_only_those_that_tell_of_it(account: Account) -> None:
    hubspot = account.hubspot
    people = [hubspot.add_contact(email=f"{name}@example.org") for name in "ab"]
    companies = [hubspot.add_company(name=name) for name in ("Acme", "Acme Ltd")]
    of_person = hubspot.add_deal(dealname="Chairs", contact=people[1])
    of_company = hubspot.add_deal(dealname="Tables", company=companies[1])
    before = changed_at(account, of_person), changed_at(account, of_company)
    account.clock.advance(60)

    hubspot.merge("contacts", *people)
    hubspot.merge("companies", *companies)

    assert hubspot.associated("deals", of_person, "contacts") == [people[0]]
    assert told(account, of_company)[0] == companies[0]
    # One contact before, one contact now.
    assert changed_at(account, of_person) == before[0]
    assert changed_at(account, of_company) > before[1]


def test_merged_deals_count_what_both_had(account: Account) -> None:
    hubspot = account.hubspot
    first = hubspot.add_deal(dealname="Chairs", lines=[{"name": "Chair"}])
    second = hubspot.add_deal(dealname="Tables", lines=[{"name": "Table"}, {"name": "Leg"}])

    survivor = hubspot.merge("deals", first, second)

    assert told(account, survivor) == ["", "0", "3"]


def test_a_deal_moves_to_a_stage_of_another_pipeline(account: Account) -> None:
    hubspot = account.hubspot
    deal = hubspot.add_deal(dealname="Chairs", pipeline="default")
    hubspot.add_pipeline("77", "Renewals", RENEWALS)

    hubspot.move_deal(deal, "1002", pipeline="77")

    held = hubspot.get("deals", deal)
    assert (held["pipeline"], held["hs_is_closed_won"]) == ("77", "true")
    with pytest.raises(Refusal, match="1002"):
        hubspot.move_deal(deal, "1002", pipeline="default")
    pipelines = account.get("/crm/pipelines/2026-03/deals").json()["results"]
    assert [one["label"] for one in pipelines] == ["Sales Pipeline", "Renewals"]
    assert [one["label"] for one in pipelines[1]["stages"]] == ["Due", "Renewed", "Lost"]


def test_a_deal_stays_in_a_stage_that_was_taken_out(account: Account) -> None:
    hubspot = account.hubspot
    deal = hubspot.add_deal(dealname="Chairs", dealstage="contractsent")

    hubspot.remove_stage("default", "contractsent")
    hubspot.update("deals", deal, description="Still here")

    assert hubspot.get("deals", deal)["dealstage"] == "contractsent"
    with pytest.raises(Refusal):
        hubspot.add_deal(dealname="Tables", dealstage="contractsent")


def test_deals_are_made_and_moved_by_the_control_endpoint(account: Account) -> None:
    def control(path: str, **wanted: Any) -> str:
        answer = account.control("POST", f"data/hubspot/{path}", wanted)
        assert answer.ok, answer.text
        return str(answer.json().get("id", ""))

    company = control("companies", name="Acme")
    control("pipelines", pipeline_id="77", label="Renewals", stages=RENEWALS)
    deal = control("deals", dealname="Chairs", pipeline="default", lines=[{"name": "Chair"}])
    line = control(f"deals/{deal}/lines", name="Table", price="10")
    control(f"deals/{deal}/move", stage="1001", pipeline="77")
    control(f"deals/{deal}/company", company=company)
    control(f"deals/{deal}", amount="10")

    assert told(account, deal) == [company, "0", "2"]
    held = account.hubspot.get("deals", deal)
    assert (held["dealstage"], held["amount"]) == ("1001", "10")
    assert line in account.hubspot.deal_lines(deal)
    assert not account.control("POST", f"data/hubspot/deals/{deal}/move", {"stage": "x"}).ok


def test_a_deals_page_shows_its_lines_and_company(account: Account) -> None:
    company = account.hubspot.add_company(name="Acme <b>")
    deal = account.hubspot.add_deal(
        dealname="Chairs", company=company, lines=[{"name": "Oak chair", "price": "40"}]
    )
    page = f"{account.ready['base_url']}/contacts/{account.ready['account_id']}/record/0-3/{deal}"

    shown = requests.get(page, timeout=10).text

    assert "Oak chair" in shown
    assert "Acme &lt;b&gt;" in shown
    assert requests.post(page, data={"dealstage": "closedwon"}, timeout=10).ok
    assert account.hubspot.get("deals", deal)["hs_is_closed_won"] == "true"


def test_loaded_deals_are_as_those_made_by_hand(account: Account) -> None:
    hubspot = account.hubspot
    company, contact = hubspot.add_company(name="Acme"), hubspot.add_contact(email="a@example.org")
    own = {"dealname": "Chairs", "dealstage": "closedwon", "amount": "80"}
    line = {"name": "Chair", "price": "40", "quantity": "2"}
    by_hand = hubspot.add_deal(company=company, contact=contact, lines=[line], **own)

    (loaded,) = hubspot.load_deals([DealRow(own, [line], contact=contact, company=company)])

    def shown(deal: str) -> tuple[dict[str, str], list[dict[str, str]]]:
        unlike = {"hs_object_id", "hs_v2_date_entered_current_stage"}
        rows = [hubspot.get("deals", deal), *hubspot.deal_lines(deal).values()]
        first, *lines = ({n: v for n, v in row.items() if n not in unlike} for row in rows)
        return first, lines

    assert shown(loaded) == shown(by_hand)
    for other in ("companies", "contacts"):
        ours, theirs = (
            account.get(f"{DEALS}/{deal}/associations/{other}").json()["results"]
            for deal in (loaded, by_hand)
        )
        assert ours == theirs


def test_ten_thousand_deals_load_quickly(account: Account) -> None:
    began = time.process_time()

    ids = account.hubspot.load_deals(
        DealRow(
            {"dealname": f"Deal {each}", "dealstage": "closedwon", "amount": "10"},
            [{"name": "Chair", "price": "10"}] * 2,
        )
        for each in range(10_000)
    )

    assert len(ids) == len(account.hubspot.crm.stores["deals"].live) == 10_000
    assert time.process_time() - began < 10


def test_hubspot_notes_when_a_deal_came_into_its_stage(account: Account) -> None:
    hubspot, clock = account.hubspot, account.server.sandbox.clock
    since = "hs_v2_date_entered_current_stage"
    deal = hubspot.add_deal(dealname="Chairs")
    first = hubspot.get("deals", deal)[since]

    clock.advance(60)
    hubspot.update("deals", deal, amount="100")
    assert hubspot.get("deals", deal)[since] == first

    hubspot.move_deal(deal, "closedwon")
    assert hubspot.get("deals", deal)[since] > first
