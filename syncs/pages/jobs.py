"""My jobs and exports: how far they are, what became of them, and who exported what."""

from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.admin_base import person_of
from accounts.models import User
from accounts.permissions import Action, may
from syncs.desk_jobs import cancel, job_url, jobs_of
from syncs.desk_jobs.told import export_log, job_page, job_rows
from syncs.models import DeskJob, JobState

PER_PAGE = 50


def desk_jobs(request: HttpRequest) -> HttpResponseBase:
    """The person's jobs, newest first, and for owners who exported what."""
    person = _person(request)
    page = Paginator(jobs_of(person), PER_PAGE).get_page(request.GET.get("page"))
    is_log_shown = may(person, Action.VIEW_EXPORT_LOG)
    context = {
        **admin.site.each_context(request),
        "title": _("Jobs and exports"),
        "rows": job_rows(page.object_list, person),
        "paging": page,
        "may_import": may(person, Action.WORK_RECORDS) and person.viewing is None,
        "is_log_shown": is_log_shown,
        "log": export_log(person) if is_log_shown else (),
    }
    return TemplateResponse(request, "syncs/jobs/list.html", context)


def desk_job(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    person = _person(request)
    job = _job_or_404(request, uuid)
    if job.state == JobState.DRAFT:
        return redirect(job_url(job))
    context = {
        **admin.site.each_context(request),
        "title": job.get_kind_display(),
        "job": job_page(job, person),
    }
    return TemplateResponse(request, "syncs/jobs/page.html", context)


def desk_job_progress(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The part of the page that asks again every second until the job is over."""
    person = _person(request)
    page = job_page(_job_or_404(request, uuid), person)
    return TemplateResponse(request, "syncs/jobs/progress.html", {"job": page})


def desk_job_cancel(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    _person(request)
    job = _job_or_404(request, uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if cancel(job):
        messages.success(request, _("It is cancelled. What was done already stays done."))
    else:
        messages.warning(request, _("It was over already."))
    return redirect(job_url(job))


def _person(request: HttpRequest) -> User:
    if not may(request.user, Action.VIEW_RECORDS):
        raise PermissionDenied
    return person_of(request)


def _job_or_404(request: HttpRequest, uuid: UUID) -> DeskJob:
    job = jobs_of(person_of(request)).filter(uuid=uuid).first()
    if job is None:
        raise Http404
    return job
