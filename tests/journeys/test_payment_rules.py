"""Payments follow their invoices: in part, over several, too much, given back, at the bank."""

from decimal import Decimal

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.engine.terms import Side
from syncs.faults import explain
from syncs.models import Status
from tests.journeys.invoicing import Billing, agree, amount, billing, line
from tests.journeys.stories import again

type Amount = Decimal | int

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


@pytest.fixture
def two(books: Billing) -> tuple[str, str]:
    """Invoices of 100 and 150 to one customer, made in HubSpot and booked."""
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    made = books.invoice(ann, line(hours, "2")), books.invoice(ann, line(hours, "3"))
    books.settle()
    agree(books, *made)
    return made


def balances(books: Billing, *invoices: str) -> list[tuple[Amount, Amount]]:
    """What is still open of each, in HubSpot and in QuickBooks."""
    return [
        (
            Decimal(books.sandbox.hubspot.get("invoices", one)["hs_balance_due"]),
            amount(books.booked(one), "Balance"),
        )
        for one in invoices
    ]


def payment_of(books: Billing, payment: str) -> dict[str, object]:
    row = books.record(books.payments, left_id=payment)
    assert row.status == Status.IN_SYNC, books.reasons()
    return books.sandbox.quickbooks.get("Payment", row.right_id)


def test_one_payment_of_hubspot_pays_several_invoices_and_what_is_too_much_stays_unapplied(
    books: Billing, two: tuple[str, str]
) -> None:
    first, second = two
    payment = books.sandbox.hubspot.record_payment(first, "280")
    books.sandbox.hubspot.associate("commerce_payments", payment, "invoices", second)

    books.settle()

    booked = payment_of(books, payment)
    assert amount(booked) == 280
    assert amount(booked, "UnappliedAmt") == 30
    assert balances(books, first, second) == [(0, 0), (0, 0)]
    agree(books, first, second)
    again(books)


def test_one_payment_of_quickbooks_pays_several_invoices_and_more(
    books: Billing, two: tuple[str, str]
) -> None:
    first, second = (books.booked(one) for one in two)
    customer = first["CustomerRef"]["value"]
    paid = books.sandbox.quickbooks.add_payment(
        customer, 300, {first["Id"]: 100, second["Id"]: 150}
    )

    books.settle()

    row = books.record(books.payments, right_id=paid)
    assert row.status == Status.IN_SYNC, books.reasons()
    hubspot = books.sandbox.hubspot
    held = hubspot.get("commerce_payments", row.left_id)
    assert Decimal(held["hs_initial_amount"]) == 300
    assert set(hubspot.associated("commerce_payments", row.left_id, "invoices")) == set(two)
    assert balances(books, *two) == [(0, 0), (0, 0)]
    agree(books, *two)
    again(books)


def test_money_given_back_in_hubspot_is_taken_off_in_quickbooks(
    books: Billing, two: tuple[str, str]
) -> None:
    first, second = two
    hubspot = books.sandbox.hubspot
    part, full = hubspot.record_payment(first, "100"), hubspot.record_payment(second, "150")
    books.settle()
    assert balances(books, first, second) == [(0, 0), (0, 0)]

    hubspot.update(
        "commerce_payments",
        part,
        hs_latest_status="partially_refunded",
        hs_refunds_amount="40",
    )
    hubspot.update("commerce_payments", full, hs_latest_status="refunded", hs_refunds_amount="150")
    books.settle()

    assert amount(payment_of(books, part)) == 60
    gone = books.record(books.payments, left_id=full)
    assert gone.details["exclusion"] == "voided", books.reasons()
    assert amount(books.sandbox.quickbooks.get("Payment", gone.right_id)) == 0
    assert balances(books, first, second) == [(40, 40), (150, 150)]
    agree(books, first, second)
    again(books)


def test_a_payment_that_is_at_the_bank_is_locked_until_it_is_off_its_deposit(
    books: Billing, two: tuple[str, str]
) -> None:
    hubspot, quickbooks = books.sandbox.hubspot, books.sandbox.quickbooks
    payment = hubspot.record_payment(two[0], "100")
    books.settle()
    booked = books.record(books.payments, left_id=payment).right_id
    deposit = quickbooks.deposit(booked)
    again(books)
    assert payment_of(books, payment)["Id"] == booked

    hubspot.update(
        "commerce_payments",
        payment,
        hs_latest_status="partially_refunded",
        hs_refunds_amount="40",
    )
    books.settle()

    row = books.record(books.payments, left_id=payment)
    assert (row.status, row.category) == (Status.FAILING, "state_locked"), books.reasons()
    assert "This transaction has been deposited" in row.reason
    told = explain(row.category, "payment", code=row.details["code"])
    assert told.title == "Payment is deposited"
    assert amount(quickbooks.get("Payment", booked)) == 100
    again(books)

    quickbooks.delete("Deposit", deposit)
    services.retry(type(row).objects.for_tenant(books.tenant).filter(pk=row.pk))
    books.settle()
    assert amount(payment_of(books, payment)) == 60
    again(books)


def test_a_payment_follows_its_invoice_into_the_sync_and_only_once_it_succeeded(
    books: Billing,
) -> None:
    hubspot = books.sandbox.hubspot
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    old = books.invoice(ann, line(hours, "2"))
    books.switch_on()
    new = books.invoice(ann, line(hours, "3"))
    books.settle()
    # A payment does change its invoice, which is part of the sync from then on but for the clause.
    mirror = books.invoice(ann, line(hours, "1"), hs_invoice_source="data_sync")
    left_out = hubspot.record_payment(mirror, "20")
    waiting = hubspot.record_payment(new, "150", hs_latest_status="processing")
    books.settle()

    out = books.record(books.payments, left_id=left_out)
    assert (out.status, out.details["exclusion"]) == (Status.EXCLUDED, "parent"), books.reasons()
    held = books.record(books.payments, left_id=waiting)
    assert held.details["clause"]["field"] == "hs_latest_status"
    assert not books.sandbox.quickbooks.payments
    again(books)

    hubspot.update("commerce_payments", waiting, hs_latest_status="succeeded")
    hubspot.record_payment(old, "100")
    services.enrol(books.invoices, Side.LEFT, old)
    books.settle()
    assert amount(payment_of(books, waiting)) == 150
    assert balances(books, old, new) == [(0, 0), (0, 0)]
    assert len(books.sandbox.quickbooks.payments) == 2
    agree(books, old, new)
    again(books)


@pytest.mark.parametrize("button", ["void", "delete"])
def test_a_payment_taken_back_in_quickbooks_opens_the_invoice_in_hubspot(
    books: Billing, two: tuple[str, str], button: str
) -> None:
    booked = books.booked(two[0])
    quickbooks = books.sandbox.quickbooks
    paid = quickbooks.add_payment(booked["CustomerRef"]["value"], 100, {booked["Id"]: 100})
    books.settle()
    left = books.record(books.payments, right_id=paid).left_id
    assert balances(books, *two) == [(0, 0), (150, 150)]

    getattr(quickbooks, button)("Payment", paid)
    books.settle()

    held = books.sandbox.hubspot.get("commerce_payments", left)
    assert held["hs_latest_status"] == "refunded"
    assert balances(books, *two) == [(100, 100), (150, 150)]
    agree(books, *two)
    assert len(books.sandbox.hubspot.payments) == 1
    again(books)


def test_a_payment_is_noted_once_on_the_deal_and_nowhere_without_one(books: Billing) -> None:
    hubspot, quickbooks = books.sandbox.hubspot, books.sandbox.quickbooks
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    deal = hubspot.add_deal(dealname="Big one")
    books.switch_on()
    dealt = books.invoice(ann, line(hours, "2"), deal=deal)
    loose = books.invoice(ann, line(hours, "3"))
    books.settle()
    first, second = books.booked(dealt), books.booked(loose)
    customer = first["CustomerRef"]["value"]
    paid = quickbooks.add_payment(customer, 40, {first["Id"]: 40}, TxnDate="2026-11-02")
    quickbooks.add_payment(customer, 50, {second["Id"]: 50})

    books.settle()

    (note,) = hubspot.associated("deals", deal, "notes")
    assert "40 USD received on 2026-11-02" in hubspot.get("notes", note)["hs_note_body"]
    quickbooks.update("Payment", paid, PrivateNote="By bank", PaymentRefNum="77")
    books.settle()
    assert hubspot.associated("deals", deal, "notes") == [note]
    assert len(hubspot.all("notes")) == 1
    again(books)
