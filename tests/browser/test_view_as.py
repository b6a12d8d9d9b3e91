"""Support looks as a customer does: asked, agreed, seen, refused, written down, ended."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page

from accounts import support_access
from accounts.models import SUPPORT, SupportAccess, Tenant, User
from tests.access.expect_syncs import sync
from tests.browser.conftest import AtDesk
from tests.browser.test_pages import STICKS_OUT
from tests.factories import staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/desk/support-access/"


@pytest.fixture
def support(transactional_db: None) -> User:
    """Tests that empty the database take the groups along that a migration made."""
    Group.objects.get_or_create(name=SUPPORT)
    return staff_member(SUPPORT)


def test_a_look_from_asking_to_the_end(
    at_desk: AtDesk,
    tenant: Tenant,
    owner: User,
    support: User,
) -> None:
    made = sync(tenant)
    helper, customer = at_desk(support), at_desk(owner)

    page = helper.open(PAGE)
    page.select_option("#id_tenant", str(tenant.pk), force=True)
    page.get_by_label("Reason").fill("Ticket 4711")
    page.get_by_role("button", name="Ask the owners").click()
    page.get_by_text("waits for an answer").wait_for()

    theirs = customer.open(PAGE)
    theirs.get_by_text("Ticket 4711").wait_for()
    theirs.get_by_role("button", name="Agree for 8 hours").click()
    theirs.get_by_role("button", name="End it now").wait_for()

    page = helper.open(PAGE)
    page.get_by_role("button", name=f"View as {tenant}").click()
    banner = page.get_by_role("region", name="You look as a customer")
    banner.wait_for()
    assert str(tenant) in banner.inner_text()
    assert "Read-only." in banner.inner_text()
    assert page.get_by_role("link", name="Copy configuration").count() == 0

    page = helper.open(f"/admin/syncs/sync/{made.pk}/change/")
    banner.wait_for()
    # A viewer is offered nothing to change; what is posted all the same is refused.
    refused = page.request.post(
        f"{helper.address}/admin/syncs/sync/{made.pk}/switch/run/",
        headers={"X-CSRFToken": _token(page), "Referer": page.url},
    )
    assert refused.status == 403
    assert "Nothing was changed" in refused.text()

    theirs = customer.open(PAGE)
    theirs.get_by_role("link", name="1 refused").click()
    theirs.get_by_text(f"Sync {made.pk}").first.wait_for()
    assert theirs.get_by_text("refused", exact=True).count() == 1

    theirs = customer.open(PAGE)
    theirs.get_by_role("button", name="End it now").click()
    theirs.get_by_text("ended early").wait_for()

    page = helper.open("/admin/syncs/sync/")
    page.get_by_text("it ended, or ran out").wait_for()
    assert page.url.endswith(PAGE)
    assert page.get_by_role("region", name="You look as a customer").count() == 0
    assert SupportAccess.objects.for_tenant(tenant).get().ended_by == owner


def test_pages_of_support_fit_a_narrow_dark_screen(
    at_desk: AtDesk, tenant: Tenant, owner: User, support: User
) -> None:
    access = support_access.ask(tenant, support, reason="Ticket 4711", hours=1)
    support_access.agree(access, owner)
    sync(tenant)
    helper = at_desk(support)
    helper.page.set_viewport_size({"width": 420, "height": 800})
    helper.page.emulate_media(color_scheme="dark")

    for path in ("/desk/copy/", "/desk/changes/", "/desk/changes/company/", PAGE):
        assert helper.open(path).evaluate(STICKS_OUT) == 0, path
    helper.page.get_by_role("button", name=f"View as {tenant}").click()
    helper.page.get_by_role("region", name="You look as a customer").wait_for()
    assert helper.page.evaluate(STICKS_OUT) == 0


def _token(page: Page) -> str:
    cookies = page.context.cookies()
    return next(one["value"] for one in cookies if one["name"] == "csrftoken")
