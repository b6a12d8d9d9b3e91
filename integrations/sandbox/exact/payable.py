"""When money is due, and how an amount that is owed is split by what was paid."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


def due_on(day: date, days: int = 0, months: int = 0) -> date:
    """The last day to pay: some days on, or at the end of a month some months on."""
    later = day + timedelta(days=days)
    if not months:
        return later
    year, month = divmod(later.year * 12 + later.month - 1 + months - 1, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


@dataclass(frozen=True)
class Part:
    """What to do with one row of what is owed: pay it, or split some of it off and pay that."""

    row_id: str
    amount: Decimal
    is_whole: bool


def covered(open_rows: list[tuple[str, Decimal]], amount: Decimal) -> list[Part]:
    """The rows that an amount pays, oldest first; raises ValueError when it is more than all."""
    owed = sum((each for _, each in open_rows), Decimal(0))
    if not amount or abs(amount) > abs(owed) or amount * owed < 0:
        raise ValueError(f"{amount} cannot be received: {owed} is still to be paid.")
    parts = []
    for row_id, each in open_rows:
        paid = each if abs(each) <= abs(amount) else amount
        parts.append(Part(row_id, paid, paid == each))
        amount -= paid
        if not amount:
            return parts
    return parts
