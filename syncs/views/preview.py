"""The preview as plain values: what the next run would do, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from syncs import services
from syncs.engine.terms import (
    Agree,
    Archive,
    Create,
    Exclude,
    Fail,
    FieldChange,
    Link,
    Plan,
    Restore,
    Unlink,
    Update,
    Wait,
)
from syncs.faults import EXCLUSIONS
from syncs.models import Sync
from syncs.views.ends import Ends, ends_of, shown
from syncs.views.timeline import ChangeRow

ROWS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PreviewRow:
    title: str
    url: str
    does: str
    changes: tuple[ChangeRow, ...]
    why: str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """What would happen to some records; those that stay as they are, are only counted."""

    rows: tuple[PreviewRow, ...]
    stay: int
    problem: str


def preview_page(sync: Sync) -> PreviewPage:
    """The records that are due first; when none is, the newest ones."""
    due = sync.records.exclude(due_at=None).order_by("due_at", "pk")[:ROWS_SHOWN]
    return previewed_page(sync, services.preview(sync, ROWS_SHOWN, records=list(due) or None))


def previewed_page(sync: Sync, found: services.Preview) -> PreviewPage:
    """Plans in words."""
    ends = ends_of(sync)
    moving = [item for item in found.items if not isinstance(item.plan, Agree | Exclude)]
    rows = tuple(preview_row(item, ends) for item in moving)
    return PreviewPage(rows, len(found.items) - len(rows), " ".join(found.problems))


def preview_row(item: services.Previewed, ends: Ends) -> PreviewRow:
    does, why = _told(item.plan, ends)
    return PreviewRow(
        title=str(item.record),
        url=reverse("admin:syncs_syncrecord_change", args=[item.record.pk]),
        does=does,
        changes=tuple(_changes(getattr(item.plan, "changes", ()), ends)),
        why=why,
    )


def _changes(changes: Iterable[FieldChange], ends: Ends) -> Iterable[ChangeRow]:
    for change in changes:
        label = ends.label(change.side, [change.field])
        before, after = shown(change.before), shown(change.after)
        yield ChangeRow(ends.name(change.side), label, before, after)


def _told(plan: Plan, ends: Ends) -> tuple[str, str]:  # noqa: C901, PLR0911  # a line a kind
    """What it does, and why, in words."""
    match plan:
        case Create(side=side):
            return _("create in %(provider)s") % {"provider": ends.name(side)}, ""
        case Update(changes=changes):
            places = {ends.name(change.side) for change in changes}
            return _("update %(providers)s") % {"providers": ", ".join(sorted(places))}, ""
        case Link(candidate=candidate):
            return _("link"), candidate.title
        case Archive(side=side):
            return _("archive in %(provider)s") % {"provider": ends.name(side)}, ""
        case Restore(side=side):
            return _("restore in %(provider)s") % {"provider": ends.name(side)}, ""
        case Unlink():
            return _("unlink"), ""
        case Exclude(reason=reason):
            return _("leave out"), str(EXCLUSIONS[reason])
        case Wait(title=title):
            return _("wait"), title
        case Fail(fault=fault):
            return _("fail"), fault.message
        case Agree():
            return _("nothing"), _("Both sides agree.")
