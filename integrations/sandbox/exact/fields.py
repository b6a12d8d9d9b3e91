"""The words that resources are described in: fields with their EDM types and access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Edm(StrEnum):
    """A type of OData; a collection holds records of another resource."""

    GUID = "guid"
    STRING = "string"
    BOOLEAN = "boolean"
    BYTE = "byte"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    DOUBLE = "double"
    DATETIME = "datetime"
    BINARY = "binary"
    COLLECTION = "collection"


INTEGERS = frozenset({Edm.BYTE, Edm.INT16, Edm.INT32, Edm.INT64})


@dataclass(frozen=True)
class Field:
    """One property of a resource."""

    name: str
    type: Edm
    is_key: bool = False
    mandatory: bool = False
    # What is sent for a field that cannot be written is dropped without a word.
    in_post: bool = True
    in_put: bool = True
    longest: int | None = None
    # Answered this wide: below 0 the spaces lead, above 0 they trail.
    pad: int = 0
    # The resource that a GUID, or a code, names a record of.
    refers_to: str = ""
    filterable: bool = True
    email: bool = False

    @property
    def edm_name(self) -> str:
        names = {Edm.DATETIME: "DateTime", Edm.INT16: "Int16", Edm.INT32: "Int32"}
        return f"Edm.{names.get(self.type, self.type.value.capitalize())}"

    def padded(self, value: Any) -> Any:
        """A text as wide as the service answers it."""
        if not self.pad or not isinstance(value, str):
            return value
        return value.rjust(-self.pad) if self.pad < 0 else value.ljust(self.pad)


type Table = Mapping[str, Field]


def table(text: str) -> dict[str, Field]:
    """Fields by type, "guid: ID! Account* Creator-", a new line for each type.

    `!` marks the key, `*` a mandatory field; `-` can only be read, `+` only be sent in a POST and
    `~` only in a PUT.
    """
    found: dict[str, Field] = {}
    kind = Edm.STRING
    for word in text.split():
        if word.endswith(":"):
            kind = Edm(word.partition(":")[0])
            continue
        name = word.rstrip("!*-+~")
        found[name] = _field(name, kind, word[len(name) :])
    return found


def derived(base: Table, *, without: str = "", extra: str = "") -> dict[str, Field]:
    """The fields of a resource that shows records of another one for reading."""
    added = table(extra)
    has_key = any(field.is_key for field in added.values())
    gone = without.split()
    kept = {name: field for name, field in base.items() if name not in gone}
    if has_key:
        kept = {name: replace(field, is_key=False) for name, field in kept.items()}
    return kept | added


def tuned(base: Table, **changes: Mapping[str, Any]) -> dict[str, Field]:
    """A table with more known of some fields, e.g. `tuned(ITEMS, Unit={"pad": 8})`."""
    return {name: replace(field, **changes.get(name, {})) for name, field in base.items()}


def _field(name: str, kind: Edm, marks: str) -> Field:
    return Field(
        name,
        kind,
        is_key="!" in marks,
        mandatory="*" in marks,
        in_post="-" not in marks and "~" not in marks,
        in_put="-" not in marks and "+" not in marks,
    )
