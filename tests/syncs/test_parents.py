"""Records that refer to others, and modes other than mirror."""

from dataclasses import replace

import pytest

from integrations.contract import Category, Fault, Field, FieldType
from syncs import recipes, services
from syncs.engine.terms import Direction, Mode, Transform, TransformKind
from syncs.models import Status, Sync, SyncState
from syncs.recipes.terms import DefaultMapping, End, Recipe
from syncs.runs import Ended, run_sync
from syncs.setup import create_sync
from tests.syncs.conftest import PEOPLE, World, connection
from tests.syncs.fake_connector import FakeConnector, FakeProvider

pytestmark = pytest.mark.django_db

ORDERS = Recipe(
    code="orders",
    label="Orders",
    description="Orders of persons.",
    left=End("crm", "order"),
    right=End("books", "bill"),
    mappings=(
        DefaultMapping("title", ("title",), ("Title",)),
        DefaultMapping(
            "person",
            ("person",),
            ("Client",),
            Direction.TO_RIGHT,
            Transform(TransformKind.REFERENCE, object_type="person"),
        ),
    ),
    match_rules=(),
    directions=(Direction.TO_RIGHT,),
)


class Both:
    """One connection with two object types: each call goes to the provider of its type."""

    def __init__(self, *providers: FakeProvider) -> None:
        self._by_type = {one.object_type: FakeConnector(one) for one in providers}

    def object_types(self) -> list[object]:
        return [kind for one in self._by_type.values() for kind in one.object_types()]

    def __getattr__(self, name: str) -> object:
        return lambda object_type, *rest: getattr(self._by_type[object_type], name)(
            object_type, *rest
        )


class Shop:
    """People and their orders, each with a sync, in one integration."""

    def __init__(self, world: World, orders: FakeProvider, bills: FakeProvider, sync: Sync) -> None:
        self.world, self.orders, self.bills, self.sync = world, orders, bills, sync

    def run_orders(self) -> None:
        services.request_run(self.sync)
        while run_sync(self.sync.pk) is Ended.MORE:
            pass

    def order(self) -> object:
        return self.world.record(sync=self.sync)


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setitem(recipes.RECIPES, ORDERS.code, ORDERS)
    person = Field("person", "Person", FieldType.REFERENCE, references="person")
    orders = FakeProvider("order", (Field("title", "Title"), person), "title")
    client = Field("Client", "Client", FieldType.REFERENCE, required=True, references="client")
    bills = FakeProvider("bill", (Field("Title", "Title"), client), "Title")
    pair = world.sync.integration
    ends = {pair.left_id: Both(world.left, orders), pair.right_id: Both(world.right, bills)}
    monkeypatch.setattr("syncs.runs.open_connector", lambda opened, spender: ends[opened.pk])
    sync = create_sync(pair, ORDERS.code, direction=Direction.TO_RIGHT)
    Sync.objects.for_tenant(world.tenant).filter(pk=sync.pk).update(state=SyncState.ACTIVE)
    sync.refresh_from_db()
    return Shop(world, orders, bills, sync)


def test_a_child_waits_for_its_parent_and_goes_when_it_is_there(shop: Shop) -> None:
    shop.orders.add("o1", title="First", person="p1")
    shop.run_orders()
    waiting = shop.world.record(sync=shop.sync)
    assert (waiting.status, waiting.parent_type, waiting.parent_id) == (
        Status.WAITING,
        "person",
        "p1",
    )
    assert not shop.bills.live

    shop.world.left.add("p1", name="Ann", email="ann@example.org")
    shop.world.settle()
    run_sync(shop.sync.pk)

    client = shop.world.record(left_id="p1").right_id
    assert [thing.values for thing in shop.bills.live] == [{"Title": "First", "Client": client}]


def test_a_child_of_a_failing_parent_fails_naming_it_and_follows_when_it_is_mended(
    shop: Shop,
) -> None:
    shop.world.left.add("p1", name="Ann", email="ann@example.org")
    fault = Fault(Category.FIELD_INVALID, "2030", "Bad name.")
    shop.world.right.refuse = lambda operation: fault
    shop.world.settle()
    shop.orders.add("o1", title="First", person="p1")
    shop.run_orders()
    child = shop.world.record(sync=shop.sync)
    assert (child.status, child.category) == (Status.FAILING, Category.PARENT_MISSING)
    assert "Ann" in child.reason
    assert "Bad name." in child.reason

    shop.world.right.refuse = lambda operation: None
    shop.world.left.edit("p1", name="Anna")
    shop.world.settle()
    run_sync(shop.sync.pk)

    child.refresh_from_db()
    assert child.status == Status.IN_SYNC
    assert len(shop.bills.live) == 1


@pytest.mark.parametrize("failed_first", [False, True])
def test_a_child_whose_parent_came_while_nobody_looked_goes_with_the_next_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, failed_first: bool
) -> None:
    """As when two workers pass each other: the parent settles before the child is seen to wait."""
    monkeypatch.setattr("syncs.writing.wake_dependants", lambda job, parents: None)
    if failed_first:
        fault = Fault(Category.FIELD_INVALID, "2030", "Bad name.")
        shop.world.left.add("p1", name="Ann", email="ann@example.org")
        shop.world.right.refuse = lambda operation: fault
        shop.world.settle()
    shop.orders.add("o1", title="First", person="p1")
    shop.run_orders()
    child = shop.world.record(sync=shop.sync)
    assert child.status == (Status.FAILING if failed_first else Status.WAITING)
    shop.world.right.refuse = lambda operation: None
    if failed_first:
        shop.world.left.edit("p1", name="Anna")
    else:
        shop.world.left.add("p1", name="Ann", email="ann@example.org")
    shop.world.settle()
    assert not shop.bills.live

    shop.run_orders()

    child.refresh_from_db()
    assert child.status == Status.IN_SYNC
    assert len(shop.bills.live) == 1


@pytest.fixture
def once(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(recipes.RECIPES, PEOPLE.code, replace(PEOPLE, mode=Mode.ONCE))
    return world


def test_mode_once_creates_and_never_touches_again(once: World) -> None:
    once.left.add("p1", name="Ann", email="ann@example.org")
    once.settle()
    once.left.edit("p1", name="Anna")

    once.settle()

    assert [thing.values["Name"] for thing in once.right.live] == ["Ann"]
    assert once.right.writes == 1


def test_mode_update_never_creates(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(recipes.RECIPES, PEOPLE.code, replace(PEOPLE, mode=Mode.UPDATE))
    world.left.add("p1", name="Ann", email="ann@example.org")
    world.left.add("p2", name="Bea", email="bea@example.org")
    world.right.add("c2", Name="Bee", Email="bea@example.org")

    world.settle()

    assert len(world.right.live) == 1
    assert world.right.values("c2")["Name"] == "Bea"
    assert world.record(left_id="p1").status == Status.EXCLUDED


def test_connections_of_two_companies_cannot_be_joined(world: World, other_tenant: object) -> None:
    foreign = connection(other_tenant, "books")  # type: ignore[arg-type]

    with pytest.raises(services.SetupRefused):
        services.install(world.sync.integration.left, foreign)
