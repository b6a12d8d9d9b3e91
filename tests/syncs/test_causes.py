"""What failing records have in common, and how all that hangs on one record follows it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.contract import Category, Fault, Field, FieldType, Operation
from syncs import clock, figures, known_causes, recipes, services
from syncs.cause_groups import largest
from syncs.causes import LENGTH, PARENT, Woken, cause_of, fingerprint, kind_of, parts_of, words_of
from syncs.engine.terms import Direction, ReferenceKey, Side, Transform, TransformKind
from syncs.faults import EXPLANATIONS
from syncs.held_up import held_up
from syncs.models import KnownCause, RunTrigger, Status, Sync, SyncRecord, SyncState
from syncs.recipes.terms import DefaultMapping, End, Recipe
from syncs.runs import run_sync
from syncs.setup import create_sync
from tests.factories import UserFactory
from tests.syncs.conftest import World
from tests.syncs.fake_connector import FakeConnector, FakeProvider

pytestmark = pytest.mark.django_db

FAULT = Fault(Category.FIELD_MISSING, "required", "No code.", field="VATCode")
MISSING = Fault(Category.PARENT_MISSING, "parent_failing", "No customer.", existing_id="7")


# --- words ----------------------------------------------------------------------------------------


def test_a_cause_is_the_fault_or_the_parent() -> None:
    parent = ReferenceKey("company", Side.LEFT, "7", right_type="account")
    bare = ReferenceKey("company", Side.LEFT, "7")

    assert cause_of(FAULT, None) == "field_missing|required|VATCode"
    assert cause_of(MISSING, parent) == "parent|company|7|account"
    assert cause_of(MISSING, bare) == "parent|company|7"
    assert cause_of(MISSING, None) == "parent_missing|parent_failing|"


def test_a_cause_fits_its_column() -> None:
    fault = Fault(Category.UNKNOWN, "c" * 200, "Long.", field="f" * 200)
    assert len(cause_of(fault, None)) == LENGTH == SyncRecord._meta.get_field("cause").max_length


def test_a_cause_comes_apart_again() -> None:
    own = parts_of("field_missing|required|VATCode")
    parent = parts_of("parent|company|7|account")

    assert (own.category, own.code, own.field, own.is_parent) == (
        "field_missing",
        "required",
        "VATCode",
        False,
    )
    assert (parent.parent_type, parent.parent_id, parent.parent_right_type) == (
        "company",
        "7",
        "account",
    )
    assert parent.is_parent
    assert parent.category == "parent_missing"


def test_one_kind_stands_for_all_missing_parents() -> None:
    assert kind_of("parent|company|7|account") == kind_of("parent|company|8") == "parent|company"
    assert kind_of("tax|6000|") == "tax|6000|"


def test_no_category_is_called_as_the_mark_of_parents() -> None:
    assert PARENT not in {category.value for category in Category}


def test_what_wakes_fits_its_column() -> None:
    longest = SyncRecord._meta.get_field("woken_by").max_length
    assert longest is not None
    assert max(map(len, Woken)) <= longest


def test_words_are_those_of_the_fault(world: World) -> None:
    usual = words_of("tax|6000|", world.sync)
    assert usual.title == EXPLANATIONS[Category.TAX].title
    assert usual.steps
    assert words_of("field_invalid|too_long|Name", world.sync).title != (
        EXPLANATIONS[Category.FIELD_INVALID].title
    )
    parents = EXPLANATIONS[Category.PARENT_MISSING].title
    assert words_of("parent|person|7", world.sync).title == parents
    assert words_of("parent|person", world.sync).title == parents
    assert words_of("of tomorrow||", world.sync).title == EXPLANATIONS[Category.UNKNOWN].title


def test_fingerprints_tell_causes_apart() -> None:
    assert fingerprint("tax|6000|") == fingerprint("tax|6000|") != fingerprint("tax|6001|")
    longest = SyncRecord._meta.get_field("resolved_fault").max_length
    assert longest is not None
    assert len(fingerprint("x")) <= longest


# --- kinds that are known -------------------------------------------------------------------------


def fail(world: World, fault: Fault = FAULT, *ids: str) -> None:
    world.right.refuse = lambda operation: fault
    for id_ in ids or ("p1",):
        world.left.add(id_, name=id_, email=f"{id_}@example.org")
    world.settle()


def open_kinds(world: World) -> dict[str, bool]:
    rows = KnownCause.objects.for_tenant(world.tenant).values_list("cause", "closed_at")
    return {cause: closed is None for cause, closed in rows}


def test_a_kind_is_known_once_however_many_fail(world: World) -> None:
    fail(world, FAULT, "p1", "p2", "p3")
    assert open_kinds(world) == {"field_missing|required|VATCode": True}

    assert known_causes.refresh(world.sync) == ((), ())


def test_a_kind_goes_with_its_last_record(world: World) -> None:
    fail(world)
    world.right.refuse = lambda operation: None
    world.left.edit("p1", name="Anna")
    world.settle()

    assert open_kinds(world) == {"field_missing|required|VATCode": False}


def test_a_kind_that_is_tried_again_does_not_go(world: World) -> None:
    fail(world)
    services.retry(SyncRecord.objects.for_tenant(world.tenant))

    assert known_causes.refresh(world.sync) == ((), ())


def test_a_kind_that_comes_back_is_news_only_after_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(world)
    rows = KnownCause.objects.for_tenant(world.tenant)
    rows.update(closed_at=clock.now() - timedelta(minutes=5))
    assert known_causes.refresh(world.sync) == ((), ())
    assert open_kinds(world) == {"field_missing|required|VATCode": True}

    rows.update(closed_at=clock.now() - timedelta(hours=2))
    news, gone = known_causes.refresh(world.sync)
    assert [row.cause for row in news] == ["field_missing|required|VATCode"]
    assert gone == ()


def test_a_new_kind_is_as_old_as_its_first_record(world: World) -> None:
    fail(world)
    KnownCause.objects.for_tenant(world.tenant).delete()
    (news,), _ = known_causes.refresh(world.sync)

    assert news.opened_at == world.record(left_id="p1").first_failed_at


# --- one parent, its children and theirs ----------------------------------------------------------


def child_recipe(code: str, left: str, right: str, parent: str) -> Recipe:
    return Recipe(
        code=code,
        label=code.title(),
        description=code.title(),
        left=End("crm", left),
        right=End("books", right),
        mappings=(
            DefaultMapping("title", ("title",), ("Title",)),
            DefaultMapping(
                "parent",
                ("parent",),
                ("Parent",),
                Direction.TO_RIGHT,
                Transform(TransformKind.REFERENCE, object_type=parent),
            ),
        ),
        match_rules=(),
        directions=(Direction.TO_RIGHT,),
    )


BILLS = child_recipe("bills", "order", "bill", "person")
RECEIPTS = child_recipe("receipts", "payment", "receipt", "order")


class All:
    """One connection with several object types: each call goes to the provider of its type."""

    def __init__(self, *providers: FakeProvider) -> None:
        self._by_type = {one.object_type: FakeConnector(one) for one in providers}

    def object_types(self) -> list[object]:
        return [kind for one in self._by_type.values() for kind in one.object_types()]

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda object_type, *rest: getattr(self._by_type[object_type], name)(
            object_type, *rest
        )


class Chain:
    """People, their orders and the payments of those; what is written is noted in its order."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.written: list[str] = []
        self.broken = True
        text = Field("title", "Title"), Field("parent", "Parent", FieldType.REFERENCE)
        there = Field("Title", "Title"), Field("Parent", "Parent", FieldType.REFERENCE)
        self.orders = FakeProvider("order", text, "title")
        self.payments = FakeProvider("payment", text, "title")
        bills = FakeProvider("bill", there, "Title")
        receipts = FakeProvider("receipt", there, "Title")
        for provider in (world.right, bills, receipts):
            provider.refuse = self._noting(provider.object_type)
        pair = world.sync.integration
        ends = {
            pair.left_id: All(world.left, self.orders, self.payments),
            pair.right_id: All(world.right, bills, receipts),
        }
        monkeypatch.setattr("syncs.runs.open_connector", lambda opened, spender: ends[opened.pk])
        for recipe in (BILLS, RECEIPTS):
            monkeypatch.setitem(recipes.RECIPES, recipe.code, recipe)
        self.bill_sync, self.receipt_sync = (
            create_sync(pair, recipe.code, direction=Direction.TO_RIGHT)
            for recipe in (BILLS, RECEIPTS)
        )
        Sync.objects.for_tenant(world.tenant).update(state=SyncState.ACTIVE)

    def _noting(self, kind: str) -> Callable[[Operation], Fault | None]:
        def refuse(operation: Operation) -> Fault | None:
            self.written.append(kind)
            return FAULT if self.broken and kind == "client" else None

        return refuse

    def work(self, messages: list[tuple[object, ...]], *, limit: int = 30) -> None:
        """What workers do: take up message after message until none is left."""
        for _ in range(limit):
            if not messages:
                return
            task, sync_id, *_rest = messages.pop(0)
            assert isinstance(sync_id, int)
            if str(task).endswith("run_sync"):
                run_sync(sync_id, RunTrigger.CONTINUED)
        raise AssertionError("It never came to rest.")

    def read_all(self) -> None:
        for sync in (self.world.sync, self.bill_sync, self.receipt_sync):
            services.request_run(sync)


@pytest.fixture
def chain(
    world: World, monkeypatch: pytest.MonkeyPatch, messages: list[tuple[object, ...]]
) -> Chain:
    """One person whom the books refuse, with two orders and a payment of each."""
    made = Chain(world, monkeypatch)
    world.left.add("p1", name="Ann", email="ann@example.org")
    for number in ("1", "2"):
        made.orders.add(f"o{number}", title=f"Order {number}", parent="p1")
        made.payments.add(f"y{number}", title=f"Payment {number}", parent=f"o{number}")
    made.read_all()
    made.work(messages)
    made.read_all()
    made.work(messages)
    return made


def test_a_missing_customer_holds_up_its_orders_and_their_payments(chain: Chain) -> None:
    world = chain.world
    assert world.record(left_id="p1").status == Status.FAILING
    assert world.count(Status.IN_SYNC) == 0
    syncs = list(Sync.objects.for_tenant(world.tenant).select_related("tenant"))
    with CaptureQueriesContext(database) as captured:
        stuck = held_up(syncs, [sync.pk for sync in syncs])

    assert len(captured) == 2
    (holder,) = stuck.holders
    assert holder.record is not None
    assert holder.record.left_id == "p1"
    assert {pk: tally.count for pk, tally in holder.held.items()} == {
        chain.bill_sync.pk: 2,
        chain.receipt_sync.pk: 2,
    }
    assert list(stuck.by_cause) == [(world.sync.pk, "field_missing|required|VATCode")]


def test_mending_the_parent_sends_the_children_in_their_order(
    chain: Chain, messages: list[tuple[object, ...]]
) -> None:
    """Only the parent is tried again; invoices follow it, and payments follow those."""
    chain.written.clear()
    chain.broken = False
    parent = SyncRecord.objects.for_tenant(chain.world.tenant).filter(left_id="p1")

    services.retry(parent)
    chain.work(messages)

    assert chain.written == ["client", "bill", "bill", "receipt", "receipt"]
    assert chain.world.count(Status.IN_SYNC) == 5


def test_children_of_what_is_called_dealt_with_are_told(
    chain: Chain, messages: list[tuple[object, ...]]
) -> None:
    parent = SyncRecord.objects.for_tenant(chain.world.tenant).filter(left_id="p1")
    person = UserFactory.create()

    services.resolve(parent, "A test account.", person)
    chain.work(messages)

    order = chain.world.record(left_id="o1")
    assert (order.status, order.details["code"]) == (Status.FAILING, "parent_excluded")


def test_what_no_sync_knows_holds_up_too(chain: Chain, messages: list[tuple[object, ...]]) -> None:
    chain.orders.add("o9", title="Order 9", parent="p9")
    chain.read_all()
    chain.work(messages)
    syncs = list(Sync.objects.for_tenant(chain.world.tenant).select_related("tenant"))

    strange = [one for one in held_up(syncs, [sync.pk for sync in syncs]).holders if not one.record]

    assert [(one.key.object_type, one.key.id, one.count) for one in strange] == [
        ("person", "p9", 1)
    ]


def test_groups_leave_parents_to_their_own_list(chain: Chain) -> None:
    ids = [sync.pk for sync in Sync.objects.for_tenant(chain.world.tenant)]
    with CaptureQueriesContext(database) as captured:
        groups = largest(ids, 10)

    assert len(captured) == 3
    assert [(group.cause, group.count) for group in groups] == [
        ("field_missing|required|VATCode", 1)
    ]
    assert groups[0].reason == "No code."
    assert groups[0].since is not None


# --- the day --------------------------------------------------------------------------------------


def test_a_day_counts_how_it_stands_and_what_happened(world: World) -> None:
    fail(world, FAULT, "p1", "p2")
    world.right.refuse = lambda operation: None
    world.left.edit("p1", name="Anna")
    world.settle()
    figure = figures.count_day(world.sync, clock.now() + timedelta(seconds=61))

    assert figure is not None
    assert (figure.in_sync, figure.failing) == (1, 1)
    assert (figure.synced, figure.failed, figure.mended) == (1, 2, 1)
