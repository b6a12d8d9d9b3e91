"""Which columns an export of sync records can have, and what each says of a record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from accounts.tenancy import TenantQuerySet
from syncs import clock, faults
from syncs.exports.cells import Cell
from syncs.exports.keys import key_of
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes import RECIPES
from syncs.views.ends import named_reason

type Words = str | Promise
type Pick = Callable[[tuple[Any, ...]], tuple[Any, ...]]

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class SyncNames:
    """What the rows of one sync have in common."""

    recipe: str
    sync: str
    integration: str
    tenant: str


@dataclass(slots=True)
class Reader:
    """Turns stored values into cells, for one person at one moment."""

    zone: ZoneInfo
    now: datetime
    syncs: Mapping[int, SyncNames]

    def local(self, moment: datetime | None) -> Cell:
        return moment.astimezone(self.zone) if moment is not None else None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the stored values it is made of, and how."""

    name: str
    title: Words
    sources: tuple[str, ...]
    cell: Callable[..., Cell]
    is_moment: bool = False

    def heading(self, zone: ZoneInfo) -> str:
        """Times say in which zone they are."""
        return f"{self.title} ({zone.key})" if self.is_moment else str(self.title)


def _key(_reader: Reader, pk: int, key: UUID) -> Cell:
    return key_of(pk, key)


def _same(_reader: Reader, value: Any) -> Cell:
    return value  # type: ignore[no-any-return]  # as the database has it


def _text(_reader: Reader, value: Any) -> Cell:
    return "" if value is None else str(value)


def _local(reader: Reader, moment: datetime | None) -> Cell:
    return reader.local(moment)


def _status(_reader: Reader, value: str) -> Cell:
    return str(Status(value).label)


def _category(_reader: Reader, value: str) -> Cell:
    return str(faults.explain(value).title) if value else ""


def _reason(reader: Reader, reason: str, code: str | None, sync_id: int) -> Cell:
    if not code or sync_id not in reader.syncs:
        return reason
    return named_reason(reader.syncs[sync_id].recipe, code, reason)


def _age(reader: Reader, failed_at: datetime | None) -> Cell:
    return (reader.now - failed_at).days if failed_at is not None else None


def _object(reader: Reader, sync_id: int) -> Cell:
    return object_words(reader.syncs[sync_id].recipe) if sync_id in reader.syncs else ""


def _of_sync(name: str) -> Callable[..., Cell]:
    def cell(reader: Reader, sync_id: int) -> Cell:
        found = reader.syncs.get(sync_id)
        return str(getattr(found, name)) if found is not None else ""

    return cell


def _address(_reader: Reader, pk: int) -> Cell:
    return settings.PUBLIC_URL + reverse("admin:syncs_syncrecord_change", args=[pk])


def object_words(recipe: str) -> str:
    return str(RECIPES[recipe].label) if recipe in RECIPES else ""


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("key", gettext_lazy("Key"), ("pk", "key"), _key),
        Column("left_title", gettext_lazy("HubSpot name"), ("left_title",), _same),
        Column("left_id", gettext_lazy("HubSpot id"), ("left_id",), _same),
        Column("right_title", gettext_lazy("Name on the other side"), ("right_title",), _same),
        Column("right_id", gettext_lazy("Id on the other side"), ("right_id",), _same),
        Column("object", gettext_lazy("Object"), ("sync_id",), _object),
        Column("status", gettext_lazy("Status"), ("status",), _status),
        Column("category", gettext_lazy("Problem"), ("category",), _category),
        Column("reason", gettext_lazy("Reason"), ("reason", "details__code", "sync_id"), _reason),
        Column("amount", gettext_lazy("Amount"), ("amount",), _same),
        Column("currency", gettext_lazy("Currency"), ("currency",), _same),
        Column("assignee", gettext_lazy("Assigned to"), ("assignee__email",), _text),
        Column("due_on", gettext_lazy("To be done by"), ("due_on",), _same),
        Column(
            "first_failed_at", gettext_lazy("Failing since"), ("first_failed_at",), _local, True
        ),
        Column("age", gettext_lazy("Days failing"), ("first_failed_at",), _age),
        Column("last_attempt_at", gettext_lazy("Last attempt"), ("last_attempt_at",), _local, True),
        Column("synced_at", gettext_lazy("Last synced"), ("synced_at",), _local, True),
        Column("attempts", gettext_lazy("Attempts"), ("attempts",), _same),
        Column("snoozed_until", gettext_lazy("Snoozed until"), ("snoozed_until",), _local, True),
        Column("created_at", gettext_lazy("First seen"), ("created_at",), _local, True),
        Column("sync", gettext_lazy("Sync"), ("sync_id",), _of_sync("sync")),
        Column("integration", gettext_lazy("Integration"), ("sync_id",), _of_sync("integration")),
        Column("tenant", gettext_lazy("Company"), ("sync_id",), _of_sync("tenant")),
        Column("address", gettext_lazy("Address in Saldo"), ("pk",), _address),
    )
}
RARER = frozenset(
    {"synced_at", "attempts", "snoozed_until", "created_at", "integration", "address"}
)
USUAL = tuple(name for name in COLUMNS if name not in RARER)


def columns_named(names: Iterable[str]) -> tuple[Column, ...]:
    """The known ones among these, in the order of the file."""
    wanted = set(names)
    return tuple(column for name, column in COLUMNS.items() if name in wanted)


def reader_for(zone: ZoneInfo) -> Reader:
    """Knows the syncs of the scope: a file of a million records asks for them once."""
    rows = Sync.objects.order_by("pk").values_list(
        "pk", "recipe", "name", "integration__name", "tenant__name"
    )
    names = {pk: SyncNames(*told) for pk, *told in rows.iterator()}
    return Reader(zone, clock.now(), names)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of the file, and what the next ones begin after."""

    lines: list[list[Cell]]
    last_id: int
    tenant_ids: frozenset[int]


@dataclass(slots=True)
class Totals:
    """The last lines of the file."""

    count: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)

    def add(self, amount: Decimal | None, currency: str) -> None:
        self.count += 1
        if amount is not None:
            self.amounts[currency] = self.amounts.get(currency, NOTHING) + amount

    def as_json(self) -> dict[str, Any]:
        amounts = {currency: str(amount) for currency, amount in self.amounts.items()}
        return {"count": self.count, "amounts": amounts}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Totals":
        amounts = {name: Decimal(told) for name, told in stored.get("amounts", {}).items()}
        return cls(int(stored.get("count", 0)), amounts)


@dataclass(frozen=True, slots=True)
class Table:
    """Some columns of some records, read piece by piece."""

    columns: tuple[Column, ...]
    reader: Reader

    def headings(self) -> list[str]:
        return [column.heading(self.reader.zone) for column in self.columns]

    def chunk(
        self, records: TenantQuerySet[SyncRecord], after: int, size: int, totals: Totals
    ) -> Chunk:
        """The next rows by ascending id, added to the totals."""
        paths = list(dict.fromkeys(path for column in self.columns for path in column.sources))
        rows = records.order_by("pk").filter(pk__gt=after)
        values = rows.values_list("pk", "tenant_id", "amount", "currency", *paths)[:size]
        makers = self._makers(paths)
        lines, tenant_ids, last_id = [], set(), after
        for row in values:
            last_id, tenant_id = row[0], row[1]
            tenant_ids.add(tenant_id)
            totals.add(row[2], row[3])
            lines.append([make(self.reader, *pick(row)) for make, pick in makers])
        return Chunk(lines, last_id, frozenset(tenant_ids))

    def _makers(self, paths: Sequence[str]) -> list[tuple[Callable[..., Cell], Pick]]:
        # The first four columns of a row are the same for all tables.
        at = {path: number for number, path in enumerate(paths, start=4)}
        return [
            (column.cell, _pick([at[path] for path in column.sources])) for column in self.columns
        ]

    def total_lines(self, totals: Totals) -> list[list[Cell]]:
        """How many records, and what they are worth per currency, under the columns they sum."""
        names = [column.name for column in self.columns]
        label = ngettext("Total: %d record", "Total: %d records", totals.count) % totals.count
        sums = sorted(totals.amounts.items()) if "amount" in names else []
        lines = [self._total_line(names, *each) for each in sums] or [[None] * len(names)]
        lines[0][_label_at(names)] = label
        return lines

    def _total_line(self, names: Sequence[str], currency: str, amount: Decimal) -> list[Cell]:
        known: Mapping[str, Cell] = {"amount": amount, "currency": currency}
        return [known.get(name) for name in names]


def _pick(numbers: Sequence[int]) -> Pick:
    if len(numbers) == 1:
        only = slice(numbers[0], numbers[0] + 1)
        return lambda row: row[only]
    return lambda row: tuple(row[number] for number in numbers)


def _label_at(names: Sequence[str]) -> int:
    """A cell that holds no sum; nor the key, by which the file can be read in again."""
    free = (at for at, name in enumerate(names) if name not in ("key", "amount", "currency"))
    return next(free, 0)
