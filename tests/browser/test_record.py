"""The page of one record in a browser: picking a partner, settling a conflict, taking turns."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Role, Tenant, User
from integrations.sandbox.server import SandboxServer
from syncs.engine.terms import Direction, Policy
from tests.browser.conftest import AtDesk, Person
from tests.factories import MembershipFactory
from tests.journeys.conftest import Journey, start

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RECIPE = "hubspot_quickbooks_contacts"


def customer(email: str, **properties: str) -> dict[str, str]:
    """A contact that passes the recipe's filter."""
    return {"email": email, "lifecyclestage": "customer", **properties}


def open_record(person: Person, journey: Journey, **named: str) -> Page:
    return person.open(f"/admin/syncs/syncrecord/{journey.record(**named).pk}/change/")


def expect_in_sync(page: Page) -> None:
    page.reload()
    expect(page.locator("#why-title")).to_contain_text("in sync", ignore_case=True)


def test_an_ambiguous_match_is_compared_picked_and_green(
    at_desk: AtDesk, finance: User, contacts: Journey
) -> None:
    hubspot, books = contacts.sandbox.hubspot, contacts.sandbox.quickbooks
    hubspot.add_contact(**customer("ann@example.org", firstname="Ann", lastname="Bos"))
    books.add_customer(DisplayName="Ann (old)", Email="ann@example.org")
    chosen = books.add_customer(DisplayName="Ann (new)", Email="ann@example.org")
    contacts.settle()

    page = open_record(at_desk(finance), contacts, left_title="Ann Bos")
    steps = page.get_by_role("list", name="What to do")
    steps.get_by_role("link", name="Choose its partner").click()
    asked = page.get_by_role("region", name="Which one is it?")
    expect(asked).to_be_in_viewport()
    expect(asked.get_by_text("ann@example.org")).not_to_have_count(0)
    expect(page.get_by_text("2 possible partners")).to_be_visible()

    # Never is asked about first, and can be called off.
    asked.get_by_role("button", name="Never: leave it out").click()
    question = page.get_by_role("dialog", name="Leave it out?")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()

    asked.get_by_role("radio", name="Ann (new)").check()
    asked.get_by_role("button", name="Link to the chosen one").click()
    expect(page.get_by_text("They will be linked within a minute.")).to_be_visible()
    contacts.settle()
    expect_in_sync(page)
    assert contacts.record(left_title="Ann Bos").right_id == chosen


def test_a_partner_that_no_rule_finds_is_linked_by_hand_and_parted_again(
    at_desk: AtDesk, finance: User, tenant: Tenant, server: SandboxServer
) -> None:
    contacts = start(tenant, server, RECIPE, direction=Direction.TO_RIGHT)
    hubspot, books = contacts.sandbox.hubspot, contacts.sandbox.quickbooks
    left = hubspot.add_contact(email="ann@example.org", lifecyclestage="lead", firstname="Ann")
    right = books.add_customer(DisplayName="Bakery Bright", Email="office@bright.example")
    contacts.settle()

    page = open_record(at_desk(finance), contacts, right_id=right)
    page.locator("#match > summary").click()
    page.get_by_role("searchbox", name="Name, id or address in HubSpot").fill("ann")
    page.get_by_role("button", name="Search among those without a partner").click()
    page.get_by_role("radio", name="Ann").check()
    page.get_by_role("button", name="Link the two").click()
    contacts.settle()
    assert contacts.record(right_id=right).left_id == left

    page.reload()
    page.get_by_role("button", name="Unlink").click()
    question = page.get_by_role("dialog", name="Unlink the two?")
    question.get_by_role("button", name="Unlink the two").click()
    expect(page.get_by_text("The two are no longer linked.")).to_be_visible()
    assert contacts.record(right_id=right).left_id == ""


def test_a_conflict_is_settled_for_one_field_and_then_for_all(
    at_desk: AtDesk, finance: User, tenant: Tenant, server: SandboxServer
) -> None:
    contacts = start(tenant, server, RECIPE, policy=Policy.ASK)
    hubspot, books = contacts.sandbox.hubspot, contacts.sandbox.quickbooks
    left = hubspot.add_contact(
        **customer("ann@example.org", firstname="Ann", phone="1", city="Delft")
    )
    contacts.settle()
    right = contacts.record(left_id=left).right_id
    hubspot.update("contacts", left, phone="2", city="Leiden")
    books.update("Customer", right, Phone="3", BillAddr={"City": "Utrecht"})
    contacts.settle()

    page = open_record(at_desk(finance), contacts, left_id=left)
    expect(page.get_by_text("(changed on both sides)").first).to_be_visible()
    asked = page.get_by_role("region", name="Choose which value to keep")
    asked.get_by_role("radio", name="2", exact=True).check()
    asked.get_by_role("button", name="Keep the chosen values").click()
    contacts.settle()
    page.reload()
    expect(asked.get_by_role("radio")).to_have_count(2)

    asked.get_by_role("button", name="All from QuickBooks Online").click()
    expect(page.get_by_text("The chosen values will be kept")).to_be_visible()
    contacts.settle()
    expect_in_sync(page)
    kept = hubspot.get("contacts", left)
    assert (kept["phone"], kept["city"]) == ("2", "Utrecht")


def test_a_record_changes_hands_sleeps_and_is_called_dealt_with(
    at_desk: AtDesk, finance: User, tenant: Tenant, contacts: Journey
) -> None:
    colleague = MembershipFactory.create(tenant=tenant, role=Role.FINANCE).user
    contacts.sandbox.hubspot.add_contact(
        **customer("ann@example.org", firstname="Ann", phone="0" * 40)
    )
    contacts.settle()

    page = open_record(at_desk(finance), contacts, left_title="Ann")
    turn = page.get_by_role("region", name="Whose turn it is")
    turn.get_by_label("Assigned to").select_option(label=str(colleague))
    turn.get_by_label("To be done by").fill("2020-01-31")
    turn.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("2020-01-31 (overdue)")).to_be_visible()

    turn.get_by_label("Note for colleagues").fill("The customer sends the right number.")
    turn.get_by_role("button", name="Add the note").click()
    told = page.get_by_role("region", name="What happened")
    expect(told.get_by_text("The customer sends the right number.")).to_be_visible()

    turn.get_by_role("button", name="tomorrow").click()
    expect(turn.get_by_text("Snoozed until")).to_be_visible()
    turn.get_by_role("button", name="Wake it now").click()
    expect(turn.get_by_role("button", name="tomorrow")).to_be_visible()

    page.get_by_role("button", name="Call dealt with").click()
    question = page.get_by_role("dialog", name="It is dealt with?")
    expect(question.get_by_label("How it was dealt with")).to_be_focused()
    page.keyboard.type("Entered in QuickBooks by hand.")
    question.get_by_role("button", name="It is dealt with").click()
    expect(page.get_by_text("“Entered in QuickBooks by hand.”").first).to_be_visible()
    expect(page.locator("#why-title")).to_contain_text("excluded", ignore_case=True)
