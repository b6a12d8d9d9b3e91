"""Fields and live lists of an integration's connections, asked for outside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integrations.contract import Choice, ConnectorError, Field
from integrations.models import Connection
from integrations.services import opened
from syncs.catalogue import fresh_fields, stored_fields
from syncs.choices import kept_choices, live_choices
from syncs.engine.terms import Side
from syncs.models import Integration
from syncs.recipes.terms import Recipe, Setting

type Fields = Mapping[str, Field]


@dataclass(slots=True)
class Ends:
    """One integration's connections. With `is_source` what was read earlier will do."""

    pair: Integration
    is_source: bool = False
    # By side why its provider did not answer; it is not asked again.
    troubles: dict[Side, str] = field(default_factory=dict)
    _fields: dict[tuple[Side, str], Fields] = field(default_factory=dict)
    _lists: dict[tuple[Side, str], Sequence[Choice]] = field(default_factory=dict)

    def connection(self, side: Side) -> Connection:
        return self.pair.left if side is Side.LEFT else self.pair.right

    def fields(self, recipe: Recipe, side: Side) -> Fields:
        """By name, with those that Saldo makes there itself."""
        kind = recipe.end(side).object_type
        if (side, kind) not in self._fields:
            self._fields[side, kind] = self._read_fields(side, kind)
        made = {each.name: each for each in recipe.makes.get(side, ())}
        return made | dict(self._fields[side, kind])

    def choices(self, side: Side, name: str) -> Sequence[Choice]:
        if (side, name) not in self._lists:
            self._lists[side, name] = self._read_choices(side, name)
        return self._lists[side, name]

    def of_field(self, side: Side, one: Field | None) -> Sequence[Choice]:
        """What can stand in a field; nothing where that is free."""
        if one is None:
            return ()
        if one.choices or not one.choice_list:
            return one.choices
        return self.choices(side, one.choice_list)

    def of_setting(self, setting: Setting) -> Sequence[Choice]:
        return self.choices(setting.side, setting.choice_list)

    def _read_fields(self, side: Side, kind: str) -> Fields:
        connection = self.connection(side)
        known = stored_fields(connection, kind)
        if self.is_source and known is not None:
            return known
        if side not in self.troubles:
            try:
                with opened(connection) as connector:
                    return fresh_fields(connection, kind, connector)
            except ConnectorError as error:
                self.troubles[side] = error.fault.message
        return known or {}

    def _read_choices(self, side: Side, name: str) -> Sequence[Choice]:
        connection = self.connection(side)
        if side not in self.troubles:
            try:
                return live_choices(connection, name)
            except ConnectorError as error:
                self.troubles[side] = error.fault.message
        return kept_choices(connection, name)
