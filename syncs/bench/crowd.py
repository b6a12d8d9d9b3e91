"""A crowd of made-up records for measuring the desk: many customers, one of them far larger.

One block of records is made row by row and copied inside the database under other ids and names,
which is the quickest way on both databases.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Tenant
from integrations.contract import Category
from integrations.models import SANDBOX, Connection
from syncs import services
from syncs.models import Activity, MatchValue, Status, Sync, SyncRecord, SyncState
from syncs.recipes.hubspot_quickbooks import CONTACTS_CUSTOMERS
from syncs.stores import insert_rows

TENANTS = 50
# Of so many blocks all tenants but the first get one each; the first one gets the rest.
BLOCKS = 100
PART = 2_000
# Of 100 records; the rest is in sync.
STATUSES = {
    Status.FAILING: 4,
    Status.EXCLUDED: 4,
    Status.WAITING: 1,
    Status.PENDING: 1,
}
FIRST = ("Anna", "Bram", "Carla", "Dirk", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jakub")
LAST = ("Adams", "Brouwer", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Hansen", "Ito")
COLUMNS = (
    "key", "left_id", "right_id", "left_title", "right_title", "left_values", "right_values",
    "left_base", "right_base", "status", "category", "reason", "attempts", "first_failed_at",
    "last_attempt_at", "synced_at", "created_at",
)  # fmt: skip
# Copies differ in these.
OWN = ("left_id", "right_id", "left_title", "right_title")


def fill(total: int) -> Tenant:
    """Make `total` records over all tenants; the tenant that has half of them."""
    syncs = [_sync(number) for number in range(TENANTS)]
    block = max(1, total // BLOCKS)
    with transaction.atomic():
        _make_block(syncs[0], block)
    for number in range(1, BLOCKS):
        sync = syncs[number] if number < TENANTS else syncs[0]
        with transaction.atomic():
            _copy_block(syncs[0], sync, number, block)
    with transaction.atomic():
        _add_match_values()
        _add_activities()
    if connection.vendor == "postgresql":
        # Its autovacuum would do so after a while.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return syncs[0].tenant


def _sync(number: int) -> Sync:
    tenant = Tenant.objects.create(slug=f"crowd-{number}", name=f"Crowd {number:02d}")
    left, right = (
        Connection.objects.create(
            tenant=tenant,
            provider=provider,
            environment=SANDBOX,
            external_id=f"{provider}-{number}",
            company_name=tenant.name,
        )
        for provider in ("hubspot", "quickbooks")
    )
    pair = services.install(left, right)
    sync = services.create_sync(pair, CONTACTS_CUSTOMERS.code)
    Sync.objects.for_tenant(tenant).filter(pk=sync.pk).update(state=SyncState.ACTIVE)
    return sync


def _make_block(sync: Sync, size: int) -> None:
    dice = random.Random(1)  # noqa: S311  # made-up records, the same every time
    now = timezone.now()
    rows = [_row(number, dice, now) for number in range(size)]
    for start in range(0, size, PART):
        insert_rows(
            SyncRecord,
            COLUMNS,
            rows[start : start + PART],
            {"tenant": sync.tenant_id, "sync": sync.pk},
        )


def _row(number: int, dice: random.Random, now: datetime) -> tuple[Any, ...]:
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)} {number}"
    email = f"person{number}@crowd.example"
    status = _status(dice)
    failing = status is Status.FAILING
    category = dice.choice(list(Category)).value if failing else ""
    since = now - timedelta(hours=dice.randrange(24 * 60))
    values = {"email": email, "firstname": name, "phone": f"(303) 555-{number:06d}"}
    return (
        f"{number:032x}",
        str(10_000_000 + number),
        "" if status in (Status.EXCLUDED, Status.WAITING) else str(20_000_000 + number),
        name,
        name,
        values,
        values,
        values if status is Status.IN_SYNC else None,
        values if status is Status.IN_SYNC else None,
        status.value,
        category,
        f"The value of {name} is refused: {category}." if failing else "",
        dice.randrange(1, 6) if failing else 0,
        since if failing else None,
        now - timedelta(minutes=dice.randrange(60 * 24 * 30)),
        since,
        now,
    )


def _status(dice: random.Random) -> Status:
    rest = dice.randrange(100)
    for status, share in STATUSES.items():
        if rest < share:
            return status
        rest -= share
    return Status.IN_SYNC


def _copy_block(source: Sync, target: Sync, number: int, size: int) -> None:
    """The first block once more, under another sync, with ids and names of its own."""
    meta = SyncRecord._meta
    quote = connection.ops.quote_name
    columns = [field.column or "" for field in meta.concrete_fields if not field.primary_key]
    values = {
        "tenant_id": str(target.tenant_id),
        "sync_id": str(target.pk),
        **{name: _differing(quote(name), number) for name in OWN},
    }
    selected = [values.get(column, quote(column)) for column in columns]
    sql = (
        f"INSERT INTO {quote(meta.db_table)} "  # noqa: S608  # names and numbers only
        f"({', '.join(map(quote, columns))}) "
        f"SELECT {', '.join(selected)} FROM {quote(meta.db_table)} "
        f"WHERE sync_id = {source.pk} ORDER BY id LIMIT {size}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _differing(column: str, number: int) -> str:
    return f"CASE WHEN {column} = '' THEN '' ELSE {column} || '{number:03d}' END"


def _add_match_values() -> None:
    for side in ("left", "right"):
        columns = ("tenant_id", "sync_id", "record_id", "side", "rule", "value")
        email = f"'person' || {side}_id || '@crowd.example'"
        selected = ("tenant_id", "sync_id", "id", f"'{side}'", "'email'", email)
        _insert_for_each(MatchValue, columns, selected, f"{side}_id <> ''")


def _add_activities() -> None:
    columns = (
        "tenant_id", "sync_id", "record_id", "at", "action", "side", "changes", "category",
        "message", "correlation_id",
    )  # fmt: skip
    selected = (
        "tenant_id", "sync_id", "id", "last_attempt_at", "'linked'", "''", "'[]'", "category",
        "left_title", "''",
    )  # fmt: skip
    _insert_for_each(Activity, columns, selected, "1 = 1")


def _insert_for_each(
    model: Any, columns: Sequence[str], selected: Sequence[str], where: str
) -> None:
    records = connection.ops.quote_name(SyncRecord._meta.db_table)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608  # names only
            f"SELECT {', '.join(selected)} FROM {records} WHERE {where}"
        )
