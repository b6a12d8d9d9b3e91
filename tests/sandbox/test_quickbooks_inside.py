"""The stand-in from inside: a person's changes, snapshots, many records, many threads."""

from __future__ import annotations

import json
import threading
import time

import pytest

from integrations.sandbox.core import HandClock, Request, Setting
from integrations.sandbox.quickbooks.provider import QuickBooks
from tests.sandbox.quickbooks_calls import START


def new_books() -> QuickBooks:
    return QuickBooks(Setting(HandClock(START)))


def test_a_person_adds_changes_and_removes() -> None:
    books = new_books()
    customer = books.add_customer(DisplayName="Anna", Email="anna@mail.example", Phone="555")
    books.update("Customer", customer, Email=None, Notes="Calls on Fridays")
    item = books.add_item(Name="Hours", Sku="H-1", UnitPrice=80)
    books.update("Item", item, UnitPrice=90)
    books.deactivate("Item", item)

    assert books.customers[customer]["PrimaryPhone"] == {"FreeFormNumber": "555"}
    assert "PrimaryEmailAddr" not in books.customers[customer]
    assert books.items[item]["Name"] == "Hours (deleted)"
    assert (books.items[item]["UnitPrice"], books.items[item]["Sku"]) == (90, "H-1")
    books.reactivate("Item", item)
    assert books.items[item]["Name"] == "Hours"


def test_a_persons_changes_are_no_writes_of_the_api() -> None:
    books = new_books()
    books.add_customer(DisplayName="Anna")

    assert books.meter.writes == 0


def test_a_persons_wrong_change_says_why() -> None:
    books = new_books()
    books.add_customer(DisplayName="Anna")

    with pytest.raises(ValueError, match="6240"):
        books.add_vendor(DisplayName="Anna")
    with pytest.raises(ValueError, match="There is no Customer with Id 9"):
        books.deactivate("Customer", "9")
    with pytest.raises(ValueError, match="There is no 'Unicorn'"):
        books.add("Unicorn")
    with pytest.raises(ValueError, match="cannot be merged into itself"):
        books.merge("Customer", "1", "1")


def test_changes_come_through_the_control_endpoint_too() -> None:
    books = new_books()
    first = books.change(["customer"], {"DisplayName": "Anna"})["id"]
    second = books.change(["Customer"], {"DisplayName": "Ann"})["id"]
    books.change(["customer", first], {"Notes": "kept"})
    books.change(["customer", first, "merge"], {"other": second})
    books.change(["preferences", "SalesFormsPrefs"], {"CustomTxnNumbers": True})
    expired = books.change(["tokens", "expire"], {})["expired"]

    assert books.customers[first]["Notes"] == "kept"
    assert books.customers[second]["Active"] is False
    assert books.get("Preferences", "1")["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    assert books.get("Preferences", "1")["SalesFormsPrefs"]["AllowDiscount"] is True
    assert expired == 1
    with pytest.raises(ValueError, match="no customer/1/explode"):
        books.change(["customer", "1", "explode"], {})


def test_a_snapshot_is_json_and_brings_everything_back() -> None:
    books = new_books()
    kept = books.add_customer(DisplayName="Anna", Email="anna@mail.example")
    gone = books.add_customer(DisplayName="Ben")
    books.deactivate("Customer", gone)
    token = books.ready("")["access_token"]
    state = json.loads(json.dumps(books.snapshot()))
    books.update("Customer", kept, DisplayName="Someone else")

    twin = new_books()
    twin.restore(state)

    assert twin.customers.keys() == {kept, gone}
    assert twin.get("Customer", kept)["DisplayName"] == "Anna"
    assert twin.get("Customer", gone)["Active"] is False
    assert twin.ready("")["access_token"] == token
    with pytest.raises(ValueError, match="6240"):
        twin.add_customer(DisplayName="anna")
    assert twin.add_customer(DisplayName="Carla") not in (kept, gone)


def test_a_snapshot_keeps_the_answers_to_requestids() -> None:
    books = new_books()
    first = create(books, "Anna", "job")
    twin = new_books()
    twin.restore(json.loads(json.dumps(books.snapshot())))

    assert create(twin, "Anna", "job") == first
    assert twin.count("Customer") == 1


def create(books: QuickBooks, name: str, requestid: str = "") -> bytes:
    headers = {
        "authorization": f"Bearer {books.ready('')['access_token']}",
        "accept": "application/json",
        "content-type": "application/json",
    }
    query = {"requestid": [requestid]} if requestid else {}
    body = json.dumps({"DisplayName": name}).encode()
    path = f"/v3/company/{books.realm}/customer"
    with books.lock:
        return books.handle(Request("POST", path, query, headers, body)).body


def test_threads_make_no_name_twice() -> None:
    books = new_books()
    answers: list[bytes] = []

    def work() -> None:
        answers.extend(create(books, f"Customer {number}") for number in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert books.count("Customer") == 50
    assert sum(b"6240" in answer for answer in answers) == 150
    assert books.meter.writes == 50


def test_many_records_are_loaded_and_found_quickly() -> None:
    books = new_books()
    rows = [{"DisplayName": f"C {n}", "Email": f"c{n}@mail.example"} for n in range(50_000)]
    started = time.perf_counter()
    books.load("Customer", rows, range(1_700_000_000, 1_700_050_000))
    loaded = time.perf_counter() - started

    names = {books.customers["49999"]["DisplayName"], books.get("Customer", "50000")["DisplayName"]}
    with pytest.raises(ValueError, match="Id=25000"):
        books.add_customer(DisplayName="c 24999")

    assert names == {"C 49998", "C 49999"}
    assert loaded < 10
