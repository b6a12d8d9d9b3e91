"""Changes that a filter holds back, and settings that change how values are made."""

import pytest

from accounts.tenancy import tenant_scope
from syncs import services
from syncs.models import FilterCondition, Status
from tests.syncs.conftest import World

pytestmark = pytest.mark.django_db


def customers_only(world: World) -> None:
    with tenant_scope(world.tenant):
        FilterCondition.objects.create(
            tenant=world.tenant,
            sync=world.sync,
            side="left",
            field="stage",
            operator="equals",
            values=["customer"],
        )


def test_a_record_whose_change_is_held_back_names_the_clause_and_goes_on_when_it_passes(
    world: World,
) -> None:
    customers_only(world)
    world.left.add("p1", name="Ann", email="a@x.org", phone="1", stage="customer")
    world.settle()
    partner = world.record(left_id="p1").right_id

    world.left.edit("p1", stage="lead", phone="2")
    world.settle()

    held = world.record(left_id="p1")
    assert (held.status, held.details["clause"]["field"]) == (Status.EXCLUDED, "stage")
    assert world.right.values(partner)["Phone"] == "1"

    world.right.edit(partner, Name="Anna")
    world.settle()
    assert world.left.values("p1")["name"] == "Anna"
    assert world.record(left_id="p1").status == Status.EXCLUDED

    world.left.edit("p1", stage="customer")
    world.settle()
    assert world.right.values(partner)["Phone"] == "2"
    assert world.record(left_id="p1").status == Status.IN_SYNC


def template(world: World, text: str) -> None:
    with tenant_scope(world.tenant):
        rows = list(world.sync.mappings.all())
    name = next(row for row in rows if row.key == "name")
    name.transform, name.direction = "template", "to_right"
    name.options, name.left = {"text": text}, ["name", "city"]
    services.replace_mappings(world.sync, rows)


def test_a_changed_template_reaches_linked_records_once(world: World) -> None:
    world.left.add("p1", name="Ann", email="a@x.org", city="Rome")
    template(world, "{name} of {city}")
    world.settle()

    template(world, "{name} from {city}")
    world.settle()

    assert world.right.values(world.record(left_id="p1").right_id)["Name"] == "Ann from Rome"
    writes = world.writes
    world.settle()
    assert world.writes == writes
