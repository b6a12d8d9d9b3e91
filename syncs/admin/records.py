"""The record list: what did not make it, why, and what to do with many at once."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _

from accounts.admin_base import TenantScopedAdmin, person_of, tenants_to_choose
from accounts.permissions import Action
from syncs.admin.listing.page import list_page
from syncs.admin.record_pages import record_urls, record_view
from syncs.models import SyncRecord
from syncs.search import search
from syncs.views.list_filters import MOST_CHOICES


@admin.register(SyncRecord)
class SyncRecordAdmin(TenantScopedAdmin):
    """One row per record; opening one shows both sides, the reason and the way out.

    The list is not the admin's own: it turns its pages by key, and what it filters by is what a
    job over "everything filtered" means (syncs.selection).
    """

    ordering = ("-id",)
    search_fields = ("left_title",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        page = list_page(self.get_queryset(request), request.GET, person_of(request))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Records"),
            "opts": self.opts,
            "page": page,
            "tenants": tenants_to_choose(request, Action.VIEW_RECORDS)[:MOST_CHOICES],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "syncs/list/page.html", context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SyncRecord], search_term: str
    ) -> tuple[QuerySet[SyncRecord], bool]:
        return search(queryset, search_term), False

    # --- one record -----------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return record_urls(self) + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return record_view(self, request, object_id)
