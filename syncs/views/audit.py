"""Changes of configuration in words: what was, what is, and what putting it back would do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.contract import Misconfigured
from integrations.registry import PROVIDERS
from syncs.engine.filters import describe
from syncs.engine.terms import Condition, Direction, Operator, Policy, Side, TransformKind
from syncs.models import ConfigurationChange, Sync
from syncs.recipes import recipe_of
from syncs.recipes.terms import Recipe, Setting, SettingKind
from syncs.reverting import changed_by
from syncs.snapshots import CONDITION, MAPPING, ON, OWN, Difference
from syncs.views.ends import NOTHING, shown
from syncs.views.parts import ARROWS, TRANSFORMS

# So many differences stand in the list; the change's own page has them all.
FEW = 3
ON_THE_WAY = {
    "direction": gettext_lazy("direction"),
    "left": gettext_lazy("left fields"),
    "right": gettext_lazy("right fields"),
    "enabled": gettext_lazy("on"),
    "transform": gettext_lazy("on the way"),
    "options": gettext_lazy("in detail"),
    "erase": gettext_lazy("may empty the other side"),
    "position": gettext_lazy("place in the list"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One difference; `before` or `after` is empty where the thing was not there."""

    title: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    change: ConfigurationChange
    lines: tuple[Line, ...]
    more: int
    is_reverted: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """What names mean in one sync: of the recipe, and as they were kept with the change."""

    recipe: Recipe | None
    labels: Mapping[str, Mapping[str, Any]]

    def line(self, difference: Difference) -> Line:
        part, name = difference.key
        if part == MAPPING:
            return self._mapping(difference)
        if part == CONDITION:
            return self._both(_("Condition"), self._condition, difference)
        if part == ON:
            return self._both(_("State"), _state, difference)
        if part == OWN:
            return self._both(_own_label(name), lambda value: self._own(name, value), difference)
        setting = self.recipe.setting(name) if self.recipe else None
        title = str(setting.label) if setting else name
        return self._both(title, lambda value: self._chosen(name, setting, value), difference)

    def _both(self, title: str, told: Any, one: Difference) -> Line:
        before, after = ("" if each is None else told(each) for each in (one.before, one.after))
        return Line(title, before, after)

    def _mapping(self, one: Difference) -> Line:
        title = self._title(one.after or one.before)
        if one.before is None or one.after is None:
            told = _("there, switched off"), _("there")
            before, after = (each and told[each["enabled"]] for each in (one.before, one.after))
            return Line(title, before or "", after or "")
        changed = [name for name in ON_THE_WAY if one.before.get(name) != one.after.get(name)]
        return Line(title, self._parts(one.before, changed), self._parts(one.after, changed))

    def _title(self, row: Mapping[str, Any]) -> str:
        left, right = (self._fields(side, row[side.value]) for side in Side)
        return f"{left} {ARROWS[row['direction']]} {right}"

    def _parts(self, row: Mapping[str, Any], names: Iterable[str]) -> str:
        return "; ".join(self._part(row, name) for name in names)

    def _part(self, row: Mapping[str, Any], name: str) -> str:
        if name == "enabled":
            return _("switched on") if row["enabled"] else _("switched off")
        return f"{ON_THE_WAY[name]}: {self._told(row, name)}"

    def _told(self, row: Mapping[str, Any], name: str) -> str:
        value: Any = row.get(name)
        if name == "direction":
            return self._direction(value)
        if name in ("left", "right"):
            return self._fields(Side(name), value or ())
        if name == "transform":
            return str(TRANSFORMS[TransformKind(value)])
        return _options(value or {}) if name == "options" else shown(value)

    def _fields(self, side: Side, names: Iterable[str]) -> str:
        known = self.labels.get(side.value, {})
        return " + ".join(known.get(name, name) for name in names) or NOTHING

    def _condition(self, row: Mapping[str, Any]) -> str:
        clause = Condition(row["field"], Operator(row["operator"]), tuple(row["values"]))
        label = self.labels.get(row["side"], {}).get(row["field"], row["field"])
        told = describe(clause, {}).replace(row["field"], label, 1)
        where = {"provider": self._provider(Side(row["side"])), "group": row["group"]}
        return f"{told} ({_('%(provider)s, group %(group)s') % where})"

    def _own(self, name: str, value: str) -> str:
        if name == "direction":
            return self._direction(value)
        if name == "policy" and value != Policy.ASK:
            side = Side.LEFT if value == Policy.LEFT else Side.RIGHT
            return _("%(provider)s wins") % {"provider": self._provider(side)}
        return str(dict(_column(name).flatchoices or ()).get(value, value))

    def _direction(self, value: str) -> str:
        arrow = ARROWS[Direction(value)]
        return f"{self._provider(Side.LEFT)} {arrow} {self._provider(Side.RIGHT)}"

    def _provider(self, side: Side) -> str:
        if self.recipe is None:
            return _("left") if side is Side.LEFT else _("right")
        return PROVIDERS[self.recipe.end(side).provider].label

    def _chosen(self, name: str, setting: Setting | None, value: Any) -> str:
        known = self.labels.get("values", {}).get(name, {})
        if setting is not None and setting.kind is SettingKind.TABLE:
            return "; ".join(_table_row(row) for row in value)
        if setting is not None and setting.kind is SettingKind.OPTION:
            return str(dict(setting.options).get(value, value))
        if isinstance(value, list):
            return ", ".join(known.get(str(each), str(each)) for each in value)
        return shown(known.get(value, value) if isinstance(value, str) else value)


def wording_of(change: ConfigurationChange) -> Wording:
    return Wording(_recipe(change.sync), change.after.get("labels", {}))


def lines_of(change: ConfigurationChange) -> tuple[Line, ...]:
    wording = wording_of(change)
    return tuple(wording.line(one) for one in changed_by(change))


def change_rows(changes: Iterable[ConfigurationChange]) -> Iterator[ChangeRow]:
    """For the list; needs `sync` and `reverted_by` fetched beforehand."""
    for change in changes:
        lines = lines_of(change)
        is_reverted = bool(change.reverted_by.all())
        yield ChangeRow(change, lines[:FEW], max(len(lines) - FEW, 0), is_reverted)


def _recipe(sync: Sync | None) -> Recipe | None:
    try:
        return recipe_of(sync.recipe) if sync is not None else None
    except Misconfigured:
        return None


def _column(name: str) -> Any:
    return Sync._meta.get_field(name)


def _own_label(name: str) -> str:
    text = str(_column(name).verbose_name)
    return text[:1].upper() + text[1:]


def _state(value: bool) -> str:
    return _("on") if value else _("off")


def _options(options: Mapping[str, Any]) -> str:
    """The template, default, table or length, as it is kept."""
    pairs = "; ".join(f"{left} = {right}" for left, right in options.get("table", ()))
    parts = (options.get("text"), pairs, options.get("length"), options.get("object_type"))
    return " · ".join(str(part) for part in parts if part) or NOTHING


def _table_row(row: Any) -> str:
    left, right, *rest = [*row, "", "", ""][:4]
    return f"{rest[1] or left} = {right or NOTHING}"
