"""The settings of an invoice sync, what it builds on, what is fixed, and progress."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from integrations.contract import Category, Choice, Fault, RetryLater
from syncs.admin import setting_fields
from syncs.models import FilterCondition, Status, Sync, SyncState
from syncs.setup import create_sync
from tests.conftest import ClientOf
from tests.desk.documents import invoice, invoices_sync

pytestmark = pytest.mark.django_db

LISTS: dict[str, Sequence[Choice]] = {
    "tax_rates": (
        Choice("t21", "VAT high", rate=Decimal("21.00")),
        Choice("t9", "VAT low", rate=Decimal(9)),
    ),
    "tax_codes": (Choice("5", "21% sales"), Choice("6", "Old", active=False)),
    "income_accounts": (Choice("79", "Sales of Product Income"),),
    "expense_accounts": (Choice("80", "Cost of Goods Sold"),),
    "terms": (Choice("3", "Net 30"),),
}
OWN = {
    "name": "Invoices",
    "direction": "both",
    "policy": "left",
    "leaving": "stop",
    "left_removed": "archive",
    "right_removed": "archive",
    "setting_unmatched_lines": "custom",
}


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return invoices_sync(tenant)


@pytest.fixture(autouse=True)
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        setting_fields, "live_choices", lambda _connection, name: LISTS.get(name, ())
    )


def page(client: Client, sync: Sync) -> str:
    answer = client.get(f"/admin/syncs/sync/{sync.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def save(client: Client, sync: Sync, **form: Any) -> str:
    answer = client.post(f"/admin/syncs/sync/{sync.pk}/change/", {**OWN, **form}, follow=True)
    sync.refresh_from_db()
    return answer.content.decode()


# --- settings -------------------------------------------------------------------------------------


def test_each_kind_of_setting_is_asked_for_and_kept(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    save(
        client_of(finance),
        sync,
        setting_unmatched_lines="fail",
        setting_prices_include_tax="on",
        setting_terms="3",
        setting_taxes__t21="5",
    )

    assert sync.settings["unmatched_lines"] == "fail"
    assert sync.settings["prices_include_tax"] is True
    assert sync.settings["terms"] == "3"
    assert sync.settings["taxes"] == [["t21", "5", "21", "VAT high"], ["t9", "", "9", "VAT low"]]


def test_a_rate_without_a_code_is_marked(client_of: ClientOf, finance: User, sync: Sync) -> None:
    save(client_of(finance), sync, setting_taxes__t21="5")

    html = page(client_of(finance), sync)

    assert html.count("nothing chosen: what has it fails") == 1
    assert "VAT high (21 %)" in html
    assert '<option value="5" selected' in html
    assert ">Old<" not in html


def test_the_table_is_left_alone_when_nothing_in_it_changed(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    client = client_of(finance)
    save(client, sync, setting_taxes__t21="5")
    revision = sync.revision

    save(client, sync, setting_taxes__t21="5")

    assert sync.revision == revision


def test_a_code_that_is_not_on_the_list_is_refused(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    html = save(client_of(finance), sync, setting_taxes__t21="99")

    assert "“99” is not on the list." in html
    assert "taxes" not in sync.settings


def test_a_setting_says_what_it_depends_on(client_of: ClientOf, finance: User, sync: Sync) -> None:
    html = page(client_of(finance), sync)

    assert "Counts only when this is chosen: A line without an item in QuickBooks" in html


def test_without_the_providers_the_table_keeps_what_was_chosen(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(client_of(finance), sync, setting_taxes__t21="5")
    before = sync.settings
    asked: list[str] = []

    def unreachable(_connection: object, name: str) -> tuple[Choice, ...]:
        asked.append(name)
        raise RetryLater(Fault(Category.TRANSIENT, "503", "It is down."), 10.0)

    monkeypatch.setattr(setting_fields, "live_choices", unreachable)

    assert "It is down." in page(client_of(finance), sync)
    # Each provider once, not once for each of its lists.
    assert len(asked) == 2
    save(client_of(finance), sync, setting_taxes__t21="5", name="Bills")
    assert sync.name == "Bills"
    assert sync.settings == before


# --- what it builds on ----------------------------------------------------------------------------


@pytest.fixture
def off(sync: Sync) -> Sync:
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(
        state=SyncState.OFF, settings={**sync.settings, "income_account": "79"}
    )
    sync.refresh_from_db()
    return sync


def switch(client: Client, sync: Sync, name: str = "activate_all") -> str:
    answer = client.post(f"/admin/syncs/sync/{sync.pk}/switch/{name}/", follow=True)
    assert answer.status_code == 200
    sync.refresh_from_db()
    return answer.content.decode()


def test_what_it_builds_on_is_named_with_what_has_to_be_chosen_there(
    client_of: ClientOf, owner: User, off: Sync
) -> None:
    products = create_sync(off.integration, "hubspot_quickbooks_products")

    html = page(client_of(owner), off)

    assert "It builds on what is not switched on yet" in html
    assert "(is created)" in html
    assert f"/admin/syncs/sync/{products.pk}/change/#id_setting_income_account" in html


def test_one_button_makes_and_switches_on_all(client_of: ClientOf, owner: User, off: Sync) -> None:
    chosen = {"income_account": "79"}
    products = create_sync(off.integration, "hubspot_quickbooks_products", settings=chosen)

    html = switch(client_of(owner), off)

    assert "with all that it builds on" in html
    assert "It builds on what" not in html
    products.refresh_from_db()
    assert {off.state, products.state} == {SyncState.ACTIVE}
    names = set(off.integration.syncs.values_list("recipe", flat=True))
    assert {"hubspot_quickbooks_contacts", "hubspot_quickbooks_payments"} <= names


def test_what_has_to_be_chosen_first_is_there_to_be_chosen(
    client_of: ClientOf, owner: User, off: Sync
) -> None:
    html = switch(client_of(owner), off)

    assert off.state == SyncState.OFF
    products = off.integration.syncs.get(recipe="hubspot_quickbooks_products")
    assert products.state == SyncState.OFF
    assert "Choose for “Products and items”: Income account for new items." in html
    assert f"/admin/syncs/sync/{products.pk}/change/#id_setting_income_account" in html


def test_finance_reads_what_is_missing_and_cannot_switch(
    client_of: ClientOf, finance: User, off: Sync
) -> None:
    client = client_of(finance)

    html = page(client, off)

    assert "It builds on what is not switched on yet" in html
    assert "Create and switch on what it needs" not in html
    address = f"/admin/syncs/sync/{off.pk}/switch/activate_all/"
    assert client.post(address).status_code == 403


def test_a_stranger_switches_nothing(client_of: ClientOf, stranger: User, off: Sync) -> None:
    address = f"/admin/syncs/sync/{off.pk}/switch/activate_all/"

    assert client_of(stranger).post(address).status_code == 404


# --- what is fixed --------------------------------------------------------------------------------


def test_fixed_conditions_say_why_and_the_start_is_one_of_them(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = page(client_of(viewer), sync)

    assert "It is still a draft" in html
    assert "It was made by an integration." in html
    assert f"Last modified is not before {sync.started_at:%Y-%m-%d %H:%M} UTC" in html
    assert html.count("fixed by the recipe") == 4


def test_mappings_say_whose_values_they_carry(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = page(client_of(viewer), sync)

    assert "only invoices made in HubSpot" in html
    assert "only invoices made in QuickBooks Online" in html
    assert "changed only where it was made" in html
    assert "line by line" in html


@pytest.mark.parametrize("part", ["mapping", "filtercondition"])
def test_a_field_that_cannot_be_used_is_greyed_out_with_the_reason(
    client_of: ClientOf, finance: User, sync: Sync, part: str
) -> None:
    html = client_of(finance).get(f"/admin/syncs/{part}/add/?sync={sync.pk}").content.decode()

    told = "Delivered (CustomField.9) – Only text and number fields can be mapped."
    assert f'<option value="CustomField.9" disabled>{told}</option>' in html


def test_a_field_that_cannot_be_used_is_refused_all_the_same(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    form = {"side": "right", "field": "CustomField.9", "operator": "is_filled", "group": "1"}
    address = f"/admin/syncs/filtercondition/add/?sync={sync.pk}"

    html = client_of(finance).post(address, {**form, "values": ""}).content.decode()

    assert html.count("Only text and number fields can be mapped.") > 1


# --- after a change -------------------------------------------------------------------------------


def test_the_page_says_how_far_a_change_has_come(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    for number in range(3):
        invoice(sync, number, left={}, right={})
    assert "brought up to date" not in page(client_of(viewer), sync)
    invoice(sync, 9, left={}, due_at=timezone.now(), status=Status.PENDING)

    assert "3 of 4 records brought up to date" in page(client_of(viewer), sync)


def test_what_is_created_from_today_on_is_a_filter_that_is_offered_and_filled_in(
    client_of: ClientOf, owner: User, sync: Sync
) -> None:
    client = client_of(owner)
    html = page(client, sync)
    assert "Only what is created in QuickBooks Online from today on" in html
    today = timezone.now().date().isoformat()
    asked = {"sync": str(sync.pk), "side": "right", "field": "MetaData.CreateTime"}
    asked |= {"operator": "after", "values": today}

    form = client.get("/admin/syncs/filtercondition/add/", asked).content.decode()

    assert f">{today}</textarea>" in form
    assert '<option value="MetaData.CreateTime" selected>' in form
    FilterCondition.objects.create(
        tenant=sync.tenant, sync=sync, side="right", field="TxnDate", operator="is_filled"
    )
    assert "from today on" not in page(client, sync)
