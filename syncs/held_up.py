"""What other records hold up: one missing customer with its invoices, and the payments of those."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import BooleanField, Case, Count, Q, Sum, Value, When

from accounts.tenancy import all_tenants
from syncs import sides
from syncs.engine.terms import Side
from syncs.figures import Money
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes import RECIPES

# Those that hold up most; of more, a page could show nothing.
MOST_PARENTS = 5_000
# An invoice waits for its customer, a payment for its invoice: nothing goes deeper than this.
DEEPEST = 5
STUCK = (Status.FAILING, Status.WAITING, Status.PENDING)


class Key(NamedTuple):
    """A record as those that refer to it name it."""

    integration_id: int
    object_type: str
    right_type: str
    side: Side
    id: str


@dataclass(slots=True)
class Tally:
    """How many records, and what they are worth."""

    count: int = 0
    money: Money = field(default_factory=dict)

    def add(self, count: int, currency: str, amount: Decimal | None) -> None:
        self.count += count
        if amount is not None:
            self.money[currency] = self.money.get(currency, Decimal(0)) + amount


type Tallies = dict[int, Tally]
"""By sync."""


@dataclass(frozen=True, slots=True)
class Holder:
    """What others refer to and that did not make it, with all that it holds up."""

    key: Key
    # None: no sync knows it.
    record: SyncRecord | None
    held: Tallies

    @property
    def count(self) -> int:
        return sum(tally.count for tally in self.held.values())


@dataclass(frozen=True, slots=True)
class HeldUp:
    """All that is held up: by whom, the most first, and how much by each cause of theirs."""

    holders: tuple[Holder, ...] = ()
    # (sync, cause) of the holders.
    by_cause: Mapping[tuple[int, str], Tallies] = field(default_factory=dict)


def held_up(syncs: Collection[Sync], sync_ids: Collection[int]) -> HeldUp:
    """By records of any of `syncs`, those of `sync_ids`; two queries."""
    by_id = {sync.pk: sync for sync in syncs}
    groups = _groups(by_id, sync_ids)
    records = _records(syncs, groups)
    held: dict[Key, Tallies] = {}
    for key, tallies in groups.items():
        _add(held.setdefault(_root(key, records, by_id), {}), tallies)
    holders = [Holder(key, records.get(key), tallies) for key, tallies in held.items()]
    # One that made it meanwhile holds nothing up: what refers to it goes next.
    stuck = [one for one in holders if one.record is None or one.record.status != Status.IN_SYNC]
    stuck.sort(key=lambda holder: (-holder.count, holder.key))
    return HeldUp(tuple(stuck), _by_cause(stuck))


def _by_cause(holders: Iterable[Holder]) -> dict[tuple[int, str], Tallies]:
    found: dict[tuple[int, str], Tallies] = {}
    for holder in holders:
        if holder.record is not None and holder.record.cause:
            cause = (holder.record.sync_id, holder.record.cause)
            _add(found.setdefault(cause, {}), holder.held)
    return found


def _add(sums: Tallies, tallies: Mapping[int, Tally]) -> None:
    for sync_id, tally in tallies.items():
        sum_ = sums.setdefault(sync_id, Tally())
        sum_.count += tally.count
        for currency, amount in tally.money.items():
            sum_.add(0, currency, amount)


def _groups(syncs: Mapping[int, Sync], sync_ids: Collection[int]) -> dict[Key, Tallies]:
    """What refers to each record: off the rows that name a parent, which are few."""
    with all_tenants("the rows of these syncs are of their tenants"):
        rows = SyncRecord.objects.filter(
            ~Q(parent_id=sides.EMPTY_TEXT), sync_id__in=list(sync_ids), status__in=STUCK
        )
        on_right = Case(When(left_id="", then=True), default=Value(False), output_field=_BOOLEAN)
        sums = (
            rows.order_by()
            .annotate(on_right=on_right)
            .values_list(
                "sync_id", "parent_type", "parent_right_type", "parent_id", "on_right", "currency"
            )
        )
        most = sums.annotate(count=Count("*"), amount=Sum("amount")).order_by("-count")
        found: dict[Key, Tallies] = {}
        for sync_id, kind, right, id_, is_right, currency, count, amount in most[:MOST_PARENTS]:
            side = Side.RIGHT if is_right else Side.LEFT
            key = Key(syncs[sync_id].integration_id, kind, right, side, id_)
            found.setdefault(key, {}).setdefault(sync_id, Tally()).add(count, currency, amount)
    return found


_BOOLEAN = BooleanField()


def _records(syncs: Iterable[Sync], keys: Iterable[Key]) -> dict[Key, SyncRecord]:
    """The records that the keys name, where a sync knows them and they are not linked."""
    wanted: dict[tuple[int, Side], dict[str, list[Key]]] = defaultdict(lambda: defaultdict(list))
    parents = _parent_syncs(syncs)
    for key in keys:
        for sync_id, right_type in parents[key.integration_id, key.object_type]:
            if key.right_type in ("", right_type):
                wanted[sync_id, key.side][key.id].append(key)
    condition = Q()
    for (sync_id, side), ids in wanted.items():
        condition |= Q(sync_id=sync_id) & sides.with_ids(side, ids)
    if not wanted:
        return {}
    with all_tenants("the rows of these syncs are of their tenants"):
        rows = SyncRecord.objects.filter(condition).only(*_SHOWN).order_by("pk")
        return {key: row for row in rows for key in _named(row, wanted)}


_SHOWN = (
    *("tenant", "sync", "left_id", "right_id", "left_title", "right_title"),
    *("status", "category", "reason", "details", "cause"),
    *("parent_type", "parent_id", "parent_right_type"),
)


def _named(
    row: SyncRecord, wanted: Mapping[tuple[int, Side], Mapping[str, list[Key]]]
) -> Iterator[Key]:
    for side in Side:
        ids = wanted.get((row.sync_id, side))
        if ids is not None:
            yield from ids.get(sides.get(row, side, "id"), ())


def _parent_syncs(syncs: Iterable[Sync]) -> dict[tuple[int, str], list[tuple[int, str]]]:
    """By integration and left object type, the syncs that link it, with their right one."""
    found: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for sync in syncs:
        recipe = RECIPES.get(sync.recipe)
        if recipe is not None and recipe.is_parent:
            ends = (sync.pk, recipe.right.object_type)
            found[sync.integration_id, recipe.left.object_type].append(ends)
    return found


def _root(key: Key, records: Mapping[Key, SyncRecord], syncs: Mapping[int, Sync]) -> Key:
    """What all depends on: the customer, also for the payments of its invoices."""
    for _ in range(DEEPEST):
        row = records.get(key)
        if row is None or not row.parent_id:
            return key
        side = Side.LEFT if row.left_id else Side.RIGHT
        integration_id = syncs[row.sync_id].integration_id
        above = Key(integration_id, row.parent_type, row.parent_right_type, side, row.parent_id)
        parent = records.get(above)
        if parent is not None and (parent.pk == row.pk or parent.status == Status.IN_SYNC):
            return key
        key = above
    return key
