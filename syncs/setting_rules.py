"""What settings mean for a spec: chosen filters, tables of mappings, open match rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from syncs.engine.terms import (
    Condition,
    FieldMapping,
    MatchRule,
    Operator,
    Side,
    TransformKind,
)
from syncs.recipes.terms import NOBODY, DefaultMapping, Recipe, Setting, SettingKind

type Settings = Mapping[str, object]


def chosen_conditions(settings: Settings, recipe: Recipe, side: Side) -> tuple[Condition, ...]:
    """The conditions on records of a side that follow from the settings."""
    found = (
        _condition(setting, settings)
        for setting in recipe.settings
        if setting.filters and setting.filtered_side is side and setting.counts(settings)
    )
    return tuple(condition for condition in found if condition is not None)


def _condition(setting: Setting, settings: Settings) -> Condition | None:
    """None where everything is let through."""
    chosen = setting.chosen(settings)
    if setting.kind is SettingKind.OPTION:
        return _one_of(setting, ()) if chosen == NOBODY else None
    if not chosen and setting.is_optional:
        return None
    return _one_of(setting, _values(setting, chosen))


def _one_of(setting: Setting, values: Sequence[str]) -> Condition:
    return Condition(setting.filters, Operator.IS_ONE_OF, tuple(values), setting=setting.name)


def _values(setting: Setting, chosen: object) -> list[str]:
    if not isinstance(chosen, list | tuple):
        return [str(chosen)] if chosen else []
    if setting.kind is SettingKind.TABLE:
        return [str(left) for left, *_ in chosen]
    return [str(one) for one in chosen]


def with_table(
    mapping: FieldMapping, told: DefaultMapping, settings: Settings, recipe: Recipe
) -> FieldMapping | None:
    """The mapping with the table that the customer filled in; None while that is empty."""
    setting = recipe.setting(told.table)
    rows = setting.chosen(settings) if setting is not None else ()
    if not isinstance(rows, list) or not rows:
        return None
    table = tuple((str(left), str(right)) for left, right, *_ in rows)
    # Who came after the table was filled in holds up nothing.
    return replace(mapping, transform=replace(mapping.transform, table=table, spare=True))


def match_rules(recipe: Recipe, mappings: Iterable[FieldMapping]) -> tuple[MatchRule, ...]:
    """The recipe's rules; the open ones take their left field from a mapping, or are left out."""
    return tuple(_closed(recipe.match_rules, tuple(mappings)))


def has_open_rules(recipe: Recipe) -> bool:
    return any(not rule.left for rule in recipe.match_rules)


def _closed(rules: Iterable[MatchRule], mappings: Sequence[FieldMapping]) -> Iterator[MatchRule]:
    for rule in rules:
        left = rule.left or _copied(mappings, rule.right)
        if left:
            yield replace(rule, left=left)


def _copied(mappings: Iterable[FieldMapping], right: str) -> str:
    """The left field that is copied to or from this right field."""
    pairs = (
        one.left[0]
        for one in mappings
        if one.right == (right,) and len(one.left) == 1 and one.transform.kind in _SAME_VALUE
    )
    return next(pairs, "")


_SAME_VALUE = frozenset({TransformKind.COPY, TransformKind.TRUNCATE, TransformKind.DEFAULT})
