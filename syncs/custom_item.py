"""The one item that is sold where a line has no item of its own, made when it is first needed."""

import uuid
from dataclasses import replace

from integrations.contract import (
    Batch,
    Category,
    Fault,
    Misconfigured,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Record,
    RetryLater,
)
from syncs.engine.terms import Direction, Side
from syncs.jobs import Job
from syncs.recipes import document_settings as names
from syncs.recipes.terms import CustomItem

TRY_AGAIN_SECONDS = 30.0
_KEYS = uuid.UUID("6f1c1d58-5f0e-4e8e-9a53-0f3f8d6f9e11")


def ensure_custom_item(job: Job) -> bool:
    """Find or make the item and keep its id among the sync's settings; whether that was news.

    Raises Misconfigured when the provider will not have it, so that the sync says so, and
    RetryLater when no answer came.
    """
    sync, document = job.sync, job.recipe.document
    item = document.custom_item if document is not None else None
    settings = sync.settings
    if item is None or settings.get(names.UNMATCHED) != names.CUSTOM:
        return False
    if not Direction(sync.direction).reaches(Side.RIGHT):
        return False
    name = str(settings.get(item.name_from) or item.name)
    if settings.get(names.CUSTOM_ITEM) and settings.get(names.CUSTOM_ITEM_NAME, item.name) == name:
        return False
    item = replace(item, name=name)
    record = _find(job, item) or _make(job, item)
    changed = {**settings, names.CUSTOM_ITEM: record.id, names.CUSTOM_ITEM_NAME: name}
    with job.claim.fenced(settings=changed):
        sync.settings = changed
    return True


def _find(job: Job, item: CustomItem) -> Record | None:
    with job.calling(Side.RIGHT) as end:
        found = end.connector.find(item.object_type, item.key, [item.name], [item.key])
    return next(iter(found), None)


def _make(job: Job, item: CustomItem) -> Record:
    # One key for ever: a create whose answer was lost is not done twice.
    named = f"{job.sync.pk} {item.name}" if item.name_from else str(job.sync.pk)
    outcome = _create(job, item, uuid.uuid5(_KEYS, named))
    if outcome.status is OutcomeStatus.REFUSED:
        # Perhaps the answer kept for that key, to a try before somebody mended the reason.
        outcome = _create(job, item, uuid.uuid4())
    if outcome.status is OutcomeStatus.WRITTEN and outcome.record is not None:
        return outcome.record
    fault = outcome.fault or Fault(Category.OUTCOME_UNKNOWN, "custom_item", "No answer came.")
    if outcome.status is OutcomeStatus.REFUSED:
        message = f"“{item.name}” could not be made: {fault.message}"
        raise Misconfigured(Fault(Category.CONFIGURATION, fault.code, message, raw=fault.raw))
    # The next run finds it by its name, or sends the same key again.
    raise RetryLater(fault, TRY_AGAIN_SECONDS)


def _create(job: Job, item: CustomItem, key: uuid.UUID) -> Outcome:
    chosen = job.sync.settings
    given = {field: chosen[name] for name, field in item.settings.items() if chosen.get(name)}
    fields = {item.key: item.name, **given, **item.fields}
    operation = Operation(str(key), OperationKind.CREATE, fields=fields)
    with job.calling(Side.RIGHT) as end:
        batch = Batch(str(key), (operation,))
        (outcome,) = end.connector.write(item.object_type, batch, [item.key])
    return outcome
