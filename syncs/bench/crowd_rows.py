"""One made-up record of the crowd: a customer, or an invoice that names one."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.contract import Category
from syncs.models import Status

# Of 100 records; the rest is in sync.
STATUSES = {
    Status.FAILING: 4,
    Status.EXCLUDED: 4,
    Status.WAITING: 1,
    Status.PENDING: 1,
}
FIRST = ("Anna", "Bram", "Carla", "Dirk", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jakub")
LAST = ("Adams", "Brouwer", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Hansen", "Ito")
CURRENCIES = ("USD", "USD", "USD", "EUR", "GBP")
FIELDS = ("email", "phone", "TaxCodeRef", "DocNumber", "TxnDate", "BillAddr")
# Tried again by themselves, so they have a time.
PASSING = (Category.TRANSIENT, Category.RATE_LIMITED, Category.OUTCOME_UNKNOWN)
# So many invoices name the same customer that is not there.
CHILDREN = 14

COLUMNS = (
    "key", "left_id", "right_id", "left_title", "right_title", "left_values", "right_values",
    "left_base", "right_base", "status", "category", "reason", "details", "cause", "amount",
    "currency", "due_at", "attempts", "first_failed_at", "last_attempt_at", "synced_at",
    "parent_type", "parent_id", "due_on", "snoozed_until", "woken_by", "created_at",
)  # fmt: skip

type Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """Makes records, the same ones every time; remembers which customers are not in step."""

    now: datetime
    size: int
    made_at: datetime
    dice: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  # made up
    _missing: list[Row] = field(default_factory=list)

    def customers(self, count: int) -> list[Sequence[Any]]:
        return [self._made(number, self._customer) for number in range(count)]

    def invoices(self, count: int) -> list[Sequence[Any]]:
        return [self._made(self.size + number, self._invoice) for number in range(count)]

    def _made(self, number: int, kind: Callable[[int, Row], None]) -> Sequence[Any]:
        row = self._row(number)
        kind(number, row)
        if row["status"] is Status.FAILING:
            self._fail(row)
        return [row[name] for name in COLUMNS]

    def _row(self, number: int) -> Row:
        status = self._status()
        since = self.now - timedelta(minutes=self.dice.randrange(60 * 24 * 60))
        linked = status not in (Status.EXCLUDED, Status.WAITING)
        return {
            **dict.fromkeys(("category", "reason", "cause", "currency", "woken_by"), ""),
            **dict.fromkeys(("parent_type", "parent_id"), ""),
            **dict.fromkeys(("amount", "due_on", "snoozed_until", "first_failed_at")),
            "key": f"{number:032x}",
            "left_id": str(10_000_000 + number),
            "right_id": str(20_000_000 + number) if linked else "",
            "status": status,
            "details": {"exclusion": "filter"} if status is Status.EXCLUDED else {},
            "attempts": 0,
            "due_at": self.now if status is Status.PENDING else None,
            "last_attempt_at": self.now - timedelta(minutes=self.dice.randrange(60 * 24 * 30)),
            "synced_at": since,
            "created_at": self.made_at,
        }

    def _status(self) -> Status:
        rest = self.dice.randrange(100)
        for status, share in STATUSES.items():
            if rest < share:
                return status
            rest -= share
        return Status.IN_SYNC

    def _customer(self, number: int, row: Row) -> None:
        name = f"{self.dice.choice(FIRST)} {self.dice.choice(LAST)} {number}"
        email = f"person{number}@crowd.example"
        values = {"email": email, "firstname": name, "phone": f"(303) 555-{number:06d}"}
        _look(row, name, values)
        if row["status"] is Status.FAILING:
            self._missing.append(row)

    def _invoice(self, number: int, row: Row) -> None:
        amount = Decimal(self.dice.randrange(1_000, 500_000)) / 100
        currency = self.dice.choice(CURRENCIES)
        name = f"INV-{number}"
        _look(row, name, {"hs_number": name, "hs_amount_billed": str(amount)})
        row |= {"amount": amount, "currency": currency}
        if row["status"] is Status.WAITING:
            _refer(row, self._parent())
            row["reason"] = "Waits for contact."

    def _parent(self) -> Row:
        """One of a few customers, so that each keeps several invoices from going on."""
        few = max(1, len(self._missing) // CHILDREN)
        return self._missing[self.dice.randrange(few)]

    def _fail(self, row: Row) -> None:
        category = self.dice.choice(list(Category))
        if row["amount"] is not None and self.dice.randrange(2):
            category = Category.PARENT_MISSING
        since: datetime = row["synced_at"]
        code, named = f"C{self.dice.randrange(3)}", self.dice.choice(FIELDS)
        row |= {
            "category": category.value,
            "reason": f"The value of {row['left_title']} is refused: {category.value}.",
            "details": {"code": code, "field": named},
            "cause": f"{category.value}|{code}|{named}",
            "attempts": self.dice.randrange(1, 6),
            "first_failed_at": since,
            "due_at": self.now + timedelta(hours=1) if category in PASSING else None,
            "woken_by": self.dice.choice(("source", "parent", "retried", "clock")),
        }
        if self.dice.randrange(20) == 0:
            row["snoozed_until"] = self.now + timedelta(days=self.dice.randrange(1, 9))
        if row["amount"] is not None and category is Category.PARENT_MISSING:
            _refer(row, self._parent())
            row["cause"] = f"parent|{row['parent_type']}|{row['parent_id']}"
            row["details"] = {"code": "parent_failing"}


def _look(row: Row, name: str, values: dict[str, str]) -> None:
    base = values if row["status"] is Status.IN_SYNC else None
    row |= {"left_title": name, "right_title": name}
    row |= {"left_values": values, "right_values": values, "left_base": base, "right_base": base}


def _refer(row: Row, parent: Row) -> None:
    row |= {"parent_type": "contact", "parent_id": parent["left_id"]}
