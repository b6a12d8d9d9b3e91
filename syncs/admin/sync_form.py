"""A sync's own form: how it decides, and what its recipe has to be told."""

from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin_base import SameTenantForm
from integrations.contract import ConnectorError
from syncs import services
from syncs.admin.wording import name_sides, names_of
from syncs.choices import live_choices
from syncs.engine.terms import Side
from syncs.models import Sync
from syncs.models.configuration import DIRECTIONS
from syncs.recipes import recipe_of
from syncs.recipes.terms import Setting

PREFIX = "setting_"
OWN = ("name", "direction", "policy", "leaving", "left_removed", "right_removed")


class SyncForm(SameTenantForm):
    class Meta:
        model = Sync
        fields = OWN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(recipe_of(self.instance.recipe).directions)
        field = self.fields.get("direction")
        if isinstance(field, forms.ChoiceField):
            field.choices = [each for each in DIRECTIONS if each[0] in allowed]
        name_sides(self, names_of(self.instance))

    def clean(self) -> dict[str, Any]:
        """Refuse, in words, what does not fit the sync's mappings and filters."""
        cleaned = super().clean()
        wanted = copy(self.instance)
        for name, value in self.changes().items():
            setattr(wanted, name, value)
        for problem in services.problems(wanted):
            self.add_error(None, problem)
        return cleaned

    def changes(self) -> dict[str, Any]:
        """What the person changed, as services.change_settings takes it."""
        changed = [name for name in self.changed_data if name in self.cleaned_data]
        own = {name: self.cleaned_data[name] for name in changed if name in OWN}
        chosen = {
            name.removeprefix(PREFIX): self.cleaned_data[name]
            for name in changed
            if name.startswith(PREFIX)
        }
        if chosen:
            own["settings"] = self.instance.settings | chosen
        return own


def form_for(sync: Sync) -> type[SyncForm]:
    """The form with the settings of the sync's recipe; their live lists are asked for here."""
    settings = recipe_of(sync.recipe).settings
    fields = {PREFIX + setting.name: _setting_field(sync, setting) for setting in settings}
    return type("RecipeSyncForm", (SyncForm,), fields)


def _setting_field(sync: Sync, setting: Setting) -> forms.ChoiceField:
    """A choice from the live list; without the provider, only what was chosen before."""
    chosen = sync.settings.get(setting.name, "")
    help_text, entries = str(setting.help), [("", str(_("Not chosen")))]
    connection = sync.integration.left if setting.side is Side.LEFT else sync.integration.right
    try:
        found = live_choices(connection, setting.choice_list)
        entries += [(choice.value, choice.label) for choice in found if choice.active]
    except ConnectorError as error:
        told = _("The list cannot be read now: %(reason)s")
        help_text = str(told) % {"reason": error.fault.message}
    if chosen and chosen not in dict(entries):
        entries.append((chosen, chosen))
    return forms.ChoiceField(
        label=str(setting.label),
        help_text=help_text,
        choices=entries,
        initial=chosen,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
