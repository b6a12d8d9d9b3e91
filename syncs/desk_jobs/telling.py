"""Telling whoever asked that a job is over: in the desk and, as they chose, by mail."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import NotificationKind, Tenant, User
from accounts.notices import notify, time_zone_of
from syncs.desk_jobs.files import file_url, is_kept
from syncs.desk_jobs.results import outcome_of
from syncs.desk_jobs.submitting import job_url
from syncs.handling import tell_of_assignment
from syncs.models import DeskJob, JobKind, JobState


def tell(job_id: int) -> None:
    """Once for a job; the mail of an export leads to its file."""
    job = DeskJob.objects.select_related("by").get(pk=job_id)
    tell_assignees(job)
    tenant = _tenant(job)
    if tenant is None:
        return
    notify(
        [job.by],
        NotificationKind.JOB,
        tenant=tenant,
        key=f"job:{job.uuid}",
        title=_title(job),
        body=_body(job),
        url=file_url(job) if is_kept(job) else job_url(job),
    )


def tell_assignees(job: DeskJob) -> None:
    """Whoever was given records by the job is told how many, once."""
    tenant, given = _tenant(job), _given(job)
    if tenant is None or not given:
        return
    for person in User.objects.filter(pk__in=given):
        tell_of_assignment(person, job.by, tenant.pk, given[person.pk])


def _given(job: DeskJob) -> dict[int, int]:
    """Person -> how many records."""
    if job.kind == JobKind.ASSIGN and job.options.get("assignee"):
        return {int(job.options["assignee"]): job.changed}
    return {int(pk): count for pk, count in job.options.get("assigned", {}).items()}


def _tenant(job: DeskJob) -> Tenant | None:
    """A message is of a company: one whose records the job was about, or the person's own."""
    return job.tenants.order_by("pk").first() or job.by.tenants.order_by("pk").first()


def _title(job: DeskJob) -> str:
    if job.state == JobState.FAILED:
        return _("%(what)s: it did not work") % {"what": job.get_kind_display()}
    if job.kind == JobKind.EXPORT:
        return _("Your export is ready")
    return _("%(what)s: done") % {"what": job.get_kind_display()}


def _body(job: DeskJob) -> str:
    if job.state == JobState.FAILED:
        return job.message
    told = outcome_of(job)
    if not is_kept(job) or job.expires_at is None:
        return told
    day = date_format(timezone.localtime(job.expires_at, time_zone_of(job.by)), "j F Y")
    kept = _("The file is kept until %(day)s; the link opens for you only.") % {"day": day}
    return f"{told} {kept}"
