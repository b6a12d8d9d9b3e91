"""Change data capture: what is told, in which shape, and how far back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_calls import Caller, caller, error_of

DAY = 86400
SINCE = "2026-07-01T12:00:00Z"


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def changes(books: Caller, entities: str, since: str = SINCE) -> list[dict[str, Any]]:
    answer = books.get("/cdc", entities=entities, changedSince=since)
    assert answer.status_code == 200, answer.text
    assert answer.json()["time"]
    [capture] = answer.json()["CDCResponse"]
    parts: list[dict[str, Any]] = capture["QueryResponse"]
    return parts


def test_changed_records_come_whole_in_the_order_of_their_update(books: Caller) -> None:
    first, second = (books.books.add_customer(DisplayName=name) for name in ("A", "B"))
    books.wait(60)
    books.books.update("Customer", first, Notes="later")

    [customers] = changes(books, "Customer")

    assert [row["Id"] for row in customers["Customer"]] == [second, first]
    assert customers["Customer"][1]["Notes"] == "later"
    assert (customers["startPosition"], customers["maxResults"]) == (1, 2)


def test_an_entity_without_changes_is_an_empty_object(books: Caller) -> None:
    books.wait(60)
    books.books.add_item(Name="Hours")

    customers, items, invoices = changes(books, "Customer,Item,Invoice", "2026-07-01T12:00:30Z")

    assert customers == {}
    assert items["Item"][0]["Name"] == "Hours"
    assert invoices == {}


def test_inactive_records_are_changes_like_others(books: Caller) -> None:
    number = books.books.add_customer(DisplayName="A")
    books.books.deactivate("Customer", number)

    [customers] = changes(books, "Customer")

    assert customers["Customer"][0]["Active"] is False
    assert customers["Customer"][0]["DisplayName"] == "A (deleted)"


def test_a_thousand_objects_come_over_all_entities() -> None:
    with caller() as books:
        now = int(books.clock.time())
        customers = [{"DisplayName": f"C{number}"} for number in range(900)]
        items = [{"Name": f"I{number}", "Type": "Service"} for number in range(300)]
        books.books.load("Customer", customers, [now] * 900)
        books.books.load("Item", items, [now] * 300)

        found_customers, found_items = changes(books, "Customer,Item")

        assert len(found_customers["Customer"]) == 900
        assert len(found_items["Item"]) == 100


def test_thirty_days_are_looked_back_and_no_more(books: Caller) -> None:
    books.wait(30 * DAY)
    assert changes(books, "Customer") == [{}]

    books.wait(1)
    answer = books.get("/cdc", entities="Customer", changedSince=SINCE)

    assert answer.status_code == 400
    assert "older than fixed days is not supported" in error_of(answer)["Detail"]


@pytest.mark.parametrize(
    ("entities", "since", "code"),
    [
        ("TaxCode", SINCE, "2000"),
        ("Customer,TaxRate", SINCE, "2000"),
        ("Unicorn", SINCE, "2000"),
        ("", SINCE, "2020"),
        ("Customer", "", "2020"),
        ("Customer", "yesterday", "2060"),
    ],
)
def test_a_wrong_question_is_refused(books: Caller, entities: str, since: str, code: str) -> None:
    answer = books.get("/cdc", entities=entities, changedSince=since)

    assert error_of(answer)["code"] == code
