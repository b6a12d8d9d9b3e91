"""Handing out the file of a job to the person who asked for it, and to nobody else."""

from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.admin_base import person_of
from accounts.models import User
from accounts.permissions import Action, may
from syncs.desk_jobs import jobs_of
from syncs.desk_jobs.files import LinkExpired, check_token, is_kept, pieces
from syncs.desk_jobs.told import again_url
from syncs.models import DeskJob

# The address is no longer good, and was.
GONE = 410


def desk_file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The file, for whoever asked for it and may still export from those companies."""
    if not may(request.user, Action.EXPORT):
        raise PermissionDenied
    person = person_of(request)
    job = jobs_of(person).filter(uuid=uuid).exclude(file_name="").first()
    if job is None or not _may_still(person, job):
        raise Http404
    try:
        if not check_token(job, request.GET.get("token", "")):
            raise Http404
    except LinkExpired:
        return _expired(request, job)
    return _file(job) if is_kept(job) else _expired(request, job)


def _may_still(person: User, job: DeskJob) -> bool:
    # All of them: the request's own scope would hide those that somebody has left.
    rows = DeskJob.tenants.through.objects.filter(deskjob=job)
    tenant_ids = rows.values_list("tenant_id", flat=True)
    return all(may(person, Action.EXPORT, tenant_id) for tenant_id in tenant_ids)


def _file(job: DeskJob) -> HttpResponseBase:
    response = StreamingHttpResponse(pieces(job), content_type=job.content_type)
    disposition = content_disposition_header(as_attachment=True, filename=job.file_name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _expired(request: HttpRequest, job: DeskJob) -> HttpResponseBase:
    context = {
        **admin.site.each_context(request),
        "title": _("This link has expired"),
        "again_url": again_url(job),
    }
    return TemplateResponse(request, "syncs/jobs/expired.html", context, status=GONE)
