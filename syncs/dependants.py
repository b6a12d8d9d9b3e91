"""Records that wait for, or fail because of, another record: they are due when it moves."""

from collections.abc import Collection, Sequence

from django.db.models import F, Q

from syncs import clock
from syncs.causes import Woken
from syncs.engine.terms import TransformKind
from syncs.jobs import Job
from syncs.models import Mapping, Sync, SyncRecord
from syncs.recipes import recipe_of
from syncs.recipes.terms import Recipe

# What these write depends on another record.
REFERRING = (
    TransformKind.REFERENCE,
    TransformKind.LINES,
    TransformKind.ALLOCATIONS,
    TransformKind.PARENT_FIELD,
)


def wake_dependants(job: Job, parents: Sequence[SyncRecord]) -> None:
    """Make due what refers to these records, whichever side it is read from."""
    if not parents or not job.children:
        return
    ids = {known for row in parents for known in (row.left_id, row.right_id) if known}
    if _wake(job.children, job.recipe, ids):
        job.woken.update(job.children)


def wake_children(sync: Sync, ids: Collection[str]) -> tuple[int, ...]:
    """The same after a person changed how the records of these ids stand; whose sync has work."""
    recipe = recipe_of(sync.recipe)
    children = children_of(sync, recipe)
    return children if _wake(children, recipe, ids) else ()


def _wake(children: Collection[int], recipe: Recipe, ids: Collection[str]) -> int:
    waiting = SyncRecord.objects.filter(
        sync_id__in=children, parent_type=recipe.left.object_type, parent_id__in=ids
    )
    return waiting.update(due_at=clock.now(), touched=F("touched") + 1, woken_by=Woken.PARENT)


def children_of(sync: Sync, recipe: Recipe) -> tuple[int, ...]:
    """The syncs of the same integration whose mappings refer to this one's records."""
    # Where no type is told, the fields tell it.
    named = Q(options__object_type=recipe.left.object_type) | ~Q(options__has_key="object_type")
    referring = Mapping.objects.filter(
        named,
        sync__integration_id=sync.integration_id,
        enabled=True,
        transform__in=REFERRING,
    )
    return tuple(sorted(set(referring.values_list("sync_id", flat=True))))
