"""Failures to look back on: each from the first refusal until it went away, with how it did.

A record has an open failure exactly while `first_failed_at` is set: also while it is tried again
or waits for its parent, for until it is in sync or left out nothing is mended.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from integrations.contract import RecordState
from syncs import clock
from syncs.causes import Woken
from syncs.engine.terms import ExcludeReason
from syncs.models import (
    Activity,
    ActivityAction,
    ConfigurationChange,
    Failure,
    Outcome,
    Status,
    SyncRecord,
)
from syncs.stores import update_rows

_OVER = frozenset({Status.IN_SYNC, Status.EXCLUDED, Status.UNLINKED})
_BY_WAKING: Mapping[str, Outcome] = {
    Woken.SOURCE: Outcome.SOURCE,
    Woken.PARENT: Outcome.PARENT,
    Woken.CONFIGURATION: Outcome.CONFIGURATION,
    Woken.RETRIED: Outcome.RETRIED,
    Woken.DECIDED: Outcome.DECIDED,
    Woken.EXCLUDED: Outcome.DECIDED,
}
_GONE = frozenset({ExcludeReason.GONE, ExcludeReason.ARCHIVED, ExcludeReason.VOIDED})
_BY_PEOPLE = frozenset({Woken.RETRIED, Woken.DECIDED, Woken.EXCLUDED})
_WISHES = (ActivityAction.RETRIED, ActivityAction.CHANGED, ActivityAction.UNLINKED)


class Before(NamedTuple):
    """What a record said of its failure before it was settled."""

    has_open: bool
    cause: str
    reason: str


@dataclass(slots=True)
class Episodes:
    """Follows records while they are settled; `store` opens, renews and closes their failures."""

    now: datetime
    _before: dict[int, Before] = field(default_factory=dict)

    def watch(self, row: SyncRecord) -> None:
        """Remember how the record stood; to be called before its first change."""
        if row.pk not in self._before:
            is_open = row.first_failed_at is not None
            self._before[row.pk] = Before(is_open, row.cause, row.reason)

    def store(self, rows: Mapping[int, SyncRecord]) -> None:
        began: list[SyncRecord] = []
        renewed: list[SyncRecord] = []
        over: list[SyncRecord] = []
        for pk, before in self._before.items():
            row = rows[pk]
            if row.status == Status.FAILING and not before.has_open:
                began.append(row)
            elif row.status == Status.FAILING and before[1:] != (row.cause, row.reason):
                renewed.append(row)
            elif before.has_open and row.status in _OVER:
                over.append(row)
        open_failures(began)
        _renew(renewed)
        _close(over, self.now)


def open_failures(rows: Iterable[SyncRecord]) -> None:
    """One open failure for each of these; whoever has one keeps it."""
    failures = [
        Failure(
            tenant_id=row.tenant_id,
            sync_id=row.sync_id,
            record_id=row.pk,
            opened_at=row.first_failed_at or clock.now(),
            **_facts(row),
        )
        for row in rows
    ]
    if failures:
        Failure.objects.bulk_create(failures, batch_size=500, ignore_conflicts=True)


def hand_over_failures(heirs: Mapping[int, int]) -> None:
    """The rows that go hand what they failed for to those that stay; what is open ends here."""
    ids = Failure.objects.filter(record_id__in=heirs).values_list("pk", "record_id", "closed_at")
    found = list(ids)
    if not found:
        return
    woken = SyncRecord.objects.filter(pk__in={row[1] for row in found})
    chosen = set(woken.filter(woken_by=Woken.DECIDED).values_list("pk", flat=True))
    now = clock.now()
    for outcome in (Outcome.DECIDED, Outcome.PASSED):
        wanted = outcome is Outcome.DECIDED
        pks = [pk for pk, record, closed in found if not closed and (record in chosen) is wanted]
        Failure.objects.filter(pk__in=pks).update(closed_at=now, outcome=outcome)
    update_rows(Failure, ("record",), [(heirs[record], pk) for pk, record, _ in found])


def _renew(rows: Collection[SyncRecord]) -> None:
    """The last of its faults counts."""
    if not rows:
        return
    by_record = {row.pk: row for row in rows}
    found = Failure.objects.filter(record_id__in=by_record, closed_at=None)
    known = dict(found.values_list("record_id", "pk"))
    update_rows(
        Failure,
        ("category", "code", "reason", "cause"),
        [(*_facts(by_record[record]).values(), pk) for record, pk in known.items()],
    )
    open_failures(row for row in rows if row.pk not in known)


def _facts(row: SyncRecord) -> dict[str, str]:
    return {
        "category": row.category,
        "code": row.details.get("code", "")[:100],
        "reason": row.reason,
        "cause": row.cause,
    }


def _close(rows: Collection[SyncRecord], now: datetime) -> None:
    if not rows:
        return
    people = _who_asked([row.pk for row in rows if row.woken_by in _BY_PEOPLE])
    people |= _who_configured([row for row in rows if row.woken_by == Woken.CONFIGURATION])
    groups: dict[tuple[Outcome, int | None], list[int]] = {}
    for row in rows:
        groups.setdefault((_outcome(row), people.get(row.pk)), []).append(row.pk)
    for (outcome, by_id), ids in groups.items():
        open_ones = Failure.objects.filter(record_id__in=ids, closed_at=None)
        open_ones.update(closed_at=now, outcome=outcome, by_id=by_id)


def _outcome(row: SyncRecord) -> Outcome:
    if row.status == Status.IN_SYNC:
        return _BY_WAKING.get(row.woken_by, Outcome.PASSED)
    exclusion = row.details.get("exclusion", "")
    if exclusion == ExcludeReason.RESOLVED:
        return Outcome.RESOLVED
    if exclusion in _GONE or RecordState.GONE in (row.left_state, row.right_state):
        return Outcome.GONE
    if row.status == Status.UNLINKED:
        return Outcome.DECIDED if row.woken_by == Woken.DECIDED else Outcome.GONE
    return Outcome.EXCLUDED


def _who_asked(record_ids: Collection[int]) -> dict[int, int]:
    """By record, who last asked for something with it; nobody where it was not noted."""
    if not record_ids:
        return {}
    asked = Activity.objects.filter(
        record_id__in=record_ids, action__in=_WISHES, by__isnull=False
    ).order_by("pk")
    return {record: by for record, by in asked.values_list("record_id", "by_id") if by}


def _who_configured(rows: Collection[SyncRecord]) -> dict[int, int]:
    """By record, who last changed the settings of its sync; settled rows are of one sync."""
    if not rows:
        return {}
    sync_id = next(iter(rows)).sync_id
    last = ConfigurationChange.objects.filter(sync_id=sync_id).order_by("-pk").first()
    return {} if last is None or last.by_id is None else {row.pk: last.by_id for row in rows}
