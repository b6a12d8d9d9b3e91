"""Doing one thing to many records: slice by slice by ascending id, each slice exactly once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Action, tenants_where
from accounts.tenancy import TenantQuerySet
from syncs.desk_jobs.claims import Claim
from syncs.desk_jobs.kinds import KINDS, Kind
from syncs.jobs import Budget
from syncs.marking import NotPossible
from syncs.models import DeskJob, JobKind, SyncRecord
from syncs.selection import Selection, selected

SLICE = 500
# Of so many records it is told one by one why they were left as they were.
MOST_REFUSALS = 50

type Records = TenantQuerySet[SyncRecord]


@dataclass(slots=True)
class Worked:
    """What became of some records."""

    changed: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)


def records_of(job: DeskJob, action: Action) -> Records:
    """The records of the job that this person may do it to now."""
    ids = None if job.ids is None else tuple(job.ids)
    found = selected(Selection(job.query, ids), job.by, action).order_by()
    found = found.filter(pk__lte=job.options.get("up_to", 0))
    within = job.options.get("within")
    return found if within is None else found.filter(tenant_id=within)


def check_rights(by: User, action: Action) -> None:
    """Raises NotPossible for somebody who may do this nowhere any more."""
    reach = tenants_where(by, action)
    if reach is not None and not reach:
        raise NotPossible(
            _("Your rights were changed meanwhile. Ask an owner of your company, then try again.")
        )


def work_on_records(job: DeskJob, claim: Claim, budget: Budget) -> bool:
    """Go on where the last slice ended; True when nothing is left."""
    kind = KINDS[JobKind(job.kind)]
    check_rights(job.by, kind.needs)
    rows = records_of(job, kind.needs)
    if not job.total:
        job.total = rows.count()
        with claim.fenced(total=job.total):
            pass
    while True:
        later = rows.filter(pk__gt=job.position).order_by("pk")
        ids = list(later.values_list("pk", flat=True)[:SLICE])
        if not ids:
            return True
        _do_slice(job, claim, kind, ids)
        if budget.is_spent:
            return False


def _do_slice(job: DeskJob, claim: Claim, kind: Kind, ids: Sequence[int]) -> None:
    room = MOST_REFUSALS - len(job.refusals)
    changes = {"position": ids[-1], "done": F("done") + len(ids), "attempts": 0}
    # The claim's row is written in the same transaction: what is done is noted, or neither is.
    with claim.fenced(**changes):
        worked = act_on(_still(job, kind, ids), kind, job.options, job.by)
        refusals = job.refusals + worked.refusals[:room]
        told = int(job.options.get("refused", 0)) + len(worked.refusals)
        options = {**job.options, "refused": told}
        DeskJob.objects.filter(pk=job.pk).update(
            changed=F("changed") + worked.changed, refusals=refusals, options=options
        )
    job.position, job.refusals, job.options = ids[-1], refusals, options


def _still(job: DeskJob, kind: Kind, ids: Sequence[int]) -> Records:
    """Those that still fit, by their ids: what is done to them may take them out of the filter."""
    fitting = records_of(job, kind.needs).filter(pk__in=ids)
    return SyncRecord.objects.filter(pk__in=list(fitting.values_list("pk", flat=True)))


def act_on(rows: Records, kind: Kind, options: Mapping[str, Any], by: User) -> Worked:
    """Do it to all at once, or where that is refused to each alone."""
    try:
        with transaction.atomic():
            return Worked(kind.act(rows, options, by))
    except NotPossible:
        return _one_by_one(rows, kind, options, by)


def _one_by_one(rows: Records, kind: Kind, options: Mapping[str, Any], by: User) -> Worked:
    worked = Worked()
    for record in list(rows.only("pk", "left_title", "right_title", "left_id", "right_id")):
        try:
            with transaction.atomic():
                worked.changed += kind.act(rows.filter(pk=record.pk), options, by)
        except NotPossible as refusal:
            told = {"id": record.pk, "record": str(record), "reason": str(refusal)}
            worked.refusals.append(told)
    return worked
