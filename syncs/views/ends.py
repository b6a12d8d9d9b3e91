"""The two sides of a sync for pages: names, labels and addresses. Nothing here asks a provider."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from integrations.contract import Choice, ConnectorError, Field, FieldType, Line
from integrations.models import Connection
from integrations.registry import PROVIDERS
from integrations.services import open_connector
from syncs import catalogue
from syncs.choices import kept_choices
from syncs.engine.filters import describe
from syncs.engine.terms import Condition, Side
from syncs.models import Sync, SyncRecord
from syncs.recipes import recipe_of

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


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

    def told(self, side: Side, name: str, value: Any) -> str:
        """A value of a field as people read it: of a choice, what the provider calls it."""
        field = self.fields[side].get(name)
        if field is None or not isinstance(value, str):
            return shown(value)
        if field.type is FieldType.DATETIME:
            return moment_text(value)
        found = (choice.label for choice in self._choices(side, field) if choice.value == value)
        return next(found, shown(value))

    def described(self, side: Side, condition: Condition) -> str:
        """A condition in words, such as "Lifecycle stage is one of Lead, Customer"."""
        field = self.fields[side].get(condition.field)
        if field is None:
            return describe(condition, {})
        named = replace(field, choices=tuple(self._choices(side, field)))
        return describe(condition, {field.name: named})

    def _choices(self, side: Side, field: Field) -> Sequence[Choice]:
        if field.choices or not field.choice_list:
            return field.choices
        return kept_choices(self.connections[side], field.choice_list)

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
    fields = {side: catalogue.sync_fields(sync, recipe, side) or {} for side in Side}
    return Ends(sync, connections, fields)


# The engine knows no providers: what it says of these faults names the sides.
_SIDES_NAMED = frozenset(
    {"changed_elsewhere", "changed_after_creation", "voided_elsewhere", "totals_differ"}
)
_SIDE = re.compile(r"\b(?:on|to) the (left|right)\b")


def reason_of(record: SyncRecord) -> str:
    """The stored reason, with the providers' names for left and right."""
    return named_reason(record.sync.recipe, record.details.get("code"), record.reason)


def named_reason(recipe: str, code: str | None, reason: str) -> str:
    """As `reason_of`, of a record's parts alone."""
    return _with_names(recipe, reason) if code in _SIDES_NAMED else reason


def with_names(record: SyncRecord, text: str) -> str:
    """What the engine says of the left and of the right, with the providers' names."""
    return _with_names(record.sync.recipe, text)


def _with_names(recipe_code: str, text: str) -> str:
    recipe = recipe_of(recipe_code)

    def named(found: re.Match[str]) -> str:
        preposition = found[0].split()[0].replace("on", "in")
        return f"{preposition} {PROVIDERS[recipe.end(Side(found[1])).provider].label}"

    return _SIDE.sub(named, text)


def lone_side(record: SyncRecord) -> Side:
    """The side it is known on; the left when it is on both."""
    return Side.LEFT if record.left_id else Side.RIGHT


def shown(value: Any) -> str:
    """A value, stored or canonical, as people read it."""
    if value in (None, "", [], ()):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(_part, value)) if isinstance(value, list | tuple) else str(value)


def moment_text(stored: str) -> str:
    """A stored moment to the minute; as it is where it is none."""
    try:
        return f"{datetime.fromisoformat(stored).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return shown(stored)


def _part(value: Any) -> str:
    return line_text(value) if isinstance(value, dict | Line) else str(value)


def line_text(line: Mapping[str, str] | Line) -> str:
    """A line of a document in words, such as "2 × Widget at 10.5 = 21"."""
    told = line if isinstance(line, Mapping) else _members(line)
    name = told.get("name") or told.get("sku") or told.get("description") or ""
    name = name or told.get("reference", "")
    text = f"{told['quantity']} × {name}" if told.get("quantity") else name
    if told.get("unit_price"):
        text += " " + _("at %(price)s") % {"price": told["unit_price"]}
    return f"{text} = {told['amount']}" if told.get("amount") else text


def _members(line: Line) -> Mapping[str, str]:
    named = ("name", "sku", "description", "reference", "quantity", "unit_price", "amount")
    return {name: str(value) for name in named if (value := getattr(line, name)) not in (None, "")}
