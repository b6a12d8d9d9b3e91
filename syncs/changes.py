"""Keeping what people change in a sync's configuration: before, after, and who."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

from accounts.models import User
from syncs import clock
from syncs.catalogue import sync_fields
from syncs.choices import kept_choices
from syncs.engine.terms import Side
from syncs.models import ChangeKind, ConfigurationChange, FilterCondition, Sync, SyncState
from syncs.models import Mapping as MappingRow
from syncs.recipes import recipe_of
from syncs.recipes.terms import SettingKind
from syncs.snapshots import CONDITION, MAPPING, SETTING, Difference, differences, items_of

PARTS: Mapping[str, tuple[str, ...]] = {
    ChangeKind.MAPPINGS: ("mappings",),
    ChangeKind.CONDITIONS: ("conditions",),
    ChangeKind.SETTINGS: ("settings",),
    ChangeKind.STATE: ("on",),
    ChangeKind.COPIED: ("mappings", "conditions", "settings"),
}
MAPPING_FIELDS = (
    "left",
    "right",
    "direction",
    "enabled",
    "transform",
    "options",
    "erase",
    "position",
)
CONDITION_FIELDS = ("side", "group", "field", "operator", "values")
OWN_FIELDS = (
    "name",
    "direction",
    "policy",
    "leaving",
    "left_removed",
    "right_removed",
    "settings",
)

# The syncs whose change is being kept by a block further out.
_under_way: ContextVar[frozenset[int]] = ContextVar("changes_under_way", default=frozenset())


@contextmanager
def recorded(
    sync: Sync, kind: ChangeKind, by: User | None, *, reverts: ConfigurationChange | None = None
) -> Iterator[None]:
    """Do the block in one transaction, and keep what it changed; what changed nothing leaves none.

    Inside another such block of the same sync it is part of that one. What the machine does for
    nobody in particular is not kept.
    """
    if by is None or sync.pk in _under_way.get():
        yield
        return
    with transaction.atomic():
        # One after the other: what a neighbour changes meanwhile is not told as this person's.
        Sync.objects.for_tenant(sync.tenant_id).select_for_update().get(pk=sync.pk)
        before = snapshot(sync, PARTS[kind])
        token = _under_way.set(_under_way.get() | {sync.pk})
        try:
            yield
        finally:
            _under_way.reset(token)
        after = snapshot(sync, PARTS[kind])
        told = differences(items_of(before), items_of(after))
        if told:
            after["labels"] = _labels(sync, told)
            _keep(sync, kind, by, (before, after), reverts)


def _keep(
    sync: Sync,
    kind: ChangeKind,
    by: User,
    states: tuple[dict[str, Any], dict[str, Any]],
    reverts: ConfigurationChange | None,
) -> None:
    ConfigurationChange.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        sync_name=sync.name,
        kind=kind,
        by=by,
        at=clock.now(),
        before=states[0],
        after=states[1],
        reverts=reverts,
    )


def snapshot(sync: Sync, parts: Iterable[str]) -> dict[str, Any]:
    """The stored configuration, as the services take it; what the recipe fixed is left out."""
    return {part: _READERS[part](sync) for part in parts}


def _mappings(sync: Sync) -> dict[str, Any]:
    rows = MappingRow.objects.for_tenant(sync.tenant_id).filter(sync=sync, locked=False)
    return {row.key: {name: getattr(row, name) for name in MAPPING_FIELDS} for row in rows}


def _conditions(sync: Sync) -> list[dict[str, Any]]:
    rows = FilterCondition.objects.for_tenant(sync.tenant_id).filter(sync=sync, fixed=False)
    return [{name: getattr(row, name) for name in CONDITION_FIELDS} for row in rows]


def _settings(sync: Sync) -> dict[str, Any]:
    rows = Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk)
    return dict(rows.values(*OWN_FIELDS).get())


def _is_on(sync: Sync) -> bool:
    rows = Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk)
    return rows.exclude(state=SyncState.OFF).exists()


_READERS = {
    "mappings": _mappings,
    "conditions": _conditions,
    "settings": _settings,
    "on": _is_on,
}


def mapping_rows(told: Mapping[str, Mapping[str, Any]]) -> list[MappingRow]:
    """Unsaved mappings from the part of a snapshot."""
    return [MappingRow(key=key, **row) for key, row in told.items()]


def condition_rows(told: Iterable[Mapping[str, Any]]) -> list[FilterCondition]:
    return [FilterCondition(**row) for row in told]


def _labels(sync: Sync, told: Iterable[Difference]) -> dict[str, Any]:
    """What fields and choices are called now: the names may be gone when somebody reads this."""
    fields = {side.value: _field_labels(sync, side, told) for side in Side}
    return {**fields, "values": dict(_value_labels(sync, told))}


def _field_labels(sync: Sync, side: Side, told: Iterable[Difference]) -> dict[str, str]:
    known = sync_fields(sync, recipe_of(sync.recipe), side) or {}
    return {name: known[name].label for name in _names(side, told) if name in known}


def _names(side: Side, told: Iterable[Difference]) -> Iterator[str]:
    for one in told:
        for state in (one.before, one.after):
            if state and one.key[0] == MAPPING:
                yield from state[side.value]
            elif state and one.key[0] == CONDITION and state["side"] == side.value:
                yield state["field"]


def _value_labels(sync: Sync, told: Iterable[Difference]) -> Iterator[tuple[str, dict[str, str]]]:
    """By setting the labels of what can be chosen, as far as they are known without asking."""
    recipe, pair = recipe_of(sync.recipe), sync.integration
    ends = {Side.LEFT: pair.left, Side.RIGHT: pair.right}
    for one in told:
        setting = recipe.setting(one.key[1]) if one.key[0] == SETTING else None
        if setting is None or setting.kind not in (SettingKind.LIST, SettingKind.CHOICES):
            continue
        choices = kept_choices(ends[setting.side], setting.choice_list)
        used = {*_chosen(one.before), *_chosen(one.after)}
        yield setting.name, {each.value: each.label for each in choices if each.value in used}


def _chosen(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
