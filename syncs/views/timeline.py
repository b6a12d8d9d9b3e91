"""What happened to a record, as plain values for its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from syncs.engine.terms import Side
from syncs.models import Activity, ActivityAction, SyncRecord
from syncs.views.ends import Ends, shown, with_names

ACTIVITIES_SHOWN = 100


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


def activities(record: SyncRecord, ends: Ends) -> Iterable[ActivityRow]:
    found = record.activities.select_related("by").order_by("-id")[:ACTIVITIES_SHOWN]
    for activity in found:
        yield ActivityRow(
            title=_activity_title(activity, ends),
            at=activity.at,
            by=str(activity.by or ""),
            message=_message(record, activity),
            changes=tuple(_changes(activity, ends)),
            correlation_id=activity.correlation_id,
        )


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
