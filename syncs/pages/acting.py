"""Doing something to the chosen records of a list: asked about first, at once or by a worker."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_base import person_of
from accounts.permissions import may
from syncs.desk_jobs import job_url, submit
from syncs.desk_jobs.kinds import KINDS
from syncs.desk_jobs.now import MOST_AT_ONCE, do_now
from syncs.desk_jobs.results import result_words
from syncs.models import DeskJob, JobKind
from syncs.pages.acting_forms import FORMS, ActForm
from syncs.selection import Selection, list_url, parameters_of, query_of, selected
from syncs.views.filter_words import filter_words

CONFIRMED = "confirmed"
# Done to a few records only after a question as well: a document that was made stays made.
CAREFUL = frozenset({JobKind.EXCLUDE, JobKind.SEND})
# As many digits as every number in a column may have.
MOST_DIGITS = 18

TITLES = {
    JobKind.RETRY: gettext_lazy("Try again"),
    JobKind.EXCLUDE: gettext_lazy("Leave out of the sync"),
    JobKind.INCLUDE: gettext_lazy("Take into the sync"),
    JobKind.SEND: gettext_lazy("Send now"),
    JobKind.ASSIGN: gettext_lazy("Assign"),
    JobKind.RESOLVE: gettext_lazy("Call dealt with"),
    JobKind.SNOOZE: gettext_lazy("Snooze"),
    JobKind.CANCEL_RETRY: gettext_lazy("Cancel retries"),
}
FOLLOWS = {
    JobKind.RETRY: gettext_lazy("Both sides are read again and each is decided about anew."),
    JobKind.EXCLUDE: gettext_lazy(
        "They are left alone until somebody takes them in again. Nothing is changed on either side."
    ),
    JobKind.INCLUDE: gettext_lazy("They take part again and are decided about anew."),
    JobKind.SEND: gettext_lazy(
        "They go although they are older than the sync or filtered out; deals are invoiced."
    ),
    JobKind.ASSIGN: gettext_lazy("Whoever it is sees them under “Needs me” and is told once."),
    JobKind.RESOLVE: gettext_lazy(
        "They are no longer failing. Another fault, or a change of the record, shows them again."
    ),
    JobKind.SNOOZE: gettext_lazy("They stay failing, and come back on that day."),
    JobKind.CANCEL_RETRY: gettext_lazy(
        "They are not tried again by themselves, only when something changes."
    ),
}


def desk_act(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The page that lists and panels post their chosen rows to."""
    known = _kind_or_404(kind)
    _check(request, known)
    return act(request, known, selection_of(request))


def act(
    request: HttpRequest,
    kind: JobKind,
    selection: Selection,
    options: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """Do it, or ask first where it needs words, care, or is about everything that is filtered.

    With options everything is said already.
    """
    _check(request, kind)
    is_sure = options is not None or CONFIRMED in request.POST
    if request.method != "POST" or not (is_sure or _goes_at_once(kind, selection)):
        return _ask(request, kind, selection, _form(request, kind, selection, is_bound=False))
    if options is None:
        form = _form(request, kind, selection, is_bound=CONFIRMED in request.POST)
        if not form.is_valid():
            return _ask(request, kind, selection, form)
        options = form.options()
    return _do(request, kind, selection, options)


def handed_in(request: HttpRequest, job: DeskJob, back: str) -> HttpResponseBase:
    """To the page of the job that was just asked for."""
    if job.by.viewing is None:
        return redirect(job_url(job))
    # Whoever of our staff looks as a customer finds it among their own.
    messages.success(request, _("A worker does it. You find it among your own jobs."))
    return redirect(back)


def selection_of(request: HttpRequest) -> Selection:
    """What a list posted: rows with a tick, or all that are filtered."""
    asked = request.POST if request.method == "POST" else request.GET
    named = asked.getlist("_selected_action")
    is_all = asked.get("select_across") == "1" or (not named and request.method != "POST")
    # Linked to, the list's parameters stand in the address itself.
    told = asked.get("query", "") or ("" if request.method == "POST" else asked.urlencode())
    query = query_of(parameters_of(told))
    if is_all:
        return Selection(query)
    ids = {int(one) for one in named if one.isdecimal() and len(one) <= MOST_DIGITS}
    return Selection(query, tuple(sorted(ids)))


def _kind_or_404(kind: str) -> JobKind:
    if kind not in {known.value for known in KINDS}:
        raise Http404
    return JobKind(kind)


def _check(request: HttpRequest, kind: JobKind) -> None:
    if not may(request.user, KINDS[kind].needs):
        raise PermissionDenied


def _goes_at_once(kind: JobKind, selection: Selection) -> bool:
    return selection.ids is not None and kind not in FORMS and kind not in CAREFUL


def _form(request: HttpRequest, kind: JobKind, selection: Selection, *, is_bound: bool) -> ActForm:
    made = FORMS.get(kind, ActForm)
    posted = request.POST if is_bound or kind not in FORMS else None
    return made(posted, user=person_of(request), selection=selection)


def _do(
    request: HttpRequest, kind: JobKind, selection: Selection, options: Mapping[str, Any]
) -> HttpResponseBase:
    person = person_of(request)
    if selection.ids is None or len(selection.ids) > MOST_AT_ONCE:
        job = submit(kind, by=person, selection=selection, options=options)
        return handed_in(request, job, _back(request, selection))
    count, worked = do_now(kind, person, selection, options)
    if not count:
        messages.warning(request, _("Choose at least one record first."))
        return redirect(_back(request, selection))
    refused = len(worked.refusals)
    words = result_words(kind, worked.changed, count - worked.changed, refused)
    messages.success(request, words) if worked.changed else messages.warning(request, words)
    for line in worked.refusals[:3]:
        messages.error(request, f"{line['record']}: {line['reason']}")
    return redirect(_back(request, selection))


def _ask(
    request: HttpRequest, kind: JobKind, selection: Selection, form: ActForm
) -> HttpResponseBase:
    person = person_of(request)
    found = selected(selection, person, KINDS[kind].needs).order_by()
    count = found.count()
    if not count:
        messages.warning(request, _("There is no record that you could do this to."))
        return redirect(_back(request, selection))
    context = {
        **admin.site.each_context(request),
        "title": TITLES[kind],
        "follows": FOLLOWS[kind],
        "kind": kind.value,
        "count": count,
        "form": form,
        "selection": selection,
        "filters": filter_words(selection.query, person),
        "is_job": selection.ids is None or len(selection.ids) > MOST_AT_ONCE,
        "is_careful": kind in (JobKind.EXCLUDE, JobKind.RESOLVE),
        "back": _back(request, selection),
        "next": request.POST.get("next", ""),
    }
    return TemplateResponse(request, "syncs/jobs/act.html", context)


def _back(request: HttpRequest, selection: Selection) -> str:
    """The list as it was, or the page of this site that somebody came from."""
    told = request.POST.get("next", "")
    if told and url_has_allowed_host_and_scheme(told, None):
        return told
    return f"{list_url()}?{selection.query}" if selection.query else list_url()
