"""What a sync would do, shown before anything is saved or written: the run's own decisions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from accounts.tenancy import tenant_scope
from syncs.catalogue import sync_fields
from syncs.engine.spec import spec_problems
from syncs.engine.terms import Plan, Side, SyncSpec
from syncs.models import FilterCondition, Sync, SyncRecord
from syncs.models import Mapping as MappingRow
from syncs.plans import Planner
from syncs.recipes import recipe_of
from syncs.specs import build_spec, read_fields


@dataclass(frozen=True, slots=True)
class Previewed:
    """A record and what would become of it."""

    record: SyncRecord
    plan: Plan

    @property
    def kind(self) -> str:
        """The plan's name in lower case: create, update, agree, link, exclude, fail …"""
        return type(self.plan).__name__.lower()


@dataclass(frozen=True, slots=True)
class Preview:
    """Plans for some records of a sync."""

    items: tuple[Previewed, ...] = ()
    # Why nothing can be decided, in sentences for people.
    problems: tuple[str, ...] = ()
    # Fields that were never read: their values are not in the plans yet.
    unread: Mapping[Side, frozenset[str]] | None = None

    @property
    def counts(self) -> Counter[str]:
        return Counter(item.kind for item in self.items)


def preview(
    sync: Sync,
    limit: int = 50,
    *,
    records: Iterable[SyncRecord] | None = None,
    mappings: Iterable[MappingRow] | None = None,
    conditions: Iterable[FilterCondition] | None = None,
) -> Preview:
    """Plans for the given records, or the newest; writes nothing and calls nobody.

    Mappings and conditions that are not saved yet may be given in place of the stored ones.
    """
    spec = proposed_spec(sync, mappings=mappings, conditions=conditions)
    if spec is None:
        return Preview(problems=("The fields of both sides were not read yet.",))
    problems = spec_problems(spec)
    if problems:
        return Preview(problems=tuple(problems))
    with tenant_scope(sync.tenant_id):
        newest = SyncRecord.objects.filter(sync=sync).order_by("-pk")[:limit]
        rows = list(newest if records is None else islice(records, limit))
        decided = Planner(sync, spec).decide(rows)
    items = tuple(Previewed(one.row, one.plan) for one in decided)
    return Preview(items, unread=_unread(sync, spec))


def problems(
    sync: Sync,
    *,
    mappings: Iterable[MappingRow] | None = None,
    conditions: Iterable[FilterCondition] | None = None,
) -> list[str]:
    """Why these settings cannot be saved, in sentences; empty when they can.

    What needs the providers' field lists is checked once they have been read.
    """
    spec = proposed_spec(sync, mappings=mappings, conditions=conditions)
    return [] if spec is None else spec_problems(spec)


def proposed_spec(
    sync: Sync,
    *,
    mappings: Iterable[MappingRow] | None = None,
    conditions: Iterable[FilterCondition] | None = None,
) -> SyncSpec | None:
    """The spec from the field lists as they were read last; None when they never were."""
    recipe = recipe_of(sync.recipe)
    left = sync_fields(sync, recipe, Side.LEFT)
    right = sync_fields(sync, recipe, Side.RIGHT)
    if left is None or right is None:
        return None
    return build_spec(sync, recipe, left, right, mappings=mappings, conditions=conditions)


def _unread(sync: Sync, spec: SyncSpec) -> dict[Side, frozenset[str]]:
    recipe = recipe_of(sync.recipe)
    missing = {side: read_fields(spec, recipe, side) - sync.stored_fields(side) for side in Side}
    return {side: names for side, names in missing.items() if names}
