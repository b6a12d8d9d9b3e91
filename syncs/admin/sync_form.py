"""A sync's own form: how it decides, and what its recipe has to be told."""

from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.admin_base import SameTenantForm
from syncs import services
from syncs.admin.setting_fields import PREFIX, setting_fields
from syncs.admin.wording import name_sides, names_of
from syncs.engine.terms import Removal
from syncs.models import Sync
from syncs.models.configuration import DIRECTIONS, REMOVALS
from syncs.recipes import recipe_of

# How two sides are kept in step, which is nothing to what is made once.
OF_MIRRORS = ("policy", "leaving", "left_removed", "right_removed")
OWN = ("name", "direction", *OF_MIRRORS)


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
        if recipe_of(self.instance.recipe).document is not None:
            self._void()

    def _void(self) -> None:
        """Documents are voided, never archived."""
        for name in ("left_removed", "right_removed"):
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                void = {Removal.ARCHIVE.value: _("void the other")}
                field.choices = [(key, void.get(key, label)) for key, label in REMOVALS]

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
    return type("RecipeSyncForm", (SyncForm,), setting_fields(sync))
