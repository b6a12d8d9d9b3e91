"""Batches: independent items, each executed once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_calls import Caller, caller, error_of


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def create(number: str, name: str) -> dict[str, Any]:
    return {"bId": number, "operation": "create", "Customer": {"DisplayName": name}}


def test_items_fail_one_by_one(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Anna")
    update = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "x"}

    answers = books.batch(
        create("new", "Ben"),
        create("taken", "anna"),
        {"bId": "change", "operation": "update", "Customer": update},
        {"bId": "late", "operation": "update", "Customer": update},
        {"bId": "ask", "Query": "SELECT COUNT(*) FROM Customer"},
        {"bId": "lost", "operation": "update", "Customer": {"DisplayName": "No id"}},
        {"bId": "odd", "operation": "create", "Unicorn": {"Name": "x"}},
        {"bId": "void", "operation": "update", "optionsData": "void", "Customer": update},
    )

    assert answers["new"]["Customer"]["SyncToken"] == "0"
    assert answers["change"]["Customer"]["SyncToken"] == "1"
    assert answers["ask"]["QueryResponse"] == {"totalCount": 2}
    faults = {bid: item["Fault"]["Error"][0]["code"] for bid, item in answers.items()
              if "Fault" in item}  # fmt: skip
    assert faults == {"taken": "6240", "late": "5010", "lost": "2020", "odd": "2000", "void": "500"}
    assert books.server.sandbox.writes == 3


def test_a_batch_has_at_most_30_items(books: Caller) -> None:
    items = [create(str(number), f"C{number}") for number in range(31)]

    answer = books.post("/batch", {"BatchItemRequest": items})

    assert answer.status_code == 400
    assert error_of(answer)["code"] == "1040"
    assert books.books.count("Customer") == 0
    assert len(books.batch(*items[:30])) == 30


def test_a_repeated_batch_is_not_executed_again(books: Caller) -> None:
    key = str(uuid.uuid4())
    first = books.batch(create("1", "Anna"), create("2", "Ben"), requestid=key)

    again = books.batch(create("1", "Anna"), create("2", "Ben"), requestid=key)

    assert again == first
    assert books.books.count("Customer") == 2
    assert books.server.sandbox.writes == 2


def test_the_identity_of_an_item_is_requestid_and_bid(books: Caller) -> None:
    key = str(uuid.uuid4())
    books.batch(create("1", "Anna"), requestid=key)

    answers = books.batch(create("1", "Anna"), create("2", "Ben"), requestid=key)
    other = books.batch(create("1", "Anna"), requestid=str(uuid.uuid4()))

    assert answers["1"]["Customer"]["Id"] == "1"
    assert answers["2"]["Customer"]["DisplayName"] == "Ben"
    assert other["1"]["Fault"]["Error"][0]["code"] == "6240"


def test_a_fault_of_an_item_is_replayed_like_an_answer(books: Caller) -> None:
    books.create("Customer", DisplayName="Anna")
    first = books.batch(create("1", "Anna"), requestid="k")
    books.books.deactivate("Customer", "1")

    assert books.batch(create("1", "Anna"), requestid="k") == first
    assert "Customer" in books.batch(create("1", "Anna"), requestid="l")["1"]


def test_a_batch_requestid_has_at_most_36_characters(books: Caller) -> None:
    answer = books.post("/batch", {"BatchItemRequest": [create("1", "A")]}, requestid="k" * 37)

    assert error_of(answer)["code"] == "2130"


def test_a_bid_has_at_most_10_characters_with_a_requestid(books: Caller) -> None:
    long = "n" * 11

    assert "Customer" in books.batch(create(long, "A"))[long]
    assert (
        books.batch(create(long, "B"), requestid="k")[long]["Fault"]["Error"][0]["code"] == "2130"
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "2020"),
        ({"BatchItemRequest": []}, "2020"),
        ({"Items": []}, "2010"),
        ({"BatchItemRequest": ["x"]}, "2010"),
        ([], "2010"),
    ],
)
def test_a_batch_that_is_none_is_refused(books: Caller, body: Any, code: str) -> None:
    assert error_of(books.post("/batch", body))["code"] == code


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"operation": "create"}, "2010"),
        ({"operation": "create", "Customer": {}, "Item": {}}, "2010"),
        ({"operation": "explode", "Customer": {"DisplayName": "A"}}, "500"),
        ({"operation": "delete", "Customer": {"Id": "1", "SyncToken": "0"}}, "500"),
        ({"operation": "create", "Customer": {"Id": "1", "DisplayName": "A"}}, "2600"),
        ({"operation": "create", "Bill": {}}, "500"),
        ({"Query": "SELECT"}, "4000"),
    ],
)
def test_a_wrong_item_gets_its_own_fault(books: Caller, item: dict[str, Any], code: str) -> None:
    answers = books.batch({"bId": "x", **item}, create("y", "Fine"))

    assert answers["x"]["Fault"]["Error"][0]["code"] == code
    assert answers["y"]["Customer"]["DisplayName"] == "Fine"
