"""The words in which fields are declared: what a field is and where it stands in the JSON."""

from dataclasses import dataclass, replace
from enum import StrEnum

from integrations.contract import Choice, Field, FieldType

CUSTOM_FIELD = "CustomField"


class Trait(StrEnum):
    """What a company may have and another not."""

    US = "us"
    OUTSIDE_US = "outside_us"
    MULTICURRENCY = "multicurrency"
    # Sales tax is not worked out by QuickBooks itself, so that a customer's tax code counts.
    OWN_TAX_CODES = "own_tax_codes"
    CLASSES = "classes"
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


def custom_text(definition_id: str, label: str) -> FieldSpec:
    """A custom field of text; its definition id is per company (Preferences, SalesFormsPrefs)."""
    name = f"{CUSTOM_FIELD}.{definition_id}"
    return FieldSpec(Field(name, label, max_length=31, custom=True), (CUSTOM_FIELD, definition_id))


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
