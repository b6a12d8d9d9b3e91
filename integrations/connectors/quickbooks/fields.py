"""The words in which fields are declared: what a field is and where it stands in the JSON."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from integrations.connectors.quickbooks.payloads import Payload
from integrations.contract import Choice, Field, FieldType, Line, Value

CUSTOM_FIELD = "CustomField"
LINES = "Line"

type Read = Callable[[Payload], Value]
type WriteLines = Callable[[Field, tuple[Line, ...], Payload], list[Any]]
"""The lines as JSON, given the record that they replace the lines of (empty when it is new)."""


class Trait(StrEnum):
    """What a company may have and another not."""

    US = "us"
    OUTSIDE_US = "outside_us"
    MULTICURRENCY = "multicurrency"
    # Sales tax is not worked out by QuickBooks itself, so that a customer's tax code counts.
    OWN_TAX_CODES = "own_tax_codes"
    CLASSES = "classes"
    # One class for a whole document; lines may have classes of their own all the same.
    DOCUMENT_CLASSES = "document_classes"
    DEPARTMENTS = "departments"
    # People number their documents themselves.
    CUSTOM_NUMBERS = "custom_numbers"
    # QuickBooks works out sales tax from addresses.
    AUTOMATED_TAX = "automated_tax"
    # One tax code for a whole document, which is ours to choose.
    DOCUMENT_TAX_CODES = "document_tax_codes"
    REVENUE_RECOGNITION = "revenue_recognition"
    # Canada and the United Kingdom ask for both accounts on every item.
    BOTH_ACCOUNTS = "both_accounts"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field, where its value stands in the JSON, and in which companies it is more or less.

    A path that begins with "CustomField" names the definition id of a custom field.
    """

    field: Field
    path: tuple[str, ...]
    # The property to use in a query; empty: QuickBooks cannot look it up.
    query: str = ""
    # Only companies with the trait may write it; empty: all may.
    writable_in: Trait | None = None
    # Companies with the trait must send it on creation.
    required_in: Trait | None = None
    # Reads what is more than one plain value.
    read: Read | None = None
    write_lines: WriteLines | None = None


def text(
    name: str, label: str, max_length: int | None = None, *, path: str = "", query: bool = False
) -> FieldSpec:
    return FieldSpec(
        Field(name, label, max_length=max_length),
        tuple((path or name).split(".")),
        query=name if query else "",
    )


def typed(name: str, label: str, kind: FieldType, *, path: str = "") -> FieldSpec:
    return FieldSpec(Field(name, label, kind), tuple((path or name).split(".")))


def chosen(name: str, label: str, choice_list: str) -> FieldSpec:
    """A reference to an entry of one of the company's lists."""
    entry = Field(name, label, FieldType.CHOICE, choice_list=choice_list)
    return FieldSpec(entry, (name, "value"))


def referring(name: str, label: str, object_type: str) -> FieldSpec:
    entry = Field(name, label, FieldType.REFERENCE, references=object_type)
    return FieldSpec(entry, (name, "value"))


def custom(definition_id: str, label: str, kind: FieldType = FieldType.TEXT) -> FieldSpec:
    """A custom field; its definition id is per company (Preferences, SalesFormsPrefs)."""
    longest = 31 if kind is FieldType.TEXT else None
    name = f"{CUSTOM_FIELD}.{definition_id}"
    field = Field(name, label, kind, max_length=longest, custom=True)
    return FieldSpec(field, (CUSTOM_FIELD, definition_id))


def unavailable(spec: FieldSpec, why: str) -> FieldSpec:
    """Shown with the reason why nobody can map it."""
    shown = replace(spec.field, creatable=False, updatable=False, unavailable=why)
    return replace(spec, field=shown)


def lined(references: str, read: Read, write: WriteLines) -> FieldSpec:
    """The lines of a document, about records of this object type."""
    entry = Field("lines", "Lines", FieldType.LINES, references=references)
    return FieldSpec(entry, (LINES,), read=read, write_lines=write)


def derived(field: Field, read: Read) -> FieldSpec:
    """Read from the record as a whole: it stands in no single member."""
    return read_only(FieldSpec(field, (field.name,), read=read))


def queried(spec: FieldSpec, name: str = "") -> FieldSpec:
    return replace(spec, query=name or spec.field.name)


def read_only(spec: FieldSpec) -> FieldSpec:
    return replace(spec, field=replace(spec.field, creatable=False, updatable=False))


def fixed(spec: FieldSpec) -> FieldSpec:
    """Written on creation and never changed."""
    return replace(spec, field=replace(spec.field, updatable=False))


def required(spec: FieldSpec) -> FieldSpec:
    return replace(spec, field=replace(spec.field, required=True))


def unique(spec: FieldSpec) -> FieldSpec:
    return replace(spec, field=replace(spec.field, unique=True))


def only_in(trait: Trait, spec: FieldSpec) -> FieldSpec:
    return replace(spec, writable_in=trait)


def address(member: str, label: str) -> tuple[FieldSpec, ...]:
    """The parts of an address; its five lines share 2000 characters."""
    lines = tuple(text(f"{member}.Line{n}", f"{label}: line {n}", 500) for n in range(1, 6))
    return (
        *lines,
        text(f"{member}.City", f"{label}: city", 255),
        text(f"{member}.CountrySubDivisionCode", f"{label}: state or region", 255),
        text(f"{member}.PostalCode", f"{label}: postal code", 30),
        text(f"{member}.Country", f"{label}: country", 255),
    )


def phone(name: str, label: str) -> FieldSpec:
    return text(name, label, 30, path=f"{name}.FreeFormNumber")


def offering(choices: tuple[Choice, ...], name: str, label: str) -> FieldSpec:
    return FieldSpec(Field(name, label, FieldType.CHOICE, choices=choices), (name,))
