"""Importing decisions: a file comes up, what each row does is shown, then it is applied."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.results import Result, RowResult
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.admin_base import person_of
from accounts.permissions import Action, may
from syncs.desk_jobs import job_url, jobs_of
from syncs.desk_jobs.decisions import applied_before, apply_upload, keep_upload, looked_through
from syncs.desk_jobs.told import moment_words
from syncs.exports.decisions import DECISION_HEADINGS, MOST_BYTES, Unreadable, read_decisions
from syncs.models import DeskJob, JobKind, JobState

PER_PAGE = 200
ERRORS, CHANGES, NOTHING = "errors", "changes", "nothing"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (XLSX), at most 5,000 rows and 5 MB."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.txt"}),
    )

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        # Asked before it is read.
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 5 MB. Split it, or leave columns out.")
            )
        return file


@dataclass(frozen=True, slots=True)
class PreviewRow:
    number: int
    record: str
    url: str
    # What would be done, or why it cannot be.
    steps: tuple[str, ...]
    error: str


def desk_decisions(request: HttpRequest) -> HttpResponseBase:
    """The form; posted, the file is read and kept as a draft."""
    _check(request)
    if request.method != "POST":
        return _form_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, form)
    file = form.cleaned_data["file"]
    content = file.read()
    try:
        found = read_decisions(content)
    except Unreadable as trouble:
        form.add_error("file", str(trouble))
        return _form_page(request, form)
    if not found.rows:
        form.add_error("file", _("Nothing is decided in it: all its decision columns are empty."))
        return _form_page(request, form)
    job = keep_upload(person_of(request), file.name or "", content, found)
    return redirect("desk_decisions_preview", job.uuid)


def desk_decisions_preview(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """What each row would come to; posted, it is handed to a worker."""
    _check(request)
    jobs = jobs_of(person_of(request)).filter(kind=JobKind.DECISIONS)
    job = jobs.filter(uuid=uuid).first()
    if job is None:
        raise Http404
    if job.state != JobState.DRAFT:
        return redirect(job_url(job))
    if request.method == "POST":
        if not apply_upload(job):
            messages.warning(request, _("It was applied already."))
        job.refresh_from_db()
        return redirect(job_url(job))
    return _preview_page(request, job)


def _check(request: HttpRequest) -> None:
    if not may(request.user, Action.WORK_RECORDS):
        raise PermissionDenied
    # What is uploaded is the person's own; a look at a customer leaves nothing of the kind.
    if person_of(request).viewing is not None:
        raise PermissionDenied


def _form_page(request: HttpRequest, form: UploadForm) -> HttpResponseBase:
    context = {
        **admin.site.each_context(request),
        "title": _("Import decisions"),
        "form": form,
        "columns": COLUMNS,
    }
    return TemplateResponse(request, "syncs/decisions/upload.html", context)


def _preview_page(request: HttpRequest, job: DeskJob) -> HttpResponseBase:
    result = looked_through(job)
    rows = {kind: [_shown(row) for row in found] for kind, found in _sorted(result).items()}
    kind = request.GET.get("show", "")
    if kind not in rows:
        kind = ERRORS if rows[ERRORS] else CHANGES
    before = applied_before(job)
    context = {
        **admin.site.each_context(request),
        "title": _("Import decisions"),
        "job": job,
        "file": job.options.get("file", ""),
        "tabs": [(name, LABELS[name], len(found)) for name, found in rows.items()],
        "kind": kind,
        "paging": Paginator(rows[kind], PER_PAGE).get_page(request.GET.get("page")),
        "errors": len(rows[ERRORS]),
        "changes": len(rows[CHANGES]),
        "before": moment_words(before.created_at, person_of(request)) if before else "",
    }
    return TemplateResponse(request, "syncs/decisions/preview.html", context)


def _sorted(result: Result) -> dict[str, list[RowResult]]:
    found: dict[str, list[RowResult]] = {ERRORS: [], CHANGES: [], NOTHING: []}
    for row in result.rows:
        kind = ERRORS if row.errors else CHANGES if row.is_update() else NOTHING
        found[kind].append(row)
    return found


def _shown(row: RowResult) -> PreviewRow:
    pk = row.object_id
    return PreviewRow(
        number=int(row.row_values["row"]),
        record=row.object_repr or row.row_values.get("key", ""),
        url=reverse("admin:syncs_syncrecord_change", args=[pk]) if pk else "",
        steps=tuple(row.diff or ()),
        error=str(row.errors[0].error) if row.errors else "",
    )


LABELS = {
    ERRORS: gettext_lazy("Cannot be done"),
    CHANGES: gettext_lazy("Will be done"),
    NOTHING: gettext_lazy("Nothing to change"),
}
_EXPLAINED = {
    "assign": gettext_lazy("E-mail address of the colleague who takes it; - for nobody"),
    "due": gettext_lazy("The day it is to be done by, as 2026-07-31"),
    "resolve": gettext_lazy("How it was dealt with, in a sentence; it is no longer failing then"),
    "link": gettext_lazy("The id on the other side that it belongs to"),
    "retry": gettext_lazy("yes: try it again"),
    "exclude": gettext_lazy("yes: leave it out of the sync"),
}
COLUMNS = tuple((name, _EXPLAINED[name]) for name in DECISION_HEADINGS)
