from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from accounts.models import Tenant
from integrations.contract import Company
from integrations.environments import environment_name
from integrations.models import Connection

# Beyond so many, a row of buttons is longer than the page.
MOST_BUTTONS = 12


class ConnectForm(forms.Form):
    """For whom and where; each question is asked only when there is a choice."""

    tenant = forms.ModelChoiceField(
        Tenant.objects.none(),
        label=_("Company"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    environment = forms.ChoiceField(label=_("Environment"), widget=UnfoldAdminRadioSelectWidget)

    def __init__(
        self,
        *args: Any,
        tenants: QuerySet[Tenant],
        environments: Sequence[str],
        renewed: Connection | None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        if renewed is not None:
            tenants, environments = tenants.filter(pk=renewed.tenant_id), [renewed.environment]
        self.is_available = bool(environments)
        self._offer("tenant", tenants[:2], tenants)
        self._offer("environment", environments, environments)

    def _offer(self, name: str, first: Any, offered: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = offered
        elif isinstance(field, forms.ChoiceField):
            field.choices = [(value, environment_name(value)) for value in offered]
        found = list(first)
        if found:
            field.initial = found[0]
        if len(found) == 1:
            field.widget = field.hidden_widget()


class CompanyForm(forms.Form):
    """Which of the companies that a sign-in opens."""

    company = forms.ChoiceField(label=_("Company"), widget=UnfoldAdminRadioSelectWidget)

    def __init__(
        self,
        *args: Any,
        companies: Sequence[Company],
        connected: Collection[str],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        field = self.fields["company"]
        if len(companies) > MOST_BUTTONS:
            field.widget = UnfoldAdminSelectWidget()
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (company.external_id, _described(company, company.external_id in connected))
                for company in companies
            ]


def _described(company: Company, is_connected: bool) -> str:
    notes = [company.note, _now("connected already") if is_connected else ""]
    return " · ".join([company.name or company.external_id, *filter(None, notes)])
