"""What records are worth: read from the side where they were born, stored with what is read."""

from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import all_tenants
from integrations.contract import Category, Fault, Field, FieldType
from syncs import recipes, services
from syncs.engine.terms import Side
from syncs.models import Failure, Status, SyncRecord
from syncs.recipes import RECIPES
from syncs.recipes.terms import DefaultMapping, Worth
from tests.syncs.conftest import PEOPLE, World

pytestmark = pytest.mark.django_db

PRICED = replace(
    PEOPLE,
    mappings=(
        *PEOPLE.mappings,
        DefaultMapping("total", ("total",), ("Total",)),
        DefaultMapping("currency", ("currency",), ("Currency",)),
    ),
    worth={Side.LEFT: Worth("total", "currency"), Side.RIGHT: Worth("Total", "Currency")},
)


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setitem(recipes.RECIPES, PRICED.code, PRICED)
    return PRICED


@pytest.fixture
def priced(world: World) -> World:
    money = (Field("total", "Total", FieldType.MONEY), Field("currency", "Currency"))
    world.left.fields += money
    world.right.fields += tuple(replace(one, name=one.name.title()) for one in money)
    return world


def worth(world: World, **where: object) -> tuple[Decimal | None, str]:
    row = world.record(**where)
    return row.amount, row.currency


def test_a_new_record_is_worth_what_its_side_says(priced: World) -> None:
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal("120.50"), currency="USD")
    priced.settle()

    assert worth(priced, left_id="p1") == (Decimal("120.5"), "USD")


def test_an_amount_without_a_currency_is_in_the_companys_own(priced: World) -> None:
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal("-3.10"))
    priced.settle()

    assert worth(priced, left_id="p1") == (Decimal("-3.1"), "EUR")


def test_without_an_amount_nothing_is_said(priced: World) -> None:
    priced.left.add("p1", name="Ann", email="a@x.org", currency="USD")
    priced.settle()

    assert worth(priced, left_id="p1") == (None, "")


def test_a_change_at_its_birthplace_counts_at_once(priced: World) -> None:
    priced.right.refuse = lambda operation: Fault(Category.TAX, "6000", "No code.")
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal(1), currency="USD")
    priced.settle()
    priced.left.edit("p1", total=Decimal(2))
    priced.settle()

    row = priced.record(left_id="p1")
    assert (row.status, row.amount) == (Status.FAILING, Decimal(2))


def test_the_other_side_counts_only_where_the_birthplace_is_silent(priced: World) -> None:
    priced.right.reformat = lambda values: values | {"Total": Decimal(9), "Currency": "GBP"}
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal(5), currency="USD")
    priced.left.add("p2", name="Bob", email="b@x.org")
    priced.change_sync(direction="to_right")
    priced.settle()

    assert worth(priced, left_id="p1") == (Decimal(5), "USD")
    assert worth(priced, left_id="p2") == (Decimal(9), "GBP")

    partner = priced.record(left_id="p2").right_id
    priced.right.reformat = lambda values: values
    priced.right.edit(partner, Total=Decimal(10))
    priced.right.edit(priced.record(left_id="p1").right_id, Total=Decimal(11))
    priced.settle()

    assert worth(priced, left_id="p2") == (Decimal(10), "GBP")
    assert worth(priced, left_id="p1") == (Decimal(5), "USD")


def test_two_that_are_joined_are_worth_what_the_elder_says(priced: World) -> None:
    priced.right.add("c1", Name="Ann", Email="a@x.org", Total=Decimal(7), Currency="USD")
    priced.left.add("p1", name="Ann", email="a@x.org")
    priced.settle()

    assert worth(priced, left_id="p1", right_id="c1") == (Decimal(7), "USD")


def test_parted_halves_keep_what_they_say(priced: World) -> None:
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal(5), currency="USD")
    priced.settle()
    services.unlink(priced.record(left_id="p1"))
    priced.settle()

    assert {row.amount for row in priced.records} == {Decimal(5)}


def test_an_amount_too_large_to_be_meant_is_none(priced: World) -> None:
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal(10) ** 17)
    priced.settle()

    assert worth(priced, left_id="p1") == (None, "")


def test_an_unchanged_pass_costs_no_query_more(priced: World) -> None:
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal(5), currency="USD")
    priced.settle()
    with CaptureQueriesContext(database) as captured:
        priced.run()

    assert not [query for query in captured if '"amount" = ' in query["sql"]]


def test_recipes_weigh_by_fields_that_they_read_anyhow() -> None:
    """Else every customer's records would be read anew for it."""
    for recipe in RECIPES.values():
        for side, term in recipe.worth.items():
            known = set(recipe.also_read.get(side, ()))
            for mapping in recipe.mappings:
                known |= set(mapping.left if side is Side.LEFT else mapping.right)
            assert {term.amount, term.currency} <= known, (recipe.code, side)


def test_what_was_there_before_is_filled(priced: World) -> None:
    """The migration, on rows as an earlier version left them."""
    migration = import_module("syncs.migrations.0007_amounts_and_failures")
    fault = Fault(Category.FIELD_INVALID, "2030", "Bad name.", field="Name")
    priced.right.refuse = lambda operation: fault
    priced.left.add("p1", name="Ann", email="a@x.org", total=Decimal("5.25"), currency="USD")
    priced.left.add("p2", name="Bob", email="b@x.org", total=Decimal(3))
    priced.settle()
    with all_tenants("a migration is for everybody"), pytest.MonkeyPatch.context() as patch:
        patch.setitem(migration.WORTH, PRICED.code, {"left": ("total", "currency")})
        patch.setattr(migration, "FIELDS", ["currency", "total"])
        patch.setattr(migration, "SLICE", 1)
        Failure.objects.all().delete()
        SyncRecord.objects.update(amount=None, currency="", cause="", first_failed_at=None)
        for _ in range(2):
            migration.fill_amounts(apps, SimpleNamespace(connection=database))
            migration.open_failures(apps, SimpleNamespace(connection=database))

    assert worth(priced, left_id="p1") == (Decimal("5.25"), "USD")
    assert worth(priced, left_id="p2") == (Decimal(3), "EUR")
    row = priced.record(left_id="p1")
    assert row.cause == "field_invalid|2030|Name"
    (failure,) = Failure.objects.for_tenant(priced.tenant).filter(record=row)
    assert (failure.opened_at, failure.cause) == (row.last_attempt_at, row.cause)
    assert row.first_failed_at == row.last_attempt_at


def test_the_migration_names_recipes_that_weigh() -> None:
    migration = import_module("syncs.migrations.0007_amounts_and_failures")
    assert set(migration.WORTH) <= {recipe.code for recipe in RECIPES.values() if recipe.worth}
