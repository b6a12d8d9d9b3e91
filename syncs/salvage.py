"""Storing read records one by one when storing them together failed.

One record that our program or the database cannot take must not stop a side for ever: it becomes
a failing record that says so, and the others of its page go on.
"""

import logging
import uuid
from collections.abc import Callable, Sequence

from django.db import Error, InterfaceError, OperationalError, transaction

from integrations.contract import Category, Fault, Record
from syncs import clock, sides
from syncs.causes import cause_of
from syncs.claims import MOST_CRASHES, ClaimLost
from syncs.engine.terms import Side
from syncs.episodes import open_failures
from syncs.jobs import Job
from syncs.models import Activity, ActivityAction, Status, SyncRecord

logger = logging.getLogger(__name__)

# Not the records' fault: all of them would fail alike.
NOT_OF_RECORDS = (ClaimLost, OperationalError, InterfaceError)
# So many that fail, and not one that does not, have a defect in common.
MOST_FAILING = 20
UNREADABLE = "Our own program could not take in this record. We have been told."
_UNREADABLE = Fault(Category.UNKNOWN, "unreadable", UNREADABLE)


def one_by_one(
    job: Job, side: Side, records: Sequence[Record], store: Callable[[Record], None]
) -> None:
    """Store each record by itself. Needs a transaction.

    Raises what the last one raised when many fail and none does not: that is no record's fault.
    """
    failed: list[Record] = []
    for record in records:
        try:
            with transaction.atomic():
                store(record)
        except NOT_OF_RECORDS:
            raise
        except Exception:
            logger.exception("A record of sync %s (%s) could not be stored.", job.sync.pk, side)
            failed.append(record)
            if len(failed) == len(records) and len(failed) > MOST_FAILING:
                raise
    for record in failed:
        _note(job, side, record)


def _note(job: Job, side: Side, record: Record) -> None:
    """Have the record's own row say so; one that cannot even be named is only in the log."""
    try:
        with transaction.atomic():
            _fail(job, side, record)
    except NOT_OF_RECORDS:
        raise
    except Error:
        logger.exception("Nor could it be noted as failing.")


def _fail(job: Job, side: Side, record: Record) -> None:
    now = clock.now()
    failing = {
        "status": Status.FAILING,
        "category": Category.UNKNOWN.value,
        "reason": UNREADABLE,
        "details": {"code": "unreadable"},
        "cause": cause_of(_UNREADABLE, None),
        "due_at": None,
        "last_attempt_at": now,
    }
    with sides.rows_with_ids(job.sync, side, [record.id]) as rows:
        row = rows.first()
    if row is not None and row.reason == UNREADABLE and row.status == Status.FAILING:
        return
    if row is None:
        # Never decided about, as nothing is known of it: tried again once it can be read.
        row = SyncRecord.objects.create(
            tenant_id=job.sync.tenant_id,
            sync=job.sync,
            key=uuid.uuid4(),
            born=side.value,
            crashes=MOST_CRASHES,
            first_failed_at=now,
            **{sides.column(side, "id"): record.id},
            **failing,
        )
    else:
        failing["first_failed_at"] = row.first_failed_at or now
        SyncRecord.objects.filter(pk=row.pk).update(**failing)
        row.refresh_from_db()
    open_failures([row])
    Activity.objects.create(
        tenant_id=row.tenant_id,
        sync_id=row.sync_id,
        record=row,
        run_id=job.log.run_id,
        at=now,
        action=ActivityAction.FAILED,
        category=Category.UNKNOWN.value,
        message=UNREADABLE,
    )
