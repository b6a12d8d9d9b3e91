"""The same records linked by two syncs, to partners of different kinds."""

from dataclasses import dataclass, replace

import pytest

from integrations.contract import Category, Field, FieldType
from syncs import recipes, services
from syncs.engine.terms import Condition, Direction, Operator, Side, Transform, TransformKind
from syncs.models import Status, Sync, SyncRecord, SyncState
from syncs.recipes.terms import DefaultCondition, DefaultMapping, End, Recipe
from syncs.runs import Ended, run_sync
from syncs.setup import create_sync
from tests.syncs.conftest import PEOPLE, World
from tests.syncs.fake_connector import FakeProvider
from tests.syncs.test_parents import Both

pytestmark = pytest.mark.django_db

REFERENCE = Transform(TransformKind.REFERENCE)
# Persons who belong to a company are no clients of their own.
CLIENTS = replace(
    PEOPLE,
    conditions=(DefaultCondition(Side.LEFT, Condition("city", Operator.IS_EMPTY, fixed=True)),),
)
SEATS = replace(
    PEOPLE,
    code="seats",
    label="Persons at clients",
    right=End("books", "seat"),
    mappings=(DefaultMapping("name", ("name",), ("Name",)),),
    match_rules=(),
)
ORDERS = Recipe(
    code="orders",
    label="Orders",
    description="Orders of persons.",
    left=End("crm", "order"),
    right=End("books", "bill"),
    mappings=(
        DefaultMapping("title", ("title",), ("Title",), Direction.TO_RIGHT),
        DefaultMapping("client", ("person",), ("Client",), Direction.TO_RIGHT, REFERENCE),
        DefaultMapping("seat", ("person",), ("Seat",), Direction.TO_RIGHT, REFERENCE),
    ),
    match_rules=(),
)
ORDER_FIELDS = (
    Field("title", "Title"),
    Field("person", "Person", FieldType.REFERENCE, references="person"),
)
BILL_FIELDS = (
    Field("Title", "Title"),
    Field("Client", "Client", FieldType.REFERENCE, references="client"),
    Field("Seat", "Seat", FieldType.REFERENCE, references="seat"),
)


@dataclass
class Shop:
    world: World
    orders: FakeProvider
    bills: FakeProvider
    syncs: tuple[Sync, ...]

    def settle(self) -> None:
        for _ in range(2):
            for sync in self.syncs:
                services.request_run(sync)
                while run_sync(sync.pk) is Ended.MORE:
                    pass

    def record(self, code: str) -> SyncRecord:
        return self.world.record(sync__recipe=code)


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    for recipe in (CLIENTS, SEATS, ORDERS):
        monkeypatch.setitem(recipes.RECIPES, recipe.code, recipe)
    pair = world.sync.integration
    orders = FakeProvider("order", ORDER_FIELDS, "title")
    bills = FakeProvider("bill", BILL_FIELDS, "Title")
    seats = FakeProvider("seat", (Field("Name", "Name"),), "Name")
    ends = {
        pair.left_id: Both(world.left, orders),
        pair.right_id: Both(world.right, bills, seats),
    }
    monkeypatch.setattr("syncs.runs.open_connector", lambda opened, spender: ends[opened.pk])
    made = [create_sync(pair, code, direction=Direction.TO_RIGHT) for code in ("seats", "orders")]
    Sync.objects.for_tenant(world.tenant).update(state=SyncState.ACTIVE)
    syncs = (world.sync, *made)
    for sync in syncs:
        sync.refresh_from_db()
    return Shop(world, orders, bills, syncs)


def test_each_field_gets_the_partner_of_its_own_kind(shop: Shop) -> None:
    shop.world.left.add("p1", name="Ann", email="a@x.org")
    shop.orders.add("o1", title="First", person="p1")
    shop.settle()

    (bill,) = shop.bills.live
    assert bill.values == {
        "Title": "First",
        "Client": shop.record("people").right_id,
        "Seat": shop.record("seats").right_id,
    }


def test_a_partner_of_another_kind_wakes_nobody_again_and_again(shop: Shop) -> None:
    shop.world.left.add("p1", name="Ann", email="a@x.org", city="Acme")
    shop.orders.add("o1", title="First", person="p1")
    shop.settle()
    failing = shop.record("orders")
    assert shop.record("seats").right_id
    assert (failing.status, failing.category) == (Status.FAILING, Category.PARENT_MISSING)
    assert (failing.parent_type, failing.parent_right_type) == ("person", "client")

    shop.settle()

    assert shop.record("orders").attempts == failing.attempts

    shop.world.left.edit("p1", city=None)
    shop.settle()
    assert shop.record("orders").status == Status.IN_SYNC


def test_orphans_of_the_excluded_wait_for_them_without_failing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    mappings = tuple(replace(one, exclude_orphans=True) for one in ORDERS.mappings)
    monkeypatch.setitem(recipes.RECIPES, ORDERS.code, replace(ORDERS, mappings=mappings))
    shop.world.left.add("p1", name="Ann", email="a@x.org", city="Acme")
    shop.orders.add("o1", title="First", person="p1")
    shop.settle()

    out = shop.record("orders")
    assert (out.status, out.details) == (Status.EXCLUDED, {"exclusion": "parent"})

    shop.world.left.edit("p1", city=None)
    shop.settle()
    assert shop.record("orders").status == Status.IN_SYNC
