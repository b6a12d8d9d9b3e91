"""Changes of a company, its members and its connections: beside those of its configuration."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_base import tenants_to_choose
from accounts.models import Tenant
from accounts.paging import CappedPaginator
from accounts.permissions import Action, may
from syncs.views.house import entries_of, house_rows

ROWS = 50


class CompanyForm(forms.Form):
    tenant = forms.ModelChoiceField(
        label=gettext_lazy("Company"),
        queryset=Tenant.objects.none(),
        widget=forms.Select(attrs={"class": "saldo-input"}),
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET if "tenant" in request.GET else None)
        tenants = tenants_to_choose(request, Action.VIEW_MEMBERS)
        self.fields["tenant"].queryset = tenants  # type: ignore[attr-defined]  # a model choice
        self.few = list(tenants[:2])

    def chosen(self) -> Tenant | None:
        """The only company one has, or the one that was asked for."""
        if len(self.few) == 1:
            return self.few[0]
        return self.cleaned_data["tenant"] if self.is_bound and self.is_valid() else None


def company_changes(request: HttpRequest) -> HttpResponse:
    """Newest first; of one company at a time."""
    if not (may(request.user, Action.VIEW_MEMBERS) and may(request.user, Action.VIEW_AUDIT_TRAIL)):
        raise PermissionDenied
    form = CompanyForm(request)
    tenant = form.chosen()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("People and connections"),
        "form": form if len(form.few) > 1 else None,
        "tenant": tenant,
    }
    if tenant is not None:
        page = CappedPaginator(entries_of(tenant), ROWS).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": list(house_rows(page))}
    return render(request, "syncs/audit/house.html", context)
