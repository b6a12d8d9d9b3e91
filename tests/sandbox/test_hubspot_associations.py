"""Associations: plain and labelled, both directions, the primary company, batches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hubspot_account import OBJECTS, Account

BATCH = "/crm/associations/2026-03/contacts/companies"


@pytest.fixture
def contact(account: Account) -> str:
    return account.create("contacts", email="a@example.org")


@pytest.fixture
def company(account: Account) -> str:
    return account.create("companies", name="Acme")


def spec(type_id: int, category: str = "HUBSPOT_DEFINED") -> dict[str, Any]:
    return {"associationCategory": category, "associationTypeId": type_id}


def pair_path(contact: str, company: str) -> str:
    return f"{OBJECTS}/contacts/{contact}/associations/companies/{company}"


def type_ids(account: Account, path: str) -> dict[str, list[int]]:
    rows = account.get(path).json()["results"]
    return {r["toObjectId"]: [kind["typeId"] for kind in r["associationTypes"]] for r in rows}


@pytest.mark.parametrize("root", [OBJECTS, "/crm/v4/objects"])
def test_a_plain_association_is_there_from_both_sides(
    account: Account, contact: str, company: str, root: str
) -> None:
    path = f"{root}/contacts/{contact}/associations/default/companies/{company}"

    answer = account.put(path)

    assert answer.status_code == 200
    specs = [row["associationSpec"]["associationTypeId"] for row in answer.json()["results"]]
    assert specs == [279, 280]
    forth = type_ids(account, f"{root}/contacts/{contact}/associations/companies")
    back = type_ids(account, f"{root}/companies/{company}/associations/contact")
    assert (forth, back) == ({company: [279]}, {contact: [280]})


def test_a_primary_association_makes_the_plain_one_too(
    account: Account, contact: str, company: str
) -> None:
    answer = account.put(pair_path(contact, company), [spec(1)])

    assert answer.status_code == 201
    assert answer.json() == {
        "fromObjectTypeId": "0-1",
        "fromObjectId": contact,
        "toObjectTypeId": "0-2",
        "toObjectId": company,
        "labels": ["Primary"],
    }
    rows = account.get(f"{OBJECTS}/contacts/{contact}/associations/companies").json()["results"]
    assert rows == [
        {
            "toObjectId": company,
            "associationTypes": [
                {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
                {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
            ],
        }
    ]


def test_the_default_association_leaves_the_labels_of_a_pair(
    account: Account, contact: str, company: str
) -> None:
    account.put(pair_path(contact, company), [spec(1)])
    path = f"{OBJECTS}/contacts/{contact}/associations"
    pair = {"from": {"id": contact}, "to": {"id": company}}

    one = account.put(f"{path}/default/companies/{company}")
    many = account.post(
        "/crm/associations/2026-03/contacts/companies/batch/associate/default", {"inputs": [pair]}
    )

    assert (one.status_code, many.status_code) == (200, 200)
    assert type_ids(account, f"{path}/companies") == {company: [1, 279]}
    assert account.hubspot.primary_company(contact) == company


def test_the_primary_companys_id_follows_and_changes_the_contact(
    account: Account, contact: str, company: str
) -> None:
    other = account.create("companies", name="Zenith")
    account.clock.advance(10)
    account.put(pair_path(contact, company), [spec(1)])
    first = account.get(f"{OBJECTS}/contacts/{contact}", properties="associatedcompanyid").json()
    account.clock.advance(10)

    account.put(pair_path(contact, other), [spec(1)])

    second = account.get(f"{OBJECTS}/contacts/{contact}", properties="associatedcompanyid").json()
    assert first["properties"]["associatedcompanyid"] == company
    assert first["updatedAt"] == "2026-11-02T09:30:10.250Z"
    assert second["properties"]["associatedcompanyid"] == other
    assert second["updatedAt"] == "2026-11-02T09:30:20.250Z"
    path = f"{OBJECTS}/contacts/{contact}/associations/companies"
    assert type_ids(account, path) == {company: [279], other: [1, 279]}


def test_a_primary_set_from_the_companys_side_is_the_same(
    account: Account, contact: str, company: str
) -> None:
    other = account.create("companies", name="Zenith")
    account.hubspot.link(contact, company)

    path = f"{OBJECTS}/companies/{other}/associations/contacts/{contact}"
    assert account.put(path, [spec(2)]).status_code == 201

    assert account.hubspot.primary_company(contact) == other
    assert account.hubspot.get("contacts", contact)["associatedcompanyid"] == other


def test_the_plain_association_changes_no_contact(
    account: Account, contact: str, company: str
) -> None:
    account.clock.advance(10)

    account.hubspot.link(contact, company, primary=False)

    held = account.hubspot.get("contacts", contact)
    assert "associatedcompanyid" not in held
    assert held["lastmodifieddate"] == "2026-11-02T09:30:00.250Z"


def test_deleting_the_company_clears_the_contacts_primary(
    account: Account, contact: str, company: str
) -> None:
    account.hubspot.link(contact, company)
    account.clock.advance(10)

    account.delete(f"{OBJECTS}/companies/{company}")

    held = account.hubspot.get("contacts", contact)
    assert "associatedcompanyid" not in held
    assert held["lastmodifieddate"] == "2026-11-02T09:30:10.250Z"


def test_deleting_a_pair_removes_every_label(account: Account, contact: str, company: str) -> None:
    account.hubspot.link(contact, company)

    answer = account.delete(pair_path(contact, company))

    assert answer.status_code == 204
    assert type_ids(account, f"{OBJECTS}/contacts/{contact}/associations/companies") == {}
    assert account.delete(pair_path(contact, company)).status_code == 204


def test_a_repeated_association_is_no_second_write(
    account: Account, contact: str, company: str
) -> None:
    account.put(pair_path(contact, company), [spec(1)])
    writes = account.server.sandbox.writes

    account.put(pair_path(contact, company), [spec(1)])

    assert account.server.sandbox.writes == writes


def test_labels_that_are_sent_replace_those_that_were(
    account: Account, contact: str, company: str
) -> None:
    path = "/crm/associations/2026-03/contacts/companies/labels"
    made = account.post(path, {"label": "Billing contact", "name": "billing"}).json()["results"]
    own = made[0]["typeId"]
    account.put(pair_path(contact, company), [spec(1), spec(own, "USER_DEFINED")])
    listed = f"{OBJECTS}/contacts/{contact}/associations/companies"
    assert type_ids(account, listed)[company] == [1, 279, own]

    account.put(pair_path(contact, company), [spec(own, "USER_DEFINED")])

    assert type_ids(account, listed)[company] == [279, own]
    labels = account.get(path).json()["results"]
    assert {kind["label"] for kind in labels} == {None, "Primary", "Billing contact"}
    renamed = {"associationTypeId": own, "label": "Pays", "inverseLabel": "Paid by"}
    assert account.put(path, renamed).status_code == 204
    assert "Pays" in {kind["label"] for kind in account.get(path).json()["results"]}
    assert account.put(path, {"associationTypeId": 1, "label": "First"}).status_code == 404
    assert account.delete(f"{path}/{own}").status_code == 204
    assert account.delete(f"{path}/1").status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            [spec(280)],
            "invalid from object type 0-1 for associations to be created. expected: 0-2",
            id="the other direction",
        ),
        pytest.param([spec(999)], "does not exist", id="an unknown type"),
        pytest.param([spec(1, "USER_DEFINED")], "does not exist", id="another category"),
        pytest.param([spec(201)], "does not lead to companies", id="another pair"),
        pytest.param([], "required fields", id="no type"),
        pytest.param([{"associationTypeId": 1}], "required fields", id="no category"),
    ],
)
def test_a_wrong_association_type_is_refused(
    account: Account, contact: str, company: str, body: list[Any], words: str
) -> None:
    answer = account.put(pair_path(contact, company), body)

    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_products_cannot_be_associated(account: Account, contact: str) -> None:
    product = account.create("products", name="Hammer")

    path = f"{OBJECTS}/contacts/{contact}/associations/default/products/{product}"

    assert account.put(path).status_code == 400


def test_both_ends_must_be_there(account: Account, contact: str, company: str) -> None:
    assert account.put(pair_path(contact, "999"), [spec(1)]).status_code == 404
    assert account.put(pair_path("999", company), [spec(1)]).status_code == 404


def test_a_long_list_of_associations_has_pages(account: Account, company: str) -> None:
    ids = account.hubspot.load("contacts", ({"email": f"{n}@x.org"} for n in range(5)))
    account.hubspot.load_links((contact, company) for contact in ids)
    path = f"{OBJECTS}/companies/{company}/associations/contacts"

    first = account.get(path, limit=3).json()
    second = account.get(path, limit=3, after=first["paging"]["next"]["after"]).json()

    assert [row["toObjectId"] for row in first["results"] + second["results"]] == ids
    assert "paging" not in second


@pytest.mark.parametrize("root", [BATCH, "/crm/v4/associations/contact/company"])
def test_a_batch_read_tells_who_has_none(
    account: Account, contact: str, company: str, root: str
) -> None:
    lonely = account.create("contacts", email="b@example.org")
    account.hubspot.link(contact, company)

    answer = account.post(f"{root}/batch/read", {"inputs": [{"id": contact}, {"id": lonely}]})

    body = answer.json()
    assert answer.status_code == 207
    (result,) = body["results"]
    assert result["from"] == {"id": contact}
    assert [row["toObjectId"] for row in result["to"]] == [company]
    (error,) = body["errors"]
    assert error["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert error["message"] == f"No company is associated with contact {lonely}."
    assert error["context"]["fromObjectId"] == [lonely]


def test_a_batch_create_reports_the_pairs_that_are_not_there(
    account: Account, contact: str, company: str
) -> None:
    inputs = [
        {"from": {"id": contact}, "to": {"id": end}, "types": [spec(1)]} for end in (company, "999")
    ]

    answer = account.post(f"{BATCH}/batch/create", {"inputs": inputs})

    assert answer.status_code == 207
    assert [row["toObjectId"] for row in answer.json()["results"]] == [company]
    assert answer.json()["errors"][0]["context"]["toObjectId"] == ["999"]
    assert account.hubspot.primary_company(contact) == company


def test_batches_associate_by_default_and_archive(
    account: Account, contact: str, company: str
) -> None:
    pair = {"from": {"id": contact}, "to": {"id": company}}

    made = account.post(f"{BATCH}/batch/associate/default", {"inputs": [pair]})
    listed = f"{OBJECTS}/contacts/{contact}/associations/companies"
    after_making = type_ids(account, listed)
    gone = account.post(
        f"{BATCH}/batch/archive", {"inputs": [{"from": {"id": contact}, "to": [{"id": company}]}]}
    )

    assert made.status_code == 200
    assert after_making == {company: [279]}
    assert (gone.status_code, gone.json()["results"]) == (200, [])
    assert type_ids(account, listed) == {}
    old_path = "/crm/v4/associations/contacts/companies/batch/archive"
    assert account.post(old_path, {"inputs": [pair | {"to": [pair["to"]]}]}).status_code == 204


@pytest.mark.parametrize(
    ("dropped", "left"),
    [
        pytest.param(1, [279], id="the label alone"),
        pytest.param(279, None, id="the plain type and so all of them"),
    ],
)
def test_one_label_can_be_dropped(
    account: Account, contact: str, company: str, dropped: int, left: list[int] | None
) -> None:
    account.hubspot.link(contact, company)
    pair = {"from": {"id": contact}, "to": {"id": company}, "types": [spec(dropped)]}

    answer = account.post(f"{BATCH}/batch/labels/archive", {"inputs": [pair]})

    assert answer.status_code == 200
    listed = f"{OBJECTS}/contacts/{contact}/associations/companies"
    assert type_ids(account, listed).get(company) == left
    assert account.hubspot.primary_company(contact) is None


def test_a_thousand_can_be_read_at_once_and_no_more(account: Account) -> None:
    def status(size: int) -> int:
        inputs = [{"id": str(number)} for number in range(size)]
        return account.post(f"{BATCH}/batch/read", {"inputs": inputs}).status_code

    assert status(1_000) == 207
    assert status(1_001) == 400
