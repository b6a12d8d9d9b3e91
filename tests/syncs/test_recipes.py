"""What recipes declare fits together; that it works is told by the journeys."""

import pytest

from syncs.engine.terms import Direction, Mode, Side, TransformKind
from syncs.recipes import RECIPES
from syncs.recipes.terms import Recipe, Setting, SettingKind

EVERY = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
SETTINGS = [
    pytest.param(recipe, setting, id=f"{recipe.code} {setting.name}")
    for recipe in RECIPES.values()
    for setting in recipe.settings
]


@EVERY
def test_names_are_told_once_and_lead_somewhere(recipe: Recipe) -> None:
    keys = [mapping.key for mapping in recipe.mappings]
    settings = [setting.name for setting in recipe.settings]
    assert len(keys) == len(set(keys))
    assert len(settings) == len(set(settings))
    assert recipe.directions
    named = (*recipe.needs, *recipe.excludes, recipe.follows)
    assert all(code in RECIPES for code in named if code)
    assert recipe.code.startswith(f"{recipe.left.provider}_{recipe.right.provider}_")


@EVERY
def test_matching_goes_by_what_is_mapped(recipe: Recipe) -> None:
    """One side is enough: of books nobody maps the e-mail address of a company."""
    left = {name for mapping in recipe.mappings for name in mapping.left}
    right = {name for mapping in recipe.mappings for name in mapping.right}
    for rule in recipe.match_rules:
        assert rule.right
        assert not rule.left or rule.left in left or rule.right in right


@EVERY
def test_excluding_is_mutual(recipe: Recipe) -> None:
    assert all(recipe.code in RECIPES[other].excludes for other in recipe.excludes)
    assert not set(recipe.excludes) & set(recipe.needs)


@EVERY
def test_tables_of_mappings_are_settings_of_that_kind(recipe: Recipe) -> None:
    tables = {one.name for one in recipe.settings if one.kind is SettingKind.TABLE}
    for mapping in recipe.mappings:
        if mapping.table:
            assert mapping.table in tables
            assert mapping.transform.kind is TransformKind.CHOICE_TABLE


@pytest.mark.parametrize(("recipe", "setting"), SETTINGS)
def test_a_setting_can_be_chosen_and_counts(recipe: Recipe, setting: Setting) -> None:
    lists = {
        SettingKind.LIST: (True, False),
        SettingKind.CHOICES: (True, False),
        SettingKind.TABLE: (True, True),
    }
    wanted = lists.get(setting.kind, (False, False))
    assert (bool(setting.choice_list), bool(setting.other_list)) == wanted
    assert bool(setting.options) is (setting.kind is SettingKind.OPTION)
    if setting.options and setting.default:
        assert setting.default in dict(setting.options)
    if setting.only_when is not None:
        name, value = setting.only_when
        other = next(one for one in recipe.settings if one.name == name)
        assert value in dict(other.options)


@EVERY
def test_what_is_done_once_and_written_back_goes_both_ways(recipe: Recipe) -> None:
    """And has a field to write to, made by us where the provider has none."""
    if recipe.mode is not Mode.ONCE or len(recipe.creates) == 2:
        return
    back = [one for one in recipe.mappings if one.direction is Direction.TO_LEFT]
    made = {field.name for field in recipe.makes[Side.LEFT]}
    assert recipe.directions[0] is Direction.BOTH
    assert {one.left[0] for one in back} == made
    # A payment that is taken back empties its day.
    assert all(one.erase for one in back)
    assert recipe.starts


@pytest.mark.parametrize("code", ["hubspot_exact_companies", "hubspot_exact_people"])
def test_accounts_are_never_made_in_hubspot(code: str) -> None:
    assert RECIPES[code].creates == {Side.RIGHT}


def test_countries_lead_to_one_code_each_however_they_are_spelled() -> None:
    recipe = RECIPES["hubspot_exact_companies"]
    country = recipe.mapping("country")
    assert country is not None
    table = country.transform.table
    found = dict(table)
    assert len(found) == len(table)
    spelled = ("Netherlands", "nederland", "NEDERLAND", "NL")
    assert {found[name] for name in spelled} == {"NL"}
    assert found["UK"] == "GB"
    assert found[""] == ""
