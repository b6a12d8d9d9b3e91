"""Filters of the record list that no index fits as they are said, put so that one does.

To be made within the tenants' scope. What is looked up beforehand is a number of small queries that
does not depend on the records.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.tenancy import all_tenants
from syncs import sides
from syncs.causes import HAS_CAUSE
from syncs.models import Sync, SyncRecord
from syncs.recipes import RECIPES

# A row gets its time a little before its id, never so long before.
APART = timedelta(hours=1)
# Beyond so many, what refers to them is left to the database to find.
MOST_CHILDREN = 5_000


def made_from(moment: datetime) -> Q:
    """Made then or later: no further back than the ids reach that were given by then."""
    known = Q(created_at__gte=moment)
    last = _next_to(Q(created_at__lt=moment - APART), "-created_at")
    return known if last is None else known & Q(pk__gt=last)


def made_before(moment: datetime) -> Q:
    """Made earlier: the newest first begins with them instead of with today."""
    known = Q(created_at__lt=moment)
    first = _next_to(Q(created_at__gte=moment + APART), "created_at")
    return known if first is None else known & Q(pk__lt=first)


def _next_to(beyond: Q, order: str) -> int | None:
    with all_tenants("ids grow with time, whoever's rows they are"):
        rows = SyncRecord.objects.filter(beyond).order_by(order)
        return rows.values_list("pk", flat=True).first()


def of_cause(cause: str) -> Q:
    """The index of causes begins with the sync, and holds only rows that have one."""
    sync_ids = list(Sync.objects.values_list("pk", flat=True))
    return Q(sync_id__in=sync_ids, cause=cause) & HAS_CAUSE


def in_currency(currency: str) -> Q:
    return Q(currency=currency) & ~Q(currency=sides.EMPTY_TEXT)


def held_by(object_type: str, record_id: str) -> Q:
    """What refers to this record, and what refers to that: a customer's invoices and payments."""
    sync_ids = list(Sync.objects.values_list("pk", flat=True))
    # The records' own tenants would keep the index of the parents from being taken.
    children = _referring(sync_ids, [object_type], [record_id])
    with all_tenants("the rows of these syncs are of their tenants"):
        rows = SyncRecord.objects.filter(children).exclude(left_id="").order_by()
        ids = list(rows.values_list("left_id", flat=True)[: MOST_CHILDREN + 1])
    types = sorted({recipe.left.object_type for recipe in RECIPES.values()})
    if not ids:
        return children
    if len(ids) <= MOST_CHILDREN:
        return children | _referring(sync_ids, types, ids)
    with all_tenants("the rows of these syncs are of their tenants"):
        return children | Q(sync_id__in=sync_ids, parent_id__in=rows.values("left_id"))


def _referring(sync_ids: list[int], object_types: list[str], record_ids: list[str]) -> Q:
    named = Q(sync_id__in=sync_ids, parent_type__in=object_types, parent_id__in=record_ids)
    return named & ~Q(parent_id=sides.EMPTY_TEXT)
