"""Reading a side: its changes are stored page by page, and whatever changed becomes due.

Nothing is decided here. A page's records and the cursor behind them are stored in one transaction,
so a worker may die anywhere: the next one goes on from the last stored page.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from accounts.tenancy import TenantQuerySet
from integrations.contract import Page, Record, RecordState
from integrations.models import WebhookEvent
from syncs import clock, sides
from syncs.causes import Woken
from syncs.engine.matching import keys
from syncs.engine.terms import Side
from syncs.engine.values import Json, encode
from syncs.hints import read_all_known, read_unseen
from syncs.jobs import Job
from syncs.merges import move_links
from syncs.models import Sync, SyncRecord
from syncs.salvage import NOT_OF_RECORDS, one_by_one
from syncs.stores import (
    delete_match_values,
    insert_match_values,
    insert_rows,
    replace_match_values,
    update_rows,
)
from syncs.sweeps import next_look
from syncs.worth import COLUMNS, Scales

logger = logging.getLogger(__name__)

# Of a record that changed; what somebody called dealt with is another matter from then on.
_CHANGED = (
    f"touched = touched + 1, crashes = 0, woken_by = '{Woken.SOURCE.value}', resolved_fault = ''"
)
# Hints that one run follows; the next run goes on behind them.
MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a record on the side being read, as far as a comparison needs it."""

    pk: int
    digest: str
    version: str
    state: str
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Read:
    """A record as it was answered, encoded once."""

    record: Record
    encoded: dict[str, Json]
    digest: str


@dataclass(slots=True)
class Sorted:
    """A page's records by what has to be done about them."""

    new: list[Read] = field(default_factory=list)
    changed: list[tuple[Known, Read]] = field(default_factory=list)
    # Only what we do not sync changed, but the version counts when we write.
    renewed: list[tuple[Known, Record]] = field(default_factory=list)
    gone: list[Known] = field(default_factory=list)


def read_side(job: Job, side: Side) -> bool:
    """Read the side until its feed is caught up; False when the budget ended first."""
    cursor = _start(job, side)
    while True:
        with job.calling(side) as end:
            page = end.connector.changes(end.object_type.name, cursor, end.fields)
        was_complete = getattr(job.sync, f"{side}_complete_until") is not None
        progress = _progress(job, side, page)
        # Read whole once more: what is not there any more was in none of the pages.
        is_whole = was_complete and progress.get(f"{side}_read_at") is not None
        _store(job, side, page.records, progress=progress, is_whole=is_whole, anew=page.anew)
        cursor = page.cursor
        if not page.more:
            job.looked[side] = clock.now()
            return True
        if job.budget.is_spent:
            return False


def read_events(job: Job, side: Side) -> None:
    """Read the records that webhooks pointed to; quicker than the feed, which may lag behind.

    Each sync remembers by itself how far it has come, as several may look at one object type.
    """
    end = job.end(side)
    found = list(open_events(job.sync, side, end.connection.pk, end.object_type.name))
    moved = {event.record_id: event.merged_into for event in found if event.merged_into}
    wanted = sorted({event.record_id for event in found} | set(moved.values()))
    for start in range(0, len(wanted), end.object_type.read_batch):
        ids = wanted[start : start + end.object_type.read_batch]
        with job.calling(side):
            records = end.connector.read(end.object_type.name, ids, end.fields)
        _store(job, side, records, moved=moved)
    if found:
        _remember(job, side, found)


def open_events(
    sync: Sync, side: Side, connection_id: int, object_type: str
) -> TenantQuerySet[WebhookEvent]:
    """The hints that this sync has not followed yet, the oldest first, a bounded number."""
    passed = getattr(sync, f"{side}_event")
    events = WebhookEvent.objects.filter(
        connection_id=connection_id, object_type=object_type, pk__gt=passed
    )
    return events.order_by("pk")[:MOST_EVENTS]


def _remember(job: Job, side: Side, found: Sequence[WebhookEvent]) -> None:
    last = found[-1].pk
    with job.claim.fenced(**{f"{side}_event": last}):
        ids = [event.pk for event in found]
        WebhookEvent.objects.filter(pk__in=ids, handled_at=None).update(handled_at=clock.now())
    setattr(job.sync, f"{side}_event", last)


def _start(job: Job, side: Side) -> str:
    """Where to go on; from the beginning when a mapping needs fields that were never read."""
    if job.sync.stored_fields(side).issuperset(job.end(side).fields):
        return job.sync.cursor(side)
    return ""


def _progress(job: Job, side: Side, page: Page) -> dict[str, object]:
    """What the sync's row says of this side once the page is stored."""
    now = clock.now()
    sync = job.sync
    changes: dict[str, object] = {
        "cursor": page.cursor,
        "more": page.more,
        "fields": list(job.end(side).fields),
    }
    if not sync.stored_fields(side).issuperset(job.end(side).fields):
        changes["read_at"] = None
    if not page.more:
        changes["complete_until"] = page.complete_until or now
        changes["due_at"] = next_look(job.end(side).connection, now)
        if changes.get("read_at", getattr(sync, f"{side}_read_at")) is None:
            changes["read_at"] = now
    named = {sides.column(side, name): value for name, value in changes.items()}
    for name, value in named.items():
        setattr(sync, name, value)
    return named | {"next_run_at": next_run(sync.left_due_at, sync.right_due_at)}


def next_run(left: datetime | None, right: datetime | None) -> datetime | None:
    """When the first of both sides is looked at again; None is at once."""
    return None if left is None or right is None else min(left, right)


def _store(
    job: Job,
    side: Side,
    records: Sequence[Record],
    *,
    progress: Mapping[str, object] | None = None,
    moved: dict[str, str] | None = None,
    is_whole: bool = False,
    anew: bool = False,
) -> None:
    """Store records and progress in one transaction, whatever is wrong with one of them."""
    before = job.log.totals.copy()

    def look_for_the_missing() -> None:
        if is_whole:
            read_unseen(job.sync, side, job.end(side).fields)
        if anew:
            read_all_known(job.sync, side)

    try:
        with job.claim.fenced(**(progress or {})):
            store_records(job, side, records, moved)
            look_for_the_missing()
    except NOT_OF_RECORDS:
        raise
    except Exception:
        logger.exception("A page of sync %s is stored record by record.", job.sync.pk)
        job.log.roll_back(before)
        with job.claim.fenced(**(progress or {})):
            one_by_one(job, side, records, lambda record: store_records(job, side, [record], moved))
            look_for_the_missing()


def store_records(
    job: Job, side: Side, records: Iterable[Record], moved: dict[str, str] | None = None
) -> None:
    """Compare with what is stored, write what differs, and make it due. Needs a transaction."""
    # A feed may name a record twice; the later entry is the newer one.
    latest = {record.id: record for record in records}
    job.log.count(f"read_{side}", len(latest))
    merged = {old: record.id for record in latest.values() for old in record.merged_ids}
    merged |= {old: new for old, new in (moved or {}).items() if old != new}
    if merged:
        move_links(job, side, merged)
    keeps_lone = job.recipe.keeps_lone(side)
    found = _sort(latest.values(), _known(job, side, latest), keeps_lone=keeps_lone)
    _insert(job, side, found.new)
    _update(job, side, found.changed)
    _renew(side, found.renewed)
    _bury(job, side, found.gone)


def _known(job: Job, side: Side, ids: Iterable[str]) -> dict[str, Known]:
    kept = sides.columns(side, ("digest", "version", "state", "modified_at"))
    names = (sides.column(side, "id"), "pk", *kept)
    with sides.rows_with_ids(job.sync, side, ids) as rows:
        return {row[0]: Known(*row[1:]) for row in rows.values_list(*names)}


def _sort(records: Iterable[Record], known: dict[str, Known], *, keeps_lone: bool) -> Sorted:
    found = Sorted()
    for record in records:
        before = known.get(record.id)
        if record.state is RecordState.GONE:
            if before is not None and before.state != RecordState.GONE:
                found.gone.append(before)
            continue
        if before is None and not keeps_lone:
            continue
        encoded = encode(record.fields)
        read = Read(record, encoded, sides.fingerprint(encoded))
        if before is None:
            found.new.append(read)
        elif _is_older(record, before):
            continue
        elif read.digest != before.digest or record.state != before.state:
            found.changed.append((before, read))
        elif record.version != before.version:
            found.renewed.append((before, record))
    return found


def _is_older(record: Record, before: Known) -> bool:
    """A search index lags: it may still show what was there before our own last write."""
    if record.modified_at is None or before.modified_at is None:
        return False
    return record.modified_at < before.modified_at


def _insert(job: Job, side: Side, new: Sequence[Read]) -> None:
    if not new:
        return
    now = clock.now()
    scales = Scales(job.sync)
    is_weighed = scales.weighs(side)
    insert_rows(
        SyncRecord,
        ("key", "due_at", "created_at", *sides.columns(side), *(COLUMNS if is_weighed else ())),
        (
            (
                *(uuid.uuid4(), now, now),
                *sides.seen(read.record, read.encoded, read.digest),
                *(scales.side(side, read.encoded) if is_weighed else ()),
            )
            for read in new
        ),
        {"tenant": job.sync.tenant_id, "sync": job.sync.pk, "born": side.value},
    )
    job.log.count("changed", len(new))
    if job.spec.match_rules:
        known = _known(job, side, [read.record.id for read in new])
        found = ((known[read.record.id].pk, _keys(job, side, read)) for read in new)
        insert_match_values(job.sync, side, found)


def _update(job: Job, side: Side, changed: Sequence[tuple[Known, Read]]) -> None:
    if not changed:
        return
    now = clock.now()
    is_weighed, worths = _worths(job, side, changed)
    update_rows(
        SyncRecord,
        (*sides.columns(side), "due_at", *(COLUMNS if is_weighed else ())),
        (
            (*sides.seen(read.record, read.encoded, read.digest), now, *worth, before.pk)
            for (before, read), worth in zip(changed, worths, strict=True)
        ),
        also=_CHANGED,
    )
    job.log.count("changed", len(changed))
    found = [(before.pk, _keys(job, side, read)) for before, read in changed]
    replace_match_values(job.sync, side, found)


def _worths(
    job: Job, side: Side, changed: Sequence[tuple[Known, Read]]
) -> tuple[bool, Sequence[tuple[object, ...]]]:
    """What they are worth now; whether that side says anything of it."""
    scales = Scales(job.sync)
    if not scales.weighs(side):
        return False, [()] * len(changed)
    return True, scales.changed(side, [(before.pk, read.encoded) for before, read in changed])


def _renew(side: Side, renewed: Sequence[tuple[Known, Record]]) -> None:
    rows = [
        (
            record.version[: sides.VERSION_LENGTH],
            record.title[: sides.TITLE_LENGTH],
            sides.latest(before.modified_at, record.modified_at),
            before.pk,
        )
        for before, record in renewed
    ]
    update_rows(SyncRecord, sides.columns(side, ("version", "title", "modified_at")), rows)


def _bury(job: Job, side: Side, gone: Sequence[Known]) -> None:
    """The provider has them no more; what they held is kept for people to look at."""
    if not gone:
        return
    ids = [before.pk for before in gone]
    job.log.count("changed", len(ids))
    SyncRecord.objects.filter(pk__in=ids).update(
        due_at=clock.now(),
        touched=F("touched") + 1,
        woken_by=Woken.SOURCE,
        resolved_fault="",
        **{sides.column(side, "state"): RecordState.GONE},
    )
    delete_match_values(side, ids)


def _keys(job: Job, side: Side, read: Read) -> tuple[tuple[str, str], ...]:
    """The values by which a record may be found; only what is alive can be a partner."""
    if read.record.state is not RecordState.LIVE:
        return ()
    return keys(job.spec.match_rules, side, read.record.fields)
