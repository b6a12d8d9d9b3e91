"""The demo company's invoices: as many of each kind as planted, and wrong where they are to be."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.sandbox import dataset
from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.core import HandClock, Sandbox
from integrations.sandbox.datasets import plain_invoices
from integrations.sandbox.datasets.demo_invoices import CLOSED, PAYMENTS, PLANTED, STARTED
from syncs.demo import company
from tests.sandbox.quickbooks_calls import START

SEED = 1
BOOKS = "books: "
TAKEN = PLANTED["number that is taken"]


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return make_sandbox("demo", seed=SEED, clock=HandClock(START))


def test_there_are_about_1200_invoices_as_many_of_each_kind_as_planted(sandbox: Sandbox) -> None:
    in_books = sum(count for name, count in PLANTED.items() if name.startswith(BOOKS))
    in_crm = sum(PLANTED.values()) - in_books

    assert len(sandbox.hubspot.invoices) == in_crm
    assert sandbox.quickbooks.count("Invoice") == in_books + TAKEN
    assert 1150 <= in_crm + in_books <= 1250
    assert len(sandbox.hubspot.payments) == PAYMENTS["in HubSpot"]
    assert sandbox.quickbooks.count("Payment") == PAYMENTS["in QuickBooks"]


def test_hubspot_invoices_are_in_the_states_that_their_payments_make(sandbox: Sandbox) -> None:
    invoices = sandbox.hubspot.invoices.values()
    states = Counter(row["hs_invoice_status"] for row in invoices)
    partly = [
        row
        for row in invoices
        if row["hs_invoice_status"] == "open" and Decimal(row.get("hs_amount_paid") or "0")
    ]

    assert states["paid"] == PLANTED["paid"] + PLANTED["paid two at once"]
    assert states["draft"] == PLANTED["drafts"]
    assert states["voided"] == PLANTED["voided"]
    # A refund opens an invoice again.
    assert len(partly) == PLANTED["partly paid"] + PLANTED["paid, partly given back"]


def test_quickbooks_invoices_are_open_partly_paid_paid_and_voided(sandbox: Sandbox) -> None:
    states = Counter(_state(row) for row in sandbox.quickbooks.invoices.values())

    paid = ("paid", "paid, deposited", "paid three at once", "paid too much")
    still_open = ("open", "open, with sales tax", "open, with a discount")
    assert states == {
        "paid": sum(PLANTED[BOOKS + name] for name in paid),
        "open": sum(PLANTED[BOOKS + name] for name in still_open) + TAKEN,
        "partly paid": PLANTED["books: partly paid"],
        "voided": PLANTED["books: voided"],
    }


def _state(row: dict[str, Any]) -> str:
    if not row["TotalAmt"]:
        return "voided"
    if not row["Balance"]:
        return "paid"
    return "open" if row["Balance"] == row["TotalAmt"] else "partly paid"


def test_money_that_was_paid_too_much_or_deposited_is_there(sandbox: Sandbox) -> None:
    payments = sandbox.quickbooks.payments.values()

    beyond = [row for row in payments if row["UnappliedAmt"]]
    assert len(beyond) == PLANTED["books: paid too much"]
    deposited = [row for row in payments if row.get("LinkedTxn")]
    assert len(deposited) == PLANTED["books: paid, deposited"]
    at_once = [row for row in payments if len(row["Line"]) == 3]
    assert len(at_once) * 3 == PLANTED["books: paid three at once"]


def test_invoices_before_the_start_are_older_than_the_demo_s_start(sandbox: Sandbox) -> None:
    start = START.timestamp() - STARTED * 86_400
    invoices = sandbox.hubspot.crm.stores["invoices"].records.values()

    old = [row for row in invoices if row.updated < start * 1000]

    assert company.STARTED == STARTED
    assert len(old) == PLANTED["before the start"]


def test_items_sold_over_time_want_a_service_date(sandbox: Sandbox) -> None:
    over_time = [id_ for id_, row in sandbox.quickbooks.items.items() if row.get("DeferredRevenue")]
    customer = next(iter(sandbox.quickbooks.customers))

    assert len(over_time) == PLANTED["recognised over time, without a service date"]
    with pytest.raises(ValueError, match="Enter a service date"):
        sandbox.quickbooks.add_invoice(customer, (over_time[0], 1, 10))


def test_a_taken_number_is_borne_by_an_invoice_on_each_side(sandbox: Sandbox) -> None:
    ours = [row["hs_number"] for row in sandbox.hubspot.invoices.values() if "hs_number" in row]
    theirs = [row["DocNumber"] for row in sandbox.quickbooks.invoices.values()]

    assert len(set(ours) & set(theirs)) == TAKEN
    assert len(set(ours)) == len(ours)
    assert len(set(theirs)) == len(theirs)


def test_books_are_closed_and_some_invoices_are_dated_in_that_time(sandbox: Sandbox) -> None:
    preferences = sandbox.quickbooks.get("Preferences", "1")
    closed = preferences["AccountingInfoPrefs"]["BookCloseDate"]
    finished = ("open", "paid")
    invoices = sandbox.hubspot.crm.stores["invoices"].records.values()
    new = START.timestamp() * 1000 - STARTED * 86_400_000

    early = [
        row
        for row in invoices
        if row.updated >= new
        and row.values["hs_invoice_status"] in finished
        and row.values["hs_invoice_date"][:10] <= closed
    ]

    assert (START.date() - date.fromisoformat(closed)).days == CLOSED
    assert len(early) == PLANTED["dated in a closed period"]


# Any number


def test_a_number_of_invoices_has_that_many_on_each_side_with_five_lines() -> None:
    made = make_sandbox("invoices-120", clock=HandClock(START))
    invoices = made.quickbooks.invoices

    assert len(made.hubspot.invoices) == len(invoices) == 120
    assert len(made.hubspot.line_items) == 120 * plain_invoices.LINES
    for row in invoices.values():
        sold = [one for one in row["Line"] if one["DetailType"] == "SalesItemLineDetail"]
        assert len(sold) == plain_invoices.LINES
        assert row["Balance"] == row["TotalAmt"] > 0


def test_measured_invoices_name_only_people_and_things_that_are_equal_on_both_sides() -> None:
    found = dataset.build("invoices-300", 1)
    contacts, customers = list(found.contacts), list(found.customers)
    products, items = list(found.products), list(found.items)

    for one in found.crm_invoices:
        assert one.contact is not None
        email = contacts[one.contact].properties["email"]
        assert email == customers[one.contact]["Email"]
        for line in one.lines:
            place = line["product"]
            assert products[place]["hs_sku"] == items[place]["Sku"]
