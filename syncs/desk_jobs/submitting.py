"""Handing in a job, and whose jobs somebody may see."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import all_tenants
from syncs.desk_jobs.claims import hand_in
from syncs.models import DeskJob, JobKind, JobState, SyncRecord
from syncs.selection import Selection


def submit(
    kind: JobKind,
    *,
    by: User,
    selection: Selection,
    options: Mapping[str, Any] | None = None,
) -> DeskJob:
    """Have a worker do this to the records selected now; later ones are not touched."""
    bounds = {"up_to": _newest(), "within": within(by)}
    with transaction.atomic():
        job = DeskJob.objects.create(
            by=by,
            kind=kind,
            query=selection.query,
            ids=None if selection.ids is None else sorted(selection.ids),
            options={**(options or {}), **bounds},
        )
        hand_in(job)
    return job


def jobs_of(user: User) -> QuerySet[DeskJob]:
    """The person's own jobs, newest first; none while one of our staff looks as a customer."""
    jobs = DeskJob.objects.filter(by=user).order_by("-pk")
    return jobs if within(user) is None else jobs.none()


def job_url(job: DeskJob) -> str:
    """Its page; of a file of decisions that is not applied yet, what it would do."""
    page = "desk_decisions_preview" if job.state == JobState.DRAFT else "desk_job"
    return reverse(page, args=[job.uuid])


def _newest() -> int:
    with all_tenants("the largest id, whoever's row it is"):
        return SyncRecord.objects.aggregate(newest=Max("pk"))["newest"] or 0


def within(by: User) -> int | None:
    """The one tenant that somebody of our staff looks at as its people do."""
    return by.viewing.tenant_id if by.viewing is not None else None
