"""Why records fail, and what to do about it: by cause instead of by row."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.admin_base import person_of
from accounts.permissions import Action, may
from syncs.views.causes import causes_page


def desk_causes(request: HttpRequest) -> HttpResponseBase:
    """What most records fail for, and which records hold up others."""
    if not may(request.user, Action.VIEW_RECORDS):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": _("Causes"),
        "page": causes_page(person_of(request), request.GET.dict()),
    }
    return TemplateResponse(request, "syncs/causes/page.html", context)
