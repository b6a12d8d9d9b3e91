"""Finance staff and deals: one invoiced by hand, one left as it is, on any screen."""

import pytest
from playwright.sync_api import expect

from accounts.models import Tenant, User
from integrations.sandbox.server import SandboxServer
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes.hubspot_exact_documents import OPPORTUNITIES
from syncs.setup import sync_of
from tests.browser.conftest import AtDesk
from tests.browser.test_pages import LONGEST, NARROW, STICKS_OUT
from tests.desk.deals import account, deal, deals_sync
from tests.desk.test_deal_page import changed
from tests.journeys.exact_trading import trading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deals(tenant: Tenant, server: SandboxServer) -> Sync:
    sync = deals_sync(tenant)
    account(sync)
    return sync


def test_a_deal_is_invoiced_from_the_page_of_its_sync_by_keyboard(
    at_desk: AtDesk, finance: User, deals: Sync
) -> None:
    page = at_desk(finance).open(f"/admin/syncs/sync/{deals.pk}/change/")
    page.get_by_label("HubSpot deal: its id, or the address of its page").fill("5001")

    page.get_by_role("button", name="Invoice now").press("Enter")

    expect(page.get_by_text("It is invoiced within a minute.")).to_be_visible()
    sent = SyncRecord.objects.for_tenant(deals.tenant_id).get(sync=deals, left_id="5001")
    assert sent.enrolled_by_hand


def test_stages_are_found_by_typing_and_kept(
    at_desk: AtDesk, finance: User, tenant: Tenant, server: SandboxServer
) -> None:
    deals = trading(tenant, server).switch_on_invoices()
    page = at_desk(finance).open(f"/admin/syncs/sync/{deals.pk}/change/")
    field = page.locator(".form-row", has_text="Pipelines and stages").first

    field.get_by_role("searchbox").fill("Lost")
    page.get_by_role("option", name="Sales Pipeline: Closed Lost").click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    deals.refresh_from_db()
    assert deals.settings["stages"] == ["default/closedwon", "default/closedlost"]


def test_what_was_changed_afterwards_is_left_as_it_is(
    at_desk: AtDesk, finance: User, deals: Sync
) -> None:
    record = changed(deals)
    page = at_desk(finance).open(f"/admin/syncs/syncrecord/{record.pk}/change/")
    expect(page.get_by_text("Changed after invoicing")).to_be_visible()

    page.get_by_role("button", name="Leave the document as it is").click()
    question = page.get_by_role("dialog", name="Leave the document as it is?")
    question.get_by_role("button", name="Leave the document as it is").click()

    expect(page.get_by_text("The document stays as it is")).to_be_visible()
    record.refresh_from_db()
    assert record.resolutions == {"lines": "right"}


def test_pages_of_deals_fit_a_narrow_dark_screen(at_desk: AtDesk, owner: User, deals: Sync) -> None:
    long = deal(deals, 2, left={"dealname": LONGEST}, left_title=LONGEST, status=Status.EXCLUDED)
    other = sync_of(deals.integration, OPPORTUNITIES)
    person = at_desk(owner)
    person.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    person.page.emulate_media(color_scheme="dark")

    stick_out = {}
    for path in (
        f"/admin/syncs/sync/{deals.pk}/change/",
        f"/admin/syncs/sync/{other.pk}/change/",
        "/admin/syncs/sync/",
        f"/admin/syncs/syncrecord/{long.pk}/change/",
        f"/admin/syncs/syncrecord/{changed(deals).pk}/change/",
    ):
        stick_out[path] = person.open(path).evaluate(STICKS_OUT)

    assert {path: by for path, by in stick_out.items() if by > 0} == {}
