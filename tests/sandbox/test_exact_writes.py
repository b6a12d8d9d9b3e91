"""Writing at Exact: half-empty answers, dropped fields, partial changes and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.exact_calls import ACCOUNTS, CONTACTS, ITEMS, PRICES, Caller, caller, told

NOWHERE = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


@pytest.mark.parametrize("path", [ACCOUNTS, CONTACTS, ITEMS])
def test_the_answer_to_a_create_is_the_key_and_nulls(books: Caller, path: str) -> None:
    fields: dict[str, Any] = {
        ACCOUNTS: {"Name": "Anna"},
        CONTACTS: {"LastName": "Aal", "Account": books.exact.add(ACCOUNTS, Name="Anna")},
        ITEMS: {"Code": "A", "Description": "Ale"},
    }[path]

    answer = books.post(path, fields)

    content = answer.json()["d"]
    assert answer.status_code == 201
    assert {name for name, value in content.items() if value is not None} <= {
        "__metadata", "ID", "BankAccounts",
    }  # fmt: skip
    assert books.exact.get(path, content["ID"]).items() >= fields.items()


def test_the_whole_record_is_answered_when_it_is_asked_for(books: Caller) -> None:
    answer = books.post(ACCOUNTS, {"Name": "Anna"}, Prefer="return=representation")

    assert answer.json()["d"]["Name"] == "Anna"
    assert answer.json()["d"]["Code"] == "1".rjust(18)


def test_only_what_is_sent_changes(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="Anna", City="Utrecht", Phone="030 1234567")

    answer = books.put(ACCOUNTS, key, {"City": "Zeist", "Phone": None})

    assert (answer.status_code, answer.content) == (204, b"")
    kept = books.exact.get(ACCOUNTS, key)
    assert (kept["Name"], kept["City"], "Phone" in kept) == ("Anna", "Zeist", False)


def test_what_can_only_be_read_is_dropped_without_a_word(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="Anna", Status="C", IsSales=False, Type="D", ID=NOWHERE)

    answer = books.put(ACCOUNTS, key, {"IsPurchase": True, "CreatorFullName": "x"})

    kept = books.exact.get(ACCOUNTS, key)
    assert answer.status_code == 204
    assert key != NOWHERE
    assert (kept["IsSales"], kept["Type"], "IsPurchase" in kept) == (True, "A", False)
    assert kept["CreatorFullName"] == "Sanne de Vries"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"Name": "Anna", "Nam": "x"}, "The property name 'Nam' specified for type"),
        ({"Name": 5}, "property 'Name' to type 'Edm.String'"),
        ({"Name": "Anna", "IsSupplier": "true"}, "property 'IsSupplier' to type 'Edm.Boolean'"),
        ({"Name": "Anna", "SecurityLevel": 1.5}, "property 'SecurityLevel' to type 'Edm.Int32'"),
        ({"Name": "Anna", "IsMailing": 256}, "property 'IsMailing' to type 'Edm.Byte'"),
        ({"Name": "Anna", "DiscountSales": "0.1"}, "'DiscountSales' to type 'Edm.Double'"),
        ({"Name": "Anna", "Parent": "x"}, "property 'Parent' to type 'Edm.Guid'"),
        ({"Name": "Anna", "StartDate": "soon"}, "property 'StartDate' to type 'Edm.DateTime'"),
        ([{"Name": "Anna"}], "should be a valid top-level resource object"),
    ],
)
def test_an_unreadable_body_is_a_bad_request(books: Caller, body: Any, reason: str) -> None:
    answer = books.post(ACCOUNTS, body)

    assert answer.status_code == 400
    assert reason in told(answer)
    assert books.exact.count(ACCOUNTS) == 0


def test_a_body_that_is_no_json_is_a_bad_request(books: Caller) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"{books.base}/{ACCOUNTS}"

    assert books.session.post(url, b"{", headers=headers, timeout=10).status_code == 400
    assert books.session.post(url, b"Name=Anna", timeout=10).status_code == 415


REFUSED = [
    pytest.param(ACCOUNTS, {}, 400, "Verplicht: Naam", "Mandatory: Name", id="missing"),
    pytest.param(
        ACCOUNTS, {"Name": ""}, 400, "Verplicht: Naam", "Mandatory: Name", id="empty is missing"
    ),
    pytest.param(
        ACCOUNTS,
        {"Name": "B", "Code": "1"},
        500,
        "Bestaat reeds: Code",
        "Already exists: Code",
        id="code taken",
    ),
    pytest.param(
        ACCOUNTS, {"Name": "B", "Code": "A1"}, 500, "Ongeldig: Code", "Invalid: Code", id="no code"
    ),
    pytest.param(
        ACCOUNTS,
        {"Name": "B", "Status": "N"},
        500,
        "Ongeldig: Status",
        "Invalid: Status",
        id="no status",
    ),
    pytest.param(
        ACCOUNTS,
        {"Name": "B", "SalesVATCode": "99"},
        500,
        "Ongeldige referentie: Btw-code",
        "Invalid reference: VAT code",
        id="unknown code",
    ),
    pytest.param(
        ACCOUNTS,
        {"Name": "B", "PaymentConditionSales": "99"},
        500,
        "Ongeldige referentie: Betalingsconditie",
        "Invalid reference: Payment condition",
        id="unknown condition",
    ),
    pytest.param(
        ACCOUNTS,
        {"Name": "B", "GLAccountSales": NOWHERE},
        500,
        "Ongeldige referentie: Grootboekrekening: Verkoop",
        "Invalid reference: G/L account: Sales",
        id="unknown key",
    ),
    pytest.param(
        ACCOUNTS,
        {"Name": "B", "Email": "nobody"},
        500,
        "Ongeldig: E-mail [nobody]",
        "Invalid: Email [nobody]",
        id="no address",
    ),
    pytest.param(
        CONTACTS,
        {"Email": "a@b.example"},
        400,
        "Verplicht: Voornaam\r\nVerplicht: Achternaam\r\nVerplicht: Relatie",
        "Mandatory: First name\r\nMandatory: Last name\r\nMandatory: Account",
        id="several reasons",
    ),
    pytest.param(
        CONTACTS,
        {"LastName": "Aal", "Account": NOWHERE},
        500,
        "Ongeldige referentie: Relatie",
        "Invalid reference: Account",
        id="nobody's contact",
    ),
    pytest.param(
        ITEMS,
        {"Code": "a", "Description": "Ale"},
        500,
        "Bestaat reeds: Code",
        "Already exists: Code",
        id="item code taken",
    ),
    pytest.param(
        ITEMS,
        {"Code": "B", "Description": "B" * 61},
        500,
        "Te lang: Omschrijving",
        "Too long: Description",
        id="too long",
    ),
    pytest.param(
        ITEMS,
        {"Code": "B", "Description": "B", "Unit": "barrel"},
        500,
        "Ongeldige referentie: Eenheid",
        "Invalid reference: Unit",
        id="unknown unit",
    ),
    pytest.param(
        PRICES, {}, 400, "Verplicht: Artikel\r\nVerplicht: Prijs",
        "Mandatory: Item\r\nMandatory: Price", id="price of nothing",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "status", "dutch", "english"), REFUSED)
def test_a_refusal_is_worded_in_the_language_of_the_user(
    books: Caller, path: str, body: dict[str, Any], status: int, dutch: str, english: str
) -> None:
    books.exact.add(ACCOUNTS, Name="Anna", Code="1")
    books.exact.add(ITEMS, Code="A", Description="Ale")
    before = books.exact.count(path)

    in_dutch = books.post(path, body)
    books.exact.speak("en")
    in_english = books.post(path, body)

    assert (in_dutch.status_code, sorted(told(in_dutch).split("\r\n"))) == (
        status,
        sorted(dutch.split("\r\n")),
    )
    assert sorted(told(in_english).split("\r\n")) == sorted(english.split("\r\n"))
    assert books.exact.count(path) == before


def test_a_refused_change_changes_nothing(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="Anna")

    answer = books.put(ACCOUNTS, key, {"Name": "Bea", "SalesVATCode": "99"})

    assert answer.status_code == 500
    assert books.exact.get(ACCOUNTS, key)["Name"] == "Anna"


def test_accounts_number_themselves(books: Caller) -> None:
    books.create(ACCOUNTS, Name="A", Code="              1068")
    second = books.create(ACCOUNTS, Name="B")
    books.create(ACCOUNTS, Name="C", Code="2000")
    fourth = books.create(ACCOUNTS, Name="D")

    assert books.exact.get(ACCOUNTS, second)["Code"] == "1069"
    assert books.exact.get(ACCOUNTS, fourth)["Code"] == "2001"


def test_a_padded_code_is_the_same_code(books: Caller) -> None:
    books.create(ACCOUNTS, Name="A", Code="7", SalesVATCode="4  ", Country="BE ")
    again = books.post(ACCOUNTS, {"Name": "B", "Code": "7".rjust(18)})

    assert told(again) == "Bestaat reeds: Code"
    assert books.exact.get(ACCOUNTS, books.exact.find(ACCOUNTS, Code="7")[0])["Country"] == "BE"


@pytest.mark.parametrize(("status", "is_sales"), [("C", True), ("P", False), ("A", False)])
def test_the_status_says_who_can_be_sold_to(books: Caller, status: str, is_sales: bool) -> None:
    key = books.create(ACCOUNTS, Name="Anna", Status=status)

    assert books.exact.get(ACCOUNTS, key)["IsSales"] is is_sales


def test_a_currency_that_is_not_in_use_is_left_out(books: Caller) -> None:
    key = books.create(ACCOUNTS, Name="Anna", SalesCurrency="USD", PurchaseCurrency="XXX")
    kept = books.exact.get(ACCOUNTS, key)
    assert (kept["SalesCurrency"], "PurchaseCurrency" in kept) == ("USD", False)

    assert books.put(ACCOUNTS, key, {"SalesCurrency": "XXX"}).status_code == 204
    assert "SalesCurrency" not in books.exact.get(ACCOUNTS, key)


def test_names_addresses_and_vat_numbers_need_not_be_unique(books: Caller) -> None:
    twice = {"Name": "Anna", "Email": "a@b.example", "VATNumber": "NL001234567B01"}

    assert books.create(ACCOUNTS, **twice) != books.create(ACCOUNTS, **twice)


def test_the_first_contact_is_the_main_one(books: Caller) -> None:
    owner = books.create(ACCOUNTS, Name="Anna")
    first = books.create(CONTACTS, LastName="Aal", Account=owner)
    second = books.create(CONTACTS, LastName="Bol", Account=owner)

    books.put(CONTACTS, second, {"IsMainContact": True})
    assert books.exact.get(ACCOUNTS, owner)["MainContact"] == first
    books.put(ACCOUNTS, owner, {"MainContact": second})
    assert books.exact.get(CONTACTS, second)["IsMainContact"] is True


def test_the_same_address_is_not_made_twice(books: Caller) -> None:
    owner = books.create(ACCOUNTS, Name="Anna")
    address = {"Account": owner, "Type": 3, "AddressLine1": "Kade 1", "City": "Delft"}

    first = books.post("crm/Addresses", address).json()["d"]["ID"]
    again = books.post("crm/Addresses", address).json()["d"]["ID"]
    other = books.post("crm/Addresses", address | {"Type": 4}).json()["d"]["ID"]

    assert first == again != other


def test_an_item_gets_the_usual_unit_and_group(books: Caller) -> None:
    key = books.create(ITEMS, Code="A", Description="Ale")

    item = books.one(ITEMS, key, select="Unit,UnitDescription,ItemGroupCode,IsSalesItem")
    assert (item["Unit"], item["UnitDescription"]) == ("pc      ", "Stuk")
    assert (item["ItemGroupCode"], item["IsSalesItem"]) == ("00001", False)


def test_the_price_of_an_item_lives_apart(books: Caller) -> None:
    item = books.create(ITEMS, Code="A", Description="Ale", StandardSalesPrice=5)
    customer = books.create(ACCOUNTS, Name="Anna", Status="C")
    assert "StandardSalesPrice" not in books.exact.get(ITEMS, item)

    price = books.create(PRICES, Item=item, Price=12.5)
    books.create(PRICES, Item=item, Price=10, Account=customer)
    books.create(PRICES, Item=item, Price=9, Quantity=100)
    books.create(PRICES, Item=item, Price=15, StartDate="2027-01-01")

    assert books.one(ITEMS, item, select="StandardSalesPrice")["StandardSalesPrice"] == 12.5
    kept = books.exact.get(PRICES, price)
    assert (kept["Currency"], kept["Unit"], kept["Quantity"]) == ("EUR", "pc", 1)


@pytest.mark.parametrize("path", ["logistics/ItemGroups", "logistics/Units", "crm/LeadSources"])
def test_some_lists_can_only_be_read(books: Caller, path: str) -> None:
    assert books.post(path, {"Code": "x"}).status_code == 405
    assert books.rows(path)


# Deleting


def test_a_deleted_record_is_gone(books: Caller) -> None:
    key = books.create(ITEMS, Code="A", Description="Ale")
    books.create(PRICES, Item=key, Price=1)

    assert books.delete(ITEMS, key).status_code == 204
    assert books.delete(ITEMS, key).status_code == 404
    assert books.put(ITEMS, key, {"Description": "x"}).status_code == 404
    assert books.exact.count(PRICES) == 0


def test_an_account_takes_its_contacts_along(books: Caller) -> None:
    owner = books.create(ACCOUNTS, Name="Anna")
    books.create(CONTACTS, LastName="Aal", Account=owner)

    books.delete(ACCOUNTS, owner)

    assert books.exact.count(CONTACTS) == 0


def test_a_main_contact_that_goes_is_no_main_contact(books: Caller) -> None:
    owner = books.create(ACCOUNTS, Name="Anna")
    contact = books.create(CONTACTS, LastName="Aal", Account=owner)

    books.delete(CONTACTS, contact)

    assert "MainContact" not in books.exact.get(ACCOUNTS, owner)


def test_writes_are_counted(books: Caller) -> None:
    key = books.create(ITEMS, Code="A", Description="Ale")
    books.put(ITEMS, key, {"Description": "x"})
    books.post(ITEMS, {})
    books.exact.add(ITEMS, Code="B", Description="by hand")
    books.delete(ITEMS, key)

    assert books.server.sandbox.writes == 3


def test_a_change_needs_a_key(books: Caller) -> None:
    for method in ("PUT", "DELETE"):
        answer = books.session.request(method, f"{books.base}/{ITEMS}", json={}, timeout=10)
        assert answer.status_code == 400
