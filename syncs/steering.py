"""Switching syncs on and off, and changing how they work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from syncs import clock
from syncs.catalogue import forget
from syncs.changes import recorded
from syncs.models import (
    ChangeKind,
    ConfigurationChange,
    FilterCondition,
    Integration,
    RunTrigger,
    Sync,
    SyncState,
)
from syncs.models import Mapping as MappingRow
from syncs.preview import problems
from syncs.queue import enqueue_run
from syncs.recipes import recipe_of
from syncs.setup import followers, missing_needs, missing_settings, rivals, sync_of

# What people may change on a sync besides mappings and filters.
SETTINGS = frozenset(
    {"name", "direction", "policy", "leaving", "left_removed", "right_removed", "settings"}
)


class ConfigurationRefused(Exception):
    """The settings cannot be saved; `problems` says why, in sentences for people."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


def request_run(sync: Sync, by: User | None = None) -> bool:
    """Look at both sides as soon as possible; False when the sync is not to run at all."""
    rows = _rows(sync).filter(state=SyncState.ACTIVE)
    if not rows.update(left_due_at=None, right_due_at=None, next_run_at=None, held_until=None):
        return False
    enqueue_run(sync.pk, RunTrigger.PERSON, by.pk if by else None)
    return True


def activate(sync: Sync, by: User | None = None, *, with_needs: bool = False) -> None:
    """Switch the sync on, and with it those that follow it.

    Raises ConfigurationRefused while a setting is missing that it needs to create records, a sync
    that it builds on, or while one is on that cannot be beside it; `with_needs` makes those that it
    builds on and switches them on first.
    """
    with transaction.atomic():
        # One after the other: two that cannot be together must not pass each other here.
        Integration.objects.for_tenant(sync.tenant_id).select_for_update().get(
            pk=sync.integration_id
        )
        if with_needs:
            for recipe in missing_needs(sync):
                activate(sync_of(sync.integration, recipe.code, by), by, with_needs=True)
        wrong = [*_missing(sync), *problems(sync)]
        if wrong:
            raise ConfigurationRefused(wrong)
        with recorded(sync, ChangeKind.STATE, by):
            _rows(sync).filter(started_at=None).update(started_at=clock.now())
            _set_active(sync)
        _activate_followers(sync, by)
    request_run(sync, by)


def _missing(sync: Sync) -> list[str]:
    about = {"sync": sync.name}
    lacking = [
        _("Choose for “%(sync)s”: %(setting)s.") % {**about, "setting": setting.label}
        for setting in missing_settings(sync)
    ]
    needs = [str(recipe.label) for recipe in missing_needs(sync)]
    if needs:
        text = _("“%(sync)s” builds on these, which are not switched on: %(needs)s.")
        lacking.append(text % {**about, "needs": ", ".join(needs)})
    beside = [str(recipe.label) for recipe in rivals(sync)]
    if beside:
        text = _("“%(sync)s” cannot be on beside %(others)s. Switch one of them off first.")
        lacking.append(text % {**about, "others": ", ".join(beside)})
    return lacking


def _activate_followers(sync: Sync, by: User | None) -> None:
    """Those that were never on yet; what a person switched off stays off."""
    for recipe in followers(sync):
        follower = sync_of(sync.integration, recipe.code, by)
        if follower.started_at is not None:
            continue
        if sync.direction in recipe.directions:
            with recorded(follower, ChangeKind.SETTINGS, by):
                _rows(follower).update(direction=sync.direction)
            follower.refresh_from_db()
        activate(follower, by)


def switch_off(sync: Sync, by: User | None = None) -> None:
    """Stop the sync until somebody switches it on; a run under way stops at its next step."""
    with recorded(sync, ChangeKind.STATE, by):
        _rows(sync).update(state=SyncState.OFF, pause_category="", pause_message="")
    sync.refresh_from_db()


def resume(sync: Sync, by: User | None = None) -> None:
    """Try a sync again that we paused; what was wrong may be mended at the provider."""
    if sync.state != SyncState.PAUSED:
        return
    pair, recipe = sync.integration, recipe_of(sync.recipe)
    # What was missing there is asked for anew.
    forget(pair.left, recipe.left.object_type)
    forget(pair.right, recipe.right.object_type)
    _rows(sync).update(prepared_at=None)
    _set_active(sync)
    request_run(sync, by)


def configuration_changed(sync: Sync, by: User | None = None) -> None:
    """After mappings, filters or settings were saved: check them, and decide about all anew.

    Call it inside the transaction that saved them; raises ConfigurationRefused.
    """
    sync.refresh_from_db()
    wrong = problems(sync)
    if wrong:
        raise ConfigurationRefused(wrong)
    _rows(sync).update(revision=F("revision") + 1, next_run_at=clock.now())
    if sync.state == SyncState.PAUSED:
        _set_active(sync)
    sync.refresh_from_db()
    enqueue_run(sync.pk, RunTrigger.PERSON, by.pk if by else None)


def change_settings(sync: Sync, changes: Mapping[str, Any], by: User | None = None) -> None:
    """Change direction, policies, settings of the recipe or the name."""
    configure(sync, ChangeKind.SETTINGS, Wanted(changes=changes), by)


def replace_mappings(sync: Sync, mappings: Iterable[MappingRow], by: User | None = None) -> None:
    """Make these the sync's mappings; locked ones stay as the recipe wants them.

    A mapping keeps its `key` for as long as it means the same fields: bases belong to it.
    """
    configure(sync, ChangeKind.MAPPINGS, Wanted(mappings=list(mappings)), by)


def replace_conditions(
    sync: Sync, conditions: Iterable[FilterCondition], by: User | None = None
) -> None:
    """Make these the sync's filter; the recipe's fixed conditions stay."""
    configure(sync, ChangeKind.CONDITIONS, Wanted(conditions=list(conditions)), by)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sync's configuration is to be; None leaves that part as it is."""

    mappings: list[MappingRow] | None = None
    conditions: list[FilterCondition] | None = None
    changes: Mapping[str, Any] | None = None


def configure(
    sync: Sync,
    kind: ChangeKind,
    wanted: Wanted,
    by: User | None = None,
    reverts: ConfigurationChange | None = None,
) -> None:
    """Change several parts at once, kept as one change; raises ConfigurationRefused."""
    _check_changes(sync, wanted.changes or {})
    with transaction.atomic(), recorded(sync, kind, by, reverts=reverts):
        if wanted.mappings is not None:
            _store_parts(sync, MappingRow, "locked", wanted.mappings)
        if wanted.conditions is not None:
            _store_parts(sync, FilterCondition, "fixed", wanted.conditions)
        if wanted.changes is not None:
            _rows(sync).update(**wanted.changes, prepared_at=None)
        configuration_changed(sync, by)
        # Another company's settings switch nothing on here.
        if kind is ChangeKind.SETTINGS and sync.state == SyncState.ACTIVE:
            _activate_followers(sync, by)


def _check_changes(sync: Sync, changes: Mapping[str, Any]) -> None:
    unknown = set(changes) - SETTINGS
    if unknown:
        raise ValueError(f"Not a setting of a sync: {', '.join(sorted(unknown))}")
    if "direction" in changes and changes["direction"] not in recipe_of(sync.recipe).directions:
        raise ConfigurationRefused([_("This recipe does not go in that direction.")])


def _store_parts(sync: Sync, model: Any, kept: str, rows: Iterable[Any]) -> None:
    """Put these in the place of the sync's own; those that the recipe keeps stay."""
    new = [row for row in rows if not getattr(row, kept)]
    model.objects.for_tenant(sync.tenant_id).filter(sync=sync, **{kept: False}).delete()
    for row in new:
        row.pk = None
        row.tenant_id, row.sync_id = sync.tenant_id, sync.pk
    model.objects.bulk_create(new)


def _set_active(sync: Sync) -> None:
    _rows(sync).update(
        state=SyncState.ACTIVE, pause_category="", pause_message="", stalls=0, held_until=None
    )
    sync.refresh_from_db()


def _rows(sync: Sync) -> Any:
    return Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk)
