"""HubSpot's texts and our values: what is written comes back as it was."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.hubspot.objects import COMPANY, CONTACT, PRODUCT
from integrations.connectors.hubspot.properties import (
    Definition,
    Modification,
    Option,
    as_field,
    company_fields,
    fields_of,
)
from integrations.connectors.hubspot.records import Decoder, Payload
from integrations.connectors.hubspot.values import (
    BadValue,
    from_milliseconds,
    milliseconds,
    moment,
    read_value,
    reader_of,
    write_value,
)
from integrations.contract import Choice, Field, FieldType, RecordState, Value

ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# 1900 to 2200 in milliseconds.
MOMENTS = st.builds(
    lambda number, zone: from_milliseconds(number).astimezone(zone),
    st.integers(-2_208_988_800_000, 7_258_118_400_000),
    st.just(UTC) | ZONES,
)
CHOICE = st.text(st.characters(exclude_characters=";", exclude_categories=["Cs"]), min_size=1)
VALUES = [
    (FieldType.TEXT, st.text(min_size=1)),
    (FieldType.CHOICE, CHOICE),
    (FieldType.REFERENCE, st.integers(min_value=1).map(str)),
    (FieldType.NUMBER, st.decimals(allow_nan=False, allow_infinity=False)),
    (FieldType.MONEY, st.decimals(places=2, allow_nan=False, allow_infinity=False)),
    (FieldType.BOOLEAN, st.booleans()),
    (FieldType.DATE, st.dates()),
    (FieldType.DATETIME, MOMENTS),
    (FieldType.CHOICES, st.frozensets(CHOICE, min_size=1).map(lambda some: tuple(sorted(some)))),
]
FIELD_VALUES: st.SearchStrategy[tuple[FieldType, Any]] = st.one_of(
    [st.tuples(st.just(kind), values) for kind, values in VALUES]
)


def there_and_back(kind: FieldType, value: Value) -> Value:
    field = Field("some_property", "Some property", kind)
    return read_value(reader_of(field), write_value(field, value))


@given(FIELD_VALUES)
def test_a_written_value_is_read_as_it_was(pair: tuple[FieldType, Any]) -> None:
    kind, value = pair

    assert there_and_back(kind, value) == value


@given(FIELD_VALUES)
def test_what_is_sent_is_what_hubspot_takes(pair: tuple[FieldType, Any]) -> None:
    kind, value = pair

    text = write_value(Field("some_property", "Some property", kind), value)

    if kind in (FieldType.NUMBER, FieldType.MONEY):
        assert set(text) <= set("-0123456789.")
    if kind is FieldType.CHOICES:
        # A leading semicolon would add to the value instead of replacing it.
        assert not text.startswith(";")


@pytest.mark.parametrize("kind", list(FieldType))
def test_nothing_empties_a_property_and_is_read_as_nothing(kind: FieldType) -> None:
    assert write_value(Field("x", "X", kind), None) == ""
    assert read_value(reader_of(Field("x", "X", kind)), "") is None
    assert read_value(reader_of(Field("x", "X", kind)), None) is None


@given(MOMENTS)
def test_times_lose_nothing_as_milliseconds(at: datetime) -> None:
    assert from_milliseconds(milliseconds(at)) == at
    assert moment(str(milliseconds(at))) == at


HALF_PAST = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (FieldType.NUMBER, "1500.00", Decimal(1500)),
        (FieldType.NUMBER, "1.5E7", Decimal(15_000_000)),
        (FieldType.NUMBER, "1,5", "1,5"),
        (FieldType.NUMBER, "NaN", "NaN"),
        (FieldType.BOOLEAN, "true", True),
        (FieldType.BOOLEAN, "false", False),
        (FieldType.BOOLEAN, "maybe", "maybe"),
        (FieldType.DATE, "2026-11-21", date(2026, 11, 21)),
        (FieldType.DATE, "1795219200000", date(2026, 11, 21)),
        (FieldType.DATETIME, "2026-11-21T09:30:00.250Z", HALF_PAST + timedelta(seconds=0.25)),
        (FieldType.DATETIME, "2026-11-21T11:30:00+02:00", HALF_PAST),
        (FieldType.DATETIME, "1795253400000", HALF_PAST),
        (FieldType.DATETIME, "-1000", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (FieldType.DATETIME, "yesterday", "yesterday"),
        (FieldType.CHOICES, "b;a;;b", ("a", "b")),
        (FieldType.CHOICES, ";", None),
        (FieldType.TEXT, " as it is ", " as it is "),
    ],
)  # fmt: skip
def test_texts_are_read(kind: FieldType, text: str, expected: Value) -> None:
    assert read_value(reader_of(Field("x", "X", kind)), text) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.TEXT, Decimal(1)),
        (FieldType.NUMBER, "1"),
        (FieldType.NUMBER, Decimal("Infinity")),
        (FieldType.MONEY, Decimal("NaN")),
        (FieldType.BOOLEAN, "true"),
        (FieldType.DATE, datetime(2026, 11, 21, tzinfo=UTC)),
        (FieldType.DATE, "2026-11-21"),
        (FieldType.DATETIME, date(2026, 11, 21)),
        (FieldType.DATETIME, datetime(2026, 11, 21)),  # noqa: DTZ001 - the case
        (FieldType.CHOICES, "a"),
        (FieldType.CHOICES, ("a;b",)),
    ],
)
def test_a_value_of_another_type_is_not_sent(kind: FieldType, value: Value) -> None:
    with pytest.raises(BadValue):
        write_value(Field("x", "X", kind), value)


def test_numbers_are_sent_without_exponents() -> None:
    assert write_value(Field("x", "X", FieldType.NUMBER), Decimal("1E+7")) == "10000000"
    assert write_value(Field("x", "X", FieldType.NUMBER), Decimal("1E-7")) == "0.0000001"


def test_addresses_are_compared_in_lower_case() -> None:
    decoder = Decoder(CONTACT, [Field("email", "Email")])

    record = decoder.record(Payload("1", {"email": "Ann@Example.org"}, "2026-11-21T09:00:00Z"))

    assert record.fields == {"email": "ann@example.org"}


@pytest.mark.parametrize(
    ("properties", "title"),
    [
        ({"firstname": "Ann", "lastname": "Lee", "email": "a@x.org"}, "Ann Lee"),
        ({"firstname": None, "lastname": "Lee"}, "Lee"),
        ({"firstname": "", "email": "a@x.org"}, "a@x.org"),
        ({}, ""),
    ],
)
def test_a_contact_is_called_by_its_name(properties: dict[str, str | None], title: str) -> None:
    payload = Payload("1", properties, "2026-11-21T09:00:00Z")

    assert Decoder(CONTACT, []).record(payload).title == title


def test_a_payload_becomes_a_record() -> None:
    decoder = Decoder(CONTACT, [Field("lastname", "Last name"), Field("absent", "Absent")])

    record = decoder.record(
        Payload(
            "17",
            {
                "lastname": "Lee",
                "lastmodifieddate": "2026-11-21T09:00:00.500Z",
                "hs_merged_object_ids": "3;4",
                "unasked": "x",
            },
            "2026-11-21T09:00:01Z",
            archived=True,
        )
    )

    assert (record.id, record.version) == ("17", "2026-11-21T09:00:01Z")
    assert dict(record.fields) == {"lastname": "Lee", "absent": None}
    assert record.state is RecordState.ARCHIVED
    assert record.modified_at == datetime(2026, 11, 21, 9, 0, 0, 500_000, UTC)
    assert record.merged_ids == ("3", "4")


def definition(
    name: str, type_: str = "string", field_type: str = "text", **more: Any
) -> Definition:
    return Definition(name=name, type=type_, field_type=field_type, label=name.title(), **more)


@pytest.mark.parametrize(
    ("type_", "field_type", "expected"),
    [
        ("string", "textarea", FieldType.TEXT),
        ("phone_number", "phonenumber", FieldType.TEXT),
        ("number", "number", FieldType.NUMBER),
        ("bool", "booleancheckbox", FieldType.BOOLEAN),
        ("date", "date", FieldType.DATE),
        ("datetime", "date", FieldType.DATETIME),
        ("enumeration", "select", FieldType.CHOICE),
        ("enumeration", "checkbox", FieldType.CHOICES),
        ("a_type_of_next_year", "text", FieldType.TEXT),
    ],
)
def test_properties_have_types(type_: str, field_type: str, expected: FieldType) -> None:
    assert as_field(CONTACT, definition("x", type_, field_type)).type is expected


@pytest.mark.parametrize(
    "marked",
    [
        {"show_currency_symbol": True},
        {"number_display_hint": "currency"},
        {"currency_property_name": "hs_currency"},
    ],
)
def test_amounts_are_money(marked: dict[str, Any]) -> None:
    assert as_field(PRODUCT, definition("x", "number", **marked)).type is FieldType.MONEY


@pytest.mark.parametrize(
    ("more", "writable"),
    [
        ({}, True),
        ({"modification_metadata": Modification(readOnlyValue=False)}, True),
        ({"modification_metadata": Modification(readOnlyValue=True)}, False),
        ({"calculated": True}, False),
        ({"field_type": "calculation_equation"}, False),
    ],
)
def test_only_what_may_be_written_is_writable(more: dict[str, Any], writable: bool) -> None:
    described = {"name": "x", "type": "string", "field_type": "text"} | more

    field = as_field(CONTACT, Definition(**described))

    assert (field.creatable, field.updatable) == (writable, writable)


def test_our_own_hidden_and_internal_properties_are_not_offered() -> None:
    definitions = [
        definition("kept"),
        definition("saldo_key", has_unique_value=True),
        definition("hidden_one", hidden=True),
        definition("archived_one", archived=True),
        definition("inner", "json"),
        definition("place", "object_coordinates"),
    ]

    assert [field.name for field in fields_of(CONTACT, definitions)] == ["kept"]


def test_choices_custom_and_unique_properties_are_told_apart() -> None:
    options = [Option("a", "Alpha"), Option("b", "", hidden=True)]
    stage = as_field(CONTACT, definition("stage", "enumeration", "select", options=options))
    email = as_field(CONTACT, definition("email", hubspot_defined=True))
    key = as_field(COMPANY, definition("vat_number", has_unique_value=True))

    assert stage.choices == (Choice("a", "Alpha"), Choice("b", "b", active=False))
    assert (email.unique, email.custom) == (True, False)
    assert (key.unique, key.custom) == (True, True)
    assert as_field(COMPANY, definition("email")).unique is False
    assert as_field(PRODUCT, definition("name")).required is True


def test_an_owner_is_chosen_from_a_live_list() -> None:
    field = as_field(
        CONTACT,
        definition(
            "hubspot_owner_id", "enumeration", "select",
            external_options=True, referenced_object_type="OWNER",
        ),
    )  # fmt: skip

    assert (field.type, field.choice_list) == (FieldType.CHOICE, "owners")


def test_the_primary_company_is_a_reference() -> None:
    field = as_field(CONTACT, definition("associatedcompanyid", "number", "number"))

    assert (field.type, field.references) == (FieldType.REFERENCE, "company")
    assert as_field(COMPANY, definition("associatedcompanyid", "number")).references == ""


def test_fields_of_the_company_are_read_only_fields_of_the_contact() -> None:
    (field,) = company_fields([as_field(COMPANY, definition("name"))])

    assert field.name == "company.name"
    assert field.label == "Associated company: Name"
    flags = (field.creatable, field.updatable, field.required, field.unique)
    assert not any(flags)
