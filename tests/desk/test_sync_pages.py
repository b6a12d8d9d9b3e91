"""The pages of a sync: its state, settings, mappings and filters, and what a change brings."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from integrations.autocommit import demand_autocommit
from integrations.contract import Category, Choice, Fault, RetryLater
from syncs.admin import setting_fields
from syncs.models import FilterCondition, Mapping, Sync, SyncState
from syncs.setup import create_sync
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db

SETTINGS = {
    "name": "Contacts",
    "direction": "both",
    "policy": "left",
    "leaving": "stop",
    "left_removed": "unlink",
    "right_removed": "unlink",
}


def page(client: Client, sync: Sync) -> str:
    return client.get(f"/admin/syncs/sync/{sync.pk}/change/").content.decode()


def mapping_form(**changes: Any) -> dict[str, Any]:
    usual = {
        "left": ["city"],
        "direction": "to_right",
        "right": ["Notes"],
        "enabled": "on",
        "transform": "copy",
        "text": "",
        "table": "",
        "length": "0",
    }
    return usual | changes


def add_mapping(client: Client, sync: Sync, **changes: Any) -> Any:
    address = f"/admin/syncs/mapping/add/?sync={sync.pk}"
    return client.post(address, mapping_form(**changes), follow=True)


def test_the_page_shows_figures_mappings_filters_and_how_far_it_is(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1)

    html = page(client_of(finance), sync)

    assert f"?sync={sync.pk}&amp;status__exact=failing" in html
    assert "Associated company: name + First name + Last name" in html
    assert "Lifecycle stage is one of Customer" in html
    assert "Complete up to" in html
    assert "It has not run yet." in html


def test_settings_are_saved_and_all_records_decided_anew(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    before = sync.revision

    client_of(finance).post(
        f"/admin/syncs/sync/{sync.pk}/change/", SETTINGS | {"policy": "ask"}, follow=True
    )

    sync.refresh_from_db()
    assert sync.policy == "ask"
    assert sync.revision == before + 1


def test_saving_without_a_change_leaves_the_records_alone(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    form = SETTINGS | {"name": sync.name}

    client_of(finance).post(f"/admin/syncs/sync/{sync.pk}/change/", form, follow=True)

    revision = sync.revision
    sync.refresh_from_db()
    assert sync.revision == revision


def test_a_mapping_is_added_with_a_key_of_its_own(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    answer = add_mapping(client_of(finance), sync)

    assert "All records of this sync are decided anew" in answer.content.decode()
    added = Mapping.objects.for_tenant(sync.tenant_id).get(right=["Notes"])
    assert added.key.startswith("own_")
    assert added.sync == sync


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"right": ["Balance"]}, "Balance cannot be written", id="read-only target"),
        pytest.param({"right": ["GivenName"]}, "is written by 2 mappings", id="twice written"),
        pytest.param(
            {"left": ["score"], "right": ["Notes"], "direction": "both"},
            "Values cannot",
            id="types",
        ),
        pytest.param({"right": []}, "Choose exactly one field to write.", id="no target"),
        pytest.param(
            {"transform": "template", "text": "{nothing}"}, "names “nothing”", id="bad template"
        ),
        pytest.param(
            {"transform": "choice_table", "table": "only left"},
            "Write each line as",
            id="bad table line",
        ),
        pytest.param({"right": ["NoSuchField"]}, "Select a valid choice", id="unknown field"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_in_words(
    client_of: ClientOf, finance: User, sync: Sync, changes: dict[str, Any], told: str
) -> None:
    revision = sync.revision

    answer = add_mapping(client_of(finance), sync, **changes)

    assert told in answer.content.decode()
    assert not Mapping.objects.for_tenant(sync.tenant_id).filter(key__startswith="own_").exists()
    sync.refresh_from_db()
    assert sync.revision == revision


def test_switching_a_mapping_off(client_of: ClientOf, finance: User, sync: Sync) -> None:
    row = Mapping.objects.for_tenant(sync.tenant_id).get(key="display_name")
    form = mapping_form(
        left=row.left,
        right=row.right,
        direction=row.direction,
        transform=row.transform,
        text=row.options["text"],
    )
    form.pop("enabled")

    client_of(finance).post(f"/admin/syncs/mapping/{row.pk}/change/", form, follow=True)

    row.refresh_from_db()
    assert not row.enabled
    assert row.key == "display_name"
    assert row.options == {"text": "{company.name}|{firstname} {lastname}"}


def test_a_choice_table_is_written_line_by_line(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    add_mapping(
        client_of(finance), sync, transform="choice_table", table="Amsterdam = AMS\n\nRome = ROM"
    )

    row = Mapping.objects.for_tenant(sync.tenant_id).get(right=["Notes"])
    assert row.options == {"table": [["Amsterdam", "AMS"], ["Rome", "ROM"]]}


def test_a_mapping_can_be_removed(client_of: ClientOf, finance: User, sync: Sync) -> None:
    row = Mapping.objects.for_tenant(sync.tenant_id).get(key="mobile")

    answer = client_of(finance).post(
        f"/admin/syncs/mapping/{row.pk}/delete/", {"post": "yes"}, follow=True
    )

    assert answer.redirect_chain[-1][0] == f"/admin/syncs/sync/{sync.pk}/change/"
    assert not Mapping.objects.for_tenant(sync.tenant_id).filter(pk=row.pk).exists()


def test_a_locked_mapping_can_be_neither_edited_nor_removed(
    client_of: ClientOf, owner: User, sync: Sync
) -> None:
    row = Mapping.objects.for_tenant(sync.tenant_id).get(key="email")
    Mapping.objects.for_tenant(sync.tenant_id).filter(pk=row.pk).update(locked=True)
    client = client_of(owner)

    client.post(f"/admin/syncs/mapping/{row.pk}/change/", mapping_form())
    client.post(f"/admin/syncs/mapping/{row.pk}/delete/", {"post": "yes"})

    again = Mapping.objects.for_tenant(sync.tenant_id).get(pk=row.pk)
    assert (again.left, again.right) == (row.left, row.right)


def test_a_condition_is_added_and_told_in_words(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    form = {
        "side": "left",
        "field": "city",
        "operator": "is_one_of",
        "values": "Amsterdam\nRome",
        "group": "1",
    }
    address = f"/admin/syncs/filtercondition/add/?sync={sync.pk}"

    answer = client_of(finance).post(address, form, follow=True)

    assert "City is one of Amsterdam" in answer.content.decode()
    added = FilterCondition.objects.for_tenant(sync.tenant_id).get(field="city")
    assert added.values == ["Amsterdam", "Rome"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"operator": "equals", "values": ""}, "value", id="no value"),
        pytest.param(
            {"field": "score", "operator": "greater", "values": "many"}, "many", id="no number"
        ),
        pytest.param({"side": "right"}, "field", id="a field of the other side"),
    ],
)
def test_a_condition_that_cannot_work_is_refused(
    client_of: ClientOf, finance: User, sync: Sync, changes: dict[str, str], told: str
) -> None:
    usual = {"side": "left", "field": "city", "operator": "equals", "values": "Rome", "group": "1"}
    address = f"/admin/syncs/filtercondition/add/?sync={sync.pk}"

    answer = client_of(finance).post(address, usual | changes)

    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert FilterCondition.objects.for_tenant(sync.tenant_id).count() == 1


def test_the_preview_tells_what_would_happen(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    record = make_record(
        1,
        left_values={
            "firstname": "Ann",
            "lastname": "Lee",
            "email": "ann@example.org",
            "lifecyclestage": "customer",
        },
    )
    due = {"due_at": record.last_attempt_at}
    type(record).objects.for_tenant(sync.tenant_id).filter(pk=record.pk).update(**due)

    html = client_of(finance).get(f"/admin/syncs/sync/{sync.pk}/preview/").content.decode()

    assert "create in QuickBooks Online" in html
    assert "<ins>Ann Lee</ins>" in html


@pytest.mark.parametrize(
    ("name", "state"),
    [("activate", SyncState.ACTIVE), ("switch_off", SyncState.OFF)],
)
def test_an_owner_switches_it_on_and_off(
    client_of: ClientOf, owner: User, sync: Sync, name: str, state: SyncState
) -> None:
    other = SyncState.OFF if state == SyncState.ACTIVE else SyncState.ACTIVE
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(state=other)

    client_of(owner).post(f"/admin/syncs/sync/{sync.pk}/switch/{name}/")

    sync.refresh_from_db()
    assert sync.state == state


def test_finance_may_run_but_not_switch(client_of: ClientOf, finance: User, sync: Sync) -> None:
    client = client_of(finance)

    answer = client.post(f"/admin/syncs/sync/{sync.pk}/switch/run/", follow=True)

    assert "It runs within a minute." in answer.content.decode()
    assert client.post(f"/admin/syncs/sync/{sync.pk}/switch/switch_off/").status_code == 403


def test_switching_on_without_a_needed_setting_is_refused_in_words(
    client_of: ClientOf, owner: User, sync: Sync
) -> None:
    products = create_sync(sync.integration, "hubspot_quickbooks_products")

    answer = client_of(owner).post(f"/admin/syncs/sync/{products.pk}/switch/activate/", follow=True)

    assert (
        "Choose for “Products and items”: Income account for new items." in answer.content.decode()
    )
    products.refresh_from_db()
    assert products.state == SyncState.OFF


def test_a_setting_is_chosen_from_the_live_list(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = (Choice("79", "Sales of Product Income"), Choice("80", "Closed", active=False))
    monkeypatch.setattr(setting_fields, "live_choices", lambda _connection, _name: accounts)
    products = create_sync(sync.integration, "hubspot_quickbooks_products")
    client = client_of(finance)
    html = page(client, products)
    assert "Sales of Product Income" in html
    assert "Closed" not in html

    client.post(
        f"/admin/syncs/sync/{products.pk}/change/",
        SETTINGS | {"name": products.name, "setting_income_account": "79"},
    )

    products.refresh_from_db()
    assert products.settings == {"income_account": "79"}


def test_without_the_provider_the_form_says_why_and_keeps_what_was_chosen(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_connection: object, _name: str) -> tuple[Choice, ...]:
        raise RetryLater(Fault(Category.TRANSIENT, "503", "QuickBooks is down."), 10.0)

    monkeypatch.setattr(setting_fields, "live_choices", unreachable)
    products = create_sync(
        sync.integration, "hubspot_quickbooks_products", settings={"income_account": "79"}
    )

    html = page(client_of(finance), products)

    assert "QuickBooks is down." in html
    assert '<option value="79" selected' in html


def test_no_provider_is_asked_while_the_form_is_being_saved(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_connection: object, _name: str) -> tuple[Choice, ...]:
        demand_autocommit()
        return (Choice("79", "Sales of Product Income"),)

    monkeypatch.setattr(setting_fields, "live_choices", asked)
    products = create_sync(sync.integration, "hubspot_quickbooks_products")

    client_of(finance).post(
        f"/admin/syncs/sync/{products.pk}/change/",
        SETTINGS | {"name": "Goods", "setting_income_account": "79"},
    )

    products.refresh_from_db()
    assert (products.name, products.settings) == ("Goods", {"income_account": "79"})


def test_settings_that_do_not_fit_the_mappings_are_refused_in_words(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    one_way = {"direction": "to_left"}
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(**one_way)
    Mapping.objects.for_tenant(sync.tenant_id).filter(key="first_name").update(right=["Balance"])

    answer = client_of(finance).post(f"/admin/syncs/sync/{sync.pk}/change/", SETTINGS)

    assert "Balance cannot be written" in answer.content.decode()
    sync.refresh_from_db()
    assert sync.direction == "to_left"


def test_a_stranger_can_add_nothing_to_it(client_of: ClientOf, stranger: User, sync: Sync) -> None:
    answer = add_mapping(client_of(stranger), sync)

    assert answer.status_code == 404
