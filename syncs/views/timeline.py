"""What happened to a record, as plain values for its page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from syncs import faults
from syncs.causes import words_of
from syncs.engine.terms import Side
from syncs.fault_terms import Words
from syncs.models import Activity, ActivityAction, Failure, SyncRecord
from syncs.views.ends import Ends, Link, shown, with_names

# So many at once; older ones are asked for.
SHOWN = 30
FAILURES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ChangeRow:
    side: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ActivityRow:
    title: str
    at: datetime
    by: str
    message: str
    changes: tuple[ChangeRow, ...]
    correlation_id: str
    # Said by a person, to others.
    is_note: bool
    run: Link | None
    # The calls to the provider with that correlation id.
    calls_url: str


@dataclass(frozen=True, slots=True)
class Timeline:
    rows: tuple[ActivityRow, ...]
    # Older ones begin before this activity; 0: there are none.
    older: int


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One time that it failed, from the first refusal until it went away."""

    title: str
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    how: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Failures:
    rows: tuple[FailureRow, ...]
    older: int


def timeline(record: SyncRecord, ends: Ends, *, before: int = 0, calls: bool = False) -> Timeline:
    """The newest first; `calls` when the reader may see the log of calls."""
    found = record.activities.select_related("by", "run").order_by("-id")
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found[: SHOWN + 1])
    older = rows[SHOWN - 1].pk if len(rows) > SHOWN else 0
    told = (_row(record, activity, ends, calls=calls) for activity in rows[:SHOWN])
    return Timeline(tuple(told), older)


def _row(record: SyncRecord, activity: Activity, ends: Ends, *, calls: bool) -> ActivityRow:
    return ActivityRow(
        title=_activity_title(activity, ends),
        at=activity.at,
        by=str(activity.by or ""),
        message=_message(record, activity),
        changes=tuple(_changes(activity, ends)),
        correlation_id=activity.correlation_id,
        is_note=activity.action == ActivityAction.NOTED,
        run=_run(activity),
        calls_url=_calls_url(activity.correlation_id) if calls else "",
    )


def _run(activity: Activity) -> Link | None:
    if activity.run is None:
        return None
    return Link(str(activity.run), reverse("admin:syncs_run_change", args=[activity.run_id]))


def _calls_url(correlation_id: str) -> str:
    if not correlation_id:
        return ""
    address = reverse("admin:integrations_callrecord_changelist")
    return f"{address}?{urlencode({'q': correlation_id})}"


def _message(record: SyncRecord, activity: Activity) -> str:
    """What the engine said names the providers; what people and providers said stays."""
    is_ours = activity.action == ActivityAction.FAILED
    return with_names(record, activity.message) if is_ours else activity.message


def _activity_title(activity: Activity, ends: Ends) -> str:
    title = str(activity.get_action_display())
    if not activity.side:
        return title
    place = _("in %(provider)s") % {"provider": ends.name(Side(activity.side))}
    return f"{title} {place}"


def _changes(activity: Activity, ends: Ends) -> Iterable[ChangeRow]:
    for change in activity.changes:
        side = Side(change["side"])
        label = ends.label(side, [change["field"]])
        before, after = shown(change.get("before")), shown(change.get("after"))
        yield ChangeRow(ends.name(side), label, before, after)


# --- failures -------------------------------------------------------------------------------------


def newest_failures(record: SyncRecord, *, before: int = 0) -> list[Failure]:
    """One more than is shown, so that it is known whether there are older ones."""
    found = record.failures.select_related("by").order_by("-id")
    if before:
        found = found.filter(pk__lt=before)
    return list(found[: FAILURES_SHOWN + 1])


def failures(record: SyncRecord, found: list[Failure]) -> Failures:
    older = found[FAILURES_SHOWN - 1].pk if len(found) > FAILURES_SHOWN else 0
    return Failures(tuple(_failures(record, found[:FAILURES_SHOWN])), older)


def _failures(record: SyncRecord, found: Iterable[Failure]) -> Iterator[FailureRow]:
    for one in found:
        yield FailureRow(
            title=str(_words(record, one)),
            reason=with_names(record, one.reason),
            opened_at=one.opened_at,
            closed_at=one.closed_at,
            how=str(one.get_outcome_display()),
            by=str(one.by or ""),
            note=one.note,
        )


def _words(record: SyncRecord, one: Failure) -> Words:
    if one.cause:
        return words_of(one.cause, record.sync).title
    return faults.explain(one.category, code=one.code).title
