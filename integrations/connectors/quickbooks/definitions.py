"""What an object type is made of: its fields, where its records are shown and how they change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from integrations.connectors.quickbooks.fields import (
    CUSTOM_FIELD,
    LINES,
    FieldSpec,
    read_only,
    typed,
)
from integrations.contract import Category, Fault, FieldType, Misconfigured, ObjectType

WRITE_BATCH = 30
READ_BATCH = 1000
# QuickBooks appends it to the names of a record that is made inactive, numbered for a second one.
INACTIVE_SUFFIX = re.compile(r" \(deleted(-\d+)?\)$")
# Sent whole or not at all: a partial update replaces them.
_LISTS = frozenset({CUSTOM_FIELD, LINES})
# Worked out anew from the code alone; sent back with old amounts, these would stand.
_RECALCULATED = frozenset({"TxnTaxDetail"})

TIMES = (
    read_only(typed("MetaData.CreateTime", "Created", FieldType.DATETIME)),
    read_only(typed("MetaData.LastUpdatedTime", "Last changed", FieldType.DATETIME)),
)


@dataclass(frozen=True)
class Definition:
    """One object type and what its API asks of us."""

    type: ObjectType
    # The name in queries and the JSON key of the record.
    entity: str
    specs: tuple[FieldSpec, ...]
    # Member with the name that people know the record by.
    title: str
    # Members to which INACTIVE_SUFFIX is appended.
    names: tuple[str, ...]
    # The field whose value no two records share: finds a create whose answer was lost. Of
    # documents the number, which only says who holds it; a company may allow it twice.
    unique: str
    # A partial update is documented; otherwise every update sends the whole record.
    sparse: bool
    select: str = "*"
    # Members that a whole update leaves out.
    read_only: frozenset[str] = frozenset()
    # Parts from which QuickBooks builds the unique name when none is sent.
    name_parts: tuple[str, ...] = ()
    # Page of the record on the QuickBooks screens.
    screen: str = ""
    # A document is dated, has no Active member, and is voided instead of made inactive.
    is_document: bool = False
    # Fields that together tell a document whose create was not answered, compared where sent.
    identity: tuple[str, ...] = ()
    # The company's custom fields of sales forms belong to it.
    has_custom_fields: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return MappingProxyType({spec.field.name: spec for spec in self.specs})

    @cached_property
    def groups(self) -> frozenset[str]:
        """Members that hold several of our values: sent whole or not at all."""
        members = [spec.path[0] for spec in self.specs]
        several = {name for name in members if members.count(name) > 1}
        return frozenset((several | (_LISTS & set(members))) - _RECALCULATED)

    def spec(self, name: str) -> FieldSpec:
        """The field of this name; raises Misconfigured when there is none."""
        try:
            return self.by_name[name]
        except KeyError:
            message = f"QuickBooks has no field {name!r} on {self.type.plural.lower()}."
            raise Misconfigured(Fault(Category.CONFIGURATION, "unknown_field", message)) from None
