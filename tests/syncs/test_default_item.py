"""The item for lines without one of their own: found by the name that a setting gives, or made."""

from typing import Any

import pytest

from integrations.contract import Field
from syncs import recipes, services
from syncs.engine.terms import Direction, Side
from syncs.models import Integration, SyncState
from syncs.recipes.document_settings import CUSTOM, CUSTOM_ITEM, UNMATCHED
from syncs.recipes.terms import (
    CustomItem,
    DefaultMapping,
    Document,
    End,
    Recipe,
    Setting,
    SettingKind,
)
from syncs.setup import create_sync
from tests.syncs.conftest import World
from tests.syncs.fake_connector import FakeProvider
from tests.syncs.test_parents import Both

pytestmark = pytest.mark.django_db

BILLS = Recipe(
    code="bills",
    label="Bills",
    description="Bills of deals.",
    left=End("crm", "deal"),
    right=End("books", "bill"),
    mappings=(DefaultMapping("name", ("name",), ("Title",), Direction.TO_RIGHT),),
    match_rules=(),
    settings=(Setting("code", "Code", "", Side.RIGHT, kind=SettingKind.TEXT, is_optional=True),),
    document=Document(
        product="product",
        left_total="",
        right_total="",
        left_currency="",
        custom_item=CustomItem(
            "item", "Code", "USUAL", {"unit": "Unit"}, {"Description": "Any"}, name_from="code"
        ),
    ),
)


@pytest.fixture
def items(world: World, integration: Integration, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    monkeypatch.setitem(recipes.RECIPES, BILLS.code, BILLS)
    deals = FakeProvider("deal", (Field("name", "Name"),), "name")
    bills = FakeProvider("bill", (Field("Title", "Title"),), "Title")
    made = FakeProvider("item", (Field("Code", "Code"),), "Code")
    ends = {integration.left_id: Both(deals), integration.right_id: Both(bills, made)}
    monkeypatch.setattr("syncs.runs.open_connector", lambda opened, spender: ends[opened.pk])
    chosen = {UNMATCHED: CUSTOM, "unit": "pc"}
    sync = create_sync(integration, "bills", direction=Direction.TO_RIGHT, settings=chosen)
    world.sync = sync
    world.change_sync(state=SyncState.ACTIVE)
    return made


def item_in_use(world: World, **settings: Any) -> Any:
    services.change_settings(world.sync, {"settings": world.sync.settings | settings})
    world.settle()
    world.sync.refresh_from_db()
    return world.sync.settings[CUSTOM_ITEM]


def test_it_is_made_once_with_what_the_settings_say(world: World, items: FakeProvider) -> None:
    made = item_in_use(world)

    assert items.values(made) == {"Code": "USUAL", "Unit": "pc", "Description": "Any"}
    assert item_in_use(world) == made
    assert len(items.live) == 1


def test_one_that_is_there_is_taken_by_its_code(world: World, items: FakeProvider) -> None:
    items.add("i7", Code="MINE")

    assert item_in_use(world, code="MINE") == "i7"
    assert items.writes == 0


def test_another_code_is_another_item(world: World, items: FakeProvider) -> None:
    first = item_in_use(world)

    second = item_in_use(world, code="OTHER")

    assert items.values(second)["Code"] == "OTHER"
    assert item_in_use(world, code="") == first
    assert len(items.live) == 2
