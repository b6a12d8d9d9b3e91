"""The overview at a real browser: a number opens its records, by mouse and by keyboard."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Tenant, User
from syncs.models import Status, Sync, SyncRecord
from tests.browser.conftest import AtDesk
from tests.desk.conftest import contacts_sync

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERVIEW = "/desk/overview/"
ALREADY_THERE, TAX = "Already exists there", "Tax code missing"


@pytest.fixture
def failing(tenant: Tenant) -> Sync:
    """Three failing contacts of two categories."""
    sync = contacts_sync(tenant)
    for number, category in enumerate(("duplicate_key", "duplicate_key", "tax"), 1):
        SyncRecord.objects.create(
            tenant=tenant,
            sync=sync,
            left_id=str(number),
            left_title=f"Person {number}",
            status=Status.FAILING,
            category=category,
        )
    return sync


def open_panel(page: Page) -> None:
    page.get_by_role("link", name="3 failing: Contacts and customers", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_keyboard_goes_into_the_panel_and_back(
    at_desk: AtDesk, finance: User, failing: Sync
) -> None:
    page = at_desk(finance).open(OVERVIEW)
    open_panel(page)

    panel = page.get_by_role("dialog", name="3 · Failing")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    # It stays inside, from the first to the last and round again.
    page.keyboard.press("Shift+Tab")
    expect(panel.locator(":focus")).to_have_count(1)
    explanation = panel.locator("#kind-1")
    expect(explanation).to_be_hidden()
    panel.get_by_text(ALREADY_THERE).first.focus()
    expect(explanation).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    number = page.get_by_role("link", name="3 failing: Contacts and customers", exact=True)
    expect(number).to_be_focused()


def test_a_category_narrows_the_panel_and_acts_on_what_it_shows(
    at_desk: AtDesk, finance: User, failing: Sync
) -> None:
    page = at_desk(finance).open(OVERVIEW)
    open_panel(page)
    panel = page.get_by_role("dialog")

    panel.get_by_role("link", name="2", exact=True).click()
    expect(panel.get_by_role("heading", name="2 · Already exists there")).to_be_visible()
    expect(panel.get_by_role("link", name="Person 3")).to_have_count(0)
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    panel.get_by_role("button", name="Leave out of the sync").click()

    # Everything that is filtered is asked about first, by its number.
    expect(page.get_by_text("2 records, all that are filtered")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_all_of_a_number_open_in_the_list(at_desk: AtDesk, finance: User, failing: Sync) -> None:
    page = at_desk(finance).open(OVERVIEW)
    open_panel(page)

    page.get_by_role("link", name="Open all in the list").click()

    for number in (1, 2, 3):
        expect(page.get_by_role("link", name=f"Person {number}").first).to_be_visible()


def test_a_narrow_screen_gives_the_panel_its_whole_width(
    at_desk: AtDesk, finance: User, failing: Sync
) -> None:
    person = at_desk(finance)
    person.page.set_viewport_size({"width": 420, "height": 900})
    page = person.open(OVERVIEW)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    open_panel(page)

    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["height"]) == (0, 420, 900)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_without_scripts_a_number_opens_a_page(
    at_desk: AtDesk, finance: User, failing: Sync
) -> None:
    page = at_desk(finance).open(f"{OVERVIEW}panel/?status=failing&sync={failing.pk}")

    expect(page.get_by_role("heading", name="3 · Failing")).to_be_visible()
    page.get_by_role("link", name="← Overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_home_draws_its_charts_without_complaint(
    at_desk: AtDesk, finance: User, failing: Sync
) -> None:
    long_ago = timezone.now().date() - timedelta(days=60)
    failing.days.create(tenant_id=failing.tenant_id, day=long_ago, failing=3)

    page = at_desk(finance).open("/admin/")

    expect(page.get_by_role("img", name="Failing at the end of each day")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(31)
