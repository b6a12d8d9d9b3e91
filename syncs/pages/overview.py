"""The sync overview by object, and the panel beside it."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.admin_base import person_of
from accounts.permissions import Action, may
from syncs.views.overview import overview_page
from syncs.views.panel import panel

# htmx says so when it asks for a part of a page, and which part it will replace.
ASKS_PART, REPLACES = "HX-Request", "HX-Target"
DRAWER = "panel-drawer"


def desk_overview(request: HttpRequest) -> HttpResponseBase:
    """How many records of each object are in which state."""
    if not may(request.user, Action.VIEW_RECORDS):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": _("Overview"),
        "page": overview_page(person_of(request), request.GET.dict()),
    }
    return TemplateResponse(request, "syncs/overview/page.html", context)


def desk_overview_panel(request: HttpRequest) -> HttpResponseBase:
    """The records behind one number: a panel beside the table, a page of its own without htmx."""
    if not may(request.user, Action.VIEW_RECORDS):
        raise PermissionDenied
    found = panel(person_of(request), request.GET.dict())
    if found is None:
        raise Http404
    context = {
        "panel": found,
        "title": f"{found.title}: {found.about}",
        # Focus was inside of what is replaced.
        "takes_focus": request.headers.get(REPLACES) == DRAWER,
    }
    if ASKS_PART in request.headers:
        response = TemplateResponse(request, "syncs/overview/panel.html", context)
    else:
        whole = {**admin.site.each_context(request), **context}
        response = TemplateResponse(request, "syncs/overview/panel_page.html", whole)
    patch_vary_headers(response, [ASKS_PART])
    return response
