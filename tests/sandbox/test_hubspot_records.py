"""Single records: create, read, update, list, archive, merge, privacy deletion."""

from __future__ import annotations

import pytest

from tests.sandbox.hubspot_account import OBJECTS, Account

CONTACTS = f"{OBJECTS}/contacts"


def test_a_created_contact_comes_back_with_texts_and_nulls(account: Account) -> None:
    record_id = account.create("contacts", email="Ann@Example.ORG", numemployees=12)

    answer = account.get(f"{CONTACTS}/{record_id}", properties="email,numemployees,lastname,nope")

    body = answer.json()
    assert body["id"] == record_id
    assert body["archived"] is False
    assert body["createdAt"] == body["updatedAt"] == "2026-11-02T09:30:00.250Z"
    assert body["properties"] == {
        "createdate": "2026-11-02T09:30:00.250Z",
        "email": "ann@example.org",
        "hs_object_id": record_id,
        "lastmodifieddate": "2026-11-02T09:30:00.250Z",
        "lastname": None,
        "numemployees": "12",
    }


def test_a_few_default_properties_come_unless_asked(account: Account) -> None:
    contact = account.create("contacts", email="a@example.org", phone="1")
    company = account.create("companies", name="Acme", phone="1")
    product = account.create("products", name="Hammer", hs_sku="H-1")

    names = [
        sorted(account.get(f"{OBJECTS}/{kind}/{record_id}").json()["properties"])
        for kind, record_id in (
            ("contacts", contact),
            ("companies", company),
            ("products", product),
        )
    ]

    assert names == [
        ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
        ["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
        ["createdate", "description", "hs_lastmodifieddate", "hs_object_id", "name", "price"],
    ]


@pytest.mark.parametrize("object_type", ["contacts", "contact", "0-1"])
@pytest.mark.parametrize("root", [OBJECTS, "/crm/v3/objects", "/crm/v4/objects"])
def test_names_type_ids_and_old_paths_reach_the_same_records(
    account: Account, root: str, object_type: str
) -> None:
    record_id = account.create("contacts", email="a@example.org")

    assert account.get(f"{root}/{object_type}/{record_id}").json()["id"] == record_id


def test_a_version_that_is_not_served_is_not_found(account: Account) -> None:
    assert account.get("/crm/objects/2031-09/contacts").status_code == 404
    assert account.get("/crm/v2/objects/contacts").status_code == 404


def test_an_update_answers_what_was_sent_and_moves_the_change_time(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org", firstname="Ann", city="Ghent")
    account.clock.advance(5)

    answer = account.patch(f"{CONTACTS}/{record_id}", {"properties": {"city": "Bruges"}})

    properties = answer.json()["properties"]
    assert answer.status_code == 200
    assert properties["city"] == "Bruges"
    assert "firstname" not in properties
    assert properties["lastmodifieddate"] == "2026-11-02T09:30:05.250Z"
    assert properties["createdate"] == "2026-11-02T09:30:00.250Z"


def test_an_update_that_changes_nothing_is_no_write(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org", city="Ghent")
    writes = account.server.sandbox.writes
    account.clock.advance(5)

    answer = account.patch(f"{CONTACTS}/{record_id}", {"properties": {"city": "Ghent"}})

    assert answer.json()["updatedAt"] == "2026-11-02T09:30:00.250Z"
    assert account.server.sandbox.writes == writes


def test_an_empty_text_clears_a_value(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org", city="Ghent")

    account.patch(f"{CONTACTS}/{record_id}", {"properties": {"city": ""}})

    body = account.get(f"{CONTACTS}/{record_id}", properties="city").json()
    assert body["properties"]["city"] is None


@pytest.mark.parametrize("name", ["email", "own_key"])
def test_a_unique_property_may_stand_for_the_id(account: Account, name: str) -> None:
    account.hubspot.add_property("contacts", unique_key())
    record_id = account.create("contacts", email="a+b@example.org", own_key="a+b@example.org")

    path = f"{CONTACTS}/a%2Bb%40example.org"
    read = account.get(path, idProperty=name)
    changed = account.call(
        "PATCH", path, params={"idProperty": name}, json={"properties": {"city": "Ghent"}}
    )

    assert read.json()["id"] == changed.json()["id"] == record_id
    assert account.hubspot.get("contacts", record_id)["city"] == "Ghent"


def unique_key(name: str = "own_key") -> dict[str, object]:
    return {
        "name": name,
        "label": "Own key",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        "hasUniqueValue": True,
    }


def test_listing_pages_by_the_id_of_the_next_record(account: Account) -> None:
    ids = account.hubspot.load("contacts", ({"email": f"{n}@example.org"} for n in range(25)))

    first = account.get(CONTACTS).json()
    second = account.get(CONTACTS, after=first["paging"]["next"]["after"], limit=15).json()

    assert [row["id"] for row in first["results"]] == ids[:10]
    assert first["paging"]["next"]["after"] == ids[10]
    assert [row["id"] for row in second["results"]] == ids[10:]
    assert "paging" not in second


def test_the_link_of_a_page_leads_to_the_next_page(account: Account) -> None:
    ids = account.hubspot.load("contacts", ({"email": f"{n}@example.org"} for n in range(3)))

    first = account.get(CONTACTS, limit=2, properties="email").json()
    second = account.session.get(first["paging"]["next"]["link"], timeout=10).json()

    assert [row["id"] for row in second["results"]] == ids[2:]
    assert second["results"][0]["properties"]["email"] == "2@example.org"


def test_a_record_deleted_between_two_pages_hides_no_other(account: Account) -> None:
    ids = account.hubspot.load("contacts", ({"email": f"{n}@example.org"} for n in range(6)))
    after = account.get(CONTACTS, limit=3).json()["paging"]["next"]["after"]
    account.hubspot.delete("contacts", ids[0])
    account.hubspot.delete("contacts", after)

    rest = account.get(CONTACTS, limit=3, after=after).json()["results"]

    assert [row["id"] for row in rest] == ids[4:]


def test_an_archived_record_is_only_in_the_archived_list(account: Account) -> None:
    kept, gone = account.hubspot.load("contacts", ({"email": f"{n}@x.org"} for n in range(2)))
    account.clock.advance(60)

    answer = account.delete(f"{CONTACTS}/{gone}")

    assert answer.status_code == 204
    assert answer.content == b""
    assert [row["id"] for row in account.get(CONTACTS).json()["results"]] == [kept]
    (archived,) = account.get(CONTACTS, archived="true").json()["results"]
    assert (archived["id"], archived["archived"]) == (gone, True)
    assert archived["archivedAt"] == "2026-11-02T09:31:00.250Z"
    assert account.get(f"{CONTACTS}/{gone}").status_code == 404
    assert account.get(f"{CONTACTS}/{gone}", archived="true").json()["id"] == gone
    assert account.patch(f"{CONTACTS}/{gone}", {"properties": {}}).status_code == 404


def test_a_restored_record_keeps_its_id_and_its_company(account: Account) -> None:
    contact = account.hubspot.add_contact(email="a@example.org")
    company = account.hubspot.add_company(name="Acme")
    account.hubspot.link(contact, company)
    account.hubspot.delete("contacts", contact)
    assert account.hubspot.companies.keys() == {company}

    account.hubspot.restore_record("contacts", contact)

    assert account.hubspot.get("contacts", contact)["associatedcompanyid"] == company
    assert account.get(CONTACTS, archived="true").json()["results"] == []


def test_an_archived_contact_gives_its_address_free(account: Account) -> None:
    old = account.create("contacts", email="a@example.org")
    account.delete(f"{CONTACTS}/{old}")

    new = account.create("contacts", email="a@example.org")

    assert new != old


def test_stages_only_move_forward_unless_cleared(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org", lifecyclestage="customer")

    backward = account.patch(f"{CONTACTS}/{record_id}", {"properties": {"lifecyclestage": "lead"}})
    stage_after_backward = account.hubspot.get("contacts", record_id)["lifecyclestage"]
    account.patch(f"{CONTACTS}/{record_id}", {"properties": {"lifecyclestage": ""}})
    account.patch(f"{CONTACTS}/{record_id}", {"properties": {"lifecyclestage": "lead"}})

    assert backward.status_code == 200
    assert backward.json()["properties"]["lifecyclestage"] == "customer"
    assert stage_after_backward == "customer"
    assert account.hubspot.get("contacts", record_id)["lifecyclestage"] == "lead"


def test_a_merge_moves_addresses_ids_values_and_associations(account: Account) -> None:
    winner = account.create("contacts", email="a@example.org", firstname="Ann")
    loser = account.create("contacts", email="b@example.org", firstname="B", city="Ghent")
    company = account.create("companies", name="Acme")
    account.hubspot.link(loser, company)

    answer = account.post(
        f"{CONTACTS}/merge", {"primaryObjectId": winner, "objectIdToMerge": loser}
    )

    assert answer.json()["id"] == winner
    held = account.hubspot.get("contacts", winner)
    assert held["email"] == "a@example.org"
    assert held["hs_additional_emails"] == "b@example.org"
    assert held["hs_merged_object_ids"] == loser
    assert (held["firstname"], held["city"]) == ("Ann", "Ghent")
    assert held["associatedcompanyid"] == company


def test_the_old_id_of_a_merged_contact_works_for_single_updates_only(account: Account) -> None:
    winner = account.create("contacts", email="a@example.org")
    loser = account.create("contacts", email="b@example.org")
    account.hubspot.merge("contacts", winner, loser)
    change = {"properties": {"city": "Ghent"}}

    single = account.patch(f"{CONTACTS}/{loser}", change)
    batch = account.batch("contacts", "update", [{"id": loser} | change])
    read = account.get(f"{CONTACTS}/{loser}")

    assert single.json()["id"] == winner
    assert batch.status_code == 207
    assert read.status_code == 404
    assert account.get(CONTACTS, archived="true").json()["results"] == []


def test_a_merge_may_leave_a_third_record(account: Account) -> None:
    one = account.create("companies", name="Acme", domain="acme.example")
    two = account.create("companies", name="Acme Ltd", phone="1")

    third = account.hubspot.merge("companies", one, two, new_record=True)

    assert third not in {one, two}
    held = account.hubspot.get("companies", third)
    assert (held["name"], held["phone"]) == ("Acme", "1")
    assert held["hs_merged_object_ids"] == f"{one};{two}"
    assert account.hubspot.companies.keys() == {third}


def test_the_primary_company_of_the_surviving_contact_stays_it(account: Account) -> None:
    winner = account.create("contacts", email="a@example.org")
    loser = account.create("contacts", email="b@example.org")
    acme, zenith = (account.create("companies", name=name) for name in ("Acme", "Zenith"))
    account.hubspot.link(winner, acme)
    account.hubspot.link(loser, zenith)

    account.hubspot.merge("contacts", winner, loser)

    path = f"{CONTACTS}/{winner}/associations/companies"
    types = {
        row["toObjectId"]: [kind["typeId"] for kind in row["associationTypes"]]
        for row in account.get(path).json()["results"]
    }
    assert types == {acme: [1, 279], zenith: [279]}


def test_privacy_deletion_leaves_nothing(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")

    answer = account.post(
        f"{CONTACTS}/gdpr-delete", {"objectId": "a@example.org", "idProperty": "email"}
    )

    assert answer.status_code == 204
    assert account.get(f"{CONTACTS}/{record_id}", archived="true").status_code == 404
    assert account.get(CONTACTS, archived="true").json()["results"] == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("1e3", "1000", id="an exponent is written out"),
        pytest.param("1500.00", "1500.00", id="digits are kept"),
        pytest.param(0.1, "0.1", id="a JSON number"),
        pytest.param("-3", "-3", id="negative"),
    ],
)
def test_numbers_come_back_as_texts(account: Account, given: object, kept: str) -> None:
    record_id = account.create("products", name="Hammer", price=given)

    assert account.hubspot.get("products", record_id)["price"] == kept


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        pytest.param("date", "2026-02-28", "2026-02-28", id="a day"),
        pytest.param("date", "1772236800000", "2026-02-28", id="midnight in milliseconds"),
        pytest.param("datetime", "1693657560000", "2023-09-02T12:26:00.000Z", id="milliseconds"),
        pytest.param(
            "datetime", "2023-09-02T14:26:00+02:00", "2023-09-02T12:26:00.000Z", id="an offset"
        ),
        pytest.param("bool", True, "true", id="a JSON boolean"),
        pytest.param("bool", "false", "false", id="a boolean text"),
    ],
)
def test_values_come_back_in_one_form(
    account: Account, kind: str, given: object, kept: str
) -> None:
    field_type = "booleancheckbox" if kind == "bool" else "date"
    definition = unique_key("own") | {
        "type": kind,
        "fieldType": field_type,
        "hasUniqueValue": False,
    }
    account.hubspot.add_property("contacts", definition)

    record_id = account.create("contacts", email="a@example.org", own=given)

    assert account.hubspot.get("contacts", record_id)["own"] == kept


def test_history_holds_the_present_value(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")

    body = account.get(f"{CONTACTS}/{record_id}", propertiesWithHistory="email").json()

    (entry,) = body["propertiesWithHistory"]["email"]
    assert (entry["value"], entry["timestamp"]) == ("a@example.org", body["updatedAt"])


def test_a_create_may_bring_its_company(account: Account) -> None:
    company = account.create("companies", name="Acme")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]

    answer = account.post(
        CONTACTS,
        {
            "properties": {"email": "a@example.org"},
            "associations": [{"to": {"id": company}, "types": types}],
        },
    )

    record_id = answer.json()["id"]
    assert account.hubspot.primary_company(record_id) == company
    listed = account.get(CONTACTS, associations="companies").json()["results"][0]
    assert listed["associations"]["companies"]["results"] == [
        {"id": company, "type": "contact_to_company"},
        {"id": company, "type": "contact_to_company_unlabeled"},
    ]


def test_many_threads_create_each_record_once(account: Account) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def create(number: int) -> int:
        body = {"properties": {"email": f"{number % 40}@example.org"}}
        return account.post(CONTACTS, body).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(create, range(160)))

    assert sorted(statuses) == [201] * 40 + [409] * 120
    assert len(account.hubspot.contacts) == 40
    assert account.server.sandbox.writes == 40
