"""Properties that recipes write into: made where they are missing, checked where they are there.

developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
"""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.client import Client, checked
from integrations.connectors.hubspot.keys import make_property
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.properties import Definition
from integrations.contract import Category, Choice, Fault, Field, FieldType, Misconfigured

_SHAPES: Mapping[FieldType, Mapping[str, Any]] = {
    FieldType.TEXT: {"type": "string", "fieldType": "text"},
    FieldType.NUMBER: {"type": "number", "fieldType": "number"},
    FieldType.MONEY: {
        "type": "number",
        "fieldType": "number",
        "numberDisplayHint": "currency",
        "showCurrencySymbol": True,
    },
    FieldType.BOOLEAN: {"type": "bool", "fieldType": "booleancheckbox"},
    FieldType.DATE: {"type": "date", "fieldType": "date"},
    FieldType.DATETIME: {"type": "datetime", "fieldType": "date"},
    FieldType.CHOICE: {"type": "enumeration", "fieldType": "select"},
    FieldType.CHOICES: {"type": "enumeration", "fieldType": "checkbox"},
}


def ensure_fields(
    client: Client, kind: Kind, definitions: Sequence[Definition], wanted: Sequence[Field]
) -> bool:
    """Whether a property had to be made or given more options.

    Raises Misconfigured when one of that name cannot hold the values, NotAllowed without the scope.
    """
    present = {definition.name: definition for definition in definitions}
    changed = False
    for field in wanted:
        definition = present.get(field.name)
        if definition is None:
            make_property(client, kind, definitions, _definition_of(field))
            changed = True
            continue
        if not _fits(definition, field):
            raise Misconfigured(_unfit(kind, definition, field))
        changed |= _add_options(client, kind, definition, field)
    return changed


def _definition_of(field: Field) -> Mapping[str, Any]:
    options = {"options": _options(field.choices)} if field.choices else {}
    return {
        "name": field.name,
        "label": field.label,
        "description": "Filled by Saldo.",
        "groupName": settings.KEY_GROUP,
        "formField": False,
        **_SHAPES[field.type],
        **options,
    }


def _options(choices: Sequence[Choice], start: int = 0) -> list[dict[str, Any]]:
    return [
        {"value": one.value, "label": one.label, "displayOrder": place, "hidden": not one.active}
        for place, one in enumerate(choices, start)
    ]


def _fits(definition: Definition, field: Field) -> bool:
    shape = _SHAPES[field.type]
    if definition.type != shape["type"] or not definition.is_writable:
        return False
    is_several = definition.type == "enumeration" and definition.field_type == "checkbox"
    return is_several == (field.type is FieldType.CHOICES)


def _unfit(kind: Kind, definition: Definition, field: Field) -> Fault:
    shape = _SHAPES[field.type]
    is_writable = "" if definition.is_writable else " that apps cannot write"
    message = (
        f"HubSpot's {kind.label.lower()} property “{definition.label or field.name}”"
        f" ({field.name}) is of type {definition.type}/{definition.field_type}{is_writable};"
        f" Saldo needs {shape['type']}/{shape['fieldType']}. Rename or delete it in HubSpot,"
        " then try again: Saldo makes it anew."
    )
    return Fault(Category.CONFIGURATION, "PROPERTY_OF_OTHER_TYPE", message, field=field.name)


def _add_options(client: Client, kind: Kind, definition: Definition, field: Field) -> bool:
    """Options that people took away or that came with a newer recipe; theirs stay as they are."""
    held = {option.value for option in definition.options}
    missing = [choice for choice in field.choices if choice.value not in held]
    if not missing:
        return False
    theirs = [
        {"value": one.value, "label": one.label, "displayOrder": place, "hidden": one.hidden}
        for place, one in enumerate(definition.options)
    ]
    options = [*theirs, *_options(missing, len(theirs))]
    checked(client.update_property(kind, field.name, {"options": options}), kind.name)
    return True
