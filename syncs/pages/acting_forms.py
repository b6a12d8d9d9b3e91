"""What is asked before something is done to many records: one form for each kind that asks."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, User
from accounts.notices import time_zone_of
from accounts.permissions import Action, roles_where, tenants_where
from accounts.tenancy import all_tenants
from syncs.models import JobKind
from syncs.selection import Selection, selected

MOST_REASON = 500


class ActForm(forms.Form):
    """The base: what was chosen, as the options of a job."""

    def __init__(self, *args: Any, user: User, selection: Selection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.selection = selection

    def options(self) -> dict[str, Any]:
        return {}


def _date(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "saldo-input"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class AssignForm(ActForm):
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Assign to"),
        empty_label=gettext_lazy("Nobody"),
        widget=forms.Select(attrs={"class": "saldo-select"}),
    )
    due_on = _date(gettext_lazy("To be done by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["assignee"]
        people.queryset = people_for(self.user, self.selection)
        people.initial = self.user.pk

    def options(self) -> dict[str, Any]:
        person, due_on = self.cleaned_data["assignee"], self.cleaned_data["due_on"]
        return {
            "assignee": person.pk if person else None,
            "due_on": due_on.isoformat() if due_on else None,
        }


class ResolveForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("How it was dealt with"),
        help_text=gettext_lazy(
            "Your colleagues read this on the record. The same fault stays away; "
            "another one shows again."
        ),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"class": "saldo-input", "rows": 3, "cols": 60}),
    )

    def options(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class SnoozeForm(ActForm):
    until = _date(
        gettext_lazy("Snooze until"),
        gettext_lazy("Until the morning of that day it is not shown as open. Empty: wake it now."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = time_zone_of(self.user)
        self.fields["until"].initial = timezone.localdate(timezone=self.zone) + timedelta(days=7)

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until <= timezone.localdate(timezone=self.zone):
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return until

    def options(self) -> dict[str, Any]:
        until = self.cleaned_data["until"]
        moment = datetime.combine(until, time.min, self.zone) if until else None
        return {"until": moment.isoformat() if moment else None}


FORMS: dict[JobKind, type[ActForm]] = {
    JobKind.ASSIGN: AssignForm,
    JobKind.RESOLVE: ResolveForm,
    JobKind.SNOOZE: SnoozeForm,
}


def people_for(user: User, selection: Selection) -> Any:
    """Who may be asked to look at these records: colleagues who may work on them, and oneself."""
    reach = tenants_where(user, Action.WORK_RECORDS)
    if reach is None:
        rows = selected(selection, user, Action.WORK_RECORDS).order_by()
        reach = frozenset(rows.values_list("tenant_id", flat=True).distinct()[:50])
    with all_tenants("the tenants are named"):
        members = Membership.objects.for_tenants(reach).filter(
            role__in=roles_where(Action.WORK_RECORDS)
        )
        ids = {user.pk, *members.values_list("user_id", flat=True)}
    return User.objects.filter(pk__in=ids, is_active=True).order_by("full_name", "email")
