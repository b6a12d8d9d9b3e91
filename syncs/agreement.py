"""Do the books agree? What both sides hold, per day, customer and currency, and every difference.

Works on what was read last, so it asks no provider: the sync's "complete up to" says how fresh
that is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf

from accounts.tenancy import tenant_scope
from integrations.contract import RecordState
from syncs import sides
from syncs.engine.terms import Side
from syncs.models import Sync, SyncRecord
from syncs.parents import parent_syncs
from syncs.recipes import recipe_of
from syncs.recipes.terms import Ledger

NOTHING = Decimal(0)
# Ids that are looked up in one query.
CHUNK = 500


class Kind(StrEnum):
    """What is wrong with a document, the worst first."""

    AMOUNT = "amount"
    CURRENCY = "currency"
    STATE = "state"
    CUSTOMER = "customer"
    ONLY_LEFT = "only_left"
    ONLY_RIGHT = "only_right"
    DAY = "day"


class Key(NamedTuple):
    """What is added up together; the customer by its id on the right, where it has one."""

    day: str
    customer: str
    currency: str


@dataclass(slots=True)
class Sum:
    """How many documents, and what they come to."""

    count: int = 0
    total: Decimal = NOTHING

    def add(self, amount: Decimal) -> None:
        self.count += 1
        self.total += amount


@dataclass(frozen=True, slots=True)
class Held:
    """A document as one side holds it."""

    id: str
    title: str
    day: str
    customer: str
    currency: str
    amount: Decimal
    is_voided: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One document on which the sides do not agree."""

    kind: Kind
    record_id: int
    status: str
    reason: str
    left: Held | None
    right: Held | None


@dataclass(slots=True)
class Group:
    """One day, customer and currency."""

    key: Key
    customer: str = ""
    left: Sum = field(default_factory=Sum)
    right: Sum = field(default_factory=Sum)
    # What is on both sides, by the left one's amount.
    linked: Sum = field(default_factory=Sum)
    differences: list[Difference] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.differences and self.left.total == self.right.total


@dataclass(frozen=True, slots=True)
class Agreement:
    """The answer for a period: every group, the newest day first."""

    groups: tuple[Group, ...]

    @property
    def differences(self) -> list[Difference]:
        return [one for group in self.groups for one in group.differences]

    @property
    def agrees(self) -> bool:
        return all(group.agrees for group in self.groups)

    def totals(self) -> dict[str, tuple[Sum, Sum, Sum]]:
        """By currency: left, right and linked."""
        found: dict[str, tuple[Sum, Sum, Sum]] = {}
        for group in self.groups:
            sums = found.setdefault(group.key.currency, (Sum(), Sum(), Sum()))
            for total, part in zip(sums, (group.left, group.right, group.linked), strict=True):
                total.count += part.count
                total.total += part.total
        return dict(sorted(found.items()))


def agreement(sync: Sync, first: date, last: date) -> Agreement:
    """Compare what both sides hold for these days, both included; one query, and the customers'.

    Drafts do not count. Raises ValueError for a sync of records that have no amounts.
    """
    ledger = recipe_of(sync.recipe).ledger
    if ledger is None:
        raise ValueError(f"{sync} keeps no documents with amounts.")
    with tenant_scope(sync.tenant_id):
        rows = list(_rows(sync, ledger, first, last))
        customers = _Customers(sync, ledger, (left for _, left, _ in rows if left))
        names = customers.titles(right for *_, right in rows if right)
    groups: dict[Key, Group] = {}
    for row, left, right in rows:
        _count(groups, row, customers.known(left), right)
    for group in groups.values():
        group.customer = names.get(group.key.customer, group.key.customer)
    return Agreement(tuple(sorted(groups.values(), key=_newest_first)))


def _newest_first(group: Group) -> tuple[int, str, str]:
    day = date.fromisoformat(group.key.day).toordinal() if group.key.day else 0
    return -day, group.customer, group.key.currency


type Row = Mapping[str, object]

_FACTS = ("day", "customer", "currency", "amount", "status")
# Made once: there are tens of thousands of rows.
_OF_SIDE = {
    side: tuple(f"{side}_{name}" for name in ("id", "title", "state", *_FACTS)) for side in Side
}
_NOT_THERE = frozenset({RecordState.GONE.value, RecordState.ARCHIVED.value})


def _rows(
    sync: Sync, ledger: Ledger, first: date, last: date
) -> Iterator[tuple[Row, Held | None, Held | None]]:
    wanted = SyncRecord.objects.filter(sync=sync)
    in_period = Q()
    for side in Side:
        column = sides.column(side, "values")
        for fact in _FACTS:
            name = ledger.name(side, fact)
            if name:
                # As a text of its own: comparisons of parts of JSON take their values for JSON.
                text = Cast(KeyTextTransform(name, column), TextField())
                # What is known to be empty is a null of JSON, which SQLite spells out.
                told = NullIf(text, Value("null", TextField()))
                wanted = wanted.annotate(**{f"{side}_{fact}": told})
        day = f"{side}_day"
        # Days and times are stored in ISO's order, so that texts compare as they do.
        in_period |= Q(**{f"{day}__gte": first.isoformat(), f"{day}__lt": _after(last)})
    names = [
        "pk",
        "status",
        "reason",
        *(f"{s}_{n}" for s in Side for n in ("id", "title", "state")),
    ]
    names += [f"{side}_{fact}" for side in Side for fact in _FACTS if ledger.name(side, fact)]
    home = sync.integration.right.currency
    for row in wanted.filter(in_period).order_by("pk").values(*names).iterator(chunk_size=2000):
        yield row, _held(row, Side.LEFT, ledger, home), _held(row, Side.RIGHT, ledger, home)


def _after(last: date) -> str:
    return date.fromordinal(last.toordinal() + 1).isoformat()


def _held(row: Row, side: Side, ledger: Ledger, home: str) -> Held | None:
    """The document of this side; None when it has none, or one that does not count."""
    id_, title, state, day, customer, currency, amount, status = _OF_SIDE[side]
    if not row[id_] or row[state] in _NOT_THERE:
        return None
    if side is Side.LEFT and str(row.get(status) or "") in ledger.left_drafts:
        return None
    is_voided = row[state] == RecordState.VOIDED
    return Held(
        id=str(row[id_]),
        title=str(row[title]),
        day=str(row[day] or "")[:10],
        customer=str(row[customer] or ""),
        currency=str(row[currency] or home),
        amount=NOTHING if is_voided else _amount(row[amount]),
        is_voided=is_voided,
    )


def _amount(stored: object) -> Decimal:
    try:
        return Decimal(str(stored or "0"))
    except InvalidOperation:
        return NOTHING


class _Customers:
    """Who is who: left ids as the right side knows them, through the sync that links them."""

    def __init__(self, sync: Sync, ledger: Ledger, lefts: Iterable[Held]) -> None:
        self._syncs = parent_syncs(sync, ledger.customer_type)
        ids = sorted({held.customer for held in lefts if held.customer})
        self._right_of = dict(self._linked(ids))

    def _linked(self, ids: list[str]) -> Iterator[tuple[str, str]]:
        for start in range(0, len(ids), CHUNK):
            part = sides.with_ids(Side.LEFT, ids[start : start + CHUNK])
            rows = SyncRecord.objects.filter(part, sync__in=self._syncs).exclude(right_id="")
            yield from rows.values_list("left_id", "right_id")

    def known(self, held: Held | None) -> Held | None:
        """The left document with its customer named as on the right, where there is a link."""
        if held is None:
            return None
        customer = self._right_of.get(held.customer, f"left:{held.customer}")
        return replace(held, customer=customer)

    def titles(self, rights: Iterable[Held]) -> dict[str, str]:
        ids = {held.customer for held in rights if held.customer} | set(self._right_of.values())
        found: dict[str, str] = {}
        ordered = sorted(ids)
        for start in range(0, len(ordered), CHUNK):
            part = sides.with_ids(Side.RIGHT, ordered[start : start + CHUNK])
            rows = SyncRecord.objects.filter(part, sync__in=self._syncs)
            for right_id, right_title, left_title in rows.values_list(
                "right_id", "right_title", "left_title"
            ):
                found[right_id] = right_title or left_title
        return found


def _count(groups: dict[Key, Group], row: Row, left: Held | None, right: Held | None) -> None:
    if left is not None and not left.is_voided:
        _group(groups, left).left.add(left.amount)
    if right is not None and not right.is_voided:
        _group(groups, right).right.add(right.amount)
    if left is not None and right is not None and not (left.is_voided or right.is_voided):
        _group(groups, left).linked.add(left.amount)
    kind = _kind(left, right)
    home = left or right
    if kind is not None and home is not None:
        told = Difference(
            kind, int(str(row["pk"])), str(row["status"]), str(row["reason"]), left, right
        )
        _group(groups, home).differences.append(told)


def _group(groups: dict[Key, Group], held: Held) -> Group:
    key = Key(held.day, held.customer, held.currency)
    return groups.setdefault(key, Group(key))


def _kind(left: Held | None, right: Held | None) -> Kind | None:
    if left is None or right is None:
        return _lone_kind(left, right)
    if left.is_voided or right.is_voided:
        return None if left.is_voided is right.is_voided else Kind.STATE
    checks = (
        (Kind.CURRENCY, left.currency == right.currency),
        (Kind.AMOUNT, left.amount == right.amount),
        (Kind.CUSTOMER, left.customer == right.customer),
        (Kind.DAY, left.day == right.day),
    )
    return next((kind for kind, agrees in checks if not agrees), None)


def _lone_kind(left: Held | None, right: Held | None) -> Kind | None:
    if left is not None:
        return None if left.is_voided else Kind.ONLY_LEFT
    return None if right is None or right.is_voided else Kind.ONLY_RIGHT


def by_kind(differences: Iterable[Difference]) -> dict[Kind, list[Difference]]:
    """The differences in the order of their kinds."""
    found: dict[Kind, list[Difference]] = defaultdict(list)
    for one in differences:
        found[one.kind].append(one)
    return {kind: found[kind] for kind in Kind if kind in found}
