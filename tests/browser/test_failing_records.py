"""Finance staff at the desk: why records fail, what to do, and green in the end."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from syncs.engine.terms import Policy
from tests.browser.conftest import AtDesk, Person
from tests.factories import PASSWORD
from tests.journeys.conftest import Journey, start

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RECORDS = "/admin/syncs/syncrecord/"
FAILING = f"{RECORDS}?status__exact=failing"


def customer(email: str, **properties: str) -> dict[str, str]:
    """A contact that passes the recipe's filter."""
    return {"email": email, "lifecyclestage": "customer", **properties}


def row(page: Page, name: str) -> Locator:
    return page.locator("#result_list tbody tr").filter(has_text=name)


def open_record(person: Person, name: str) -> Page:
    page = person.open(FAILING)
    row(page, name).get_by_role("link", name=name).click()
    return page


def expect_in_sync(page: Page) -> None:
    page.reload()
    expect(page.locator("#why-title")).to_contain_text("in sync", ignore_case=True)
    expect(page.get_by_text("Both sides agree.")).to_be_visible()


def test_a_wrong_value_is_explained_corrected_at_its_source_and_tried_again(
    new_page: Callable[[], Person], finance: User, contacts: Journey
) -> None:
    hubspot, books = contacts.sandbox.hubspot, contacts.sandbox.quickbooks
    hubspot.add_contact(**customer("ann@example.org", firstname="Ann", phone="0" * 40))
    hubspot.add_contact(**customer("bob@example.org", firstname="Bob", lastname="Bos"))
    contacts.settle()

    # Home says how many, and leads to them.
    person = new_page()
    page = person.open("/admin/")
    page.get_by_label("Email").fill(finance.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.get_by_role("link", name="1 record did not make it").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(row(page, "Ann")).to_contain_text("Text is too long")

    # The record says why, in words, and leads to where it is mended.
    row(page, "Ann").get_by_role("link", name="Ann").click()
    expect(page.locator("#why-title")).to_contain_text("Text is too long")
    expect(page.get_by_label("What to do")).to_contain_text("Shorten it on the record")
    with page.expect_popup() as opened:
        steps = page.get_by_role("list", name="What to do")
        steps.get_by_role("link", name="Open in HubSpot").first.click()
    source = opened.value
    source.get_by_label("Phone Number").first.fill("+31 20 123 4567")
    source.get_by_role("button", name="Save").click()
    expect(source.get_by_role("status")).to_have_text("Saved.")

    # Tried again, run, green; and it arrived.
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It is tried again within a minute.")).to_be_visible()
    contacts.settle()
    expect_in_sync(page)
    phones = {
        each["DisplayName"]: each["PrimaryPhone"]["FreeFormNumber"]
        for each in books.customers.values()
        if "PrimaryPhone" in each
    }
    assert phones == {"Ann": "+31 20 123 4567"}
    page.goto(f"{person.address}/admin/")
    expect(page.get_by_text("Nothing fails.")).to_be_visible()


def test_of_several_possible_partners_a_person_picks_one(
    at_desk: AtDesk, finance: User, contacts: Journey
) -> None:
    hubspot, books = contacts.sandbox.hubspot, contacts.sandbox.quickbooks
    hubspot.add_contact(**customer("ann@example.org", firstname="Ann", lastname="Bos"))
    books.add_customer(DisplayName="Ann (old)", Email="ann@example.org")
    chosen = books.add_customer(DisplayName="Ann (new)", Email="ann@example.org")
    contacts.settle()

    page = open_record(at_desk(finance), "Ann Bos")
    expect(page.get_by_text("Which one is it?")).to_be_visible()
    page.get_by_role("radio", name="Ann (new)").check()
    page.get_by_role("button", name="Link to the chosen one").click()
    expect(page.get_by_text("They will be linked within a minute.")).to_be_visible()

    contacts.settle()
    expect_in_sync(page)
    assert contacts.record(left_title="Ann Bos").right_id == chosen
    assert len(books.customers) == 2


def test_a_conflict_is_settled_field_by_field(
    at_desk: AtDesk, finance: User, tenant: object, server: object
) -> None:
    contacts = start(tenant, server, "hubspot_quickbooks_contacts", policy=Policy.ASK)  # type: ignore[arg-type]
    hubspot, books = contacts.sandbox.hubspot, contacts.sandbox.quickbooks
    left = hubspot.add_contact(
        **customer("ann@example.org", firstname="Ann", phone="1", city="Delft")
    )
    contacts.settle()
    right = contacts.record(left_id=left).right_id
    hubspot.update("contacts", left, phone="2", city="Leiden")
    books.update("Customer", right, Phone="3", BillAddr={"City": "Utrecht"})
    contacts.settle()

    page = open_record(at_desk(finance), "Ann")
    asked = page.get_by_role("region", name="Choose which value to keep")
    asked.get_by_role("radio", name="2", exact=True).check()
    asked.get_by_role("radio", name="Utrecht", exact=True).check()
    asked.get_by_role("button", name="Keep the chosen values").click()
    expect(page.get_by_text("The chosen values will be kept")).to_be_visible()

    contacts.settle()
    expect_in_sync(page)
    kept = hubspot.get("contacts", left)
    there = books.get("Customer", right)
    assert (kept["phone"], kept["city"]) == ("2", "Utrecht")
    assert (there["PrimaryPhone"]["FreeFormNumber"], there["BillAddr"]["City"]) == ("2", "Utrecht")


def test_switching_a_mapping_off_clears_the_clash_that_it_makes(
    at_desk: AtDesk, finance: User, contacts: Journey
) -> None:
    hubspot, books = contacts.sandbox.hubspot, contacts.sandbox.quickbooks
    company = hubspot.add_company(name="Bakery Bright", domain="bright.example")
    for name in ("Ann", "Bob"):
        person_id = hubspot.add_contact(
            **customer(f"{name}@bright.example", firstname=name, lastname="Bos")
        )
        hubspot.link(person_id, company)
    contacts.settle()
    assert contacts.counts() == {"in_sync": 1, "failing": 1}

    person = at_desk(finance)
    failing = person.open(FAILING).locator("#result_list tbody tr")
    expect(failing).to_have_count(1)
    failing.get_by_role("link").first.click()
    expect(person.page.locator("#why-title")).to_contain_text("Customer name is taken")
    page = person.open(f"/admin/syncs/sync/{contacts.sync.pk}/change/")
    mapping = page.locator("tr").filter(has_text="Display name")
    mapping.get_by_role("link", name="edit").click()
    page.get_by_role("checkbox", name="On", exact=True).uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("All records of this sync are decided anew")).to_be_visible()
    expect(mapping.get_by_text("no", exact=True)).to_be_visible()

    contacts.settle()
    page.reload()
    expect(page.get_by_role("link", name="2 in sync")).to_be_visible()
    names = {each["DisplayName"] for each in books.customers.values()}
    assert len(names) == 2
