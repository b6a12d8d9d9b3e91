"""Bulk writes of the pipeline: many rows in few statements, the same on both databases."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

from syncs.engine.terms import Side
from syncs.models import MatchValue, Sync, SyncRecord

BATCH = 500
# Longer values are compared by their beginning.
MATCH_LENGTH = 300

type Row = Sequence[Any]
type Constant = str | int | bool | None


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    constants: Mapping[str, Constant] | None = None,
) -> None:
    """Insert rows of `columns`; all other columns get the model's plain defaults.

    Four times cheaper than bulk_create, which builds an object and a piece of SQL for each row.
    Does not tell primary keys. `constants` are the same for all rows and may be trusted.
    """
    meta = model._meta
    quote = connection.ops.quote_name
    fields = [meta.get_field(name) for name in columns]
    same = _defaults(model, columns) | dict(constants or {})
    names = [field.column for field in fields] + [meta.get_field(name).column for name in same]
    values = ["%s"] * len(fields) + [_literal(value) for value in same.values()]
    sql = (
        f"INSERT INTO {quote(meta.db_table)} "  # noqa: S608 (names and trusted constants only)
        f"({', '.join(quote(name) for name in names)}) VALUES ({', '.join(values)})"
    )
    _execute_many(sql, [[_save(f, v) for f, v in zip(fields, row, strict=True)] for row in rows])


def _defaults(model: type[models.Model], given: Sequence[str]) -> dict[str, Constant]:
    """The plain defaults of the columns that are not given; JSON as text."""
    found: dict[str, Constant] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in given or field.attname in given:
            continue
        default = field.get_default()
        is_json = isinstance(field, models.JSONField)
        found[field.name] = json.dumps(default) if is_json and default is not None else default
    return found


def _literal(value: Constant) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(int(value))
    text = str(value).replace("'", "''").replace("%", "%%")
    return f"'{text}'"


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
    sets.append(f"due_at = CASE WHEN touched = %s THEN {_typed(due)} ELSE due_at END")
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
    insert_rows(
        MatchValue,
        ("record", "rule", "value"),
        ((pk, rule, value[:MATCH_LENGTH]) for pk, keys in rows for rule, value in keys),
        {"tenant": sync.tenant_id, "sync": sync.pk, "side": side.value},
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


def _typed(field: "models.Field[Any, Any]") -> str:
    """A parameter whose type PostgreSQL cannot tell; in SQLite a cast would make it a number."""
    if connection.vendor == "postgresql":
        return f"CAST(%s AS {field.db_type(connection)})"
    return "%s"


def _save(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value.__class__ is str or value.__class__ is int:
        return value
    return field.get_db_prep_save(value, connection)


def _execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
