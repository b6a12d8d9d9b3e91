"""The pages of one record: the record itself, and older parts of what happened to it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.permissions import Action
from syncs.admin import cells, record_actions
from syncs.models import SyncRecord
from syncs.views.record import record_page

if TYPE_CHECKING:
    from syncs.admin.records import SyncRecordAdmin


def record_urls(model_admin: "SyncRecordAdmin") -> list[URLPattern]:
    """The buttons of the record page, and its parts that are fetched by themselves."""
    guarded = model_admin.admin_site.admin_view
    return [
        path(
            f"<path:object_id>/{name}/",
            guarded(record_actions.posted(model_admin, act)),
            name=f"syncs_syncrecord_{name}",
        )
        for name, act in record_actions.ACTIONS.items()
    ]


def record_view(
    model_admin: "SyncRecordAdmin", request: HttpRequest, object_id: str
) -> HttpResponseBase:
    """The record page: nothing on it is a form field, everything is an action."""
    record = model_admin.object_or_404(request, object_id)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": str(record),
        "opts": model_admin.opts,
        "status": cells.status_cell(record),
        "page": record_page(record, lambda name: action_url(record, name)),
        "may_work": model_admin.allows(request, Action.WORK_RECORDS, record),
    }
    return TemplateResponse(request, "syncs/record/page.html", context)


def action_url(record: SyncRecord, name: str) -> str:
    return reverse(f"admin:syncs_syncrecord_{name}", args=[record.pk])
