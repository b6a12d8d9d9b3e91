"""What changed at Exact: row versions, deletions, moved divisions and the bulk resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.exact_calls import ACCOUNTS, CONTACTS, ITEMS, PRICES, Caller, caller, told

FEED = "sync/CRM/Accounts"
DAY = 86_400


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def changes(books: Caller, since: int = 1, path: str = FEED) -> list[dict[str, Any]]:
    return books.rows(path, select="ID,Timestamp", filter=f"Timestamp gt {since}L")


def last(rows: list[dict[str, Any]]) -> int:
    return max(int(row["Timestamp"]) for row in rows)


def test_a_feed_begins_with_everything(books: Caller) -> None:
    keys = [books.create(ACCOUNTS, Name=name) for name in ("A", "B", "C")]

    rows = changes(books)

    assert [row["ID"] for row in rows] == keys
    stamps = [int(row["Timestamp"]) for row in rows]
    assert stamps == sorted(set(stamps))


def test_only_what_changed_since_comes_again(books: Caller) -> None:
    first, _ = books.create(ACCOUNTS, Name="A"), books.create(ACCOUNTS, Name="B")
    known = last(changes(books))
    assert changes(books, known) == []

    books.put(ACCOUNTS, first, {"City": "Delft"})

    assert [row["ID"] for row in changes(books, known)] == [first]


def test_a_record_changed_twice_comes_once(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="A")
    for number in range(200):
        books.exact.update(ACCOUNTS, key, City=f"C{number}")

    assert len(changes(books)) == 1


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("sync/CRM/Contacts", CONTACTS),
        ("sync/CRM/Addresses", "crm/Addresses"),
        ("sync/Logistics/Items", ITEMS),
        ("sync/Logistics/SalesItemPrices", PRICES),
    ],
)
def test_each_has_a_feed_of_its_own(books: Caller, path: str, make: str) -> None:
    owner = books.create(ACCOUNTS, Name="A")
    item = books.create(ITEMS, Code="A", Description="Ale")
    before = [row["ID"] for row in changes(books, path=path)]
    fields: dict[str, dict[str, Any]] = {
        CONTACTS: {"LastName": "Aal", "Account": owner},
        "crm/Addresses": {"Account": owner, "AddressLine1": "Kade 1"},
        ITEMS: {"Code": "B", "Description": "Bier"},
        PRICES: {"Item": item, "Price": 1},
    }

    key = books.create(make, **fields[make])

    assert [row["ID"] for row in changes(books, path=path)] == [*before, key]


def test_a_feed_is_asked_by_row_version_and_nothing_else(books: Caller) -> None:
    by_time = books.get(FEED, select="ID", filter="Modified ge datetime'2026-01-01'")
    unasked = books.get(FEED, select="ID")

    assert told(by_time) == "Filtering on these fields is not supported: Modified"
    assert unasked.status_code == 400


def test_a_feed_has_long_pages(books: Caller) -> None:
    rows = [{"Name": f"A{n}", "Code": str(n + 1)} for n in range(1001)]
    books.exact.load(ACCOUNTS, rows, [0] * len(rows))

    content = books.get(FEED, select="ID,Timestamp", filter="Timestamp gt 1L").json()["d"]

    assert len(content["results"]) == 1000
    rest = books.follow(content["__next"]).json()["d"]["results"]
    assert len(rest) == 1
    assert int(rest[0]["Timestamp"]) > last(content["results"])


def test_a_row_version_is_found_for_a_time(books: Caller) -> None:
    books.create(ACCOUNTS, Name="Old")
    books.wait(DAY)
    new = books.create(ACCOUNTS, Name="New")

    url = f"{books.base}/read/sync/Sync/SyncTimestamp"
    asked = {"modified": "datetime'2026-06-26'", "endPoint": "'Accounts'"}
    answer = books.session.get(url, params=asked, timeout=10)

    (row,) = answer.json()["d"]["results"]
    assert [each["ID"] for each in changes(books, int(row["TimeStampAsBigInt"]))] == [new]
    assert books.session.get(url, timeout=10).status_code == 400


# Deletions


def deleted(books: Caller, since: int = 1) -> list[dict[str, Any]]:
    return books.rows("sync/Deleted", filter=f"Timestamp gt {since}L")


def test_deletions_are_told_with_their_kind(books: Caller) -> None:
    owner = books.create(ACCOUNTS, Name="A")
    contact = books.create(CONTACTS, LastName="Aal", Account=owner)
    item = books.create(ITEMS, Code="A", Description="Ale")

    books.delete(ACCOUNTS, owner)
    books.delete(ITEMS, item)

    rows = deleted(books)
    told_of = [(row["EntityType"], row["EntityKey"]) for row in rows]
    assert told_of == [(5, contact), (2, owner), (9, item)]
    assert rows[0]["DeletedDate"] == "/Date(1782405060240)/"
    assert [row["EntityType"] for row in deleted(books, int(rows[1]["Timestamp"]))] == [9]


def test_deletions_have_row_versions_of_their_own(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="A")
    books.delete(ACCOUNTS, key)
    other = books.create(ACCOUNTS, Name="B")

    assert int(deleted(books)[0]["Timestamp"]) < last(changes(books))
    assert [row["ID"] for row in changes(books)] == [other]


def test_deletions_are_forgotten_after_two_months(books: Caller) -> None:
    books.delete(ACCOUNTS, books.create(ACCOUNTS, Name="A"))

    books.wait(60 * DAY)
    assert len(deleted(books)) == 1
    books.wait(2 * DAY)
    assert deleted(books) == []


def test_deletions_are_filtered_by_row_version_only(books: Caller) -> None:
    answer = books.get("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 2")

    assert told(answer) == "Filtering on these fields is not supported: EntityType"


# Moved divisions


@pytest.mark.parametrize(
    ("button", "field"), [("move", "DivisionMoveDate"), ("link_hr", "DivisionHRLinkUnlinkDate")]
)
def test_a_moved_division_makes_its_row_versions_anew(
    books: Caller, button: str, field: str
) -> None:
    books.create(ACCOUNTS, Name="A")
    known = changes(books)
    before = books.rows("system/Divisions", select=f"Code,{field}", filter="Code eq 1234567")

    getattr(books.exact, button)()

    now = changes(books)
    assert [row["ID"] for row in now] == [row["ID"] for row in known]
    assert now[0]["Timestamp"] != known[0]["Timestamp"]
    after = books.rows("system/Divisions", select=f"Code,{field}", filter="Code eq 1234567")
    assert (before[0][field], after[0][field]) == (None, "/Date(1782405060240)/")


def test_a_moved_division_tells_its_deletions_anew(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="A")
    books.delete(ACCOUNTS, key)
    known = last(deleted(books))

    books.exact.move()

    (row,) = deleted(books, known)
    assert row["EntityKey"] == key


# Bulk


@pytest.mark.parametrize("path", ["bulk/CRM/Accounts", "bulk/CRM/Contacts", "bulk/Logistics/Items"])
def test_bulk_demands_fields_and_a_filter_and_is_for_reading(books: Caller, path: str) -> None:
    assert books.get(path, filter="ID ne null").status_code == 400
    assert books.get(path, select="ID").status_code == 400
    assert books.rows(path, select="ID", filter="ID ne null") == []
    assert books.post(path, {}).status_code == 405


def test_bulk_has_long_pages(books: Caller) -> None:
    rows = [{"Name": f"A{n}", "Code": str(n + 1)} for n in range(1001)]
    books.exact.load(ACCOUNTS, rows, [0] * len(rows))

    content = books.get("bulk/CRM/Accounts", select="ID", filter="Code ne ''").json()["d"]

    assert len(content["results"]) == 1000
    assert len(books.rows("bulk/CRM/Accounts", select="ID", filter="Code ne ''")) == 1001
