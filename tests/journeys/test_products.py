"""Products and items."""

import pytest

from integrations.contract import Category
from syncs.engine.terms import Side
from syncs.models import Status
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.django_db(transaction=True)


def test_products_become_items_with_the_chosen_account(products: Journey) -> None:
    sandbox = products.sandbox
    sandbox.hubspot.add_product(name="Chair", hs_sku="CH-1", price="49.50", description="Oak")
    sandbox.hubspot.add_product(name="No SKU", price="1")
    table = sandbox.quickbooks.add_item(Name="Table", Sku="TB-1", UnitPrice=199)

    products.settle()

    assert products.counts() == {"in_sync": 2, "excluded": 1}, products.reasons()
    chair = next(one for one in sandbox.quickbooks.items.values() if one["Name"] == "Chair")
    assert chair["Type"] == "Service"
    assert chair["IncomeAccountRef"]["value"] == sandbox.quickbooks.ledger("Services")
    assert float(chair["UnitPrice"]) == 49.5
    made = [one for one in sandbox.hubspot.products.values() if one.get("hs_sku") == "TB-1"]
    assert [float(one["price"]) for one in made] == [199.0]
    writes = sandbox.writes

    sandbox.quickbooks.deactivate("Item", table)
    products.settle()

    assert sum(one.get("hs_sku") == "TB-1" for one in sandbox.hubspot.products.values()) == 0
    assert sandbox.writes == writes + 1
    products.settle()
    assert sandbox.writes == writes + 1


def test_a_name_that_is_taken_is_a_duplicate(products: Journey) -> None:
    sandbox = products.sandbox
    sandbox.quickbooks.add_item(Name="Chair", Sku="OTHER")
    chair = sandbox.hubspot.add_product(name="Chair", hs_sku="CH-1", price="5")

    products.settle()

    record = products.record(left_id=chair)
    assert (record.status, record.category) == (Status.FAILING, Category.DUPLICATE_KEY)
    sandbox.hubspot.update("products", chair, name="Chair of ours")
    products.settle()
    assert products.record(left_id=chair).status == Status.IN_SYNC


def test_what_is_restored_in_hubspot_is_active_again_in_the_books(products: Journey) -> None:
    sandbox = products.sandbox
    pen = sandbox.hubspot.add_product(name="Pen", hs_sku="P-1", price="1.10")
    products.settle()
    item = products.record(left_id=pen).right_id
    sandbox.hubspot.delete("products", pen)
    products.tell(Side.LEFT, pen)
    products.settle()
    assert sandbox.quickbooks.get("Item", item)["Active"] is False

    sandbox.hubspot.restore_record("products", pen)
    products.tell(Side.LEFT, pen)
    products.settle()

    assert sandbox.quickbooks.get("Item", item)["Active"] is True
    assert products.record(left_id=pen).status == Status.IN_SYNC
    writes = sandbox.writes
    products.settle()
    assert sandbox.writes == writes


def test_what_only_people_can_restore_in_hubspot_says_so(products: Journey) -> None:
    sandbox = products.sandbox
    pen = sandbox.hubspot.add_product(name="Pen", hs_sku="P-1", price="1.10")
    products.settle()
    item = products.record(left_id=pen).right_id
    sandbox.quickbooks.deactivate("Item", item)
    products.settle()
    assert pen not in sandbox.hubspot.products

    sandbox.quickbooks.reactivate("Item", item)
    products.settle()

    record = products.record(left_id=pen)
    assert (record.status, record.category) == (Status.FAILING, Category.STATE_LOCKED)
    assert "restore it there" in record.reason
    sandbox.hubspot.restore_record("products", pen)
    products.settle()
    assert products.record(left_id=pen).status == Status.IN_SYNC
