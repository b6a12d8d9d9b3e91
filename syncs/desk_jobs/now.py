"""A few records, chosen one by one: done at once, without a worker."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.tenancy import TenantQuerySet
from syncs import handling
from syncs.desk_jobs.kinds import KINDS, assignee_of
from syncs.desk_jobs.records import Worked, act_on
from syncs.models import JobKind, SyncRecord
from syncs.selection import Selection, selected

# More than so many, or all that is filtered, is a worker's.
MOST_AT_ONCE = 200


def do_now(
    kind: JobKind, by: User, selection: Selection, options: Mapping[str, Any]
) -> tuple[int, Worked]:
    """Do it; how many records there were, and what became of them."""
    found = selected(selection, by, KINDS[kind].needs).order_by()
    with transaction.atomic():
        ids = list(found.values_list("pk", flat=True))
        rows = SyncRecord.objects.filter(pk__in=ids)
        worked = act_on(rows, KINDS[kind], options, by)
        if kind is JobKind.ASSIGN and worked.changed:
            _tell_assignee(rows, worked.changed, options, by)
    return len(ids), worked


def _tell_assignee(
    rows: TenantQuerySet[SyncRecord], count: int, options: Mapping[str, Any], by: User
) -> None:
    person, first = assignee_of(options), rows.order_by("pk").first()
    if person is not None and first is not None:
        only = first.pk if count == 1 and rows.count() == 1 else None
        handling.tell_of_assignment(person, by, first.tenant_id, count, only)
