"""Copying mappings, filters and settings from one customer to another: choose, look, copy."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelect2Widget

from accounts.admin_base import person_of
from accounts.models import User
from accounts.permissions import Action, may, tenants_where
from accounts.tenancy import TenantQuerySet
from syncs.copying import LEAVE_OUT, CopyRefused, Ends, SyncPlan, apply, plan_of
from syncs.models import Integration, Sync
from syncs.views.copying import plan_page

# In front of a binding's key, in the names of the form.
BOUND = "bind:"


class PairChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # of integrations
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.tenant} – {obj.name}"


class ChooseForm(forms.Form):
    """From which integration to which; both between the same two providers."""

    source = PairChoice(
        label=gettext_lazy("Copy from"),
        queryset=Integration.objects.none(),
        widget=UnfoldAdminSelect2Widget,
    )
    target = PairChoice(
        label=gettext_lazy("to"),
        queryset=Integration.objects.none(),
        widget=UnfoldAdminSelect2Widget,
    )

    def __init__(self, request: HttpRequest) -> None:
        told = request.POST or request.GET
        super().__init__(told if "source" in told else None)
        pairs = _pairs(person_of(request)).select_related("tenant", "left", "right")
        for name in ("source", "target"):
            self.fields[name].queryset = pairs.order_by("tenant__name", "name", "pk")  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        source, target = cleaned.get("source"), cleaned.get("target")
        if source is None or target is None:
            return cleaned
        if source == target:
            raise forms.ValidationError(_("Choose two different ones."))
        if _providers(source) != _providers(target):
            raise forms.ValidationError(
                _("Both have to be between the same two providers, for what is set up differs.")
            )
        return cleaned


def copy_configuration(request: HttpRequest) -> HttpResponse:
    """Choose two integrations, then syncs; look at the plan; only “Copy” stores anything."""
    if not may(request.user, Action.COPY_CONFIGURATION):
        raise PermissionDenied
    form = ChooseForm(request)
    context: dict[str, Any] = {"title": _("Copy configuration"), "form": form}
    if not form.is_bound or not form.is_valid():
        return _page(request, context)
    source, target = form.cleaned_data["source"], form.cleaned_data["target"]
    told = request.POST or request.GET
    syncs = list(_syncs(source))
    asked = set(told.getlist("sync"))
    chosen = [sync for sync in syncs if str(sync.pk) in asked]
    context |= {"source": source, "target": target, "syncs": syncs, "asked": asked}
    context["leave_out"], context["bound"] = LEAVE_OUT, BOUND
    if not chosen:
        return _page(request, context)
    ends = (Ends(source, is_source=True), Ends(target))
    plans = [_plan(sync, target, ends, _answers(told)) for sync in chosen]
    pages = [plan_page(plan, ends) for plan in plans]
    troubles = list(_troubles(ends[1]))
    if request.method == "POST" and "copy" in request.POST and not troubles:
        return _copy(request, plans, target)
    context |= {
        "pages": pages,
        "troubles": troubles,
        "old_names": list(_troubles(ends[0])),
        "may_copy": not troubles and not any(plan.blocks for plan in plans),
    }
    return _page(request, context)


def _copy(request: HttpRequest, plans: list[SyncPlan], target: Integration) -> HttpResponse:
    person = person_of(request)
    for plan in plans:
        names = {"sync": plan.target.name if plan.target else plan.recipe.label}
        try:
            apply(plan, target, person)
        except CopyRefused as refusal:
            text = _("“%(sync)s” was not changed: %(reason)s")
            messages.error(request, text % {**names, "reason": refusal})
        else:
            messages.success(request, _("“%(sync)s” works as it does there.") % names)
    return redirect(f"{reverse('desk_audit_trail')}?tenant={target.tenant_id}")


def _plan(
    source: Sync, target: Integration, ends: tuple[Ends, Ends], answers: Mapping[str, str]
) -> SyncPlan:
    own = Sync.objects.for_tenant(target.tenant_id).select_related("integration__left")
    there = own.filter(integration=target, recipe=source.recipe).order_by("pk").first()
    return plan_of(source, there, ends, answers)


def _answers(told: Any) -> dict[str, str]:
    """What a person chose for a binding, by its key."""
    return {
        name.removeprefix(BOUND): str(value)
        for name, value in told.items()
        if name.startswith(BOUND)
    }


def _troubles(ends: Ends) -> Iterator[dict[str, str]]:
    for side, message in ends.troubles.items():
        connection = ends.connection(side)
        url = reverse("admin:integrations_connection_change", args=[connection.pk])
        yield {"name": str(connection), "message": message, "url": url}


def _pairs(user: User) -> TenantQuerySet[Integration]:
    reach = tenants_where(user, Action.COPY_CONFIGURATION)
    return Integration.objects.all() if reach is None else Integration.objects.for_tenants(reach)


def _providers(pair: Integration) -> tuple[str, str]:
    return pair.left.provider, pair.right.provider


def _syncs(pair: Integration) -> TenantQuerySet[Sync]:
    """One of each recipe: that is what the target has."""
    return Sync.objects.for_tenant(pair.tenant_id).filter(integration=pair).order_by("pk")


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    shared = admin.site.each_context(request)
    return render(request, "syncs/copying/page.html", {**shared, **context})
