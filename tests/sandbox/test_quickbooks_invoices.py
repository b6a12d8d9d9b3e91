"""Invoices of the stand-in: what they add up to, and what the service writes itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_calls import Caller
from tests.sandbox.quickbooks_documents import (
    change,
    delete,
    discount,
    invoice_body,
    ledgers,
    line,
    new_invoice,
    read,
    void,
    where,
)


@pytest.fixture
def books() -> Iterator[Caller]:
    with ledgers() as found:
        yield found


def kinds(invoice: dict[str, Any]) -> list[str]:
    return [each["DetailType"] for each in invoice["Line"]]


def test_an_invoice_adds_up_its_lines_and_is_open(books: Caller) -> None:
    made = new_invoice(books, line(100, Qty=2, UnitPrice=50), line(19.99, text="Travel"))

    assert (made["TotalAmt"], made["Balance"]) == (119.99, 119.99)
    assert made["CustomerRef"] == {"value": "1", "name": "Anna"}
    assert [each.get("Id") for each in made["Line"]] == ["1", "2", None]
    assert [each.get("LineNum") for each in made["Line"]] == [1, 2, None]
    assert made["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"] == "Hours"
    assert made["Line"][0]["SalesItemLineDetail"]["ItemAccountRef"]["name"] == "Services"
    assert made["Line"][2] == {
        "Amount": 119.99,
        "DetailType": "SubTotalLineDetail",
        "SubTotalLineDetail": {},
    }


def test_the_date_is_the_servers_and_the_due_date_follows_the_terms(books: Caller) -> None:
    made = new_invoice(books)
    dated = new_invoice(books, TxnDate="2026-01-31", SalesTermRef={"value": "2"})
    given = new_invoice(books, DueDate="2026-12-24")

    assert (made["TxnDate"], made["DueDate"]) == ("2026-07-01", "2026-07-31")
    assert (dated["TxnDate"], dated["DueDate"]) == ("2026-01-31", "2026-02-10")
    assert given["DueDate"] == "2026-12-24"


def test_terms_that_change_move_the_due_date(books: Caller) -> None:
    made = new_invoice(books, TxnDate="2026-01-31")

    changed = change(books, "Invoice", made, SalesTermRef={"value": "3"}).json()["Invoice"]

    assert changed["DueDate"] == "2026-02-15"


@pytest.mark.parametrize(
    ("dated", "due"), [("2026-01-05", "2026-01-31"), ("2026-01-28", "2026-02-28")]
)
def test_terms_can_be_a_day_of_the_month(books: Caller, dated: str, due: str) -> None:
    terms = books.create("Term", Name="End", DayOfMonthDue=31, DueNextMonthDays=5)

    made = new_invoice(books, TxnDate=dated, SalesTermRef={"value": terms["Id"]})

    assert made["DueDate"] == due


def test_a_discount_is_a_percentage_of_what_is_sold(books: Caller) -> None:
    made = new_invoice(
        books, line(99.99), line(50), discount(PercentBased=True, DiscountPercent=8.5)
    )

    assert kinds(made)[-2:] == ["SubTotalLineDetail", "DiscountLineDetail"]
    assert made["Line"][-1]["Amount"] == 12.75
    assert made["Line"][-1]["DiscountLineDetail"]["DiscountAccountRef"]["name"] == "Discounts Given"
    assert made["TotalAmt"] == 137.24


def test_a_discount_is_an_amount_too_and_a_percentage_follows_the_lines(books: Caller) -> None:
    fixed = new_invoice(books, line(100), discount(PercentBased=False, Amount=30))
    share = new_invoice(books, line(100), discount(PercentBased=True, DiscountPercent=10))

    lines = [line(200), *share["Line"][-1:]]
    changed = change(books, "Invoice", share, Line=lines).json()["Invoice"]

    assert fixed["TotalAmt"] == 70
    assert changed["TotalAmt"] == 180


def test_a_description_has_no_amount(books: Caller) -> None:
    text = {"DetailType": "DescriptionOnly", "Description": "Thanks", "Amount": 5}

    made = new_invoice(books, text)

    assert made["TotalAmt"] == 0
    assert "Amount" not in made["Line"][0]


def test_lines_that_are_sent_replace_all_and_known_ones_keep_their_ids(books: Caller) -> None:
    made = new_invoice(books, line(10), line(20), line(30))
    kept = made["Line"][1] | {"Description": "kept"}

    lines = [kept, line(40), line(50) | {"Id": "77"}]
    changed = change(books, "Invoice", made, Line=lines).json()["Invoice"]

    found = [(each["Id"], each["Amount"]) for each in changed["Line"][:-1]]
    assert found == [("2", 20), ("4", 40), ("5", 50)]
    assert (changed["TotalAmt"], changed["SyncToken"]) == (110, "1")


def test_a_sparse_update_keeps_what_is_not_sent(books: Caller) -> None:
    made = new_invoice(books, PrivateNote="ours", CustomerMemo={"value": "Thanks"})

    changed = change(books, "Invoice", made, PrivateNote="theirs").json()["Invoice"]

    assert changed["PrivateNote"] == "theirs"
    assert changed["CustomerMemo"] == {"value": "Thanks"}
    assert changed["Line"] == made["Line"]


def test_a_full_update_clears_what_is_not_sent(books: Caller) -> None:
    made = new_invoice(books, PrivateNote="ours", ShipDate="2026-07-02")
    keys = {"Id": made["Id"], "SyncToken": "0"}

    changed = books.post("/invoice", keys | invoice_body(line(60))).json()["Invoice"]

    assert "PrivateNote" not in changed
    assert "ShipDate" not in changed
    assert (changed["TotalAmt"], changed["DocNumber"]) == (60, made["DocNumber"])


def test_totals_cannot_be_written(books: Caller) -> None:
    made = new_invoice(books, TotalAmt=1, Balance=2, HomeTotalAmt=3)

    assert (made["TotalAmt"], made["Balance"]) == (100, 100)
    assert "HomeTotalAmt" not in made


def test_a_voided_invoice_stays_with_nothing_in_it(books: Caller) -> None:
    made = new_invoice(books, line(100, Qty=2, UnitPrice=50), PrivateNote="rush")

    voided = void(books, "Invoice", made).json()["Invoice"]

    assert (voided["TotalAmt"], voided["Balance"]) == (0, 0)
    assert (voided["Line"][0]["Amount"], voided["Line"][0]["SalesItemLineDetail"]["Qty"]) == (0, 0)
    assert voided["PrivateNote"] == "Voided - rush"
    assert (voided["SyncToken"], voided["DocNumber"]) == ("1", made["DocNumber"])


def test_a_deleted_invoice_is_gone(books: Caller) -> None:
    made = new_invoice(books)

    answer = delete(books, "Invoice", made)

    assert answer.json()["Invoice"]["status"] == "Deleted"
    assert books.get(f"/invoice/{made['Id']}").status_code == 400
    [part] = books.get("/cdc", entities="Invoice", changedSince="2026-07-01T12:00:00Z").json()[
        "CDCResponse"
    ][0]["QueryResponse"]
    assert part["Invoice"][0]["status"] == "Deleted"


def test_transactions_share_their_numbers(books: Caller) -> None:
    invoice = new_invoice(books)
    memo = books.create("CreditMemo", **invoice_body())

    assert int(memo["Id"]) == int(invoice["Id"]) + 1


@pytest.mark.parametrize(
    "condition",
    [
        "CustomerRef = '1'",
        "DocNumber = '1001'",
        "Balance > '50'",
        "TxnDate = '2026-07-01'",
        "DueDate < '2026-08-01'",
        "Id IN ('1')",
        "SalesTermRef = '2'",
    ],
)
def test_invoices_are_found_by_what_is_filterable(books: Caller, condition: str) -> None:
    new_invoice(books, SalesTermRef={"value": "2"})

    assert books.query(where("Invoice", condition)) == {"totalCount": 1}


@pytest.mark.parametrize("field", ["DepartmentRef", "TotalAmt", "PrivateNote", "Line"])
def test_other_members_of_an_invoice_do_not_filter(books: Caller, field: str) -> None:
    answer = books.get("/query", query=where("Invoice", f"{field} = '1'"))

    assert answer.json()["Fault"]["Error"][0]["code"] == "4001"


def test_a_repeated_request_makes_one_invoice(books: Caller) -> None:
    body = invoice_body()
    answers = [books.post("/invoice", body, requestid="job-1") for _ in range(2)]

    assert answers[0].json()["Invoice"]["Id"] == answers[1].json()["Invoice"]["Id"]
    assert books.books.count("Invoice") == 1


def test_invoices_are_voided_in_batches(books: Caller) -> None:
    made = new_invoice(books)
    keys = {"Id": made["Id"], "SyncToken": "0"}

    answers = books.batch(
        {"bId": "1", "operation": "update", "optionsData": "void", "Invoice": keys},
        {"bId": "2", "operation": "create", "Invoice": invoice_body(line(5))},
        {"bId": "3", "operation": "create", "Invoice": invoice_body(line(5, Qty=2, UnitPrice=3))},
    )

    assert answers["1"]["Invoice"]["PrivateNote"] == "Voided"
    assert answers["2"]["Invoice"]["TotalAmt"] == 5
    assert answers["3"]["Fault"]["Error"][0]["code"] == "6070"


def test_a_new_invoice_takes_its_customers_addresses(books: Caller) -> None:
    street = {"Line1": "1 Elm Street", "City": "Oakland", "CountrySubDivisionCode": "CA"}
    customer = books.books.add_customer(DisplayName="Ben", BillAddr=street)

    made = new_invoice(books, customer=customer)
    changed = change(books, "Invoice", made, BillAddr=street | {"Line1": "2 Oak Street"})

    assert made["BillAddr"] | street == made["BillAddr"]
    lines = {k: v for k, v in changed.json()["Invoice"]["BillAddr"].items() if k != "Id"}
    assert lines == {"Line1": "Ben", "Line2": "2 Oak Street", "Line3": "Oakland CA"}


def test_an_estimate_that_is_invoiced_is_closed(books: Caller) -> None:
    estimate = books.create("Estimate", **invoice_body())
    link = {"TxnId": estimate["Id"], "TxnType": "Estimate"}

    made = new_invoice(books, LinkedTxn=[link])

    assert made["LinkedTxn"] == [link]
    closed = read(books, "Estimate", estimate["Id"])
    assert (estimate["TxnStatus"], closed["TxnStatus"]) == ("Pending", "Closed")
    assert closed["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Invoice"}]


def test_a_refund_leaves_the_bank_and_may_be_nobodys(books: Caller) -> None:
    body = {"Line": [line(30)], "DepositToAccountRef": {"value": "1"}}

    made = books.create("RefundReceipt", **body)

    assert made["TotalAmt"] == 30


def test_numbers_go_on_after_those_that_are_there(books: Caller) -> None:
    row = {"CustomerRef": "1", "DocNumber": "1001", "Line": [("1", 1, 10)]}
    books.books.load_invoices([row], [1_780_000_000])

    assert new_invoice(books)["DocNumber"] == "1002"
