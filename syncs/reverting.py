"""Putting back what a change of configuration changed, through the services that changed it.

Only the items that the change touched are put back; what was changed beside them stays.
"""

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from syncs.changes import PARTS, condition_rows, mapping_rows, recorded, snapshot
from syncs.models import ChangeKind, ConfigurationChange, Sync
from syncs.preview import problems
from syncs.snapshots import (
    Difference,
    Items,
    changed_since,
    differences,
    items_of,
    put_back,
    snapshot_of,
)
from syncs.steering import ConfigurationRefused, Wanted, activate, configure, switch_off


@dataclass(frozen=True)
class Reversal:
    """What putting a change back would do now."""

    change: ConfigurationChange
    sync: Sync | None
    current: Items

    @cached_property
    def target(self) -> Items:
        return put_back(self.current, changed_by(self.change))

    @cached_property
    def steps(self) -> tuple[Difference, ...]:
        """What is now, and what it would be."""
        return differences(self.current, self.target)

    @cached_property
    def lost(self) -> tuple[Difference, ...]:
        """What somebody changed after it, and that would be lost."""
        return changed_since(self.current, changed_by(self.change))

    @cached_property
    def refusals(self) -> tuple[str, ...]:
        """Why it cannot be put back, in sentences."""
        if self.sync is None:
            return (_("The sync is no longer there."),)
        if not self.steps:
            return (_("Nothing is left to put back: it is so already."),)
        if self.change.kind == ChangeKind.STATE:
            return ()
        wanted = _wanted(self.change, self.target)
        proposed = copy(self.sync)
        for name, value in (wanted.changes or {}).items():
            setattr(proposed, name, value)
        mappings, conditions = _all(self.sync, wanted), _filter(self.sync, wanted)
        return tuple(problems(proposed, mappings=mappings, conditions=conditions))


def changed_by(change: ConfigurationChange) -> tuple[Difference, ...]:
    return differences(items_of(change.before), items_of(change.after))


def reversal_of(change: ConfigurationChange) -> Reversal:
    sync = change.sync
    current = items_of(snapshot(sync, PARTS[change.kind])) if sync is not None else {}
    return Reversal(change, sync, current)


def revert(change: ConfigurationChange, by: User) -> None:
    """Put back what the change touched; raises ConfigurationRefused when it no longer fits."""
    with transaction.atomic():
        if change.sync_id is not None:
            # Between the look at what is now and the change, nobody else changes it.
            Sync.objects.for_tenant(change.tenant_id).select_for_update().get(pk=change.sync_id)
        reversal = reversal_of(change)
        if reversal.refusals or reversal.sync is None:
            raise ConfigurationRefused(reversal.refusals)
        if change.kind == ChangeKind.STATE:
            _switch_back(reversal, reversal.sync, by)
            return
        wanted = _wanted(change, reversal.target)
        configure(reversal.sync, ChangeKind(change.kind), wanted, by, reverts=change)


def _switch_back(reversal: Reversal, sync: Sync, by: User) -> None:
    switch = activate if snapshot_of(reversal.target)["on"] else switch_off
    with recorded(sync, ChangeKind.STATE, by, reverts=reversal.change):
        switch(sync, by)


def _wanted(change: ConfigurationChange, target: Items) -> Wanted:
    parts, told = PARTS[change.kind], snapshot_of(target)
    return Wanted(
        mappings=mapping_rows(told["mappings"]) if "mappings" in parts else None,
        conditions=condition_rows(told["conditions"]) if "conditions" in parts else None,
        changes=told["settings"] if "settings" in parts else None,
    )


def _all(sync: Sync, wanted: Wanted) -> list[Any] | None:
    """The mappings that the sync would have, with the recipe's own."""
    if wanted.mappings is None:
        return None
    return [*sync.mappings.filter(locked=True), *wanted.mappings]


def _filter(sync: Sync, wanted: Wanted) -> list[Any] | None:
    if wanted.conditions is None:
        return None
    return [*sync.conditions.filter(fixed=True), *wanted.conditions]
