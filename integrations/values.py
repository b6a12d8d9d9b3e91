"""The values that fields hold, and what a provider says of its fields.

Pure: no Django, no HTTP. `integrations.contract` offers all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: what is sold for how much, or how much of a payment goes where.

    `reference` is the id of the product, item or document that the line is about, at the same
    provider; `sku` and `name` say what that is where there is no such id. `amount` is what the
    line comes to: after its discount, and before tax unless the document's prices include it;
    None on a payment's line means as much as is open. `discount` is already taken off `amount`.
    """

    # The provider's own; it says nothing of the line, so that lines made anew are no change.
    id: str = field(default="", compare=False)
    reference: str = ""
    sku: str = ""
    name: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    # Money off the whole line.
    discount: Decimal | None = None
    amount: Decimal | None = None
    # The rate or code at the same provider; empty: none.
    tax: str = ""
    service_date: date | None = None
    # What people call that rate, for messages: it says nothing that `tax` does not.
    tax_name: str = field(default="", compare=False)


type Scalar = str | bool | Decimal | date | datetime
type Value = Scalar | tuple[str, ...] | tuple[Line, ...] | None
"""A canonical value; empty is None, never an empty string. Times are aware and in UTC."""

type Values = Mapping[str, Value]


class FieldType(StrEnum):
    """How a field's value is held: text/choice/reference as str, number and money as Decimal.

    Lines are a tuple of `Line`; the field's `references` is what their references point to.
    """

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    REFERENCE = "reference"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a choice field, or one entry of a live list (terms, tax codes …)."""

    value: str
    label: str
    active: bool = True
    # Of a tax rate or code, in per cent, where the provider says it.
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object type as the provider describes it for this connection."""

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    creatable: bool = True
    updatable: bool = True
    required: bool = False
    # The provider refuses a second live record with the same value.
    unique: bool = False
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()
    # Name to pass to Connector.choices() when the allowed values are a live list.
    choice_list: str = ""
    # Object type that a reference points to.
    references: str = ""
    # Fields that no mapping needs to show first; "custom" marks the customer's own.
    custom: bool = False
    # Why nobody can map it, in a sentence; empty: it can be mapped.
    unavailable: str = ""
