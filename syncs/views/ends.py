"""The two sides of a sync for pages: names, labels and addresses. Nothing here asks a provider."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from integrations.contract import ConnectorError, Field
from integrations.models import Connection
from integrations.services import open_connector
from syncs import catalogue
from syncs.engine.terms import Side
from syncs.models import Sync, SyncRecord
from syncs.recipes import recipe_of

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Ends:
    """The two sides of the record's sync: connections, fields by name, names for people."""

    sync: Sync
    connections: Mapping[Side, Connection]
    fields: Mapping[Side, Mapping[str, Field]]

    def name(self, side: Side) -> str:
        return self.connections[side].provider_label

    def object_type(self, side: Side) -> str:
        return recipe_of(self.sync.recipe).end(side).object_type

    def label(self, side: Side, names: Iterable[str]) -> str:
        known = self.fields[side]
        return " + ".join(known[name].label if name in known else name for name in names)

    def link(self, side: Side, record_id: str) -> str:
        """The record's own page at the provider; empty when the connection cannot tell."""
        try:
            connector = open_connector(self.connections[side])
        except ConnectorError:
            return ""
        return connector.link(self.object_type(side), record_id) if record_id else ""


def ends_of(sync: Sync) -> Ends:
    recipe, integration = recipe_of(sync.recipe), sync.integration
    connections = {Side.LEFT: integration.left, Side.RIGHT: integration.right}
    fields = {
        side: catalogue.stored_fields(connections[side], recipe.end(side).object_type) or {}
        for side in Side
    }
    return Ends(sync, connections, fields)


def lone_side(record: SyncRecord) -> Side:
    """The side it is known on; the left when it is on both."""
    return Side.LEFT if record.left_id else Side.RIGHT


def shown(value: Any) -> str:
    """A stored value as people read it."""
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
