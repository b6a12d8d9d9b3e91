"""Lines of Exact's documents to values and back: not a cent is lost on the way."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.connectors.exact.entry_lines import entry_lines, to_entry_lines
from integrations.connectors.exact.payloads import Unwritable, from_json
from integrations.connectors.exact.sales_lines import invoice_lines, to_invoice_lines
from integrations.contract import Category, Field, FieldType, Line

FIELD = Field("SalesInvoiceLines", "Lines", FieldType.LINES, references="item")
ITEM = "6f6ed0c6-0a0b-4f1e-9c52-30a5a1d0a111"
LEDGER = "0b4f3d3c-3a7c-4a87-8b1d-5a1c2a0f9d10"


def dec(text: str) -> Decimal:
    return Decimal(text)


def sold(quantity: str, price: str, amount: str, **more: Any) -> Line:
    return Line(
        reference=ITEM, quantity=dec(quantity), unit_price=dec(price), amount=dec(amount), **more
    )


def exact_amount(payload: dict[str, Any]) -> Decimal:
    """What Exact makes of a line, whichever of its prices it goes by."""
    quantity, net = payload["Quantity"], payload["NetPrice"]
    by_discount = payload["UnitPrice"] * (1 - payload["Discount"])
    assert abs(quantity * by_discount - quantity * net) < dec("0.0005")
    return dec(str(round(quantity * net, 2)))


@pytest.mark.parametrize(
    ("line", "prices"),
    [
        pytest.param(sold("2", "50", "100"), ("50", "50", "0"), id="plain"),
        pytest.param(sold("3", "33.333333", "100"), ("33.333333", "33.333333", "0"), id="thirds"),
        pytest.param(
            sold("4", "25", "90", discount=dec("10")), ("25", "22.5", "0.1"), id="ten per cent off"
        ),
        pytest.param(
            sold("3", "10", "29", discount=dec("1")),
            ("10", "9.667", "0.0333"),
            id="an odd discount",
        ),
        pytest.param(
            sold("1", "10", "0", discount=dec("10")), ("10", "0", "1"), id="everything is taken off"
        ),
        pytest.param(sold("2", "50", "90"), ("45", "45", "0"), id="price and amount disagree"),
        pytest.param(sold("1", "0.125", "0.13"), ("0.13", "0.13", "0"), id="half a cent"),
        pytest.param(sold("0", "12", "0"), ("12", "12", "0"), id="none of it"),
        pytest.param(sold("-1", "20", "-20"), ("20", "20", "0"), id="taken back"),
        pytest.param(
            sold("100000", "0.0012345", "123.45"), ("0.0012345", "0.0012345", "0"), id="many"
        ),
        pytest.param(
            Line(reference=ITEM, amount=dec("7.5")), ("7.5", "7.5", "0"), id="no quantity"
        ),
    ],
)
def test_a_line_is_sent_so_that_its_amount_comes_out(
    line: Line, prices: tuple[str, str, str]
) -> None:
    (sent,) = to_invoice_lines(FIELD, [line])

    assert (sent["UnitPrice"], sent["NetPrice"]) == (dec(prices[0]), dec(prices[1]))
    assert round(sent["Discount"], 4) == dec(prices[2])
    assert exact_amount(sent) == line.amount


def test_a_line_bears_its_item_code_unit_and_words() -> None:
    line = sold("1", "5", "5", tax="2  ", description="Advice", name="Consulting")

    (sent,) = to_invoice_lines(FIELD, [line], unit="hour")

    assert sent["Item"] == ITEM
    assert (sent["VATCode"], sent["UnitCode"]) == ("2  ", "hour")
    assert (sent["Description"], "Notes" in sent) == ("Advice", False)


def test_words_between_the_lines_go_into_the_notes() -> None:
    lines = [
        Line(description="First of all"),
        sold("1", "5", "5", name="One"),
        Line(description="Thanks"),
        Line(description="And more thanks"),
        sold("1", "6", "6", description="x" * 140),
    ]

    one, two = to_invoice_lines(FIELD, lines)

    assert one["Notes"] == "First of all\nThanks\nAnd more thanks"
    assert len(two["Description"]) == 100
    assert two["Notes"] == "x" * 140


@pytest.mark.parametrize(
    ("lines", "category", "code"),
    [
        pytest.param([], Category.FIELD_MISSING, "no_lines", id="none"),
        pytest.param([Line(description="Hi")], Category.FIELD_MISSING, "no_lines", id="words"),
        pytest.param(
            [Line(name="Free", amount=dec("1"))],
            Category.FIELD_MISSING,
            "line_without_item",
            id="no item",
        ),
        pytest.param(
            [Line(reference=ITEM, quantity=dec("1"))],
            Category.FIELD_MISSING,
            "line_without_amount",
            id="no amount",
        ),
        pytest.param(
            [Line(reference=ITEM, quantity=dec("0"), amount=dec("5"))],
            Category.FIELD_INVALID,
            "line_without_quantity",
            id="an amount for nothing",
        ),
        pytest.param(
            [Line(reference=ITEM, quantity=dec("1e13"), amount=dec("0.01"))],
            Category.FIELD_INVALID,
            "amount_not_divisible",
            id="no such price",
        ),
    ],
)
def test_what_exact_would_book_otherwise_is_not_sent(
    lines: list[Line], category: Category, code: str
) -> None:
    with pytest.raises(Unwritable) as refused:
        to_invoice_lines(FIELD, lines)

    assert (refused.value.fault.category, refused.value.fault.code) == (category, code)


# Exact's numbers are doubles, and its codes are padded.
HELD = b"""{"SalesInvoiceLines": {"results": [
 {"ID": "b", "LineNumber": 2, "Item": "i-2", "ItemCode": "GROSS", "Quantity": 2.0,
  "UnitPrice": 60.5, "NetPrice": 60.5, "Discount": 0, "AmountFC": 100.0, "VATAmountFC": 21.0,
  "VATCode": "2I ", "Description": "With VAT"},
 {"ID": "a", "LineNumber": 1, "Item": "i-1", "ItemCode": "NET ", "ItemDescription": "Thing",
  "Quantity": 3.0, "UnitPrice": 10.0, "NetPrice": 9.000000000000001, "Discount": 0.1,
  "AmountFC": 27.000000000000004, "VATAmountFC": 5.67, "VATCode": "2  ",
  "VATCodeDescription": "BTW 21%"}]}}"""


def test_lines_are_read_in_their_order_with_or_without_their_vat() -> None:
    net, gross = invoice_lines(from_json(HELD)) or ()

    assert net == Line(
        id="a",
        reference="i-1",
        sku="NET",
        name="Thing",
        quantity=dec("3"),
        unit_price=dec("10"),
        discount=dec("3"),
        amount=dec("27"),
        tax="2",
    )
    assert net.tax_name == "BTW 21%"
    assert (gross.amount, gross.discount, gross.tax) == (dec("121"), None, "2I")


def test_lines_that_were_not_asked_for_are_none() -> None:
    assert invoice_lines({"SalesInvoiceLines": {"__deferred": {"uri": "…"}}}) is None


def test_lines_of_an_entry_stand_on_its_ledger_account() -> None:
    lines = [Line(description="Words"), sold("2", "50", "100", tax="2  ", name="Advice")]

    (sent,) = to_entry_lines(FIELD, lines, LEDGER)

    assert sent == {
        "GLAccount": LEDGER,
        "AmountFC": dec("100"),
        "Quantity": dec("2"),
        "VATCode": "2  ",
        "Description": "Advice",
    }
    held = [sent | {"ID": "a", "LineNumber": 1, "GLAccountCode": "8000"}]
    assert entry_lines({"SalesEntryLines": held}) == (
        Line(sku="8000", description="Advice", quantity=dec("2"), amount=dec("100"), tax="2"),
    )


def test_an_entry_needs_amounts() -> None:
    with pytest.raises(Unwritable, match="no amount"):
        to_entry_lines(FIELD, [Line(name="Advice", quantity=dec("1"))], LEDGER)
    with pytest.raises(Unwritable, match="at least"):
        to_entry_lines(FIELD, [Line(description="Advice")], LEDGER)
