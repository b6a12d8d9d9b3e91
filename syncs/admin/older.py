"""Sending records that are older than their sync: choose some or all, see what follows, send."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin_base import person_of
from accounts.permissions import Action
from accounts.tenancy import TenantQuerySet
from syncs import services
from syncs.models import Sync, SyncRecord
from syncs.recipes import recipe_of
from syncs.search import search
from syncs.views.older import older_rows
from syncs.views.preview import previewed_page

if TYPE_CHECKING:
    from syncs.admin.syncs import SyncAdmin

PER_PAGE = 100
PREVIEWED = 50

type Records = TenantQuerySet[SyncRecord]


def older(model_admin: "SyncAdmin", request: HttpRequest, object_id: str) -> HttpResponseBase:
    """The list to choose from; posted, the preview of what was chosen, and then the sending."""
    sync: Sync = model_admin.object_or_404(request, object_id)
    if not model_admin.allows(request, Action.WORK_RECORDS, sync):
        raise PermissionDenied
    if not recipe_of(sync.recipe).starts:
        raise Http404
    if request.method != "POST":
        return _list(model_admin, request, sync)
    chosen = _chosen(request, sync)
    count = chosen.count()
    if not count:
        messages.error(request, _("Choose at least one."))
        return _list(model_admin, request, sync)
    if request.POST.get("step") != "send":
        return _preview(model_admin, request, sync, chosen, count)
    sent = services.enrol_many(chosen, by=person_of(request))
    text = ngettext("%d record is sent.", "%d records are sent.", sent)
    messages.success(request, text % sent)
    return redirect("admin:syncs_sync_change", sync.pk)


def _words(request: HttpRequest) -> str:
    asked = request.POST if request.method == "POST" else request.GET
    return asked.get("q", "").strip()[:200]


def _matching(request: HttpRequest, sync: Sync) -> Records:
    found: Records = search(services.held_back(sync), _words(request))  # type: ignore[assignment]  # it only filters
    return found


def _chosen(request: HttpRequest, sync: Sync) -> Records:
    """All that match, or those with a tick: of this sync and held back, whatever is posted."""
    found = _matching(request, sync)
    if request.POST.get("all"):
        return found
    # As many digits as every number in the column may have.
    named = [one for one in request.POST.getlist("chosen") if one.isdecimal() and len(one) < 19]
    return found.filter(pk__in=named[:PER_PAGE])


def _list(model_admin: "SyncAdmin", request: HttpRequest, sync: Sync) -> HttpResponseBase:
    paginator = Paginator(_matching(request, sync).order_by("-pk"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        **_context(model_admin, request, sync),
        "rows": older_rows(sync, page.object_list),
        "paging": page,
        "total": services.held_back(sync).count(),
    }
    return TemplateResponse(request, "syncs/older/list.html", context)


def _preview(
    model_admin: "SyncAdmin", request: HttpRequest, sync: Sync, chosen: Records, count: int
) -> HttpResponseBase:
    found = services.preview_enrolment(sync, chosen, PREVIEWED)
    context = {
        **_context(model_admin, request, sync),
        "page": previewed_page(sync, found),
        "count": count,
        "rest": max(0, count - PREVIEWED),
        "is_all": bool(request.POST.get("all")),
        "chosen": [] if request.POST.get("all") else list(chosen.values_list("pk", flat=True)),
    }
    return TemplateResponse(request, "syncs/older/preview.html", context)


def _context(model_admin: "SyncAdmin", request: HttpRequest, sync: Sync) -> dict[str, object]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": _("Send older ones: %(sync)s") % {"sync": sync},
        "opts": model_admin.opts,
        "sync": sync,
        "words": _words(request),
    }
