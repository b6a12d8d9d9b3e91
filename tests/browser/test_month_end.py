"""Finance at the end of the month: what fails this week, why, mended, tried again, the rest handed
over as a file.
"""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Tenant, User
from integrations.sandbox.server import SandboxServer
from syncs.desk_jobs import run_job
from syncs.models import DeskJob, JobState, Status
from tests.browser.conftest import AtDesk, Person
from tests.journeys.invoicing import Billing, agree, billing, line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RECORDS = "/admin/syncs/syncrecord/"
TOO_LONG = "As agreed on the telephone, and in writing. " * 100


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def work() -> None:
    """What a worker does with the jobs that people handed in."""
    for job in DeskJob.objects.filter(state=JobState.QUEUED):
        assert run_job(job.pk) == JobState.DONE.value


def find_failing_invoices_of_this_week(page: Page) -> None:
    form = page.locator("form.saldo-filters")
    page.locator("summary").filter(has_text="Filters").click()
    form.get_by_role("checkbox", name="failing", exact=True).check()
    form.get_by_label("Object").select_option("invoice")
    form.get_by_label("Failing for").select_option("less than a week")
    form.get_by_role("button", name="Apply Filters").click()


def mend_the_customer(person: Person) -> None:
    """From the page of causes to the customer that holds up its invoices, and to its source."""
    page = person.open("/desk/causes/")
    held = page.get_by_role("listitem").filter(has_text="Ann Smit").last
    expect(held).to_contain_text("2 invoices")
    page.get_by_role("link", name="Ann Smit", exact=True).click()
    expect(page.locator("#why-title")).to_contain_text("Text is too long")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open in HubSpot").first.click()
    source = opened.value
    source.get_by_label("Phone Number").first.fill("+31 20 123 4567")
    source.get_by_role("button", name="Save").click()
    expect(source.get_by_role("status")).to_have_text("Saved.")


def try_all_again(page: Page) -> None:
    page.get_by_label("all 3 that are filtered").check()
    page.get_by_role("button", name="Try again", exact=True).click()
    expect(page.get_by_text("3 records, all that are filtered")).to_be_visible()
    page.get_by_role("button", name="Try again", exact=True).click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    expect(page.get_by_text("3 records are tried again")).to_be_visible()


def export(page: Page, file: Path) -> list[list[str]]:
    """All that is filtered, as lines of the file that was built meanwhile."""
    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.get_by_text("1 record, exactly as filtered")).to_be_visible()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened))


def test_what_fails_is_found_understood_mended_tried_again_and_the_rest_exported(
    at_desk: AtDesk, finance: User, books: Billing, tmp_path: Path
) -> None:
    hours = books.product("HRS", "50")
    books.switch_on()
    ann, bea = books.contact("Ann", phone="0" * 40), books.contact("Bea")
    held = [books.invoice(ann, line(hours, str(number))) for number in (1, 2)]
    stuck = books.invoice(bea, line(hours, "3", description=TOO_LONG))
    books.settle()

    # Found: three of them.
    person = at_desk(finance)
    page = person.open(RECORDS)
    find_failing_invoices_of_this_week(page)
    expect(page.locator("#result_list tbody th[scope=row]")).to_have_count(3)

    # Understood: two of them fail for their customer, who is mended where it is kept.
    mend_the_customer(person)

    # Tried again, all that is filtered, by a worker.
    page = person.open(RECORDS)
    find_failing_invoices_of_this_week(page)
    try_all_again(page)
    books.settle()
    agree(books, *held)

    # One is left, and goes to whoever can change it.
    page.goto(person.address + RECORDS)
    find_failing_invoices_of_this_week(page)
    expect(page.locator("#result_list tbody th[scope=row]")).to_have_count(1)
    headings, row, _total = export(page, tmp_path / "rest.csv")
    told = dict(zip(headings, row, strict=True))
    assert books.record(left_id=stuck).status == Status.FAILING
    assert stuck in row
    assert told["Status"] == "failing"
    assert told["Problem"] == "Value not accepted"
