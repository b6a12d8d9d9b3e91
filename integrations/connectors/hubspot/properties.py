"""An object type's properties as HubSpot describes them for this account, as fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.documents import BESIDE, UNMAPPED
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.objects import (
    COMPANY,
    COMPANY_PREFIX,
    CONTACT,
    PRIMARY_COMPANY,
)
from integrations.contract import Category, Choice, Fault, Field, FieldType, Misconfigured

OWNERS = "owners"
# What HubSpot keeps for itself.
_INTERNAL_TYPES = frozenset({"json", "object_coordinates"})
_TYPES: Mapping[str, FieldType] = {
    "string": FieldType.TEXT,
    "phone_number": FieldType.TEXT,
    "number": FieldType.NUMBER,
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "enumeration": FieldType.CHOICE,
}
# Amounts of money that their definitions do not always mark as such.
_MONEY = frozenset(
    {
        "price",
        "hs_cost_of_goods_sold",
        "amount",
        "hs_amount_billed",
        "hs_amount_paid",
        "hs_balance_due",
        "hs_subtotal",
        "hs_initial_amount",
        "hs_refunds_amount",
        "hs_fees_amount",
        "hs_net_amount",
    }
)


class Option(msgspec.Struct, frozen=True):
    value: str
    label: str = ""
    hidden: bool = False


class Modification(msgspec.Struct, frozen=True):
    readOnlyValue: bool = False  # noqa: N815 - HubSpot's name


class Definition(msgspec.Struct, frozen=True, rename="camel"):
    """One property as the properties operation answers it."""

    name: str
    type: str
    field_type: str = ""
    label: str = ""
    group_name: str = ""
    options: list[Option] = []
    has_unique_value: bool = False
    hidden: bool = False
    hubspot_defined: bool = False
    calculated: bool = False
    archived: bool = False
    external_options: bool = False
    referenced_object_type: str = ""
    show_currency_symbol: bool = False
    number_display_hint: str = ""
    currency_property_name: str = ""
    modification_metadata: Modification | None = None

    @property
    def is_writable(self) -> bool:
        """developers.hubspot.com/docs/api-reference/latest/crm/properties/guide

        `calculated` says nothing about a customer's own formulas; their field type does.
        """
        metadata = self.modification_metadata
        read_only = metadata is not None and metadata.readOnlyValue
        return not (read_only or self.calculated or self.field_type.startswith("calculation_"))

    @property
    def is_money(self) -> bool:
        marked = self.show_currency_symbol or self.number_display_hint == "currency"
        return marked or bool(self.currency_property_name) or self.name in _MONEY


class Definitions(msgspec.Struct, frozen=True):
    results: list[Definition]


def as_field(kind: Kind, definition: Definition) -> Field:
    writable = definition.is_writable and definition.name not in UNMAPPED.get(kind.name, ())
    type_ = field_type(kind, definition)
    return Field(
        name=definition.name,
        label=definition.label or definition.name,
        type=type_,
        creatable=writable,
        updatable=writable,
        required=definition.name in kind.required,
        unique=definition.has_unique_value or definition.name in kind.unique,
        max_length=settings.TEXT_LENGTH if type_ is FieldType.TEXT else None,
        choices=tuple(
            Choice(option.value, option.label or option.value, active=not option.hidden)
            for option in definition.options
        ),
        choice_list=OWNERS if definition.referenced_object_type == "OWNER" else "",
        references=COMPANY.name if _is_primary_company(kind, definition) else "",
        custom=not definition.hubspot_defined,
    )


def field_type(kind: Kind, definition: Definition) -> FieldType:
    if _is_primary_company(kind, definition):
        return FieldType.REFERENCE
    if definition.type == "number" and definition.is_money:
        return FieldType.MONEY
    if definition.type == "enumeration" and definition.field_type == "checkbox":
        return FieldType.CHOICES
    return _TYPES.get(definition.type, FieldType.TEXT)


def _is_primary_company(kind: Kind, definition: Definition) -> bool:
    return kind is CONTACT and definition.name == PRIMARY_COMPANY


def fields_of(kind: Kind, definitions: Sequence[Definition]) -> list[Field]:
    """The fields that people may map; ours and HubSpot's internal ones are left out."""
    own = (as_field(kind, definition) for definition in definitions if _is_offered(definition))
    return with_beside(kind, own)


def with_beside(kind: Kind, own: Iterable[Field]) -> list[Field]:
    """A document's properties and what is made of associated records, which has the names first."""
    beside = BESIDE.get(kind.name, ())
    taken = {field.name for field in beside}
    return [*beside, *(field for field in own if field.name not in taken)]


def _is_offered(definition: Definition) -> bool:
    if definition.name == settings.KEY_PROPERTY or definition.type in _INTERNAL_TYPES:
        return False
    return not (definition.hidden or definition.archived)


def company_fields(fields: Sequence[Field]) -> list[Field]:
    """The fields of a company as read-only fields of its contacts."""
    return [
        replace(
            field,
            name=COMPANY_PREFIX + field.name,
            label=f"Associated company: {field.label}",
            creatable=False,
            updatable=False,
            required=False,
            unique=False,
        )
        for field in fields
    ]


def find_field(fields: Mapping[str, Field], kind: Kind, name: str) -> Field:
    """The field of that name; raises Misconfigured when the account has none."""
    if name in fields:
        return fields[name]
    message = f"The property “{name}” does not exist on {kind.plural.lower()} in HubSpot."
    fault = Fault(Category.CONFIGURATION, "PROPERTY_DOESNT_EXIST", message, field=name)
    raise Misconfigured(fault)
