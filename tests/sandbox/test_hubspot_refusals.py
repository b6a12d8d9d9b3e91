"""What HubSpot refuses, in its words."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.sandbox.hubspot_account import OBJECTS, Account

CONTACTS = f"{OBJECTS}/contacts"
STAGES = (
    "subscriber, lead, marketingqualifiedlead, salesqualifiedlead, opportunity, customer, "
    "evangelist, other"
)


def bad_values(answer: requests.Response) -> list[dict[str, Any]]:
    """The list that stands as JSON text in the message."""
    text = answer.json()["message"]
    start = "Property values were not valid: "
    assert text.startswith(start), text
    rows: list[dict[str, Any]] = json.loads(text[len(start) :])
    return rows


@pytest.mark.parametrize(
    ("name", "value", "code", "message"),
    [
        pytest.param(
            "nope", "1", "PROPERTY_DOESNT_EXIST", 'Property "nope" does not exist', id="unknown"
        ),
        pytest.param(
            "hs_object_id",
            "1",
            "READ_ONLY_VALUE",
            '"hs_object_id" is a read only property; its value cannot be set.',
            id="read only",
        ),
        pytest.param(
            "associatedcompanyid",
            "1",
            "READ_ONLY_VALUE",
            '"associatedcompanyid" is a read only property; its value cannot be set.',
            id="the primary company's id",
        ),
        pytest.param(
            "lifecyclestage",
            "Customer",
            "INVALID_OPTION",
            f"Customer was not one of the allowed options: [{STAGES}]",
            id="a label instead of a value",
        ),
        pytest.param(
            "email",
            "ann@example",
            "INVALID_EMAIL",
            "Email address ann@example is invalid",
            id="an address",
        ),
        pytest.param(
            "numemployees",
            "1,200",
            "INVALID_NUMBER",
            "1,200 was not a valid number.",
            id="a thousands separator",
        ),
        pytest.param(
            "numemployees",
            " 12",
            "LEADING_TRAILING_WHITESPACE",
            '" 12" includes leading or trailing whitespace.',
            id="white space",
        ),
        pytest.param(
            "own_day",
            "1772240400000",
            "INVALID_DATE",
            "1772240400000 is at 1:0:0.0 UTC, not midnight!",
            id="a date beside midnight",
        ),
        pytest.param(
            "own_moment",
            "yesterday",
            "INVALID_LONG",
            "yesterday was not a valid long.",
            id="no moment",
        ),
        pytest.param(
            "own_flag",
            "maybe",
            "INVALID_OPTION",
            "maybe was not one of the allowed options: [true, false]",
            id="no boolean",
        ),
    ],
)
def test_a_value_is_refused_in_hubspots_words(
    account: Account, name: str, value: str, code: str, message: str
) -> None:
    for own, kind, field in (
        ("own_day", "date", "date"),
        ("own_moment", "datetime", "date"),
        ("own_flag", "bool", "booleancheckbox"),
    ):
        account.hubspot.add_property(
            "contacts",
            {
                "name": own,
                "label": own,
                "type": kind,
                "fieldType": field,
                "groupName": "contactinformation",
            },
        )

    answer = account.post(CONTACTS, {"properties": {"firstname": "Ann", name: value}})

    body = answer.json()
    assert answer.status_code == 400
    assert (body["status"], body["category"]) == ("error", "VALIDATION_ERROR")
    assert body["correlationId"]
    assert bad_values(answer) == [
        {"isValid": False, "message": message, "error": code, "name": name}
    ]
    assert body["errors"] == [
        {"message": message, "code": code, "context": {"propertyName": [name]}}
    ]
    assert account.hubspot.contacts == {}


def test_every_bad_value_is_named_at_once(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org", city="Ghent")

    answer = account.patch(
        f"{CONTACTS}/{record_id}",
        {"properties": {"city": "Bruges", "nope": "1", "hs_lead_status": "??"}},
    )

    assert {row["name"] for row in bad_values(answer)} == {"nope", "hs_lead_status"}
    assert account.hubspot.get("contacts", record_id)["city"] == "Ghent"


def test_a_text_has_a_longest_length(account: Account) -> None:
    fits = {"properties": {"email": "a@example.org", "message": "x" * 65_536}}
    too_long = {"properties": {"email": "b@example.org", "message": "x" * 65_537}}

    assert account.post(CONTACTS, fits).status_code == 201
    assert account.post(CONTACTS, too_long).status_code == 400


@pytest.mark.parametrize(
    ("object_type", "properties", "missing"),
    [
        ("contacts", {"phone": "1"}, ["email", "firstname", "lastname"]),
        ("contacts", {}, ["email", "firstname", "lastname"]),
        ("companies", {"phone": "1"}, ["name", "domain"]),
        ("products", {"hs_sku": "1"}, ["name"]),
    ],
)
def test_a_create_needs_certain_properties(
    account: Account, object_type: str, properties: dict[str, str], missing: list[str]
) -> None:
    answer = account.post(f"{OBJECTS}/{object_type}", {"properties": properties})

    body = answer.json()
    assert answer.status_code == 400
    assert body["message"].endswith("Some required properties were not set.")
    assert body["context"] == {"properties": missing}


@pytest.mark.parametrize("address", ["ann@example.org", "ANN@example.org", "second@example.org"])
def test_an_address_belongs_to_one_contact(account: Account, address: str) -> None:
    held = account.create(
        "contacts", email="ann@example.org", hs_additional_emails="second@example.org"
    )
    other = account.create("contacts", email="other@example.org")

    created = account.post(CONTACTS, {"properties": {"email": address}})
    changed = account.patch(f"{CONTACTS}/{other}", {"properties": {"email": address}})

    for answer in (created, changed):
        body = answer.json()
        assert answer.status_code == 409
        assert body["message"] == f"Contact already exists. Existing ID: {held}"
        assert body["category"] == "CONFLICT"


def test_a_unique_value_of_an_own_property_belongs_to_one_record(account: Account) -> None:
    account.hubspot.add_property(
        "products",
        {
            "name": "own_key",
            "label": "Own key",
            "type": "string",
            "fieldType": "text",
            "groupName": "productinformation",
            "hasUniqueValue": True,
        },
    )
    held = account.create("products", name="Hammer", own_key="H-1")

    answer = account.post(f"{OBJECTS}/products", {"properties": {"name": "Saw", "own_key": "H-1"}})

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    (row,) = bad_values(answer)
    assert (row["name"], row["error"]) == ("own_key", "CONFLICTING_UNIQUE_VALUE")
    assert row["message"].endswith(f"{held} already has that value.")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("999", "resource not found"),
        ("ann@example.org", "Object not found.  objectId are usually numeric."),
    ],
)
def test_a_record_that_is_not_there(
    account: Account, method: str, wanted: str, message: str
) -> None:
    body: Any = {"properties": {}} if method == "PATCH" else None

    answer = account.call(method, f"{CONTACTS}/{wanted}", json=body)

    assert answer.status_code == 404
    assert answer.json()["message"] == message
    assert answer.json()["category"] == "OBJECT_NOT_FOUND"
    assert answer.json()["context"] == {"id": [wanted]}


def test_an_unknown_object_type(account: Account) -> None:
    answer = account.get(f"{OBJECTS}/unicorns")

    assert answer.status_code == 400
    assert answer.json()["message"] == "Unable to infer object type from: unicorns"


def test_a_property_that_is_not_unique_is_no_id(account: Account) -> None:
    account.create("contacts", email="a@example.org", city="Ghent")

    answer = account.get(f"{CONTACTS}/Ghent", idProperty="city")

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(b"{", "application/json", 400, id="broken JSON"),
        pytest.param(b"[]", "application/json", 400, id="a list"),
        pytest.param(b"{}", "application/json", 400, id="no properties"),
        pytest.param(b'{"properties": []}', "application/json", 400, id="properties as a list"),
        pytest.param(b"email=a", "application/x-www-form-urlencoded", 415, id="a form"),
        pytest.param(b'{"properties":{}}', "text/plain", 415, id="a text"),
    ],
)
def test_a_body_that_cannot_be_read(
    account: Account, body: bytes, content_type: str, status: int
) -> None:
    answer = account.call("POST", CONTACTS, data=body, headers={"Content-Type": content_type})

    assert answer.status_code == status
    assert answer.json()["status"] == "error"


def test_a_method_that_a_path_does_not_have(account: Account) -> None:
    assert account.put(CONTACTS, {}).status_code == 405
    assert account.get("/crm/objects/2026-03/contacts/1/unknown/2").status_code == 404


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "limit=ten", "after=x", "archived=1"])
def test_a_page_that_cannot_be_had(account: Account, query: str) -> None:
    assert account.get(f"{CONTACTS}?{query}").status_code == 400


def test_a_history_lowers_the_largest_page(account: Account) -> None:
    assert account.get(CONTACTS, limit=51, propertiesWithHistory="email").status_code == 400
    assert account.get(CONTACTS, limit=50, propertiesWithHistory="email").status_code == 200


def test_an_address_can_be_too_long(account: Account) -> None:
    names = ",".join(f"property_number_{n}" for n in range(500))

    assert account.get(CONTACTS, properties=names).status_code == 414


def test_a_merge_that_cannot_be(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")
    product = account.create("products", name="Hammer")

    def merge(object_type: str, one: str, two: str) -> int:
        body = {"primaryObjectId": one, "objectIdToMerge": two}
        return account.post(f"{OBJECTS}/{object_type}/merge", body).status_code

    assert merge("contacts", record_id, record_id) == 400
    assert merge("contacts", record_id, "999") == 404
    assert merge("contacts", record_id, "") == 400
    assert merge("products", product, product) == 404


def test_without_a_token_nothing_is_answered(account: Account) -> None:
    answer = requests.get(f"{account.ready['base_url']}{CONTACTS}", timeout=10)

    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.json()["message"].startswith("Authentication credentials not found.")


def test_an_expired_token_says_since_when(account: Account) -> None:
    account.clock.advance(1_800 + 75)

    answer = account.get(CONTACTS)

    body = answer.json()
    assert answer.status_code == 401
    assert body["category"] == "EXPIRED_AUTHENTICATION"
    assert body["message"] == ("The OAuth token used to make this call expired 1 minute(s) ago.")
    assert body["context"] == {"expire time": ["2026-11-02T10:00:00.250Z"]}


def test_a_token_that_cannot_be_read_expired_in_1970(account: Account) -> None:
    account.use("nonsense")

    body = account.get(CONTACTS).json()

    assert body["category"] == "EXPIRED_AUTHENTICATION"
    assert body["context"] == {"expire time": ["1970-01-01T00:00:00.000Z"]}


@pytest.mark.parametrize(
    ("granted", "method", "path", "needed"),
    [
        pytest.param(
            "crm.objects.companies.read",
            "GET",
            CONTACTS,
            ["crm.objects.contacts.read"],
            id="reading another object",
        ),
        pytest.param(
            "crm.objects.contacts.read",
            "POST",
            CONTACTS,
            ["crm.objects.contacts.write"],
            id="writing with a right to read",
        ),
        pytest.param(
            "crm.objects.contacts.write",
            "POST",
            "/crm/properties/2026-03/contacts",
            ["crm.schemas.contacts.write"],
            id="defining a property",
        ),
        pytest.param(
            "crm.objects.contacts.read",
            "GET",
            f"{OBJECTS}/products",
            ["crm.objects.products.read", "e-commerce"],
            id="either of two",
        ),
        pytest.param(
            "crm.objects.contacts.read",
            "GET",
            "/crm/owners/2026-03",
            ["crm.objects.owners.read"],
            id="owners",
        ),
    ],
)
def test_a_scope_that_is_missing_is_named(
    account: Account, granted: str, method: str, path: str, needed: list[str]
) -> None:
    account.use(account.hubspot.issue("access", (granted,), 60).value)

    answer = account.call(method, path, json={} if method == "POST" else None)

    body = answer.json()
    assert answer.status_code == 403
    assert body["category"] == "MISSING_SCOPES"
    assert body["errors"] == [
        {
            "message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": needed},
        }
    ]


def test_a_scope_that_is_enough_lets_through(account: Account) -> None:
    account.use(account.hubspot.issue("access", ("e-commerce",), 60).value)

    assert account.get(f"{OBJECTS}/products").status_code == 200
    assert account.get("/crm/properties/2026-03/products").status_code == 200
