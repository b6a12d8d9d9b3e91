"""The data sets: the same for a seed, as large as asked for, and nasty where it was planted."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from integrations.sandbox import dataset
from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.core import HandClock, Sandbox
from integrations.sandbox.datasets import demo, demo_products
from integrations.sandbox.datasets.model import DataSet
from tests.sandbox.quickbooks_calls import START

BATCHES_A_MINUTE, ITEMS_A_BATCH = 40, 30
DEMO_SEED = 1


@pytest.fixture(scope="module")
def made() -> DataSet:
    return dataset.build("demo", DEMO_SEED)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return make_sandbox("demo", seed=DEMO_SEED, clock=HandClock(START))


def frozen(found: DataSet) -> list[Any]:
    return [
        list(found.companies),
        [(contact.properties, contact.company) for contact in found.contacts],
        list(found.products),
        list(found.customers),
        list(found.vendors),
        list(found.employees),
        list(found.items),
    ]


@pytest.mark.parametrize("name", ["demo", "250"])
def test_a_seed_makes_the_same_data_and_another_seed_other_data(name: str) -> None:
    first = frozen(dataset.build(name, 7))

    assert frozen(dataset.build(name, 7)) == first
    assert frozen(dataset.build(name, 8)) != first


def test_the_same_seed_and_time_make_the_same_sandbox() -> None:
    states = [make_sandbox("demo", seed=3, clock=HandClock(START)).snapshot() for _ in range(2)]

    assert states[0] == states[1]


@pytest.mark.parametrize("name", ["", "demos", "-5", "0", "1e3", "1000001"])
def test_an_unknown_data_set_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="The data set is demo, empty or a number"):
        dataset.build(name, 1)


def test_an_empty_company_has_its_lists_and_nothing_else() -> None:
    books = make_sandbox("empty").quickbooks

    for name in ("Customer", "Vendor", "Employee", "Item"):
        assert books.count(name) == 0
    for name in ("Account", "Term", "TaxCode", "TaxRate", "Preferences", "CompanyInfo"):
        assert books.count(name) > 0


# The demo company


def test_the_demo_has_the_promised_size(sandbox: Sandbox) -> None:
    assert len(sandbox.hubspot.contacts) == 3000
    assert len(sandbox.hubspot.companies) == 800
    assert len(sandbox.hubspot.products) == 400
    assert 2300 <= sandbox.quickbooks.count("Customer") <= 2500


def test_names_of_customers_vendors_and_employees_differ(made: DataSet) -> None:
    people = [*made.customers, *made.vendors, *made.employees]

    assert repeated(person["DisplayName"].casefold() for person in people) == {}
    assert repeated(item["Name"].casefold() for item in made.items) == {}


def test_contacts_have_addresses_of_their_own(made: DataSet) -> None:
    emails = [contact.properties.get("email", "") for contact in made.contacts]

    assert set(repeated(emails)) == {""}
    assert all(email == email.lower() for email in emails)


def test_lifecycle_stages_cover_all_values(made: DataSet) -> None:
    stages = Counter(contact.properties["lifecyclestage"] for contact in made.contacts)

    assert stages.keys() == {demo.CUSTOMER, *demo.EARLIER_STAGES, *demo.LATER_STAGES}
    assert stages[demo.CUSTOMER] > 2000


def repeated(values: Iterable[str]) -> dict[str, int]:
    return {value: count for value, count in Counter(values).items() if count > 1}


class Outlook:
    """What a first sync must make of the demo, worked out from the rows alone."""

    def __init__(self, made: DataSet) -> None:
        self.companies = [str(company["name"]) for company in made.companies]
        self.by_email: dict[str, list[Mapping[str, Any]]] = {}
        for customer in made.customers:
            if customer.get("Active") is not False:
                self.by_email.setdefault(customer.get("Email", "").lower(), []).append(customer)
        self.taken = {
            person["DisplayName"].casefold()
            for person in (*made.customers, *made.vendors, *made.employees)
        }
        self.outcomes = Counter(
            self.outcome(contact.properties, contact.company)
            for contact in made.contacts
            if contact.properties["lifecyclestage"] == demo.CUSTOMER
        )

    def outcome(self, contact: Mapping[str, Any], company: int | None) -> str:
        email = contact.get("email", "")
        partners = self.by_email.get(email, []) if email else []
        if len(partners) > 1:
            return "ambiguous"
        name = self.display_name(contact, company)
        if partners:
            return "equal" if is_equal(contact, name, partners[0]) else "differs"
        return self.creation(contact, name)

    def display_name(self, contact: Mapping[str, Any], company: int | None) -> str:
        if company is not None:
            return self.companies[company]
        return f"{contact.get('firstname', '')} {contact.get('lastname', '')}".strip()

    def creation(self, contact: Mapping[str, Any], name: str) -> str:
        refusal = first_refusal(contact, name)
        if refusal:
            return refusal
        if name.casefold() in self.taken:
            return "name taken"
        self.taken.add(name.casefold())
        return "created"


def first_refusal(contact: Mapping[str, Any], name: str) -> str:
    email = contact.get("email", "")
    if not name:
        return "no name"
    if ":" in name:
        return "colon"
    if len(contact.get("phone", "")) > 30:
        return "telephone too long"
    if len(contact.get("firstname", "")) > 100 or len(email) > 100:
        return "too long"
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        return "bad e-mail"
    return ""


def is_equal(contact: Mapping[str, Any], name: str, customer: Mapping[str, Any]) -> bool:
    address = customer.get("BillAddr", {})
    pairs = [
        (name, customer["DisplayName"]),
        (contact.get("firstname"), customer.get("GivenName")),
        (contact.get("lastname"), customer.get("FamilyName")),
        (contact.get("email"), customer.get("Email")),
        (contact.get("phone"), customer.get("Phone")),
        (contact.get("company"), customer.get("CompanyName")),
        (contact.get("address"), address.get("Line1")),
        (contact.get("city"), address.get("City")),
        (contact.get("state"), address.get("CountrySubDivisionCode")),
        (contact.get("zip"), address.get("PostalCode")),
        (contact.get("country"), address.get("Country")),
    ]
    return all(left == right for left, right in pairs)


def test_the_first_sync_of_customers_comes_out_as_planted(made: DataSet) -> None:
    planted = demo.PLANTED

    outcomes = Outlook(made).outcomes

    assert outcomes == {
        "equal": planted["linked through a company, equal"] + planted["linked persons, equal"],
        "differs": planted["linked, telephone spelled differently"]
        + planted["linked, other telephone"]
        + planted["linked, moved"]
        + planted["linked, other spelling of the name"]
        + planted["linked, e-mail in capitals at the books"],
        "created": planted["new companies' contacts"]
        + planted["new persons"]
        + planted["new persons without e-mail"],
        "name taken": planted["second contact of a company"]
        + planted["name of a vendor"]
        + planted["name of an employee"],
        "ambiguous": planted["two customers share the e-mail"],
        "bad e-mail": planted["e-mail the books refuse"],
        "telephone too long": planted["telephone too long"],
        "too long": planted["first name too long"] + planted["e-mail too long"],
        "no name": planted["no name at all"],
        "colon": planted["colon in the company's name"],
    }


def test_about_forty_records_fail_counted_on_both_sides(made: DataSet) -> None:
    fine = {"equal", "differs", "created"}
    outlook = Outlook(made)
    contacts = sum(count for name, count in outlook.outcomes.items() if name not in fine)
    shared = [rows for email, rows in outlook.by_email.items() if email and len(rows) > 1]
    refused_by_crm = [email for email in outlook.by_email if email.count("@") > 1]

    customers = sum(len(rows) for rows in shared) + len(refused_by_crm)

    assert contacts == 29
    assert customers == 12


def test_the_first_sync_fits_into_two_minutes_of_the_real_limits(made: DataSet) -> None:
    outcomes = Outlook(made).outcomes
    items = demo_products.PLANTED
    writes = outcomes["created"] + outcomes["differs"] + items["new"]
    writes += items["linked, other price"] + items["linked, other description"]

    assert writes <= 660
    assert writes / ITEMS_A_BATCH <= BATCHES_A_MINUTE


def test_the_books_really_refuse_what_was_planted(sandbox: Sandbox, made: DataSet) -> None:
    """Each group that the books must refuse is sent there, as a create would."""
    outlook = Outlook(made)
    refused = Counter[str]()
    for contact in made.contacts:
        properties = contact.properties
        if properties["lifecyclestage"] != demo.CUSTOMER:
            continue
        name = outlook.display_name(properties, contact.company)
        if first_refusal(properties, name):
            with pytest.raises(ValueError, match=r"2040|2050|2210|6080") as caught:
                sandbox.quickbooks.add_customer(**as_customer(properties, name))
            refused[str(caught.value)[:4]] += 1

    planted = demo.PLANTED
    assert refused == {
        "2040": planted["colon in the company's name"],
        "2050": planted["telephone too long"]
        + planted["first name too long"]
        + planted["e-mail too long"],
        "2210": planted["e-mail the books refuse"],
        "6080": planted["no name at all"],
    }


def as_customer(contact: Mapping[str, Any], name: str) -> dict[str, Any]:
    fields = {
        "DisplayName": name,
        "GivenName": contact.get("firstname"),
        "FamilyName": contact.get("lastname"),
        "Email": contact.get("email"),
        "Phone": contact.get("phone"),
    }
    return {key: value for key, value in fields.items() if value}


def test_products_and_items_share_skus_but_for_the_planted_ones(made: DataSet) -> None:
    planted = demo_products.PLANTED
    products = [product.get("hs_sku", "") for product in made.products]
    items = [item.get("Sku", "") for item in made.items]

    assert products.count("") == planted["without SKU"]
    assert items.count("") == demo_products.WITHOUT_SKU_IN_BOOKS
    assert len(repeated(filter(None, products))) == planted["SKU used by a second product"]
    assert len(repeated(filter(None, items))) == planted["two items share the SKU"]
    assert sum(item.get("Active") is False for item in made.items) == 12
    assert len(set(products) & set(items) - {""}) > 300


def test_inactive_records_bear_the_mark_of_inactive_ones(sandbox: Sandbox) -> None:
    gone = [row for row in sandbox.quickbooks.customers.values() if not row["Active"]]

    assert len(gone) == demo.PLANTED["inactive in the books"]
    for row in gone:
        assert row["DisplayName"].endswith(" (deleted)")
        assert row["FullyQualifiedName"] == row["DisplayName"]


def test_contacts_are_linked_to_their_companies(sandbox: Sandbox) -> None:
    hubspot = sandbox.hubspot
    companies = hubspot.companies
    linked = 0
    for number, contact in hubspot.contacts.items():
        company = hubspot.primary_company(number)
        if company is not None:
            assert companies[company]["name"] == contact["company"]
            linked += 1

    assert linked > 700


def test_nothing_changed_just_now(sandbox: Sandbox) -> None:
    newest = max(
        row["MetaData"]["LastUpdatedTime"] for row in sandbox.quickbooks.customers.values()
    )

    assert newest < "2026-06-30"


# Any number


@pytest.mark.parametrize("count", [1, 50, 500])
def test_a_number_gives_that_many_on_each_side(count: int) -> None:
    sandbox = make_sandbox(str(count), clock=HandClock(START))

    assert len(sandbox.hubspot.contacts) == count
    assert sandbox.quickbooks.count("Customer") == count
    assert len(sandbox.hubspot.companies) == (count + 9) // 10
    assert len(sandbox.hubspot.products) == sandbox.quickbooks.count("Item") == count // 10


def test_of_a_thousand_nearly_all_are_equal_and_all_names_differ() -> None:
    found = dataset.build("1000", 5)
    outlook = Outlook(found_once := materialised(found))

    assert outlook.outcomes == {"equal": 960, "differs": 20, "created": 20}
    assert repeated(row["DisplayName"].casefold() for row in found_once.customers) == {}
    alone = {row["Email"] for row in found_once.customers} - {
        contact.properties["email"] for contact in found_once.contacts
    }
    assert len(alone) == 20


def materialised(found: DataSet) -> DataSet:
    """The same, for reading more than once."""
    return replace(
        found,
        companies=list(found.companies),
        contacts=list(found.contacts),
        customers=list(found.customers),
    )


def test_ten_thousand_are_loaded_within_two_seconds_of_work() -> None:
    started = time.process_time()
    sandbox = make_sandbox("10000", clock=HandClock(START))
    spent = time.process_time() - started

    assert sandbox.quickbooks.count("Customer") == 10_000
    # 100,000 within 20 seconds, with room for a slow machine.
    assert spent < 4
