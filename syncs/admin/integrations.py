"""Integrations: which two connections a tenant keeps in step."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin_base import SameTenantForm, TenantScopedAdmin, person_of
from accounts.permissions import Action, tenants_where
from integrations.models import TOKEN_FIELDS, Connection
from syncs import services
from syncs.models import Integration
from syncs.recipes import RECIPES


class InstallForm(SameTenantForm):
    """Picks the two connections; everything else comes from the recipes between them.

    Installed by a service in `save_model`.
    """

    class Meta:
        model = Integration
        fields = ("left", "right")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left"].label = _("CRM")
        self.fields["right"].label = _("Books")
        self.fields["right"].help_text = _(
            "Sets up a sync for everything these two can keep in step, with recommended mappings "
            "and filters. All are switched off until you switch them on."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        left, right = cleaned.get("left"), cleaned.get("right")
        if left is None or right is None:
            return cleaned
        try:
            services.check_pair(left, right)
        except services.SetupRefused as refusal:
            self.add_error(None, str(refusal))
        return cleaned


@admin.register(Integration)
class IntegrationAdmin(TenantScopedAdmin):
    add_needs = Action.MANAGE_SYNCS
    list_display = ("name", "tenant", "left", "right", "created_at")
    list_select_related = ("tenant", "left", "right")
    search_fields = ("name",)
    readonly_fields = ("created_at",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = InstallForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            ("left", "right") if obj is None else ("name", "tenant", "left", "right", "created_at")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else super().get_readonly_fields(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only connections that a recipe knows on this side, of companies one manages."""
        if db_field.name in ("left", "right"):
            kwargs["queryset"] = _connections(request, db_field.name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the theme's "add another": connecting starts at the provider."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("left", "right") and field is not None:
            field.widget = getattr(field.widget, "widget", field.widget)
        return field

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        context = {**only_save, "title": _("Set up an integration"), **(extra_context or {})}
        answer: HttpResponse = super().add_view(request, form_url, context)
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        installed, syncs = services.set_up(obj.left, obj.right, by=person_of(request))
        obj.pk, obj.name, obj.tenant_id = installed.pk, installed.name, installed.tenant_id
        names = ", ".join(sync.name for sync in syncs)
        if not syncs:
            messages.info(request, _("These two are set up already."))
            return
        text = _("Set up: %(syncs)s. Look through each and switch it on.")
        messages.success(request, text % {"syncs": names})

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return redirect("admin:syncs_sync_changelist")


def _connections(request: HttpRequest, side: str) -> Any:
    providers = {getattr(recipe, side).provider for recipe in RECIPES.values()}
    reach = tenants_where(request.user, Action.MANAGE_SYNCS)
    found = Connection.objects.active().filter(provider__in=providers).defer(*TOKEN_FIELDS)
    return found if reach is None else found.filter(tenant_id__in=reach)
