"""The lines of invoices and payments: as values and back."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.quickbooks.documents import INVOICE, PAYMENT
from integrations.connectors.quickbooks.payloads import Payload, Unwritable, from_json, to_json
from integrations.connectors.quickbooks.payment_lines import (
    is_deposited,
    payment_lines,
    to_payment_lines,
)
from integrations.connectors.quickbooks.sales_lines import (
    net_of_tax,
    sales_lines,
    to_sales_lines,
)
from integrations.contract import Category, Line

SALES, PAYMENTS = INVOICE.spec("lines").field, PAYMENT.spec("lines").field

INVOICE_JSON = b"""{"Id": "130", "Line": [
  {"Id": "1", "LineNum": 1, "Description": "Rock Fountain", "Amount": 275.0,
   "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "5",
   "name": "Rock Fountain"}, "UnitPrice": 137.5, "Qty": 2, "ServiceDate": "2026-01-15",
   "ItemAccountRef": {"value": "79"}, "ClassRef": {"value": "3"}, "TaxCodeRef": {"value": "TAX"}}},
  {"Id": "2", "LineNum": 2, "Description": "As agreed", "DetailType": "DescriptionOnly",
   "DescriptionLineDetail": {}},
  {"Id": "3", "DetailType": "GroupLineDetail", "Amount": 20, "GroupLineDetail": {"Quantity": 1,
   "GroupItemRef": {"value": "9"}, "Line": [{"Id": "4", "Amount": 20,
   "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "11",
   "name": "Pump"}, "Qty": 1, "UnitPrice": 20, "ServiceDate": "9999-12-31"}}]}},
  {"Amount": 295, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
  {"Id": "5", "Amount": 29.5, "DetailType": "DiscountLineDetail", "DiscountLineDetail":
   {"PercentBased": true, "DiscountPercent": 10, "DiscountAccountRef": {"value": "86"}}}]}"""


def invoice() -> Payload:
    payload: Payload = from_json(INVOICE_JSON)
    return payload


def written(lines: tuple[Line, ...], current: Payload | None = None) -> list[Any]:
    sent: list[Any] = from_json(to_json(to_sales_lines(SALES, lines, current or {})))
    return sent


# Sales


def test_an_invoice_is_read_line_by_line() -> None:
    lines = sales_lines(invoice())

    assert lines == (
        Line(
            reference="5",
            name="Rock Fountain",
            description="Rock Fountain",
            quantity=Decimal(2),
            unit_price=Decimal("137.5"),
            amount=Decimal(275),
            tax="TAX",
            service_date=date(2026, 1, 15),
        ),
        Line(description="As agreed"),
        # The bundle gives way to what is in it, and a date that was sent empty is none.
        Line(
            reference="11",
            name="Pump",
            quantity=Decimal(1),
            unit_price=Decimal(20),
            amount=Decimal(20),
        ),
        Line(name="Discount", amount=Decimal("-29.5")),
    )
    assert [line.id for line in lines] == ["1", "2", "4", "5"]


@pytest.mark.parametrize("payload", [{}, {"Line": []}, {"Line": None}])
def test_no_lines_are_an_empty_value(payload: Payload) -> None:
    assert sales_lines(payload) is None
    assert payment_lines(payload) is None


def test_prices_that_include_tax_are_what_a_line_comes_to() -> None:
    detail = {"ItemRef": {"value": "5"}, "Qty": 3, "UnitPrice": 27.775, "TaxInclusiveAmt": 99.99}
    line = {"Amount": 83.325, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    payload = from_json(to_json({"GlobalTaxCalculation": "TaxInclusive", "Line": [line]}))

    (gross,) = sales_lines(payload) or ()
    (net,) = sales_lines(payload | {"GlobalTaxCalculation": "TaxExcluded"}) or ()

    assert (gross.amount, gross.unit_price) == (Decimal("99.99"), Decimal("33.33"))
    assert (net.amount, net.unit_price) == (Decimal("83.325"), Decimal("27.775"))


def test_a_discount_by_line_is_money_off_the_line() -> None:
    detail = {"Qty": 2, "UnitPrice": 50, "DiscountRate": 10}
    line = {"Amount": 90, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}

    (read,) = sales_lines({"Line": [line]}) or ()

    assert (read.amount, read.discount) == (Decimal(90), Decimal(10))


def test_shipping_is_known_by_what_it_is() -> None:
    detail = {"ItemRef": {"value": "SHIPPING_ITEM_ID"}}
    line = {"Amount": 12, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}

    (read,) = sales_lines({"Line": [line]}) or ()

    assert (read.reference, read.name) == ("SHIPPING_ITEM_ID", "Shipping")


def test_a_kind_of_line_that_is_not_documented_is_read_as_a_text() -> None:
    line = {"Id": "1", "DetailType": "SALES_OF_THE_FUTURE", "Description": "x", "Amount": 5}

    assert sales_lines({"Line": [line]}) == (Line(description="x"),)


def test_a_line_continues_the_one_with_its_id() -> None:
    current = invoice() | {"Line": [invoice()["Line"][0], invoice()["Line"][4]]}
    first, discount = sales_lines(current) or ()
    moved = replace(first, service_date=date(2026, 2, 1))

    sale, off = written((moved, discount), current)

    assert sale == {
        "Id": "1",
        "DetailType": "SalesItemLineDetail",
        "Amount": Decimal("275.0"),
        "Description": "Rock Fountain",
        "SalesItemLineDetail": {
            "ItemRef": {"value": "5"},
            "Qty": 2,
            "UnitPrice": Decimal("137.5"),
            "TaxCodeRef": {"value": "TAX"},
            "ServiceDate": "2026-02-01",
            # What Saldo has no value for stays, or it would be lost.
            "ClassRef": {"value": "3"},
        },
    }
    assert off["DiscountLineDetail"] == {
        "PercentBased": True,
        "DiscountPercent": 10,
        "DiscountAccountRef": {"value": "86"},
    }


def test_another_discount_is_an_amount_and_no_percentage() -> None:
    current = {"Line": [invoice()["Line"][4]]}
    line = Line(id="5", name="Discount", amount=Decimal(-12))

    (off,) = written((line,), current)

    assert (off["Id"], off["Amount"]) == ("5", 12)
    assert off["DiscountLineDetail"] == {
        "PercentBased": False,
        "DiscountAccountRef": {"value": "86"},
    }


def test_an_id_that_the_invoice_does_not_have_is_not_sent() -> None:
    line = Line(id="99", reference="5", amount=Decimal(1))

    assert "Id" not in written((line,), invoice() | {"Line": []})[0]


def test_nothing_empty_is_sent() -> None:
    (bare,) = written((Line(reference="5", amount=Decimal(1)),))
    (text,) = written((Line(description="As agreed"),))

    assert bare == {
        "DetailType": "SalesItemLineDetail",
        "Amount": 1,
        "SalesItemLineDetail": {"ItemRef": {"value": "5"}},
    }
    assert text == {
        "DetailType": "DescriptionOnly",
        "Description": "As agreed",
        "DescriptionLineDetail": {},
    }


@pytest.mark.parametrize(
    ("line", "current", "code", "category"),
    [
        pytest.param(
            Line(name="Consulting", amount=Decimal(5)),
            {},
            "line_without_item",
            Category.FIELD_MISSING,
            id="nothing that is sold",
        ),
        pytest.param(
            Line(reference="5", quantity=Decimal(2)),
            {},
            "line_without_amount",
            Category.FIELD_MISSING,
            id="no amount",
        ),
        pytest.param(
            Line(reference="5", amount=Decimal(2)),
            invoice(),
            "bundle",
            Category.STATE_LOCKED,
            id="a bundle is there",
        ),
    ],
)
def test_a_line_that_would_be_booked_otherwise_is_refused(
    line: Line, current: Payload, code: str, category: Category
) -> None:
    with pytest.raises(Unwritable) as refusal:
        to_sales_lines(SALES, (line,), current)

    fault = refusal.value.fault
    assert (fault.code, fault.category, fault.field) == (code, category, "lines")


def test_an_invoice_cannot_lose_all_its_lines() -> None:
    with pytest.raises(Unwritable, match="at least"):
        to_sales_lines(SALES, (), invoice())


AMOUNTS = st.decimals(0, 10**7, places=2)
TEXTS = st.text("abcÆ ", max_size=9).map(str.strip)
IDS = st.integers(1, 10**9).map(str)
SOLD = st.builds(
    Line,
    reference=IDS,
    description=TEXTS,
    quantity=st.none() | st.decimals(0, 1000, places=3),
    unit_price=st.none() | st.decimals(0, 1000, places=6),
    amount=AMOUNTS,
    tax=st.sampled_from(["", "TAX", "NON", "7"]),
    service_date=st.none() | st.dates(),
)
WORDS = st.builds(Line, description=TEXTS)
OFF = st.builds(Line, name=st.just("Discount"), description=TEXTS, amount=AMOUNTS.map(lambda n: -n))


@given(st.lists(SOLD | WORDS | OFF, min_size=1, max_size=6).map(tuple))
def test_lines_that_are_written_are_read_back(lines: tuple[Line, ...]) -> None:
    assert sales_lines({"Line": written(lines)}) == lines


@given(
    st.decimals("0.01", 10**6, places=2),
    st.decimals("0.001", 5000, places=3),
    st.sampled_from(["0", "5", "7", "19", "20", "21", "9.975"]).map(Decimal),
)
def test_a_price_with_tax_is_sent_net_and_multiplies_out(
    gross: Decimal, quantity: Decimal, rate: Decimal
) -> None:
    line = Line(reference="5", quantity=quantity, unit_price=gross, amount=gross, tax="7")
    (sent,) = to_sales_lines(SALES, (line,), {})

    net = net_of_tax(sent, {"7": rate}, Decimal("0.01"))

    detail, cent = net["SalesItemLineDetail"], Decimal("0.01")
    product = (detail["Qty"] * detail["UnitPrice"]).quantize(cent, ROUND_HALF_UP)
    assert product == net["Amount"]
    assert detail["TaxInclusiveAmt"] == gross
    assert abs(net["Amount"] * (1 + rate / 100) - gross) <= cent


@pytest.mark.parametrize(("cent", "net"), [("1", "91"), ("0.01", "90.91"), ("0.001", "90.909")])
def test_the_smallest_amount_is_that_of_the_currency(cent: str, net: str) -> None:
    (sent,) = to_sales_lines(SALES, (Line(reference="5", amount=Decimal(100), tax="7"),), {})

    assert net_of_tax(sent, {"7": Decimal(10)}, Decimal(cent))["Amount"] == Decimal(net)


@pytest.mark.parametrize("tax", ["", "unknown"])
def test_a_line_whose_rate_is_not_known_is_left_to_quickbooks(tax: str) -> None:
    (sent,) = to_sales_lines(SALES, (Line(reference="5", amount=Decimal(100), tax=tax),), {})

    assert net_of_tax(sent, {"7": Decimal(10)}, Decimal("0.01")) == sent


# Payments

PAYMENT_JSON: Payload = {
    "Line": [
        {"Amount": 5, "LinkedTxn": [{"TxnId": "12", "TxnType": "CreditMemo"}], "LineEx": {"a": []}},
        {"Amount": 30, "LinkedTxn": [{"TxnId": "101", "TxnType": "Invoice"}]},
        {"Amount": 25, "LinkedTxn": [{"TxnId": "67", "TxnType": "Invoice"}], "LineEx": {"a": []}},
    ]
}


def test_a_payment_tells_which_invoices_it_pays() -> None:
    assert payment_lines(PAYMENT_JSON) == (
        Line(reference="67", amount=Decimal(25)),
        Line(reference="101", amount=Decimal(30)),
        Line(name="CreditMemo 12", amount=Decimal(5)),
    )


def test_what_is_not_told_of_stays_beside_the_invoices() -> None:
    sent = to_payment_lines(PAYMENTS, (Line(reference="67", amount=Decimal(55)),), PAYMENT_JSON)

    assert sent == [
        {"Amount": 55, "LinkedTxn": [{"TxnId": "67", "TxnType": "Invoice"}]},
        {"Amount": 5, "LinkedTxn": [{"TxnId": "12", "TxnType": "CreditMemo"}]},
    ]


def test_a_credit_that_is_told_of_is_sent_once() -> None:
    lines = payment_lines(PAYMENT_JSON) or ()

    sent = to_payment_lines(PAYMENTS, lines, PAYMENT_JSON)

    assert payment_lines({"Line": sent}) == lines


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (Line(reference="67"), "line_without_amount"),
        (Line(name="Something", amount=Decimal(1)), "line_without_transaction"),
    ],
)
def test_a_payment_says_what_goes_where(line: Line, code: str) -> None:
    with pytest.raises(Unwritable) as refusal:
        to_payment_lines(PAYMENTS, (line,), {})

    assert (refusal.value.fault.code, refusal.value.fault.field) == (code, "lines")


@pytest.mark.parametrize(
    ("linked", "expected"),
    [(None, False), ([], False), ([{"TxnId": "9", "TxnType": "Deposit"}], True)],
)
def test_a_payment_tells_whether_it_is_in_a_deposit(linked: Any, expected: bool) -> None:
    assert is_deposited({"LinkedTxn": linked}) is expected
