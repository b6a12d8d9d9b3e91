"""Property definitions, groups, owners, pipelines and the account's details."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hubspot_account import OBJECTS, Account

CONTACTS = "/crm/properties/2026-03/contacts"


def definition(name: str = "own", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": "Own",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
    } | more


def properties(account: Account, object_type: str) -> dict[str, dict[str, Any]]:
    rows = account.get(f"/crm/properties/2026-03/{object_type}").json()["results"]
    return {row["name"]: row for row in rows}


def test_definitions_tell_types_options_and_what_is_read_only(account: Account) -> None:
    contacts = properties(account, "contacts")

    email, stage = contacts["email"], contacts["lifecyclestage"]
    assert (email["type"], email["fieldType"], email["hasUniqueValue"]) == ("string", "text", True)
    assert email["modificationMetadata"]["readOnlyValue"] is False
    assert contacts["associatedcompanyid"]["type"] == "number"
    assert contacts["associatedcompanyid"]["modificationMetadata"]["readOnlyValue"] is True
    assert [option["value"] for option in stage["options"]][:2] == ["subscriber", "lead"]
    assert stage["options"][1]["label"] == "Lead"
    owner = contacts["hubspot_owner_id"]
    assert (owner["externalOptions"], owner["options"]) == (True, [])
    assert owner["referencedObjectType"] == "OWNER"


@pytest.mark.parametrize(
    ("object_type", "modified"),
    [
        ("contacts", "lastmodifieddate"),
        ("companies", "hs_lastmodifieddate"),
        ("products", "hs_lastmodifieddate"),
    ],
)
def test_every_object_has_its_own_name_for_the_change_time(
    account: Account, object_type: str, modified: str
) -> None:
    known = properties(account, object_type)

    assert known[modified]["type"] == "datetime"
    assert known[modified]["modificationMetadata"]["readOnlyValue"] is True
    assert len({"lastmodifieddate", "hs_lastmodifieddate"} & set(known)) == 1


@pytest.mark.parametrize("root", [CONTACTS, "/crm/v3/properties/contacts"])
def test_an_own_property_can_be_defined_and_used(account: Account, root: str) -> None:
    options = [{"label": "Gold", "value": "gold"}, {"label": "Tin", "value": "tin"}]
    body = definition("tier", type="enumeration", fieldType="checkbox", options=options)

    made = account.post(root, body)

    assert made.status_code == 201
    assert made.json()["hubspotDefined"] is False
    assert made.json()["modificationMetadata"]["archivable"] is True
    assert [o["displayOrder"] for o in made.json()["options"]] == [0, 1]
    record_id = account.create("contacts", email="a@example.org", tier="gold")
    account.patch(f"{OBJECTS}/contacts/{record_id}", {"properties": {"tier": ";tin"}})
    assert account.hubspot.get("contacts", record_id)["tier"] == "gold;tin"
    read = account.get(f"{OBJECTS}/contacts/{record_id}", properties="tier").json()
    assert read["properties"]["tier"] == "gold;tin"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 400, id="nothing"),
        pytest.param(definition("Own"), 400, id="a capital letter"),
        pytest.param(definition("email"), 409, id="a name that is taken"),
        pytest.param(definition(type="text"), 400, id="no type"),
        pytest.param(definition(fieldType="number"), 400, id="types that do not pair"),
        pytest.param(definition(groupName="nope"), 404, id="no such group"),
        pytest.param(definition(type="enumeration", fieldType="select"), 400, id="no options"),
        pytest.param(
            definition(
                type="enumeration",
                fieldType="select",
                options=[{"label": "A", "value": "a"}, {"label": "B", "value": "a"}],
            ),
            400,
            id="an option twice",
        ),
        pytest.param(
            definition(type="datetime", fieldType="date", hasUniqueValue=True), 400, id="unique day"
        ),
    ],
)
def test_a_definition_that_is_wrong_is_refused(
    account: Account, body: dict[str, Any], status: int
) -> None:
    before = properties(account, "contacts")

    answer = account.post(CONTACTS, body)

    assert answer.status_code == status
    assert properties(account, "contacts") == before


def test_ten_properties_may_be_unique(account: Account) -> None:
    statuses = [
        account.post(CONTACTS, definition(f"key_{n}", hasUniqueValue=True)).status_code
        for n in range(11)
    ]

    assert statuses == [201] * 10 + [400]


def test_uniqueness_is_fixed_at_creation(account: Account) -> None:
    account.post(CONTACTS, definition())

    assert account.patch(f"{CONTACTS}/own", {"hasUniqueValue": True}).status_code == 400
    changed = account.patch(f"{CONTACTS}/own", {"label": "Mine"})
    assert (changed.status_code, changed.json()["label"]) == (200, "Mine")


def test_an_archived_property_is_unknown_to_writes(account: Account) -> None:
    account.post(CONTACTS, definition())
    record_id = account.create("contacts", email="a@example.org", own="1")

    assert account.delete(f"{CONTACTS}/own").status_code == 204

    written = account.patch(f"{OBJECTS}/contacts/{record_id}", {"properties": {"own": "2"}})
    assert "PROPERTY_DOESNT_EXIST" in written.json()["message"]
    assert account.get(f"{CONTACTS}/own").status_code == 404
    assert account.get(f"{CONTACTS}/own", archived="true").json()["archived"] is True
    read = account.get(f"{OBJECTS}/contacts/{record_id}", properties="own").json()
    assert "own" not in read["properties"]


def test_what_hubspot_defines_stays_as_it_is(account: Account) -> None:
    assert account.delete(f"{CONTACTS}/email").status_code == 400
    assert account.patch(f"{CONTACTS}/email", {"label": "Mail"}).status_code == 400


def test_stages_of_an_own_make_can_be_added(account: Account) -> None:
    stages = properties(account, "contacts")["lifecyclestage"]["options"]
    added = [*stages, {"label": "Ambassador", "value": "98765"}]

    assert account.patch(f"{CONTACTS}/lifecyclestage", {"options": added}).status_code == 200

    record_id = account.create("contacts", email="a@example.org", lifecyclestage="98765")
    assert account.hubspot.get("contacts", record_id)["lifecyclestage"] == "98765"


def test_sensitive_properties_only_come_when_asked(account: Account) -> None:
    account.post(CONTACTS, definition("secret", dataSensitivity="sensitive"))

    asked = account.get(CONTACTS, dataSensitivity="sensitive").json()["results"]

    assert "secret" not in properties(account, "contacts")
    assert [row["name"] for row in asked] == ["secret"]


def test_batches_of_definitions(account: Account) -> None:
    made = account.post(
        f"{CONTACTS}/batch/create", {"inputs": [definition("one"), definition("Two")]}
    )
    read = account.post(
        f"{CONTACTS}/batch/read", {"inputs": [{"name": "one"}, {"name": "nope"}], "archived": False}
    )
    gone = account.post(f"{CONTACTS}/batch/archive", {"inputs": [{"name": "one"}]})

    assert made.status_code == read.status_code == 207
    assert [row["name"] for row in read.json()["results"]] == ["one"]
    assert read.json()["errors"][0]["context"]["name"] == ["nope"]
    assert gone.status_code == 204
    assert "one" not in properties(account, "contacts")


def test_groups_hold_properties(account: Account) -> None:
    group = {"name": "saldo", "label": "Saldo"}

    made = account.post(f"{CONTACTS}/groups", group)
    again = account.post(f"{CONTACTS}/groups", group)
    account.post(CONTACTS, definition(groupName="saldo"))

    assert (made.status_code, again.status_code) == (201, 409)
    assert account.get(f"{CONTACTS}/groups/saldo").json()["label"] == "Saldo"
    renamed = account.patch(f"{CONTACTS}/groups/saldo", {"label": "Books"}).json()
    assert renamed == {"name": "saldo", "label": "Books", "displayOrder": -1, "archived": False}
    assert account.delete(f"{CONTACTS}/groups/saldo").status_code == 400
    account.delete(f"{CONTACTS}/own")
    assert account.delete(f"{CONTACTS}/groups/saldo").status_code == 204


# The account ------------------------------------------------------------------------------


def test_owners_are_listed_without_those_who_left(account: Account) -> None:
    here = account.get("/crm/owners/2026-03").json()["results"]
    left = account.get("/crm/v3/owners/", archived="true").json()["results"]

    assert len(here) == 3
    assert [owner["archived"] for owner in left] == [True]
    first = here[0]
    assert first["id"] != str(first["userId"])
    by_id = account.get(f"/crm/owners/2026-03/{first['id']}").json()
    by_user = account.get(f"/crm/owners/2026-03/{first['userId']}", idProperty="userId").json()
    assert by_id == by_user == first
    assert account.get("/crm/owners/2026-03", email=first["email"]).json()["results"] == [first]
    page = account.get("/crm/owners/2026-03", limit=2).json()
    rest = account.get("/crm/owners/2026-03", after=page["paging"]["next"]["after"]).json()
    assert page["results"] + rest["results"] == here


def test_pipelines_tell_their_stages(account: Account) -> None:
    (pipeline,) = account.get("/crm/pipelines/2026-03/deals").json()["results"]

    won = account.get("/crm/v3/pipelines/deals/default/stages/closedwon").json()

    assert pipeline["id"] == "default"
    assert won["metadata"] == {"isClosed": "true", "probability": "1.0"}
    stages = account.get("/crm/pipelines/2026-03/0-3/default/stages").json()["results"]
    assert stages == pipeline["stages"]
    assert account.get("/crm/pipelines/2026-03/deals/nope").status_code == 404


@pytest.mark.parametrize("version", ["2026-03", "v3"])
def test_the_account_tells_its_currency_and_zone(account: Account, version: str) -> None:
    body = account.get(f"/account-info/{version}/details").json()

    assert str(body["portalId"]) == account.ready["account_id"]
    assert (body["companyCurrency"], body["timeZone"]) == ("EUR", "Europe/Amsterdam")
