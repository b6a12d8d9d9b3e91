"""A crowd of made-up records for measuring the desk: many customers, one of them far larger.

One block of records is made row by row and copied inside the database under other ids and names,
which is the quickest way on both databases.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Tenant
from integrations.models import SANDBOX, Connection
from syncs import services
from syncs.bench.crowd_past import add_past
from syncs.bench.crowd_people import People, add_people, share_out
from syncs.bench.crowd_rows import COLUMNS, Rows
from syncs.models import Sync, SyncRecord, SyncState
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES
from syncs.stores import insert_rows

TENANTS = 50
# Of so many blocks all tenants but the first get one each; the first one gets the rest.
BLOCKS = 100
PART = 2_000
# Of ten records; the rest are invoices.
CUSTOMERS = 6
AGE_DAYS = 400
# Copies differ in these.
OWN = ("left_id", "right_id", "left_title", "right_title", "parent_id")
# And in this one where it names the missing parent.
CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class Pair:
    """A company's two syncs, and how many records of a block each has."""

    customers: Sync
    invoices: Sync

    @property
    def syncs(self) -> tuple[Sync, Sync]:
        return (self.customers, self.invoices)


def fill(total: int, password: str | None = None) -> People:
    """Make `total` records over all tenants; the people who look at them."""
    pairs = [_pair(number) for number in range(TENANTS)]
    block = max(1, total // BLOCKS)
    with transaction.atomic():
        _make_block(pairs[0], block)
    for number in range(1, BLOCKS):
        target = pairs[number] if number < TENANTS else pairs[0]
        with transaction.atomic():
            _copy_block(pairs[0], target, number, block)
    people = add_people([pair.customers.tenant for pair in pairs], password)
    with transaction.atomic():
        add_past()
        share_out(people)
    if connection.vendor == "postgresql":
        # Its autovacuum would do so after a while.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return people


def _pair(number: int) -> Pair:
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
    customers, invoices = (services.create_sync(pair, code) for code in (CONTACTS, INVOICES))
    now = timezone.now()
    Sync.objects.for_tenant(tenant).update(
        state=SyncState.ACTIVE, left_complete_until=now, right_complete_until=now, last_run_at=now
    )
    return Pair(customers, invoices)


def _make_block(pair: Pair, size: int) -> None:
    customers, invoices = _shares(size)
    rows = Rows(timezone.now(), size, _made_at(0))
    made = ((pair.customers, rows.customers(customers)), (pair.invoices, rows.invoices(invoices)))
    for sync, records in made:
        for start in range(0, len(records), PART):
            constants = {"tenant": sync.tenant_id, "sync": sync.pk}
            insert_rows(SyncRecord, COLUMNS, records[start : start + PART], constants)


def _made_at(share: float) -> datetime:
    """When the records were made that come after this share of all of them."""
    return timezone.now() - timedelta(days=AGE_DAYS * (1 - share))


def _shares(size: int) -> tuple[int, int]:
    customers = max(1, size * CUSTOMERS // 10)
    return customers, size - customers


def _copy_block(source: Pair, target: Pair, number: int, size: int) -> None:
    """The first block once more, under other syncs, with ids and names of its own."""
    for here, there, count in zip(source.syncs, target.syncs, _shares(size), strict=True):
        _copy(here, there, number, count)


def _copy(source: Sync, target: Sync, number: int, count: int) -> None:
    meta = SyncRecord._meta
    quote = connection.ops.quote_name
    columns = [field.column or "" for field in meta.concrete_fields if not field.primary_key]
    values = {
        "tenant_id": str(target.tenant_id),
        "sync_id": str(target.pk),
        **{name: _differing(quote(name), number) for name in OWN},
        # As they came in: the list of what was made until a day is the beginning of the table.
        "created_at": f"'{connection.ops.adapt_datetimefield_value(_made_at(number / BLOCKS))}'",
        CAUSE: _differing(CAUSE, number, f"{CAUSE} NOT LIKE 'parent|%'"),
    }
    selected = [values.get(column, quote(column)) for column in columns]
    sql = (
        f"INSERT INTO {quote(meta.db_table)} "  # noqa: S608  # names and numbers only
        f"({', '.join(map(quote, columns))}) "
        f"SELECT {', '.join(selected)} FROM {quote(meta.db_table)} "
        f"WHERE sync_id = {source.pk} ORDER BY id LIMIT {count}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _differing(column: str, number: int, as_it_is: str = "") -> str:
    as_it_is = as_it_is or f"{column} = ''"
    return f"CASE WHEN {as_it_is} THEN {column} ELSE {column} || '{number:03d}' END"
