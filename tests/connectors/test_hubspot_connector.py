"""HubSpot's account, fields, lists and look-ups."""

import pytest

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.lookup import fitting_groups
from integrations.connectors.hubspot.objects import PRODUCT
from integrations.contract import Choice, FieldType, Misconfigured, RecordState
from tests.connectors.rig import CALLBACK, Rig


def test_the_account_tells_its_currency_and_time_zone(hubspot: Rig) -> None:
    identity = hubspot.connector.identity()

    assert identity.name == f"HubSpot {identity.external_id}"
    assert (identity.currency, identity.time_zone) == ("EUR", "Europe/Amsterdam")
    assert identity.external_id in identity.url


def test_a_contact_has_its_own_fields_and_those_of_its_company(hubspot: Rig) -> None:
    fields = {field.name: field for field in hubspot.connector.fields("contact")}

    assert fields["email"].unique
    assert fields["email"].updatable
    assert not fields["lastmodifieddate"].updatable
    assert fields["lastmodifieddate"].type is FieldType.DATETIME
    assert fields["company"].label == "Company Name"
    assert fields["company.name"].label == "Associated company: Company name"
    assert not fields["company.name"].creatable
    assert fields["associatedcompanyid"].references == "company"
    assert "company.name" not in {each.name for each in hubspot.connector.fields("company")}


def test_the_price_of_a_product_is_money(hubspot: Rig) -> None:
    fields = {field.name: field for field in hubspot.connector.fields("product")}

    assert fields["price"].type is FieldType.MONEY
    assert fields["name"].required


def test_the_properties_are_asked_once(hubspot: Rig) -> None:
    hubspot.connector.fields("contact")
    before = hubspot.calls

    hubspot.connector.fields("contact")
    hubspot.connector.fields("company")

    assert hubspot.calls == before


@pytest.mark.parametrize(
    "name", ["lifecyclestage", "contact.lifecyclestage", "company.lifecyclestage"]
)
def test_lifecycle_stages_are_a_list(hubspot: Rig, name: str) -> None:
    assert Choice("customer", "Customer") in hubspot.connector.choices(name)


def test_owners_are_a_list(hubspot: Rig) -> None:
    owners = hubspot.connector.choices("owners")

    assert all(owner.value.isdigit() and owner.label for owner in owners)
    labels = {owner.label: owner.active for owner in owners}
    assert labels["Sanne de Vries"]
    # Who has left still owns old records.
    assert labels["Piet Vertrokken"] is False
    assert len(labels) == len(owners)


@pytest.mark.parametrize("name", ["unicorns", "deal.unicorn"])
def test_a_list_that_is_not_there_is_a_matter_of_configuration(hubspot: Rig, name: str) -> None:
    with pytest.raises(Misconfigured):
        hubspot.connector.choices(name)


@pytest.mark.parametrize(
    ("object_type", "number"),
    [
        ("contact", "0-1"),
        ("company", "0-2"),
        ("product", "0-7"),
        ("deal", "0-3"),
        ("invoice", "0-53"),
        ("payment", "0-101"),
        ("note", "0-46"),
    ],
)
def test_a_link_names_account_object_type_and_record(
    hubspot: Rig, object_type: str, number: str
) -> None:
    link = hubspot.connector.link(object_type, "17")

    hub_id = hubspot.server.ready()["hubspot"]["account_id"]
    assert link == f"{hubspot.server.base_url('hubspot')}/contacts/{hub_id}/record/{number}/17"


def test_records_are_found_by_a_field_that_is_not_unique(hubspot: Rig) -> None:
    person = hubspot.sandbox.hubspot.add_contact
    ids = [person(lastname="O'Brien", phone="1"), person(lastname="o'brien", phone="2")]
    person(lastname="Brien", phone="1")

    records = hubspot.connector.find("contact", "lastname", ["O'BRIEN", ""], ["phone"])

    assert sorted(record.id for record in records) == sorted(ids)
    assert {record.fields["phone"] for record in records} == {"1", "2"}
    assert {tuple(record.fields) for record in records} == {("phone",)}


def test_a_contact_is_not_found_by_an_address_it_only_has_besides(hubspot: Rig) -> None:
    hubspot.sandbox.hubspot.add_contact(
        email="first@example.org", hs_additional_emails="second@example.org"
    )

    assert hubspot.connector.find("contact", "email", ["second@example.org"], ["email"]) == []


def test_archived_records_are_not_found(hubspot: Rig) -> None:
    id_ = hubspot.sandbox.hubspot.add_contact(email="ann@example.org")
    hubspot.sandbox.hubspot.delete("contacts", id_)

    assert hubspot.connector.find("contact", "email", ["ann@example.org"], ["email"]) == []
    (record,) = hubspot.connector.read("contact", [id_], ["email"])
    assert record.state is RecordState.ARCHIVED


def test_more_finds_than_a_page_are_all_found(hubspot: Rig) -> None:
    rows = ({"lastname": "Smith", "phone": str(each)} for each in range(450))
    ids = hubspot.sandbox.hubspot.load("contacts", rows)

    records = hubspot.connector.find("contact", "lastname", ["smith"], ["phone"])

    assert sorted(record.id for record in records) == sorted(ids)


def test_values_too_many_or_too_long_for_one_search_are_looked_up_in_several(
    hubspot: Rig,
) -> None:
    names = [f"{'long name ' * 20}{each}" for each in range(60)]
    ids = hubspot.sandbox.hubspot.load("products", ({"name": name} for name in names))

    records = hubspot.connector.find("product", "name", names, ["name"])

    assert sorted(record.id for record in records) == sorted(ids)


def test_a_group_of_values_fits_into_a_search() -> None:
    values = [f"værdi {each}" * 3 for each in range(500)] + ["x" * 5000]

    groups = list(fitting_groups("name", values))

    assert [value for group in groups for value in group] == values[:-1]
    assert max(len(group) for group in groups) <= 100
    assert all(sum(len(value.encode()) + 3 for value in group) < 3000 for group in groups)


def test_the_consent_page_asks_for_what_the_object_types_need() -> None:
    app = settings.oauth_app(settings.HOSTS["live"], "id", "secret", CALLBACK)

    assert app.authorize_url == "https://app.hubspot.com/oauth/authorize"
    assert app.token_url == "https://api.hubapi.com/oauth/2026-03/token"
    assert "oauth" in app.scopes
    assert {f"crm.objects.{PRODUCT.path}.read", f"crm.objects.{PRODUCT.path}.write"} <= set(
        app.scopes
    )


def test_only_the_current_version_is_called(hubspot: Rig) -> None:
    hubspot.connector.identity()
    hubspot.connector.choices("owners")
    hubspot.read_all("contact", ["email", "company.name"])

    assert {settings.VERSION in call.path for call in hubspot.log.calls} == {True}
