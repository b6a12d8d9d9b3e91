"""The home page: how each sync stands, what needs somebody, and what to do first."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, Tenant, User
from integrations.models import Connection, ConnectionState
from syncs.engine.terms import Direction
from syncs.models import Status, Sync, SyncState
from syncs.numbers import Totals
from syncs.setup import create_sync, install
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord, connection, contacts_sync
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HOME = "/admin/"


def text_of(client_of: ClientOf, user: User) -> str:
    return " ".join(client_of(user).get(HOME).content.decode().split())


def test_figures_lead_to_exactly_those_records(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)
    make_record(2, category="field_invalid")
    make_record(3, status=Status.IN_SYNC, category="")

    html = text_of(client_of, finance)

    assert "2 records did not make it" in html
    assert f"?status=in_sync&amp;sync={sync.pk}" in html
    assert f"?status=failing&amp;sync={sync.pk}" in html
    assert f"?status=failing&amp;integration={sync.integration_id}" in html
    assert f"/desk/overview/?integration={sync.integration_id}" in html


def test_money_that_waits_is_told_per_currency(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, amount="1200.5", currency="EUR")
    make_record(2, amount="34.5", currency="EUR", status=Status.WAITING, category="")
    make_record(3, amount="99", currency="USD")
    make_record(4, amount="5000", currency="EUR", status=Status.IN_SYNC, category="")

    html = text_of(client_of, finance)

    assert "<b>1,235.00 EUR</b> · <b>99.00 USD</b>" in html
    assert "1,235.00 EUR · 99.00 USD" in html


def test_an_integration_is_one_tile_with_a_line_for_each_object(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    create_sync(sync.integration, "hubspot_quickbooks_products")
    make_record(1)

    html = text_of(client_of, finance)

    assert html.count('class="saldo-card saldo-tile"') == 1
    assert html.count('class="saldo-object"') == 2
    assert "<b>1</b> failing" in html
    # The other one was never switched on.
    assert "Products and items</a> <span" in html


def test_nothing_failing_is_said_too(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, status=Status.IN_SYNC, category="")

    assert "Nothing fails." in text_of(client_of, finance)


def test_a_number_in_thousands_is_readable(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Totals(sync, Counter({Status.IN_SYNC.value: 1_234_567}))
    monkeypatch.setattr("syncs.services.overview", lambda *_tenants: [counted])

    assert "1,234,567" in text_of(client_of, finance)


def test_each_direction_tells_how_complete_it_is(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    assert "HubSpot → QuickBooks Online not read yet" in text_of(client_of, finance)
    older, newer = (timezone.now() - timedelta(hours=hours) for hours in (3, 1))
    sync.left_complete_until, sync.right_complete_until = newer, older
    sync.save()

    html = text_of(client_of, finance)
    time = '<time class="saldo-nowrap" datetime='
    assert f'HubSpot → QuickBooks Online {time}"{newer.isoformat()}"' in html
    assert f'QuickBooks Online → HubSpot {time}"{older.isoformat()}"' in html


def test_a_direction_that_a_sync_does_not_go_is_not_told(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    sync.direction = Direction.TO_RIGHT
    sync.save()

    html = text_of(client_of, finance)

    assert "HubSpot → QuickBooks Online" in html
    assert "QuickBooks Online → HubSpot" not in html


def test_a_broken_connection_leads_an_owner_to_reconnect(
    client_of: ClientOf, owner: User, finance: User, sync: Sync
) -> None:
    left = sync.integration.left
    left.state, left.pause_message = ConnectionState.PAUSED, "The sign-in has ended."
    left.save()
    reconnect = f"/connect/hubspot/?connection={left.uuid}"

    for_owner, for_finance = text_of(client_of, owner), text_of(client_of, finance)

    assert reconnect in for_owner
    assert "The sign-in has ended." in for_owner
    assert for_owner.count("needs you</span>") == 1
    assert f"Waits for it: {sync.name}." in for_owner
    # Finance cannot do it, and learns who can.
    assert reconnect not in for_finance
    assert "An owner of your company can reconnect it." in for_finance


def test_a_paused_sync_says_why(client_of: ClientOf, finance: User, sync: Sync) -> None:
    sync.state, sync.pause_category = SyncState.PAUSED, "configuration"
    sync.pause_message = "The field “Fax” is gone."
    sync.save()

    html = text_of(client_of, finance)

    assert "The field “Fax” is gone." in html
    assert f"/admin/syncs/sync/{sync.pk}/change/" in html


def test_a_sync_that_a_limit_holds_up_says_until_when(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    assert "Rests until" not in text_of(client_of, finance)
    sync.held_until = timezone.now() + timedelta(minutes=40)
    sync.save()

    html = text_of(client_of, finance)

    assert "Rests until" in html
    assert f"{sync.held_until:%Y-%m-%d %H:%M} UTC" in html


def test_one_of_the_books_is_enough(client_of: ClientOf, owner: User, tenant: Tenant) -> None:
    assert "Connect QuickBooks Online or Exact Online" in text_of(client_of, owner)
    connection(tenant, "exact")

    html = text_of(client_of, owner)

    assert "✓ Exact Online is connected" in html
    assert "QuickBooks" not in html


def test_a_company_without_syncs_is_told_what_to_do_first(
    client_of: ClientOf, owner: User, viewer: User, tenant: Tenant
) -> None:
    assert "/connect/hubspot/" in text_of(client_of, owner)
    assert "/connect/hubspot/" not in text_of(client_of, viewer)

    left, right = connection(tenant, "hubspot"), connection(tenant, "quickbooks")

    html = text_of(client_of, owner)
    assert "✓ HubSpot is connected" in html
    assert f"/admin/syncs/integration/add/?left={left.pk}&amp;right={right.pk}" in html
    assert "/admin/syncs/integration/add/" not in text_of(client_of, viewer)


def test_another_company_is_not_counted(
    client_of: ClientOf, stranger: User, make_record: MakeRecord
) -> None:
    make_record(1)

    html = text_of(client_of, stranger)

    assert "did not make it" not in html
    assert "Nothing is kept in step yet" in html


def test_somebody_of_two_companies_reads_whose_sync_it_is(
    client_of: ClientOf, finance: User, sync: Sync, other_tenant: Tenant
) -> None:
    MembershipFactory.create(tenant=other_tenant, user=finance, role=Role.FINANCE)
    contacts_sync(other_tenant)

    html = text_of(client_of, finance)

    assert html.count(f"{other_tenant.name} · ") == html.count(f"{sync.tenant.name} · ") == 1


def test_a_connection_is_told_once_however_many_integrations_stand_on_it(
    client_of: ClientOf, owner: User, tenant: Tenant, sync: Sync
) -> None:
    left = sync.integration.left
    left.state = ConnectionState.PAUSED
    left.save()
    other = install(left, connection(tenant, "exact"))
    create_sync(other, "hubspot_exact_contacts")

    html = text_of(client_of, owner)

    assert html.count(f"{left} needs you") == 1
    assert html.count('class="saldo-card saldo-tile"') == 2


def test_of_too_many_integrations_those_where_most_fails_have_a_tile(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncs.views.home.MOST_TILES", 1)
    other = install(sync.integration.left, connection(sync.tenant, "exact"))
    exact = create_sync(other, "hubspot_exact_contacts")
    exact.records.create(tenant_id=sync.tenant_id, status=Status.FAILING, left_id="1")

    html = text_of(client_of, finance)

    assert "1 record did not make it" in html
    assert f"/desk/overview/?integration={other.pk}" in html
    assert f"/desk/overview/?integration={sync.integration_id}" not in html
    assert "And 1 integration more, where less fails" in html


def test_what_is_mine_comes_with_the_overdue_first(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    today = timezone.now().date()
    make_record(1, assignee=finance)
    make_record(2, assignee=finance, due_on=today - timedelta(days=1))
    make_record(3, assignee=finance, due_on=today + timedelta(days=1))
    make_record(4, assignee=finance, snoozed_until=timezone.now() + timedelta(days=1))
    make_record(5)
    make_record(6, first_failed_at=timezone.now() - timedelta(days=3))

    html = text_of(client_of, finance)

    mine = html[html.index("Needs me") : html.index("Why records fail")]
    assert mine.index("Person 2<") < mine.index("Person 3<") < mine.index("Person 1<")
    assert "Person 4<" not in mine
    assert "1 overdue" in mine
    assert "3 records are assigned to you" in mine
    assert "1 fails since yesterday and is nobody's" in mine


def test_nothing_that_is_mine_is_said_calmly(
    client_of: ClientOf, finance: User, owner: User, make_record: MakeRecord
) -> None:
    make_record(1, assignee=owner)

    assert "Nothing is waiting for you." in text_of(client_of, finance)


def test_the_number_of_queries_does_not_grow(
    client_of: ClientOf,
    finance: User,
    tenant: Tenant,
    make_record: MakeRecord,
) -> None:
    client = client_of(finance)
    make_record(1)
    few = _queries(client)
    Connection.objects.for_tenant(tenant).update(external_id="other")
    for number in range(2, 20):
        make_record(number, category="tax")
    contacts_sync(tenant)

    assert _queries(client) == few


def _queries(client: Any) -> int:
    client.get(HOME)
    with CaptureQueriesContext(database) as found:
        assert client.get(HOME).status_code == 200
    return len(found)


def test_the_commonest_cause_comes_first(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, category="field_invalid", cause="field_invalid||phone")
    for number in (2, 3):
        make_record(number, cause="duplicate_key||", amount="45", currency="EUR")

    html = text_of(client_of, finance)

    causes = html[html.index("Why records fail") :]
    assert causes.index("Already exists there") < causes.index("The other side does not accept")
    assert "90.00 EUR" in causes
    assert "/desk/causes/" in causes
