"""Line items of the stand-in: what comes from the product, what a line comes to, its one parent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hubspot_account import OBJECTS, Account
from tests.sandbox.invoicing import (
    INVOICES,
    LINE_DEAL,
    LINE_INVOICE,
    LINES,
    change,
    draft,
    link,
    made,
    post,
    refused,
)

RESULTS = ("amount", "hs_pre_discount_amount", "hs_total_discount", "hs_post_tax_amount")


def held(account: Account, line: str) -> dict[str, str]:
    return account.hubspot.get("line_items", line)


def test_a_line_takes_what_is_not_given_from_its_product(account: Account) -> None:
    product = account.hubspot.add_product(
        name="Chair", price="40", hs_sku="C-1", description="Oak", hs_cost_of_goods_sold="12"
    )

    line = made(account, LINES, hs_product_id=product, price="35", quantity="2")

    found = held(account, line)
    assert (found["name"], found["hs_sku"], found["description"]) == ("Chair", "C-1", "Oak")
    assert (found["price"], found["amount"]) == ("35", "70.00")


def test_a_later_change_of_the_product_does_not_reach_the_line(account: Account) -> None:
    product = account.hubspot.add_product(name="Chair", price="40")
    line = made(account, LINES, hs_product_id=product, quantity="1")

    account.hubspot.update("products", product, name="Stool", price="30")

    assert (held(account, line)["name"], held(account, line)["price"]) == ("Chair", "40")


@pytest.mark.parametrize(
    ("properties", "results"),
    [
        pytest.param({}, ("80.00", "80.00", "0.00", "80.00"), id="plain"),
        pytest.param({"discount": "1.5"}, ("77.00", "80.00", "3.00", "77.00"), id="money off each"),
        pytest.param(
            {"hs_discount_percentage": "12.5"},
            ("70.00", "80.00", "10.00", "70.00"),
            id="percent off each",
        ),
        pytest.param(
            {"quantity": "0.333", "price": "9.99"},
            ("3.33", "3.33", "0.00", "3.33"),
            id="part of one",
        ),
        pytest.param(
            {"quantity": "1", "price": "0.125"}, ("0.13", "0.13", "0.00", "0.13"), id="half up"
        ),
        pytest.param({"quantity": "0"}, ("0.00", "0.00", "0.00", "0.00"), id="none"),
    ],
)
def test_a_line_comes_to_its_net_price(
    account: Account, properties: dict[str, str], results: tuple[str, ...]
) -> None:
    line = made(account, LINES, **{"name": "Chair", "price": "40", "quantity": "2"} | properties)

    found = held(account, line)

    assert tuple(found[name] for name in RESULTS) == results


def test_a_line_without_quantity_or_price_comes_to_nothing_yet(account: Account) -> None:
    assert "amount" not in held(account, made(account, LINES, name="Chair", price="40"))
    assert "amount" not in held(account, made(account, LINES, name="Chair", quantity="2"))


def test_a_changed_line_comes_to_something_else(account: Account) -> None:
    line = made(account, LINES, name="Chair", price="40", quantity="2", discount="5")

    answer = change(account, LINES, line, discount="", hs_discount_percentage="50")

    assert answer.ok, answer.text
    assert held(account, line)["amount"] == "40.00"


def test_the_tax_of_a_line_follows_its_rate(account: Account) -> None:
    rate = account.hubspot.add_tax_rate("VAT", "21")

    line = made(account, LINES, price="9.99", quantity="1", hs_tax_rate_group_id=rate)

    found = held(account, line)
    assert (found["hs_tax_rate"], found["hs_tax_label"]) == ("21", "VAT (21%)")
    assert (found["hs_tax_amount"], found["hs_post_tax_amount"]) == ("2.10", "12.09")


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        pytest.param({"price": "-1"}, "price", id="price below zero"),
        pytest.param({"quantity": "-1"}, "quantity", id="quantity below zero"),
        pytest.param({"discount": "-1"}, "discount", id="discount below zero"),
        pytest.param({"discount": "41"}, "discount", id="discount above the price"),
        pytest.param(
            {"hs_discount_percentage": "101"}, "hs_discount_percentage", id="more than all off"
        ),
        pytest.param(
            {"discount": "1", "hs_discount_percentage": "1"}, "discount", id="both discounts"
        ),
        pytest.param({"hs_tax_rate_group_id": "5"}, "hs_tax_rate_group_id", id="no such rate"),
        pytest.param({"hs_product_id": "5"}, "hs_product_id", id="no such product"),
        pytest.param({"amount": "5"}, "amount", id="an amount of one's own"),
        pytest.param({"hs_tax_amount": "5"}, "hs_tax_amount", id="a tax of one's own"),
        pytest.param(
            {"hs_line_item_currency_code": "JPY"},
            "hs_line_item_currency_code",
            id="a currency not switched on",
        ),
    ],
)
def test_a_wrong_line_is_refused_by_property(
    account: Account, properties: dict[str, str], name: str
) -> None:
    answer = post(account, LINES, **{"price": "40", "quantity": "2"} | properties)

    refused(answer)
    assert answer.json()["errors"][0]["context"] == {"propertyName": [name]}
    assert account.hubspot.line_items == {}


@pytest.mark.parametrize(
    ("code", "amount"), [("EUR", "3.33"), ("JPY", "3"), ("KWD", "3.330"), ("BHD", "3.330")]
)
def test_amounts_have_the_decimals_of_their_currency(
    account: Account, code: str, amount: str
) -> None:
    account.hubspot.set_currencies("EUR", ["JPY", "KWD", "BHD"])

    line = made(account, LINES, price="9.99", quantity="0.33333", hs_line_item_currency_code=code)

    assert held(account, line)["amount"] == amount


def test_a_line_has_the_currency_of_its_invoice(account: Account) -> None:
    invoice = draft(account, hs_currency="USD")

    line = made(account, LINES, link(invoice, LINE_INVOICE), price="5", quantity="1")

    assert held(account, line)["hs_line_item_currency_code"] == "USD"


def test_a_line_in_another_currency_than_its_invoice_is_refused(account: Account) -> None:
    invoice = draft(account, hs_currency="USD")

    answer = post(
        account,
        LINES,
        link(invoice, LINE_INVOICE),
        price="5",
        quantity="1",
        hs_line_item_currency_code="GBP",
    )

    refused(answer)


def test_a_line_has_one_parent(account: Account) -> None:
    invoice, deal = draft(account), account.hubspot.add_deal(dealname="Chairs")
    line = made(account, LINES, link(deal, LINE_DEAL), price="5", quantity="1")

    late = account.put(f"{INVOICES}/{invoice}/associations/default/line_items/{line}")
    both = post(account, LINES, link(deal, LINE_DEAL), link(invoice, LINE_INVOICE), price="5")

    refused(late)
    refused(both)
    assert account.hubspot.associated("line_items", line, "deals") == [deal]


def test_associating_a_line_with_its_parent_again_is_no_error(account: Account) -> None:
    invoice = draft(account)
    (line,) = account.hubspot.lines_of(invoice)

    assert account.put(f"{INVOICES}/{invoice}/associations/default/line_items/{line}").ok


def test_the_lines_of_many_invoices_are_read_in_one_call(account: Account) -> None:
    invoices = [draft(account) for _ in range(3)]
    inputs = {"inputs": [{"id": invoice} for invoice in invoices]}

    answer = account.post("/crm/associations/2026-03/invoices/line_items/batch/read", inputs)

    found = {
        row["from"]["id"]: [(to["toObjectId"], to["associationTypes"][0]["typeId"])]
        for row in answer.json()["results"]
        for to in row["to"]
    }
    assert found == {i: [(next(iter(account.hubspot.lines_of(i))), 409)] for i in invoices}


def test_a_wrong_direction_of_an_association_type_is_refused(account: Account) -> None:
    invoice = draft(account)

    answer = post(account, LINES, link(invoice, 409), price="5", quantity="1")

    assert "invalid from object type 0-8" in refused(answer)


def test_lines_are_made_in_a_batch_with_their_invoice(account: Account) -> None:
    invoice = draft(account)
    rows: list[dict[str, Any]] = [
        {
            "properties": {"name": f"{number}", "price": "1.10", "quantity": "1"},
            "associations": [link(invoice, LINE_INVOICE)],
            "objectWriteTraceId": str(number),
        }
        for number in range(5)
    ]
    rows[3]["properties"]["price"] = "-1"

    answer = account.batch("line_items", "create", rows)

    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"]["objectWriteTraceId"] == ["3"]
    assert len(account.hubspot.lines_of(invoice)) == 5
    assert account.hubspot.get("invoices", invoice)["hs_amount_billed"] == "84.40"


def test_a_deleted_line_no_longer_counts_until_it_is_restored(account: Account) -> None:
    invoice = draft(account)
    (line,) = account.hubspot.lines_of(invoice)

    assert account.delete(f"{OBJECTS}/line_items/{line}").status_code == 204
    without = account.hubspot.get("invoices", invoice)["hs_amount_billed"]
    account.hubspot.restore_record("line_items", line)

    assert without == "0.00"
    assert account.hubspot.get("invoices", invoice)["hs_amount_billed"] == "80.00"
