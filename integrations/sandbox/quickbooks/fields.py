"""The words entity definitions are written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft

NAME_SIGNS = ":\t\n\r"


class Kind(Enum):
    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    REFERENCE = "reference"
    OBJECT = "object"
    LIST = "list"


@dataclass(frozen=True)
class Field:
    """One property of an entity, or of an object inside one."""

    name: str
    kind: Kind = Kind.TEXT
    longest: int | None = None
    # Supplied members that are read-only are ignored, as the real service does.
    read_only: bool = False
    # Set when the record is created and never again.
    fixed: bool = False
    required: bool = False
    refers_to: str = ""
    choices: tuple[str, ...] = ()
    parts: Mapping[str, Field] = field(default_factory=dict)
    lowest: float | None = None
    highest: float | None = None
    forbidden: str = ""
    trimmed: bool = False
    email: bool = False
    url: bool = False
    default: Any = None
    # What an empty text turns into; usually it clears the field.
    empty: Any = None


Rule = Callable[["Draft"], None]


@dataclass(frozen=True)
class Entity:
    """What can be done with one kind of record, and which rules a write must keep."""

    name: str
    fields: Mapping[str, Field]
    # The field " (deleted)" is appended to when the record is made inactive.
    name_field: str = "Name"
    # Records of one group share a name space.
    unique_group: str = ""
    # Transactions share their numbers, whatever they are.
    number_group: str = ""
    creatable: bool = True
    updatable: bool = True
    sparse: bool = True
    deletable: bool = False
    # What voiding does to a record; None where it is not supported.
    void: Rule | None = None
    in_cdc: bool = True
    queryable: frozenset[str] = frozenset()
    # Members that `SELECT *` leaves out unless asked for by name.
    unselected: tuple[str, ...] = ()
    # What references to this entity are called in fault 2500.
    list_name: str = ""
    # Looked at before every write, deleting and voiding included; they refuse, or do nothing.
    guards: tuple[Rule, ...] = ()
    # Looked at before references are.
    early_rules: tuple[Rule, ...] = ()
    rules: tuple[Rule, ...] = ()
    # What a write, a void or a deletion does to other records, once it is stored.
    effects: tuple[Rule, ...] = ()
    webhooks: frozenset[str] = frozenset()
    # Fields kept in a lookup, so that a search for one value reads no other record.
    looked_up: frozenset[str] = field(default_factory=frozenset)

    @property
    def path(self) -> str:
        return self.name.lower()


def table(*fields: Field) -> dict[str, Field]:
    return {each.name: each for each in fields}


def text(name: str, longest: int | None = None, **more: Any) -> Field:
    return Field(name, Kind.TEXT, longest, **more)


def name_text(name: str, longest: int, **more: Any) -> Field:
    """A text that must keep away from the signs that part names of a hierarchy (fault 2040)."""
    signs = NAME_SIGNS + more.pop("also", "")
    return Field(name, Kind.TEXT, longest, forbidden=signs, trimmed=True, **more)


def number(name: str, **more: Any) -> Field:
    return Field(name, Kind.NUMBER, **more)


def integer(name: str, lowest: float | None = None, highest: float | None = None) -> Field:
    return Field(name, Kind.INTEGER, lowest=lowest, highest=highest)


def flag(name: str, default: bool | None = None, **more: Any) -> Field:
    return Field(name, Kind.BOOLEAN, default=default, **more)


def date(name: str, **more: Any) -> Field:
    return Field(name, Kind.DATE, **more)


def reference(name: str, refers_to: str, **more: Any) -> Field:
    return Field(name, Kind.REFERENCE, refers_to=refers_to, **more)


def choice(name: str, *choices: str, **more: Any) -> Field:
    return Field(name, Kind.TEXT, choices=choices, **more)


def read_only(name: str, kind: Kind = Kind.TEXT, default: Any = None) -> Field:
    return Field(name, kind, read_only=True, default=default)


def phone(name: str, longest: int = 30) -> Field:
    return Field(name, Kind.OBJECT, parts=table(text("FreeFormNumber", longest), *_PHONE_REST))


def email(name: str, longest: int = 100) -> Field:
    address = text("Address", longest, email=True)
    parts = table(address, read_only("Id"), flag("Default"), text("Tag"))
    return Field(name, Kind.OBJECT, parts=parts)


def website(name: str, longest: int = 1000) -> Field:
    parts = table(text("URI", longest, url=True), read_only("Id"), flag("Default"), text("Tag"))
    return Field(name, Kind.OBJECT, parts=parts)


def address(name: str) -> Field:
    return Field(name, Kind.OBJECT, parts=_ADDRESS)


def as_read_only(each: Field) -> Field:
    return replace(each, read_only=True)


_PHONE_REST = (
    read_only("Id"),
    text("DeviceType"),
    text("CountryCode"),
    text("AreaCode"),
    text("ExchangeCode"),
    text("Extension"),
    flag("Default"),
    text("Tag"),
)
LINES = ("Line1", "Line2", "Line3", "Line4", "Line5")
LINES_TOGETHER = 2000
_ADDRESS = table(
    read_only("Id"),
    *(text(line, 500) for line in LINES),
    text("City", 255),
    text("Country", 255),
    text("CountryCode", 255),
    text("CountrySubDivisionCode", 255),
    text("PostalCode", 30),
    text("PostalCodeSuffix", 30),
    read_only("Lat"),
    read_only("Long"),
    text("Tag"),
    text("Note"),
)
# Present in every record; the service writes them itself.
COMMON = (
    text("Id"),
    text("SyncToken"),
    flag("sparse"),
    text("domain"),
    read_only("MetaData", Kind.OBJECT),
    read_only("status"),
)
