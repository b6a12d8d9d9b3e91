"""Forms for mappings, conditions and settings: choices in the customer's own words, and refusals
that say what is wrong before anything is saved.
"""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin_base import SameTenantForm
from syncs import catalogue, services
from syncs.admin.field_choices import (
    Fields,
    FieldSelect,
    FieldSelectMultiple,
    field_choices,
    unavailable,
)
from syncs.admin.wording import name_sides, names_of
from syncs.engine.terms import Operator, Side
from syncs.models import FilterCondition, Mapping, Sync
from syncs.recipes import recipe_of
from syncs.views.parts import OF_RECIPES, TRANSFORMS

FEW_LINES = {"rows": 4}
OPERATORS = {
    Operator.EQUALS: _("is"),
    Operator.NOT_EQUALS: _("is not"),
    Operator.IS_ONE_OF: _("is one of"),
    Operator.IS_NONE_OF: _("is none of"),
    Operator.IS_FILLED: _("is filled"),
    Operator.IS_EMPTY: _("is empty"),
    Operator.CONTAINS: _("contains"),
    Operator.STARTS_WITH: _("starts with"),
    Operator.GREATER: _("is more than"),
    Operator.LESS: _("is less than"),
    Operator.AFTER: _("is after"),
    Operator.BEFORE: _("is before"),
}

MAPPING_FIELDS = ("left", "direction", "right", "transform", "enabled", "erase")
CONDITION_FIELDS = ("side", "field", "operator", "values", "group")


def known_fields(sync: Sync, side: Side) -> Fields:
    """The fields of a side as they were read last; none before the first run."""
    return catalogue.sync_fields(sync, recipe_of(sync.recipe), side) or {}


class PartForm(SameTenantForm):
    """A form for a part of one sync, which is refused when the sync could not run with it."""

    # Set on the class that the page makes for its sync.
    sync: Sync

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.sync, self.instance.tenant = self.sync, self.sync.tenant
        self.known = {side: known_fields(self.sync, side) for side in Side}
        self.ends = names_of(self.sync)
        name_sides(self, self.ends)

    def with_this(self, rows: Iterable[Any], wanted: Any) -> list[Any]:
        """The sync's stored rows with what is being saved in its place."""
        others = [row for row in rows if row.pk != self.instance.pk]
        return [*others, wanted]

    def refuse(self, problems: Iterable[str]) -> None:
        for problem in problems:
            self.add_error(None, problem)


class MappingForm(PartForm):
    left = forms.MultipleChoiceField(required=False, widget=FieldSelectMultiple)
    right = forms.MultipleChoiceField(required=False, widget=FieldSelectMultiple)
    transform = forms.ChoiceField(
        label=_("What happens on the way"),
        choices=[],
        widget=UnfoldAdminSelectWidget,
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "The default, the value that is always written, or a template such as "
            "{firstname} {lastname}; several templates with | between them are tried in order."
        ),
    )
    table = forms.CharField(
        label=_("Table"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs=FEW_LINES),
        help_text=_("One pair a line: left value = right value."),
    )
    length = forms.IntegerField(
        label=_("Length"),
        required=False,
        min_value=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Signs to keep when shortening; 0 is what the other side takes at most."),
    )

    class Meta:
        model = Mapping
        fields = MAPPING_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_fields()
        options = self.instance.options
        self.initial = {
            **self.initial,
            "text": options.get("text", ""),
            "length": options.get("length", 0),
            "table": "\n".join(f"{left} = {right}" for left, right in options.get("table", ())),
        }

    def _offer_fields(self) -> None:
        for side in Side:
            field = self.fields.get(side.value)
            if field is not None:
                field.label = self.ends[side]
                field.choices = field_choices(self.known[side])  # type: ignore[attr-defined]
                field.widget.barred = unavailable([self.known[side]])
        own = self.instance.transform if self.instance.pk else ""
        offered = [one for one in TRANSFORMS.items() if one[0] not in OF_RECIPES or one[0] == own]
        if "transform" in self.fields:
            self.fields["transform"].choices = offered  # type: ignore[attr-defined]

    def clean_table(self) -> list[list[str]]:
        """The pairs of the lines; empty lines are passed over."""
        pairs = []
        for line in self.cleaned_data["table"].splitlines():
            left, found, right = line.partition("=")
            if not found and line.strip():
                raise ValidationError(_("Write each line as: left value = right value."))
            if found:
                pairs.append([left.strip(), right.strip()])
        return pairs

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        parts = {"text": cleaned["text"], "table": cleaned["table"], "length": cleaned["length"]}
        kept = {"object_type": self.instance.options.get("object_type")}
        self.instance.options = {name: part for name, part in (parts | kept).items() if part}
        wanted = Mapping(**{name: cleaned[name] for name in MAPPING_FIELDS})
        self.instance.key = self.instance.key or f"own_{uuid4().hex[:12]}"
        wanted.key, wanted.options = self.instance.key, self.instance.options
        self.proposed = self.with_this(self.sync.mappings.all(), wanted)
        self.refuse(services.problems(self.sync, mappings=self.proposed))
        return cleaned


class ConditionForm(PartForm):
    field = forms.ChoiceField(label=_("Field"), widget=FieldSelect)
    operator = forms.ChoiceField(
        label=_("Condition"), choices=list(OPERATORS.items()), widget=UnfoldAdminSelectWidget
    )
    values = forms.CharField(
        label=_("Values"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs=FEW_LINES),
        help_text=_("One a line."),
    )

    class Meta:
        model = FilterCondition
        fields = CONDITION_FIELDS
        help_texts = {"group": _("Conditions with one number must all hold; any number will do.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["values"] = "\n".join(self.instance.values)
        if "side" not in self.fields:
            return
        self.fields["side"].choices = [(side.value, self.ends[side]) for side in Side]  # type: ignore[attr-defined]
        self.fields["field"].choices = [  # type: ignore[attr-defined]  # a choice field
            (self.ends[side], field_choices(self.known[side])) for side in Side
        ]
        self.fields["field"].widget.barred = unavailable(self.known.values())

    def clean_field(self) -> str:
        """Also for who posts what the page does not let them choose."""
        name: str = self.cleaned_data["field"]
        side = self.cleaned_data.get("side", "")
        field = self.known[Side(side)].get(name) if side else None
        if field is not None and field.unavailable and name not in self.changed_from():
            raise ValidationError(field.unavailable)
        return name

    def changed_from(self) -> tuple[str, ...]:
        """The field that the condition is about already."""
        return (self.instance.field,) if self.instance.pk else ()

    def clean_values(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["values"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        wanted = FilterCondition(**{name: cleaned[name] for name in CONDITION_FIELDS})
        rows = self.with_this(self.sync.conditions.all(), wanted)
        self.refuse(services.problems(self.sync, conditions=rows))
        return cleaned
