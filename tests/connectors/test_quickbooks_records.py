"""Payloads to records and back."""

import string
import sys
from datetime import UTC, datetime
from decimal import Decimal
from types import FrameType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.quickbooks.bodies import (
    create_payload,
    whole_payload,
)
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.objects import (
    CUSTOMER,
    DEFINITIONS,
    ITEM,
    definition_of,
)
from integrations.connectors.quickbooks.payloads import from_json, to_json
from integrations.connectors.quickbooks.records import compile_decoder, gone
from integrations.contract import (
    FieldType,
    Misconfigured,
    Record,
    RecordState,
    Value,
)

CUSTOMER_JSON = """{
  "Taxable": true, "BillAddr": {"Id": "2", "Line1": "4581 Finch St.", "City": "Bayshore",
  "CountrySubDivisionCode": "CA", "PostalCode": "94326", "Lat": "INVALID", "Long": "INVALID"},
  "ShipAddr": {"Id": "3", "Line1": "1 Elm"}, "Job": false, "BillWithParent": false,
  "Balance": 239.00, "BalanceWithJobs": 0.1, "CurrencyRef": {"value": "USD", "name": "US Dollar"},
  "PreferredDeliveryMethod": "Print", "IsProject": false, "domain": "QBO", "sparse": false,
  "Id": "1", "SyncToken": "4", "MetaData": {"CreateTime": "2014-09-11T16:48:43-07:00",
  "LastUpdatedTime": "2014-12-01T20:13:02-08:00"}, "GivenName": "Amy", "FamilyName": "Łauterbäch",
  "FullyQualifiedName": "Amy's Bird Sanctuary", "CompanyName": "Amy's Bird Sanctuary",
  "DisplayName": "Amy's Bird Sanctuary", "PrintOnCheckName": "Amy's Bird Sanctuary",
  "Active": true, "PrimaryPhone": {"FreeFormNumber": "(650) 555-3311"},
  "PrimaryEmailAddr": {"Address": "Birds@Intuit.com"}, "Notes": "", "SomethingNew": {"a": [1]}
}"""
TEN = (
    "DisplayName",
    "GivenName",
    "FamilyName",
    "CompanyName",
    "PrimaryEmailAddr",
    "PrimaryPhone",
    "BillAddr.Line1",
    "BillAddr.City",
    "Balance",
    "Active",
)


def decoded(definition: Definition, text: str, *fields: str) -> Record:
    return compile_decoder(definition, fields)(from_json(text.encode()))


def test_a_customer_becomes_a_record_with_exactly_the_fields_asked_for() -> None:
    record = decoded(
        CUSTOMER, CUSTOMER_JSON, *TEN, "Notes", "SalesTermRef", "CurrencyRef", "Mobile"
    )

    assert record == Record(
        id="1",
        version="4",
        fields={
            "DisplayName": "Amy's Bird Sanctuary",
            "GivenName": "Amy",
            "FamilyName": "Łauterbäch",
            "CompanyName": "Amy's Bird Sanctuary",
            "PrimaryEmailAddr": "Birds@Intuit.com",
            "PrimaryPhone": "(650) 555-3311",
            "BillAddr.Line1": "4581 Finch St.",
            "BillAddr.City": "Bayshore",
            "Balance": Decimal("239.00"),
            "Active": True,
            "Notes": None,
            "SalesTermRef": None,
            "CurrencyRef": "USD",
            "Mobile": None,
        },
        title="Amy's Bird Sanctuary",
        state=RecordState.LIVE,
        modified_at=datetime(2014, 12, 2, 4, 13, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "text", ["0.1", "19.999999999999999999", "12345678901234567.89", "3", "1e2"]
)
def test_amounts_are_exact(text: str) -> None:
    record = decoded(ITEM, f'{{"Id":"1","SyncToken":"0","UnitPrice":{text}}}', "UnitPrice")

    assert record.fields["UnitPrice"] == Decimal(text)
    assert isinstance(record.fields["UnitPrice"], Decimal)


def test_times_are_instants_in_utc() -> None:
    record = decoded(CUSTOMER, CUSTOMER_JSON, "MetaData.CreateTime")

    assert record.fields["MetaData.CreateTime"] == datetime(2014, 9, 11, 23, 48, 43, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Acme (deleted)", "Acme (deleted-1)", "Acme (deleted-12)"])
def test_the_suffix_of_an_inactive_record_is_taken_off_its_names(name: str) -> None:
    payload = {"Id": "1", "Name": name, "FullyQualifiedName": name, "Active": False}

    record = compile_decoder(ITEM, ("Name", "FullyQualifiedName"))(payload)

    assert record.title == record.fields["Name"] == record.fields["FullyQualifiedName"] == "Acme"
    assert record.state is RecordState.ARCHIVED


def test_an_active_record_may_be_called_deleted() -> None:
    record = compile_decoder(ITEM, ("Name",))({"Id": "1", "Name": "Backups (deleted)"})

    assert record.fields["Name"] == "Backups (deleted)"


def test_members_of_an_unexpected_kind_do_not_stop_a_page() -> None:
    payload = {
        "Id": "1",
        "DisplayName": 365,
        "Taxable": "true",
        "BillAddr": None,
        "Balance": "12.5",
        "PreferredDeliveryMethod": "CARRIER_PIGEON",
    }

    record = compile_decoder(
        CUSTOMER, ("DisplayName", "Taxable", "BillAddr.City", "Balance", "PreferredDeliveryMethod")
    )(payload)

    assert record.fields == {
        "DisplayName": "365",
        "Taxable": True,
        "BillAddr.City": None,
        "Balance": Decimal("12.5"),
        "PreferredDeliveryMethod": "CARRIER_PIGEON",
    }


def test_a_record_that_is_gone_has_its_fields_empty() -> None:
    record = gone("7", ("DisplayName", "Active"))

    assert (record.state, record.fields) == (
        RecordState.GONE,
        {"DisplayName": None, "Active": None},
    )


@pytest.mark.parametrize("name", ["Nonsense", "PrimaryEmailAddr.Address", "displayname", ""])
def test_a_field_that_is_not_there_is_a_matter_of_configuration(name: str) -> None:
    with pytest.raises(Misconfigured, match="no field"):
        compile_decoder(CUSTOMER, (name,))


def test_an_object_type_that_is_not_there_is_a_matter_of_configuration() -> None:
    with pytest.raises(Misconfigured, match="no object type"):
        definition_of("warehouse")


# Round trip

TEXTS = st.text(min_size=1, max_size=40).filter(lambda text: not _has_surrogates(text))
AMOUNTS = st.decimals(
    allow_nan=False, allow_infinity=False, places=7, min_value=0, max_value=10**10
)
IDS = st.integers(1, 10**9).map(str)
BY_TYPE: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: TEXTS,
    FieldType.CHOICE: IDS,
    FieldType.REFERENCE: IDS,
    FieldType.BOOLEAN: st.booleans(),
    FieldType.NUMBER: AMOUNTS,
    FieldType.MONEY: AMOUNTS,
    FieldType.DATE: st.dates(),
}


def _has_surrogates(text: str) -> bool:
    return any(0xD800 <= ord(sign) <= 0xDFFF for sign in text)


def values_of(definition: Definition) -> st.SearchStrategy[dict[str, Value]]:
    """Any choice of fields that a creation may carry, some of them empty."""
    creatable = (s.field for s in definition.specs if s.field.creatable)
    # Lines have rules of their own; a record that is not active has other names.
    fields = [f for f in creatable if f.name not in ("Active", "lines")]
    optional = {f.name: st.none() | BY_TYPE[f.type] for f in fields}
    return st.fixed_dictionaries({}, optional=optional)


@given(
    st.sampled_from(list(DEFINITIONS.values())).flatmap(
        lambda d: st.tuples(st.just(d), values_of(d))
    )
)
def test_what_is_written_is_read_back(case: tuple[Definition, dict[str, Value]]) -> None:
    definition, values = case

    sent = to_json(create_payload(definition, values) | {"Id": "1", "SyncToken": "0"})
    record = compile_decoder(definition, tuple(values))(from_json(sent))

    assert record.fields == values


@given(values_of(ITEM), values_of(ITEM))
def test_a_whole_update_keeps_every_value_it_does_not_change(
    before: dict[str, Value], after: dict[str, Value]
) -> None:
    required: dict[str, Value] = {"Name": "Anvil", "Type": "Service", "IncomeAccountRef": "1"}
    before = before | required
    changes = {
        name: value
        for name, value in after.items()
        if ITEM.spec(name).field.updatable and name not in required
    }
    current = create_payload(ITEM, before) | {"Id": "1", "SyncToken": "0", "Unknown": [{"a": 1}]}

    payload = from_json(to_json(whole_payload(ITEM, changes, current)))

    names = tuple(before | changes)
    assert compile_decoder(ITEM, names)(payload).fields == {
        name: (before | changes).get(name) for name in names
    }
    assert payload["Unknown"] == [{"a": 1}]


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_definition_is_consistent(definition: Definition) -> None:
    names = [spec.field.name for spec in definition.specs]

    assert len(set(names)) == len(names)
    assert definition.type.find_by <= {s.field.name for s in definition.specs if s.query}
    assert set(definition.names) <= set(names)
    assert set(definition.name_parts) <= set(names)
    if not definition.is_document:
        assert definition.spec(definition.unique).field.unique
    assert set(definition.identity) <= set(names)
    assert all(set(name) <= set(string.ascii_letters + string.digits + ".") for name in names)
    assert not any(s.field.required and not s.field.creatable for s in definition.specs)


def test_a_record_is_made_with_few_calls() -> None:
    """What a page of a thousand costs; counted, since a stop-watch tells of the machine, too."""
    decode = compile_decoder(CUSTOMER, TEN)
    payload = from_json(CUSTOMER_JSON.encode())
    called: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        # The garbage collector has listeners of other libraries.
        if event == "call" and "integrations" in frame.f_code.co_filename:
            called.append(frame.f_code.co_qualname)

    sys.setprofile(note)
    try:
        decode(payload)
    finally:
        sys.setprofile(None)

    # Two for each field that is no plain text, a handful for the record itself.
    assert len(called) <= 2 * 6 + 5, called


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(msgspec.DecodeError):
        from_json(b"<html>")
