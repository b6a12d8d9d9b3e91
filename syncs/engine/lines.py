"""Lines beside lines: whether they say the same, which replaces which, and what multiplies out."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from integrations.contract import Line, Value
from syncs.engine.currencies import coin
from syncs.engine.values import lines_of, plain_number

ONE = Decimal(1)
ZERO = Decimal(0)
# More decimals than this no provider keeps of a price.
PRICE_STEP = Decimal("0.000001")

type Member = str | Decimal | None
type Weight = tuple[Member, ...]


def weight(line: Line) -> Weight:
    """What a line comes to: its texts and dates may change without changing the books."""
    return (line.reference, line.quantity, line.unit_price, line.amount, line.tax)


_WEIGHTLESS = weight(Line())


def weigh_the_same(first: Value, second: Value) -> bool:
    """Whether lines of one side, in any order, come to the same; texts among them do not count."""
    return _weights(first) == _weights(second)


def _weights(value: Value) -> Counter[Weight]:
    found = Counter(weight(line) for line in lines_of(value))
    del found[_WEIGHTLESS]
    return found


def agree(made: Value, held: Value) -> bool:
    """Whether lines made for a side and those that it holds come to the same, in any order.

    What one of them does not say (a code that the provider adds, say) is not compared.
    """
    left_over = [weight(line) for line in lines_of(held) if weight(line) != _WEIGHTLESS]
    for line in lines_of(made):
        wanted = weight(line)
        if wanted == _WEIGHTLESS:
            continue
        found = next((one for one in left_over if _fits(wanted, one)), None)
        if found is None:
            return False
        left_over.remove(found)
    return not left_over


def bear_no_other_tax(held: Value, *known: Value) -> bool:
    """Whether lines bear only tax that some of the known ones bear too, where these bear any."""
    said = {line.tax for value in known for line in lines_of(value) if line.tax}
    return not said or all(not line.tax or line.tax in said for line in lines_of(held))


def _fits(wanted: Weight, held: Weight) -> bool:
    return all(
        mine == yours or mine in (None, "") or yours in (None, "")
        for mine, yours in zip(wanted, held, strict=True)
    )


def carried(made: Sequence[Line], present: Sequence[Line]) -> tuple[Line, ...]:
    """The lines made for a side with the ids, and the service dates, of those that they replace."""
    free = list(present)
    replaced: dict[int, Line] = {}
    for alike in _LIKENESSES:
        for place, line in enumerate(made):
            if place in replaced:
                continue
            old = next((one for one in free if alike(line, one)), None)
            if old is not None:
                free = [one for one in free if one is not old]
                replaced[place] = old
    return tuple(
        _in_place_of(line, replaced[place]) if place in replaced else line
        for place, line in enumerate(made)
    )


def _in_place_of(line: Line, old: Line) -> Line:
    return replace(line, id=old.id, service_date=line.service_date or old.service_date)


# From the closest to the last resort: whatever is left, in its order.
_LIKENESSES: tuple[Callable[[Line, Line], bool], ...] = (
    lambda new, old: _fits(weight(new), weight(old)) and new.description == old.description,
    lambda new, old: _fits(weight(new), weight(old)),
    lambda new, old: new.reference == old.reference and new.description == old.description,
    lambda new, old: new.reference == old.reference,
    lambda _, __: True,
)


def multiplied(line: Line, currency: str) -> Line:
    """The line with a quantity and a unit price, without discount, that come to its amount.

    Where no price in six decimals does, one piece at the amount, and the quantity in words.
    """
    amount = line.amount or ZERO
    quantity = ONE if line.quantity is None else line.quantity
    for price in _net_prices(line, quantity, amount):
        if comes_to(quantity * price, amount, currency):
            return replace(line, quantity=quantity, unit_price=price, discount=None, amount=amount)
    return in_one_piece(line)


def in_one_piece(line: Line) -> Line:
    amount = line.amount or ZERO
    description = line.description
    if line.quantity not in (None, ONE):
        words = f"(quantity {plain_number(line.quantity or ZERO)})"
        description = f"{description} {words}".strip()
    return replace(
        line,
        quantity=ONE,
        unit_price=amount,
        discount=None,
        amount=amount,
        description=description,
    )


def _net_prices(line: Line, quantity: Decimal, amount: Decimal) -> Iterator[Decimal]:
    if line.unit_price is not None and not line.discount:
        yield short(line.unit_price)
    if quantity:
        yield short(amount / quantity)


def short(price: Decimal) -> Decimal:
    """A price in as many decimals as providers keep."""
    return Decimal(plain_number(price.quantize(PRICE_STEP, ROUND_HALF_UP)))


def comes_to(exact: Decimal, amount: Decimal, currency: str) -> bool:
    """Whether the product rounds to the amount; half a coin does not, as it may go either way."""
    if exact == amount:
        return True
    return amount % coin(currency) == 0 and abs(exact - amount) * 2 < coin(currency)
