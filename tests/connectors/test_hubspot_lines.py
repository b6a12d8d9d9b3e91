"""Line items of HubSpot to lines and back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.hubspot.lines import line_of, position_of, properties_of
from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.values import BadValue
from integrations.contract import Line


def item(id_: str = "7", **properties: str | None) -> Payload:
    return Payload(id_, properties)


@pytest.mark.parametrize(
    ("properties", "discount"),
    [
        pytest.param({"discount": "1.25", "amount": "15"}, Decimal(5), id="money off each unit"),
        pytest.param({"hs_discount_percentage": "25", "amount": "15"}, Decimal(5), id="per cent"),
        pytest.param({"discount": "0", "amount": "20"}, None, id="none"),
        pytest.param({"discount": "", "amount": "20"}, None, id="empty"),
        pytest.param({"amount": "19.99"}, None, id="a rounded amount is no discount"),
        pytest.param({"discount": "1"}, None, id="no amount yet"),
        pytest.param({"discount": "much", "amount": "20"}, None, id="no number"),
    ],
)
def test_a_discount_is_money_off_the_whole_line(
    properties: dict[str, str], discount: Decimal | None
) -> None:
    assert line_of(item(quantity="4", price="5", **properties)).discount == discount


def test_a_line_item_without_anything_is_an_empty_line() -> None:
    assert line_of(item(name=None)) == Line(id="7")


def test_line_items_without_a_position_come_last_and_as_they_were_made() -> None:
    items = [item("12"), item("9"), item("30", hs_position_on_quote="1")]

    assert [one.id for one in sorted(items, key=position_of)] == ["30", "9", "12"]


def test_a_line_is_sent_with_its_discount_per_unit() -> None:
    line = Line(
        reference="8", sku="S", name="Wire", description="Thin", quantity=Decimal("12.5"),
        unit_price=Decimal("1.20"), discount=Decimal("2.50"), amount=Decimal("12.50"), tax="81",
    )  # fmt: skip

    assert properties_of(line, 3, "EUR") == {
        "hs_product_id": "8",
        "hs_sku": "S",
        "name": "Wire",
        "description": "Thin",
        "quantity": "12.5",
        "price": "1.2",
        "discount": "0.2",
        "hs_discount_percentage": "",
        "hs_tax_rate_group_id": "81",
        "hs_line_item_currency_code": "EUR",
        "hs_position_on_quote": "3",
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(Line(amount=Decimal(30)), ("1", "30", ""), id="an amount alone is one of it"),
        pytest.param(
            Line(quantity=Decimal(3), amount=Decimal(10)), ("3", "3.333333", ""), id="no price"
        ),
        pytest.param(
            Line(quantity=Decimal(4), amount=Decimal(10), discount=Decimal(2)),
            ("4", "3", "0.5"),
            id="a discount without a price",
        ),
        pytest.param(Line(description="Only text"), ("", "", ""), id="only text"),
        pytest.param(
            Line(quantity=Decimal(0), unit_price=Decimal(5), amount=Decimal(0)),
            ("0", "5", ""),
            id="nothing of it",
        ),
    ],
)
def test_what_is_missing_of_the_numbers_follows_from_the_others(
    line: Line, expected: tuple[str, str, str]
) -> None:
    sent = properties_of(line, 0, "EUR")

    assert (sent["quantity"], sent["price"], sent["discount"]) == expected


@pytest.mark.parametrize(
    ("line", "currency"),
    [
        (Line(quantity=Decimal(1), unit_price=Decimal(-5), amount=Decimal(-5)), "EUR"),
        (Line(amount=Decimal(-5)), "EUR"),
        (Line(quantity=Decimal(3), unit_price=Decimal(5), amount=Decimal(16)), "EUR"),
        (Line(quantity=Decimal(0), unit_price=Decimal(5), amount=Decimal(5)), "EUR"),
        (Line(quantity=Decimal(3), unit_price=Decimal("5.002"), amount=Decimal(15)), "EUR"),
        (Line(quantity=Decimal(3), unit_price=Decimal("5.0002"), amount=Decimal(15)), "KWD"),
    ],
)
def test_a_line_that_hubspot_would_reckon_differently_is_not_sent(
    line: Line, currency: str
) -> None:
    with pytest.raises(BadValue):
        properties_of(line, 0, currency)


@given(
    quantity=st.decimals("0.01", "9999", places=2),
    price=st.decimals("0", "9999", places=4),
    off=st.decimals("0", "1", places=4),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_what_is_sent_comes_to_the_amount_or_is_refused(
    quantity: Decimal, price: Decimal, off: Decimal, currency: str
) -> None:
    coin = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}[currency]
    discount = (quantity * price * off).quantize(coin)
    amount = (quantity * price - discount).quantize(coin)
    line = Line(quantity=quantity, unit_price=price, discount=discount, amount=amount)
    try:
        sent = properties_of(line, 0, currency)
    except BadValue:
        return

    per_unit = Decimal(sent["price"]) - Decimal(sent["discount"] or "0")
    made = Decimal(sent["quantity"]) * per_unit
    assert abs(made - amount) <= coin / 2
