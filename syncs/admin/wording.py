"""The providers' own names where the rows only know left and right."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _

from integrations.registry import PROVIDERS
from syncs.engine.terms import Direction, Policy, Side
from syncs.models import Sync
from syncs.recipes import recipe_of

type Names = Mapping[Side, str]


def names_of(sync: Sync) -> Names:
    recipe = recipe_of(sync.recipe)
    return {side: PROVIDERS[recipe.end(side).provider].label for side in Side}


def direction_label(direction: str, names: Names) -> str:
    """Such as "HubSpot → QuickBooks Online"."""
    left, right = names[Side.LEFT], names[Side.RIGHT]
    ways = {Direction.TO_RIGHT: f"{left} → {right}", Direction.TO_LEFT: f"{right} → {left}"}
    return ways.get(Direction(direction), f"{left} ⇄ {right}")


def name_sides(form: forms.BaseForm, names: Names) -> None:
    """Rewrite what a form offers and asks, as far as it has those fields."""
    left, right = {"provider": names[Side.LEFT]}, {"provider": names[Side.RIGHT]}
    for field in _choice_fields(form, "direction"):
        field.choices = [(key, direction_label(str(key), names)) for key, _label in field.choices]  # type: ignore[misc,union-attr]  # flat here
    for field in _choice_fields(form, "policy"):
        field.choices = [
            (Policy.LEFT.value, _("%(provider)s wins") % left),
            (Policy.RIGHT.value, _("%(provider)s wins") % right),
            (Policy.ASK.value, _("ask a person")),
        ]
    for name, provider in (("left_removed", left), ("right_removed", right)):
        for field in _choice_fields(form, name):
            field.label = _("When it is removed in %(provider)s") % provider


def _choice_fields(form: forms.BaseForm, name: str) -> list[forms.ChoiceField]:
    field = form.fields.get(name)
    return [field] if isinstance(field, forms.ChoiceField) else []
