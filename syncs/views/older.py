"""Records that are older than their sync, as plain values for choosing among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from syncs.engine.terms import Side
from syncs.models import Sync, SyncRecord
from syncs.recipes import recipe_of
from syncs.views.ends import Ends, ends_of, lone_side, shown
from syncs.views.money import told


@dataclass(frozen=True, slots=True)
class OlderRow:
    id: int
    title: str
    url: str
    day: str
    amount: str
    changed: str


def older_rows(sync: Sync, records: Iterable[SyncRecord]) -> list[OlderRow]:
    ends = ends_of(sync)
    return [_row(record, ends) for record in records]


def _row(record: SyncRecord, ends: Ends) -> OlderRow:
    side = lone_side(record)
    amount, currency = (_fact(record, ends, side, fact) for fact in ("amount", "currency"))
    modified = record.left_modified_at if side is Side.LEFT else record.right_modified_at
    return OlderRow(
        id=record.pk,
        title=str(record),
        url=reverse("admin:syncs_syncrecord_change", args=[record.pk]),
        # Some providers say the day as a time.
        day=_fact(record, ends, side, "day")[:10],
        amount=told(Decimal(amount), currency) if amount else "",
        changed=f"{modified:%Y-%m-%d %H:%M} UTC" if modified else "",
    )


def _fact(record: SyncRecord, ends: Ends, side: Side, fact: str) -> str:
    """What the recipe's ledger finds in the record; "" without a ledger or a value."""
    ledger = recipe_of(ends.sync.recipe).ledger
    values = record.left_values if side is Side.LEFT else record.right_values
    name = ledger.name(side, fact) if ledger else ""
    return shown(values[name]) if values.get(name) else ""
