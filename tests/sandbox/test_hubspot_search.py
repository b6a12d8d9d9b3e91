"""Search: operators, limits, order, paging, and an index that lags behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hubspot_account import OBJECTS, Account, where


@pytest.fixture
def people(account: Account) -> dict[str, str]:
    """Name -> id."""
    rows = {
        "ann": {
            "email": "ann@example.org",
            "firstname": "Ann-Marie",
            "numemployees": "9",
            "lifecyclestage": "customer",
            "city": "Ghent",
        },
        "bob": {
            "email": "bob@example.org",
            "firstname": "Bob",
            "numemployees": "10",
            "lifecyclestage": "lead",
            "company": "Ghent Tools",
        },
        "cleo": {"email": "cleo@shop.example", "firstname": "Cleo", "numemployees": "100"},
    }
    ids = {}
    for name, row in rows.items():
        ids[name] = account.create("contacts", **row)
        account.clock.advance(60)
    return ids


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(where("city", "EQ", "GHENT"), "ann", id="EQ ignores case"),
        pytest.param(where("numemployees", "EQ", "9.0"), "ann", id="EQ compares numbers"),
        pytest.param(where("lifecyclestage", "EQ", "customer"), "ann", id="EQ of an option"),
        pytest.param(where("lifecyclestage", "EQ", "Customer"), "", id="options mind case"),
        pytest.param(where("city", "NEQ", "Bruges"), "ann", id="NEQ needs a value"),
        pytest.param(where("numemployees", "GT", "10"), "cleo", id="GT"),
        pytest.param(where("numemployees", "GTE", "10"), "bob cleo", id="GTE"),
        pytest.param(where("numemployees", "LT", "10"), "ann", id="LT"),
        pytest.param(where("numemployees", "LTE", "10"), "ann bob", id="LTE"),
        pytest.param(
            where("numemployees", "BETWEEN", "10", highValue="100"), "bob cleo", id="BETWEEN"
        ),
        pytest.param(where("firstname", "IN", values=["bob", "cleo"]), "bob cleo", id="IN"),
        pytest.param(where("firstname", "IN", values=["Bob"]), "", id="IN wants lower case"),
        pytest.param(where("firstname", "NOT_IN", values=["bob"]), "ann cleo", id="NOT_IN"),
        pytest.param(where("city", "HAS_PROPERTY"), "ann", id="HAS_PROPERTY"),
        pytest.param(where("city", "NOT_HAS_PROPERTY"), "bob cleo", id="NOT_HAS_PROPERTY"),
        pytest.param(where("company", "CONTAINS_TOKEN", "tools"), "bob", id="a word"),
        pytest.param(where("company", "CONTAINS_TOKEN", "tool"), "", id="half a word"),
        pytest.param(where("company", "CONTAINS_TOKEN", "too*"), "bob", id="a star"),
        pytest.param(
            where("email", "CONTAINS_TOKEN", "*@example.org"), "ann bob", id="a star before"
        ),
        pytest.param(
            where("company", "NOT_CONTAINS_TOKEN", "tools"), "ann cleo", id="NOT_CONTAINS_TOKEN"
        ),
        pytest.param(where("email", "EQ", "Bob@Example.org"), "bob", id="an address"),
        pytest.param(
            where("lastmodifieddate", "GT", "2026-11-02T09:30:00.250Z"), "bob cleo", id="ISO time"
        ),
        pytest.param(
            where("lastmodifieddate", "GTE", "1793611860250"), "bob cleo", id="milliseconds"
        ),
        pytest.param(
            where("createdate", "LT", "2026-11-02T09:31:00Z"), "ann", id="time of creation"
        ),
    ],
)
def test_an_operator_finds(
    account: Account, people: dict[str, str], one: dict[str, Any], expected: str
) -> None:
    assert account.found("contacts", one) == [people[name] for name in expected.split()]


def test_groups_are_alternatives_and_filters_add_up(
    account: Account, people: dict[str, str]
) -> None:
    groups = [
        {"filters": [where("city", "EQ", "Ghent"), where("numemployees", "LT", "10")]},
        {"filters": [where("firstname", "EQ", "cleo")]},
        {"filters": [where("firstname", "EQ", "bob"), where("city", "HAS_PROPERTY")]},
    ]

    found = account.found("contacts", filterGroups=groups)

    assert found == [people["ann"], people["cleo"]]


def test_a_query_looks_at_the_searched_properties(account: Account, people: dict[str, str]) -> None:
    assert account.found("contacts", query="ghent") == [people["bob"]]
    assert account.found("contacts", query="exam bo") == [people["bob"]]


def test_sorting_by_one_property(account: Account, people: dict[str, str]) -> None:
    def sorted_by(name: str, direction: str) -> list[str]:
        return account.found("contacts", sorts=[{"propertyName": name, "direction": direction}])

    ann, bob, cleo = people.values()
    assert sorted_by("numemployees", "ASCENDING") == [ann, bob, cleo]
    assert sorted_by("numemployees", "DESCENDING") == [cleo, bob, ann]
    assert sorted_by("lastmodifieddate", "DESCENDING") == [cleo, bob, ann]
    assert sorted_by("city", "ASCENDING") == [ann, bob, cleo]
    assert account.found("contacts", sorts=["-hs_object_id"]) == [cleo, bob, ann]


def test_a_changed_record_moves_to_the_end_of_the_changes(
    account: Account, people: dict[str, str]
) -> None:
    account.patch(f"{OBJECTS}/contacts/{people['ann']}", {"properties": {"city": "Bruges"}})

    found = account.found(
        "contacts",
        where("lastmodifieddate", "GTE", "2026-11-02T09:30:00.250Z"),
        sorts=[{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
    )

    assert found == [people["bob"], people["cleo"], people["ann"]]


def test_only_contacts_call_their_change_time_lastmodifieddate(account: Account) -> None:
    account.create("companies", name="Acme")

    wrong = account.search("companies", where("lastmodifieddate", "GTE", "0"))

    assert wrong.status_code == 400
    assert len(account.found("companies", where("hs_lastmodifieddate", "GTE", "0"))) == 1


def test_archived_records_are_never_found(account: Account, people: dict[str, str]) -> None:
    account.hubspot.delete("contacts", people["ann"])

    assert account.found("contacts") == [people["bob"], people["cleo"]]


def test_an_associated_record_can_be_the_filter(account: Account, people: dict[str, str]) -> None:
    company = account.create("companies", name="Acme")
    account.hubspot.link(people["bob"], company)

    assert account.found("contacts", where("associations.companies", "EQ", company)) == [
        people["bob"]
    ]
    assert account.found("contacts", where("associations.company", "NOT_HAS_PROPERTY")) == [
        people["ann"],
        people["cleo"],
    ]


def test_pages_are_offsets_and_the_total_is_told(account: Account) -> None:
    ids = account.hubspot.load("contacts", ({"email": f"{n}@example.org"} for n in range(450)))

    first = account.search("contacts", limit=200).json()
    last = account.search("contacts", limit=200, after="400", properties=["email"]).json()

    assert first["total"] == last["total"] == 450
    assert first["paging"]["next"]["after"] == "200"
    assert [row["id"] for row in last["results"]] == ids[400:]
    assert last["results"][0]["properties"]["email"] == "400@example.org"
    assert "paging" not in last


def test_the_default_page_is_ten(account: Account) -> None:
    account.hubspot.load("contacts", ({"email": f"{n}@example.org"} for n in range(12)))

    assert len(account.found("contacts")) == 10


def test_ten_thousand_results_are_all_that_can_be_reached(account: Account) -> None:
    account.hubspot.load("contacts", ({"email": f"{n}@example.org"} for n in range(10_300)))

    last = account.search("contacts", limit=200, after="9800")
    beyond = account.search("contacts", limit=200, after="10000")

    assert last.json()["total"] == 10_300
    assert last.json()["paging"]["next"]["after"] == "10000"
    assert beyond.status_code == 400
    walked = account.search("contacts", where("hs_object_id", "GT", "10100"), limit=200).json()
    assert walked["total"] == 300


def filters(count: int) -> list[dict[str, Any]]:
    return [where("city", "HAS_PROPERTY")] * count


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"filterGroups": [{"filters": filters(1)}] * 6}, id="six groups"),
        pytest.param({"filterGroups": [{"filters": filters(7)}]}, id="seven filters in a group"),
        pytest.param({"filterGroups": [{"filters": filters(5)}] * 4}, id="twenty filters"),
        pytest.param({"limit": 201}, id="a page too large"),
        pytest.param({"sorts": ["city", "email"]}, id="two sorts"),
        pytest.param({"query": "x" * 3_000}, id="a body too long"),
        pytest.param({"after": "x"}, id="a cursor that is no offset"),
        pytest.param({"sorts": ["nope"]}, id="sorted by an unknown property"),
        pytest.param({"filterGroups": [{"filters": [where("nope", "EQ", "1")]}]}, id="unknown"),
        pytest.param({"filterGroups": [{"filters": [where("city", "LIKE", "1")]}]}, id="operator"),
        pytest.param({"filterGroups": [{"filters": [where("city", "EQ")]}]}, id="no value"),
        pytest.param({"filterGroups": [{"filters": [where("city", "IN", "a")]}]}, id="no values"),
        pytest.param(
            {"filterGroups": [{"filters": [where("city", "NOT_HAS_PROPERTY", "")]}]},
            id="a value too many",
        ),
        pytest.param(
            {"filterGroups": [{"filters": [where("numemployees", "BETWEEN", "1")]}]},
            id="no upper bound",
        ),
        pytest.param(
            {"filterGroups": [{"filters": [where("numemployees", "GT", "many")]}]}, id="no number"
        ),
    ],
)
def test_a_search_beyond_the_limits_is_refused(account: Account, body: dict[str, Any]) -> None:
    answer = account.post(f"{OBJECTS}/contacts/search", body)

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_eighteen_filters_are_allowed(account: Account) -> None:
    groups = [{"filters": filters(6)}] * 3

    assert account.search("contacts", filterGroups=groups).status_code == 200


# The index that lags ----------------------------------------------------------------------


def test_search_sees_a_change_a_moment_later(limited: Account) -> None:
    record_id = limited.create("contacts", email="a@example.org", city="Ghent")
    assert limited.found("contacts") == []
    limited.clock.advance(1)
    assert limited.found("contacts") == [record_id]

    limited.patch(f"{OBJECTS}/contacts/{record_id}", {"properties": {"city": "Bruges"}})

    assert limited.found("contacts", where("city", "EQ", "Bruges")) == []
    assert limited.found("contacts", where("city", "EQ", "Ghent")) == [record_id]
    assert limited.get(f"{OBJECTS}/contacts/{record_id}").json()["properties"]["email"]
    limited.clock.advance(1)
    assert limited.found("contacts", where("city", "EQ", "Bruges")) == [record_id]
    assert limited.found("contacts", where("city", "EQ", "Ghent")) == []


def test_search_shows_a_deleted_record_for_a_moment(limited: Account) -> None:
    record_id = limited.create("contacts", email="a@example.org")
    limited.clock.advance(1)

    limited.delete(f"{OBJECTS}/contacts/{record_id}")

    assert limited.found("contacts") == [record_id]
    limited.clock.advance(1)
    assert limited.found("contacts") == []


def test_two_quick_changes_are_indexed_one_after_the_other(limited: Account) -> None:
    limited.hubspot.set_search_lag(10)
    record_id = limited.create("contacts", email="a@example.org", city="first")
    limited.clock.advance(4)
    limited.patch(f"{OBJECTS}/contacts/{record_id}", {"properties": {"city": "second"}})

    def city() -> str | None:
        answer = limited.search("contacts", properties=["city"]).json()
        return answer["results"][0]["properties"]["city"] if answer["results"] else None

    assert city() is None
    limited.clock.advance(7)
    assert city() == "first"
    limited.clock.advance(4)
    assert city() == "second"


def test_a_lasting_question_finds_what_was_added(account: Account) -> None:
    one = account.create("contacts", email="a@example.org")
    assert account.found("contacts", where("email", "HAS_PROPERTY")) == [one]

    two = account.create("contacts", email="b@example.org")

    assert account.found("contacts", where("email", "HAS_PROPERTY")) == [one, two]
