"""Invoices from HubSpot to the books and back, over real HTTP, each story run twice."""

from decimal import Decimal

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs.engine.terms import Direction
from syncs.models import Status, SyncState
from tests.journeys.invoicing import NOTES, Billing, amount, billing, line, sales
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def test_an_invoice_finalised_in_hubspot_is_booked_with_customer_items_and_amounts(
    books: Billing,
) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "49.95")
    books.switch_on()
    invoice = books.invoice(
        ann,
        line(hours, "2.5"),
        line(hours, "3", hs_discount_percentage="10", description="October"),
    )

    books.settle()

    assert books.statuses() == {"in_sync": 1}, books.reasons()
    booked, there = books.booked(invoice), books.sandbox.hubspot.get("invoices", invoice)
    assert amount(booked) == Decimal(there["hs_amount_billed"])
    assert booked["CustomerRef"]["name"] == "Ann Smit"
    first, second = sales(booked)
    assert first["SalesItemLineDetail"]["ItemRef"]["name"] == "Product HRS"
    assert first["SalesItemLineDetail"]["Qty"] == 2.5
    assert second["Description"] == "October"
    again(books)


def test_an_invoice_made_in_quickbooks_appears_in_hubspot_and_cannot_be_paid_there(
    books: Billing,
) -> None:
    ann = books.contact("Ann")
    company = books.sandbox.hubspot.add_company(name="Smit & Co", domain="smit.example")
    books.sandbox.hubspot.link(ann, company)
    hours = books.product("HRS", "50")
    books.switch_on()
    books.settle()
    customer = next(iter(books.sandbox.quickbooks.customers))
    item = next(
        id_ for id_, one in books.sandbox.quickbooks.items.items() if one.get("Sku") == "HRS"
    )
    made = books.sandbox.quickbooks.add_invoice(customer, (item, 2, 50, "Work"))

    books.settle()

    there = books.mirrored(made)
    assert there["hs_invoice_billable"] == "false"
    assert there["hs_invoice_status"] == "open"
    assert Decimal(there["hs_amount_billed"]) == 100
    mirror = books.record(right_id=made).left_id
    assert books.sandbox.hubspot.associated("invoices", mirror, "contacts") == [ann]
    assert books.sandbox.hubspot.associated("invoices", mirror, "companies") == [company]
    (item_line,) = books.sandbox.hubspot.associated("invoices", mirror, "line_items")
    assert books.sandbox.hubspot.get("line_items", item_line)["hs_product_id"] == hours
    again(books)


def test_payments_and_notes_are_switched_on_with_a_two_way_sync(books: Billing) -> None:
    books.contact("Ann")

    books.switch_on(Direction.BOTH)

    assert {sync.state for sync in books.syncs.values()} == {SyncState.ACTIVE}
    assert books.payments.direction == "both"
    assert NOTES in books.syncs


def test_payments_are_not_switched_on_with_an_inbound_sync(books: Billing) -> None:
    books.switch_on(Direction.TO_LEFT)

    assert "hubspot_quickbooks_payments" not in books.syncs


def test_a_payment_in_quickbooks_makes_the_hubspot_invoice_paid(books: Billing) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))
    books.settle()
    booked = books.booked(invoice)
    books.sandbox.quickbooks.add_payment(booked["CustomerRef"]["value"], 40, {booked["Id"]: 40})

    books.settle()

    assert books.statuses(books.payments) == {"in_sync": 1}, books.reasons()
    there = books.sandbox.hubspot.get("invoices", invoice)
    assert there["hs_invoice_status"] == "open"
    assert Decimal(there["hs_balance_due"]) == 60
    books.sandbox.quickbooks.add_payment(booked["CustomerRef"]["value"], 60, {booked["Id"]: 60})
    books.settle()
    assert books.sandbox.hubspot.get("invoices", invoice)["hs_invoice_status"] == "paid"
    again(books)


def test_a_payment_in_hubspot_is_booked_on_its_invoice(books: Billing) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"))
    books.settle()
    books.sandbox.hubspot.record_payment(invoice, "100")

    books.settle()

    (payment,) = books.sandbox.quickbooks.all("Payment").values()
    assert amount(payment) == 100
    assert amount(books.booked(invoice), "Balance") == 0
    assert books.record(left_id=invoice).status == Status.IN_SYNC
    again(books)
