"""Lines beside lines, prices that multiply out, discounts spread, and tax on top."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.contract import Line
from syncs.engine.currencies import coin, rounded
from syncs.engine.discounts import priced, spread
from syncs.engine.lines import agree, carried, comes_to, multiplied, weigh_the_same
from syncs.engine.taxes import taxed_totals

D = Decimal
DAY = date(2026, 1, 31)
CHAIR = Line(
    id="1", reference="17", name="Chair", quantity=D(2), unit_price=D(10), amount=D(20), tax="5"
)
TABLE = Line(id="2", reference="18", name="Table", quantity=D(1), unit_price=D(99), amount=D(99))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((CHAIR, TABLE), True),
        ((TABLE, CHAIR), True),
        ((replace(CHAIR, id="9"), TABLE), True),
        ((replace(CHAIR, service_date=DAY), TABLE), True),
        ((replace(CHAIR, name="Seat", description="Oak", sku="S"), TABLE), True),
        ((CHAIR, TABLE, Line(description="Thanks")), True),
        ((replace(CHAIR, quantity=D("2.00"), amount=D("20.00")), TABLE), True),
        ((replace(CHAIR, quantity=D(1)), TABLE), False),
        ((replace(CHAIR, unit_price=D(9)), TABLE), False),
        ((replace(CHAIR, amount=D("19.99")), TABLE), False),
        ((replace(CHAIR, tax="6"), TABLE), False),
        ((replace(CHAIR, reference="19"), TABLE), False),
        ((CHAIR,), False),
        ((CHAIR, TABLE, TABLE), False),
        (None, False),
    ],
)
def test_which_change_of_lines_changes_the_books(now: Any, expected: bool) -> None:
    assert weigh_the_same((CHAIR, TABLE), now) is expected
    assert weigh_the_same(now, (CHAIR, TABLE)) is expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ((replace(TABLE, tax="NON"), CHAIR), True),
        ((replace(CHAIR, quantity=None), TABLE), True),
        ((CHAIR, TABLE, Line(description="Thanks")), True),
        ((replace(CHAIR, tax="6"), TABLE), False),
        ((CHAIR, CHAIR), False),
        ((CHAIR, TABLE, CHAIR), False),
        ((CHAIR,), False),
    ],
)
def test_made_lines_agree_with_what_the_provider_made_of_them(held: Any, expected: bool) -> None:
    assert agree((CHAIR, TABLE, Line(description="Hello")), held) is expected


def ids(lines: tuple[Line, ...]) -> list[str]:
    return [line.id for line in lines]


def anew(line: Line, **changes: Any) -> Line:
    return replace(line, id="", **changes)


def test_lines_made_anew_take_the_ids_of_those_that_they_replace() -> None:
    assert ids(carried([anew(TABLE), anew(CHAIR)], [CHAIR, TABLE])) == ["2", "1"]
    assert ids(carried([anew(CHAIR, amount=D(30))], [TABLE, CHAIR])) == ["1"]
    assert ids(carried([anew(CHAIR), anew(CHAIR)], [CHAIR])) == ["1", ""]
    assert ids(carried([anew(CHAIR, reference="99")], [CHAIR])) == ["1"]
    assert ids(carried([anew(CHAIR, reference="99"), anew(CHAIR)], [CHAIR])) == ["", "1"]
    assert carried([], [CHAIR]) == ()


def test_a_service_date_that_was_set_over_there_stays() -> None:
    dated = replace(CHAIR, service_date=DAY)
    own = date(2026, 3, 1)

    assert carried([anew(CHAIR)], [dated])[0].service_date == DAY
    assert carried([anew(CHAIR, service_date=own)], [dated])[0].service_date == own


def priced_line(quantity: str | None, price: str | None, amount: str, discount: str = "0") -> Line:
    return Line(
        quantity=D(quantity) if quantity else None,
        unit_price=D(price) if price else None,
        discount=D(discount),
        amount=D(amount),
    )


@pytest.mark.parametrize(
    ("line", "currency", "expected"),
    [
        pytest.param(priced_line("2", "10", "20"), "USD", ("2", "10"), id="as it is"),
        pytest.param(priced_line("3", "33.3333", "100"), "USD", ("3", "33.3333"), id="rounds"),
        pytest.param(priced_line("4", "10", "36", "4"), "USD", ("4", "9"), id="net of discount"),
        pytest.param(priced_line("3", "50", "100", "50"), "EUR", ("3", "33.333333"), id="six"),
        pytest.param(priced_line("1.5", "3.33", "5", "0"), "EUR", ("1.5", "3.333333"), id="tie"),
        pytest.param(priced_line("3", "33.335", "100.01"), "EUR", ("3", "33.336667"), id="up"),
        pytest.param(priced_line(None, None, "12.5"), "USD", ("1", "12.5"), id="an amount alone"),
        pytest.param(priced_line("3", None, "100"), "JPY", ("3", "33.333333"), id="no coins"),
        pytest.param(priced_line("3", "0.333", "1"), "JPY", ("3", "0.333"), id="to the yen"),
        pytest.param(priced_line("3", "0.333", "0.999"), "KWD", ("3", "0.333"), id="to the fils"),
        pytest.param(priced_line("0", "10", "0"), "USD", ("0", "10"), id="none of it"),
    ],
)
def test_a_line_is_given_a_price_that_multiplies_out(
    line: Line, currency: str, expected: tuple[str, str]
) -> None:
    made = multiplied(line, currency)

    assert (str(made.quantity), str(made.unit_price)) == expected
    assert (made.amount, made.discount) == (line.amount, None)


def test_where_no_price_multiplies_out_one_piece_is_sold_and_the_quantity_told() -> None:
    line = replace(priced_line("1000000", "0.0000005", "0.51"), description="Calls")

    made = multiplied(line, "USD")

    assert made == replace(
        line,
        quantity=D(1),
        unit_price=D("0.51"),
        discount=None,
        description="Calls (quantity 1000000)",
    )
    assert multiplied(priced_line("0", "5", "3"), "USD").description == "(quantity 0)"


def test_half_a_coin_comes_to_nothing_certain() -> None:
    assert comes_to(D("100.0049"), D(100), "USD")
    assert not comes_to(D("100.005"), D("100.01"), "USD")
    assert not comes_to(D("100.005"), D(100), "USD")
    assert comes_to(D("1.234"), D("1.234"), "USD")
    assert not comes_to(D("1.2341"), D("1.234"), "USD")


@pytest.mark.parametrize(
    ("currency", "expected"),
    [("USD", "0.01"), ("jpy", "1"), ("KWD", "0.001"), ("CLF", "0.0001"), ("", "0.01")],
)
def test_the_coins_of_a_currency(currency: str, expected: str) -> None:
    assert coin(currency) == D(expected)


def test_half_a_coin_goes_away_from_zero() -> None:
    assert rounded(D("1.005"), "EUR") == D("1.01")
    assert rounded(D("-1.005"), "EUR") == D("-1.01")
    assert rounded(D("0.5"), "JPY") == D(1)


@pytest.mark.parametrize(
    ("cut", "amounts", "expected"),
    [
        ("10", ["50", "50"], ["5", "5"]),
        ("0.01", ["50", "50"], ["0.01", "0"]),
        ("10", ["10", "20", "0"], ["3.33", "6.67", "0"]),
        ("30", ["10", "20"], ["10", "20"]),
        ("0", [], []),
        ("0", ["1"], ["0"]),
    ],
)
def test_a_discount_is_spread_in_proportion(
    cut: str, amounts: list[str], expected: list[str]
) -> None:
    assert spread(D(cut), [D(one) for one in amounts], "USD") == tuple(D(one) for one in expected)


def test_more_than_there_is_cannot_be_taken_off() -> None:
    assert spread(D("30.01"), [D(10), D(20)], "USD") is None
    assert spread(D(1), [], "USD") is None


CODES = st.sampled_from(["USD", "JPY", "KWD", ""])


@settings(derandomize=True, max_examples=200)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.floats(0, 1), CODES)
def test_the_parts_of_a_discount_add_up_and_none_is_more_than_its_line(
    coins: list[int], part: float, currency: str
) -> None:
    amounts = [one * coin(currency) for one in coins]
    cut = int(sum(coins) * part) * coin(currency)

    shares = spread(cut, amounts, currency)

    assert shares is not None
    assert sum(shares, D(0)) == cut
    for share, amount in zip(shares, amounts, strict=True):
        assert 0 <= share <= amount


def test_what_is_taken_off_is_a_discount_where_it_multiplies_out() -> None:
    made = priced(priced_line("4", "10", "40"), D(4), "USD")

    assert (made.quantity, made.unit_price) == (D(4), D(10))
    assert (made.discount, made.amount) == (D(4), D(36))


def test_what_does_not_multiply_out_as_a_discount_is_taken_off_the_price() -> None:
    many = priced_line("3000000", "0.01", "30000")

    made = priced(many, D("0.01"), "USD")

    assert made.amount == D("29999.99")
    assert made.discount is None
    assert (made.quantity, made.unit_price) == (D(1), D("29999.99"))


def test_tax_is_rounded_for_each_rate_or_for_each_line() -> None:
    amounts = [(D("0.05"), D(10)), (D("0.05"), D(10)), (D(1), D(0))]

    assert taxed_totals(amounts, "USD") == (D("1.11"), D("1.12"))
    assert taxed_totals([], "USD") == (D(0), D(0))
