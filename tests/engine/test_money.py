"""Money is conserved: whatever invoice is made up, every cent arrives or the record says why not.

What a provider makes of the lines is worked out here once more, in fractions, without the engine.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from integrations.contract import Category, Fault, Line, Values
from syncs.engine.terms import Fail, TaxRule
from syncs.engine.ways import Held
from tests.engine.invoices import book, show

D = Decimal
DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
RATES = {"": D(0), "vat": D(20), "low": D("5.5"), "odd": D("8.875")}
TAXES = tuple(TaxRule(name, name.upper(), rate) for name, rate in RATES.items() if name)


def to_coins(amount: Fraction | Decimal, currency: str, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Rounded to whole coins, from an exact fraction."""
    exact = Fraction(amount) * 10 ** DECIMALS[currency]
    whole = Decimal(exact.numerator) / Decimal(exact.denominator)
    return whole.to_integral_value(rounding).scaleb(-DECIMALS[currency])


def numbers(most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most * 10**places).map(lambda whole: D(whole).scaleb(-places))


@dataclass(frozen=True)
class Sale:
    """A line as people type it: a discount for each piece, or in per cent."""

    quantity: Decimal
    price: Decimal
    off_each: Decimal
    off_percent: Decimal
    tax: str

    @property
    def gross(self) -> Fraction:
        return Fraction(self.quantity) * Fraction(self.price)

    @property
    def net(self) -> Fraction:
        if self.off_percent:
            return self.gross * (100 - Fraction(self.off_percent)) / 100
        return self.gross - Fraction(self.quantity) * min(
            Fraction(self.off_each), Fraction(self.price)
        )

    def line(self, amount: Decimal) -> Line:
        """The line with the amount that the CRM computed."""
        exact = self.quantity * self.price
        discount = exact - amount if self.off_each or self.off_percent else D(0)
        return Line(
            reference="17",
            quantity=self.quantity,
            unit_price=self.price,
            discount=discount,
            amount=amount,
            tax=self.tax,
        )


SALES = st.builds(
    Sale,
    quantity=st.one_of(st.integers(1, 40).map(D), numbers(1000, 3), st.just(D(1))),
    price=st.one_of(numbers(2000, 2), numbers(50, 4), st.integers(0, 90_000).map(D)),
    off_each=st.one_of(st.just(D(0)), numbers(20, 2)),
    off_percent=st.one_of(st.just(D(0)), st.just(D(0)), numbers(100, 2)),
    tax=st.sampled_from(sorted(RATES)),
)
CURRENCIES = st.sampled_from(sorted(DECIMALS))
MADE_UP = settings(derandomize=True, max_examples=200, deadline=None)


def tax_in_total(amounts: list[tuple[Decimal, str]], currency: str, *, by_line: bool) -> Decimal:
    """The tax on these (amount, rate) pairs as a provider adds it up."""
    if by_line:
        parts = [Fraction(amount) * Fraction(RATES[tax]) / 100 for amount, tax in amounts]
    else:
        parts = [
            sum((Fraction(amount) for amount, tax in amounts if tax == rate), Fraction(0))
            * Fraction(RATES[rate])
            / 100
            for rate in RATES
        ]
    return sum((to_coins(part, currency) for part in parts), D(0))


def assert_multiplies_out(line: Line, currency: str) -> None:
    """What the provider multiplies is the amount, however it rounds half a coin."""
    assert line.quantity is not None
    assert line.unit_price is not None
    assert line.amount is not None
    assert -line.unit_price.as_tuple().exponent <= 6  # type: ignore[operator]  # finite
    exact = Fraction(line.quantity) * Fraction(line.unit_price)
    for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN):
        assert to_coins(exact, currency, rounding) == line.amount


@MADE_UP
@given(
    sales=st.lists(SALES, min_size=1, max_size=6),
    currency=CURRENCIES,
    inclusive=st.booleans(),
    by_line=st.booleans(),
)
def test_an_invoice_of_the_crm_is_booked_to_the_last_coin(
    sales: list[Sale], currency: str, inclusive: bool, by_line: bool
) -> None:
    amounts = [to_coins(sale.net, currency) for sale in sales]
    pairs = [(amount, sale.tax) for amount, sale in zip(amounts, sales, strict=True)]
    tax = D(0) if inclusive else tax_in_total(pairs, currency, by_line=by_line)
    total = sum(amounts, D(0)) + tax
    lines = tuple(sale.line(amount) for sale, amount in zip(sales, amounts, strict=True))
    values: Values = {"lines": lines, "total": total, "currency": currency}

    made = book(values, taxes=TAXES, inclusive=inclusive)

    assert [line.amount for line in made] == amounts
    assert [line.tax for line in made] == [sale.tax.upper() for sale in sales]
    for line in made:
        assert_multiplies_out(line, currency)
    booked = [(line.amount or D(0), line.tax.lower()) for line in made]
    again = D(0) if inclusive else tax_in_total(booked, currency, by_line=by_line)
    assert sum((amount for amount, _ in booked), D(0)) + again == total


@MADE_UP
@given(
    sales=st.lists(SALES, min_size=1, max_size=6),
    currency=CURRENCIES,
    off=st.integers(-2, 2),
)
def test_an_invoice_whose_numbers_do_not_fit_is_refused_or_booked_to_its_total(
    sales: list[Sale], currency: str, off: int
) -> None:
    """The CRM keeps parts of coins on its lines, or says another total."""
    exact = [D(sale.net.numerator) / D(sale.net.denominator) for sale in sales]
    lines = tuple(sale.line(amount) for sale, amount in zip(sales, exact, strict=True))
    whole = to_coins(sum((sale.net for sale in sales), Fraction(0)), currency)
    total = whole + D(off).scaleb(-DECIMALS[currency])
    values: Values = {"lines": lines, "total": total, "currency": currency}
    untaxed = tuple(replace(rule, rate=D(0)) for rule in TAXES)

    refused = _refusal(values, untaxed)
    if refused is not None:
        event("refused")
        assert (refused.code, refused.category) == ("totals_differ", Category.FIELD_INVALID)
        assert sum((to_coins(sale.net, currency) for sale in sales), D(0)) != total
        return
    made = book(values, taxes=untaxed)
    event("booked")
    assert sum((line.amount or D(0) for line in made), D(0)) == total
    for line in made:
        assert_multiplies_out(line, currency)


def _refusal(values: Values, taxes: tuple[TaxRule, ...]) -> Fault | None:
    try:
        book(values, taxes=taxes)
    except Held as held:
        return held.plan.fault if isinstance(held.plan, Fail) else None
    return None


BOOKED = st.tuples(
    st.one_of(st.just(D(1)), numbers(500, 3), st.just(None)),
    st.integers(0, 5_000_00),
    st.sampled_from(["NON", "VAT"]),
)


@MADE_UP
@given(
    lines=st.lists(BOOKED, min_size=1, max_size=6),
    cuts=st.lists(st.integers(1, 90_000), max_size=2),
    currency=CURRENCIES,
)
def test_an_invoice_of_the_books_is_shown_to_the_last_coin(
    lines: list[tuple[Decimal | None, int, str]], cuts: list[int], currency: str
) -> None:
    coin = D(1).scaleb(-DECIMALS[currency])
    held = [booked_line(quantity, coins * coin, tax) for quantity, coins, tax in lines]
    held += [Line(name="Discount", amount=-coins * coin) for coins in cuts]
    total = sum((line.amount or D(0) for line in held), D(0))
    assume(total >= 0)

    made = show({"Lines": tuple(held), "CurrencyRef": currency}, taxes=TAXES)

    assert sum((line.amount or D(0) for line in made), D(0)) == total
    for line in made:
        assert_is_taken_by_the_crm(line, currency)


def booked_line(quantity: Decimal | None, amount: Decimal, tax: str) -> Line:
    price = amount / quantity if quantity else None
    return Line(reference="1", quantity=quantity, unit_price=price, amount=amount, tax=tax)


def assert_is_taken_by_the_crm(line: Line, currency: str) -> None:
    """The CRM takes no negative price, and keeps a discount for each piece in six decimals."""
    assert line.quantity is not None
    assert line.unit_price is not None
    assert line.amount is not None
    assert line.unit_price >= 0
    assert line.amount >= 0
    each = D(0)
    if line.discount:
        assert line.discount > 0
        each = (line.discount / line.quantity).quantize(D("0.000001"), ROUND_HALF_UP)
    exact = Fraction(line.quantity) * (Fraction(line.unit_price) - Fraction(each))
    assert to_coins(exact, currency) == line.amount


@MADE_UP
@given(sales=st.lists(SALES, min_size=1, max_size=4), currency=CURRENCIES)
def test_an_invoice_that_went_there_and_back_comes_to_the_same(
    sales: list[Sale], currency: str
) -> None:
    amounts = [to_coins(sale.net, currency) for sale in sales]
    lines = tuple(sale.line(amount) for sale, amount in zip(sales, amounts, strict=True))
    values: Values = {"lines": lines, "total": sum(amounts, D(0)), "currency": currency}
    untaxed = tuple(replace(rule, rate=D(0)) for rule in TAXES)

    there = book(values, taxes=untaxed)
    back = show({"Lines": there, "CurrencyRef": currency}, taxes=untaxed)

    assert [line.amount for line in back] == amounts
    assert [line.tax for line in back] == [sale.tax for sale in sales]
