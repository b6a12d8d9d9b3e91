"""What the providers really refuse of invoices, and what finance staff read of it."""

import pytest

from accounts.models import Tenant
from integrations.models import Connection, ConnectionState
from integrations.pausing import resume
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.faults import Explanation, explain
from syncs.models import Status, Sync, SyncRecord, SyncState
from syncs.recipes import recipe_of
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, PRODUCTS
from syncs.runs import Ended, run_sync
from tests.journeys.invoicing import Billing, agree, billing, failing, item, line
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def told(row: SyncRecord, sync: Sync) -> Explanation:
    """What stands beside the record: the most precise words there are."""
    object_type = recipe_of(sync.recipe).right.object_type
    details = row.details
    return explain(row.category, object_type, field=details.get("field", ""), code=details["code"])


def refused(books: Billing, invoice: str, category: str, title: str) -> str:
    """The invoice fails with these words and with steps; the provider's own words."""
    reason = failing(books, invoice, category)
    words = told(books.record(left_id=invoice), books.invoices)
    assert str(words.title) == title
    assert words.steps
    return reason


def retry(books: Billing, invoice: str) -> None:
    rows = SyncRecord.objects.for_tenant(books.tenant)
    services.retry(rows.filter(sync=books.invoices, left_id=invoice))
    books.settle()


def test_an_item_that_was_just_made_inactive_stops_its_invoice_until_it_is_active_again(
    books: Billing,
) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    books.settle()
    sold = item(books, "HRS")
    invoice = books.invoice(ann, line(hours, "2"))
    # Nobody has heard of it yet: the products come in only after the invoices.
    books.sandbox.quickbooks.deactivate("Item", sold)
    services.request_run(books.invoices)

    assert run_sync(books.invoices.pk, seconds=120) is Ended.DONE

    reason = refused(books, invoice, "reference_inactive", "Item or its account is inactive")
    assert "has been made inactive" in reason
    books.sandbox.quickbooks.reactivate("Item", sold)
    retry(books, invoice)
    agree(books, invoice)
    again(books)


def test_an_inactive_income_account_is_told_of_its_items_and_holds_their_invoices(
    books: Billing,
) -> None:
    quickbooks = books.sandbox.quickbooks
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    ledger = quickbooks.ledger("Services")
    quickbooks.deactivate("Account", ledger)
    invoice = books.invoice(ann, line(hours, "1"), line("", "1", name="Set-up", price="5"))

    books.settle()

    products = books.syncs[PRODUCTS]
    row = books.record(products, left_id=hours)
    assert (row.status, row.category) == (Status.FAILING, "reference_inactive"), books.reasons()
    assert "inactive" in row.reason
    assert told(row, products).title == "Refers to something inactive"
    # Without “Custom line item” no invoice can go: its sync waits, and says why.
    books.find_syncs()
    assert books.invoices.state == SyncState.PAUSED
    assert books.invoices.pause_category == "configuration"
    assert "inactive" in books.invoices.pause_message
    assert not quickbooks.invoices
    again(books)

    quickbooks.reactivate("Account", ledger)
    services.retry(SyncRecord.objects.for_tenant(books.tenant).filter(sync=products))
    services.resume(books.invoices)
    books.settle()
    agree(books, invoice)
    again(books)


def test_a_sale_of_deferred_revenue_without_a_service_date_is_refused_alone(
    books: Billing,
) -> None:
    quickbooks = books.sandbox.quickbooks
    ann, hours, plan = books.contact("Ann"), books.product("HRS"), books.product("PLAN")
    books.switch_on()
    books.settle()
    quickbooks.configure(revenue_recognition=True, service_dates=True)
    quickbooks.update("Item", item(books, "PLAN"), DeferredRevenue=True)
    deferred = books.invoice(ann, line(hours, "1"), line(plan, "1"))
    plain = books.invoice(ann, line(hours, "1"))

    books.settle()

    reason = refused(books, deferred, "field_missing", "Service date is missing")
    assert "Enter a service date for the revenue recognition line item" in reason
    agree(books, plain)
    again(books)
    quickbooks.update("Item", item(books, "PLAN"), DeferredRevenue=False)
    retry(books, deferred)
    agree(books, deferred)
    again(books)


def test_a_text_that_is_too_long_names_its_field(books: Billing) -> None:
    books.sandbox.quickbooks.configure(custom_numbers=True)
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"), hs_comments="x" * 1_001)

    books.settle()

    reason = refused(books, invoice, "field_invalid", "Text is too long")
    assert "1000" in reason or "1,000" in reason
    assert not books.sandbox.quickbooks.invoices
    again(books)
    books.sandbox.hubspot.update("invoices", invoice, hs_comments="Short")
    books.settle()
    agree(books, invoice)
    again(books)


def test_an_invoice_of_another_app_is_not_changed_in_hubspot_and_says_so(books: Billing) -> None:
    hubspot, quickbooks = books.sandbox.hubspot, books.sandbox.quickbooks
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))
    books.settle()
    hubspot.lock_invoice(invoice)
    booked = books.record(left_id=invoice).right_id

    quickbooks.update("Invoice", booked, CustomerMemo={"value": "From the books"})
    books.settle()

    reason = refused(books, invoice, "state_locked", "Belongs to another app in HubSpot")
    assert "can only be changed by the app that created it" in reason
    again(books)
    hubspot.unlock_invoice(invoice)
    retry(books, invoice)
    agree(books, invoice)
    assert hubspot.get("invoices", invoice)["hs_comments"] == "From the books"


def test_a_customer_name_that_is_taken_stops_its_invoices_with_the_reason(books: Billing) -> None:
    quickbooks = books.sandbox.quickbooks
    quickbooks.add("Vendor", DisplayName="Ann Smit")
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))

    books.settle()

    contact = books.record(books.syncs[CONTACTS], left_id=ann)
    assert (contact.status, contact.category) == (Status.FAILING, "duplicate_key")
    assert told(contact, books.syncs[CONTACTS]).title == "Customer name is taken"
    reason = refused(books, invoice, "parent_missing", "Customer did not make it")
    assert "Ann Smit" in reason
    again(books)
    books.sandbox.hubspot.update("contacts", ann, lastname="de Smit")
    books.settle()
    agree(books, invoice)
    again(books)


def test_a_change_that_came_first_is_read_again_and_fails_nobody(books: Billing) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))
    books.settle()
    rule = {"provider": "quickbooks", "kind": "stale_version", "method": "POST", "path": "/batch"}
    (fault,) = books.sandbox.faults.add(rule)

    books.sandbox.hubspot.update("invoices", invoice, hs_comments="Second")
    books.settle()

    assert fault.hits == 1
    agree(books, invoice)
    assert books.booked(invoice)["CustomerMemo"]["value"] == "Second"
    words = explain("conflict", "invoice", code="5010")
    assert (words.title, bool(words.steps)) == ("Changed there meanwhile", True)
    again(books)


def test_a_lapsed_subscription_holds_everything_back_until_it_is_paid(books: Billing) -> None:
    quickbooks = books.sandbox.quickbooks
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    books.settle()
    quickbooks.configure(lapsed=True)
    invoice = books.invoice(ann, line(hours, "2"))

    for sync in books.syncs.values():
        services.request_run(sync)
        run_sync(sync.pk, seconds=120)

    connection = Connection.objects.for_tenant(books.tenant).get(pk=books.integration.right_id)
    assert connection.state == ConnectionState.PAUSED
    assert connection.pause_category == "connection_suspended"
    row = books.record(left_id=invoice)
    assert row.status in (Status.PENDING, Status.WAITING)
    words = explain("connection_suspended")
    assert (words.title, bool(words.steps)) == ("Subscription lapsed", True)
    assert not quickbooks.invoices

    quickbooks.configure(lapsed=False)
    assert resume(connection)
    books.settle()
    agree(books, invoice)
    again(books)
