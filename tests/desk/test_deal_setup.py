"""Setting up what becomes of deals: stages, texts, tables, and syncs that exclude each other."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from integrations.contract import Category, Choice, Fault, RetryLater
from syncs.admin import setting_fields
from syncs.models import Run, RunState, Sync, SyncState
from syncs.recipes.hubspot_exact_documents import ENTRIES, OPPORTUNITIES
from syncs.setup import sync_of
from tests.conftest import ClientOf
from tests.desk.deals import LOST, WON, deals_sync

pytestmark = pytest.mark.django_db

LISTS: dict[str, Sequence[Choice]] = {
    "deal_stages": (
        Choice(WON, "Sales: Closed won"),
        Choice(LOST, "Sales: Closed lost"),
        Choice("service/done", "Service: Done"),
        Choice("default/old", "Sales: Old", active=False),
    ),
    "sales_journals": (Choice("70", "Sales"),),
    "units": (Choice("pc", "Piece"),),
    "item_groups": (Choice("group-1", "Services"),),
    "opportunity_stages": (Choice("stage-1", "Offer"),),
    "owners": (Choice("70001", "Bob Owner"),),
    "users": (Choice("user-1", "Bob in Exact"),),
}
OWN = {
    "name": "Invoices",
    "direction": "both",
    "policy": "left",
    "leaving": "stop",
    "left_removed": "unlink",
    "right_removed": "unlink",
    "setting_who": "stages",
    "setting_stages": [WON],
    "setting_processing": "draft",
    "setting_journal": "70",
    "setting_unmatched_lines": "custom",
    "setting_item_code": "HUBSPOT",
    "setting_unit": "pc",
    "setting_item_group": "group-1",
}


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return deals_sync(tenant)


@pytest.fixture(autouse=True)
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        setting_fields, "live_choices", lambda _connection, name: LISTS.get(name, ())
    )


def page(client: Client, sync: Sync) -> str:
    answer = client.get(f"/admin/syncs/sync/{sync.pk}/change/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def save(client: Client, sync: Sync, **form: Any) -> str:
    answer = client.post(f"/admin/syncs/sync/{sync.pk}/change/", {**OWN, **form}, follow=True)
    sync.refresh_from_db()
    return answer.content.decode()


# --- several entries of a list --------------------------------------------------------------------


def test_any_number_of_pipelines_and_stages_is_chosen(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    save(client_of(finance), sync, setting_stages=[WON, "service/done"])

    assert sync.settings["stages"] == [WON, "service/done"]
    html = page(client_of(finance), sync)
    assert f'<option value="{WON}" selected>Sales: Closed won</option>' in html
    assert f'<option value="{LOST}">Sales: Closed lost</option>' in html
    # What is no longer in use is offered to nobody.
    assert "Sales: Old" not in html


def test_a_stage_that_vanished_stays_to_be_seen_with_the_reason(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    chosen = {**sync.settings, "stages": ["default/old", "default/gone"]}
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(settings=chosen)

    html = page(client_of(finance), sync)

    assert "Sales: Old – no longer in use in HubSpot</option>" in html
    assert "default/gone – no longer in HubSpot</option>" in html
    # Saving something else keeps them.
    save(client_of(finance), sync, setting_stages=["default/old", "default/gone"], name="Bills")
    assert sync.settings["stages"] == ["default/old", "default/gone"]


def test_a_stage_that_is_on_no_list_is_refused(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    html = save(client_of(finance), sync, setting_stages=["made/up"])

    assert "made/up is not one of the available choices" in html
    assert sync.settings["stages"] == [WON]


def test_without_hubspot_the_stages_stay_as_they_were_chosen(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_connection: object, _name: str) -> tuple[Choice, ...]:
        raise RetryLater(Fault(Category.TRANSIENT, "503", "It is down."), 10.0)

    monkeypatch.setattr(setting_fields, "live_choices", unreachable)

    html = page(client_of(finance), sync)

    assert "It is down." in html
    assert f'<option value="{WON}" selected>{WON}</option>' in html


# --- texts and tables -----------------------------------------------------------------------------


def test_the_code_of_the_default_item_is_a_text(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    assert 'value="HUBSPOT"' in page(client_of(finance), sync)

    save(client_of(finance), sync, setting_item_code=" DIVERS ")

    assert sync.settings["item_code"] == "DIVERS"


def test_a_table_says_what_follows_where_nothing_is_chosen(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    assert "nothing chosen: stays empty" in page(client_of(finance), sync)
    opportunities = sync_of(sync.integration, OPPORTUNITIES)

    html = page(client_of(finance), opportunities)

    assert html.count("nothing chosen: left out of the sync") == 3


# --- what the settings let through ----------------------------------------------------------------


def test_what_the_settings_let_through_stands_among_the_filters(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = page(client_of(viewer), sync)

    assert "Pipeline and stage is one of" in html
    assert "as chosen under “Pipelines and stages”" in html
    assert '<a class="saldo-link" href="#id_setting_stages">see the settings</a>' in html


def test_by_hand_only_lets_nothing_through(client_of: ClientOf, finance: User, sync: Sync) -> None:
    save(client_of(finance), sync, setting_who="none", setting_stages=[])

    html = page(client_of(finance), sync)

    assert "nothing is let through" in html
    assert "as chosen under “A sales invoice is made”" in html


# --- syncs that exclude each other ----------------------------------------------------------------


@pytest.mark.parametrize("code", [ENTRIES, OPPORTUNITIES])
def test_a_sync_beside_which_another_is_on_is_greyed_out_with_the_reason(
    client_of: ClientOf, owner: User, sync: Sync, code: str
) -> None:
    other = sync_of(sync.integration, code)
    client = client_of(owner)

    html = page(client, other)

    assert '<button class="saldo-button" disabled aria-describedby="rivals-words">' in html
    assert f'href="/admin/syncs/sync/{sync.pk}/change/">Sales invoices of deals</a>' in html
    listed = client.get("/admin/syncs/sync/").content.decode()
    assert "off: cannot be on beside “Sales invoices of deals”" in listed


def test_it_is_refused_all_the_same(client_of: ClientOf, owner: User, sync: Sync) -> None:
    other = sync_of(sync.integration, OPPORTUNITIES)

    address = f"/admin/syncs/sync/{other.pk}/switch/activate/"
    html = client_of(owner).post(address, follow=True).content.decode()

    assert "cannot be on beside Sales invoices of deals" in html
    other.refresh_from_db()
    assert other.state == SyncState.OFF


def test_once_the_other_is_off_it_can_be_switched_on(
    client_of: ClientOf, owner: User, sync: Sync
) -> None:
    other = sync_of(sync.integration, ENTRIES)
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(state=SyncState.OFF)

    assert "rivals-words" not in page(client_of(owner), other)


# --- resting --------------------------------------------------------------------------------------


def test_a_sync_that_rests_says_why_and_until_when(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    until = timezone.now() + timedelta(minutes=40)
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(held_until=until)
    Run.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        state=RunState.STOPPED,
        started_at=timezone.now(),
        category="rate_limited",
        message="Exact answered 9 calls to SalesInvoices with an error within the hour.",
    )

    html = page(client_of(viewer), sync)

    assert "Waiting for our turn" in html
    assert "9 calls to SalesInvoices with an error within the hour." in html
    assert f"{until:%Y-%m-%d %H:%M} UTC" in html


def test_calls_of_today_are_counted_for_the_provider_that_counts_them(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = page(client_of(viewer), sync)

    assert "calls to Exact Online today" in html
    assert "calls to HubSpot today" not in html
