"""Work in a spreadsheet: failing records go out, decisions come back and are applied."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.tenancy import all_tenants
from syncs.desk_jobs import run_job
from syncs.models import DeskJob
from tests.browser.conftest import AtDesk
from tests.browser.test_failing_records import customer
from tests.journeys.conftest import Journey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOO_LONG = "0" * 40


@pytest.fixture
def five(contacts: Journey) -> Journey:
    """Five with a phone number that is too long."""
    for name in ("Ann", "Bob", "Cas", "Dee", "Eva"):
        email = f"{name}@example.org"
        contacts.sandbox.hubspot.add_contact(**customer(email, firstname=name, phone=TOO_LONG))
    contacts.settle()
    assert contacts.counts() == {"failing": 5}
    return contacts


def work() -> None:
    """What a worker does with the job that was just asked for."""
    assert run_job(DeskJob.objects.latest("pk").pk) == "done"


def exported(page: Page) -> list[dict[str, str]]:
    page.get_by_label("Add empty columns for decisions").check()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    # The page asks by itself until the job is over.
    expect(page.get_by_text("5 records are exported.")).to_be_visible()
    with page.expect_download() as found:
        page.get_by_role("link", name="Download").click()
    text = Path(found.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_decisions_come_back_from_a_spreadsheet(
    at_desk: AtDesk, finance: User, owner: User, five: Journey, tmp_path: Path
) -> None:
    page = at_desk(finance).open("/desk/export/?status=failing")
    rows = {row["HubSpot name"].split()[0]: row for row in exported(page)}

    rows["Ann"]["assign"] = owner.email
    rows["Bob"]["resolve"] = "Booked by hand"
    rows["Cas"]["exclude"] = "yes"
    rows["Dee"]["assign"] = "nobody@example.org"
    decided = tmp_path / "decisions.csv"
    with decided.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows["Ann"]), delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(rows.values())

    page.goto(page.url.split("/desk/")[0] + "/desk/jobs/")
    page.get_by_role("link", name="Import decisions").click()
    page.locator("input[type=file]").set_input_files(decided)
    page.get_by_role("button", name="Look through the file").click()
    expect(page.get_by_text("nobody@example.org is no colleague")).to_be_visible()
    page.get_by_role("link", name="Will be done").click()
    expect(page.get_by_text(f"assign to {owner}")).to_be_visible()
    expect(page.get_by_text("call dealt with")).to_be_visible()
    assert five.counts() == {"failing": 5}

    page.get_by_role("button", name="Apply the other 3").click()
    expect(page.get_by_text("Waiting for a worker").or_(page.get_by_text("0 of 4"))).to_be_visible()
    work()
    expect(page.get_by_text("3 decisions are carried out; 1 was refused.")).to_be_visible()
    expect(page.get_by_text("Row 5: Dee")).to_be_visible()

    five.settle()
    assert five.counts() == {"failing": 3, "excluded": 2}
    with all_tenants("a test"):
        given = five.record(left_title__startswith="Ann")
    assert given.assignee == owner
