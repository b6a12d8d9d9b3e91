"""An owner connects one of several companies behind a sign-in, and sees what its calls are."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from integrations.budgets import budget_for
from integrations.http import ErrorRule
from integrations.models import SANDBOX, Connection
from integrations.sandbox.server import SandboxServer
from tests.browser.conftest import AtDesk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ERRORS = ErrorRule(9)


def test_an_owner_chooses_the_company_to_connect(
    at_desk: AtDesk, owner: User, server: SandboxServer
) -> None:
    server.sandbox.exact.add_division(2222222, "Van Dijk Beheer B.V.")
    page = at_desk(owner).open("/connect/exact/")
    page.get_by_role("button", name="Continue to Exact Online").click()
    page.locator("[name=action][value=allow]").click()

    expect(page.get_by_role("heading", name="Choose the company")).to_be_visible()
    page.get_by_label("Van Dijk Beheer B.V.").check()
    page.get_by_role("button", name="Connect this company").click()

    expect(page.get_by_text("Exact Online is connected.")).to_be_visible()
    connection = Connection.objects.for_tenants(owner.roles).get()
    assert connection.external_id == "2222222"


def test_what_a_connection_may_still_call_is_on_its_page(
    at_desk: AtDesk, owner: User, server: SandboxServer
) -> None:
    [tenant_id] = owner.roles
    connection = Connection.objects.create(
        tenant_id=tenant_id, provider="exact", environment=SANDBOX, external_id="2222222"
    )
    budget = budget_for(connection)
    for _ in range(ERRORS.calls):
        visit = budget.enter("SalesInvoices", ERRORS)
        budget.leave("SalesInvoices", ERRORS, visit.ticket, refused=True)

    page = at_desk(owner).open(f"/admin/integrations/connection/{connection.pk}/change/")

    expect(page.get_by_text("of 5,000 calls")).to_be_visible()
    expect(page.get_by_text("refused 9 calls within an hour")).to_be_visible()
