"""What became of records: status, reason, bases and activities, stored many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import override

from integrations.contract import Category, Fault
from syncs import clock, sides
from syncs.backoff import next_try
from syncs.causes import Woken, cause_of, fingerprint
from syncs.engine.terms import (
    Candidate,
    Condition,
    Exclude,
    ExcludeReason,
    Fail,
    FieldChange,
    FieldConflict,
    FieldLock,
    RecordView,
    ReferenceKey,
    Side,
    SideView,
    Wait,
)
from syncs.engine.values import encode
from syncs.episodes import Episodes
from syncs.faults import EXCLUSIONS
from syncs.models import Activity, ActivityAction, Intent, Status, SyncRecord
from syncs.runlog import RunLog
from syncs.stores import insert_rows, settle_rows
from syncs.worth import Scales

# Tried again by itself; everything else waits until something changed.
PASSING = frozenset({Category.TRANSIENT, Category.RATE_LIMITED, Category.OUTCOME_UNKNOWN})
# So often in a row a record may ask for another look at once; then it backs off.
MOST_AT_ONCE = 3
TEXT_LENGTH = 4000

CALM: dict[str, Any] = {
    "category": "",
    "reason": "",
    "details": {},
    "cause": "",
    "attempts": 0,
    "first_failed_at": None,
    "due_at": None,
    "parent_type": "",
    "parent_id": "",
    "parent_right_type": "",
    "crashes": 0,
}
# What people had planned for a record that failed, once it is in sync.
_DONE: dict[str, Any] = {
    "resolved_fault": "",
    "assignee_id": None,
    "due_on": None,
    "snoozed_until": None,
}


@dataclass(slots=True)
class Settlement:
    """Collects what became of records; `store` writes it. Needs a fenced transaction."""

    log: RunLog
    now: datetime = field(default_factory=clock.now)
    _rows: dict[int, SyncRecord] = field(default_factory=dict)
    _dirty: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    _activities: list[tuple[Any, ...]] = field(default_factory=list)
    _answered: list[int] = field(default_factory=list)
    _before: dict[int, str] = field(default_factory=dict)
    _episodes: Episodes = field(init=False)

    def __post_init__(self) -> None:
        self._episodes = Episodes(self.now)

    # What a record is now.

    def in_sync(self, row: SyncRecord) -> None:
        if row.status in (Status.FAILING, Status.WAITING):
            self.tell(row, ActivityAction.AGREED)
        self._become(row, Status.IN_SYNC, {"synced_at": self.now, **_DONE})

    def again(self, row: SyncRecord, reason: str) -> None:
        """Look once more at once; after some times in a row, later and later."""
        attempts = row.attempts + 1
        due_at = self.now if attempts < MOST_AT_ONCE else next_try(attempts, self.now)
        changes = {"attempts": attempts, "due_at": due_at, "reason": reason}
        self._become(row, Status.PENDING, changes | _unmended(row))

    def later(self, row: SyncRecord, reason: str) -> None:
        """Nothing was done; due again after a pause."""
        attempts = row.attempts + 1
        changes = {
            "attempts": attempts,
            "due_at": next_try(attempts, self.now),
            "reason": reason,
            "category": Category.TRANSIENT.value,
        }
        self._become(row, Status.PENDING, changes | _unmended(row))

    def checking(self, row: SyncRecord) -> None:
        """Sent, and nobody knows whether it happened; the intent says what to ask."""
        reason = "Sent, checking: the answer got lost."
        changes = {
            "category": Category.OUTCOME_UNKNOWN.value,
            "reason": reason,
            "attempts": row.attempts,
        }
        self._become(row, Status.PENDING, changes | _unmended(row))
        self.tell(row, ActivityAction.SENT, message=reason)

    def exclude(self, row: SyncRecord, plan: Exclude, parent: ReferenceKey | None = None) -> None:
        """Left out; with a parent, until that one moves."""
        unlinked = plan.reason is ExcludeReason.UNLINKED
        details: dict[str, Any] = {"exclusion": plan.reason.value}
        if plan.clause is not None:
            details["clause"] = _clause(plan.clause)
        reason = exclusion_in_english(plan.reason)
        was_known = row.status not in (Status.PENDING, Status.EXCLUDED, Status.UNLINKED)
        status = Status.UNLINKED if unlinked else Status.EXCLUDED
        changes = {"reason": reason, "details": details}
        if parent is not None:
            changes |= _parent(parent.object_type, parent.id, parent.right_type)
        self._become(row, status, changes)
        if was_known:
            self.tell(row, ActivityAction.EXCLUDED, message=reason)

    def unlinked(self, row: SyncRecord) -> None:
        reason = exclusion_in_english(ExcludeReason.UNLINKED)
        details = {"exclusion": ExcludeReason.UNLINKED.value}
        self._become(row, Status.UNLINKED, {"reason": reason, "details": details})

    def wait(self, row: SyncRecord, plan: Wait) -> None:
        reason = f"Waits for {plan.object_type} {plan.title or plan.parent_id}."
        changes = {
            "reason": reason,
            # It may have failed before: until it is in sync nothing is mended.
            "first_failed_at": row.first_failed_at,
            **_parent(plan.object_type, plan.parent_id, plan.right_type),
            "details": {"parent": {"type": plan.object_type, "id": plan.parent_id}},
        }
        is_news = row.status != Status.WAITING
        self._become(row, Status.WAITING, changes)
        if is_news:
            self.tell(row, ActivityAction.WAITING, message=reason)

    def fail(
        self,
        row: SyncRecord,
        plan: Fail,
        *,
        side: str = "",
        sent: bool = False,
        parent: ReferenceKey | None = None,
    ) -> None:
        """The record is at fault; `sent` when a provider refused it and not we ourselves."""
        fault = plan.fault
        reason = fault.message[:TEXT_LENGTH]
        known = row.status == Status.FAILING and row.reason == reason
        attempts = row.attempts + 1
        due_at = next_try(attempts, self.now) if fault.category in PASSING else None
        cause = cause_of(fault, parent)
        if row.resolved_fault and row.resolved_fault == fingerprint(cause):
            self._become(row, Status.EXCLUDED, resolved_values(cause))
            return
        changes: dict[str, Any] = {
            "category": fault.category.value,
            "reason": reason,
            "details": _details(plan),
            "attempts": attempts,
            "first_failed_at": row.first_failed_at or self.now,
            "last_attempt_at": self.now,
            "due_at": due_at,
            "cause": cause,
            "resolved_fault": "",
        }
        if due_at is not None:
            changes["woken_by"] = Woken.CLOCK.value
        if fault.category is Category.PARENT_MISSING:
            named = (parent.object_type, parent.right_type) if parent else ("", "")
            changes |= _parent(named[0], fault.existing_id, named[1])
        self._become(row, Status.FAILING, changes)
        self.log.count("failed")
        if sent or not known:
            self.tell(row, ActivityAction.FAILED, side=side, fault=fault)

    # What happened to it.

    def tell(
        self,
        row: SyncRecord,
        action: ActivityAction,
        *,
        side: str = "",
        changes: Iterable[FieldChange] = (),
        fault: Fault | None = None,
        message: str = "",
    ) -> None:
        self._activities.append(
            (
                row.pk,
                action.value,
                side,
                [_change(change) for change in changes],
                fault.category.value if fault else "",
                fault.message[:TEXT_LENGTH] if fault else message,
                fault.correlation_id[:100] if fault else "",
            )
        )

    def hold(self, row: SyncRecord, view: RecordView) -> None:
        """Take over what is known of the record after its plan: bases and people's choices."""
        for side, known in ((Side.LEFT, view.left), (Side.RIGHT, view.right)):
            if known is not None:
                self._hold_side(row, side, known)
        self.change(
            row,
            partner_choice=view.partner_choice.value,
            partner_id=view.partner_id,
            resolutions={key: side.value for key, side in view.resolutions.items()},
        )
        if view.linked_before and row.linked_at is None:
            self.change(row, linked_at=self.now)

    def _hold_side(self, row: SyncRecord, side: Side, known: SideView) -> None:
        base = None if known.base is None else encode(known.base)
        self.change(
            row,
            **{
                sides.column(side, "base"): base,
                sides.column(side, "settled_state"): known.settled_state.value,
            },
        )

    def wrote(self, row: SyncRecord, side: Side) -> None:
        """The row was given what the provider answered on this side."""
        self._rows[row.pk] = row
        self._dirty[row.pk].update(sides.columns(side))
        self.change(row, last_attempt_at=self.now)
        self.weigh(row)

    def weigh(self, row: SyncRecord) -> None:
        """What it is worth may be another amount now that its sides changed."""
        worth = Scales(self.log.sync).record(row)
        self.change(row, amount=worth.amount, currency=worth.currency)

    def answered(self, row: SyncRecord) -> None:
        """The outcome of its create is known: the intent goes."""
        self._answered.append(row.pk)

    def change(self, row: SyncRecord, **values: Any) -> None:
        self._rows[row.pk] = row
        dirty = self._dirty[row.pk]
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
                dirty.add(name)

    def _become(self, row: SyncRecord, status: Status, changes: Mapping[str, Any]) -> None:
        self._before.setdefault(row.pk, row.status)
        self._episodes.watch(row)
        if row.status != status:
            self.change(row, status=status.value)
        self.change(row, **{**CALM, **changes})

    # Storing it.

    @property
    def changed_status(self) -> list[SyncRecord]:
        """The records that others may have waited for."""
        return [
            row for row in self._rows.values() if self._before.get(row.pk, row.status) != row.status
        ]

    def store(self) -> None:
        groups: dict[tuple[str, ...], list[SyncRecord]] = defaultdict(list)
        for pk, row in self._rows.items():
            names = tuple(sorted(self._dirty[pk] - {"due_at"}))
            groups[names].append(row)
        for names, rows in groups.items():
            settle_rows(names, sorted(rows, key=lambda row: row.pk))
        self._store_activities()
        self._episodes.store(self._rows)
        if self._answered:
            Intent.objects.filter(record_id__in=self._answered).delete()

    def _store_activities(self) -> None:
        if not self._activities:
            return
        row = next(iter(self._rows.values()))
        insert_rows(
            Activity,
            _TOLD,
            ((*told, self.now) for told in self._activities),
            {"tenant": row.tenant_id, "sync": row.sync_id, "run": self.log.run_id},
        )


_TOLD = ("record", "action", "side", "changes", "category", "message", "correlation_id", "at")


def _parent(object_type: str, parent_id: str, right_type: str) -> dict[str, Any]:
    return {
        "parent_type": object_type,
        "parent_id": parent_id,
        "parent_right_type": right_type,
    }


def _unmended(row: SyncRecord) -> dict[str, Any]:
    """What a record that failed still says while it is tried again."""
    return {"first_failed_at": row.first_failed_at, "cause": row.cause}


def _change(change: FieldChange) -> dict[str, Any]:
    shown = encode({"before": change.before, "after": change.after})
    return {"field": change.field, "side": change.side.value, **shown}


def _clause(clause: Condition) -> dict[str, Any]:
    told = {
        "field": clause.field,
        "operator": clause.operator.value,
        "values": list(clause.values),
        "fixed": clause.fixed,
    }
    return told | ({"setting": clause.setting} if clause.setting else {})


def _details(plan: Fail) -> dict[str, Any]:
    fault = plan.fault
    named = {
        "code": fault.code,
        "field": fault.field,
        "existing_id": fault.existing_id,
        "correlation_id": fault.correlation_id,
        "raw": fault.raw[:TEXT_LENGTH],
        "candidates": [_candidate(candidate) for candidate in plan.candidates],
        "conflicts": [_conflict(conflict) for conflict in plan.conflicts],
        "locks": [_lock(lock) for lock in plan.locks],
    }
    return {name: value for name, value in named.items() if value}


def _candidate(candidate: Candidate) -> dict[str, str]:
    return {
        "id": candidate.id,
        "title": candidate.title,
        "rule": candidate.rule,
        "value": candidate.value,
        "linked_to": candidate.linked_to,
    }


def _conflict(conflict: FieldConflict) -> dict[str, Any]:
    shown = encode({"left": conflict.left, "right": conflict.right})
    return {"mapping": conflict.mapping, **shown}


def _lock(lock: FieldLock) -> dict[str, Any]:
    shown = encode({"agreed": lock.agreed, "now": lock.now})
    return {"mapping": lock.mapping, "side": lock.side.value, "field": lock.field, **shown}


def resolved_values(cause: str) -> dict[str, Any]:
    """The columns of a record whose fault somebody called dealt with."""
    return {
        "reason": exclusion_in_english(ExcludeReason.RESOLVED),
        "details": {"exclusion": ExcludeReason.RESOLVED.value},
        "resolved_fault": fingerprint(cause),
    }


def exclusion_in_english(reason: ExcludeReason) -> str:
    """Stored text is English; screens translate by the code in `details`."""
    with override("en"):
        return str(EXCLUSIONS[reason])
