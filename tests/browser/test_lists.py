"""The record list in a browser: filtered, exported, and used without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import AtDesk
from tests.browser.test_failing_records import FAILING, RECORDS, customer
from tests.journeys.conftest import Journey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOO_LONG = "0" * 40
# More than enough to walk through the sidebar and the filters.
MOST_TABS = 80


@pytest.fixture
def mixed(contacts: Journey) -> Journey:
    """Three in sync, two with a phone number that is too long, one without a name."""
    hubspot = contacts.sandbox.hubspot
    for name in ("Ann", "Bob", "Cas"):
        hubspot.add_contact(**customer(f"{name}@example.org", firstname=name))
    for name in ("=Dee()", "Eva"):
        email = f"{name.strip('=()')}@example.org"
        hubspot.add_contact(**customer(email, firstname=name, phone=TOO_LONG))
    hubspot.add_contact(**customer("nameless@example.org"))
    contacts.settle()
    assert contacts.counts() == {"in_sync": 3, "failing": 3}
    return contacts


def test_filters_are_put_on_and_taken_off(at_desk: AtDesk, finance: User, mixed: Journey) -> None:
    page = at_desk(finance).open(RECORDS)
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(6)

    page.locator("summary", has_text="Filters").click()
    page.get_by_role("combobox", name="Problem").select_option(label="Value not accepted")
    page.get_by_role("button", name="Apply Filters").click()
    expect(page).to_have_url(re.compile("category=field_invalid"))
    expect(rows).to_have_count(2)

    page.get_by_role("link", name="Remove the filter Problem").click()
    expect(rows).to_have_count(6)
    # What is filtered is what is exported: the export takes it over.
    page.get_by_role("link", name="Open", exact=True).click()
    expect(rows).to_have_count(3)
    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.get_by_text("3 records").first).to_be_visible()


def test_all_failing_records_of_a_page_are_tried_again(
    at_desk: AtDesk, finance: User, mixed: Journey
) -> None:
    hubspot = mixed.sandbox.hubspot
    for record_id, contact in hubspot.contacts.items():
        hubspot.update("contacts", record_id, phone="1", firstname=contact.get("firstname", "Guy"))
    page = at_desk(finance).open(FAILING)

    page.get_by_label("Choose all on this page").check()
    expect(page.get_by_text("3 chosen")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("3 records").first).to_be_visible()

    mixed.settle()
    page.goto(page.url)
    expect(page.locator("#result_list tbody tr")).to_have_count(0)
    assert mixed.counts() == {"in_sync": 6}


def test_a_row_unfolds_for_the_keyboard(at_desk: AtDesk, finance: User, mixed: Journey) -> None:
    page = at_desk(finance).open(FAILING)
    button = page.get_by_role("button", name="What happened to Eva")
    expect(button).to_have_attribute("aria-expanded", "false")

    button.focus()
    page.keyboard.press("Enter")

    told = page.locator(".saldo-unfolded")
    expect(told).to_contain_text("What happened last")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(told).to_be_hidden()
    page.keyboard.press("Enter")
    expect(told).to_be_visible()


def test_columns_and_a_view_are_kept(at_desk: AtDesk, finance: User, mixed: Journey) -> None:
    page = at_desk(finance).open(FAILING)
    headings = page.locator("#result_list thead th")

    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Reason in full").check()
    page.get_by_label("Place of Reason in full").fill("1")
    page.get_by_role("button", name="Show these columns").click()
    expect(headings.nth(3)).to_have_text("Reason in full")

    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Name of the view").fill("Mine to fix")
    page.get_by_role("button", name="Save view").click()
    kept = page.get_by_role("link", name="Mine to fix")
    expect(kept).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Everything").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(6)
    kept.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(3)


def test_a_narrow_window_needs_no_sideways_scrolling(
    at_desk: AtDesk, finance: User, mixed: Journey
) -> None:
    page = at_desk(finance).open(FAILING)
    page.set_viewport_size({"width": 420, "height": 800})

    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    assert width[0] <= width[1]
    table = page.locator(".saldo-scroll").evaluate("one => [one.scrollWidth, one.clientWidth]")
    assert table[0] <= table[1]


def test_a_category_explains_itself_to_the_keyboard(
    at_desk: AtDesk, finance: User, mixed: Journey
) -> None:
    page = at_desk(finance).open(FAILING)
    explanation = page.get_by_role("tooltip").filter(has_text="longer than the other side takes")
    expect(explanation.first).to_be_hidden()

    tab_to(page, "Text is too long")

    expect(explanation.locator("visible=true")).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    expect(explanation.locator("visible=true")).to_have_count(0)


def tab_to(page: Page, text: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"The keyboard does not reach {text!r}.")
