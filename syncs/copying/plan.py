"""What copying one sync would do: side by side, with gaps, and whether the target could run so."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from syncs.changes import PARTS, condition_rows, mapping_rows, snapshot
from syncs.copying.lists import Ends
from syncs.copying.terms import Binder, Binding
from syncs.copying.translate import Translator
from syncs.models import ChangeKind, Sync
from syncs.preview import problems
from syncs.recipes import recipe_of
from syncs.recipes.terms import Recipe
from syncs.snapshots import (
    CONDITION,
    MAPPING,
    OWN,
    SETTING,
    Difference,
    Items,
    Key,
    differences,
    items_of,
)

# The name is the company's own.
OWN_COPIED = frozenset({"direction", "policy", "leaving", "left_removed", "right_removed"})


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One item of the source, and what becomes of it at the target; None: it is left out."""

    key: Key
    source: Any
    target: Any


@dataclass(frozen=True)
class SyncPlan:
    """How one sync's configuration would go to the target's sync of the same recipe."""

    source: Sync
    # None: it is made, switched off.
    target: Sync | None
    recipe: Recipe
    rows: tuple[PlanRow, ...]
    bindings: tuple[Binding, ...]
    current: Items

    @property
    def gaps(self) -> tuple[Binding, ...]:
        return tuple(binding for binding in self.bindings if binding.is_gap)

    @property
    def blocks(self) -> bool:
        """Whether a person has to say something first."""
        return any(binding.blocks for binding in self.bindings)

    @cached_property
    def mappings(self) -> dict[str, Any]:
        """By key."""
        taken = {row.key[1]: row.target for row in self.rows if _is_taken(row, MAPPING)}
        found: dict[str, Any] = {}
        for key, row in taken.items():
            found[self._key(key, row, {*found, *taken} - {key})] = row
        return found

    def _key(self, key: str, row: Mapping[str, Any], used: set[str]) -> str:
        """The key at the target. It stays with its fields: what a record last agreed on is kept by
        it; and those of the recipe say what a mapping is for.
        """
        there = {name: old for (part, name), old in self.current.items() if part == MAPPING}
        same = [name for name, old in there.items() if _fields(old) == _fields(row)]
        if self.recipe.mapping(key) or key in same:
            return key
        free = [name for name in same if name not in used and not self.recipe.mapping(name)]
        if free:
            return free[0]
        return f"own_{uuid4().hex[:12]}" if key in there else key

    @cached_property
    def conditions(self) -> list[Any]:
        return [row.target for row in self.rows if _is_taken(row, CONDITION)]

    @cached_property
    def own(self) -> dict[str, Any]:
        return {row.key[1]: row.target for row in self.rows if _is_taken(row, OWN)}

    @cached_property
    def settings(self) -> dict[str, Any]:
        return {row.key[1]: row.target for row in self.rows if _is_taken(row, SETTING)}

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """What would not be the same at the target, what goes away there included."""
        kept = {key: value for key, value in self.current.items() if key[0] in (OWN, SETTING)}
        told = {"mappings": self.mappings, "conditions": self.conditions}
        wanted = {**kept, **items_of({**told, "settings": {**self.own, "settings": self.settings}})}
        return differences(self.current, wanted)

    def refusals(self) -> list[str]:
        """Why the target could not run so; not known before its sync is there."""
        if self.target is None or self.blocks:
            return []
        wanted = copy(self.target)
        for name, value in self.own.items():
            setattr(wanted, name, value)
        wanted.settings = {**self.target.settings, **self.settings}
        mappings = [*self.target.mappings.filter(locked=True), *mapping_rows(self.mappings)]
        conditions = [*self.target.conditions.filter(fixed=True), *condition_rows(self.conditions)]
        return problems(wanted, mappings=mappings, conditions=conditions)


def plan_of(
    source: Sync, target: Sync | None, ends: tuple[Ends, Ends], chosen: Mapping[str, str]
) -> SyncPlan:
    """The plan; asks the providers for their lists, so never inside a transaction."""
    recipe = recipe_of(source.recipe)
    binder = Binder(chosen)
    translator = Translator(recipe, ends[0], ends[1], binder)
    parts = PARTS[ChangeKind.COPIED]
    rows = tuple(_rows(translator, items_of(snapshot(source, parts))))
    current = items_of(snapshot(target, parts)) if target is not None else {}
    return SyncPlan(source, target, recipe, rows, tuple(binder.found.values()), current)


def _rows(translator: Translator, items: Items) -> Iterator[PlanRow]:
    for key, value in items.items():
        part, name = key
        setting = translator.recipe.setting(name) if part == SETTING else None
        if part == MAPPING:
            yield PlanRow(key, value, translator.mapping(value))
        elif part == CONDITION:
            yield PlanRow(key, value, translator.condition(value))
        elif part == OWN and name in OWN_COPIED:
            yield PlanRow(key, value, value)
        elif setting is not None:
            yield PlanRow(key, value, translator.setting(setting, value))


def _is_taken(row: PlanRow, part: str) -> bool:
    return row.key[0] == part and row.target is not None


def _fields(row: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(row["left"]), tuple(row["right"])
