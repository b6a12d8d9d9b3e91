"""The lines of a sales invoice: Exact's as `Line` and back.

Exact works a line out by itself: quantity times net price, rounded. Whether that price includes
VAT follows from the VAT code (reference page SalesInvoiceSalesInvoiceLines). A line that sells
nothing is unknown there: words between the lines go into the notes of the line before them.
"""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from integrations.connectors.exact.money import CLOSE, number
from integrations.connectors.exact.payloads import Payload, code, nested, refusal
from integrations.contract import Category, Field, Line

LINES = "SalesInvoiceLines"
# Of each line: what is read of it.
COLUMNS = (
    "ID",
    "InvoiceID",
    "LineNumber",
    "Item",
    "ItemCode",
    "ItemDescription",
    "Description",
    "Quantity",
    "UnitPrice",
    "NetPrice",
    "Discount",
    "AmountFC",
    "VATAmountFC",
    "VATCode",
    "VATCodeDescription",
)
# Longer descriptions go into the notes, which have no limit.
LONGEST_DESCRIPTION = 100
_ZERO, _ONE = Decimal(0), Decimal(1)
_CENT = Decimal("0.01")
_FRACTION = Decimal("0.0000000001")
_MOST_PLACES = 10


# Reading


def invoice_lines(payload: Payload) -> tuple[Line, ...] | None:
    rows = sorted(nested(payload, LINES) or (), key=_position)
    return tuple(map(_line, rows)) or None


def _position(row: Payload) -> int:
    return int(row.get("LineNumber") or 0)


def _line(row: Payload) -> Line:
    quantity, price = number(row.get("Quantity")), number(row.get("UnitPrice"))
    net, amount = number(row.get("NetPrice")), _amount(row)
    price = net if price is None else price
    return Line(
        id=str(row.get("ID") or ""),
        reference=str(row.get("Item") or ""),
        sku=code(row.get("ItemCode")),
        name=str(row.get("ItemDescription") or ""),
        description=str(row.get("Description") or ""),
        quantity=quantity,
        unit_price=price,
        discount=_discount(row, quantity, price, amount),
        amount=amount,
        tax=code(row.get("VATCode")),
        tax_name=str(row.get("VATCodeDescription") or ""),
    )


def _amount(row: Payload) -> Decimal | None:
    """What the line comes to: with its VAT where its price has it in it."""
    amount, vat = number(row.get("AmountFC")), number(row.get("VATAmountFC"))
    quantity, net = number(row.get("Quantity")), number(row.get("NetPrice"))
    if amount is None or not vat or quantity is None or net is None:
        return amount
    made, gross = quantity * net, amount + vat
    return gross if abs(made - gross) < abs(made - amount) else amount


def _discount(
    row: Payload, quantity: Decimal | None, price: Decimal | None, amount: Decimal | None
) -> Decimal | None:
    """Money off the whole line; Exact keeps it as a fraction of the price."""
    has_one = bool(number(row.get("Discount")))
    if not has_one or quantity is None or price is None or amount is None:
        return None
    return (quantity * price).quantize(_CENT, ROUND_HALF_UP) - amount


# Writing


def to_invoice_lines(field: Field, lines: Sequence[Line], unit: str = "") -> list[Payload]:
    """The lines as Exact takes them; raises Unwritable for what it would book otherwise."""
    made: list[Payload] = []
    waiting: list[str] = []
    for line in lines:
        if is_text(line):
            _note(made, waiting, line.description or line.name)
            continue
        made.append(_to_line(field, line, unit, notes=waiting))
        waiting = []
    if not made:
        raise refusal(Category.FIELD_MISSING, "no_lines", field, "there must be one at least.")
    return made


def is_text(line: Line) -> bool:
    return not line.reference and line.quantity is line.unit_price is line.amount is None


def _note(made: Sequence[Payload], waiting: list[str], text: str) -> None:
    """Words before the first line wait for it."""
    if not made:
        waiting.append(text)
        return
    made[-1]["Notes"] = "\n".join(filter(None, (made[-1].get("Notes"), text)))


def _to_line(field: Field, line: Line, unit: str, notes: Sequence[str]) -> Payload:
    if not line.reference:
        reason = f"“{called(line)}” names no item of Exact."
        raise refusal(Category.FIELD_MISSING, "line_without_item", field, reason)
    made: Payload = {"Item": line.reference} | _pricing(field, line) | worded(line, notes)
    if line.tax:
        made["VATCode"] = line.tax
    if unit:
        made["UnitCode"] = unit
    return made


def worded(line: Line, notes: Sequence[str] = ()) -> Payload:
    """Description and notes; a description that is too long stands in the notes as a whole."""
    text = line.description or line.name
    is_long = len(text) > LONGEST_DESCRIPTION
    noted = "\n".join([*notes, text] if is_long else notes)
    made: Payload = {"Description": _shortened(text) if is_long else text} if text else {}
    return made | ({"Notes": noted} if noted else {})


def _shortened(text: str) -> str:
    return text[: LONGEST_DESCRIPTION - 1].rstrip() + "…"


def _pricing(field: Field, line: Line) -> Payload:
    """Quantity, prices and discount of which Exact makes exactly the amount that is meant.

    All three are always said: a customer's own price or discount would come in where one is not.
    """
    amount = line.amount
    if amount is None:
        reason = f"“{called(line)}” has no amount."
        raise refusal(Category.FIELD_MISSING, "line_without_amount", field, reason)
    quantity = _ONE if line.quantity is None else line.quantity
    if not quantity and amount:
        reason = f"“{called(line)}” has the quantity 0 and an amount."
        raise refusal(Category.FIELD_INVALID, "line_without_quantity", field, reason)
    price, net = _prices(line, quantity, amount)
    if abs(quantity * net - amount) >= CLOSE:
        reason = f"No price of “{called(line)}” comes to {amount} for {quantity}."
        raise refusal(Category.FIELD_INVALID, "amount_not_divisible", field, reason)
    cut = (1 - net / price).quantize(_FRACTION, ROUND_HALF_UP) if price else _ZERO
    return {"Quantity": quantity, "UnitPrice": price, "NetPrice": net, "Discount": cut}


def _prices(line: Line, quantity: Decimal, amount: Decimal) -> tuple[Decimal, Decimal]:
    """The price of a piece before and after its discount."""
    price = line.unit_price
    if not quantity:
        return price or _ZERO, price or _ZERO
    if price is not None and abs(quantity * price - amount) < CLOSE:
        return price, price
    net = _net_price(quantity, amount)
    if price is None or not line.discount or not _ZERO <= net / price <= _ONE:
        return net, net
    return price, net


def _net_price(quantity: Decimal, amount: Decimal) -> Decimal:
    """The shortest price that comes to the amount."""
    exact = amount / quantity
    rounded = exact
    for places in range(2, _MOST_PLACES + 1):
        rounded = exact.quantize(_ONE.scaleb(-places), ROUND_HALF_UP)
        if abs(quantity * rounded - amount) < CLOSE:
            break
    return rounded


def called(line: Line) -> str:
    return line.name or line.sku or line.description[:60] or line.reference


def amounts_of(lines: Sequence[Line]) -> Iterator[Decimal]:
    """What the lines come to, but for those that only say something."""
    return (line.amount for line in lines if line.amount is not None)
