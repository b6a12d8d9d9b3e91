"""Bulk writes of the pipeline: many rows in few statements, the same on both databases."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from syncs.engine.terms import Side
from syncs.models import MatchValue, Sync, SyncRecord

BATCH = 500
# Longer values are compared by their beginning.
MATCH_LENGTH = 300

type Row = Sequence[Any]


def update_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    also: str = "",
) -> None:
    """Set `columns` of each row; a row is its values followed by its primary key.

    `also` is SQL appended to the SET list. One prepared statement for all rows: far cheaper than
    an upsert of whole rows, and a row that was deleted meanwhile stays deleted.
    """
    meta = model._meta
    preparers = [meta.get_field(name) for name in columns]
    quote = connection.ops.quote_name
    sets = [f"{quote(field.column)} = %s" for field in preparers]
    if also:
        sets.append(also)
    sql = (
        f"UPDATE {quote(meta.db_table)} SET {', '.join(sets)} "  # noqa: S608 (names only)
        f"WHERE {quote(meta.pk.column)} = %s"
    )
    _execute_many(sql, [_prepared(preparers, row) for row in rows])


def settle_rows(columns: Sequence[str], records: Iterable[SyncRecord]) -> None:
    """Store `columns` of records that were decided, and `due_at` unless somebody touched them."""
    meta = SyncRecord._meta
    fields = [meta.get_field(name) for name in columns]
    due = meta.get_field("due_at")
    quote = connection.ops.quote_name
    sets = [f"{quote(field.column)} = %s" for field in fields]
    due_type = due.db_type(connection)
    sets.append(f"due_at = CASE WHEN touched = %s THEN CAST(%s AS {due_type}) ELSE due_at END")
    sql = f"UPDATE {quote(meta.db_table)} SET {', '.join(sets)} WHERE id = %s"  # noqa: S608
    rows = []
    for record in records:
        values = [getattr(record, field.attname) for field in fields]
        prepared = _prepared(fields, [*values, None])[:-1]
        rows.append([*prepared, record.touched, _save(due, record.due_at), record.pk])
    _execute_many(sql, rows)


type Keys = Sequence[tuple[str, str]]
"""A record's (rule, comparable value) pairs."""


def insert_match_values(sync: Sync, side: Side, rows: Iterable[tuple[int, Keys]]) -> None:
    """Let records be found by these values."""
    MatchValue.objects.bulk_create(
        (
            MatchValue(
                tenant_id=sync.tenant_id,
                sync_id=sync.pk,
                record_id=pk,
                side=side.value,
                rule=rule,
                value=value[:MATCH_LENGTH],
            )
            for pk, keys in rows
            for rule, value in keys
        ),
        batch_size=BATCH,
    )


def replace_match_values(sync: Sync, side: Side, rows: Sequence[tuple[int, Keys]]) -> None:
    """Let records be found by these values and by no others of this side."""
    delete_match_values(side, [pk for pk, _ in rows])
    insert_match_values(sync, side, rows)


def delete_match_values(side: Side, record_ids: Sequence[int]) -> None:
    if record_ids:
        MatchValue.objects.filter(record_id__in=record_ids, side=side.value).delete()


def _prepared(fields: Sequence["models.Field[Any, Any]"], row: Row) -> list[Any]:
    """The row as the database driver takes it; the last value is the primary key."""
    values = [_save(field, value) for field, value in zip(fields, row, strict=False)]
    values.append(row[-1])
    return values


def _save(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value.__class__ is str or value.__class__ is int:
        return value
    return field.get_db_prep_save(value, connection)


def _execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
