"""Deals become sales invoices in Exact Online, and hear what becomes of them; each run twice."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.models import Status
from syncs.recipes.hubspot_exact import COMPANIES, PEOPLE, PRODUCTS
from syncs.recipes.hubspot_exact_documents import ENTRIES, INVOICES, OPPORTUNITIES
from syncs.setup import sync_of
from tests.journeys.exact_trading import (
    ACCOUNTS,
    BILLS,
    BOOKINGS,
    ITEMS,
    Trading,
    line,
    money,
    names,
    trading,
)
from tests.journeys.stories import again

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_minutes")]


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Trading:
    return trading(tenant, server)


# --- from a deal to an invoice --------------------------------------------------------------------


def test_a_won_deal_becomes_a_draft_with_customer_items_and_amounts(books: Trading) -> None:
    company, hours = books.company(), books.product("UUR", "49.95")
    books.switch_on_invoices()
    deal = books.deal(
        company,
        line(hours, "2.5"),
        line(hours, "3", hs_discount_percentage="10", description="October"),
        name="Verbouwing keuken",
    )

    books.settle()

    books.in_sync(deal)
    bill = books.bill(deal)
    assert bill["OrderedBy"] == books.named("Jansen Bouw")["ID"]
    assert bill["YourRef"] == "Verbouwing keuken"
    assert (bill["Journal"], bill["Status"]) == ("70", 20)
    # 124.88 and 134.87, with 21 per cent.
    assert money(bill, "AmountFCExclVat") == Decimal("259.75")
    assert books.told(deal)["payment_status"] == "draft"
    assert "invoice_number" not in books.told(deal)
    again(books)


def test_a_final_invoice_has_its_number_on_the_deal_at_once(books: Trading) -> None:
    company, hours = books.company(), books.product()
    books.switch_on_invoices(processing="final")
    deal = books.deal(company, line(hours, "2"))

    books.settle()

    bill, told = books.bill(deal), books.told(deal)
    assert bill["Status"] == 50
    assert told["invoice_number"] == str(bill["InvoiceNumber"])
    assert told["payment_status"] == "open"
    assert Decimal(told["amount_open"]) == money(bill, "AmountFC")
    assert told["due_on"]
    again(books)


def test_a_draft_that_finance_processes_tells_the_deal_its_number(books: Trading) -> None:
    company, hours = books.company(), books.product()
    books.switch_on_invoices()
    deal = books.deal(company, line(hours))
    books.settle()

    books.sandbox.exact.process(books.document(deal))
    books.settle()

    assert books.told(deal)["invoice_number"] == str(books.bill(deal)["InvoiceNumber"])
    assert books.told(deal)["payment_status"] == "open"
    again(books)


def test_any_number_of_pipelines_and_stages_makes_invoices(books: Trading) -> None:
    company, hours = books.company(), books.product()
    stages = [("offer", "Offer", "0.5"), ("done", "Done", "1.0")]
    books.sandbox.hubspot.add_pipeline("service", "Service", stages)
    books.switch_on_invoices(stages=["default/closedwon", "service/done"])
    won = books.deal(company, line(hours), name="Sold")
    done = books.deal(company, line(hours), name="Served", stage="done", pipeline="service")
    other = books.deal(company, line(hours), name="Offered", stage="offer", pipeline="service")

    books.settle()

    books.in_sync(won, done)
    row = books.record(left_id=other)
    assert row.status == Status.EXCLUDED
    assert row.details["clause"]["setting"] == "stages"
    assert len(books.all(BILLS)) == 2
    books.sandbox.hubspot.move_deal(other, "done")
    books.settle()
    books.in_sync(other)
    again(books)


def test_deals_won_before_the_sync_was_switched_on_are_left_to_people(books: Trading) -> None:
    company, hours = books.company(), books.product()
    old = books.deal(company, line(hours), name="Old")
    books.switch_on_invoices()
    books.settle()
    assert books.record(left_id=old).details["exclusion"] == "before_start"

    # An edit of an old deal is no reason to bill it.
    books.sandbox.hubspot.update("deals", old, description="Tidied up")
    books.settle()

    assert not books.all(BILLS)
    again(books)


def test_the_customer_is_made_first_where_the_filter_lets_it(books: Trading) -> None:
    hours = books.product()
    books.switch_on_invoices()
    books.settle()

    deal = books.deal(books.company("Nieuwe Klant"), line(hours))
    books.settle()

    assert names(books.all(ACCOUNTS)) == ["Nieuwe Klant"]
    books.in_sync(deal)
    again(books)


def test_a_customer_that_the_filter_leaves_out_is_named_and_the_deal_waits_for_it(
    books: Trading,
) -> None:
    hours, company = books.product(), books.company("Prospect BV", lifecyclestage="lead")
    books.switch_on_invoices()
    deal = books.deal(company, line(hours))

    books.settle()

    row = books.failing(deal, "parent_missing")
    assert "Prospect BV" in row.reason
    again(books)
    books.sandbox.hubspot.update("companies", company, lifecyclestage="customer")
    books.settle()
    books.in_sync(deal)
    assert len(books.all(BILLS)) == 1


def test_without_a_company_the_contact_is_the_customer(books: Trading) -> None:
    hours, ann = books.product(), books.person("Ann")
    books.switch_on(PEOPLE)
    books.switch_on_invoices()
    deal = books.deal("", line(hours), contact=ann)

    books.settle()

    books.in_sync(deal)
    assert books.bill(deal)["OrderedBy"] == books.named("Ann Smit")["ID"]
    again(books)


def test_a_line_without_an_item_goes_on_the_default_item(books: Trading) -> None:
    company = books.company()
    books.switch_on_invoices(item_code="DIVERS")
    deal = books.deal(company, line(name="Bijzonder werk", quantity="2", price="100"))

    books.settle()

    books.in_sync(deal)
    (item,) = books.all(ITEMS)
    assert (item["Code"], item["Unit"], item["ItemGroup"]) == ("DIVERS", "pc", books.group())
    assert money(books.bill(deal), "AmountFCExclVat") == Decimal(200)
    again(books)


def test_tax_rates_become_the_vat_codes_that_stand_for_them(books: Trading) -> None:
    company, hours = books.company(), books.product("UUR", "100", hs_sku="UUR")
    low = books.sandbox.hubspot.add_tax_rate("Laag", 9)
    table = [[low, "3", "9", "Laag"]]
    books.switch_on_invoices(processing="final", taxes=table)
    deal = books.deal(company, line(hours, hs_tax_rate_group_id=low))

    books.settle()

    assert money(books.bill(deal), "AmountFC") == Decimal(109)
    again(books)


# --- by hand --------------------------------------------------------------------------------------


def test_by_hand_any_deal_is_invoiced_and_twice_pressed_it_is_one(books: Trading) -> None:
    company, hours = books.company(), books.product()
    books.switch_on_invoices()
    deal = books.deal(company, line(hours), stage="appointmentscheduled")
    books.settle()
    assert books.record(left_id=deal).status == Status.EXCLUDED

    services.invoice_now(books.integration, deal)
    services.invoice_now(books.integration, deal)
    books.settle()
    services.invoice_now(books.integration, deal)
    books.settle()

    books.in_sync(deal)
    assert len(books.all(BILLS)) == 1
    again(books)


def test_with_stages_switched_off_only_people_make_invoices(books: Trading) -> None:
    company, hours = books.company(), books.product()
    books.switch_on_invoices(who="none")
    first, second = (books.deal(company, line(hours), name=name) for name in ("One", "Two"))

    services.invoice_now(books.integration, second)
    books.settle()

    books.in_sync(second)
    assert books.record(left_id=first).status == Status.EXCLUDED
    again(books)


# --- what becomes of it ---------------------------------------------------------------------------


@pytest.fixture
def billed(books: Trading) -> str:
    """A deal with a final invoice of 60.50."""
    company, hours = books.company(), books.product("UUR", "50")
    books.switch_on_invoices(processing="final")
    deal = books.deal(company, line(hours))
    books.settle()
    return deal


def test_payments_are_told_as_they_come_and_as_they_are_taken_back(
    books: Trading, billed: str
) -> None:
    exact, invoice = books.sandbox.exact, books.document(billed)
    today = timezone.now().date()

    exact.pay(invoice, Decimal("20.50"))
    books.settle()
    told = books.told(billed)
    assert told["payment_status"] == "partly_paid"
    assert [Decimal(told[name]) for name in ("amount_open", "amount_paid")] == [40, Decimal("20.5")]
    assert "paid_on" not in told

    exact.pay(invoice, on=today)
    books.settle()
    told = books.told(billed)
    assert told["payment_status"] == "paid"
    assert Decimal(told["amount_open"]) == 0
    assert told["paid_on"] == today.isoformat()
    again(books)

    exact.undo_payments(invoice)
    books.settle()
    told = books.told(billed)
    assert (told["payment_status"], Decimal(told["amount_open"])) == ("open", Decimal("60.5"))
    assert "paid_on" not in told
    again(books)


def test_an_invoice_that_is_not_paid_in_time_is_overdue(books: Trading, billed: str) -> None:
    books.sandbox.exact.age(books.document(billed), days=3)

    books.settle()

    told = books.told(billed)
    assert told["payment_status"] == "overdue"
    assert datetime.date.fromisoformat(told["due_on"]) < timezone.now().date()
    again(books)


# --- changed after invoicing ----------------------------------------------------------------------


def test_a_deal_that_is_changed_afterwards_says_so_and_nothing_is_overwritten(
    books: Trading, billed: str
) -> None:
    before = books.bill(billed)
    extra = books.sandbox.hubspot.add_deal_line(billed, name="Extra", quantity="1", price="10")

    books.settle()

    row = books.failing(billed, "state_locked")
    assert row.details["code"] == "changed_after_creation"
    assert [lock["mapping"] for lock in row.details["locks"]] == ["lines"]
    assert books.bill(billed) == before
    again(books)
    # What became of the invoice is told all the same.
    books.sandbox.exact.pay(books.document(billed))
    books.settle()
    assert books.told(billed)["payment_status"] == "paid"
    # Undone, it is green again.
    books.sandbox.hubspot.delete("line_items", extra)
    books.settle()
    books.in_sync(billed)
    again(books)


def test_a_person_leaves_the_document_as_it_is(books: Trading, billed: str) -> None:
    books.sandbox.hubspot.add_deal_line(billed, name="Extra", quantity="1", price="10")
    books.settle()

    services.leave_document(books.failing(billed, "state_locked"))
    books.settle()

    books.in_sync(billed)
    assert len(books.all(BILLS)) == 1
    again(books)


# --- beside each other ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", [ENTRIES, OPPORTUNITIES])
def test_other_modules_for_deals_cannot_be_on_beside_invoices(books: Trading, code: str) -> None:
    books.switch_on_invoices()
    other = sync_of(books.integration, code)
    services.change_settings(
        other, {"settings": {**other.settings, **books.usual(code), "stages": [["a", "b", "", ""]]}}
    )

    with pytest.raises(services.ConfigurationRefused, match="Sales invoices of deals"):
        services.activate(other)

    services.switch_off(books.syncs[INVOICES])
    services.activate(other)


def test_entries_are_booked_without_a_document(books: Trading) -> None:
    company, hours = books.company(), books.product("UUR", "50")
    books.switch_on(COMPANIES)
    books.switch_on(PRODUCTS)
    sync = books.switch_on(ENTRIES)
    deal = books.deal(company, line(hours, "2"), line(name="Extra", quantity="1", price="10"))

    books.settle()

    books.in_sync(deal)
    (entry,) = books.all(BOOKINGS)
    assert entry["Customer"] == books.named("Jansen Bouw")["ID"]
    assert money(entry, "AmountFC") == Decimal("133.10")
    assert not books.all(BILLS)
    told = books.told(deal)
    assert told["payment_status"] == "open"
    assert told["invoice_number"] == str(entry["EntryNumber"])
    again(books)
    books.sandbox.exact.pay(books.record(sync, left_id=deal).right_id)
    books.settle()
    assert books.told(deal)["payment_status"] == "paid"
    again(books)
