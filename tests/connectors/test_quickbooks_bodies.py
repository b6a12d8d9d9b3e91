"""What is sent of a record: creations, partial updates and whole ones."""

from datetime import date
from decimal import Decimal

import pytest

from integrations.connectors.quickbooks.bodies import (
    create_payload,
    sparse_payload,
    whole_payload,
)
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.fields import custom
from integrations.connectors.quickbooks.objects import (
    CUSTOMER,
    ITEM,
)
from integrations.connectors.quickbooks.payloads import Payload, Unwritable, to_json
from integrations.connectors.quickbooks.records import compile_decoder
from integrations.contract import (
    Category,
    Misconfigured,
    Values,
)


def test_a_creation_leaves_out_what_is_empty() -> None:
    values: Values = {"DisplayName": "Ann", "PrimaryEmailAddr": None, "BillAddr.City": None}

    assert create_payload(CUSTOMER, values) == {"DisplayName": "Ann"}


def test_amounts_are_sent_as_numbers() -> None:
    payload = create_payload(
        ITEM, {"UnitPrice": Decimal("33.333333"), "InvStartDate": date(2026, 1, 2)}
    )

    assert to_json(payload) == b'{"UnitPrice":33.333333,"InvStartDate":"2026-01-02"}'


CURRENT: Payload = {
    "Id": "1",
    "SyncToken": "4",
    "BillAddr": {"Id": "2", "Line1": "4581 Finch St.", "City": "Bayshore", "Lat": "1", "Long": "2"},
}


@pytest.mark.parametrize(
    ("values", "payload"),
    [
        pytest.param({"GivenName": "Ann"}, {"GivenName": "Ann"}, id="a text"),
        pytest.param({"GivenName": None}, {"GivenName": ""}, id="an empty text"),
        pytest.param(
            {"PrimaryEmailAddr": None}, {"PrimaryEmailAddr": {"Address": ""}}, id="an empty e-mail"
        ),
        pytest.param(
            {"BillAddr.City": "Aarhus"},
            {"BillAddr": {"Id": "2", "Line1": "4581 Finch St.", "City": "Aarhus"}},
            id="a part of an address, with its other parts",
        ),
        pytest.param(
            {"BillAddr.City": None, "BillAddr.Line2": "Floor 3"},
            {"BillAddr": {"Id": "2", "Line1": "4581 Finch St.", "City": "", "Line2": "Floor 3"}},
            id="several parts of an address",
        ),
        pytest.param(
            {"ShipAddr.City": "Aarhus"}, {"ShipAddr": {"City": "Aarhus"}}, id="a first address"
        ),
        pytest.param({"SalesTermRef": "3"}, {"SalesTermRef": {"value": "3"}}, id="a reference"),
        pytest.param({"Active": False}, {"Active": False}, id="a truth"),
    ],
)
def test_a_partial_update_sends_what_changes(values: Values, payload: Payload) -> None:
    assert sparse_payload(CUSTOMER, values, CURRENT) == payload


@pytest.mark.parametrize(
    ("values", "category"),
    [
        ({"SalesTermRef": None}, Category.FIELD_INVALID),
        ({"Taxable": None}, Category.FIELD_INVALID),
        ({"DisplayName": None}, Category.FIELD_MISSING),
        ({"Taxable": "yes"}, Category.FIELD_INVALID),
        ({"GivenName": Decimal(1)}, Category.FIELD_INVALID),
    ],
)
def test_what_a_partial_update_cannot_say_is_refused_with_its_field(
    values: Values, category: Category
) -> None:
    with pytest.raises(Unwritable) as refusal:
        sparse_payload(CUSTOMER, values, CURRENT)

    assert refusal.value.fault.category is category
    assert refusal.value.fault.field == next(iter(values))


def test_a_whole_update_leaves_out_what_quickbooks_keeps_and_what_is_emptied() -> None:
    current = {
        "Id": "5",
        "SyncToken": "2",
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"LastUpdatedTime": "2026-01-01T00:00:00Z"},
        "FullyQualifiedName": "Tools:Anvil",
        "Level": 1,
        "ItemEx": {"any": []},
        "Name": "Anvil",
        "Description": "Heavy",
        "UnitPrice": Decimal("12.50"),
        "IncomeAccountRef": {"value": "79", "name": "Sales"},
        "ExpenseAccountRef": {"value": "80", "name": "Cost"},
        "PrefVendorRef": {"value": "9"},
        "ReorderPoint": 4,
    }

    payload = whole_payload(
        ITEM, {"Description": None, "ExpenseAccountRef": None, "UnitPrice": Decimal(14)}, current
    )

    assert payload == {
        "Id": "5",
        "SyncToken": "2",
        "Name": "Anvil",
        "UnitPrice": Decimal(14),
        "IncomeAccountRef": {"value": "79", "name": "Sales"},
        "PrefVendorRef": {"value": "9"},
        "ReorderPoint": 4,
    }


@pytest.mark.parametrize("name", ["Name", "IncomeAccountRef"])
def test_a_required_field_cannot_be_emptied(name: str) -> None:
    with pytest.raises(Unwritable) as refusal:
        whole_payload(ITEM, {name: None}, {"Name": "Anvil"})

    assert refusal.value.fault.category is Category.FIELD_MISSING


def test_an_item_made_active_again_gets_its_name_back() -> None:
    current = {"Id": "5", "SyncToken": "2", "Name": "Anvil (deleted)", "Active": False}

    again = whole_payload(ITEM, {"Active": True}, current)
    renamed = whole_payload(ITEM, {"Active": True, "Name": "Big anvil"}, current)
    still_inactive = whole_payload(ITEM, {"Description": "x"}, current)

    assert (again["Name"], renamed["Name"]) == ("Anvil", "Big anvil")
    assert still_inactive["Name"] == "Anvil (deleted)"


@pytest.mark.parametrize(
    ("definition", "values"),
    [
        (CUSTOMER, {"Balance": Decimal(1)}),
        (CUSTOMER, {"FullyQualifiedName": "x"}),
        (ITEM, {"MetaData.CreateTime": None}),
    ],
)
def test_a_field_that_quickbooks_keeps_itself_is_never_written(
    definition: Definition, values: Values
) -> None:
    with pytest.raises(Misconfigured, match="cannot be written"):
        create_payload(definition, values)
    with pytest.raises(Misconfigured, match="cannot be changed"):
        whole_payload(definition, values, {})


def test_the_currency_is_fixed_when_the_customer_is_made() -> None:
    assert create_payload(CUSTOMER, {"CurrencyRef": "EUR"}) == {"CurrencyRef": {"value": "EUR"}}
    with pytest.raises(Misconfigured, match="cannot be changed"):
        sparse_payload(CUSTOMER, {"CurrencyRef": "EUR"}, CURRENT)


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity")])
def test_an_amount_that_is_no_number_is_refused(amount: Decimal) -> None:
    with pytest.raises(Unwritable):
        create_payload(ITEM, {"UnitPrice": amount})


def test_custom_fields_are_read_and_written_by_their_definition() -> None:
    spec = custom("2", "Crew")
    definition = Definition(
        CUSTOMER.type, "Customer", (spec,), "DisplayName", (), "DisplayName", sparse=False
    )
    current = {"CustomField": [{"DefinitionId": "1", "StringValue": "a"}]}

    payload = whole_payload(definition, {"CustomField.2": "Night"}, current)
    record = compile_decoder(definition, ("CustomField.2",))(payload | {"Id": "1"})

    assert record.fields == {"CustomField.2": "Night"}
    assert {"DefinitionId": "1", "StringValue": "a"} in payload["CustomField"]
    emptied = whole_payload(definition, {"CustomField.2": None}, payload)
    assert emptied == current
