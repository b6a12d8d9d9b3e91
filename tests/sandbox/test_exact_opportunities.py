"""Exact's sales opportunities, and what a person does with documents through the control API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.exact_documents import (
    INVOICES,
    OPPORTUNITIES,
    Company,
    open_company,
)

NOBODY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def company() -> Company:
    return open_company()


def opportunity(company: Company, **changed: Any) -> dict[str, Any]:
    usual = {
        "Name": "Nieuwe ketel",
        "Account": company.customer,
        "OpportunityStage": company.exact.stages["Offerte"],
        "AmountFC": 1000,
        "CloseDate": "2026-05-01",
    }
    return usual | changed


def test_an_opportunity_takes_chance_status_and_owner_from_what_it_is(company: Company) -> None:
    made = company.made(OPPORTUNITIES, **opportunity(company))

    assert made["OpportunityStageDescription"] == "Offerte"
    assert (made["OpportunityStatus"], made["Probability"]) == (1, 0.5)
    assert (made["Currency"], made["RateFC"], made["AmountDC"]) == ("EUR", 1, 1000)
    assert made["OwnerFullName"] == "Sanne de Vries"
    assert (made["AccountName"], made["Number"]) == ("Bos B.V.", 1)


@pytest.mark.parametrize(
    ("stage", "status"), [("Kennismaking", 1), ("Gewonnen", 2), ("Verloren", 3)]
)
def test_the_status_follows_the_stage_and_nothing_else(
    company: Company, stage: str, status: int
) -> None:
    key = company.made(OPPORTUNITIES, **opportunity(company))["ID"]
    company.changed(
        OPPORTUNITIES, key, OpportunityStage=company.exact.stages[stage], OpportunityStatus=1
    )

    assert company.one(OPPORTUNITIES, key)["OpportunityStatus"] == status


def test_a_chance_of_its_own_lasts_until_the_stage_changes(company: Company) -> None:
    key = company.made(OPPORTUNITIES, **opportunity(company, Probability=0.35))["ID"]
    assert company.one(OPPORTUNITIES, key)["Probability"] == 0.35

    company.changed(OPPORTUNITIES, key, OpportunityStage=company.exact.stages["Gewonnen"])
    assert company.one(OPPORTUNITIES, key)["Probability"] == 1

    company.changed(OPPORTUNITIES, key, Probability=0.9)
    assert company.one(OPPORTUNITIES, key)["Probability"] == 0.9


def test_the_amount_is_told_in_the_companys_currency_too(company: Company) -> None:
    key = company.made(OPPORTUNITIES, **opportunity(company, Currency="USD"))["ID"]
    assert company.one(OPPORTUNITIES, key)["AmountDC"] == 900

    company.changed(OPPORTUNITIES, key, AmountFC=500, AmountDC=1)
    assert company.one(OPPORTUNITIES, key)["AmountDC"] == 450

    company.changed(OPPORTUNITIES, key, RateFC=0.8)
    assert company.one(OPPORTUNITIES, key)["AmountDC"] == 400


def test_a_prospect_may_have_opportunities(company: Company) -> None:
    company.exact.update("crm/Accounts", company.customer, Status="P")

    assert company.made(OPPORTUNITIES, **opportunity(company))["ID"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param(
            {"OpportunityStage": NOBODY}, "Invalid reference: Opportunity stage", id="stage"
        ),
        pytest.param({"Account": NOBODY}, "Invalid reference: Account", id="account"),
        pytest.param({"Owner": NOBODY}, "Invalid reference: Owner", id="owner"),
        pytest.param({"Currency": "SEK"}, "Invalid reference: Currency", id="currency"),
        pytest.param({"Probability": 35}, "Invalid: Probability [35]", id="a chance in per cent"),
    ],
)
def test_opportunities_are_refused(company: Company, changed: dict[str, Any], words: str) -> None:
    assert company.refusal(OPPORTUNITIES, **opportunity(company, **changed)) == words


def test_there_is_no_amount_without_a_currency_in_its_name(company: Company) -> None:
    assert company.call("POST", OPPORTUNITIES, opportunity(company, Amount=5)).status == 400


@pytest.mark.parametrize("path", ["crm/OpportunityStages", "sync/CRM/Opportunities"])
def test_stages_and_changes_have_no_address_of_their_own(company: Company, path: str) -> None:
    assert company.call("GET", path).status == 404


def test_changes_are_found_by_the_clock_on_the_wall(company: Company) -> None:
    old = company.made(OPPORTUNITIES, **opportunity(company))["ID"]
    company.clock.advance(3600)
    new = company.made(OPPORTUNITIES, **opportunity(company))["ID"]
    # Nine o'clock UTC in March is ten in Amsterdam.
    since = "Modified ge datetime'2026-03-10T10:30:00'"

    assert [row["ID"] for row in company.rows(OPPORTUNITIES, filter=since)] == [new]
    company.changed(OPPORTUNITIES, old, Name="Toch een ketel")
    assert len(company.rows(OPPORTUNITIES, filter=since)) == 2


def test_a_deleted_opportunity_leaves_no_trace(company: Company) -> None:
    key = company.made(OPPORTUNITIES, **opportunity(company))["ID"]
    assert company.call("DELETE", f"{OPPORTUNITIES}(guid'{key}')").status == 204

    assert company.rows(OPPORTUNITIES) == []
    assert company.rows("sync/Deleted", filter="Timestamp gt 1L") == []


def test_documents_can_be_handled_through_the_control_endpoint(company: Company) -> None:
    exact = company.exact
    invoice = exact.add_invoice(company.customer, (company.item, 2, 49.5))
    page = ["salesinvoice", "SalesInvoices", invoice]

    assert _refused(exact, ["documents", invoice, "outstanding"])
    exact.change(["documents", invoice, "lines", "1"], {"Quantity": 1.0})
    exact.change([*page, "process"], {"on": "2026-03-05"})
    exact.change([*page, "pay"], {"amount": 10})
    left = exact.change(["documents", invoice, "outstanding"], {})
    exact.change([*page, "undo"], {})
    note = exact.change(["documents", invoice, "credit"], {})["id"]
    stage = exact.change(["opportunity-stages"], {"label": "Proefdraaien", "status": 1})
    exact.change(["periods", "close"], {"until": "2026-03-31"})

    assert left == {"outstanding": "49.9"}
    assert exact.get(INVOICES, note)["AmountFC"] == -59.9
    assert exact.stages["Proefdraaien"] == stage["id"]
    with pytest.raises(ValueError, match="Period is closed: 2026 - 3"):
        exact.add_entry(company.customer, ("8000", 10))
    exact.change(["periods", "reopen"], {"year": 2026, "month": 3})
    assert exact.add_entry(company.customer, ("8000", 10))


def _refused(exact: Any, path: list[str]) -> bool:
    with pytest.raises(ValueError, match="not processed"):
        exact.change(path, {})
    return True


def test_documents_outlive_a_snapshot(company: Company) -> None:
    invoice = company.exact.add_invoice(company.customer, (company.item, 2, 49.5))
    company.exact.process(invoice)
    company.exact.pay(invoice, 40)
    company.exact.close_period(2026, 2)
    state = company.exact.snapshot()

    other = open_company()
    other.exact.restore(state)

    assert str(other.exact.outstanding(invoice)) == "79.79"
    assert other.exact.stages == company.exact.stages
    assert other.exact.get(INVOICES, invoice) == company.exact.get(INVOICES, invoice)
    with pytest.raises(ValueError, match="Period is closed"):
        other.exact.add_entry(company.customer, ("8000", 10), EntryDate="2026-02-01")
