"""What people do at Exact: in this process, through the control API and on its screens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.core import HandClock
from tests.sandbox.exact_calls import ACCOUNTS, CONTACTS, ITEMS, START, Caller, caller


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def control(books: Caller, path: str, **wanted: Any) -> requests.Response:
    url = f"{books.server.url}/_control/data/exact/{path}"
    return requests.post(url, json=wanted, timeout=10)


def test_a_person_keeps_to_the_same_rules(books: Caller) -> None:
    with pytest.raises(ValueError, match="Mandatory: Name"):
        books.exact.add(ACCOUNTS)
    with pytest.raises(ValueError, match="The property name 'Nam'"):
        books.exact.add(ACCOUNTS, Nam="x")
    with pytest.raises(ValueError, match="There is no 'crm/Nothing'"):
        books.exact.add("crm/Nothing", Name="x")
    with pytest.raises(ValueError, match="There is no crm/Accounts with the key x"):
        books.exact.update(ACCOUNTS, "x", Name="y")


def test_records_are_made_changed_and_deleted_from_outside(books: Caller) -> None:
    key = control(books, ACCOUNTS, Name="Anna").json()["id"]

    assert control(books, f"{ACCOUNTS}/{key}", City="Delft").json() == {"id": key}
    assert books.exact.get(ACCOUNTS, key)["City"] == "Delft"
    assert control(books, f"{ACCOUNTS}/{key}/delete").json() == {"id": key}
    assert books.exact.count(ACCOUNTS) == 0


def test_an_account_can_be_blocked(books: Caller) -> None:
    key = books.exact.add(ACCOUNTS, Name="Anna")

    assert control(books, f"{ACCOUNTS}/{key}/block").status_code == 200
    assert books.exact.get(ACCOUNTS, key)["Blocked"] is True
    assert "no button 'block' now" in control(books, f"{ACCOUNTS}/{key}/block").json()["error"]
    control(books, f"{ACCOUNTS}/{key}/unblock")
    assert books.exact.get(ACCOUNTS, key)["Blocked"] is False


@pytest.mark.parametrize(
    ("path", "wanted", "reason"),
    [
        ("nothing", {}, "Exact's screens have no nothing."),
        ("crm/Nothing", {}, "There is no 'crm/Nothing'"),
        ("settings", {"colour": 1}, "Unknown settings: colour."),
        ("settings", {"language": "xx"}, "The languages are nl, en, not 'xx'."),
        ("divisions/1/move", {}, "There is no division 1."),
        ("divisions/1234567/sell", {}, "Exact's screens have no divisions/1234567/sell."),
        ("divisions/1234567", {"colour": 1}, "Unknown settings of a division: colour."),
    ],
)
def test_a_wrong_order_is_refused(
    books: Caller, path: str, wanted: dict[str, Any], reason: str
) -> None:
    answer = control(books, path, **wanted)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(reason)


def test_settings_rights_and_divisions_are_changed_from_outside(books: Caller) -> None:
    assert control(books, "settings", language="en", minute_calls=5).status_code == 200
    assert control(books, "rights", scopes={"Crm accounts": "none"}).status_code == 200
    assert control(books, "divisions/77", description="Nieuw B.V.").status_code == 200
    assert control(books, "divisions/1234569", app_may_enter=True).status_code == 200
    assert control(books, "divisions/1234567/move").status_code == 200
    assert control(books, "webhooks", url="http://127.0.0.1:1/", topics=["Items"]).ok

    assert books.exact.user.language == "en-US"
    assert [row["Code"] for row in books.rows("system/Divisions", select="Code")] == [
        77, 1234567, 1234568, 1234569,
    ]  # fmt: skip
    assert books.get(ACCOUNTS).status_code == 403


def test_many_records_are_loaded_unchecked(books: Caller) -> None:
    rows = [{"Name": f"A{n}", "Code": str(n)} for n in range(1, 4)]
    day = int(START.timestamp()) - 86_400
    first, *_ = books.exact.load(ACCOUNTS, rows, (day - n for n in range(3)))

    assert books.exact.get(ACCOUNTS, first)["Modified"] == (day + 7200) * 1000
    assert books.exact.find(ACCOUNTS, Code="2") != []
    assert books.exact.get(ACCOUNTS, books.create(ACCOUNTS, Name="B"))["Code"] == "4"
    assert books.names("Modified lt datetime'2026-06-25'") == ["A1", "A2", "A3"]


def test_everything_is_as_it_was_after_a_snapshot(books: Caller) -> None:
    owner = books.exact.add(ACCOUNTS, Name="Anna", Code="7")
    books.exact.delete(ITEMS, books.exact.add(ITEMS, Code="A", Description="Ale"))
    books.exact.configure(language="en", zone="Europe/London", day_calls=9)
    books.exact.restrict(scopes={"Sales prices": "read"})
    books.exact.move(1234568)
    state = json.loads(json.dumps(books.server.sandbox.snapshot()))

    other = make_sandbox(clock=HandClock(START), seed=2)
    other.restore(state)

    assert other.exact.snapshot() == books.exact.snapshot()
    assert other.exact.get(ACCOUNTS, owner)["Name"] == "Anna"
    assert other.exact.find(ACCOUNTS, Code="7") == [owner]
    assert other.exact.ready("x")["access_token"] == books.ready["access_token"]
    assert other.exact.add(ACCOUNTS, Name="Bea") != owner


def test_the_same_seed_makes_the_same_keys() -> None:
    one, same, other = (make_sandbox(clock=HandClock(START), seed=seed) for seed in (1, 1, 2))

    made = [each.exact.add(ACCOUNTS, Name="Anna") for each in (one, same, other)]

    assert made[0] == made[1] != made[2]
    assert one.exact.ready("x") == same.exact.ready("x")
    assert one.exact.ready("x")["client_id"] != other.exact.ready("x")["client_id"]


# Screens


def page(books: Caller, key: str, **sent: str) -> requests.Response:
    url = f"{books.ready['base_url']}/docs/CRMAccountCard.aspx"
    query = {"_Division_": "1234567", "AccountID": f"{{{key}}}"}
    if sent:
        return requests.post(url, params=query, data=sent, timeout=10)
    return requests.get(url, params=query, timeout=10)


def test_a_record_is_shown_and_changed_on_its_page(books: Caller) -> None:
    key = books.exact.add(ACCOUNTS, Name="Anna & Co", City="Delft")

    shown = page(books, key)
    saved = page(books, key, Name="Anna & Co", City="Zeist")

    assert "<h1>Anna &amp; Co</h1>" in shown.text
    assert "Blokkeren" in shown.text
    assert "Saved." in saved.text
    assert books.exact.get(ACCOUNTS, key)["City"] == "Zeist"


def test_a_refused_change_is_told_on_the_page(books: Caller) -> None:
    key = books.exact.add(ACCOUNTS, Name="Anna")

    answer = page(books, key, Name="Anna", SalesVATCode="99")

    assert answer.status_code == 400
    assert "Invalid reference: VAT code" in answer.text
    assert 'value="99"' in answer.text


def test_a_button_is_pressed_on_the_page(books: Caller) -> None:
    key = books.exact.add(ACCOUNTS, Name="Anna")

    answer = page(books, key, button="block")

    assert books.exact.get(ACCOUNTS, key)["Blocked"] is True
    assert "Deblokkeren" in answer.text


def test_flags_are_shown_and_read_in_words(books: Caller) -> None:
    key = books.exact.add(ITEMS, Code="A", Description="Ale")

    assert 'value="nee"' in page(books, key).text
    page(books, key, IsSalesItem="ja")

    assert books.exact.get(ITEMS, key)["IsSalesItem"] is True


def test_a_contact_is_shown_by_its_name(books: Caller) -> None:
    owner = books.exact.add(ACCOUNTS, Name="Anna")
    key = books.exact.add(CONTACTS, FirstName="Ann", LastName="Aal", Account=owner)

    assert "<h1>Ann Aal</h1>" in page(books, key).text


@pytest.mark.parametrize("key", ["00000000-0000-0000-0000-000000000000", "x"])
def test_an_unknown_record_has_no_page(books: Caller, key: str) -> None:
    assert page(books, key).status_code == 404


def test_the_first_page_of_a_division_leads_to_what_changed_last(books: Caller) -> None:
    key = books.exact.add(ACCOUNTS, Name="Anna")
    url = f"{books.ready['base_url']}/docs/MenuPortal.aspx"

    first = requests.get(url, params={"_Division_": "1234567"}, timeout=10)
    other = requests.get(url, params={"_Division_": "99"}, timeout=10)

    assert f'<a href="?_Division_=1234567&amp;ID={key}">Anna</a>' in first.text
    assert "Voorbeeld Handel B.V." in first.text
    assert other.status_code == 404
