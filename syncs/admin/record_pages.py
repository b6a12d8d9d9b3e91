"""The pages of one record: the record itself, and older parts of what happened to it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.admin_base import person_of
from accounts.permissions import Action, may
from syncs.admin import cells
from syncs.admin.record_actions import ACTIONS, posted
from syncs.models import SyncRecord
from syncs.views.ends import ends_of
from syncs.views.record import record_page
from syncs.views.timeline import failures, newest_failures, timeline

if TYPE_CHECKING:
    from syncs.admin.records import SyncRecordAdmin

# Words that are searched for among the records that could be the partner.
PARTNER_WORDS = SEARCH_VAR
MOST_SIGNS = 200

type Show = Callable[[HttpRequest, SyncRecord, int], tuple[str, dict[str, Any]]]
"""The template of a part of the page, and what it shows before an activity or failure."""


def record_urls(model_admin: "SyncRecordAdmin") -> list[URLPattern]:
    """The buttons of the record page, and its parts that are fetched by themselves."""
    views = {
        **{name: posted(model_admin, act) for name, act in ACTIONS.items()},
        "timeline": _part(model_admin, _timeline),
        "failures": _part(model_admin, _failures),
    }
    return [
        path(
            f"<path:object_id>/{name}/",
            model_admin.admin_site.admin_view(view),
            name=f"syncs_syncrecord_{name}",
        )
        for name, view in views.items()
    ]


def record_view(
    model_admin: "SyncRecordAdmin", request: HttpRequest, object_id: str
) -> HttpResponseBase:
    """The record page: what is on it are no form fields, everything is an action."""
    record = model_admin.object_or_404(request, object_id)
    words = request.GET.get(PARTNER_WORDS, "").strip()[:MOST_SIGNS]
    person = person_of(request)
    context = {
        **_context(model_admin, request, record),
        "page": record_page(record, lambda name: action_url(record, name), person, words=words),
        "may_work": model_admin.allows(request, Action.WORK_RECORDS, record),
        "urls": {name: action_url(record, name) for name in ACTIONS},
    }
    return TemplateResponse(request, "syncs/record/page.html", context)


def _part(model_admin: "SyncRecordAdmin", show: Show) -> Callable[..., HttpResponseBase]:
    """Older rows: alone for htmx, which puts them below the others, or as a page of their own."""

    def view(request: HttpRequest, object_id: str) -> HttpResponseBase:
        record = model_admin.object_or_404(request, object_id)
        before = request.GET.get("before", "")
        typed = int(before) if before.isdecimal() else 0
        template, shown = show(request, record, typed)
        context = {**shown, "record": record}
        if request.headers.get("HX-Request"):
            return TemplateResponse(request, template, context)
        context = {**_context(model_admin, request, record), **context, "rows": template}
        return TemplateResponse(request, "syncs/record/older.html", context)

    return view


def _timeline(request: HttpRequest, record: SyncRecord, before: int) -> tuple[str, dict[str, Any]]:
    calls = may(request.user, Action.VIEW_CALLS, record.tenant_id)
    shown = timeline(record, ends_of(record.sync), before=before, calls=calls)
    return "syncs/record/activities.html", {"timeline": shown, "part": _("What happened")}


def _failures(_request: HttpRequest, record: SyncRecord, before: int) -> tuple[str, dict[str, Any]]:
    shown = failures(record, newest_failures(record, before=before))
    return "syncs/record/failure_rows.html", {"failures": shown, "part": _("Times it failed")}


def _context(
    model_admin: "SyncRecordAdmin", request: HttpRequest, record: SyncRecord
) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": str(record),
        "opts": model_admin.opts,
        "record": record,
        "status": cells.status_cell(record),
    }


def action_url(record: SyncRecord, name: str) -> str:
    return reverse(f"admin:syncs_syncrecord_{name}", args=[record.pk])
