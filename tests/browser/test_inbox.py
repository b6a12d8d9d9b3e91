"""Somebody is given a record, sees so at once, and reads it in the next morning's digest."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.letters import send_due
from accounts.models import Membership, NotificationKind, Tenant, User
from accounts.notices import notify
from accounts.preferences import change_preferences
from accounts.tenancy import all_tenants
from syncs.digest import make_due
from tests.browser.conftest import AtDesk
from tests.journeys.conftest import Journey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAILING = "/admin/syncs/syncrecord/?status=failing"


def test_a_record_is_assigned_and_the_colleague_hears_of_it(
    at_desk: AtDesk, owner: User, finance: User, contacts: Journey
) -> None:
    contacts.sandbox.hubspot.add_contact(
        email="ann@example.org", firstname="Ann", lifecyclestage="customer", phone="0" * 40
    )
    contacts.settle()
    with all_tenants("they have worked here for a while"):
        Membership.objects.update(created_at=datetime.now(UTC) - timedelta(days=9))
    colleague = at_desk(finance)
    colleague.open("/desk/inbox/").get_by_role("button", name="Mark all as read").click()
    bell = colleague.page.get_by_role("link", name="Messages: ")
    expect(bell).to_have_accessible_name("Messages: none unread")

    # The owner gives the record to a colleague.
    page = at_desk(owner).open(FAILING)
    page.locator("#result_list").get_by_role("link", name="Ann").first.click()
    page.get_by_label("Assigned to").select_option(label=str(finance))
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text(f"{finance} has it now.")).to_be_visible()

    # The colleague's bell says so, and leads to the record by way of the inbox.
    colleague.open("/admin/")
    expect(bell).to_have_accessible_name("Messages: 1 unread")
    bell.press("Enter")
    message = colleague.page.get_by_role("listitem").filter(has_text=f"{owner} assigned a record")
    expect(message).to_contain_text("Ann")
    message.get_by_role("button").press("Enter")
    expect(colleague.page.locator("#why-title")).to_be_visible()
    expect(bell).to_have_accessible_name("Messages: none unread")

    # The digest of the next hour that was chosen names it.
    mail.outbox.clear()
    now = datetime.now(UTC)
    change_preferences(finance, time_zone="UTC", digest_hour=(now + timedelta(hours=1)).hour)
    change_preferences(owner, channels={"digest": {"mail": False}})
    send_due()
    mail.outbox.clear()
    assert make_due((now + timedelta(hours=1)).replace(minute=0)) == 1
    assert send_due() == 1
    (letter,) = mail.outbox
    assert letter.to == [finance.email]
    assert "1 assigned to you" in letter.subject
    assert "Assigned to you: 1\nNew: 1\n– Ann" in str(letter.body)


def test_how_one_is_told_is_chosen_by_keyboard(at_desk: AtDesk, finance: User) -> None:
    page = at_desk(finance).open("/desk/preferences/")
    switch = page.get_by_role("checkbox", name="Connection trouble: by e-mail")
    switch.press("Space")
    page.get_by_label("The daily digest comes at").select_option("06:00")
    page.get_by_role("button", name="Save").press("Enter")

    expect(page.get_by_text("Saved. It holds")).to_be_visible()
    expect(switch).not_to_be_checked()
    expect(page.get_by_label("The daily digest comes at")).to_have_value("6")


def test_the_bell_of_an_open_page_hears_of_news_within_a_minute(
    at_desk: AtDesk, finance: User, tenant: Tenant
) -> None:
    person = at_desk(finance)
    person.page.clock.install()
    page = person.open("/desk/preferences/")
    bell = page.get_by_role("link", name="Messages: ")
    expect(bell).to_have_accessible_name("Messages: none unread")

    kind = NotificationKind.JOB
    notify([finance], kind, tenant=tenant, key="job:1", title="Export ready", url="/desk/jobs/")
    page.clock.run_for(61_000)

    expect(bell).to_have_accessible_name("Messages: 1 unread")
    page.clock.run_for(61_000)
    expect(bell).to_have_accessible_name("Messages: 1 unread")
