"""Our own unique property: a create that is repeated finds by it what it made before.

developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
"""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.client import Client, checked
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.properties import Definition
from integrations.contract import Category, Fault, Misconfigured

CONFLICT = 409
DEFINITION: Mapping[str, Any] = {
    "name": settings.KEY_PROPERTY,
    "label": "Saldo key",
    "description": "Keeps Saldo from creating this record twice. Please leave it as it is.",
    "groupName": settings.KEY_GROUP,
    "type": "string",
    "fieldType": "text",
    # Cannot be changed later.
    "hasUniqueValue": True,
    "formField": False,
    "hidden": True,
}


def ensure_key(client: Client, kind: Kind, definitions: Sequence[Definition]) -> bool:
    """Whether the property had to be made; raises Misconfigured when it is there but not unique."""
    name = settings.KEY_PROPERTY
    existing = next((one for one in definitions if one.name == name), None)
    if existing is None:
        make_property(client, kind, definitions, DEFINITION)
        return True
    if not existing.has_unique_value:
        message = (
            f"HubSpot's property “{name}” on {kind.plural.lower()} must have unique values. "
            "Delete it there; it is then made anew."
        )
        raise Misconfigured(Fault(Category.CONFIGURATION, "KEY_NOT_UNIQUE", message))
    return False


def make_property(
    client: Client, kind: Kind, definitions: Sequence[Definition], wanted: Mapping[str, Any]
) -> None:
    """Make one in our group; `definitions`: those that are there."""
    if settings.KEY_GROUP not in {one.group_name for one in definitions}:
        group = client.create_group(kind, settings.KEY_GROUP, "Saldo")
        if group.status != CONFLICT:
            checked(group, kind.name)
    made = client.create_property(kind, wanted)
    # Another worker was faster: theirs is as good.
    if made.status != CONFLICT:
        checked(made, kind.name)
