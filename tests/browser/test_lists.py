"""The record list in a browser: filtered, exported, and used without a mouse."""

import csv
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


def test_exactly_what_is_filtered_is_exported(
    at_desk: AtDesk, finance: User, mixed: Journey
) -> None:
    page = at_desk(finance).open(RECORDS)
    expect(page.locator("#result_list tbody tr")).to_have_count(6)

    page.get_by_role("button", name="Filters").click()
    page.get_by_label("problem").select_option(label="Value not accepted")
    page.get_by_role("button", name="Apply Filters").click()
    expect(page).to_have_url(re.compile("category=field_invalid"))
    expect(page.locator("#result_list tbody tr")).to_have_count(2)

    page.get_by_role("link", name="Export").click()
    with page.expect_download() as found:
        page.get_by_role("button", name="Export").click()
    with open(found.value.path(), encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))
    # A spreadsheet would run the first name as a formula.
    assert {row["HubSpot name"] for row in rows} == {"'=Dee()", "Eva"}
    assert {row["Problem"] for row in rows} == {"Value not accepted"}


def test_all_failing_records_are_tried_again_at_once(
    at_desk: AtDesk, finance: User, mixed: Journey
) -> None:
    hubspot = mixed.sandbox.hubspot
    for record_id, contact in hubspot.contacts.items():
        hubspot.update("contacts", record_id, phone="1", firstname=contact.get("firstname", "Guy"))
    page = at_desk(finance).open(FAILING)

    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option(label="Try again")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("3 records are tried again.")).to_be_visible()

    mixed.settle()
    page.goto(page.url)
    expect(page.locator("#result_list tbody tr")).to_have_count(0)
    assert mixed.counts() == {"in_sync": 6}


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
