"""Companies, people, contacts and products of HubSpot in Exact Online, each story run twice."""

from decimal import Decimal

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs.engine.terms import Side
from syncs.models import Status
from syncs.recipes.hubspot_exact import COMPANIES, CONTACTS, PEOPLE, PRODUCTS
from tests.journeys.exact_trading import (
    ACCOUNTS,
    ITEMS,
    PERSONS,
    PRICES,
    Trading,
    names,
    trading,
)
from tests.journeys.stories import again

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_minutes")]


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Trading:
    return trading(tenant, server)


# --- companies ------------------------------------------------------------------------------------


def test_a_customer_becomes_an_account_with_what_the_settings_say(books: Trading) -> None:
    company = books.company(
        "Jansen Bouw",
        domain="jansenbouw.example",
        phone="+31 38 123 4567",
        address="Markt 1",
        zip="8011 AA",
        city="Zwolle",
        country="Nederland",
    )
    books.company("Nog niet", lifecyclestage="lead")
    sync = books.switch_on(COMPANIES)

    books.settle()

    assert books.statuses(sync) == {"in_sync": 1, "excluded": 1}, books.reasons()
    made = books.named("Jansen Bouw")
    wanted = {
        "Website": "jansenbouw.example",
        "Phone": "+31 38 123 4567",
        "AddressLine1": "Markt 1",
        "Postcode": "8011 AA",
        "City": "Zwolle",
        "Country": "NL",
        "Status": "C",
        "SalesVATCode": "4",
        "PaymentConditionSales": "30",
        "GLAccountSales": books.ledger(),
    }
    assert {name: made[name] for name in wanted} == wanted
    assert books.record(sync, left_id=company).right_id == made["ID"]
    again(books)


def test_whoever_becomes_a_customer_comes_along_and_changes_follow(books: Trading) -> None:
    company = books.company("Jansen Bouw", lifecyclestage="lead")
    sync = books.switch_on(COMPANIES)
    books.settle()
    assert not books.all(ACCOUNTS)

    books.sandbox.hubspot.update("companies", company, lifecyclestage="customer")
    books.settle()
    books.sandbox.hubspot.update("companies", company, city="Kampen")
    books.settle()

    assert books.named("Jansen Bouw")["City"] == "Kampen"
    books.in_sync(company, sync=sync)
    again(books)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({"btw": "NL 1234.56.789.B01"}, {"VATNumber": "NL123456789B01"}, id="VAT"),
        pytest.param({"kvk": "12 34 56 78"}, {"ChamberOfCommerce": "12345678"}, id="chamber"),
        pytest.param(
            {"domain": "jansen.example"}, {"Website": "https://www.jansen.example/nl"}, id="website"
        ),
        pytest.param(
            {"domain": "jansen.example"}, {"Email": "info@jansen.example"}, id="e-mail domain"
        ),
        pytest.param({"name": "Jansen Bouw BV"}, {"Name": "JANSEN BOUW B.V."}, id="name"),
    ],
)
def test_a_company_that_is_an_account_already_is_found(
    books: Trading, left: dict[str, str], right: dict[str, str]
) -> None:
    for name in ("btw", "kvk"):
        books.sandbox.hubspot.add_property(
            "companies",
            {"name": name, "label": name, "type": "string", "fieldType": "text",
             "groupName": "companyinformation"},
        )  # fmt: skip
    account = books.account(**{"Name": "Bouwbedrijf Jansen", **right})
    books.account("Somebody else", Website="else.example")
    company = books.company(**{"name": "Jansen", **left})
    books.map_own(COMPANIES, "btw", "VATNumber")
    books.map_own(COMPANIES, "kvk", "ChamberOfCommerce")
    sync = books.switch_on(COMPANIES)

    books.settle()

    books.in_sync(company, sync=sync)
    assert books.record(sync, left_id=company).right_id == account
    assert len(books.all(ACCOUNTS)) == 2
    again(books)


def test_the_better_key_wins_over_the_name(books: Trading) -> None:
    books.account("Jansen", Website="other.example")
    right = books.account("Something", Website="jansen.example")
    company = books.company("Jansen", domain="jansen.example")
    sync = books.switch_on(COMPANIES)

    books.settle()

    assert books.record(sync, left_id=company).right_id == right


def test_two_accounts_that_could_be_meant_are_left_to_a_person(books: Trading) -> None:
    for city in ("Zwolle", "Kampen"):
        books.account("Jansen Bouw", City=city)
    company = books.company("Jansen Bouw")
    sync = books.switch_on(COMPANIES)

    books.settle()

    books.failing(company, "match_ambiguous", sync)
    again(books)


@pytest.mark.parametrize(("who", "count"), [("all", 2), ("none", 0), ("stages", 1)])
def test_all_none_or_those_in_chosen_stages(books: Trading, who: str, count: int) -> None:
    books.company("One")
    books.company("Two", lifecyclestage="opportunity")
    books.switch_on(COMPANIES, who=who)

    books.settle()

    assert len(books.all(ACCOUNTS)) == count


def test_a_country_that_nobody_knows_says_so(books: Trading) -> None:
    company = books.company("Jansen Bouw", country="Nedrland")
    sync = books.switch_on(COMPANIES)

    books.settle()

    row = books.failing(company, "field_invalid", sync)
    assert row.details["field"] == "Country"
    books.sandbox.hubspot.update("companies", company, country="Nederland")
    books.settle()
    books.in_sync(company, sync=sync)


# --- people ---------------------------------------------------------------------------------------


def test_people_are_contacts_of_their_company_or_accounts_of_their_own(books: Trading) -> None:
    company = books.company("Jansen Bouw")
    ann, bob = books.person("Ann", company, jobtitle="Director"), books.person("Bob")
    books.switch_on(COMPANIES)
    contacts, people = books.switch_on(CONTACTS), books.switch_on(PEOPLE)

    books.settle()

    books.in_sync(ann, sync=contacts)
    books.in_sync(bob, sync=people)
    assert names(books.all(ACCOUNTS)) == ["Bob Smit", "Jansen Bouw"]
    (contact,) = books.all(PERSONS)
    assert contact["Account"] == books.named("Jansen Bouw")["ID"]
    assert (contact["FirstName"], contact["JobTitleDescription"]) == ("Ann", "Director")
    assert books.record(contacts, left_id=bob).details["exclusion"] == "no_company"
    assert books.record(people, left_id=ann).details["exclusion"] == "has_company"
    again(books)


def test_a_contact_of_a_company_that_is_left_out_is_left_out_too(books: Trading) -> None:
    company = books.company("Jansen Bouw", lifecyclestage="lead")
    ann = books.person("Ann", company)
    books.switch_on(COMPANIES)
    contacts = books.switch_on(CONTACTS)
    books.settle()
    assert books.record(contacts, left_id=ann).status == Status.EXCLUDED

    books.sandbox.hubspot.update("companies", company, lifecyclestage="customer")
    books.settle()

    books.in_sync(ann, sync=contacts)
    assert len(books.all(PERSONS)) == 1
    again(books)


def test_an_account_with_the_same_address_keeps_its_name(books: Trading) -> None:
    account = books.account("Bakkerij Smit", Email="ann@example.org")
    ann = books.person("Ann")
    people = books.switch_on(PEOPLE)

    books.settle()

    assert books.record(people, left_id=ann).right_id == account
    assert names(books.all(ACCOUNTS)) == ["Bakkerij Smit"]
    again(books)


# --- products -------------------------------------------------------------------------------------


def test_products_become_items_with_price_group_and_unit(books: Trading) -> None:
    product = books.product("VDT-1", "12.50", description="A long story")
    books.product("", "3", name="Without SKU")
    sync = books.switch_on(PRODUCTS)

    books.settle()

    (item,) = books.all(ITEMS)
    assert (item["Code"], item["Description"]) == ("VDT-1", "Product VDT-1")
    assert (item["Unit"], item["ItemGroup"], item["SalesVatCode"]) == ("pc", books.group(), "4")
    assert item["IsSalesItem"]
    (price,) = books.all(PRICES)
    assert Decimal(str(price["Price"])) == Decimal("12.50")
    books.in_sync(product, sync=sync)
    again(books)


def test_an_item_with_the_same_code_is_found_and_prices_go_both_ways(books: Trading) -> None:
    item = books.sandbox.exact.add(ITEMS, Code="VDT-1", Description="Item 1", IsSalesItem=True)
    product = books.product("VDT-1", "12.50", name="Item 1")
    other = books.sandbox.exact.add(ITEMS, Code="VDT-2", Description="Item 2", IsSalesItem=True)
    sync = books.switch_on(PRODUCTS)
    books.settle()
    assert books.record(sync, left_id=product).right_id == item
    found = books.record(sync, right_id=other).left_id
    assert books.sandbox.hubspot.get("products", found)["hs_sku"] == "VDT-2"

    books.sandbox.exact.add(PRICES, Item=other, Price=7.25)
    books.sandbox.hubspot.update("products", product, price="13")
    books.settle()

    assert books.sandbox.hubspot.get("products", found)["price"] == "7.25"
    assert [row["Price"] for row in books.all(PRICES) if row["Item"] == item] == [13]
    assert books.statuses(sync) == {"in_sync": 2}
    again(books)


def test_what_is_not_sold_stays_in_exact(books: Trading) -> None:
    item = books.sandbox.exact.add(ITEMS, Code="RAW", Description="Raw stuff", IsSalesItem=False)
    sync = books.switch_on(PRODUCTS)

    books.settle()

    row = books.record(sync, right_id=item)
    assert (row.status, row.born) == (Status.EXCLUDED, Side.RIGHT)
    assert not books.sandbox.hubspot.all("products")
