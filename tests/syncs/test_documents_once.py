"""Documents that are made of deals once: which, of which deals, and what is told of them since."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.contract import Category, Choice, Field, FieldType
from syncs import catalogue, recipes, services
from syncs.engine.terms import Direction, Mode, Side, Transform, TransformKind
from syncs.models import Integration, Status, SyncRecord, SyncState
from syncs.recipes.terms import (
    NOBODY,
    DefaultMapping,
    End,
    Recipe,
    Setting,
    SettingKind,
)
from syncs.setup import create_sync
from tests.syncs.conftest import World
from tests.syncs.fake_connector import FakeConnector, FakeProvider

pytestmark = pytest.mark.django_db

TOLD = Field("told", "Told by Saldo")
BILLS = Recipe(
    code="bills",
    label="Bills of deals",
    description="A deal in a chosen stage becomes a bill, once.",
    left=End("crm", "deal"),
    right=End("books", "bill"),
    mappings=(
        DefaultMapping("name", ("name",), ("Title",), Direction.TO_RIGHT, owned=True),
        DefaultMapping(
            "owner",
            ("owner",),
            ("Seller",),
            Direction.TO_RIGHT,
            Transform(TransformKind.CHOICE_TABLE),
            table="owners",
        ),
        DefaultMapping("told", ("told",), ("Status",), Direction.TO_LEFT, erase=True),
    ),
    match_rules=(),
    settings=(
        Setting(
            "who",
            "Who",
            "",
            Side.LEFT,
            kind=SettingKind.OPTION,
            options=((NOBODY, "nobody"), ("all", "all"), ("stages", "some")),
            default="stages",
            filters="stage",
        ),
        Setting(
            "stages",
            "Stages",
            "",
            Side.LEFT,
            "stages",
            kind=SettingKind.CHOICES,
            only_when=("who", "stages"),
            filters="stage",
        ),
        Setting(
            "owners",
            "Owners",
            "",
            Side.RIGHT,
            "users",
            kind=SettingKind.TABLE,
            other_list="owners",
            is_optional=True,
        ),
        Setting("code", "Code", "", Side.RIGHT, kind=SettingKind.TEXT, field="Code", default="X"),
    ),
    mode=Mode.ONCE,
    creates=frozenset({Side.RIGHT}),
    makes={Side.LEFT: (TOLD,)},
)
OFFERS = replace(BILLS, code="offers", label="Offers of deals", excludes=("bills",))
DEAL_FIELDS = (
    Field("name", "Name"),
    Field("stage", "Stage", FieldType.CHOICE, choices=(Choice("won", "Won"), Choice("new", "New"))),
    Field("owner", "Owner"),
)
BILL_FIELDS = (
    Field("Title", "Title", required=True),
    Field("Seller", "Seller"),
    Field("Code", "Code"),
    Field("Status", "Status", creatable=False, updatable=False),
)


@pytest.fixture
def deals(
    world: World,
    integration: Integration,
    providers: dict[int, FakeProvider],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """Deals on the left, bills on the right; those that are won become bills."""
    for recipe in (BILLS, OFFERS):
        monkeypatch.setitem(recipes.RECIPES, recipe.code, recipe)
    left, right = FakeProvider("deal", DEAL_FIELDS, "name"), FakeProvider("bill", BILL_FIELDS, "T")
    right.reformat = lambda values: {"Status": "open"} | values
    providers[integration.left_id], providers[integration.right_id] = left, right
    sync = create_sync(integration, "bills", settings={"stages": ["won"]})
    made = World(world.tenant, left, right, sync)
    made.change_sync(state=SyncState.ACTIVE)
    return made


def choose(deals: World, **settings: Any) -> None:
    services.change_settings(deals.sync, {"settings": deals.sync.settings | settings})
    deals.sync.refresh_from_db()


def bills(deals: World) -> list[Any]:
    return [thing.values["Title"] for thing in deals.right.live]


def test_a_deal_becomes_a_bill_once_and_is_told_of_it(deals: World) -> None:
    deals.left.add("d1", name="Chairs", stage="won")
    deals.left.add("d2", name="Tables", stage="new")
    deals.settle()

    assert bills(deals) == ["Chairs"]
    assert deals.left.values("d1")["told"] == "open"
    left_out = deals.record(left_id="d2")
    assert (left_out.status, left_out.details["clause"]["setting"]) == (Status.EXCLUDED, "stages")
    writes = deals.writes

    deals.settle()

    assert deals.writes == writes


def test_what_becomes_of_a_bill_is_told_wherever_its_deal_went(deals: World) -> None:
    deals.left.add("d1", name="Chairs", stage="won")
    deals.settle()
    deals.left.edit("d1", stage="new")
    (bill,) = deals.right.live
    deals.right.edit(bill.id, Status="paid")
    deals.settle()

    assert deals.left.values("d1")["told"] == "paid"
    assert deals.record(left_id="d1").status == Status.IN_SYNC

    deals.right.edit(bill.id, Status=None)
    deals.settle()
    assert deals.left.values("d1")["told"] is None


def test_the_fields_that_mappings_name_are_made_before_the_first_run(deals: World) -> None:
    deals.change_sync(state=SyncState.OFF)
    pair = deals.sync.integration
    for side, held, kind in ((pair.left, deals.left, "deal"), (pair.right, deals.right, "bill")):
        catalogue.read_fields(side, kind, FakeConnector(held))
    services.activate(deals.sync)
    deals.settle()

    assert TOLD in deals.left.fields
    assert (deals.left.prepared, deals.right.prepared) == (1, 1)
    assert deals.records == []


def test_one_way_only_needs_no_field_of_ours(deals: World) -> None:
    deals.change_sync(direction=Direction.TO_RIGHT)
    deals.left.add("d1", name="Chairs", stage="won")
    deals.settle()

    assert bills(deals) == ["Chairs"]
    assert TOLD not in deals.left.fields
    assert deals.left.writes == 0


def test_bills_that_were_made_there_are_no_news(deals: World) -> None:
    for number in range(3):
        deals.right.add(f"old{number}", Title="Old")
    deals.left.add("d1", name="Chairs", stage="won")
    deals.settle()

    assert [record.left_id for record in deals.records] == ["d1"]


@pytest.mark.parametrize(
    ("who", "stages", "made"),
    [
        ("all", [], ["Chairs", "Tables"]),
        ("stages", ["won"], ["Chairs"]),
        ("stages", ["won", "new"], ["Chairs", "Tables"]),
        ("stages", [], []),
        (NOBODY, ["won"], []),
    ],
)
def test_who_is_let_through(deals: World, who: str, stages: list[str], made: list[str]) -> None:
    choose(deals, who=who, stages=stages)
    deals.left.add("d1", name="Chairs", stage="won")
    deals.left.add("d2", name="Tables", stage="new")
    deals.settle()

    assert sorted(bills(deals)) == made


def test_stages_are_asked_for_only_where_they_count(deals: World) -> None:
    deals.change_sync(state=SyncState.OFF, settings={"who": "stages", "code": "X"})
    with pytest.raises(services.ConfigurationRefused, match="Stages"):
        services.activate(deals.sync)

    deals.change_sync(settings={"who": NOBODY, "code": "X"})
    services.activate(deals.sync)

    assert deals.sync.state == SyncState.ACTIVE


def test_a_table_of_the_settings_is_the_table_of_its_mapping(deals: World) -> None:
    choose(deals, who="all", owners=[["7", "x", "", "Ann"], ["8", "", "", "Bob"]])
    deals.left.add("d1", name="Chairs", owner="7")
    deals.left.add("d2", name="Tables", owner="8")
    deals.left.add("d3", name="Lamps", owner="9")
    deals.settle()

    sellers = {thing.values["Title"]: thing.values.get("Seller") for thing in deals.right.live}
    assert sellers == {"Chairs": "x", "Tables": None, "Lamps": None}
    assert {thing.values["Code"] for thing in deals.right.live} == {"X"}


def test_a_deal_that_changed_after_its_bill_says_so_until_it_is_undone(deals: World) -> None:
    deals.left.add("d1", name="Chairs", stage="won")
    deals.settle()
    deals.left.edit("d1", name="Stools")
    deals.settle()

    record = deals.record(left_id="d1")
    assert (record.status, record.category) == (Status.FAILING, Category.STATE_LOCKED)
    (lock,) = record.details["locks"]
    assert (lock["agreed"], lock["now"]) == ("Chairs", "Stools")
    assert bills(deals) == ["Chairs"]

    deals.left.edit("d1", name="Chairs")
    deals.settle()
    assert deals.record(left_id="d1").status == Status.IN_SYNC


def test_a_person_lets_a_bill_stand_as_it_is(deals: World) -> None:
    deals.left.add("d1", name="Chairs", stage="won")
    deals.settle()
    with pytest.raises(services.NotPossible):
        services.leave_document(deals.record(left_id="d1"))
    deals.left.edit("d1", name="Stools")
    deals.settle()

    services.leave_document(deals.record(left_id="d1"))
    deals.settle()

    assert deals.record(left_id="d1").status == Status.IN_SYNC
    assert bills(deals) == ["Chairs"]
    deals.left.edit("d1", name="Chairs")
    deals.settle()
    assert deals.record(left_id="d1").status == Status.FAILING


def test_nobody_lets_pass_what_nobody_has_seen(deals: World) -> None:
    deals.left.add("d1", name="Chairs", stage="won")
    deals.settle()
    deals.left.edit("d1", name="Stools")
    deals.settle()
    SyncRecord.objects.for_tenant(deals.tenant).update(left_values={"name": "Sofas"})

    with pytest.raises(services.NotPossible, match="once more"):
        services.leave_document(deals.record(left_id="d1"))


def test_a_bill_is_made_by_hand_whatever_the_stage_and_only_once(
    deals: World, integration: Integration
) -> None:
    deals.left.add("d1", name="Chairs", stage="new")

    services.invoice_now(integration, "d1")
    services.invoice_now(integration, "d1")
    deals.settle()
    record = services.invoice_now(integration, "d1")
    deals.settle()

    assert bills(deals) == ["Chairs"]
    assert record.right_id
    assert deals.left.values("d1")["told"] == "open"


def test_what_a_person_excluded_a_person_may_still_send(
    deals: World, integration: Integration
) -> None:
    deals.left.add("d1", name="Chairs", stage="won")
    choose(deals, who=NOBODY)
    deals.settle()
    services.exclude(SyncRecord.objects.for_tenant(deals.tenant))
    deals.settle()

    services.invoice_now(integration, "d1")
    deals.settle()

    assert bills(deals) == ["Chairs"]


def test_a_bill_that_was_unlinked_is_not_made_anew_without_a_word(
    deals: World, integration: Integration
) -> None:
    deals.left.add("d1", name="Chairs", stage="won")
    deals.settle()
    services.unlink(deals.record(left_id="d1"))
    deals.settle()

    with pytest.raises(services.NotPossible, match="unlinked"):
        services.invoice_now(integration, "d1")
    assert bills(deals) == ["Chairs"]


def test_where_no_sync_makes_documents_it_is_said_which_could(
    deals: World, integration: Integration
) -> None:
    services.switch_off(deals.sync)
    with pytest.raises(services.NotPossible, match="“Bills of deals”"):
        services.invoice_now(integration, "d1")
    with pytest.raises(services.NotPossible, match="Nothing here"):
        services.invoice_now(integration, "t1", object_type="ticket")


def test_what_cannot_be_on_together_is_refused_with_the_reason(
    deals: World, integration: Integration
) -> None:
    offers = create_sync(integration, "offers", settings={"stages": ["won"]})
    with pytest.raises(services.ConfigurationRefused, match="beside Bills of deals"):
        services.activate(offers)

    services.switch_off(deals.sync)
    services.activate(offers)
    with pytest.raises(services.ConfigurationRefused, match="beside Offers of deals"):
        services.activate(deals.sync)
