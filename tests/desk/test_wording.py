"""What people read names the providers, and only what concerns them."""

import pytest

from accounts.models import Role, Tenant, User
from syncs.admin.wording import direction_label
from syncs.engine.terms import Direction, Side
from syncs.models import FilterCondition, Mapping, Sync
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
NAMES = {Side.LEFT: "HubSpot", Side.RIGHT: "QuickBooks Online"}


def page(client_of: ClientOf, user: User, path: str) -> str:
    answer = client_of(user).get(f"/admin/syncs/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("direction", "label"),
    [
        pytest.param(Direction.BOTH, "HubSpot ⇄ QuickBooks Online", id="both"),
        pytest.param(Direction.TO_RIGHT, "HubSpot → QuickBooks Online", id="to the right"),
        pytest.param(Direction.TO_LEFT, "QuickBooks Online → HubSpot", id="to the left"),
    ],
)
def test_a_direction_names_where_from_and_where_to(direction: Direction, label: str) -> None:
    assert direction_label(direction.value, NAMES) == label


def test_settings_ask_about_the_providers(client_of: ClientOf, finance: User, sync: Sync) -> None:
    html = page(client_of, finance, f"sync/{sync.pk}/change/")

    assert "QuickBooks Online wins" in html
    assert "HubSpot → QuickBooks Online" in html
    assert "When it is removed in HubSpot" in html
    assert "left wins" not in html


def test_a_viewer_reads_a_mapping_in_words(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    mapping = Mapping.objects.for_tenant(sync.tenant_id).get(key="display_name")

    html = page(client_of, viewer, f"mapping/{mapping.pk}/change/")

    assert "company.name + firstname + lastname → DisplayName" in html
    assert "the first that is filled" in html
    assert "{company.name}|{firstname} {lastname}" in html


def test_the_lists_of_mappings_and_conditions_read_as_sentences(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    condition = FilterCondition.objects.for_tenant(sync.tenant_id).get()
    condition.fixed = True
    condition.save()

    assert "email ⇄ PrimaryEmailAddr" in page(client_of, finance, "mapping/")
    conditions = page(client_of, finance, "filtercondition/")
    assert "lifecyclestage is one of customer" in conditions
    assert "fixed by the recipe" in conditions


def test_the_preview_leaves_out_what_stays_as_it_is(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1, left_title="Anna", left_values={"firstname": "Ann", "lifecyclestage": "lead"})
    make_record(2, left_title="Berta", left_values={"firstname": "Bob", "lifecyclestage": "lead"})

    html = page(client_of, finance, f"sync/{sync.pk}/preview/")

    assert "2 of the records looked at stay as they are" in html
    assert "Anna" not in html


def test_only_people_of_several_companies_read_whose_it_is(
    client_of: ClientOf, finance: User, sync: Sync, other_tenant: Tenant
) -> None:
    address = f"sync/{sync.pk}/change/"
    assert sync.tenant.name not in page(client_of, finance, address)

    MembershipFactory.create(tenant=other_tenant, user=finance, role=Role.FINANCE)

    assert sync.tenant.name in page(client_of, finance, address)
