"""Connections: their state and health, and connecting, checking, disconnecting."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.admin_base import TenantScopedAdmin
from accounts.permissions import Action
from integrations import services
from integrations.admin.filters import EnvironmentFilter, ProviderFilter
from integrations.health import FAILED, WINDOW, Health, Level, judge
from integrations.models import (
    LIVE,
    TOKEN_FIELDS,
    CallRecord,
    Connection,
    ConnectionState,
)

STATE_COLOURS = {
    ConnectionState.ACTIVE.value: "success",
    ConnectionState.PAUSED.value: "danger",
    ConnectionState.DISCONNECTED.value: "default",
}
HEALTH_NAMES = {
    Level.GOOD: _("Good"),
    Level.WARNING: _("Look at it"),
    Level.BAD: _("Needs you"),
    Level.OFF: _("Off"),
}
HEALTH_COLOURS = {
    Level.GOOD: "success",
    Level.WARNING: "warning",
    Level.BAD: "danger",
    Level.OFF: "default",
}
# The theme names a button after model and action.
CHECK_BUTTON = "integrations_connection_check_this"


@admin.register(Connection)
class ConnectionAdmin(TenantScopedAdmin):
    change_needs = Action.MANAGE_CONNECTIONS

    list_display = (
        "title",
        "tenant",
        "provider_label",
        "state_label",
        "health",
        "calls_last_hour",
        "last_call_at",
        "refresh_expires_at",
    )
    list_filter = ("state", ProviderFilter, EnvironmentFilter, "tenant")
    list_select_related = ("tenant",)
    search_fields = ("name", "company_name", "external_id")
    ordering = ("tenant__name", "provider", "company_name", "pk")
    actions = ("check_now",)
    actions_list = ("connect_new",)
    actions_detail = ("reconnect", "disconnect")
    actions_submit_line = ("check_this",)
    fieldsets = (
        (None, {"fields": ("name", "state", "health_summary", "pause_message")}),
        (
            _("At the provider"),
            {
                "fields": (
                    "provider_label",
                    "environment_name",
                    "company_name",
                    "external_id",
                    "currency",
                    "country",
                    "time_zone",
                    "url",
                    "granted",
                )
            },
        ),
        (
            _("Sign-in"),
            {"fields": ("connected_by", "connected_at", "refresh_expires_at", "paused_at")},
        ),
        (_("Calls"), {"fields": ("calls_last_hour", "last_call_at", "calls_today", "resting")}),
        (_("Webhooks"), {"fields": ("webhooks",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        """With its calls of the last hour, and without its tokens."""
        recent = CallRecord.objects.filter(
            connection=OuterRef("pk"), at__gte=timezone.now() - WINDOW
        )
        rows: QuerySet[Connection] = super().get_queryset(request).defer(*TOKEN_FIELDS)
        return rows.annotate(
            recent_calls=_count(recent), recent_errors=_count(recent.filter(FAILED))
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        return ("tenant", *(name for name in shown if name != "name"))

    # --- columns ------------------------------------------------------------------------------

    @display(description=_("Connection"), ordering="company_name")
    def title(self, connection: Connection) -> str:
        return connection.name or connection.company_name or connection.external_id

    @display(description=_("Provider"), ordering="provider")
    def provider_label(self, connection: Connection) -> str:
        label = connection.provider_label
        if connection.environment == LIVE:
            return label
        return f"{label} ({connection.environment_name})"

    @display(description=_("Environment"))
    def environment_name(self, connection: Connection) -> str:
        return connection.environment_name

    @display(description=_("State"), ordering="state", label=STATE_COLOURS)
    def state_label(self, connection: Connection) -> tuple[str, str]:
        return connection.state, connection.get_state_display()

    @display(description=_("Health"), label=HEALTH_COLOURS)
    def health(self, connection: Connection) -> tuple[str, str]:
        level = _health(connection).level
        return level, str(HEALTH_NAMES[level])

    @display(description=_("In short"))
    def health_summary(self, connection: Connection) -> str:
        return _health(connection).summary

    @display(description=_("Calls in the last hour"))
    def calls_last_hour(self, connection: Connection) -> str:
        found = _health(connection)
        if not found.errors:
            return str(found.calls)
        return _now("%(calls)s, %(errors)s failed") % {
            "calls": found.calls,
            "errors": found.errors,
        }

    @display(description=_("Calls today"))
    def calls_today(self, connection: Connection) -> str:
        found = services.meter(connection)
        if found is None:
            return _now("This provider counts no days.")
        return render_to_string("integrations/meter.html", {"meter": found})

    @display(description=_("Left alone for now"))
    def resting(self, connection: Connection) -> str:
        """Endpoints that refused too often."""
        found = services.resting(connection)
        if not found:
            return "–"
        return render_to_string("integrations/resting.html", {"endpoints": found})

    @display(description=_("State"))
    def webhooks(self, connection: Connection) -> str:
        return services.webhook_state(connection)

    @display(description=_("Granted scopes"))
    def granted(self, connection: Connection) -> str:
        return ", ".join(connection.scopes) or "–"

    # --- actions ------------------------------------------------------------------------------

    @action(description=_("Connect"), permissions=["manage_connections"], icon="add_link")
    def connect_new(self, request: HttpRequest) -> HttpResponse:
        return redirect("integrations:connect")

    @action(description=_("Reconnect"), permissions=["manage_connections"], icon="refresh")
    def reconnect(self, request: HttpRequest, object_id: str) -> HttpResponse:
        connection = self.object_or_404(request, object_id)
        page = reverse("integrations:connect_provider", args=[connection.provider])
        return redirect(f"{page}?connection={connection.uuid}")

    @action(
        description=_("Disconnect"),
        permissions=["manage_connections"],
        icon="link_off",
        variant=ActionVariant.DANGER,
    )
    def disconnect(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks first; then forgets the tokens and gives them back."""
        connection = self.object_or_404(request, object_id)
        if connection.state == ConnectionState.DISCONNECTED:
            messages.info(request, _("This connection is disconnected already."))
            return redirect("admin:integrations_connection_change", object_id)
        if request.method == "POST":
            return self._disconnected(request, connection)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Disconnect %(connection)s?") % {"connection": connection},
            "connection": connection,
        }
        return TemplateResponse(request, "integrations/disconnect.html", context)

    def _disconnected(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        revoked = services.disconnect(connection)
        name = {"provider": connection.provider_label}
        self.log_change(request, connection, "Disconnected.")
        if revoked:
            messages.success(request, _("Disconnected. The access at %(provider)s is over.") % name)
        else:
            text = _(
                "Disconnected here, but %(provider)s could not be told. Remove Saldo from the "
                "connected apps there as well."
            )
            messages.warning(request, text % name)
        return redirect("admin:integrations_connection_change", connection.pk)

    @action(description=_("Check now"), permissions=["manage_connections"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            _report(request, connection)

    @action(description=_("Check now"), permissions=["manage_connections"])
    def check_this(self, request: HttpRequest, obj: Connection) -> None:
        """Only the button: see changeform_view."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # Django saves inside a transaction, where no provider may be called: so check before.
        if object_id and request.method == "POST" and CHECK_BUTTON in request.POST:
            return self._checked(request, object_id)
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return answer

    def _checked(self, request: HttpRequest, object_id: str) -> HttpResponse:
        connection = self.object_or_404(request, object_id)
        if not self.allows(request, "manage_connections", connection):
            raise PermissionDenied
        _report(request, connection)
        return redirect("admin:integrations_connection_change", connection.pk)


def _count(rows: QuerySet[CallRecord]) -> Coalesce:
    counted = rows.order_by().values("connection").annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _health(connection: Connection) -> Health:
    """From the counts that the list's one query brought along."""
    calls, errors = (getattr(connection, name, 0) for name in ("recent_calls", "recent_errors"))
    return judge(connection, calls, errors, timezone.now())


def _report(request: HttpRequest, connection: Connection) -> None:
    result = services.check_connection(connection)
    level = messages.SUCCESS if result.works else messages.ERROR
    messages.add_message(request, level, f"{connection}: {result.message}")
