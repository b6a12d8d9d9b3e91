"""Mappings and conditions: each has a page of its own, reached from its sync."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.admin_base import TenantScopedAdmin, person_of
from accounts.permissions import Action
from syncs import services
from syncs.admin import cells
from syncs.admin.forms import OPERATORS, ConditionForm, MappingForm
from syncs.admin.wording import names_of
from syncs.engine.terms import Operator, Side, TransformKind
from syncs.models import ChangeKind, FilterCondition, Mapping, Sync
from syncs.views.effect import effect_of
from syncs.views.parts import ARROWS, TRANSFORMS

# Posted by who has read what a mapping changes.
CONFIRMED = "_confirmed"


class PartOfSyncAdmin(TenantScopedAdmin):
    """Something that belongs to a sync; after each change all records are decided anew.

    Adding starts from the sync's page, which names the sync in the address.
    """

    add_needs = Action.EDIT_MAPPINGS
    change_needs = Action.EDIT_MAPPINGS
    delete_needs = Action.EDIT_MAPPINGS
    list_select_related = ("sync", "tenant")
    # The theme's plus sign would not say for which sync.
    show_add_link = False
    form_class: ClassVar[type[MappingForm] | type[ConditionForm]]
    kind: ClassVar[ChangeKind]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        # One more is added from the sync's page too.
        context = {"show_save_and_add_another": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        sync = obj.sync if obj is not None else self._named_sync(request)
        made = super().get_form(request, obj, change=change, form=self.form_class, **kwargs)
        return type("Form", (made,), {"sync": sync})

    def _named_sync(self, request: HttpRequest) -> Sync:
        number = request.GET.get("sync", "")
        found = Sync.objects.filter(pk=number) if number.isdecimal() else Sync.objects.none()
        sync = found.select_related("tenant", "integration").first()
        if sync is None or not self.allows(request, "add", sync):
            raise Http404
        return sync

    def is_kept(self, obj: Any) -> bool:
        """Whether the recipe needs it as it is."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only from a sync's page; the list itself does not know which sync is meant."""
        return super().has_add_permission(request) and "sync" in request.GET

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and self.is_kept(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and self.is_kept(obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        person = person_of(request)
        with transaction.atomic(), services.recorded(obj.sync, self.kind, person):
            obj.save()
            services.configuration_changed(obj.sync, by=person)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        sync, person = obj.sync, person_of(request)
        with transaction.atomic(), services.recorded(sync, self.kind, person):
            obj.delete()
            services.configuration_changed(sync, by=person)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        obj = self.object_or_404(request, object_id)
        try:
            response: HttpResponseBase = super().delete_view(request, object_id, extra_context)
        except services.ConfigurationRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:syncs_sync_change", obj.sync_id)
        if request.method == "POST" and response.status_code == 302:
            return redirect("admin:syncs_sync_change", obj.sync_id)
        return response

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        """None: each is changed on its own, for each changes what the sync does."""
        return {}

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        return self._back(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> Any:
        return self._back(request, obj)

    def _back(self, request: HttpRequest, obj: Any) -> HttpResponseBase:
        messages.info(request, _("All records of this sync are decided anew, step by step."))
        return redirect("admin:syncs_sync_change", obj.sync_id)


@admin.register(Mapping)
class MappingAdmin(PartOfSyncAdmin):
    form_class = MappingForm
    kind = ChangeKind.MAPPINGS
    list_display = ("goes", "tenant", "sync", "on_the_way", "state")
    ordering = ("sync", "position", "pk")
    fieldsets = (
        (None, {"fields": ("left", "direction", "right", "enabled")}),
        (
            gettext_lazy("On the way"),
            {"fields": ("transform", "text", "table", "length", "erase")},
        ),
    )

    def is_kept(self, obj: Mapping) -> bool:
        return obj.locked

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Before a mapping is saved, say how many records that are linked already it updates."""
        if request.method == "POST" and CONFIRMED not in request.POST:
            page = self._asking(request, object_id)
            if page is not None:
                return page
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _asking(self, request: HttpRequest, object_id: str | None) -> HttpResponseBase | None:
        """The page that asks first; None when there is nothing to ask, or the form is not fine."""
        obj = self.get_object(request, object_id) if object_id else None
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        if not may or (object_id and obj is None):
            return None
        form = self.get_form(request, obj, change=obj is not None)(request.POST, instance=obj)
        if not form.is_valid():
            return None
        effect = effect_of(form.sync, form.proposed, form.instance.key)
        if effect is None or not effect.is_felt:
            return None
        asked = [pair for pair in request.POST.lists() if pair[0] != "csrfmiddlewaretoken"]
        context = {
            **self.admin_site.each_context(request),
            "title": _("What this mapping changes"),
            "opts": self.opts,
            "sync": form.sync,
            "effect": effect,
            "posted": [(name, value) for name, values in asked for value in values],
            "confirmed": CONFIRMED,
        }
        return TemplateResponse(request, "syncs/mapping/confirm.html", context)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """For who may only look, the same in words."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": ("goes", "on_the_way", "told", "state", "sync")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return ()
        return ("goes", "on_the_way", "told", "state", "sync")

    @display(description=gettext_lazy("Mapping"))
    def goes(self, mapping: Mapping) -> str:
        return mapping.in_words(ARROWS[mapping.direction])

    @display(description=gettext_lazy("On the way"), ordering="transform")
    def on_the_way(self, mapping: Mapping) -> str:
        return str(TRANSFORMS[TransformKind(mapping.transform)])

    @display(description=gettext_lazy("In detail"))
    def told(self, mapping: Mapping) -> str:
        """The template, default or table, as it is kept."""
        pairs = "; ".join(f"{left} = {right}" for left, right in mapping.options.get("table", ()))
        parts = (mapping.options.get("text"), pairs, mapping.options.get("length"))
        return " · ".join(str(part) for part in parts if part) or cells.NOTHING

    @display(description=gettext_lazy("State"), ordering="enabled")
    def state(self, mapping: Mapping) -> SafeString:
        if mapping.locked:
            return cells.label(_("locked by the recipe"), "info")
        return cells.label(_("on"), "success") if mapping.enabled else cells.label(_("off"))


@admin.register(FilterCondition)
class FilterConditionAdmin(PartOfSyncAdmin):
    form_class = ConditionForm
    kind = ChangeKind.CONDITIONS
    list_display = ("condition", "tenant", "sync", "records_of", "group", "state")
    ordering = ("sync", "side", "group", "pk")
    fieldsets = ((None, {"fields": ("side", "field", "operator", "values", "group")}),)

    def is_kept(self, obj: FilterCondition) -> bool:
        return obj.fixed

    @display(description=gettext_lazy("Condition"))
    def condition(self, condition: FilterCondition) -> str:
        operator = OPERATORS[Operator(condition.operator)]
        return f"{condition.field} {operator} {', '.join(condition.values)}".strip()

    @display(description=gettext_lazy("Records of"), ordering="side")
    def records_of(self, condition: FilterCondition) -> str:
        return names_of(condition.sync)[Side(condition.side)]

    @display(description=gettext_lazy("State"), ordering="fixed")
    def state(self, condition: FilterCondition) -> SafeString:
        return (
            cells.label(_("fixed by the recipe"), "info")
            if condition.fixed
            else cells.label(_("on"), "success")
        )
