"""Deals become opportunities in Exact Online and stay up to date; each story run twice."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Tenant
from integrations.sandbox.hubspot.account_api import OWNERS
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.recipes.hubspot_exact import COMPANIES
from syncs.recipes.hubspot_exact_documents import OPPORTUNITIES
from tests.journeys.exact_trading import WON, Trading, money, trading
from tests.journeys.stories import again

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_minutes")]
PATH = "crm/Opportunities"
OFFER = "default/appointmentscheduled"


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Trading:
    return trading(tenant, server)


def switch_on(books: Trading, **settings: Any) -> None:
    stages = books.sandbox.exact.stages
    first, *_rest, last = stages.values()
    books.switch_on(COMPANIES)
    table = [[OFFER, first, "", "Sales: Offer"], [WON, last, "", "Sales: Won"]]
    books.switch_on(OPPORTUNITIES, stages=table, **settings)


def test_a_deal_in_a_chosen_stage_becomes_an_opportunity_and_is_kept_up_to_date(
    books: Trading,
) -> None:
    company = books.company()
    deal = books.deal(
        company,
        name="Verbouwing",
        stage="appointmentscheduled",
        amount="1200",
        closedate="2026-12-31T12:00:00Z",
    )
    books.deal(company, name="Another", stage="qualifiedtobuy")
    switch_on(books)
    first, *_rest, last = books.sandbox.exact.stages.values()

    books.settle()

    (held,) = books.all(PATH)
    assert (held["Name"], held["OpportunityStage"]) == ("Verbouwing", first)
    assert held["Account"] == books.named("Jansen Bouw")["ID"]
    assert money(held, "AmountFC") == Decimal(1200)
    assert books.statuses() == {"in_sync": 1, "excluded": 1}
    again(books)

    books.sandbox.hubspot.update("deals", deal, amount="1500", dealname="Verbouwing keuken")
    books.sandbox.hubspot.move_deal(deal, "closedwon")
    books.settle()

    (held,) = books.all(PATH)
    assert (held["Name"], held["OpportunityStage"]) == ("Verbouwing keuken", last)
    assert money(held, "AmountFC") == Decimal(1500)
    again(books)


def test_owners_become_the_users_that_stand_for_them(books: Trading) -> None:
    user = next(iter(books.sandbox.exact.all("system/Users")))
    owner = OWNERS[0].owner_id
    deal = books.deal(books.company(), stage="appointmentscheduled", hubspot_owner_id=str(owner))
    switch_on(books, owners=[[str(owner), user, "", "Bob"]])

    books.settle()

    books.in_sync(deal)
    (held,) = books.all(PATH)
    assert held["Owner"] == user
    again(books)


def test_a_deal_gets_its_customer_when_it_has_one(books: Trading) -> None:
    """Exact takes an opportunity without an account."""
    deal = books.deal("", stage="appointmentscheduled")
    switch_on(books)
    books.settle()
    (held,) = books.all(PATH)
    assert held.get("Account") is None

    books.sandbox.hubspot.set_company(deal, books.company())
    books.settle()

    (held,) = books.all(PATH)
    assert held["Account"] == books.named("Jansen Bouw")["ID"]
    books.in_sync(deal)
    again(books)


def test_a_customer_that_the_filter_leaves_out_is_named(books: Trading) -> None:
    company = books.company("Prospect BV", lifecyclestage="lead")
    deal = books.deal(company, stage="appointmentscheduled")
    switch_on(books)

    books.settle()

    assert "Prospect BV" in books.failing(deal, "parent_missing").reason
    assert not books.all(PATH)
    again(books)


def test_stages_that_nobody_paired_can_be_sent_by_hand_to_none(books: Trading) -> None:
    """Opportunities are no documents: nobody asks for one by hand."""
    books.deal(books.company(), stage="qualifiedtobuy")
    switch_on(books)
    books.settle()

    with pytest.raises(services.NotPossible):
        services.invoice_now(books.integration, "500001")
    assert books.statuses() == {"excluded": 1}
