"""Payments of the stand-in: what they pay, what is left, and what becomes of the invoice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.quickbooks_calls import Caller, error_of
from tests.sandbox.quickbooks_documents import (
    change,
    delete,
    invoice_body,
    ledgers,
    line,
    new_invoice,
    new_payment,
    on,
    read,
    try_payment,
    void,
    where,
)


@pytest.fixture
def books() -> Iterator[Caller]:
    with ledgers() as found:
        yield found


def test_a_payment_lowers_the_balance_and_links_itself(books: Caller) -> None:
    invoice = new_invoice(books)
    books.wait(60)

    payment = new_payment(books, 40, on(invoice, 40))

    paid = read(books, "Invoice", invoice["Id"])
    assert (payment["TotalAmt"], payment["UnappliedAmt"]) == (40, 0)
    assert payment["DepositToAccountRef"]["name"] == "Undeposited Funds"
    assert (paid["TotalAmt"], paid["Balance"]) == (100, 60)
    assert paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert paid["SyncToken"] == "1"
    assert paid["MetaData"]["LastUpdatedTime"] > invoice["MetaData"]["LastUpdatedTime"]


def test_one_payment_pays_several_invoices_and_leaves_a_rest(books: Caller) -> None:
    first, second = new_invoice(books, line(100)), new_invoice(books, line(50))

    payment = new_payment(books, 200, on(first, 100), on(second, 30))

    assert payment["UnappliedAmt"] == 70
    assert read(books, "Invoice", first["Id"])["Balance"] == 0
    assert read(books, "Invoice", second["Id"])["Balance"] == 20


def test_a_payment_without_lines_pays_nothing_yet(books: Caller) -> None:
    payment = new_payment(books, 25)

    assert (payment["UnappliedAmt"], payment["Line"]) == (25, [])


def test_a_changed_payment_moves_between_invoices(books: Caller) -> None:
    first, second = new_invoice(books), new_invoice(books)
    payment = new_payment(books, 100, on(first, 100))

    changed = change(
        books, "Payment", payment, CustomerRef={"value": "1"}, Line=[on(second, 60)]
    ).json()["Payment"]

    assert changed["UnappliedAmt"] == 40
    assert read(books, "Invoice", first["Id"])["Balance"] == 100
    assert read(books, "Invoice", first["Id"])["LinkedTxn"] == []
    assert read(books, "Invoice", second["Id"])["Balance"] == 40


def test_a_change_that_moves_no_money_leaves_the_invoice_alone(books: Caller) -> None:
    invoice = new_invoice(books)
    payment = new_payment(books, 100, on(invoice, 100))
    token = read(books, "Invoice", invoice["Id"])["SyncToken"]

    changed = change(books, "Payment", payment, PaymentRefNum="CH-77").json()["Payment"]

    assert changed["PaymentRefNum"] == "CH-77"
    assert read(books, "Invoice", invoice["Id"])["SyncToken"] == token


def test_a_voided_payment_opens_the_invoice_again(books: Caller) -> None:
    invoice = new_invoice(books)
    payment = new_payment(books, 100, on(invoice, 100), PrivateNote="cash")

    voided = void(books, "Payment", payment).json()["Payment"]

    assert (voided["TotalAmt"], voided["UnappliedAmt"], voided["Line"]) == (0, 0, [])
    assert voided["PrivateNote"] == "Voided - cash"
    opened = read(books, "Invoice", invoice["Id"])
    assert (opened["Balance"], opened["LinkedTxn"]) == (100, [])


def test_a_deleted_payment_opens_the_invoice_again(books: Caller) -> None:
    invoice = new_invoice(books)
    payment = new_payment(books, 100, on(invoice, 100))

    delete(books, "Payment", payment)

    opened = read(books, "Invoice", invoice["Id"])
    assert (opened["Balance"], opened["LinkedTxn"]) == (100, [])


def test_a_voided_invoice_gives_its_payments_back(books: Caller) -> None:
    invoice = new_invoice(books)
    payment = new_payment(books, 100, on(invoice, 80))

    void(books, "Invoice", read(books, "Invoice", invoice["Id"]))

    freed = read(books, "Payment", payment["Id"])
    assert (freed["UnappliedAmt"], freed["Line"], freed["SyncToken"]) == (100, [], "1")
    assert read(books, "Invoice", invoice["Id"])["LinkedTxn"] == []


def test_a_credit_is_applied_through_a_payment_of_nothing(books: Caller) -> None:
    invoice = new_invoice(books)
    memo = books.create("CreditMemo", **invoice_body(line(30)))

    payment = new_payment(books, 0, on(invoice, 30), on(memo, 30, "CreditMemo"))

    assert payment["UnappliedAmt"] == 0
    assert read(books, "Invoice", invoice["Id"])["Balance"] == 70
    used = read(books, "CreditMemo", memo["Id"])
    assert (memo["RemainingCredit"], used["RemainingCredit"], used["Balance"]) == (30, 0, 0)


def test_a_paid_invoice_keeps_its_payments_through_an_update(books: Caller) -> None:
    invoice = new_invoice(books)
    new_payment(books, 40, on(invoice, 40))
    now = read(books, "Invoice", invoice["Id"])

    changed = change(books, "Invoice", now, Line=[line(250)]).json()["Invoice"]

    assert (changed["TotalAmt"], changed["Balance"]) == (250, 210)
    assert changed["LinkedTxn"] == now["LinkedTxn"]


def test_an_update_with_the_token_from_before_the_payment_is_stale(books: Caller) -> None:
    invoice = new_invoice(books)
    new_payment(books, 40, on(invoice, 40))

    assert error_of(change(books, "Invoice", invoice, PrivateNote="x"))["code"] == "5010"


def test_a_deposited_payment_is_frozen_until_the_deposit_goes(books: Caller) -> None:
    invoice = new_invoice(books)
    payment = new_payment(books, 100, on(invoice, 100))
    deposit = books.create(
        "Deposit",
        DepositToAccountRef={"value": "1"},
        Line=[on(payment["Id"], 100, "Payment")],
    )

    held = read(books, "Payment", payment["Id"])
    answers = [
        change(books, "Payment", held, PaymentRefNum="late"),
        void(books, "Payment", held),
        delete(books, "Payment", held),
    ]

    assert deposit["TotalAmt"] == 100
    assert held["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]
    assert {error_of(answer)["code"] for answer in answers} == {"6540"}
    delete(books, "Deposit", deposit)
    free = read(books, "Payment", payment["Id"])
    assert "LinkedTxn" not in free
    assert change(books, "Payment", free, PaymentRefNum="now").status_code == 200


def test_a_parent_pays_for_the_child_billed_with_it(books: Caller) -> None:
    child = books.books.add_customer(
        DisplayName="Shop", Job=True, ParentRef="1", BillWithParent=True
    )
    invoice = new_invoice(books, customer=child)

    new_payment(books, 100, on(invoice, 100))

    assert read(books, "Invoice", invoice["Id"])["Balance"] == 0


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("TotalAmt = '40'", 1),
        ("CustomerRef = '1'", 1),
        ("PaymentRefNum = 'CH-1'", 1),
        ("PaymentMethodRef = '2'", 1),
        ("TxnDate > '2026-07-01'", 0),
    ],
)
def test_payments_are_found_by_what_is_filterable(
    books: Caller, condition: str, count: int
) -> None:
    new_payment(books, 40, PaymentRefNum="CH-1", PaymentMethodRef={"value": "2"})

    assert books.query(where("Payment", condition)) == {"totalCount": count}


def test_changes_of_payments_and_of_what_they_pay_are_captured(books: Caller) -> None:
    invoice = new_invoice(books)
    books.wait(60)
    payment = new_payment(books, 40, on(invoice, 40))

    capture = books.get(
        "/cdc", entities="Invoice,Payment", changedSince="2026-07-01T12:00:30Z"
    ).json()
    parts = capture["CDCResponse"][0]["QueryResponse"]

    assert [each["Balance"] for each in parts[0]["Invoice"]] == [60]
    assert [each["Id"] for each in parts[1]["Payment"]] == [payment["Id"]]


def test_an_amount_is_refused_before_anything_is_stored(books: Caller) -> None:
    first, second = new_invoice(books), new_invoice(books)

    answer = try_payment(books, 500, on(first, 100), on(second, 100.01))

    assert error_of(answer)["code"] == "6000"
    assert books.books.count("Payment") == 0
    assert read(books, "Invoice", first["Id"])["Balance"] == 100
