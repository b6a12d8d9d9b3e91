"""What QuickBooks refuses of invoices and payments, in its own words where they are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_calls import Caller, error_of
from tests.sandbox.quickbooks_documents import (
    change,
    delete,
    discount,
    invoice_body,
    ledgers,
    line,
    new_invoice,
    new_payment,
    on,
    read,
    try_invoice,
    try_payment,
    void,
)


@pytest.fixture
def books() -> Iterator[Caller]:
    with ledgers() as found:
        yield found


@pytest.mark.parametrize(
    ("changes", "code", "element"),
    [
        pytest.param({"CustomerRef": None}, "2020", "CustomerRef", id="no customer"),
        pytest.param({"CustomerRef": {"value": "77"}}, "2500", "CustomerRef", id="no such one"),
        pytest.param({"Line": None}, "2020", "Line", id="no lines"),
        pytest.param({"Line": []}, "2020", "Line", id="an empty list"),
        pytest.param({"Line": [discount(Amount=5)]}, "2020", "Line", id="only a discount"),
        pytest.param({"Line": [{"Amount": 5}]}, "2020", "Line", id="lines of no type"),
        pytest.param({"SalesTermRef": {"value": "77"}}, "2500", "SalesTermRef", id="no terms"),
        pytest.param({"DocNumber": "x" * 22}, "2050", "DocNumber", id="long number"),
        pytest.param({"PrivateNote": "x" * 4001}, "2050", "PrivateNote", id="long note"),
        pytest.param(
            {"CustomerMemo": {"value": "x" * 1001}}, "2050", "CustomerMemo.value", id="long memo"
        ),
        pytest.param({"TxnDate": "31.12.2026"}, "2060", "TxnDate", id="no date"),
        pytest.param({"EmailStatus": "Maybe"}, "2170", "EmailStatus", id="no status"),
        pytest.param({"EmailStatus": "NeedToSend"}, "2020", "BillEmail", id="no address to mail"),
        pytest.param(
            {"BillEmail": {"Address": "nowhere"}}, "2210", "BillEmail.Address", id="no address"
        ),
        pytest.param({"CurrencyRef": {"value": "EUR"}}, "2220", "CurrencyRef", id="one currency"),
        pytest.param({"ARAccountRef": {"value": "3"}}, "2010", None, id="a member of payments"),
    ],
)
def test_a_wrong_invoice_is_refused(
    books: Caller, changes: dict[str, Any], code: str, element: str | None
) -> None:
    answer = books.post("/invoice", invoice_body() | changes)

    assert answer.status_code == 400
    assert error_of(answer)["code"] == code
    if element:
        assert error_of(answer)["element"] == element
    assert books.books.count("Invoice") == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param(line("much"), "2100", id="no number"),
        pytest.param(line(10_000_000_000), "2240", id="more than 15 digits"),
        pytest.param({"DetailType": "SalesItemLineDetail", "Amount": 5}, "6440", id="no detail"),
        pytest.param(line(None), "2020", id="no amount"),
        pytest.param(line(5, item="77"), "2500", id="no such item"),
        pytest.param(line(5, item=None), "6440", id="no item"),
        pytest.param(line(5, Qty=2, UnitPrice=2), "6070", id="not the product"),
        pytest.param(line(5, text="x" * 4001), "2050", id="long text"),
        pytest.param(line(5, ServiceDate="soon"), "2060", id="no date"),
        pytest.param(line(5, ClassRef={"value": "77"}), "2500", id="no such class"),
        pytest.param(line(5, TaxCodeRef={"value": "2"}), "6100", id="a rate on a line"),
        pytest.param(line(5, TaxCodeRef={"value": "77"}), "6100", id="no such code"),
        pytest.param(line(-5), "6000", id="less than nothing"),
        pytest.param(line(5) | {"DetailType": "ItemLine"}, "2170", id="no such type"),
    ],
)
def test_a_wrong_line_is_refused(books: Caller, wrong: dict[str, Any], code: str) -> None:
    assert error_of(try_invoice(books, wrong))["code"] == code


def test_amounts_must_be_the_rounded_product_of_what_was_sent(books: Caller) -> None:
    """Half a cent goes up, and a price may have more decimals than the amount."""
    good = [line(100, Qty=3, UnitPrice=33.333333), line(1861.08, Qty=128.35, UnitPrice=14.5)]
    bad = [line(100, Qty=3, UnitPrice=33.33), line(1861.07, Qty=128.35, UnitPrice=14.5)]

    answers = [try_invoice(books, each) for each in bad]

    assert new_invoice(books, *good)["TotalAmt"] == 1961.08
    assert error_of(answers[1]) == {
        "Message": "Amount calculation incorrect in the request",
        "Detail": "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07",
        "code": "6070",
        "element": "Line.Amount",
    }
    assert error_of(answers[0])["Detail"].endswith("Supplied value:100")


def test_an_item_that_is_inactive_or_a_category_is_not_sold(books: Caller) -> None:
    category = books.books.add("Item", Name="Services", Type="Category")
    books.books.deactivate("Item", "1")

    inactive, grouped = try_invoice(books), try_invoice(books, line(5, item=category))

    assert error_of(inactive)["code"] == "610"
    assert "made inactive" in error_of(inactive)["Detail"]
    assert error_of(grouped)["code"] == "2500"
    assert "Categories cannot be used in transactions" in error_of(grouped)["Detail"]


def test_a_customer_that_is_inactive_gets_no_invoice(books: Caller) -> None:
    books.books.deactivate("Customer", "1")

    refusal = error_of(try_invoice(books))

    assert (refusal["code"], refusal["element"]) == ("610", "CustomerRef")
    assert "made inactive" in refusal["Detail"]


def test_an_invoice_of_a_customer_made_inactive_later_can_change(books: Caller) -> None:
    made = new_invoice(books)
    books.books.deactivate("Customer", "1")

    assert change(books, "Invoice", made, PrivateNote="late").status_code == 200


def test_a_vendor_is_no_customer(books: Caller) -> None:
    vendor = books.books.add_vendor(DisplayName="Paper Co")

    assert error_of(try_invoice(books, customer=vendor))["code"] == "6250"


def test_a_discount_needs_an_amount_or_a_percentage_and_the_feature(books: Caller) -> None:
    bare = try_invoice(books, line(), discount(PercentBased=True))
    books.books.configure(discounts=False)
    off = try_invoice(books, line(), discount(PercentBased=True, DiscountPercent=5))

    assert (error_of(bare)["code"], error_of(off)["code"]) == ("6090", "5030")


def test_an_old_version_of_an_invoice_is_refused(books: Caller) -> None:
    made = new_invoice(books)
    change(books, "Invoice", made, PrivateNote="first")

    answers = [
        change(books, "Invoice", made, PrivateNote="second"),
        void(books, "Invoice", made),
        delete(books, "Invoice", made),
    ]

    assert {error_of(answer)["code"] for answer in answers} == {"5010"}


def test_a_deleted_invoice_cannot_be_changed(books: Caller) -> None:
    made = new_invoice(books)
    delete(books, "Invoice", made)

    refusal = error_of(change(books, "Invoice", made, PrivateNote="x"))

    assert refusal["code"] == "610"
    assert refusal["Detail"].endswith("Another user has deleted this transaction.")


def test_only_some_documents_can_be_voided(books: Caller) -> None:
    memo = books.create("CreditMemo", **invoice_body())

    assert error_of(void(books, "CreditMemo", memo))["code"] == "500"


def test_what_is_counted_is_sold_by_number_and_not_too_early(books: Caller) -> None:
    ledger = books.books.ledger
    item = books.books.add_item(
        Name="Lamp",
        Type="Inventory",
        TrackQtyOnHand=True,
        QtyOnHand=10,
        InvStartDate="2026-06-01",
        ExpenseAccountRef=ledger("Cost of Goods Sold"),
        AssetAccountRef=ledger("Inventory Asset"),
    )
    counted = line(10, item=item, Qty=1, UnitPrice=10)

    answers = [
        try_invoice(books, line(10, item=item)),
        try_invoice(books, counted, TxnDate="2026-05-31"),
    ]

    assert [error_of(answer)["code"] for answer in answers] == ["6520", "6270"]
    assert try_invoice(books, counted).status_code == 200


def test_what_is_sent_needs_an_address(books: Caller) -> None:
    made = new_invoice(books)
    url = f"{books.base}/invoice/{made['Id']}/send"
    headers = {"Content-Type": "application/octet-stream"}

    bare = books.session.post(url, headers=headers, timeout=10)
    wrong = books.session.post(f"{url}?sendTo=nowhere", headers=headers, timeout=10)
    payment = books.session.post(f"{books.base}/payment/1/send", headers=headers, timeout=10)

    codes = [error_of(answer)["code"] for answer in (bare, wrong, payment)]
    assert codes == ["2020", "2210", "500"]


# Payments


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"TotalAmt": -1}, "2240", id="less than nothing"),
        pytest.param({"CustomerRef": None}, "2020", id="no customer"),
        pytest.param({"PaymentRefNum": "x" * 22}, "2050", id="long number"),
        pytest.param({"DepositToAccountRef": {"value": "12"}}, "6430", id="income"),
        pytest.param({"ARAccountRef": {"value": "1"}}, "6430", id="no receivables"),
        pytest.param({"PaymentMethodRef": {"value": "77"}}, "2500", id="no method"),
        pytest.param({"Line": [{"LinkedTxn": []}]}, "2020", id="a line without amount"),
        pytest.param({"Line": [{"Amount": 5}]}, "2020", id="a line without invoice"),
        pytest.param({"Line": [on("77", 5)]}, "620", id="no such invoice"),
        pytest.param({"Line": [on("1", 5, "Bill")]}, "620", id="no such type"),
    ],
)
def test_a_wrong_payment_is_refused(books: Caller, changes: dict[str, Any], code: str) -> None:
    new_invoice(books)

    assert error_of(try_payment(books, 10, **changes))["code"] == code
    assert books.books.count("Payment") == 0


def test_a_payment_needs_an_amount(books: Caller) -> None:
    refusal = error_of(books.post("/payment", {"CustomerRef": {"value": "1"}}))

    assert (refusal["code"], refusal["Detail"]) == (
        "6000",
        "Business Validation Error: You must set a transaction amount.",
    )


def test_no_more_is_applied_than_is_paid_or_open(books: Caller) -> None:
    invoice = new_invoice(books)

    over_payment = try_payment(books, 50, on(invoice, 60))
    over_balance = try_payment(books, 200, on(invoice, 100.01))
    new_payment(books, 100, on(invoice, 100))
    closed = try_payment(books, 10, on(invoice, 10))

    codes = [error_of(answer)["code"] for answer in (over_payment, over_balance, closed)]
    assert codes == ["6000", "6000", "620"]


def test_a_payment_may_grow_to_what_was_open_before_it(books: Caller) -> None:
    invoice = new_invoice(books)
    payment = new_payment(books, 80, on(invoice, 80))

    grown = change(
        books,
        "Payment",
        payment,
        CustomerRef={"value": "1"},
        TotalAmt=100,
        Line=[on(invoice, 100)],
    )

    assert grown.status_code == 200, grown.text
    assert read(books, "Invoice", invoice["Id"])["Balance"] == 0


def test_another_customers_invoice_cannot_be_paid(books: Caller) -> None:
    other = books.books.add_customer(DisplayName="Ben")
    invoice = new_invoice(books, customer=other)

    refusal = error_of(try_payment(books, 100, on(invoice, 100)))

    assert (refusal["code"], refusal["Message"]) == ("620", "Txn ID Cannot Be Linked")


def test_a_paid_invoice_is_not_deleted_nor_made_smaller_nor_given_away(books: Caller) -> None:
    other = books.books.add_customer(DisplayName="Ben")
    invoice = new_invoice(books)
    new_payment(books, 60, on(invoice, 60))
    now = read(books, "Invoice", invoice["Id"])

    answers = [
        delete(books, "Invoice", now),
        change(books, "Invoice", now, Line=[line(50)]),
        change(books, "Invoice", now, CustomerRef={"value": other}),
    ]

    assert [error_of(answer)["code"] for answer in answers] == ["800", "6000", "6000"]


def test_a_deposit_takes_payments_once(books: Caller) -> None:
    payment = books.books.add_payment("1", 100)
    books.books.deposit(payment)
    line_of = on(payment, 100, "Payment")

    twice = books.post("/deposit", {"DepositToAccountRef": {"value": "1"}, "Line": [line_of]})
    income = books.post("/deposit", {"DepositToAccountRef": {"value": "12"}, "Line": [line_of]})

    assert (error_of(twice)["code"], error_of(income)["code"]) == ("620", "6430")
