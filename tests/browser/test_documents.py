"""Finance staff and invoices: older ones sent, differences found, mappings weighed."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Tenant, User
from integrations.sandbox.server import SandboxServer
from syncs.models import Status, Sync, SyncRecord
from tests.browser.conftest import AtDesk
from tests.browser.test_pages import LONGEST, NARROW, STICKS_OUT
from tests.desk.documents import customer, invoice, invoices_sync, item, line, older_invoice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invoices(tenant: Tenant, server: SandboxServer) -> Sync:
    sync = invoices_sync(tenant)
    customer(sync)
    item(sync)
    return sync


def page_of(record: SyncRecord) -> str:
    return f"/admin/syncs/syncrecord/{record.pk}/change/"


def test_older_invoices_are_chosen_previewed_and_sent_by_keyboard(
    at_desk: AtDesk, finance: User, invoices: Sync
) -> None:
    chosen = older_invoice(invoices, 1)
    older_invoice(invoices, 2)
    person = at_desk(finance)
    page = person.open(f"/admin/syncs/sync/{invoices.pk}/change/")
    page.get_by_role("link", name="Send older ones (2)").press("Enter")

    page.get_by_role("checkbox", name="INV-1").press("Space")
    page.get_by_role("button", name="Preview the chosen ones").press("Enter")
    expect(page.get_by_role("heading", name="Send 1 older record?")).to_be_visible()
    expect(page.get_by_text("create in QuickBooks Online")).to_be_visible()
    page.get_by_role("button", name="Send it").press("Enter")

    expect(page.get_by_text("1 record is sent.")).to_be_visible()
    chosen.refresh_from_db()
    assert chosen.enrolled_by_hand


def test_a_difference_in_the_books_leads_to_its_record(
    at_desk: AtDesk, finance: User, invoices: Sync
) -> None:
    invoice(invoices, 1, left={}, right={"TotalAmt": "20.99"})
    person = at_desk(finance)

    page = person.open("/admin/")
    page.get_by_role("link", name="Do the books agree?").click()
    expect(page.get_by_role("status")).to_contain_text("They do not agree.")
    expect(page.get_by_text("0.01 USD more in HubSpot.")).to_be_visible()
    page.get_by_role("link", name="INV-1").click()

    expect(page.get_by_text("Total (differs)")).to_be_visible()


def test_a_mapping_is_weighed_before_it_is_saved(
    at_desk: AtDesk, finance: User, invoices: Sync
) -> None:
    invoice(invoices, 1, left={"po_number": "PO-7"}, right={})
    person = at_desk(finance)

    page = person.open(f"/admin/syncs/mapping/add/?sync={invoices.pk}")
    page.locator("#id_left").select_option("po_number", force=True)
    page.locator("#id_right").select_option("PrivateNote", force=True)
    page.locator("#id_direction").select_option("to_right")
    assert page.locator("#id_right option[value='CustomField.9']").is_disabled()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 of 1 linked records is brought up to date")).to_be_visible()
    page.get_by_role("button", name="Save the mapping").click()

    expect(page.get_by_text("All records of this sync are decided anew")).to_be_visible()
    expect(page.get_by_role("cell", name="PO number")).to_be_visible()


def test_every_page_of_documents_fits_a_narrow_dark_screen(
    at_desk: AtDesk, owner: User, invoices: Sync
) -> None:
    person = at_desk(owner)
    person.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    person.page.emulate_media(color_scheme="dark")

    stick_out = {path: _sticks_out(person.open(path)) for path in _paths(invoices)}

    assert {path: by for path, by in stick_out.items() if by > 0} == {}


def _sticks_out(page: Page) -> int:
    assert page.locator("html.dark").count() == 1
    return int(page.evaluate(STICKS_OUT))


def _paths(sync: Sync) -> list[str]:
    lines = [line(LONGEST, "2", "10.5", "21")]
    now = [line(LONGEST, "3", "10.5", "31.5")]
    lock = {"mapping": "lines", "side": "right", "field": "lines", "agreed": lines, "now": now}
    locked = invoice(
        sync,
        1,
        left={"lines": lines},
        right={"lines": now, "TotalAmt": "31.5"},
        left_title=LONGEST,
        status=Status.FAILING,
        category="state_locked",
        details={"code": "changed_elsewhere", "field": "lines", "locks": [lock]},
    )
    older = older_invoice(sync, 2, left_title=LONGEST)
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(name=LONGEST)
    address = f"/admin/syncs/sync/{sync.pk}"
    return [
        "/admin/",
        f"{address}/change/",
        f"{address}/books/",
        f"{address}/books/?first=2020-01-01&last=2020-01-31",
        f"{address}/older/",
        page_of(locked),
        page_of(older),
    ]
