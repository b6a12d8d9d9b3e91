"""The record list: what did not make it, why, and what to do with many at once."""

import re
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from import_export.admin import ExportActionMixin
from import_export.formats.base_formats import CSV, XLSX
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin_base import TenantScopedAdmin, person_of
from accounts.tenancy import TenantQuerySet
from syncs import services
from syncs.admin import cells
from syncs.admin.export_form import ExportForm
from syncs.admin.filters import AgeFilter, CategoryFilter, SyncFilter
from syncs.admin.record_pages import record_urls, record_view
from syncs.exports.columns import SyncRecordResource
from syncs.exports.files import TooManyRows, csv_lines, xlsx_file
from syncs.models import SyncRecord
from syncs.search import search

# As many digits as every number in a column may have.
ID = re.compile(r"[0-9]{1,18}")

type Records = TenantQuerySet[SyncRecord]


@admin.register(SyncRecord)
class SyncRecordAdmin(ExportActionMixin, TenantScopedAdmin):
    """One row per record; opening one shows both sides, the reason and the way out."""

    list_display = ("names", "state", "why", "failing_for", "attempted", "of_sync", "tenant")
    list_display_links = ("names",)
    list_select_related = ("sync", "tenant")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        CategoryFilter,
        SyncFilter,
        AgeFilter,
        ("last_attempt_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    ordering = ("-id",)
    search_fields = ("left_title",)
    search_help_text = gettext_lazy("Name, e-mail, id, or an address copied from either system")
    actions = ("retry", "leave_out", "take_in", "send")
    export_form_class = ExportForm
    resource_classes: ClassVar[list[type]] = [SyncRecordResource]
    formats: ClassVar[list[type]] = [CSV, XLSX]
    list_fullwidth = True

    # --- the list -------------------------------------------------------------------------

    @display(description=gettext_lazy("Record"))
    def names(self, record: SyncRecord) -> SafeString:
        return cells.names_cell(record)

    @display(description=gettext_lazy("Sync"), ordering="sync")
    def of_sync(self, record: SyncRecord) -> SafeString:
        return cells.cut(record.sync.name)

    @display(description=gettext_lazy("Status"), ordering="status")
    def state(self, record: SyncRecord) -> SafeString:
        return cells.status_cell(record)

    @display(description=gettext_lazy("Why"), ordering="category")
    def why(self, record: SyncRecord) -> SafeString | str:
        return cells.reason_cell(record)

    @display(description=gettext_lazy("Failing for"), ordering="first_failed_at")
    def failing_for(self, record: SyncRecord) -> SafeString | str:
        return cells.age_cell(record.first_failed_at)

    @display(description=gettext_lazy("Last attempt"), ordering="last_attempt_at")
    def attempted(self, record: SyncRecord) -> SafeString | str:
        return cells.age_cell(record.last_attempt_at)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SyncRecord], search_term: str
    ) -> tuple[QuerySet[SyncRecord], bool]:
        return search(queryset, search_term), False

    # --- many at once ---------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Try again"), permissions=["work_records"])
    def retry(self, request: HttpRequest, queryset: Records) -> None:
        count = services.retry(queryset, by=person_of(request))
        text = ngettext("%d record is tried again.", "%d records are tried again.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Leave out of the sync"), permissions=["work_records"])
    def leave_out(self, request: HttpRequest, queryset: Records) -> None:
        count = services.exclude(queryset, by=person_of(request))
        text = ngettext("%d record is left out.", "%d records are left out.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Take into the sync"), permissions=["work_records"])
    def take_in(self, request: HttpRequest, queryset: Records) -> None:
        count = services.include(queryset, by=person_of(request))
        text = ngettext("%d record is taken in.", "%d records are taken in.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(
        description=gettext_lazy("Send now, although older or filtered out: invoice these deals"),
        permissions=["work_records"],
    )
    def send(self, request: HttpRequest, queryset: Records) -> None:
        count = services.enrol_many(queryset, by=person_of(request))
        text = ngettext("%d record is sent.", "%d records are sent.", count)
        self.message_user(request, text % count, messages.SUCCESS)

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

    # --- export ---------------------------------------------------------------------------

    # The mixin would let everybody.
    has_export_permission = TenantScopedAdmin.has_export_permission

    def get_valid_export_item_pks(self, request: HttpRequest) -> QuerySet[SyncRecord, int]:
        """Those named in the form that this person may see; by itself it lists the whole table."""
        named = [int(pk) for pk in request.POST.getlist("export_items") if ID.fullmatch(pk)]
        found: QuerySet[SyncRecord] = self.get_export_queryset(request).filter(pk__in=named)
        return found.values_list("pk", flat=True)

    def _do_file_export(
        self,
        file_format: Any,
        request: HttpRequest,
        queryset: QuerySet[SyncRecord],
        export_form: Any = None,
    ) -> HttpResponseBase:
        """Stream exactly what is filtered, with the chosen columns."""
        queryset = self._of_tenants(queryset, self._reach(request, "export"))
        resource = self.get_export_resource_classes(request)[0]()
        chosen = export_form.get_selected_resource_export_fields() if export_form else None
        columns = resource.get_export_fields(chosen)
        name = self.get_export_filename(request, queryset, file_format)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if isinstance(file_format, CSV):
            lines = csv_lines(queryset, columns)
            return StreamingHttpResponse(lines, "text/csv; charset=utf-8", headers=headers)
        try:
            file = xlsx_file(queryset, columns)
        except TooManyRows as error:
            text = _("An Excel file takes at most %s rows here: choose CSV, or filter further.")
            raise ValueError(text % error) from error
        return FileResponse(file, content_type=file_format.get_content_type(), headers=headers)
