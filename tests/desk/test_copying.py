"""Copying configuration between two customers whose ids differ for the same names."""

from collections.abc import Sequence

import msgspec
import pytest
from django.urls import reverse

from accounts.models import Tenant, User
from integrations.contract import Category, Choice, Fault, Field, FieldType, RetryLater
from integrations.models import Connection
from syncs import services
from syncs.copying import LEAVE_OUT, CopyRefused, Ends, How, apply, lists, plan_of
from syncs.models import (
    ChangeKind,
    ConfigurationChange,
    FieldList,
    Sync,
    SyncState,
)
from syncs.reverting import revert
from tests.conftest import ClientOf
from tests.desk.conftest import CONTACT, CUSTOMER, contacts_sync, know_fields
from tests.desk.copying import (
    HERE,
    SETTINGS,
    THERE,
    add_condition,
    add_field,
    add_mapping,
    how,
    own,
    plan,
)
from tests.desk.deals import deals_sync
from tests.desk.documents import invoices_sync

URL = "/desk/copy/"


@pytest.fixture(autouse=True)
def live(monkeypatch: pytest.MonkeyPatch, tenant: Tenant) -> None:
    def choices(connection: Connection, name: str) -> Sequence[Choice]:
        return (THERE if connection.tenant_id == tenant.pk else HERE).get(name, ())

    monkeypatch.setattr(lists, "live_choices", choices)


@pytest.fixture
def invoices(tenant: Tenant) -> Sync:
    return invoices_sync(tenant, settings=SETTINGS)


@pytest.fixture
def others_invoices(other_tenant: Tenant) -> Sync:
    return invoices_sync(other_tenant, settings={"terms": "77", "prices_include_tax": True})


@pytest.fixture
def contacts(tenant: Tenant) -> Sync:
    return contacts_sync(tenant)


@pytest.fixture
def others_contacts(other_tenant: Tenant) -> Sync:
    return contacts_sync(other_tenant)


# --- settings --------------------------------------------------------------------------------


def test_entries_of_lists_are_found_again_by_name(invoices: Sync, others_invoices: Sync) -> None:
    found = plan(invoices, others_invoices)

    assert found.settings["income_account"] == "12"
    assert found.settings["terms"] == "9"
    assert how(found, "income_account|79") is How.LABEL


def test_an_ambiguous_name_is_a_gap_until_a_person_chooses(
    invoices: Sync, others_invoices: Sync
) -> None:
    found = plan(invoices, others_invoices)
    key = "hubspot_quickbooks_invoices|setting|expense_account|60"

    assert "expense_account" not in found.settings
    assert [gap.label for gap in found.gaps if "expense" in gap.key] == ["Cost of goods"]
    chosen = plan_of(
        invoices,
        others_invoices,
        (Ends(invoices.integration, is_source=True), Ends(others_invoices.integration)),
        {key: "62"},
    )
    assert chosen.settings["expense_account"] == "62"


def test_rows_of_a_table_are_bound_on_both_sides(invoices: Sync, others_invoices: Sync) -> None:
    found = plan(invoices, others_invoices)

    assert found.settings["taxes"] == [["x21", "50", "21", "VAT high"]]
    assert [gap.label for gap in found.gaps if "taxes" in gap.key] == ["VAT low"]


def test_what_the_source_does_not_say_stays_as_it_is(
    invoices: Sync, others_invoices: Sync, support: User
) -> None:
    apply(plan(invoices, others_invoices), others_invoices.integration, support)

    others_invoices.refresh_from_db()
    assert others_invoices.settings["terms"] == "9"
    assert others_invoices.settings["prices_include_tax"] is True


# --- mappings --------------------------------------------------------------------------------


def test_mappings_go_with_the_fields_that_are_there(
    contacts: Sync, others_contacts: Sync, support: User
) -> None:
    add_mapping(contacts, "score")
    apply(plan(contacts, others_contacts), others_contacts.integration, support)

    assert (["score"], ["Notes"]) in [each[1:] for each in own(others_contacts)]


def test_a_field_that_is_not_there_is_a_gap(
    contacts: Sync, others_contacts: Sync, support: User
) -> None:
    add_field(contacts, "left", Field("vip_level", "VIP level"))
    add_mapping(contacts, "vip_level")
    found = plan(contacts, others_contacts)

    assert [(gap.label, gap.blocks) for gap in found.gaps] == [("VIP level", False)]
    apply(found, others_contacts.integration, support)
    assert all(left != ["vip_level"] for _key, left, _right in own(others_contacts))


def test_a_field_of_another_name_is_found_by_its_label(
    contacts: Sync, others_contacts: Sync
) -> None:
    add_field(contacts, "left", Field("vip_level", "VIP level"))
    add_field(others_contacts, "left", Field("vip_2", "VIP level"))
    add_mapping(contacts, "vip_level", transform="template", options={"text": "VIP {vip_level}"})
    found = plan(contacts, others_contacts)

    row = next(row for row in found.mappings.values() if row["right"] == ["Notes"])
    assert (row["left"], row["options"]["text"]) == (["vip_2"], "VIP {vip_2}")


def test_a_key_is_never_taken_from_other_fields(contacts: Sync, others_contacts: Sync) -> None:
    """What each record last agreed on is kept by it."""
    add_mapping(contacts, "score")
    add_mapping(others_contacts, "company")
    found = plan(contacts, others_contacts)

    key = next(key for key, row in found.mappings.items() if row["left"] == ["score"])
    assert key not in {each[0] for each in own(others_contacts)}
    assert key != "own_1"


def test_copying_twice_changes_nothing_more(
    contacts: Sync, others_contacts: Sync, support: User, other_tenant: Tenant
) -> None:
    add_mapping(contacts, "score")
    apply(plan(contacts, others_contacts), others_contacts.integration, support)
    others_contacts.refresh_from_db()
    assert plan(contacts, others_contacts).changes == ()

    apply(plan(contacts, others_contacts), others_contacts.integration, support)
    assert ConfigurationChange.objects.for_tenant(other_tenant).count() == 1


# --- conditions ------------------------------------------------------------------------------


def other_stages(sync: Sync, *choices: Choice) -> None:
    row = FieldList.objects.for_tenant(sync.tenant_id).get(connection=sync.integration.left)
    stage = Field("lifecyclestage", "Lifecycle stage", FieldType.CHOICE, choices=choices)
    known = [each for each in CONTACT if each.name != "lifecyclestage"]
    row.fields = msgspec.to_builtins([*known, stage])
    row.save(update_fields=["fields"])


def test_values_of_conditions_are_found_again(contacts: Sync, others_contacts: Sync) -> None:
    other_stages(others_contacts, Choice("8812", "Customer"), Choice("lead", "Prospect"))
    add_condition(contacts, "customer", "lead")

    (row,) = plan(contacts, others_contacts).conditions
    assert row["values"] == ["8812", "lead"]


def test_a_condition_is_never_dropped_in_silence(
    contacts: Sync, others_contacts: Sync, support: User
) -> None:
    """Without it the filter would let everybody through."""
    other_stages(others_contacts, Choice("customer", "Customer"), Choice("8812", "Subscriber"))
    add_condition(contacts, "lead")
    add_condition(others_contacts, "8812")
    found = plan(contacts, others_contacts)

    assert found.blocks
    with pytest.raises(CopyRefused):
        apply(found, others_contacts.integration, support)
    ends = Ends(contacts.integration, is_source=True), Ends(others_contacts.integration)
    key = next(gap.key for gap in found.gaps)
    without = plan_of(contacts, others_contacts, ends, {key: LEAVE_OUT})
    assert (without.blocks, without.conditions) == (False, [])
    instead = plan_of(contacts, others_contacts, ends, {key: "8812"})
    assert instead.conditions[0]["values"] == ["8812"]


# --- carrying it out -------------------------------------------------------------------------


def test_it_is_kept_as_one_change_and_all_is_decided_anew(
    invoices: Sync, others_invoices: Sync, support: User, other_tenant: Tenant
) -> None:
    before = others_invoices.revision
    apply(plan(invoices, others_invoices), others_invoices.integration, support)

    (change,) = ConfigurationChange.objects.for_tenant(other_tenant)
    assert (change.kind, change.by, change.sync) == (ChangeKind.COPIED, support, others_invoices)
    others_invoices.refresh_from_db()
    assert others_invoices.revision == before + 1


def test_a_copy_can_be_put_back(
    contacts: Sync, others_contacts: Sync, support: User, other_tenant: Tenant
) -> None:
    add_mapping(contacts, "score")
    add_condition(contacts, "lead")
    services.change_settings(contacts, {"direction": "to_right"})
    before = own(others_contacts)
    apply(plan(contacts, others_contacts), others_contacts.integration, support)
    assert own(others_contacts) != before

    revert(ConfigurationChange.objects.for_tenant(other_tenant).get(), support)

    others_contacts.refresh_from_db()
    assert sorted(own(others_contacts)) == sorted(before)
    assert others_contacts.direction == "both"
    assert others_contacts.conditions.get(fixed=False).values == ["customer"]


def test_nothing_else_of_the_other_company_goes_along(
    invoices: Sync, others_invoices: Sync, support: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    services.change_settings(invoices, {"name": "Zwijgzaam"}, None)
    apply(plan(invoices, others_invoices), others_invoices.integration, support)

    others_invoices.refresh_from_db()
    change = ConfigurationChange.objects.for_tenant(other_tenant).get()
    assert others_invoices.name != "Zwijgzaam"
    assert str(tenant) not in str(change.after)
    assert others_invoices.integration.left.tenant_id == other_tenant.pk


def test_a_sync_that_is_not_there_is_made_switched_off(
    contacts: Sync, others_invoices: Sync, support: User
) -> None:
    pair = others_invoices.integration
    know_fields(pair.left, "contact", CONTACT)
    know_fields(pair.right, "customer", CUSTOMER)
    services.change_settings(contacts, {"direction": "to_right"})
    contacts.refresh_from_db()

    made = apply(plan(contacts, None, to=pair), pair, support)
    assert (made.state, made.direction) == (SyncState.OFF, "to_right")
    assert made.integration == pair


# --- the page --------------------------------------------------------------------------------


def asked(source: Sync, target: Sync, **more: str) -> dict[str, str]:
    return {
        "source": str(source.integration_id),
        "target": str(target.integration_id),
        "sync": str(source.pk),
        **more,
    }


def test_looking_stores_nothing_and_copying_does(
    client_of: ClientOf, invoices: Sync, others_invoices: Sync, support: User, other_tenant: Tenant
) -> None:
    client = client_of(support)
    text = client.get(URL, asked(invoices, others_invoices)).text

    assert "Cost of goods" in text
    assert "found by its name" in text
    others_invoices.refresh_from_db()
    assert others_invoices.settings["terms"] == "77"

    client.post(URL, asked(invoices, others_invoices, look="1"))
    others_invoices.refresh_from_db()
    assert others_invoices.settings["terms"] == "77"

    answer = client.post(URL, asked(invoices, others_invoices, copy="1"))
    assert answer.headers["Location"] == f"{reverse('desk_audit_trail')}?tenant={other_tenant.pk}"
    others_invoices.refresh_from_db()
    assert others_invoices.settings["terms"] == "9"


def test_what_a_person_chose_is_copied(
    client_of: ClientOf, invoices: Sync, others_invoices: Sync, support: User
) -> None:
    bound = {"bind:hubspot_quickbooks_invoices|setting|expense_account|60": "62"}
    client_of(support).post(URL, asked(invoices, others_invoices, copy="1", **bound))

    others_invoices.refresh_from_db()
    assert others_invoices.settings["expense_account"] == "62"


def test_without_the_targets_provider_nothing_is_copied(
    client_of: ClientOf,
    invoices: Sync,
    others_invoices: Sync,
    support: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(_connection: object, _name: str) -> Sequence[Choice]:
        raise RetryLater(Fault(Category.TRANSIENT, "503", "QuickBooks is down."), 10.0)

    monkeypatch.setattr(lists, "live_choices", unreachable)
    answer = client_of(support).post(URL, asked(invoices, others_invoices, copy="1"))

    assert "QuickBooks is down." in answer.text
    others_invoices.refresh_from_db()
    assert others_invoices.settings["terms"] == "77"


def test_a_condition_that_was_not_found_holds_the_button(
    client_of: ClientOf, contacts: Sync, others_contacts: Sync, support: User
) -> None:
    other_stages(others_contacts, Choice("customer", "Customer"), Choice("8812", "Subscriber"))
    add_condition(contacts, "lead")
    client = client_of(support)

    assert (
        "First say what becomes of all that decides"
        in client.get(URL, asked(contacts, others_contacts)).text
    )
    client.post(URL, asked(contacts, others_contacts, copy="1"))
    assert not ConfigurationChange.objects.for_tenant(others_contacts.tenant_id).exists()


def test_between_other_providers_nothing_is_offered(
    client_of: ClientOf, contacts: Sync, other_tenant: Tenant, support: User
) -> None:
    answer = client_of(support).get(URL, asked(contacts, deals_sync(other_tenant)))

    assert "the same two providers" in answer.text


@pytest.mark.parametrize("person", ["owner", "finance", "viewer"])
def test_customers_cannot_copy(
    client_of: ClientOf,
    invoices: Sync,
    others_invoices: Sync,
    request: pytest.FixtureRequest,
    person: str,
) -> None:
    client = client_of(request.getfixturevalue(person))

    assert client.get(URL).status_code == 403
    assert client.post(URL, asked(invoices, others_invoices, copy="1")).status_code == 403
