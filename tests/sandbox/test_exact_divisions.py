"""Who may enter which division of Exact, and with which rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.sandbox.exact import company
from tests.sandbox.exact_calls import ACCOUNTS, ITEMS, Caller, caller, told


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def me(books: Caller, *names: str) -> dict[str, Any]:
    answer = books.follow(f"{books.root}/current/Me?$select={','.join(names)}")
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["d"]["results"]
    row.pop("__metadata")
    found: dict[str, Any] = row
    return found


def test_the_user_is_told_who_they_are(books: Caller) -> None:
    assert me(books, "FullName", "LanguageCode", "CurrentDivision", "Legislation") == {
        "FullName": "Sanne de Vries",
        "LanguageCode": "nl-NL",
        "CurrentDivision": company.MAIN,
        "Legislation": "1",
    }


def test_the_current_division_is_the_one_last_opened(books: Caller) -> None:
    books.exact.change(["divisions", str(company.SECOND), "open"], {})

    assert me(books, "CurrentDivision") == {"CurrentDivision": company.SECOND}


def test_divisions_are_those_the_user_and_the_app_may_enter(books: Caller) -> None:
    rows = books.rows("system/Divisions", select="Code,Hid,Description,Status,Country,Legislation")
    older = books.rows("hrm/Divisions", select="Code,HID,Main,Status")

    assert [row["Code"] for row in rows] == [company.MAIN, company.SECOND]
    assert (rows[0]["Hid"], rows[0]["Status"]) == ("1", 1)
    assert (rows[0]["Country"], rows[0]["Legislation"]) == ("NL ", "1  ")
    assert [(row["Code"], row["HID"], row["Main"], row["Status"]) for row in older] == [
        (company.MAIN, "1", True, 0),
        (company.SECOND, "2", False, 0),
        (company.NOT_GRANTED, "3", False, 0),
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (company.NOT_GRANTED, "Forbidden"),
        (company.NOT_THEIRS, "Forbidden - User division is not within division scope"),
        (99, "Forbidden - User division is not within division scope"),
    ],
)
def test_other_divisions_cannot_be_entered(books: Caller, code: int, reason: str) -> None:
    answer = books.follow(f"{books.root}/{code}/vat/VATCodes")

    assert (answer.status_code, told(answer)) == (403, reason)


def test_an_archived_division_cannot_be_entered(books: Caller) -> None:
    books.exact.configure_division(company.MAIN, status=2)

    assert books.get("vat/VATCodes").status_code == 403


def test_divisions_hold_records_of_their_own(books: Caller) -> None:
    key = books.exact.add(ACCOUNTS, Name="Anna", division=company.SECOND)

    answer = books.follow(f"{books.root}/{company.SECOND}/crm/Accounts(guid'{key}')?$select=Code")

    assert answer.json()["d"]["Code"].strip() == "1"
    assert books.get(f"{ACCOUNTS}(guid'{key}')").status_code == 404


def test_a_division_can_be_founded(books: Caller) -> None:
    books.exact.add_division(55, "Nieuw B.V.", currency="USD", country="BE")

    answer = books.follow(f"{books.root}/55/system/Divisions?$select=Code,Currency,Country")
    row = answer.json()["d"]["results"][0]
    assert (row["Code"], row["Currency"], row["Country"]) == (55, "USD", "BE ")
    assert books.exact.count("financial/Journals", division=55) == 6


def test_without_a_token_nothing_is_answered(books: Caller) -> None:
    books.session.headers["Authorization"] = "Bearer made-up"

    answer = books.get("vat/VATCodes")

    assert (answer.status_code, answer.content) == (401, b"")


def test_an_app_without_a_scope_is_refused(books: Caller) -> None:
    books.exact.restrict(scopes={"Crm accounts": "none", "Logistics items": "read"})

    reading = books.get(ACCOUNTS, select="ID", filter="Name eq 'x'")
    assert (reading.status_code, told(reading)) == (
        403,
        "Forbidden - Application Scope Violated. Cannot read",
    )
    assert books.rows(ITEMS, select="ID", filter="Code eq 'x'") == []
    writing = books.post(ITEMS, {"Code": "A", "Description": "Ale"})
    assert told(writing) == "Forbidden - Application Scope Violated. Cannot write"
    books.exact.restrict()
    assert books.get(ACCOUNTS, select="ID", filter="Name eq 'x'").status_code == 200


def test_a_user_without_the_right_is_refused(books: Caller) -> None:
    books.exact.change(["rights"], {"resources": ["sync/Deleted"]})

    answer = books.get("sync/Deleted", filter="Timestamp gt 1L")

    assert (answer.status_code, told(answer)) == (403, "Forbidden")
    assert books.get("sync/CRM/Accounts", filter="Timestamp gt 1L").status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Niet gemachtigd"), ("en", "Not authorized")]
)
def test_some_missing_rights_look_like_a_token_at_fault(
    books: Caller, language: str, words: str
) -> None:
    books.exact.speak(language)
    books.exact.restrict(unauthorised=["crm/Opportunities"])

    answer = books.get("crm/Opportunities")

    assert (answer.status_code, told(answer)) == (401, words)


def test_users_are_listed(books: Caller) -> None:
    names = [row["FullName"] for row in books.rows("system/Users", select="UserID,FullName")]

    assert sorted(names) == ["Fatima El Amrani", "Joost Bakker", "Sanne de Vries"]


@pytest.mark.parametrize(
    ("path", "where", "codes"),
    [
        ("financial/GLAccounts", "Type eq 110 and IsBlocked eq false",
         ["8000", "8010", "8020", "8030"]),
        ("financial/Journals", "Type eq 20", ["70", "71"]),
        ("cashflow/PaymentConditions", "PaymentDays gt 0", ["14", "30"]),
        ("logistics/Units", "Main eq 1", ["pc"]),
        ("logistics/ItemGroups", "IsDefault eq 1", ["00001"]),
        ("crm/AccountClassifications", "Code ne 'B'", ["A", "C"]),
        ("general/Currencies", "Code eq 'EUR'", ["EUR"]),
        ("vat/VATCodes", "Type eq 'E'", ["3  ", "4  "]),
    ],
)  # fmt: skip
def test_lists_to_choose_from(books: Caller, path: str, where: str, codes: list[str]) -> None:
    rows = books.rows(path, select="Code", filter=where)

    assert sorted(row["Code"] for row in rows) == codes


def test_a_vat_percentage_is_a_fraction(books: Caller) -> None:
    (row,) = books.rows("vat/VATCodes", select="Percentage", filter="Code eq '4'")

    assert row["Percentage"] == 0.21
