"""Payments of the stand-in: which are refused, and how an invoice becomes paid."""

from __future__ import annotations

import pytest

from tests.sandbox.hubspot_account import Account
from tests.sandbox.invoicing import (
    INVOICES,
    PAYMENT_INVOICE,
    PAYMENTS,
    change,
    draft,
    link,
    made,
    mirror,
    opened,
    paid,
    post,
    read,
    refused,
)

REQUIRED = {"hs_initial_amount": "80", "hs_initiated_date": "2026-11-02T08:00:00Z"}


def settled(account: Account, invoice: str) -> tuple[str, str, str]:
    held = read(account, invoice)
    return held["hs_invoice_status"], held["hs_amount_paid"], held["hs_balance_due"]


def test_a_payment_without_a_status_is_processing(account: Account) -> None:
    payment = made(account, PAYMENTS, **REQUIRED)

    held = account.hubspot.get("commerce_payments", payment)

    assert held["hs_latest_status"] == "processing"
    assert held["hs_currency_code"] == "EUR"


@pytest.mark.parametrize("missing", ["hs_initial_amount", "hs_initiated_date"])
def test_a_payment_needs_an_amount_and_a_date(account: Account, missing: str) -> None:
    answer = post(account, PAYMENTS, **{n: v for n, v in REQUIRED.items() if n != missing})

    refused(answer)
    assert answer.json()["context"] == {"properties": [missing]}


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        pytest.param({"hs_initial_amount": "0"}, "hs_initial_amount", id="nothing"),
        pytest.param({"hs_refunds_amount": "81"}, "hs_refunds_amount", id="more given back"),
        pytest.param({"hs_currency_code": "JPY"}, "hs_currency_code", id="currency switched off"),
        pytest.param({"hs_latest_status": "paid"}, "hs_latest_status", id="no such status"),
        pytest.param({"hs_net_amount": "80"}, "hs_net_amount", id="net amount"),
        pytest.param({"hs_payment_id": "80"}, "hs_payment_id", id="payment id"),
        pytest.param({"hs_payment_source_app": "QUOTE"}, "hs_payment_source_app", id="source"),
        pytest.param({"hs_platform_fee": "1"}, "hs_platform_fee", id="platform fee"),
    ],
)
def test_a_wrong_payment_is_refused_by_property(
    account: Account, properties: dict[str, str], name: str
) -> None:
    answer = post(account, PAYMENTS, **REQUIRED | properties)

    refused(answer)
    assert answer.json()["errors"][0]["context"] == {"propertyName": [name]}


@pytest.mark.parametrize("processor", ["hs_payments", "byo_stripe"])
def test_what_hubspot_or_stripe_collects_is_not_the_apis(account: Account, processor: str) -> None:
    payment = account.hubspot.add_payment(hs_initial_amount="80", hs_processor_type=processor)

    refused(post(account, PAYMENTS, **REQUIRED, hs_processor_type=processor))
    refused(change(account, PAYMENTS, payment, hs_internal_comment="Mine"))
    refused(account.delete(f"{PAYMENTS}/{payment}"))
    refused(account.batch("commerce_payments", "archive", [{"id": payment}]))
    assert list(account.hubspot.payments) == [payment]


def test_a_payment_recorded_by_an_app_is_its_own(account: Account) -> None:
    payment = made(account, PAYMENTS, **REQUIRED, hs_processor_type="quickbooks")

    assert change(account, PAYMENTS, payment, hs_reference_number="7").ok
    assert account.delete(f"{PAYMENTS}/{payment}").status_code == 204


def test_payments_that_cover_an_invoice_make_it_paid(account: Account) -> None:
    invoice = opened(account)

    paid(account, invoice, "30")
    partly = settled(account, invoice)
    account.clock.advance(600)
    paid(account, invoice, "50")

    assert partly == ("open", "30.00", "50.00")
    assert settled(account, invoice) == ("paid", "80.00", "0.00")
    assert read(account, invoice)["hs_payment_date"] == "2026-11-02T09:40:00.250Z"


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("processing", False),
        ("failed", False),
        ("refunded", False),
        ("disputed_lost", False),
        ("succeeded", True),
        ("disputed_won", True),
    ],
)
def test_only_money_that_came_in_counts(account: Account, status: str, counts: bool) -> None:
    invoice = opened(account)

    paid(account, invoice, "80", hs_latest_status=status)

    assert settled(account, invoice)[0] == ("paid" if counts else "open")


def test_a_payment_counts_when_it_succeeds(account: Account) -> None:
    invoice = opened(account)
    payment = paid(account, invoice, "80", hs_latest_status="processing")

    change(account, PAYMENTS, payment, hs_latest_status="succeeded")

    assert settled(account, invoice) == ("paid", "80.00", "0.00")


def test_what_is_given_back_is_due_again(account: Account) -> None:
    invoice = opened(account)
    payment = paid(account, invoice, "80", hs_fees_amount="2")

    change(
        account,
        PAYMENTS,
        payment,
        hs_refunds_amount="20",
        hs_latest_status="partially_refunded",
    )

    assert settled(account, invoice) == ("open", "60.00", "20.00")
    assert account.hubspot.get("commerce_payments", payment)["hs_net_amount"] == "58"


@pytest.mark.parametrize("way", ["delete", "dissociate"])
def test_an_invoice_without_its_payment_is_open_again(account: Account, way: str) -> None:
    invoice = opened(account)
    payment = paid(account, invoice, "80")

    if way == "delete":
        account.delete(f"{PAYMENTS}/{payment}")
    else:
        account.delete(f"{PAYMENTS}/{payment}/associations/invoices/{invoice}")

    assert settled(account, invoice) == ("open", "0.00", "80.00")
    assert read(account, invoice)["hs_payment_date"] is None


def test_too_much_money_leaves_nothing_due(account: Account) -> None:
    invoice = opened(account)

    paid(account, invoice, "100")

    assert settled(account, invoice) == ("paid", "100.00", "0.00")


def test_one_payment_pays_several_invoices_the_oldest_first(account: Account) -> None:
    first, second = opened(account), opened(account)
    paid(account, first, "60")
    payment = paid(account, second, "70")

    answer = account.put(f"{PAYMENTS}/{payment}/associations/default/invoices/{first}")

    assert answer.ok, answer.text
    assert settled(account, first) == ("paid", "80.00", "0.00")
    assert settled(account, second) == ("open", "50.00", "30.00")


def test_a_payment_of_a_draft_waits_until_it_is_open(account: Account) -> None:
    invoice = draft(account)
    paid(account, invoice, "80")
    before = settled(account, invoice)

    change(account, INVOICES, invoice, hs_invoice_status="open")

    assert before == ("draft", "0.00", "80.00")
    assert settled(account, invoice) == ("paid", "80.00", "0.00")


def test_a_payment_in_another_currency_than_its_invoice_is_refused(account: Account) -> None:
    invoice = opened(account)

    new = post(
        account, PAYMENTS, link(invoice, PAYMENT_INVOICE), **REQUIRED, hs_currency_code="USD"
    )
    payment = made(account, PAYMENTS, **REQUIRED, hs_currency_code="USD")

    refused(new)
    refused(account.put(f"{PAYMENTS}/{payment}/associations/default/invoices/{invoice}"))


# Mirrors ----------------------------------------------------------------------------------


def test_a_mirror_holds_what_was_written(account: Account) -> None:
    invoice = mirror(account, hs_number="1037", hs_amount_billed="121.00")

    held = read(account, invoice)

    assert (held["hs_number"], held["hs_invoice_status"]) == ("1037", "open")
    assert (held["hs_amount_billed"], held["hs_balance_due"]) == ("121.00", "121.00")
    assert held["hs_invoice_link"] is None


@pytest.mark.parametrize("status", ["draft", "open", "paid", "voided"])
def test_a_mirror_goes_to_any_state_without_contact_or_line(account: Account, status: str) -> None:
    invoice = mirror(account)

    answer = change(account, INVOICES, invoice, hs_invoice_status=status)

    assert answer.ok, answer.text
    assert read(account, invoice)["hs_invoice_status"] == status
    assert read(account, invoice)["hs_number"] is None


def test_payments_do_not_turn_a_mirror_into_a_paid_invoice(account: Account) -> None:
    invoice = mirror(account, hs_amount_billed="80")

    paid(account, invoice, "80")

    assert settled(account, invoice) == ("open", "80.00", "0.00")


def test_a_mirror_never_becomes_an_invoice_to_pay(account: Account) -> None:
    invoice = mirror(account, hs_number="1037")

    refused(change(account, INVOICES, invoice, hs_invoice_billable="true"))

    assert account.hubspot.get("invoices", invoice)["hs_invoice_billable"] == "false"


def test_the_lines_of_a_mirror_can_change_at_any_time(account: Account) -> None:
    invoice = mirror(account, hs_invoice_status="paid", hs_amount_billed="80")

    line = account.hubspot.add_line(invoice, name="Chair", price="40", quantity="2")

    assert change(account, f"{INVOICES[:-8]}line_items", line, price="41").ok
    held = read(account, invoice)
    assert (held["hs_subtotal"], held["hs_amount_billed"]) == ("82.00", "80")
