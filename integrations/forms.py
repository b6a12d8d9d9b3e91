from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from accounts.models import Tenant
from integrations.environments import environment_name
from integrations.models import Connection


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
