"""What the stand-in refuses, with the documented codes and in the documented words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_calls import Caller, caller, codes_of, error_of


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


SERVICE = {"Name": "Hours", "Type": "Service", "IncomeAccountRef": {"value": "12"}}
INVENTORY = {
    "Name": "Crate",
    "Type": "Inventory",
    "TrackQtyOnHand": True,
    "QtyOnHand": 3,
    "InvStartDate": "2026-01-01",
    "IncomeAccountRef": {"value": "13"},
    "ExpenseAccountRef": {"value": "16"},
    "AssetAccountRef": {"value": "5"},
}


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


CREATES = [
    pytest.param("customer", {"DisplayName": "A", "Nickname": "B"}, "2010",
                 "failed to parse json object", id="unknown property"),
    pytest.param("customer", {"DisplayName": "A", "BillAddr": {"Street": "B"}}, "2010",
                 "failed to parse json object", id="unknown property inside another"),
    pytest.param("customer", {"DisplayName": "A", "CustomerEx": {}}, "2010",
                 "failed to parse json object", id="read-only extension block"),
    pytest.param("customer", {"DisplayName": ["A"]}, "2010",
                 "failed to parse json object", id="list for a text"),
    pytest.param("customer", {"DisplayName": "A", "SalesTermRef": "4"}, "2010",
                 "failed to parse json object", id="bare text for a reference"),
    pytest.param("customer", {"CompanyName": "A"}, "6080",
                 "Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix", id="no name"),
    pytest.param("item", without(SERVICE, "Name"), "2020",
                 "Required parameter Name is missing in the request", id="no item name"),
    pytest.param("item", without(SERVICE, "Type"), "2020",
                 "Required parameter Type is missing in the request", id="no item type"),
    pytest.param("item", without(SERVICE, "IncomeAccountRef"), "2020",
                 "Required parameter IncomeAccountRef is missing", id="no income account"),
    pytest.param("item", without(SERVICE, "IncomeAccountRef") | {"Type": "NonInventory"}, "2020",
                 "Required parameter IncomeAccountRef is missing", id="no account at all"),
    pytest.param("item", without(INVENTORY, "AssetAccountRef"), "2020",
                 "Required parameter AssetAccountRef is missing", id="no asset account"),
    pytest.param("item", without(INVENTORY, "InvStartDate"), "2020",
                 "Required parameter InvStartDate is missing", id="no inventory start"),
    pytest.param("item", INVENTORY | {"TrackQtyOnHand": False}, "6000",
                 "if Track quantity on hand is turned off", id="untracked inventory"),
    pytest.param("item", SERVICE | {"IncomeAccountRef": {"value": "1"}}, "6430",
                 "IncomeAccountRef must be an income account", id="bank as income account"),
    pytest.param("item", INVENTORY | {"AssetAccountRef": {"value": "12"}}, "6430",
                 "AssetAccountRef must be", id="income as asset account"),
    pytest.param("item", SERVICE | {"Type": "Group"}, "2170", "Group", id="bundles are read only"),
    pytest.param("item", SERVICE | {"UnitPrice": 100_000_000_000}, "2240",
                 "100000000000", id="price too high"),
    pytest.param("item", SERVICE | {"UnitPrice": "cheap"}, "2100", "cheap", id="price no number"),
    pytest.param("item", SERVICE | {"Name": "A:B"}, "2040", "A:B", id="colon in an item name"),
    pytest.param("item", SERVICE | {"SubItem": True}, "6150", "ParentRef is required",
                 id="sub-item without parent"),
    pytest.param("customer", {"DisplayName": "A\tB"}, "2040", "A\tB", id="tab in a name"),
    pytest.param("customer", {"GivenName": "A\nB"}, "2040", "A\nB", id="newline in a name"),
    pytest.param("account", {"Name": 'The "big" one', "AccountType": "Bank"}, "2040", "big",
                 id="quote in a ledger account's name"),
    pytest.param("account", {"Name": "New"}, "6010", "AccountType", id="ledger without type"),
    pytest.param("customer", {"DisplayName": "A", "Notes": "n" * 2001}, "2050",
                 "Min:0 Max:2,000 supported. Supplied length:2,001", id="notes too long"),
    pytest.param("customer", {"DisplayName": "d" * 501}, "2050",
                 "Min:0 Max:500 supported. Supplied length:501", id="display name too long"),
    pytest.param("customer", {"DisplayName": "A", "PrimaryPhone": {"FreeFormNumber": "1" * 31}},
                 "2050", "Min:0 Max:30 supported. Supplied length:31", id="telephone too long"),
    pytest.param("customer",
                 {"DisplayName": "A", "BillAddr": {f"Line{n}": "x" * 450 for n in range(1, 6)}},
                 "2050", "Max:2,000", id="address lines too long together"),
    pytest.param("customer", {"DisplayName": "A", "PrimaryEmailAddr": {"Address": "a at b.c"}},
                 "2210", "RFC 822", id="e-mail without at sign"),
    pytest.param("customer", {"DisplayName": "A", "PrimaryEmailAddr": {"Address": "a@localhost"}},
                 "2210", "Supplied value:a@localhost", id="e-mail without a dot"),
    pytest.param("customer", {"DisplayName": "A", "WebAddr": {"URI": "our page"}}, "2200",
                 "our page", id="no web address"),
    pytest.param("customer", {"DisplayName": "A", "PreferredDeliveryMethod": "Pigeon"}, "2170",
                 "Pigeon", id="no such choice"),
    pytest.param("customer", {"DisplayName": "A", "PreferredDeliveryMethod": "Email"}, "6420",
                 "email", id="delivery by e-mail without e-mail"),
    pytest.param("customer", {"DisplayName": "A", "Taxable": "perhaps"}, "2230", "perhaps",
                 id="no truth value"),
    pytest.param("customer", {"DisplayName": "A", "OpenBalanceDate": "31.12.2026"}, "2060",
                 "31.12.2026", id="no date"),
    pytest.param("customer", {"DisplayName": "A", "SalesTermRef": {"value": "999"}}, "2500",
                 "Invalid Reference Id : Terms element id 999 not found", id="no such term"),
    pytest.param("customer", {"DisplayName": "A", "SalesTermRef": {"name": "Net 30"}}, "2020",
                 "SalesTermRef.value", id="reference by name only"),
    pytest.param("customer", {"DisplayName": "A", "ParentRef": {"value": "77"}}, "2500",
                 "Names element id 77 not found", id="no such parent"),
    pytest.param("customer", {"DisplayName": "A", "CurrencyRef": {"value": "EUR"}}, "2220",
                 "EUR", id="currency not enabled"),
    pytest.param("customer", {"Id": "12", "SyncToken": "0", "DisplayName": "A"}, "610",
                 "Object Not Found", id="update of what is not there"),
    pytest.param("customer", {"Id": "twelve", "SyncToken": "0"}, "2030", "twelve",
                 id="id no number"),
    pytest.param("taxcode", {"Name": "VAT"}, "500", "Operation create is not supported",
                 id="tax codes come from the tax service"),
    pytest.param("term", {"Name": "Whenever"}, "2020", "DueDays", id="term without days"),
    pytest.param("term", {"Name": "Late", "DueDays": 1000}, "2240", "1000", id="days too many"),
    pytest.param("unicorn", {"Name": "A"}, "2000", "unicorn", id="unknown entity"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "code", "words"), CREATES)
def test_a_wrong_create_is_refused(
    books: Caller, path: str, body: dict[str, Any], code: str, words: str
) -> None:
    before = books.server.sandbox.writes

    answer = books.post(f"/{path}", body)

    assert answer.status_code == 400
    error = error_of(answer)
    assert error["code"] == code
    assert words in error["Detail"]
    assert error["Message"]
    assert answer.json()["Fault"]["type"] == "ValidationFault"
    assert answer.headers["intuit_tid"]
    assert books.server.sandbox.writes == before


def test_all_wrong_fields_are_told_together(books: Caller) -> None:
    answer = books.post(
        "/customer",
        {"DisplayName": "A:B", "ResaleNum": "9" * 17, "PrimaryEmailAddr": {"Address": "x"}},
    )

    assert sorted(codes_of(answer)) == ["2040", "2050", "2210"]
    elements = {error["element"] for error in answer.json()["Fault"]["Error"]}
    assert elements == {"DisplayName", "ResaleNum", "PrimaryEmailAddr.Address"}


@pytest.mark.parametrize("other", ["Customer", "Vendor", "Employee"])
def test_a_display_name_is_unique_over_customers_vendors_and_employees(
    books: Caller, other: str
) -> None:
    held = books.create(other, GivenName="Anna", FamilyName="Berg")

    error = error_of(books.post("/customer", {"DisplayName": "ANNA berg"}))

    assert error["code"] == "6240"
    assert error["Message"] == "Duplicate Name Exists Error"
    assert held["Id"] in error["Detail"]


def test_an_item_name_is_unique(books: Caller) -> None:
    books.create("Item", **SERVICE)

    assert error_of(books.post("/item", SERVICE | {"Name": "HOURS"}))["code"] == "6240"


def test_two_items_may_have_one_sku(books: Caller) -> None:
    books.create("Item", **SERVICE, Sku="S-1")

    assert books.create("Item", **SERVICE | {"Name": "More hours"}, Sku="S-1")["Sku"] == "S-1"


def test_an_old_version_is_stale(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Anna")
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "first"}
    assert books.post("/customer", body).status_code == 200

    error = error_of(books.post("/customer", body | {"Notes": "second"}))

    assert error["code"] == "5010"
    assert error["Message"] == "Stale Object Error"
    assert books.books.get("Customer", made["Id"])["Notes"] == "first"


def test_an_update_needs_its_version(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Anna")

    error = error_of(books.post("/customer", {"Id": made["Id"], "sparse": True, "Notes": "x"}))

    assert (error["code"], error["element"]) == ("2020", "SyncToken")


def test_an_inactive_record_cannot_be_referred_to(books: Caller) -> None:
    term = books.create("Term", Name="Net 7", DueDays=7)
    books.books.deactivate("Term", term["Id"])

    answer = books.post("/customer", {"DisplayName": "A", "SalesTermRef": {"value": term["Id"]}})

    assert error_of(answer)["code"] == "610"
    assert "made inactive" in error_of(answer)["Detail"]


def test_an_inactive_reference_that_was_there_before_may_stay(books: Caller) -> None:
    term = books.create("Term", Name="Net 7", DueDays=7)
    made = books.create("Customer", DisplayName="A", SalesTermRef={"value": term["Id"]})
    books.books.deactivate("Term", term["Id"])

    sparse = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "kept"}
    assert books.post("/customer", sparse).status_code == 200


def test_an_inventory_item_stays_one(books: Caller) -> None:
    made = books.create("Item", **INVENTORY)

    answer = books.post("/item", {**made, "Type": "Service"})

    assert error_of(answer)["code"] == "6000"


def test_a_customer_with_a_balance_cannot_be_made_inactive(books: Caller) -> None:
    made = books.create("Customer", DisplayName="A", Balance=10)
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Active": False}

    assert error_of(books.post("/customer", body))["code"] == "6220"


def test_nobody_is_its_own_ancestor(books: Caller) -> None:
    top = books.create("Customer", DisplayName="Top")
    child = books.create("Customer", DisplayName="Child", ParentRef={"value": top["Id"]})
    body = {"Id": top["Id"], "SyncToken": "0", "sparse": True}

    answer = books.post("/customer", body | {"ParentRef": {"value": child["Id"]}})

    assert child["FullyQualifiedName"] == "Top:Child"
    assert child["Level"] == 1
    assert error_of(answer)["code"] == "900"


def test_a_hierarchy_has_five_levels(books: Caller) -> None:
    parent = books.create("Class", Name="1")
    for level in "2345":
        parent = books.create("Class", Name=level, ParentRef={"value": parent["Id"]})

    answer = books.post("/class", {"Name": "6", "ParentRef": {"value": parent["Id"]}})

    assert parent["FullyQualifiedName"] == "1:2:3:4:5"
    assert error_of(answer)["code"] == "6180"


@pytest.mark.parametrize("query", ["operation=delete", "operation=void", "include=void"])
def test_lists_are_neither_deleted_nor_voided(books: Caller, query: str) -> None:
    made = books.create("Customer", DisplayName="Anna")
    body = {"Id": made["Id"], "SyncToken": "0"}

    error = error_of(books.post(f"/customer?{query}", body))

    assert error["code"] == "500"
    assert "is not supported" in error["Detail"]


def test_a_sparse_item_update_is_refused(books: Caller) -> None:
    made = books.create("Item", **SERVICE)

    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Description": "x"}

    assert error_of(books.post("/item", body))["code"] == "2010"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_there_is_no_other_method(books: Caller, method: str) -> None:
    answer = books.session.request(method, f"{books.base}/customer", json={}, timeout=10)

    assert error_of(answer)["code"] == "500"


def test_a_body_that_is_no_json_is_refused(books: Caller) -> None:
    answer = books.session.post(f"{books.base}/customer", data=b"{", timeout=10)

    assert error_of(answer)["code"] == "2010"


def test_a_body_must_say_that_it_is_json(books: Caller) -> None:
    headers = {"Content-Type": "text/plain"}

    answer = books.session.post(f"{books.base}/customer", data=b"{}", headers=headers, timeout=10)

    assert error_of(answer)["code"] == "1050"


def test_who_does_not_ask_for_json_gets_xml(books: Caller) -> None:
    made = books.create("Customer", DisplayName="Cœur & Fils", SalesTermRef={"value": "4"})
    headers = {"Accept": "*/*"}

    found = books.session.get(f"{books.base}/customer/{made['Id']}", headers=headers, timeout=10)
    lost = books.session.get(f"{books.base}/customer/99", headers=headers, timeout=10)

    assert found.headers["Content-Type"].startswith("application/xml")
    assert "<DisplayName>Cœur &amp; Fils</DisplayName>" in found.text
    assert '<SalesTermRef name="Net 30">4</SalesTermRef>' in found.text
    assert '<Fault type="ValidationFault"><Error code="610">' in lost.text


@pytest.mark.parametrize("token", ["", "no-such-token"])
def test_without_a_valid_token_the_gateway_answers_in_its_own_shape(
    books: Caller, token: str
) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    answer = books.session.get(f"{books.base}/customer/1", headers=headers, timeout=10)

    assert answer.status_code == 401
    error = answer.json()["fault"]["error"][0]
    assert error["code"] == "3200"
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    assert answer.json()["fault"]["type"] == "AUTHENTICATION"
    assert answer.json()["warnings"] is None


def test_a_token_is_bound_to_its_company(books: Caller) -> None:
    url = f"{books.ready['base_url']}/v3/company/123/customer/1"

    answer = books.session.get(url, timeout=10)

    assert answer.status_code == 403
    error = answer.json()["fault"]["error"][0]
    assert error["code"] == "3100"
    assert "ApplicationAuthorizationFailed" in error["message"]


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/customer", "application/json"),
        ("/batch", "application/json"),
        ("/query", "application/text"),
    ],
)
def test_a_body_that_is_not_utf_8_is_no_supported_operation(
    books: Caller, path: str, content_type: str
) -> None:
    answer = books.session.post(
        books.base + path,
        data='{"DisplayName": "Renée"}'.encode("latin-1"),
        headers={"Content-Type": content_type},
        timeout=10,
    )

    assert answer.status_code == 400
    assert error_of(answer)["code"] == "500"
    assert books.books.count("Customer") == 0
