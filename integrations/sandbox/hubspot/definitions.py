"""Object types and their properties, as HubSpot's properties operation describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

# What most objects answer when nothing is asked for.
STAMPS = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")
FIELD_TYPES_OF: Mapping[str, tuple[str, ...]] = {
    "string": ("text", "textarea", "html", "phonenumber", "file", "calculation_equation"),
    "number": ("number", "calculation_equation"),
    "bool": ("booleancheckbox", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox", "calculation_equation"),
    "phone_number": ("phonenumber",),
}


@dataclass(frozen=True)
class Option:
    """One choice of an enumeration; `value` is what records hold, `label` what people see."""

    value: str
    label: str
    display_order: int = -1
    hidden: bool = False
    description: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "value": self.value,
            "description": self.description,
            "displayOrder": self.display_order,
            "hidden": self.hidden,
        }


@dataclass(frozen=True)
class Property:
    """One property of an object type."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    hidden: bool = False
    built_in: bool = True
    external_options: bool = False
    referenced_object_type: str = ""
    form_field: bool = True
    display_order: int = -1
    # How numbers are shown.
    number_display_hint: str = ""
    shows_currency: bool = False
    sensitivity: str = "non_sensitive"
    created_at: str = "2019-08-06T02:41:08.000Z"
    updated_at: str = "2019-08-06T02:41:08.000Z"
    archived: bool = False

    @property
    def is_multiple(self) -> bool:
        """Whether it holds several options, joined by semicolons."""
        return self.type == "enumeration" and self.field_type == "checkbox"

    @property
    def has_fixed_options(self) -> bool:
        return self.built_in and self.name not in OPEN_OPTIONS

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [option.as_json() for option in self.options],
            "displayOrder": self.display_order,
            "calculated": self.calculated,
            "externalOptions": self.external_options,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.built_in,
            "formField": self.form_field,
            "dataSensitivity": self.sensitivity,
            "archived": self.archived,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "modificationMetadata": self._modification(),
        }
        if self.number_display_hint:
            body["numberDisplayHint"] = self.number_display_hint
        if self.shows_currency:
            body["showCurrencySymbol"] = True
        if self.referenced_object_type:
            body["referencedObjectType"] = self.referenced_object_type
        return body

    def _modification(self) -> dict[str, bool]:
        metadata = {
            "archivable": not self.built_in,
            "readOnlyDefinition": self.built_in,
            "readOnlyValue": self.read_only,
        }
        if self.type == "enumeration":
            metadata["readOnlyOptions"] = self.has_fixed_options
        return metadata

    def snapshot(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_snapshot(cls, state: Mapping[str, Any]) -> Property:
        options = tuple(Option(**row) for row in state["options"])
        return cls(**{**state, "options": options})

    def with_changes(self, **changes: Any) -> Property:
        return replace(self, **changes)


# Built-in enumerations whose options an account may change.
OPEN_OPTIONS = frozenset({"lifecyclestage", "hs_lead_status", "industry", "dealtype"})


@dataclass(frozen=True)
class Group:
    """A heading of properties in the screens."""

    name: str
    label: str
    display_order: int = -1
    archived: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "displayOrder": self.display_order,
            "archived": self.archived,
        }


@dataclass(frozen=True)
class ObjectDefinition:
    """What is peculiar to one object type; adding one makes it readable and writable."""

    name: str  # plural, as in paths: "contacts"
    singular: str  # as in webhooks and association names: "contact"
    type_id: str  # "0-1"
    scope: str  # the middle of crm.objects.<scope>.read
    first_id: int
    modified: str
    created: str
    defaults: tuple[str, ...]
    properties: tuple[Property, ...]
    groups: tuple[Group, ...]
    searched: tuple[str, ...] = ()
    # A create needs every one of `required` and one of `required_any`.
    required: tuple[str, ...] = ()
    required_any: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    read_scopes: tuple[str, ...] = ()
    write_scopes: tuple[str, ...] = ()
    schema_write_scopes: tuple[str, ...] = ()
    is_mergeable: bool = False
    can_associate: bool = True
    # Whether webhooks can name it ("deal.creation"), beside the generic "object.creation".
    has_own_events: bool = True
    derived: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "derived", frozenset({"hs_object_id", self.created, self.modified})
        )

    @property
    def any_read_scope(self) -> tuple[str, ...]:
        return self.read_scopes or (f"crm.objects.{self.scope}.read",)

    @property
    def any_write_scope(self) -> tuple[str, ...]:
        return self.write_scopes or (f"crm.objects.{self.scope}.write",)

    @property
    def any_schema_write_scope(self) -> tuple[str, ...]:
        return self.schema_write_scopes or (f"crm.schemas.{self.scope}.write",)

    @property
    def any_schema_read_scope(self) -> tuple[str, ...]:
        return (f"crm.schemas.{self.scope}.read", *self.any_read_scope)
