"""The audit trail: who changed what in a company's configuration, and putting it back."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_base import person_of, tenants_to_choose
from accounts.models import Tenant, User
from accounts.paging import CappedPaginator
from accounts.permissions import Action, may, tenants_where
from accounts.tenancy import TenantQuerySet
from syncs.models import ChangeKind, ConfigurationChange, Sync
from syncs.reverting import reversal_of, revert
from syncs.steering import ConfigurationRefused
from syncs.views.audit import change_rows, lines_of, wording_of

ROWS = 50
FIELD = {"class": "saldo-input"}
# The tenants of which somebody chooses a sync or a person in a list; of more they choose one first.
ONE = 1


class TrailForm(forms.Form):
    """What the list is narrowed to; all is optional, and what does not fit narrows nothing."""

    tenant = forms.ModelChoiceField(
        label=gettext_lazy("Company"),
        queryset=Tenant.objects.none(),
        required=False,
        empty_label=gettext_lazy("all"),
        widget=forms.Select(attrs=FIELD),
    )
    sync = forms.ModelChoiceField(
        label=gettext_lazy("Sync"),
        queryset=Sync.objects.none(),
        required=False,
        empty_label=gettext_lazy("all"),
        widget=forms.Select(attrs=FIELD),
    )
    by = forms.ModelChoiceField(
        label=gettext_lazy("Who"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("everybody"),
        widget=forms.Select(attrs=FIELD),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[("", gettext_lazy("all")), *ChangeKind.choices],
        required=False,
        widget=forms.Select(attrs=FIELD),
    )
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={**FIELD, "type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={**FIELD, "type": "date"}),
    )
    FILTERS = {
        "tenant": "tenant",
        "sync": "sync",
        "by": "by",
        "kind": "kind",
        "since": "at__date__gte",
        "until": "at__date__lte",
    }

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET)
        tenants = tenants_to_choose(request, Action.VIEW_AUDIT_TRAIL)
        few = [tenant.pk for tenant in tenants[: ONE + 1]]
        chosen = request.GET.get("tenant", "")
        own = few if len(few) == ONE else [int(chosen)] if chosen.isdecimal() else []
        self._offer(tenants, own)
        if len(few) == ONE:
            del self.fields["tenant"]

    def _offer(self, tenants: Any, own: list[int]) -> None:
        syncs = Sync.objects.for_tenants(own).order_by("name")
        people = ConfigurationChange.objects.for_tenants(own).order_by().values("by")
        offered = {"tenant": tenants, "sync": syncs, "by": User.objects.filter(pk__in=people)}
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]  # a model choice
        if not own:
            del self.fields["sync"], self.fields["by"]

    def narrowed(
        self, rows: TenantQuerySet[ConfigurationChange]
    ) -> TenantQuerySet[ConfigurationChange]:
        self.is_valid()
        told = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(**{self.FILTERS[name]: value for name, value in told.items()})


def audit_trail(request: HttpRequest) -> HttpResponse:
    """Every change of configuration at the companies whose trail one may read, newest first."""
    rows = _reached(request)
    form = TrailForm(request)
    found = form.narrowed(rows).select_related("sync", "by", "tenant")
    paginator = CappedPaginator(found.prefetch_related("reverted_by").order_by("-pk"), ROWS)
    page = paginator.get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "title": _("Changes"),
        "form": form,
        "page": page,
        "rows": list(change_rows(page)),
        "query": query.urlencode(),
        "is_narrowed": any(form.cleaned_data.values()),
        "shows_tenant": "tenant" in form.fields,
        "shows_house": may(request.user, Action.VIEW_MEMBERS),
    }
    return _page(request, "trail.html", context)


def change_page(request: HttpRequest, change_id: int) -> HttpResponse:
    """One change with everything before and after it."""
    change = _change_or_404(request, change_id)
    context = {
        "title": _("Change of configuration"),
        "change": change,
        "lines": lines_of(change),
        "states": [
            (_("Before, whole"), _as_text(change.before)),
            (_("After, whole"), _as_text(change.after)),
        ],
        "may_revert": _may_revert(request, change),
        "reverted_by": change.reverted_by.first(),
    }
    return _page(request, "change.html", context)


def revert_change(request: HttpRequest, change_id: int) -> HttpResponse:
    """Ask first, with what it does and what it would lose; then put it back."""
    change = _change_or_404(request, change_id)
    if not _may_revert(request, change):
        raise Http404
    if request.method == "POST":
        try:
            revert(change, person_of(request))
        except ConfigurationRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("desk_change", change.pk)
        messages.success(request, _("It is put back. All records are decided anew, step by step."))
        return redirect("desk_audit_trail")
    reversal, wording = reversal_of(change), wording_of(change)
    context = {
        "title": _("Put back this change?"),
        "change": change,
        "steps": [wording.line(one) for one in reversal.steps],
        "lost": [wording.line(one) for one in reversal.lost],
        "refusals": reversal.refusals,
    }
    return _page(request, "revert.html", context)


def _reached(request: HttpRequest) -> TenantQuerySet[ConfigurationChange]:
    user = person_of(request)
    if not may(user, Action.VIEW_AUDIT_TRAIL):
        raise Http404
    reach = tenants_where(user, Action.VIEW_AUDIT_TRAIL)
    rows = ConfigurationChange.objects
    return rows.all() if reach is None else rows.for_tenants(reach)


def _change_or_404(request: HttpRequest, change_id: int) -> ConfigurationChange:
    rows = _reached(request).select_related("sync__integration", "by", "tenant", "reverts")
    found = rows.filter(pk=change_id).first()
    if found is None:
        raise Http404
    return found


def _may_revert(request: HttpRequest, change: ConfigurationChange) -> bool:
    is_switch = change.kind == ChangeKind.STATE
    needs = Action.MANAGE_SYNCS if is_switch else Action.EDIT_MAPPINGS
    return may(request.user, needs, change.tenant_id)


def _as_text(state: dict[str, Any]) -> str:
    told = {name: part for name, part in state.items() if name != "labels"}
    return json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = admin.site.each_context(request)
    return render(request, f"syncs/audit/{template}", {**shared, **context})
