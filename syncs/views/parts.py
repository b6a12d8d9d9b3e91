"""A sync's mappings and conditions in words, with what the recipe fixed and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncs.engine.terms import Condition, Mode, Operator, Side, TransformKind
from syncs.faults import EXCLUSIONS
from syncs.models import FilterCondition, Mapping, Sync
from syncs.recipes.terms import Recipe
from syncs.setting_rules import chosen_conditions
from syncs.views.ends import Ends

ARROWS = {"both": "⇄", "to_right": "→", "to_left": "←"}
# What happens to a value on its way, as people read it.
TRANSFORMS = {
    TransformKind.COPY: gettext_lazy("copy"),
    TransformKind.DEFAULT: gettext_lazy("copy, or a default when empty"),
    TransformKind.CONSTANT: gettext_lazy("always the same value"),
    TransformKind.CHOICE_TABLE: gettext_lazy("translate by a table"),
    TransformKind.TEMPLATE: gettext_lazy("put together from a template"),
    TransformKind.FIRST_FILLED: gettext_lazy("the first that is filled"),
    TransformKind.TRUNCATE: gettext_lazy("copy and shorten"),
    TransformKind.REFERENCE: gettext_lazy("the linked record"),
    TransformKind.LINES: gettext_lazy("line by line"),
    TransformKind.ALLOCATIONS: gettext_lazy("what goes to which document"),
    TransformKind.PARENT_FIELD: gettext_lazy("as on the document it belongs to"),
}

# Only a recipe can ask for these: they need more than two fields.
OF_RECIPES = frozenset({TransformKind.LINES, TransformKind.ALLOCATIONS, TransformKind.PARENT_FIELD})


@dataclass(frozen=True, slots=True)
class MappingRow:
    left: str
    arrow: str
    right: str
    transform: str
    enabled: bool
    locked: bool
    url: str
    # For which records it holds, and where its values may be changed.
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionRow:
    side: str
    group: int
    text: str
    fixed: bool
    url: str
    # What a record is left out for that does not meet it.
    reason: str = ""
    # The setting that it follows from, which the address leads to.
    setting: str = ""


def mapping_row(row: Mapping, ends: Ends, recipe: Recipe) -> MappingRow:
    return MappingRow(
        left=ends.label(Side.LEFT, row.left),
        arrow=ARROWS[row.direction],
        right=ends.label(Side.RIGHT, row.right),
        transform=str(TRANSFORMS[TransformKind(row.transform)]),
        enabled=row.enabled,
        locked=row.locked,
        url=reverse("admin:syncs_mapping_change", args=[row.pk]),
        remarks=tuple(_remarks(row, ends, recipe)),
    )


def _remarks(row: Mapping, ends: Ends, recipe: Recipe) -> Iterator[str]:
    """What the recipe says of whose values these are."""
    told = recipe.mapping(row.key)
    if told is None:
        return
    if told.born is not None:
        words = {"records": str(recipe.label).lower(), "provider": ends.name(told.born)}
        yield _("only %(records)s made in %(provider)s") % words
    if told.owned and recipe.mode is Mode.ONCE:
        yield _("a change after the document was made is told, not written")
    elif told.owned:
        yield _("changed only where it was made")
    if told.optional:
        yield _("only where the provider lets it be written")


def condition_rows(sync: Sync, ends: Ends, recipe: Recipe) -> tuple[ConditionRow, ...]:
    """The clauses; those that nobody can edit stand first."""
    rows = [_condition_row(row, ends, recipe) for row in sync.conditions.all()]
    fixed = [row for row in rows if row.fixed]
    bound = (*fixed, *_starts(sync, ends, recipe), *_chosen(sync, ends, recipe))
    return (*bound, *(row for row in rows if not row.fixed))


def _chosen(sync: Sync, ends: Ends, recipe: Recipe) -> Iterator[ConditionRow]:
    """What the settings above let through; changed there, and passed by what a person sends."""
    for side in Side:
        for condition in chosen_conditions(sync.settings, recipe, side):
            setting = recipe.setting(condition.setting)
            yield ConditionRow(
                side=ends.name(side),
                group=0,
                text=chosen_words(condition, side, ends),
                fixed=True,
                url=f"#id_setting_{condition.setting}",
                setting=str(setting.label) if setting is not None else "",
            )


def chosen_words(condition: Condition, side: Side, ends: Ends) -> str:
    if not condition.values:
        return _("nothing is let through")
    return ends.described(side, condition)


def _condition_row(row: FilterCondition, ends: Ends, recipe: Recipe) -> ConditionRow:
    side = Side(row.side)
    condition = Condition(row.field, Operator(row.operator), tuple(row.values))
    return ConditionRow(
        side=ends.name(side),
        group=row.group,
        text=ends.described(side, condition),
        fixed=row.fixed,
        url=reverse("admin:syncs_filtercondition_change", args=[row.pk]),
        reason=_reason(side, condition, recipe) if row.fixed else "",
    )


def _reason(side: Side, condition: Condition, recipe: Recipe) -> str:
    """What the recipe says of whoever does not meet its clause."""
    for default in recipe.conditions:
        fixed = default.condition
        is_it = (fixed.field, fixed.operator, fixed.values) == (
            condition.field,
            condition.operator,
            condition.values,
        )
        if default.side is side and is_it and fixed.reason is not None:
            return str(EXCLUSIONS[fixed.reason])
    return ""


def _starts(sync: Sync, ends: Ends, recipe: Recipe) -> Iterable[ConditionRow]:
    """The start of the sync, which is a condition too."""
    for side, name in recipe.starts.items():
        when = _("the moment it is switched on")
        if sync.started_at is not None:
            when = f"{date_format(sync.started_at, 'Y-m-d H:i')} UTC"
        words = {"field": ends.label(side, [name]), "when": when}
        yield ConditionRow(
            side=ends.name(side),
            group=0,
            text=_("%(field)s is not before %(when)s") % words,
            fixed=True,
            url="",
            reason=_("Older ones go when somebody sends them."),
        )
