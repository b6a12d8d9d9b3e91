"""Short ways to write down the properties of an object type."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.hubspot.definitions import Option, Property
from integrations.sandbox.hubspot.money import CURRENCIES


def options(pairs: tuple[tuple[str, str], ...]) -> tuple[Option, ...]:
    return tuple(Option(value, label, order) for order, (value, label) in enumerate(pairs))


def text(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(name, label, "string", flags.pop("field_type", "text"), group, **flags)


def number(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(name, label, "number", "number", group, **flags)


def moment(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(name, label, "datetime", "date", group, **flags)


def date(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(name, label, "date", "date", group, **flags)


def flag(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(
        name,
        label,
        "bool",
        "booleancheckbox",
        group,
        options=options((("true", "Yes"), ("false", "No"))),
        **flags,
    )


def amount(name: str, label: str, group: str) -> Property:
    """A number that HubSpot works out itself."""
    return number(name, label, group, read_only=True, calculated=True, form_field=False)


def choice(
    name: str, label: str, group: str, pairs: tuple[tuple[str, str], ...], **flags: Any
) -> Property:
    field_type = flags.pop("field_type", "select")
    return Property(name, label, "enumeration", field_type, group, options=options(pairs), **flags)


def owner(group: str) -> Property:
    """Holds an owner's id; its options are the owners, not a list of its own."""
    return Property(
        "hubspot_owner_id",
        "Owner",
        "enumeration",
        "select",
        group,
        external_options=True,
        referenced_object_type="OWNER",
    )


def derived(group: str, modified: str, created: str = "createdate") -> tuple[Property, ...]:
    """What every record has and nobody may write."""
    return (
        number("hs_object_id", "Record ID", group, read_only=True, form_field=False),
        moment(created, "Create Date", group, read_only=True, form_field=False),
        moment(modified, "Last Modified Date", group, read_only=True, form_field=False),
    )


def currency(name: str, label: str, group: str) -> Property:
    """A currency code; which of them an account may use are its settings."""
    pairs = tuple((code, known.name) for code, known in CURRENCIES.items())
    return choice(name, label, group, pairs)


def sources(group: str) -> tuple[Property, ...]:
    """Where a record came from: a person's screen or an application, and which one."""
    return (
        text("hs_object_source", "Record source", group, read_only=True, form_field=False),
        text("hs_object_source_id", "Record source ID", group, read_only=True, form_field=False),
    )
