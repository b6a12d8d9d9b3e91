"""One item of the source's configuration as the target has to say it; None: it is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from integrations.contract import Choice
from integrations.registry import PROVIDERS
from syncs.copying.lists import Ends
from syncs.copying.terms import Binder
from syncs.engine.terms import Direction, Side, TransformKind
from syncs.engine.values import plain_number
from syncs.recipes.terms import Recipe, Setting, SettingKind

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Translator:
    recipe: Recipe
    source: Ends
    target: Ends
    binder: Binder

    # --- mappings and conditions -----------------------------------------------------------

    def mapping(self, row: Row) -> dict[str, Any] | None:
        """The mapping between the target's fields; None when one of them is not there."""
        ends = {side: [self._field(side, name) for name in row[side.value]] for side in Side}
        if any(name is None for names in ends.values() for name in names):
            return None
        left, right = ends[Side.LEFT], ends[Side.RIGHT]
        return {**row, "left": left, "right": right, "options": self._options(row, ends)}

    def condition(self, row: Row) -> dict[str, Any] | None:
        """The condition about the target's field, with those of its values that are bound."""
        side = Side(row["side"])
        name = self._field(side, row["field"], is_needed=True)
        if name is None:
            return None
        found = self._values(side, row["field"], name, row["values"], is_needed=True)
        if row["values"] and not found:
            return None
        return {**row, "field": name, "values": found}

    def _field(self, side: Side, name: str, *, is_needed: bool = False) -> str | None:
        there, here = (ends.fields(self.recipe, side) for ends in (self.source, self.target))
        if name in here:
            return name
        label = there[name].label if name in there else name
        offered = [Choice(one.name, one.label) for one in here.values() if not one.unavailable]
        what = _("Field in %(provider)s") % {"provider": self._provider(side)}
        key = f"{self.recipe.code}|field|{side}|{name}"
        ordered = sorted(offered, key=lambda choice: choice.label.casefold())
        return self.binder.bind(key, what, Choice(name, label), ordered, is_needed=is_needed)

    def _values(
        self, side: Side, there: str, here: str, values: Iterable[str], *, is_needed: bool = False
    ) -> list[str]:
        """Values of a field; free ones are what they are, choices are found again."""
        own = self.source.fields(self.recipe, side).get(there)
        other = self.target.fields(self.recipe, side).get(here)
        offered = self.target.of_field(side, other)
        if not offered:
            return list(values)
        known = self.source.of_field(side, own)
        what = own.label if own is not None else there
        key = f"{self.recipe.code}|value|{side}|{there}"
        return self._bound(key, what, values, (known, offered), is_needed=is_needed)

    def _options(self, row: Row, ends: Mapping[Side, Sequence[str | None]]) -> dict[str, Any]:
        options = dict(row["options"])
        if row["transform"] == TransformKind.CHOICE_TABLE:
            options["table"] = self._table_of_mapping(row, ends)
        elif row["transform"] in (TransformKind.DEFAULT, TransformKind.CONSTANT):
            side = Side.LEFT if row["direction"] == Direction.TO_LEFT else Side.RIGHT
            texts = self._one_field(side, row, ends, [options.get("text", "")])
            options["text"] = texts[0] if texts else ""
        elif "text" in options:
            options["text"] = self._renamed(options["text"], row, ends)
        return options

    def _table_of_mapping(
        self, row: Row, ends: Mapping[Side, Sequence[str | None]]
    ) -> list[list[str]]:
        found = []
        for left, right in row["options"].get("table", ()):
            pair = [
                self._one_field(Side.LEFT, row, ends, [left]),
                self._one_field(Side.RIGHT, row, ends, [right]),
            ]
            if all(pair):
                found.append([pair[0][0], pair[1][0]])
        return found

    def _one_field(
        self,
        side: Side,
        row: Row,
        ends: Mapping[Side, Sequence[str | None]],
        values: list[str],
    ) -> list[str]:
        """Values of a mapping's only field on a side; of several fields they stay as they are."""
        there, here = row[side.value], ends[side]
        if len(there) != 1 or not here[0] or not values[0]:
            return values
        return self._values(side, there[0], here[0], values)

    @staticmethod
    def _renamed(text: str, row: Row, ends: Mapping[Side, Sequence[str | None]]) -> str:
        for side in Side:
            for there, here in zip(row[side.value], ends[side], strict=True):
                text = text.replace(f"{{{there}}}", f"{{{here}}}")
        return text

    # --- settings --------------------------------------------------------------------------

    def setting(self, setting: Setting, value: Any) -> Any:
        """The setting as the target says it; None when nothing of it was found again."""
        if setting.kind is SettingKind.TABLE:
            return self._table(setting, value) or None
        if setting.kind not in (SettingKind.LIST, SettingKind.CHOICES):
            return value
        known, offered = self.source.of_setting(setting), self.target.of_setting(setting)
        key = f"{self.recipe.code}|setting|{setting.name}"
        values = value if isinstance(value, list) else [value]
        found = self._bound(
            key, str(setting.label), values, (known, offered), is_needed=bool(setting.filters)
        )
        if setting.kind is SettingKind.CHOICES:
            return found or None
        return found[0] if found else None

    def _table(self, setting: Setting, rows: Iterable[Sequence[str]]) -> list[list[str]]:
        """Rows of which both entries were found again, with the target's own rate and label."""
        key, label = f"{self.recipe.code}|setting|{setting.name}", str(setting.label)
        other = setting.side.other
        asked = [ends.choices(other, setting.other_list) for ends in (self.source, self.target)]
        chosen = [ends.of_setting(setting) for ends in (self.source, self.target)]
        by_value = {choice.value: choice for choice in asked[1]}
        found = []
        for left, right in ((row[0], row[1]) for row in rows if row[1]):
            is_needed = bool(setting.filters)
            lefts = self._bound(
                f"{key}|of", label, [left], (asked[0], asked[1]), is_needed=is_needed
            )
            rights = self._bound(key, label, [right], (chosen[0], chosen[1]), is_needed=is_needed)
            if lefts and rights:
                entry = by_value[lefts[0]]
                rate = "" if entry.rate is None else plain_number(entry.rate)
                found.append([entry.value, rights[0], rate, entry.label])
        return found

    def _bound(
        self,
        key: str,
        what: str,
        values: Iterable[str],
        lists: tuple[Sequence[Choice], Sequence[Choice]],
        *,
        is_needed: bool = False,
    ) -> list[str]:
        known = {choice.value: choice for choice in lists[0]}
        found = []
        for value in map(str, values):
            source = known.get(value, Choice(value, value))
            target = self.binder.bind(f"{key}|{value}", what, source, lists[1], is_needed=is_needed)
            if target is not None:
                found.append(target)
        return found

    def _provider(self, side: Side) -> str:
        return PROVIDERS[self.recipe.end(side).provider].label
