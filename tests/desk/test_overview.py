"""The overview by object: numbers that lead to their records, and the panel beside them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, Tenant, User
from syncs import numbers
from syncs.models import DailyFigure, JobKind, Status, Sync
from syncs.numbers import overview
from syncs.setup import create_sync, install
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord, connection, contacts_sync
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
OVERVIEW, PANEL = "/desk/overview/", "/desk/overview/panel/"
BY_HTMX = {"HX-Request": "true"}


def text_of(client_of: ClientOf, user: User, path: str = OVERVIEW, **headers: str) -> str:
    answer = client_of(user).get(path, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# --- the table ------------------------------------------------------------------------------------


def test_every_number_leads_to_its_records(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)
    make_record(2)
    make_record(3, status=Status.WAITING, category="")

    html = text_of(client_of, finance)

    url = f"{PANEL}?status=failing&amp;sync={sync.pk}"
    assert f'href="{url}" hx-get="{url}"' in html
    assert 'aria-label="2 failing: Contacts and customers"' in html
    assert 'aria-label="1 waiting: Contacts and customers"' in html
    assert "contact ⇄ customer" in html
    assert "Unlinked" not in html


def test_unlinked_records_have_a_column_once_there_are_any(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, status=Status.UNLINKED, category="")

    assert "Unlinked" in text_of(client_of, finance)


def test_objects_of_an_integration_are_summed_up(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    products = create_sync(sync.integration, "hubspot_quickbooks_products")
    make_record(1)
    products.records.create(tenant_id=sync.tenant_id, status=Status.FAILING, left_id="1")

    html = text_of(client_of, finance)

    assert f'aria-label="2 failing: All of {sync.integration}"' in html
    assert f"?status=failing&amp;integration={sync.integration_id}" in html


def test_it_narrows_by_integration_and_by_object(
    client_of: ClientOf, finance: User, tenant: Tenant, sync: Sync
) -> None:
    create_sync(sync.integration, "hubspot_quickbooks_products")
    other = install(sync.integration.left, connection(tenant, "exact"))
    create_sync(other, "hubspot_exact_contacts")

    by_object = text_of(client_of, finance, f"{OVERVIEW}?object=item")
    by_integration = text_of(client_of, finance, f"{OVERVIEW}?integration={other.pk}")

    assert "product ⇄ item" in by_object
    assert "contact ⇄ customer" not in by_object
    assert "product ⇄ item" not in by_integration
    assert by_integration.count('class="saldo-table saldo-overview"') == 1
    assert f'<option value="{other.pk}" selected>' in by_integration


def test_a_filter_that_nothing_fits_leads_back(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    for query in ("integration=999999", "integration=x", "object=unicorn", "tenant=1" + "0" * 30):
        html = text_of(client_of, finance, f"{OVERVIEW}?{query}")
        assert "Nothing is kept in step with these filters." in html


def test_before_the_first_sync_it_leads_home(client_of: ClientOf, finance: User) -> None:
    assert "The home page says what to do first." in text_of(client_of, finance)


def test_nothing_failing_is_said_calmly(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, status=Status.IN_SYNC, category="")

    assert "Nothing fails." in text_of(client_of, finance)


def test_another_company_is_not_seen(
    client_of: ClientOf, stranger: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)

    assert "Contacts and customers" not in text_of(client_of, stranger)
    path = f"{OVERVIEW}?tenant={sync.tenant_id}"
    assert "Contacts and customers" not in text_of(client_of, stranger, path)


def test_staff_see_all_companies_as_counted_last_and_one_as_of_now(
    client_of: ClientOf, support: User, tenant: Tenant, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)
    _counted(sync, failing=7, in_sync=3)

    of_all = text_of(client_of, support)
    of_one = text_of(client_of, support, f"{OVERVIEW}?tenant={tenant.pk}")

    assert 'aria-label="7 failing: Contacts and customers"' in of_all
    assert 'aria-label="1 failing: Contacts and customers"' in of_one
    assert f'<option value="{tenant.pk}" selected>' in of_one


def test_of_too_many_integrations_those_where_most_fails_are_shown(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncs.views.overview.MOST_TABLES", 1)
    other = install(sync.integration.left, connection(sync.tenant, "exact"))
    exact = create_sync(other, "hubspot_exact_contacts")
    exact.records.create(tenant_id=sync.tenant_id, status=Status.FAILING, left_id="1")

    html = text_of(client_of, finance)

    assert "And 1 integration more" in html
    assert f"/admin/syncs/integration/{other.pk}/" in html
    assert f"/admin/syncs/integration/{sync.integration_id}/" not in html


def test_the_number_of_queries_does_not_grow(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    client = client_of(finance)
    make_record(1)
    paths = (OVERVIEW, f"{PANEL}?status=failing", f"{PANEL}?status=failing&sync={sync.pk}")
    few = [_queries(client, path) for path in paths]

    for number in range(2, 20):
        make_record(number, category="tax")
    other = install(sync.integration.left, connection(sync.tenant, "exact"))
    create_sync(other, "hubspot_exact_contacts")
    create_sync(sync.integration, "hubspot_quickbooks_products")

    assert [_queries(client, path) for path in paths] == few


def _queries(client: Any, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(database) as found:
        assert client.get(path).status_code == 200
    return len(found)


# --- large syncs ----------------------------------------------------------------------------------


def _counted(sync: Sync, **figures: int) -> DailyFigure:
    now = timezone.now() - timedelta(minutes=2)
    return DailyFigure.objects.create(
        tenant_id=sync.tenant_id, sync=sync, day=now.date(), counted_at=now, **figures
    )


def test_of_large_syncs_only_what_moves_is_counted_anew(
    sync: Sync, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "MANY", 100)
    figure = _counted(sync, in_sync=90, excluded=20, failing=50, waiting=3)
    make_record(1)
    make_record(2, status=Status.IN_SYNC, category="")
    make_record(3, status=Status.UNLINKED, category="")

    totals = overview(sync.tenant)[0]

    assert totals.statuses == {
        "in_sync": 90, "excluded": 19, "unlinked": 1, "failing": 1,
    }  # fmt: skip
    assert totals.categories == {"duplicate_key": 1}
    assert totals.counted_at == figure.counted_at


def test_small_syncs_are_counted_as_of_now(sync: Sync, make_record: MakeRecord) -> None:
    _counted(sync, in_sync=90)
    make_record(1, status=Status.IN_SYNC, category="")

    totals = overview(sync.tenant)[0]

    assert totals.statuses == {"in_sync": 1}
    assert totals.counted_at is None


# --- the panel ------------------------------------------------------------------------------------


def test_the_panel_shows_the_records_behind_a_number_and_why(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    record = make_record(1, amount="12.5", currency="EUR", right_title="Somebody else")
    make_record(2, category="tax")
    make_record(3, status=Status.IN_SYNC, category="")

    html = text_of(client_of, finance, f"{PANEL}?status=failing&sync={sync.pk}", **BY_HTMX)

    assert html.startswith('<div class="saldo-aside"')
    assert "2 · Failing" in html
    assert f"/admin/syncs/syncrecord/{record.pk}/change/" in html
    assert "12.50 EUR" in html
    assert "Somebody else" in html
    assert "Person 3" not in html
    assert 'role="tooltip">A value that must be unique is taken' in html
    assert f"{PANEL}?status=failing&amp;category=tax&amp;sync={sync.pk}" in html


def test_a_category_narrows_the_panel(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)
    make_record(2, category="tax")

    html = text_of(client_of, finance, f"{PANEL}?status=failing&sync={sync.pk}&category=tax")

    assert "Person 2" in html
    assert "Person 1<" not in html
    assert "All categories" in html


def test_without_htmx_the_panel_is_a_page(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)

    html = text_of(client_of, finance, f"{PANEL}?status=failing&sync={sync.pk}")

    assert html.startswith("<!DOCTYPE html>")
    assert "saldo-drawer" not in html
    assert "Person 1" in html
    assert f'href="{OVERVIEW}"' in html


def test_only_who_may_work_on_records_is_offered_to(
    client_of: ClientOf, viewer: User, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)
    path = f"{PANEL}?status=failing&sync={sync.pk}"

    for_finance, for_viewer = text_of(client_of, finance, path), text_of(client_of, viewer, path)

    for kind in (JobKind.RETRY, JobKind.ASSIGN, JobKind.RESOLVE, JobKind.EXCLUDE):
        assert f'action="/desk/act/{kind}/"' in for_finance
    assert f'name="query" value="status=failing&amp;sync={sync.pk}"' in for_finance
    assert "/desk/act/" not in for_viewer
    assert "/desk/export/?status=failing" in for_viewer


@pytest.mark.parametrize(
    "query",
    ["", "status=unicorn", "status=failing&category=unicorn", "status=failing&sync=999999"],
)
def test_there_is_no_panel_of_what_makes_no_sense(
    client_of: ClientOf, finance: User, sync: Sync, query: str
) -> None:
    assert client_of(finance).get(f"{PANEL}?{query}").status_code == 404


def test_there_is_no_panel_of_another_company(
    client_of: ClientOf, stranger: User, sync: Sync, other_tenant: Tenant
) -> None:
    contacts_sync(other_tenant)

    for name, value in (("sync", sync.pk), ("integration", sync.integration_id)):
        answer = client_of(stranger).get(f"{PANEL}?status=failing&{name}={value}")
        assert answer.status_code == 404


def test_somebody_of_two_companies_reads_whose_it_is(
    client_of: ClientOf, finance: User, sync: Sync, other_tenant: Tenant
) -> None:
    MembershipFactory.create(tenant=other_tenant, user=finance, role=Role.FINANCE)
    contacts_sync(other_tenant)

    html = text_of(client_of, finance)

    assert f"{other_tenant.name} · " in html
    assert f"{sync.tenant.name} · " in html
    assert '<select class="saldo-select" name="tenant">' in html
    assert "All integrations" in html
