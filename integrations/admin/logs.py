"""To look at only: the calls to the providers, and the webhooks that came from them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin_base import TenantScopedAdmin
from accounts.permissions import Action
from integrations.admin.filters import ConnectionFilter, OutcomeFilter, ProviderFilter
from integrations.models import TOKEN_FIELDS, CallRecord, WebhookEvent


@admin.register(CallRecord)
class CallRecordAdmin(TenantScopedAdmin):
    view_needs = Action.VIEW_CALLS
    list_display = (
        "moment",
        "tenant",
        "connection_label",
        "method",
        "path",
        "status_label",
        "milliseconds",
        "correlation_id",
        "error",
    )
    list_filter = (
        OutcomeFilter,
        ("connection", ConnectionFilter),
        ("at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("tenant", "connection")
    # Whole and exact, so that the index finds it among millions.
    search_fields = ("correlation_id__exact",)
    search_help_text = _("The correlation id, whole: support at the provider asks for it.")
    sortable_by = ()
    fields = (
        "moment",
        "connection",
        "method",
        "path",
        "status",
        "milliseconds",
        "correlation_id",
        "error",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallRecord]:
        hidden = (f"connection__{name}" for name in TOKEN_FIELDS)
        return super().get_queryset(request).select_related("connection").defer(*hidden)

    @display(description=_("Time"))
    def moment(self, call: CallRecord) -> str:
        """To the second, which the usual form leaves out."""
        at = timezone.localtime(call.at)
        return f"{date_format(at, 'SHORT_DATE_FORMAT')} {time_format(at.time(), 'H:i:s')}"

    @display(description=_("Connection"))
    def connection_label(self, call: CallRecord) -> str:
        return str(call.connection)

    @display(
        description=_("Status"),
        label={"good": "success", "limited": "warning", "failed": "danger"},
    )
    def status_label(self, call: CallRecord) -> tuple[str, str]:
        shown = str(call.status) if call.status else _now("no answer")
        if call.status == 429:
            return "limited", shown
        return ("failed" if call.status == 0 or call.status >= 400 else "good"), shown


@admin.register(WebhookEvent)
class WebhookEventAdmin(TenantScopedAdmin):
    """For our support: did the provider tell us, and has the sync looked?"""

    view_needs = Action.SEE_ALL_TENANTS
    list_display = (
        "received_at",
        "tenant",
        "connection_label",
        "object_type",
        "record_id",
        "at",
        "handled_at",
    )
    list_filter = (
        ProviderFilter,
        ("connection", ConnectionFilter),
        ("received_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("tenant", "connection")
    search_fields = ("record_id__exact",)
    sortable_by = ()
    fields = (
        "connection",
        "provider",
        "object_type",
        "record_id",
        "merged_into",
        "key",
        "at",
        "received_at",
        "handled_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        hidden = (f"connection__{name}" for name in TOKEN_FIELDS)
        return super().get_queryset(request).select_related("connection").defer(*hidden)

    @display(description=_("Connection"))
    def connection_label(self, event: WebhookEvent) -> str:
        return str(event.connection)
