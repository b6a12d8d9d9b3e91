"""Invoice numbers, and periods that the books have closed."""

import pytest

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.engine.terms import Direction
from syncs.faults import explain
from syncs.models import SyncRecord
from tests.journeys.invoicing import Billing, agree, billing, days_ago, failing, item, line
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def rows(books: Billing, *ids: str) -> TenantQuerySet[SyncRecord]:
    own = SyncRecord.objects.for_tenant(books.tenant)
    return own.filter(sync=books.invoices, left_id__in=ids)


def writing_calls(books: Billing) -> int:
    calls = books.sandbox.quickbooks.meter.calls
    return sum(number for template, number in calls.items() if "batch" in template)


def test_quickbooks_numbers_invoices_itself_unless_it_is_told_otherwise(books: Billing) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))

    books.settle()

    agree(books, invoice)
    assert books.sandbox.hubspot.get("invoices", invoice)["hs_number"] == "INV-1001"
    assert books.booked(invoice)["DocNumber"] == "1001"
    again(books)


def test_with_custom_numbers_hubspots_number_goes_along_and_one_that_is_taken_is_explained(
    books: Billing,
) -> None:
    quickbooks = books.sandbox.quickbooks
    quickbooks.configure(custom_numbers=True, warns_of_duplicates=True)
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on(Direction.TO_RIGHT)
    free = books.invoice(ann, line(hours, "2"))
    books.settle()
    agree(books, free)
    customer = books.booked(free)["CustomerRef"]["value"]
    taken = books.invoice(ann, line(hours, "3"))
    number = books.sandbox.hubspot.get("invoices", taken)["hs_number"]
    there = quickbooks.add_invoice(customer, (item(books, "HRS"), 1, 50), DocNumber=number)

    books.settle()

    assert books.booked(free)["DocNumber"] == "INV-1001"
    assert f"DocNumber={number}" in failing(books, taken, "duplicate_key")
    details = books.record(left_id=taken).details
    told = explain("duplicate_key", "invoice", field=details["field"], code=details["code"])
    assert told.title == "Invoice number is taken"
    assert any("Custom transaction numbers" in str(step) for step in told.steps)
    again(books)

    quickbooks.update("Invoice", there, DocNumber="OLD-1")
    services.retry(rows(books, taken))
    books.settle()
    agree(books, taken)
    assert books.booked(taken)["DocNumber"] == number
    again(books)


def test_a_closed_period_is_seen_before_sending_and_left_until_somebody_reopens_it(
    books: Billing,
) -> None:
    quickbooks = books.sandbox.quickbooks
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    long_ago = f"{days_ago(40).isoformat()}T12:00:00Z"
    early = books.invoice(ann, line(hours, "1"), hs_invoice_date=long_ago)
    books.settle()
    agree(books, early)
    quickbooks.configure(book_close_date=days_ago(30).isoformat())
    calls = writing_calls(books)
    late = books.invoice(ann, line(hours, "2"), hs_invoice_date=long_ago)

    books.settle()

    assert f"closed up to {days_ago(30).isoformat()}" in failing(books, late, "period_closed")
    assert writing_calls(books) == calls
    # What is booked already does not say its date along with each change: QuickBooks does.
    due = f"{days_ago(2).isoformat()}T12:00:00Z"
    books.sandbox.hubspot.update("invoices", early, hs_due_date=due)
    books.settle()
    assert "The account period has closed" in failing(books, early, "period_closed")
    assert writing_calls(books) == calls + 1
    assert {row.due_at for row in rows(books, late, early)} == {None}
    told = explain("period_closed", "invoice", code="book_close")
    assert told.title == "Books are closed for that date"
    # Reopened: nobody tries by itself what was closed on purpose.
    quickbooks.configure(book_close_date=None)
    again(books)
    assert writing_calls(books) == calls + 1
    failing(books, late, "period_closed")
    assert services.retry(rows(books, late, early)) == 2
    books.settle()
    agree(books, late, early)
    assert books.booked(early)["DueDate"] == days_ago(2).isoformat()
    again(books)
