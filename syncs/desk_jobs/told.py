"""Jobs as plain values for their pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.notices import time_zone_of
from accounts.permissions import Action, tenants_where
from syncs.desk_jobs.claims import OPEN
from syncs.desk_jobs.files import file_url, is_kept
from syncs.desk_jobs.results import outcome_of
from syncs.desk_jobs.submitting import job_url
from syncs.models import DeskJob, JobKind, JobState
from syncs.selection import list_url
from syncs.views.filter_words import Worded, all_filter_words, filter_words

LOG_LENGTH = 100
COLOURS = {
    JobState.DONE: "success",
    JobState.FAILED: "danger",
    JobState.RUNNING: "info",
    JobState.CANCELLED: "warning",
}
KILO = 1024


@dataclass(frozen=True, slots=True)
class Refusal:
    record: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class JobShown:
    """One job, as its own page and the list show it."""

    uuid: str
    title: str
    url: str
    state: str
    colour: str
    is_open: bool
    done: int
    # 0 as long as it is not counted.
    total: int
    asked: str
    # In a sentence: what became of it, or why it failed.
    told: str
    filters: Worded
    chosen: int | None
    list_url: str
    refusals: tuple[Refusal, ...]
    file_url: str
    file_name: str
    size: str
    kept_until: str
    # A file that was there and is pruned now.
    is_gone: bool
    again_url: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A line of the owners' list: who exported what."""

    when: str
    who: str
    rows: int
    what: str
    companies: str
    filters: Worded
    chosen: int | None
    state: str


def again_url(job: DeskJob) -> str:
    """Where the same records can be exported once more."""
    return reverse("desk_export") + (f"?{job.query}" if job.query and job.ids is None else "")


def job_page(job: DeskJob, user: User) -> JobShown:
    return _shown(job, user, time_zone_of(user))


def job_rows(jobs: Iterable[DeskJob], user: User) -> tuple[JobShown, ...]:
    zone = time_zone_of(user)
    return tuple(_shown(job, user, zone, is_short=True) for job in jobs)


def export_log(user: User) -> tuple[Exported, ...]:
    """The newest exports of records of the companies whose log this person may see."""
    reach = tenants_where(user, Action.VIEW_EXPORT_LOG)
    jobs = DeskJob.objects.filter(kind=JobKind.EXPORT).select_related("by")
    if reach is not None:
        jobs = jobs.filter(tenants__in=reach).distinct()
    zone = time_zone_of(user)
    found = list(jobs.prefetch_related("tenants").order_by("-pk")[:LOG_LENGTH])
    filters = all_filter_words([job.query for job in found], user)
    return tuple(
        _exported(job, words, zone, reach) for job, words in zip(found, filters, strict=True)
    )


def _shown(job: DeskJob, user: User, zone: ZoneInfo, *, is_short: bool = False) -> JobShown:
    state = _state(job)
    is_file = is_kept(job)
    is_export = job.kind == JobKind.EXPORT
    return JobShown(
        uuid=str(job.uuid),
        title=job.get_kind_display(),
        url=job_url(job),
        state=str(state.label),
        colour=COLOURS.get(state, ""),
        is_open=job.state in OPEN,
        done=job.done,
        total=job.total,
        asked=_moment(job.created_at, zone),
        told=_told(job),
        filters=() if is_short or job.ids is not None else filter_words(job.query, user),
        chosen=None if job.ids is None else len(job.ids),
        list_url=f"{list_url()}?{job.query}" if job.query and job.ids is None else "",
        refusals=() if is_short else tuple(_refusal(line) for line in job.refusals),
        file_url=file_url(job) if is_file else "",
        file_name=job.file_name,
        size=_size(job.file_size),
        kept_until=_moment(job.expires_at, zone) if is_file and job.expires_at else "",
        is_gone=is_export and job.state == JobState.DONE and not is_file,
        again_url=again_url(job) if is_export and job.state not in OPEN else "",
    )


def _exported(
    job: DeskJob, words: Worded, zone: ZoneInfo, reach: frozenset[int] | None
) -> Exported:
    own = [tenant for tenant in job.tenants.all() if reach is None or tenant.pk in reach]
    return Exported(
        when=_moment(job.created_at, zone),
        who=f"{job.by.full_name} <{job.by.email}>" if job.by.full_name else job.by.email,
        rows=job.done,
        what=str(job.options.get("format", "")).upper(),
        companies=", ".join(tenant.name for tenant in own),
        filters=() if job.ids is not None else words,
        chosen=None if job.ids is None else len(job.ids),
        state=str(_state(job).label),
    )


def _state(job: DeskJob) -> JobState:
    """Between two slices it is queued again; for people it runs."""
    state = JobState(job.state)
    return JobState.RUNNING if state is JobState.QUEUED and job.started_at else state


def _told(job: DeskJob) -> str:
    if job.state == JobState.DONE:
        return outcome_of(job)
    if job.state == JobState.CANCELLED:
        return _("It was cancelled. What was done before stays done.")
    return job.message


def _refusal(line: dict[str, str]) -> Refusal:
    url = reverse("admin:syncs_syncrecord_change", args=[line["id"]]) if line.get("id") else ""
    return Refusal(str(line.get("record", "")), str(line.get("reason", "")), url)


def moment_words(moment: datetime, user: User) -> str:
    return _moment(moment, time_zone_of(user))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = timezone.localtime(moment, zone)
    return f"{date_format(local, 'Y-m-d H:i')} {local.tzname()}"


def _size(count: int) -> str:
    if count < KILO:
        return _("%d bytes") % count
    if count < KILO * KILO:
        return f"{count / KILO:.0f} KB"
    return f"{count / KILO / KILO:,.1f} MB"
