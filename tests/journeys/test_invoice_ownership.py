"""Amounts and lines belong to the side where the invoice was made; what follows them may move."""

from decimal import Decimal

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs.faults import explain
from syncs.models import Status
from tests.journeys.invoicing import (
    Billing,
    agree,
    amount,
    billing,
    days_ago,
    failing,
    item,
    line,
    sales,
)
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


@pytest.fixture
def made(books: Billing) -> str:
    """An invoice made in HubSpot that is booked; its id there."""
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"), line(hours, "1", description="On site"))
    books.settle()
    agree(books, invoice)
    return invoice


@pytest.fixture
def bought(books: Billing) -> str:
    """An invoice made in QuickBooks that HubSpot shows; its Id there."""
    books.contact("Ann")
    books.product("HRS", "50")
    books.switch_on()
    books.settle()
    customer = next(iter(books.sandbox.quickbooks.customers))
    invoice = books.sandbox.quickbooks.add_invoice(
        customer, (item(books, "HRS"), 2, 50, "Work"), DocNumber="7001"
    )
    books.settle()
    assert books.record(right_id=invoice).status == Status.IN_SYNC, books.reasons()
    return invoice


def number_of(books: Billing, invoice: str) -> str:
    return books.record(left_id=invoice).right_id


def lock_of(books: Billing, invoice: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """Which mapping is locked, and the first line as it was agreed and as it is now."""
    details = books.record(left_id=invoice).details
    (lock,) = details["locks"]
    assert details["code"] == "changed_elsewhere"
    agreed, now = lock["agreed"], lock["now"]
    return lock["mapping"], agreed[0], now[0]


def test_a_line_changed_in_quickbooks_is_neither_overwritten_nor_ignored(
    books: Billing, made: str
) -> None:
    quickbooks, booked = books.sandbox.quickbooks, number_of(books, made)
    quickbooks.change_line(booked, "1", Qty=3, UnitPrice=45)

    books.settle()

    assert "Undo it there" in failing(books, made, "state_locked")
    mapping, agreed, now = lock_of(books, made)
    assert mapping == "lines"
    assert [Decimal(agreed[name]) for name in ("quantity", "unit_price")] == [2, 50]
    assert [Decimal(now[name]) for name in ("quantity", "unit_price")] == [3, 45]
    told = explain("state_locked", "invoice", code="changed_elsewhere")
    assert told.title == "Changed where it was not made"
    assert amount(quickbooks.get("Invoice", booked)) == 185
    assert books.sandbox.hubspot.get("invoices", made)["hs_amount_billed"] == "150.00"
    again(books)

    # Undone there, the next run turns it green and writes nothing.
    quickbooks.change_line(booked, "1", Qty=2, UnitPrice=50)
    again(books)
    agree(books, made)


def test_the_same_change_on_both_sides_turns_it_green_too(books: Billing, made: str) -> None:
    booked = number_of(books, made)
    books.sandbox.quickbooks.change_line(booked, "1", Qty=3)
    books.settle()
    failing(books, made, "state_locked")
    books.sandbox.hubspot.allow_on_open(edits=True)
    first = min(books.sandbox.hubspot.lines_of(made), key=int)

    books.sandbox.hubspot.update("line_items", first, quantity="3")
    again(books)

    agree(books, made)
    assert amount(books.booked(made)) == 200


def test_tax_put_on_in_quickbooks_locks_the_invoice_until_it_is_off_again(
    books: Billing, made: str
) -> None:
    booked = number_of(books, made)
    before = sales(books.booked(made))[0]["SalesItemLineDetail"]["TaxCodeRef"]["value"]
    after = "TAX" if before == "NON" else "NON"
    books.sandbox.quickbooks.change_line(booked, "1", TaxCodeRef=after)

    books.settle()

    failing(books, made, "state_locked")
    assert [one["tax"] for one in lock_of(books, made)[1:]] == [before, after]
    again(books)
    books.sandbox.quickbooks.change_line(booked, "1", TaxCodeRef=before)
    again(books)
    agree(books, made)


def test_a_line_added_in_quickbooks_locks_the_invoice_and_other_changes_wait_for_it(
    books: Billing, made: str
) -> None:
    quickbooks, booked = books.sandbox.quickbooks, number_of(books, made)
    lines = quickbooks.get("Invoice", booked)["Line"]
    extra = {
        "DetailType": "SalesItemLineDetail",
        "Amount": 10,
        "SalesItemLineDetail": {"ItemRef": {"value": item(books, "HRS")}, "Qty": 1},
    }
    quickbooks.update("Invoice", booked, Line=[*lines, extra])
    books.sandbox.hubspot.update("invoices", made, hs_due_date=f"{days_ago(-20)}T12:00:00Z")

    books.settle()

    failing(books, made, "state_locked")
    assert len(books.record(left_id=made).details["locks"][0]["now"]) == 3
    assert books.booked(made)["DueDate"] != days_ago(-20).isoformat()
    again(books)
    quickbooks.update("Invoice", booked, Line=lines)
    books.settle()
    agree(books, made)
    assert books.booked(made)["DueDate"] == days_ago(-20).isoformat()
    again(books)


def test_service_dates_texts_and_custom_fields_of_quickbooks_stay_when_hubspot_sends_lines(
    books: Billing, made: str
) -> None:
    quickbooks, booked = books.sandbox.quickbooks, number_of(books, made)
    quickbooks.configure(custom_fields={"1": "Region"}, service_dates=True)
    quickbooks.change_line(booked, "1", ServiceDate="2026-01-15")
    quickbooks.update(
        "Invoice",
        booked,
        PrivateNote="Ask Bo",
        CustomField=[{"DefinitionId": "1", "Type": "StringType", "StringValue": "North"}],
    )
    again(books)
    agree(books, made)
    books.sandbox.hubspot.allow_on_open(edits=True)
    first = min(books.sandbox.hubspot.lines_of(made), key=int)

    books.sandbox.hubspot.update("line_items", first, quantity="4")
    books.settle()

    agree(books, made)
    now = books.booked(made)
    assert amount(now) == 250
    assert sales(now)[0]["SalesItemLineDetail"]["ServiceDate"] == "2026-01-15"
    assert now["PrivateNote"] == "Ask Bo"
    assert now["CustomField"][0]["StringValue"] == "North"
    again(books)


def test_what_is_mapped_of_a_hubspot_invoice_goes_both_ways_and_its_due_date_out(
    books: Billing, made: str
) -> None:
    hubspot, quickbooks = books.sandbox.hubspot, books.sandbox.quickbooks
    hubspot.update("invoices", made, hs_comments="Thanks", hs_due_date=f"{days_ago(-9)}T12:00:00Z")
    books.settle()
    assert books.booked(made)["CustomerMemo"]["value"] == "Thanks"
    assert books.booked(made)["DueDate"] == days_ago(-9).isoformat()

    quickbooks.update("Invoice", number_of(books, made), CustomerMemo={"value": "Thank you"})
    books.settle()

    assert hubspot.get("invoices", made)["hs_comments"] == "Thank you"
    agree(books, made)
    again(books)


def test_a_payment_that_raised_the_version_does_not_fail_the_next_update(
    books: Billing, made: str
) -> None:
    quickbooks, booked = books.sandbox.quickbooks, books.booked(made)
    quickbooks.add_payment(booked["CustomerRef"]["value"], 40, {booked["Id"]: 40})
    assert books.booked(made)["SyncToken"] != booked["SyncToken"]

    books.sandbox.hubspot.update("invoices", made, hs_comments="Part paid")
    books.settle()

    agree(books, made)
    assert books.booked(made)["CustomerMemo"]["value"] == "Part paid"
    assert amount(books.booked(made), "Balance") == 110
    again(books)


def test_an_invoice_made_in_quickbooks_is_edited_there_and_its_mirror_follows(
    books: Billing, bought: str
) -> None:
    quickbooks = books.sandbox.quickbooks
    quickbooks.change_line(bought, "1", Qty=3, UnitPrice=60)
    quickbooks.update("Invoice", bought, CustomerMemo={"value": "Late"}, DueDate="2027-03-01")

    books.settle()

    mirror = books.mirrored(bought)
    assert Decimal(mirror["hs_amount_billed"]) == 180
    assert mirror["hs_comments"] == "Late"
    assert mirror["hs_due_date"].startswith("2027-03-01")
    (shown,) = books.sandbox.hubspot.lines_of(books.record(right_id=bought).left_id).values()
    assert Decimal(shown["quantity"]) == 3
    assert Decimal(shown["price"]) == 60
    assert books.record(right_id=bought).status == Status.IN_SYNC, books.reasons()
    again(books)


def test_lines_of_a_mirror_changed_in_hubspot_are_not_sent_and_not_ignored(
    books: Billing, bought: str
) -> None:
    mirror = books.record(right_id=bought).left_id
    (shown,) = books.sandbox.hubspot.lines_of(mirror)
    books.sandbox.hubspot.update("line_items", shown, quantity="5")

    books.settle()

    failing(books, mirror, "state_locked")
    mapping, agreed, now = lock_of(books, mirror)
    assert mapping == "lines"
    assert Decimal(agreed["quantity"]) == 2
    assert Decimal(now["quantity"]) == 5
    assert amount(books.sandbox.quickbooks.get("Invoice", bought)) == 100
    again(books)
    books.sandbox.hubspot.update("line_items", shown, quantity="2")
    again(books)
    assert books.record(right_id=bought).status == Status.IN_SYNC, books.reasons()


def test_what_is_mapped_of_a_quickbooks_invoice_does_not_go_back(
    books: Billing, bought: str
) -> None:
    mirror = books.record(right_id=bought).left_id
    token = books.sandbox.quickbooks.get("Invoice", bought)["SyncToken"]

    books.sandbox.hubspot.update(
        "invoices", mirror, hs_comments="Mine", hs_due_date="2027-01-01T12:00:00Z"
    )
    books.settle()

    kept = books.sandbox.quickbooks.get("Invoice", bought)
    assert kept["SyncToken"] == token
    assert "CustomerMemo" not in kept
    again(books)
