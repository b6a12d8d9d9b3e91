"""An owner connects a provider through its own consent page, and disconnects again."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from integrations.models import Connection, ConnectionState
from integrations.sandbox.server import SandboxServer
from tests.browser.conftest import AtDesk, Complaints
from tests.journeys.conftest import Journey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONNECTIONS = "/admin/integrations/connection/"


def test_an_owner_connects_both_and_sets_up_the_syncs(
    at_desk: AtDesk, owner: User, server: SandboxServer
) -> None:
    page = at_desk(owner).open("/admin/")
    expect(page.get_by_text("Nothing is kept in step yet")).to_be_visible()

    page.get_by_role("link", name="Connect HubSpot").click()
    page.get_by_role("button", name="Continue to HubSpot").click()
    page.get_by_role("button", name="Connect app").click()
    expect(page.get_by_text("HubSpot is connected.")).to_be_visible()

    page.get_by_role("link", name="Home").click()
    expect(page.get_by_text("✓ HubSpot is connected")).to_be_visible()
    page.get_by_role("link", name="Connect QuickBooks Online or Exact Online").click()
    page.get_by_role("link", name="QuickBooks Online").click()
    page.get_by_role("button", name="Continue to QuickBooks Online").click()
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("QuickBooks Online is connected.")).to_be_visible()

    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name="Set up what is kept in step").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Contacts and customers").first).to_be_visible()
    expect(page.get_by_role("link", name="Products and items").first).to_be_visible()


def test_an_owner_who_refuses_at_the_provider_is_told_so(
    at_desk: AtDesk, owner: User, server: SandboxServer, complaints: Complaints
) -> None:
    page = at_desk(owner).open("/connect/hubspot/")

    page.get_by_role("button", name="Continue to HubSpot").click()
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_role("alert")).to_contain_text("HubSpot was not connected")
    assert not Connection.objects.for_tenants(owner.roles).exists()
    # The browser calls every page with a refusal's status an error.
    complaints.forgive("400 (Bad Request)")


def test_disconnecting_asks_first(at_desk: AtDesk, owner: User, contacts: Journey) -> None:
    connection = contacts.sync.integration.left
    page = at_desk(owner).open(f"{CONNECTIONS}{connection.pk}/change/")

    page.get_by_role("link", name="Disconnect").click()
    expect(page.get_by_text("Its syncs stop.")).to_be_visible()
    page.get_by_role("link", name="Keep it").click()
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE

    page.get_by_role("link", name="Disconnect").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(
        page.get_by_text(re.compile("Disconnected. The access at HubSpot is over"))
    ).to_be_visible()
    connection.refresh_from_db()
    assert connection.state == ConnectionState.DISCONNECTED

    # Home says so, and leads back.
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("alert").first).to_contain_text("is disconnected")
    page.get_by_role("link", name="Reconnect").first.click()
    page.get_by_role("button", name="Continue to HubSpot").click()
    page.get_by_role("button", name="Connect app").click()
    expect(page.get_by_text("HubSpot is connected.")).to_be_visible()
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE
