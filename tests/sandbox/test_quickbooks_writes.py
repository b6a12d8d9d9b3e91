"""Creating and updating: what stays, what goes, what the service adds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.quickbooks_calls import Caller, caller, error_of

HOUR = 3600


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def test_a_created_customer_is_answered_whole(books: Caller) -> None:
    made = books.create(
        "Customer",
        GivenName="Anna",
        FamilyName="Berg",
        SalesTermRef={"value": "4"},
        BillAddr={"Line1": "1 Elm Street", "City": "Oakland"},
    )

    assert made["DisplayName"] == made["FullyQualifiedName"] == "Anna Berg"
    assert made["SyncToken"] == "0"
    assert made["sparse"] is False
    assert made["domain"] == "QBO"
    assert made["Active"] is True
    assert made["SalesTermRef"] == {"value": "4", "name": "Net 30"}
    assert made["CurrencyRef"]["value"] == "USD"
    assert made["BillAddr"]["Id"]


def test_times_are_us_pacific_with_daylight_saving(books: Caller) -> None:
    summer = books.create("Customer", DisplayName="Summer")
    books.wait(180 * 24 * HOUR)
    answer = books.post("/customer", {"DisplayName": "Winter"})

    assert summer["MetaData"]["CreateTime"] == "2026-07-01T05:00:00-07:00"
    assert answer.json()["Customer"]["MetaData"]["CreateTime"] == "2026-12-28T04:00:00-08:00"
    assert answer.json()["time"] == "2026-12-28T04:00:00.000-08:00"


def test_a_sparse_update_keeps_what_is_not_sent(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Anna", Notes="kept", CompanyName="Berg Ltd")
    books.wait(HOUR)

    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "CompanyName": "Berg Inc"}
    updated = books.post("/customer", body).json()["Customer"]

    assert updated["Notes"] == "kept"
    assert updated["CompanyName"] == "Berg Inc"
    assert updated["SyncToken"] == "1"
    assert updated["MetaData"]["CreateTime"] == made["MetaData"]["CreateTime"]
    assert updated["MetaData"]["LastUpdatedTime"] == "2026-07-01T06:00:00-07:00"


def test_a_sparse_update_replaces_objects_whole(books: Caller) -> None:
    made = books.create("Customer", DisplayName="A", BillAddr={"Line1": "1 Elm", "City": "Oakland"})

    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "BillAddr": {"Line1": "2 Oak"}}
    updated = books.post("/customer", body).json()["Customer"]

    assert updated["BillAddr"] == {"Id": made["BillAddr"]["Id"], "Line1": "2 Oak"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_an_empty_text_clear_a_field(books: Caller, nothing: str | None) -> None:
    made = books.create("Customer", DisplayName="Anna", Notes="gone")

    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": nothing}

    assert "Notes" not in books.post("/customer", body).json()["Customer"]


def test_a_sparse_update_cannot_remove_the_display_name(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Anna")

    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "DisplayName": ""}

    assert books.post("/customer", body).json()["Customer"]["DisplayName"] == "Anna"


def test_a_full_update_clears_what_is_not_sent(books: Caller) -> None:
    made = books.create(
        "Customer",
        DisplayName="Anna",
        Notes="gone",
        PrimaryPhone={"FreeFormNumber": "555"},
        Balance=5,
    )

    body = {"Id": made["Id"], "SyncToken": "0", "DisplayName": "Anna B"}
    updated = books.post("/customer", body).json()["Customer"]

    assert "Notes" not in updated
    assert "PrimaryPhone" not in updated
    assert updated["DisplayName"] == "Anna B"
    # The opening balance belongs to the service after creation.
    assert updated["Balance"] == 5
    assert updated["CurrencyRef"] == made["CurrencyRef"]


def test_a_full_update_without_display_name_builds_one(books: Caller) -> None:
    made = books.create("Customer", DisplayName="The Bergs")

    body = {"Id": made["Id"], "SyncToken": "0", "GivenName": "Anna", "FamilyName": "Berg"}

    assert books.post("/customer", body).json()["Customer"]["DisplayName"] == "Anna Berg"


def test_a_full_item_update_clears_the_sku_that_is_not_sent(books: Caller) -> None:
    item = books.books.add_item(Name="Hours", Sku="H-1", Description="Work")
    body = {"Id": item, "SyncToken": "0", "Name": "Hours", "Type": "Service"}

    answer = books.post("/item", body | {"IncomeAccountRef": {"value": "12"}})

    assert "Sku" not in answer.json()["Item"]
    assert "Description" not in answer.json()["Item"]


def test_a_record_can_be_posted_back_as_it_was_read(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Anna", Notes="kept", BillAddr={"Line1": "1 Elm"})

    posted = books.post("/customer", made).json()["Customer"]

    kept = [name for name in made if name not in ("SyncToken", "MetaData")]
    assert {name: posted[name] for name in kept} == {name: made[name] for name in kept}


def test_supplied_read_only_members_are_ignored(books: Caller) -> None:
    made = books.create(
        "Customer", DisplayName="A", FullyQualifiedName="B", Level=7, IsProject=True
    )

    assert made["FullyQualifiedName"] == "A"
    assert made["Level"] == 0
    assert made["IsProject"] is False


def test_names_are_trimmed(books: Caller) -> None:
    assert books.create("Customer", DisplayName="  Anna ")["DisplayName"] == "Anna"


def test_unicode_is_kept(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Þóra Łódź 株式会社 🚲")

    assert books.get(f"/customer/{made['Id']}").json()["Customer"]["DisplayName"] == (
        "Þóra Łódź 株式会社 🚲"
    )


def test_a_tax_identifier_comes_back_masked(books: Caller) -> None:
    made = books.create("Customer", DisplayName="A", PrimaryTaxIdentifier="123456789")

    assert made["PrimaryTaxIdentifier"] == "XXXXX6789"


def test_an_inactive_customer_is_marked_in_its_names_and_frees_them(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Anna")
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Active": False}

    gone = books.post("/customer", body).json()["Customer"]

    assert gone["DisplayName"] == gone["FullyQualifiedName"] == "Anna (deleted)"
    assert books.create("Customer", DisplayName="Anna")["Id"] != made["Id"]


def test_reactivating_takes_the_mark_away_or_collides(books: Caller) -> None:
    anna, ben = (books.create("Customer", DisplayName=name)["Id"] for name in ("Anna", "Ben"))
    for number in (anna, ben):
        books.books.deactivate("Customer", number)
    books.create("Customer", DisplayName="Ben")

    back = {"SyncToken": "1", "sparse": True, "Active": True}
    answers = [books.post("/customer", {"Id": number} | back) for number in (anna, ben)]

    assert answers[0].json()["Customer"]["DisplayName"] == "Anna"
    assert error_of(answers[1])["code"] == "6240"


def test_several_inactive_records_may_have_had_one_name(books: Caller) -> None:
    names = []
    for _ in range(3):
        number = books.create("Customer", DisplayName="Anna")["Id"]
        books.books.deactivate("Customer", number)
        names.append(books.books.get("Customer", number)["DisplayName"])

    assert names == ["Anna (deleted)", "Anna (deleted-1)", "Anna (deleted-2)"]
    books.books.reactivate("Customer", "3")
    assert books.books.get("Customer", "3")["DisplayName"] == "Anna"


def test_the_currency_of_a_customer_is_fixed(books: Caller) -> None:
    euro = {"Id": "EUR", "Code": "EUR", "Name": "Euro"}
    books.books.load("CompanyCurrency", [euro], [int(books.clock.time())])
    made = books.create("Customer", DisplayName="A", CurrencyRef={"value": "EUR"})

    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "USD"}}

    assert made["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    assert error_of(books.post("/customer", body))["code"] == "6000"


def test_inactive_records_are_read_by_id(books: Caller) -> None:
    item = books.books.add_item(Name="Hours")
    books.books.deactivate("Item", item)

    found = books.get(f"/item/{item}").json()["Item"]

    assert found["Active"] is False
    assert found["Name"] == "Hours (deleted)"


def test_the_names_lists_share_their_numbers(books: Caller) -> None:
    customer = books.create("Customer", DisplayName="A")["Id"]
    vendor = books.create("Vendor", DisplayName="B")["Id"]

    assert customer != vendor
    assert books.get(f"/customer/{vendor}").json()["Fault"]["Error"][0]["code"] == "610"


def test_company_and_preferences_are_read_at_their_own_paths(books: Caller) -> None:
    company = books.get(f"/companyinfo/{books.ready['account_id']}").json()["CompanyInfo"]
    preferences = books.get("/preferences").json()["Preferences"]

    assert company["CompanyAddr"]["Country"] == "USA"
    assert {"Name": "SubscriptionStatus", "Value": "PAID"} in company["NameValue"]
    assert preferences["CurrencyPrefs"] == {
        "MultiCurrencyEnabled": False,
        "HomeCurrency": {"value": "USD"},
    }
    assert "BookCloseDate" not in preferences["AccountingInfoPrefs"]


def test_any_minor_version_is_taken(books: Caller) -> None:
    for version in ("3", "75"):
        assert books.get("/customer/1", minorversion=version).status_code == 400
        assert books.get("/preferences", minorversion=version).status_code == 200


def test_a_requestid_is_executed_once(books: Caller) -> None:
    first = books.post("/customer", {"DisplayName": "Anna"}, requestid="job-1")
    again = books.post("/customer", {"DisplayName": "Anna"}, requestid="job-1")
    other = books.post("/customer", {"DisplayName": "Anna"}, requestid="job-2")

    assert again.status_code == 200
    assert again.json() == first.json()
    assert error_of(other)["code"] == "6240"
    assert books.server.sandbox.writes == 1


def test_a_refusal_is_replayed_too(books: Caller) -> None:
    books.create("Customer", DisplayName="Anna")
    first = books.post("/customer", {"DisplayName": "Anna"}, requestid="job-1")
    books.books.deactivate("Customer", "1")

    again = books.post("/customer", {"DisplayName": "Anna"}, requestid="job-1")

    assert first.status_code == again.status_code == 400
    assert first.json() == again.json()


@pytest.mark.parametrize(("key", "code"), [("k" * 50, None), ("k" * 51, "2130"), ("", "2130")])
def test_a_requestid_has_at_most_50_characters(books: Caller, key: str, code: str | None) -> None:
    answer = books.post(f"/customer?requestid={key}", {"DisplayName": "Anna"})

    if code is None:
        assert answer.status_code == 200
    else:
        assert error_of(answer)["code"] == code
