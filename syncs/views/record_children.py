"""What a record holds up: the invoices of a customer that did not make it."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.tenancy import TenantQuerySet, all_tenants
from syncs import sides
from syncs.held_up import STUCK
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes import recipe_of
from syncs.selection import list_url
from syncs.views.ends import Link
from syncs.views.family import parent_link
from syncs.views.money import told

# Named one by one; all of them are a click away.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Children:
    """The records of one sync that wait for this one, and what they are worth."""

    sync: str
    count: int
    money: str


@dataclass(frozen=True, slots=True)
class HeldUp:
    groups: tuple[Children, ...] = ()
    named: tuple[Link, ...] = ()
    # The list of all of them, and of what waits for those.
    url: str = ""


def held_up_by(record: SyncRecord) -> HeldUp:
    """What refers to a record that is not in sync itself; three queries."""
    if record.status == Status.IN_SYNC:
        return HeldUp()
    family = Sync.objects.for_tenant(record.tenant_id)
    names = dict(family.filter(integration_id=record.sync.integration_id).values_list("pk", "name"))
    with all_tenants("the rows of these syncs are of the record's tenant"):
        rows = _referring(record, list(names))
        groups = tuple(_groups(rows, names))
        first = rows.only("left_title", "right_title", "left_id", "right_id")
        named = tuple(parent_link(row) for row in first.order_by("-pk")[:NAMED])
    return HeldUp(groups, named, _address(record) if groups else "")


def _referring(record: SyncRecord, sync_ids: list[int]) -> TenantQuerySet[SyncRecord]:
    ids = [known for known in (record.left_id, record.right_id) if known]
    return SyncRecord.objects.filter(
        ~Q(parent_id=sides.EMPTY_TEXT),
        sync_id__in=sync_ids,
        parent_type=recipe_of(record.sync.recipe).left.object_type,
        parent_id__in=ids,
        status__in=STUCK,
    )


def _groups(rows: TenantQuerySet[SyncRecord], names: dict[int, str]) -> list[Children]:
    counts: dict[int, int] = defaultdict(int)
    money: dict[int, list[str]] = defaultdict(list)
    sums = rows.order_by().values_list("sync_id", "currency")
    for sync_id, currency, count, amount in sums.annotate(count=Count("*"), amount=Sum("amount")):
        counts[sync_id] += count
        if amount is not None:
            money[sync_id].append(told(Decimal(amount), currency))
    return [
        Children(names[sync_id], count, ", ".join(sorted(money[sync_id])))
        for sync_id, count in sorted(counts.items())
    ]


def _address(record: SyncRecord) -> str:
    kind = recipe_of(record.sync.recipe).left.object_type
    parent = f"{kind}|{record.left_id or record.right_id}"
    stuck = [status.value for status in STUCK]
    return list_url(parent=parent, status=stuck, integration=record.sync.integration_id)
