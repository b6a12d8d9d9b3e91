"""Who is billed: the invoice's contact, as the contact sync knows it."""

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.faults import explain
from syncs.models import Status
from syncs.runs import Ended, run_sync
from tests.journeys.invoicing import Billing, agree, billing, failing, line
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def test_an_invoice_waits_for_its_contact_and_finds_the_customer_by_e_mail(books: Billing) -> None:
    hours = books.product("HRS", "50")
    books.switch_on()
    books.settle()
    known = books.sandbox.quickbooks.add_customer(DisplayName="A. Smit", Email="ANN@example.org")
    ann = books.contact("Ann")
    invoice = books.invoice(ann, line(hours, "2"))

    services.request_run(books.invoices)
    assert run_sync(books.invoices.pk, seconds=120) is Ended.DONE

    waiting = books.record(left_id=invoice)
    assert (waiting.status, waiting.parent_id) == (Status.WAITING, ann)
    books.settle()
    agree(books, invoice)
    assert books.booked(invoice)["CustomerRef"]["value"] == known
    assert len(books.sandbox.quickbooks.customers) == 1
    again(books)


def test_a_contact_outside_the_contact_sync_is_named_with_the_clause_until_it_is_a_customer(
    books: Billing,
) -> None:
    bo, hours = books.contact("Bo", lifecyclestage="lead"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(bo, line(hours, "2"))

    books.settle()

    reason = failing(books, invoice, "parent_missing")
    assert "“Bo Smit” is excluded from its sync" in reason
    assert "Lifecycle Stage is one of Customer" in reason
    row = books.record(left_id=invoice)
    told = explain(row.category, "invoice", field=row.details["field"], code=row.details["code"])
    assert told.title == "Customer is left out"
    assert not books.sandbox.quickbooks.invoices
    again(books)

    books.sandbox.hubspot.update("contacts", bo, lifecyclestage="customer")
    books.settle()
    agree(books, invoice)
    again(books)


def test_an_invoice_that_lost_its_contact_asks_for_one(books: Billing) -> None:
    ann, bo, hours = books.contact("Ann"), books.contact("Bo"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))
    books.sandbox.hubspot.delete("contacts", ann)

    books.settle()

    assert "The record names none" in failing(books, invoice, "parent_missing")
    row = books.record(left_id=invoice)
    told = explain(row.category, "invoice", field=row.details["field"], code=row.details["code"])
    assert told.title == "Billing contact is missing"
    books.sandbox.hubspot.associate("invoices", invoice, "contacts", bo)
    books.settle()
    agree(books, invoice)
    assert books.booked(invoice)["CustomerRef"]["name"] == "Bo Smit"
    again(books)
