"""Indexes of the records that the two databases must have each in its own way.

Names: SQLite walks a narrow index instead of the wide rows. PostgreSQL looks for groups of three
letters, where its extension pg_trgm is there or may be created; elsewhere the rows are walked as
without it. Failing since: rows that do not fail have no time, and a list sorted by it begins with
them on SQLite going up, on PostgreSQL going down; there the index has to run as the list does.

No model can hold these, so each `migrate` looks whether they are there. A right that is granted
later is made use of, and a table that SQLite has remade gets its own back.
"""

import logging
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q

from syncs.models import SyncRecord

TRIGRAMS = "pg_trgm"
OF_TRIGRAMS = "gin_trgm_ops"
INDEXES = {
    "sqlite": {
        "record_failing_since": "(tenant_id, first_failed_at, id DESC)",
        "record_titles": "(tenant_id, left_title, right_title)",
    },
    "postgresql": {
        "record_failing_since": "(tenant_id, first_failed_at, id)",
        "record_left_title": "USING gin (upper(left_title::text) gin_trgm_ops)",
        "record_right_title": (
            "USING gin (upper(right_title::text) gin_trgm_ops) WHERE right_title <> left_title"
        ),
    },
}

# Letters in such a group: shorter texts are not in the index.
GROUP = 3

logger = logging.getLogger(__name__)


def named(text: str) -> Q:
    """The records that have this in their name, in words that the indexes are made for.

    Most are called the same on both sides: the right name counts where it differs. One or two
    letters begin a word of the name; there are no groups of three in them to look for.
    """
    differs = ~Q(right_title=F("left_title"))
    return _in_name("left_title", text) | (differs & _in_name("right_title", text))


def _in_name(column: str, text: str) -> Q:
    if len(text) >= GROUP:
        return Q(**{f"{column}__icontains": text})
    return Q(**{f"{column}__istartswith": text}) | Q(**{f"{column}__icontains": f" {text}"})


def keep_indexes(using: str, **_: Any) -> None:
    """Create what is missing of this database's indexes: after every `migrate`."""
    connection = connections[using]
    missing = _missing(connection)
    if any(OF_TRIGRAMS in rest for rest in missing.values()) and not _has_trigrams(connection):
        missing = {name: rest for name, rest in missing.items() if OF_TRIGRAMS not in rest}
    table = connection.ops.quote_name(SyncRecord._meta.db_table)
    with connection.cursor() as cursor:
        for name, rest in missing.items():
            cursor.execute(f"CREATE INDEX {name} ON {table} {rest}")


def _missing(connection: BaseDatabaseWrapper) -> dict[str, str]:
    table = SyncRecord._meta.db_table
    with connection.cursor() as cursor:
        # This app's tables may be gone: `migrate syncs zero`.
        if table not in connection.introspection.table_names(cursor):
            return {}
        known = connection.introspection.get_constraints(cursor, table)
    wanted = INDEXES.get(connection.vendor, {})
    return {name: rest for name, rest in wanted.items() if name not in known}


def _has_trigrams(connection: BaseDatabaseWrapper) -> bool:
    """Whether the extension is there, now at the latest."""
    if _sees_trigrams(connection) or (_created(connection) and _sees_trigrams(connection)):
        return True
    logger.warning(
        "Searching names walks all of them: create PostgreSQL's extension %s, then migrate again.",
        TRIGRAMS,
    )
    return False


def _sees_trigrams(connection: BaseDatabaseWrapper) -> bool:
    """The extension may be in a schema that this user's statements do not reach."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_opclass WHERE opcname = %s AND pg_opclass_is_visible(oid)",
            [OF_TRIGRAMS],
        )
        return cursor.fetchone() is not None


def _created(connection: BaseDatabaseWrapper) -> bool:
    """Create the extension; False where this user may not, or the server does not have it."""
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {TRIGRAMS}")
    except DatabaseError:
        return False
    return True
