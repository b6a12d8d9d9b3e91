"""A record's columns of one side, by name, so that code is written once for both sides."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import Q, Value
from django.db.models.sql.compiler import SQLCompiler

from accounts.tenancy import TenantQuerySet, all_tenants
from integrations.contract import Record, RecordState
from syncs.engine.terms import Side
from syncs.engine.values import Json, digest, encode
from syncs.models import Sync, SyncRecord

TITLE_LENGTH = 500
VERSION_LENGTH = 100

# What ingest and settle store of a record as a side's provider holds it.
SEEN = ("id", "title", "state", "version", "values", "digest", "modified_at")


def column(side: Side, name: str) -> str:
    return f"{side}_{name}"


def columns(side: Side, names: tuple[str, ...] = SEEN) -> tuple[str, ...]:
    return tuple(f"{side}_{name}" for name in names)


class _EmptyText(Value):
    """'' written into the statement: SQLite cannot tell what a parameter will hold."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[()]]:
        return "''", ()


EMPTY_TEXT = _EmptyText("")


def with_ids(side: Side, ids: Iterable[str]) -> Q:
    """The rows of these ids on a side.

    The index by ids leaves out rows without one. A database takes it only where the condition says
    so itself; without it, every page of a full read would walk all rows of the sync.
    """
    name = column(side, "id")
    return Q(**{f"{name}__in": list(ids)}) & ~Q(**{name: EMPTY_TEXT})


@contextmanager
def rows_with_ids(
    sync: Sync, side: Side, ids: Iterable[str]
) -> Iterator[TenantQuerySet[SyncRecord]]:
    """The sync's rows of these ids; run the query inside the block.

    Without the tenant's condition: a sync has one tenant, and SQLite, which does not know how
    full an index is, would rather walk all rows of the tenant than look up a page of ids.
    """
    with all_tenants("the rows of one sync are of one tenant"):
        yield SyncRecord.objects.filter(with_ids(side, ids), sync_id=sync.pk)


def get(record: SyncRecord, side: Side, name: str) -> Any:
    return getattr(record, f"{side}_{name}")


def fingerprint(encoded: Mapping[str, Json]) -> str:
    """Equal for equal values of equal fields; a digest over other fields never matches."""
    return digest(encoded)


def seen(record: Record, encoded: Mapping[str, Json], print_: str = "") -> tuple[Any, ...]:
    """The values of the SEEN columns for a record as a provider answered it."""
    return (
        record.id,
        record.title[:TITLE_LENGTH],
        record.state.value,
        record.version[:VERSION_LENGTH],
        encoded,
        print_ or fingerprint(encoded),
        record.modified_at,
    )


def look(row: SyncRecord, side: Side, record: Record) -> None:
    """Put what a provider answered into the row; fields that it did not answer stay."""
    encoded = {**get(row, side, "values"), **encode(record.fields)}
    modified_at = latest(get(row, side, "modified_at"), record.modified_at)
    for name, value in zip(columns(side), seen(record, encoded), strict=True):
        setattr(row, name, value)
    setattr(row, column(side, "modified_at"), modified_at)


def latest(first: datetime | None, second: datetime | None) -> datetime | None:
    if first is None or second is None:
        return first or second
    return max(first, second)


def is_gone(row: SyncRecord, side: Side) -> bool:
    return bool(get(row, side, "state") == RecordState.GONE)
