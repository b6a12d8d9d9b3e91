"""Match rules whose left field the customer's own mapping tells."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.tenancy import tenant_scope
from syncs import recipes, services
from syncs.engine.terms import MatchRule, Mode, Normaliser
from syncs.models import Mapping
from tests.syncs.conftest import PEOPLE, World

pytestmark = pytest.mark.django_db

BY_CITY = MatchRule("city", "", "City", Normaliser.REGISTERED)


@pytest.fixture
def open_world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    rules = (BY_CITY, *PEOPLE.match_rules)
    monkeypatch.setitem(recipes.RECIPES, PEOPLE.code, replace(PEOPLE, match_rules=rules))
    return world


def map_city(world: World, name: str, **more: Any) -> None:
    """As a person who maps a property of their own."""
    with tenant_scope(world.tenant):
        rows = [row for row in world.sync.mappings.all() if row.key != "own"]
        rows.append(Mapping(**{"key": "own", "left": [name], "right": ["City"]} | more))
        services.replace_mappings(world.sync, rows)


def test_while_nothing_is_mapped_the_other_rules_count(open_world: World) -> None:
    open_world.left.add("p1", name="Ann", email="a@x.org", city="NL 12")
    open_world.right.add("c1", Name="Ann", Email="a@x.org", City="NL12")
    open_world.settle()

    assert open_world.record(left_id="p1").right_id == "c1"


def test_what_is_mapped_is_matched_by(open_world: World) -> None:
    map_city(open_world, "city")
    open_world.left.add("p1", name="Ann", email="ann@x.org", city="NL 12")
    open_world.right.add("c1", Name="Bea", Email="bea@x.org", City="nl-12")
    open_world.settle()

    assert open_world.record(left_id="p1").right_id == "c1"


def test_a_mapping_that_is_off_tells_nothing(open_world: World) -> None:
    map_city(open_world, "city", enabled=False)
    open_world.left.add("p1", name="Ann", email="ann@x.org", city="NL 12")
    open_world.right.add("c1", Name="Bea", Email="bea@x.org", City="NL12")
    open_world.settle()

    assert open_world.record(left_id="p1").right_id != "c1"


def test_records_that_were_read_before_are_found_by_a_new_mapping(
    open_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their values were read for another mapping, so that no side is read anew."""
    never_creates = replace(recipes.RECIPES[PEOPLE.code], mode=Mode.UPDATE)
    monkeypatch.setitem(recipes.RECIPES, PEOPLE.code, never_creates)
    words = {"transform": "template", "options": {"text": "{phone} {name}"}}
    map_city(open_world, "phone", left=["phone", "name"], direction="to_right", **words)
    open_world.left.add("p1", name="Ann", email="ann@x.org", phone="NL 12")
    open_world.right.add("c1", Name="Bea", Email="bea@x.org", City="NL12")
    open_world.settle()
    assert not open_world.record(left_id="p1").right_id

    map_city(open_world, "phone", direction="to_right")
    open_world.settle()

    assert open_world.record(left_id="p1").right_id == "c1"
