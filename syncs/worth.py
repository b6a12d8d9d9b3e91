"""What a record is worth, where its kind of thing is worth something: an invoice's total.

The side where it was born says so; the other one where that side names no amount.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.db.models.fields.json import KeyTextTransform

from syncs.engine.terms import Side
from syncs.models import Sync, SyncRecord
from syncs.recipes import recipe_of

COLUMNS = ("amount", "currency")
# As the column keeps it.
_PLACES = Decimal("0.0001")
_LARGEST = Decimal(10) ** 16

type Stored = Mapping[str, Any]


class Worth(NamedTuple):
    """An amount in a currency; without an amount it is not known."""

    amount: Decimal | None = None
    currency: str = ""


NOTHING = Worth()


class Scales:
    """Weighs the records of one sync."""

    def __init__(self, sync: Sync) -> None:
        self._sync = sync
        self._terms = recipe_of(sync.recipe).worth

    def weighs(self, side: Side) -> bool:
        """Whether values of this side say anything of worth."""
        return side in self._terms

    def side(self, side: Side, values: Stored) -> Worth:
        """What one side says; amounts without a currency are in the company's own."""
        term = self._terms.get(side)
        amount = _amount(values.get(term.amount)) if term else None
        if term is None or amount is None:
            return NOTHING
        named = str(values.get(term.currency) or "").upper()
        known = len(named) == 3 and named.isalpha()
        return Worth(amount, named if known else self._sync.tenant.currency)

    def record(self, row: SyncRecord) -> Worth:
        """What the record as a whole is worth."""
        born = Side(row.born)
        values = {Side.LEFT: row.left_values, Side.RIGHT: row.right_values}
        own = self.side(born, values[born])
        return own if own.amount is not None else self.side(born.other, values[born.other])

    def changed(self, side: Side, read: Sequence[tuple[int, Stored]]) -> list[Worth]:
        """What stored records are worth now that this side of them was read anew."""
        own = [self.side(side, values) for _, values in read]
        if not self.weighs(side.other):
            return own
        others = self._other_side(side, [pk for pk, _ in read])
        found: list[Worth] = []
        for (pk, _), worth in zip(read, own, strict=True):
            born, other = others.get(pk, (side, NOTHING))
            first, second = (worth, other) if born is side else (other, worth)
            found.append(first if first.amount is not None else second)
        return found

    def _other_side(self, side: Side, ids: Sequence[int]) -> dict[int, tuple[Side, Worth]]:
        """By record, where it was born and what its other side says."""
        term = self._terms[side.other]
        values = f"{side.other}_values"
        rows = SyncRecord.objects.filter(pk__in=ids).values_list(
            "pk",
            "born",
            KeyTextTransform(term.amount, values),
            KeyTextTransform(term.currency, values),
        )
        return {
            pk: (
                Side(born),
                self.side(side.other, {term.amount: amount, term.currency: currency}),
            )
            for pk, born, amount, currency in rows
        }


def _amount(stored: object) -> Decimal | None:
    try:
        amount = Decimal(str(stored))
        return amount.quantize(_PLACES) if abs(amount) < _LARGEST else None
    except InvalidOperation:
        return None
