"""Syncs: how far each is, what it does and how; run, switch, preview."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.admin_base import TenantScopedAdmin, person_of
from accounts.permissions import Action
from syncs import services
from syncs.admin import cells
from syncs.admin.books import books
from syncs.admin.older import older
from syncs.admin.sending import send
from syncs.admin.sync_form import OF_MIRRORS, form_for
from syncs.engine.terms import Mode
from syncs.models import Sync, SyncState
from syncs.recipes import recipe_of
from syncs.views.needs import make_needs, rivals_among
from syncs.views.preview import preview_page
from syncs.views.sync import sync_page

COLOURS = {SyncState.ACTIVE: "success", SyncState.PAUSED: "danger"}
# What a person may post on a sync's page, and the right it takes.
SWITCHES = {
    "run": Action.RUN_SYNCS,
    "resume": Action.RUN_SYNCS,
    "activate": Action.MANAGE_SYNCS,
    "activate_all": Action.MANAGE_SYNCS,
    "switch_off": Action.MANAGE_SYNCS,
}

# Where a request keeps the form of its sync.
FORM = "saldo_sync_form"


@admin.register(Sync)
class SyncAdmin(TenantScopedAdmin):
    change_needs = Action.EDIT_MAPPINGS
    list_display = ("name", "tenant", "integration", "direction", "condition", "last_run", "upto")
    list_select_related = ("tenant", "integration")
    search_fields = ("name",)
    actions = ("run_now",)
    change_form_before_template = "syncs/sync/before.html"
    change_form_outer_after_template = "syncs/sync/after.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sync]:
        """With its neighbours, for some cannot be on beside each other."""
        return super().get_queryset(request).prefetch_related("integration__syncs")

    @display(description=gettext_lazy("State"), ordering="state")
    def condition(self, sync: Sync) -> SafeString:
        state = SyncState(sync.state)
        beside = rivals_among(sync, sync.integration.syncs.all())
        if state is SyncState.OFF and beside:
            names = ", ".join(f"“{other.name}”" for other in beside)
            return cells.cut(_("off: cannot be on beside %(others)s") % {"others": names})
        return cells.label(state.label, COLOURS.get(state, ""))

    @display(description=gettext_lazy("Last run"), ordering="last_run_at")
    def last_run(self, sync: Sync) -> SafeString | str:
        return cells.age_cell(sync.last_run_at)

    @display(description=gettext_lazy("Complete up to"))
    def upto(self, sync: Sync) -> SafeString | str:
        """The older of the two sides: nothing before that is missing."""
        both = (sync.left_complete_until, sync.right_complete_until)
        return cells.age_cell(min(both) if None not in both else None)  # type: ignore[type-var]

    @admin.action(description=gettext_lazy("Run now"), permissions=["run_syncs"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Sync]) -> None:
        for sync in queryset:
            services.request_run(sync, by=person_of(request))
        self.message_user(request, _("The selected syncs run within a minute."))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = getattr(request, FORM, None) or form_for(obj)
        return super().get_form(request, obj, change=change, form=form, **kwargs)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is made once is neither merged nor followed."""
        is_once = obj is not None and recipe_of(obj.recipe).mode is Mode.ONCE
        return OF_MIRRORS if is_once else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        changes = form.changes()
        if changes:
            services.change_settings(obj, changes, by=person_of(request))

    # --- extra pages ----------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<path:object_id>/preview/", view(self.preview), name="syncs_sync_preview"),
            path("<path:object_id>/books/", view(self.books), name="syncs_sync_books"),
            path("<path:object_id>/older/", view(self.older), name="syncs_sync_older"),
            path("<path:object_id>/send/", view(self.send), name="syncs_sync_send"),
            path(
                "<path:object_id>/switch/<str:name>/", view(self.switch), name="syncs_sync_switch"
            ),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        sync = self.object_or_404(request, object_id)
        # Now, for it asks the providers: what comes next is inside the transaction that saves.
        setattr(request, FORM, form_for(sync))
        context = {
            "page": sync_page(sync),
            "may_run": self.allows(request, Action.RUN_SYNCS, sync),
            "may_switch": self.allows(request, Action.MANAGE_SYNCS, sync),
            "may_work": self.allows(request, Action.WORK_RECORDS, sync),
            "may_edit": self.allows(request, Action.EDIT_MAPPINGS, sync),
            "may_audit": self.allows(request, Action.VIEW_AUDIT_TRAIL, sync),
        }
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def books(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return books(self, request, object_id)

    def older(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return older(self, request, object_id)

    def send(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return send(self, request, object_id)

    def switch(self, request: HttpRequest, object_id: str, name: str) -> HttpResponseBase:
        """Run now, switch on or switch off; posted from the sync's page."""
        sync = self.object_or_404(request, object_id)
        action = SWITCHES.get(name)
        if action is None or not self.allows(request, action, sync):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            messages.success(request, _switched(name, sync, person_of(request)))
        except services.ConfigurationRefused as refusal:
            messages.error(request, str(refusal))
            if name == "activate_all":
                make_needs(sync, person_of(request))
        return redirect("admin:syncs_sync_change", sync.pk)

    def preview(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What the next run would do with the first records, decided by the same code."""
        sync = self.object_or_404(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview: %(sync)s") % {"sync": sync},
            "opts": self.opts,
            "sync": sync,
            "page": preview_page(sync),
        }
        return TemplateResponse(request, "syncs/sync/preview.html", context)


def _switched(name: str, sync: Sync, user: Any) -> str:
    if name == "run":
        runs = services.request_run(sync, by=user)
        return _("It runs within a minute.") if runs else _("It is switched off or paused.")
    if name == "resume":
        services.resume(sync, by=user)
        return _("It is tried again.")
    if name == "activate":
        services.activate(sync, by=user)
        return _("It is on. The first run reads both sides whole before it writes anything.")
    if name == "activate_all":
        services.activate(sync, by=user, with_needs=True)
        return _("It is on, with all that it builds on. Those are synced first.")
    services.switch_off(sync, by=user)
    return _("It is off. Nothing is read or written until it is switched on again.")
