"""Writing batches: one outcome per operation, nothing twice, nothing overwritten unseen."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from integrations.contract import (
    Category,
    OutcomeStatus,
    Values,
)
from tests.connectors.quickbooks_company import (
    ITEM_NAMES,
    Company,
    archive,
    create,
    open_company,
    statuses,
    update,
)

WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


# Creating


def test_thirty_customers_are_made_with_one_call(company: Company) -> None:
    operations = [create({"DisplayName": f"Customer {n}"}) for n in range(30)]

    outcomes = company.write(*operations)

    assert [outcome.key for outcome in outcomes] == [op.key for op in operations]
    assert statuses(outcomes) == [WRITTEN] * 30
    assert [o.record.title for o in outcomes if o.record] == [f"Customer {n}" for n in range(30)]
    assert len(company.calls) == 1
    assert company.books.count("Customer") == 30


def test_the_answer_is_what_quickbooks_made_of_it(company: Company) -> None:
    (outcome,) = company.write(create({"DisplayName": "  Ann Ltd ", "BillAddr.City": "Århus"}))

    assert outcome.record is not None
    assert outcome.record.fields == {
        "DisplayName": "Ann Ltd",
        "GivenName": None,
        "PrimaryEmailAddr": None,
        "BillAddr.City": "Århus",
        "Active": True,
    }
    assert outcome.record.version == "0"


def test_one_bad_record_stops_nobody(company: Company) -> None:
    good, bad = create({"DisplayName": "Good"}), create({"DisplayName": "Bad:Name"})
    wrong = create({"DisplayName": "Wrong", "PrimaryEmailAddr": "no address"})

    outcomes = company.write(bad, good, wrong)

    assert statuses(outcomes) == [REFUSED, WRITTEN, REFUSED]
    faults = [(o.fault.category, o.fault.code, o.fault.field) for o in outcomes if o.fault]
    assert faults == [
        (Category.FIELD_INVALID, "2040", "DisplayName"),
        (Category.FIELD_INVALID, "2210", "PrimaryEmailAddr"),
    ]
    assert all(o.fault.correlation_id for o in outcomes if o.fault)


def test_a_wrong_type_is_refused_without_a_call(company: Company) -> None:
    (outcome,) = company.write(create({"DisplayName": "Ann", "Taxable": "perhaps"}))

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.field == "Taxable"
    assert company.calls == []


@pytest.mark.parametrize(
    ("field", "longest"),
    [
        ("DisplayName", 500),
        ("GivenName", 100),
        ("Title", 16),
        ("PrimaryPhone", 30),
        ("Notes", 2000),
        ("BillAddr.Line1", 500),
        ("BillAddr.PostalCode", 30),
        ("WebAddr", 1000),
    ],
)
def test_texts_are_as_long_as_the_field_says_and_no_longer(
    company: Company, field: str, longest: int
) -> None:
    (declared,) = (f for f in company.connector.fields("customer") if f.name == field)
    start = "https://example.org/" if field == "WebAddr" else ""
    text = start + "ö" * (longest - len(start))
    fits = create({"DisplayName": "Fits", field: text})
    exceeds = create({"DisplayName": "Exceeds", field: text + "ö"})

    outcomes = company.write(fits, exceeds, names=(field,))

    assert declared.max_length == longest
    assert statuses(outcomes) == [WRITTEN, REFUSED]
    assert outcomes[0].record is not None
    assert outcomes[0].record.fields == {field: text}
    assert outcomes[1].fault is not None
    assert (outcomes[1].fault.code, outcomes[1].fault.field) == ("2050", field)


@pytest.mark.parametrize(
    "name", ["Łódź & Søn", "O'Brien \\ Söhne", "東京商事", "Ann “Q” 😀", "a\u0301"]
)
def test_names_of_every_script_are_written_read_and_found(company: Company, name: str) -> None:
    (outcome,) = company.write(create({"DisplayName": name}))

    found = company.connector.find("customer", "DisplayName", [name], ("DisplayName",))

    assert outcome.record is not None
    assert [record.id for record in found] == [outcome.record.id]
    assert found[0].fields["DisplayName"] == name


def test_a_name_that_a_customer_bears_is_refused_with_that_customer(company: Company) -> None:
    holder = company.books.add_customer(DisplayName="Acme")

    (outcome,) = company.write(create({"DisplayName": "ACME"}))

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.category is Category.DUPLICATE_KEY
    assert (outcome.fault.field, outcome.fault.existing_id) == ("DisplayName", holder)


def test_a_name_that_a_vendor_bears_names_no_customer(company: Company) -> None:
    company.books.add_vendor(DisplayName="Acme")

    (outcome,) = company.write(create({"DisplayName": "Acme"}))

    assert outcome.fault is not None
    assert (outcome.fault.category, outcome.fault.existing_id) == (Category.DUPLICATE_KEY, "")


def test_items_are_made_with_their_ledger_account(company: Company) -> None:
    ledger = company.books.ledger("Services")
    values: Values = {
        "Name": "Anvil",
        "Type": "Service",
        "Sku": "ACME-1",
        "UnitPrice": Decimal("33.333333"),
        "IncomeAccountRef": ledger,
    }

    outcomes = company.write(
        create(values),
        create({"Name": "Nothing", "Type": "Service"}),
        create({**values, "Name": "Wrong", "IncomeAccountRef": company.books.ledger("Checking")}),
        object_type="item",
        names=(*ITEM_NAMES, "IncomeAccountRef"),
    )

    assert statuses(outcomes) == [WRITTEN, REFUSED, REFUSED]
    made, missing, wrong = outcomes
    assert made.record is not None
    assert made.record.fields["UnitPrice"] == Decimal("33.333333")
    assert made.record.fields["IncomeAccountRef"] == ledger
    assert missing.fault is not None
    assert (missing.fault.category, missing.fault.field) == (
        Category.FIELD_MISSING,
        "IncomeAccountRef",
    )
    assert wrong.fault is not None
    assert (wrong.fault.category, wrong.fault.code) == (Category.CONFIGURATION, "6430")


# Updating


def test_a_partial_update_changes_nothing_else(company: Company) -> None:
    number = company.books.add_customer(
        DisplayName="Ann",
        GivenName="Ann",
        Email="ann@example.org",
        BillAddr={"Line1": "High Street 1", "City": "Leeds", "PostalCode": "LS1"},
    )

    (outcome,) = company.write(
        update(number, "0", {"BillAddr.City": "York", "GivenName": None, "Mobile": "1234"})
    )

    held = company.books.get("Customer", number)
    assert outcome.status is WRITTEN
    assert {k: v for k, v in held["BillAddr"].items() if k != "Id"} == {
        "Line1": "High Street 1",
        "City": "York",
        "PostalCode": "LS1",
    }
    assert "GivenName" not in held
    assert held["PrimaryEmailAddr"] == {"Address": "ann@example.org"}
    assert held["Mobile"] == {"FreeFormNumber": "1234"}


def test_a_version_that_is_no_longer_held_is_stale_and_nothing_is_written(company: Company) -> None:
    numbers = [company.books.add_customer(DisplayName=f"Customer {n}") for n in range(5)]
    for number in numbers[:3]:
        company.books.update("Customer", number, GivenName="By hand")
    company.calls.clear()

    outcomes = company.write(*(update(n, "0", {"GivenName": "By sync"}) for n in numbers))

    assert statuses(outcomes) == [STALE] * 3 + [WRITTEN] * 2
    fresh = [o.record for o in outcomes[:3] if o.record]
    assert [(r.version, r.fields["GivenName"]) for r in fresh] == [("1", "By hand")] * 3
    assert company.books.get("Customer", numbers[0])["GivenName"] == "By hand"
    assert [call.path.rsplit("/", 1)[1] for call in company.calls] == ["batch", "query"]


def test_a_record_changed_between_our_reading_and_our_writing_is_stale(company: Company) -> None:
    number = company.books.add_item(Name="Anvil")
    company.fault(kind="stale_version", path="/batch")

    (outcome,) = company.write(
        update(number, "0", {"Description": "New"}), object_type="item", names=ITEM_NAMES
    )

    assert outcome.status is STALE
    assert outcome.record is not None
    assert outcome.record.version == "1"


def test_a_whole_update_of_an_item_keeps_what_others_keep_there(company: Company) -> None:
    vendor = company.books.add_vendor(DisplayName="Smith")
    number = company.books.add_item(
        Name="Anvil",
        Sku="ACME-1",
        Description="Heavy",
        UnitPrice=12.5,
        PurchaseCost=7,
        PrefVendorRef=vendor,
        ReorderPoint=3,
        Taxable=True,
    )
    before = company.books.get("Item", number)

    (outcome,) = company.write(
        update(number, "0", {"UnitPrice": Decimal("14.20"), "Description": None}),
        object_type="item",
        names=ITEM_NAMES,
    )

    after = company.books.get("Item", number)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert outcome.status is WRITTEN
    assert changed == {"UnitPrice", "Description", "SyncToken"}
    assert after["UnitPrice"] == 14.2


def test_items_changed_meanwhile_are_not_even_sent(company: Company) -> None:
    number = company.books.add_item(Name="Anvil")
    company.books.update("Item", number, Description="By hand")

    (outcome,) = company.write(
        update(number, "0", {"Description": "By sync"}), object_type="item", names=ITEM_NAMES
    )

    assert outcome.status is STALE
    assert outcome.record is not None
    assert outcome.record.fields["Description"] == "By hand"
    assert [call.path.rsplit("/", 1)[1] for call in company.calls] == ["query"]


@pytest.mark.parametrize("object_type", ["customer", "item"])
def test_what_is_not_there_any_more_is_gone(company: Company, object_type: str) -> None:
    text = "GivenName" if object_type == "customer" else "Description"

    (outcome,) = company.write(
        update("999", "0", {text: "x"}), object_type=object_type, names=(text,)
    )

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.category is Category.GONE


def test_an_update_based_on_no_version_goes_to_the_one_that_is_there(company: Company) -> None:
    number = company.books.add_customer(DisplayName="Ann")
    company.books.update("Customer", number, GivenName="Ann")

    (outcome,) = company.write(update(number, "", {"FamilyName": "Berg"}))

    assert outcome.status is WRITTEN
    assert company.books.get("Customer", number)["GivenName"] == "Ann"


def test_an_inactive_term_is_the_reference_that_is_inactive_not_the_customer(
    company: Company,
) -> None:
    number = company.books.add_customer(DisplayName="Ann")
    term = company.books.add("Term", Name="Net 99", DueDays=99)
    company.books.deactivate("Term", term)

    (outcome,) = company.write(update(number, "0", {"SalesTermRef": term}))

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.category is Category.REFERENCE_INACTIVE


@pytest.mark.parametrize(("object_type", "entity"), [("customer", "Customer"), ("item", "Item")])
def test_archiving_makes_inactive_and_can_be_undone(
    company: Company, object_type: str, entity: str
) -> None:
    add = company.books.add_customer if entity == "Customer" else company.books.add_item
    field = "DisplayName" if entity == "Customer" else "Name"
    number = add(**{field: "Anvil"})

    (archived,) = company.write(archive(number, "0"), object_type=object_type, names=(field,))
    was_active = company.books.get(entity, number)["Active"]
    (again,) = company.write(
        update(number, "1", {"Active": True}), object_type=object_type, names=(field, "Active")
    )

    assert archived.record is not None
    assert archived.record.state.value == "archived"
    assert archived.record.fields == {field: "Anvil"}
    assert was_active is False
    assert again.record is not None
    assert again.record.fields == {field: "Anvil", "Active": True}
    assert company.books.get(entity, number)[field] == "Anvil"


def test_a_customer_who_owes_money_cannot_be_archived(company: Company) -> None:
    number = company.books.add_customer(DisplayName="Ann", Balance=12.5)

    (outcome,) = company.write(archive(number, "0"))

    assert outcome.fault is not None
    assert outcome.fault.category is Category.STATE_LOCKED


def test_an_update_that_cannot_be_said_is_refused_and_the_others_are_sent(
    company: Company,
) -> None:
    numbers = [company.books.add_customer(DisplayName=f"Customer {n}") for n in range(2)]

    outcomes = company.write(
        update(numbers[0], "0", {"SalesTermRef": None}),
        update(numbers[1], "0", {"GivenName": "Bo"}),
    )

    assert statuses(outcomes) == [REFUSED, WRITTEN]
    assert outcomes[0].fault is not None
    assert (outcomes[0].fault.category, outcomes[0].fault.field) == (
        Category.FIELD_INVALID,
        "SalesTermRef",
    )
