"""Batches: 200, 201 and 207, and what fails a whole request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hubspot_account import Account

KEY = {
    "name": "own_key",
    "label": "Own key",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
    "hasUniqueValue": True,
}


def row(email: str, **more: Any) -> dict[str, Any]:
    return {"properties": {"email": email}} | more


def test_a_batch_create_answers_every_record(account: Account) -> None:
    answer = account.batch("contacts", "create", [row(f"{n}@example.org") for n in range(100)])

    body = answer.json()
    assert answer.status_code == 201
    assert body["status"] == "COMPLETE"
    assert {r["properties"]["email"] for r in body["results"]} == {
        f"{n}@example.org" for n in range(100)
    }
    assert account.server.sandbox.writes == 100
    assert "numErrors" not in body


def test_results_need_not_come_in_the_order_of_the_inputs(account: Account) -> None:
    inputs = [row(f"{n}@example.org", objectWriteTraceId=f"t{n}") for n in range(3)]

    results = account.batch("contacts", "create", inputs).json()["results"]

    traces = [result["objectWriteTraceId"] for result in results]
    assert traces != ["t0", "t1", "t2"]
    assert {r["objectWriteTraceId"]: r["properties"]["email"] for r in results} == {
        "t0": "0@example.org",
        "t1": "1@example.org",
        "t2": "2@example.org",
    }


@pytest.mark.parametrize(
    "traces",
    [
        pytest.param([None, None, None], id="no trace ids"),
        pytest.param(["a", "b", None], id="one is missing"),
        pytest.param(["a", "b", "b"], id="two are the same"),
    ],
)
def test_without_unique_traces_one_offender_fails_the_batch(
    account: Account, traces: list[str | None]
) -> None:
    emails = ["a@example.org", "broken", "c@example.org"]
    inputs = [
        row(email) | ({"objectWriteTraceId": trace} if trace else {})
        for email, trace in zip(emails, traces, strict=True)
    ]

    answer = account.batch("contacts", "create", inputs)

    assert answer.status_code == 400
    assert "Email address broken is invalid" in answer.json()["message"]
    assert account.hubspot.contacts == {}


def test_with_traces_only_the_offenders_fail(account: Account) -> None:
    held = account.create("contacts", email="held@example.org")
    emails = ["a@example.org", "broken", "held@example.org"]
    inputs = [row(email, objectWriteTraceId=f"t{n}") for n, email in enumerate(emails)]

    answer = account.batch("contacts", "create", inputs)

    body = answer.json()
    assert answer.status_code == 207
    assert [r["objectWriteTraceId"] for r in body["results"]] == ["t0"]
    assert body["numErrors"] == 2
    first, second = body["errors"]
    assert first["status"] == "error"
    assert first["context"]["objectWriteTraceId"] == ["t1"]
    assert first["category"] == "VALIDATION_ERROR"
    assert second["context"]["objectWriteTraceId"] == ["t2"]
    assert second["message"] == f"Contact already exists. Existing ID: {held}"
    assert second["category"] == "CONFLICT"


def test_a_duplicate_fails_the_whole_batch_without_traces(account: Account) -> None:
    held = account.create("contacts", email="held@example.org")

    answer = account.batch("contacts", "create", [row("a@example.org"), row("held@example.org")])

    assert answer.status_code == 409
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {held}"
    assert len(account.hubspot.contacts) == 1


def test_two_inputs_cannot_take_the_same_address(account: Account) -> None:
    answer = account.batch("contacts", "create", [row("a@example.org"), row("A@example.org")])

    assert answer.status_code == 400
    assert account.hubspot.contacts == {}


@pytest.mark.parametrize("operation", ["read", "create", "update", "upsert", "archive"])
@pytest.mark.parametrize("size", [0, 101])
def test_a_batch_has_one_to_a_hundred_inputs(account: Account, operation: str, size: int) -> None:
    inputs = [{"id": str(n), "properties": {}} for n in range(size)]

    assert account.batch("contacts", operation, inputs).status_code == 400


def test_a_batch_read_passes_over_what_is_missing(account: Account) -> None:
    one, two = (account.create("contacts", email=f"{n}@example.org") for n in range(2))
    account.hubspot.delete("contacts", two)

    answer = account.batch(
        "contacts", "read", [{"id": one}, {"id": two}, {"id": "999"}], properties=["email"]
    )

    body = answer.json()
    assert answer.status_code == 207
    assert [r["id"] for r in body["results"]] == [one]
    (error,) = body["errors"]
    assert error["category"] == "OBJECT_NOT_FOUND"
    assert error["context"]["ids"] == [two, "999"]


def test_a_batch_read_by_a_unique_property(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org", city="Ghent")

    answer = account.batch(
        "contacts", "read", [{"id": "A@example.org"}], properties=["city"], idProperty="email"
    )

    assert answer.status_code == 200
    assert [(r["id"], r["properties"]["city"]) for r in answer.json()["results"]] == [
        (record_id, "Ghent")
    ]


def test_a_batch_update_reports_what_is_missing_and_changes_the_rest(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")
    change = {"properties": {"city": "Ghent"}}

    answer = account.batch("contacts", "update", [{"id": record_id} | change, {"id": "9"} | change])

    assert answer.status_code == 207
    assert [r["id"] for r in answer.json()["results"]] == [record_id]
    assert answer.json()["errors"][0]["context"]["ids"] == ["9"]
    assert account.hubspot.get("contacts", record_id)["city"] == "Ghent"


def test_a_batch_update_fails_as_a_whole_for_a_bad_value(account: Account) -> None:
    one, two = (account.create("contacts", email=f"{n}@example.org") for n in range(2))

    answer = account.batch(
        "contacts",
        "update",
        [
            {"id": one, "properties": {"city": "Ghent"}},
            {"id": two, "properties": {"nope": "1"}},
        ],
    )

    assert answer.status_code == 400
    assert "city" not in account.hubspot.get("contacts", one)


def test_an_id_may_stand_in_a_batch_once(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")
    change = {"id": record_id, "properties": {"city": "Ghent"}}

    answer = account.batch("contacts", "update", [change, change])

    assert answer.status_code == 400
    assert answer.json()["message"] == (
        f"Duplicate IDs found in batch input: [{record_id}]. IDs must be unique"
    )


def test_an_upsert_creates_once_and_then_updates(account: Account) -> None:
    account.hubspot.add_property("contacts", KEY)
    inputs = [
        {"id": "k1", "idProperty": "own_key", "properties": {"email": "a@example.org"}},
        {"id": "k2", "idProperty": "own_key", "properties": {"email": "b@example.org"}},
    ]

    first = account.batch("contacts", "upsert", inputs)
    again = account.batch("contacts", "upsert", inputs)

    assert first.status_code == again.status_code == 200
    assert [r["new"] for r in first.json()["results"]] == [True, True]
    assert [r["new"] for r in again.json()["results"]] == [False, False]
    assert len(account.hubspot.contacts) == 2
    assert account.server.sandbox.writes == 2
    assert {c["own_key"] for c in account.hubspot.contacts.values()} == {"k1", "k2"}


def test_an_upsert_by_address_has_no_partial_success(account: Account) -> None:
    inputs = [
        {"id": "a@example.org", "idProperty": "email", "properties": {}, "objectWriteTraceId": "1"},
        {
            "id": "b@example.org",
            "idProperty": "email",
            "properties": {"nope": "1"},
            "objectWriteTraceId": "2",
        },
    ]

    assert account.batch("contacts", "upsert", inputs).status_code == 400
    assert account.hubspot.contacts == {}


def test_an_upsert_by_an_own_key_may_succeed_in_part(account: Account) -> None:
    account.hubspot.add_property("contacts", KEY)
    inputs = [
        {
            "id": f"k{n}",
            "idProperty": "own_key",
            "properties": {"email": email},
            "objectWriteTraceId": f"t{n}",
        }
        for n, email in enumerate(["a@example.org", "broken"])
    ]

    answer = account.batch("contacts", "upsert", inputs)

    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"]["objectWriteTraceId"] == ["t1"]
    assert len(account.hubspot.contacts) == 1


@pytest.mark.parametrize("name", ["city", "nope", None])
def test_an_upsert_needs_a_unique_property(account: Account, name: str | None) -> None:
    inputs = [{"id": "x", "properties": {"email": "a@example.org"}}]
    if name:
        inputs[0]["idProperty"] = name

    assert account.batch("contacts", "upsert", inputs).status_code == 400


def test_a_batch_archive_passes_over_unknown_ids(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")
    writes = account.server.sandbox.writes

    answer = account.batch("contacts", "archive", [{"id": record_id}, {"id": "999"}])

    assert answer.status_code == 204
    assert account.hubspot.contacts == {}
    assert account.server.sandbox.writes == writes + 1
