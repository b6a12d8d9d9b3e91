"""Pieces that several pages show alike: status labels, reasons with their explanation, ages."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from syncs.models import Status, SyncRecord
from syncs.selection import object_types
from syncs.views.ends import reason_of
from syncs.views.list_filters import object_words
from syncs.views.money import told
from syncs.views.record import explanation_of, is_at_fault

# Colours of the theme's labels.
STATUS_COLOURS = {
    Status.IN_SYNC: "success",
    Status.FAILING: "danger",
    Status.WAITING: "warning",
    Status.PENDING: "info",
}
NOTHING = "—"
JUST_NOW = timedelta(minutes=1)


def label(text: Any, colour: str = "") -> SafeString:
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": colour})


def status_cell(record: SyncRecord) -> SafeString:
    """The status as a coloured label."""
    status = Status(record.status)
    return label(status.label, STATUS_COLOURS.get(status, ""))


def names_cell(record: SyncRecord) -> SafeString:
    """Both names, once when they are the same."""
    names = [name for name in (record.left_title, record.right_title) if name]
    context = {
        "first": names[0] if names else (record.left_id or record.right_id),
        "second": names[1] if len(set(names)) > 1 else "",
    }
    return render_to_string("syncs/cells/names.html", context)


def reason_cell(record: SyncRecord) -> SafeString | str:
    """Why it is in this state; the category explains itself on hover and on focus."""
    if not is_at_fault(record):
        told = "" if record.status == Status.IN_SYNC else record.reason
        return cut(told) if told else NOTHING
    told = reason_of(record)
    context = {"record": record, "explanation": explanation_of(record), "reason": told}
    return render_to_string("syncs/cells/reason.html", context)


def cut(text: str) -> SafeString:
    """One line of text; what does not fit shows on hover."""
    return format_html('<span class="saldo-cut" title="{0}">{0}</span>', text)


def subtle(text: str) -> SafeString:
    """A second line under what a cell says."""
    if not text:
        return SafeString("")
    return format_html('<span class="saldo-cut saldo-subtle" title="{0}">{0}</span>', text)


def age_cell(moment: datetime | None) -> SafeString | str:
    """How long ago, with the exact time on hover."""
    if moment is None:
        return NOTHING
    return render_to_string("syncs/cells/age.html", {"moment": moment, "age": age(moment)})


def age(moment: datetime) -> str:
    if timezone.now() - moment < JUST_NOW:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


# --- the columns of the record list ---------------------------------------------------------------

type Draw = Callable[[SyncRecord], SafeString | str]


def record_cell(record: SyncRecord) -> SafeString:
    """Both names and both ids."""
    ids = " · ".join(part for part in (record.left_id, record.right_id) if part)
    return names_cell(record) + subtle(ids)


def object_cell(record: SyncRecord) -> SafeString:
    """What it is on the left, and on the right where that has another name."""
    kinds = dict.fromkeys(object_words(kind) for kind in object_types(record.sync.recipe))
    return cut(" → ".join(kinds))


def state_cell(record: SyncRecord) -> SafeString:
    """The status, and until when somebody wants to hear nothing of it."""
    until = record.snoozed_until
    if until is None or until <= timezone.now():
        return status_cell(record)
    note = _("snoozed until %(day)s") % {"day": f"{until:%Y-%m-%d}"}
    return status_cell(record) + format_html('<span class="saldo-subtle">{}</span>', note)


def amount_cell(record: SyncRecord) -> str:
    return NOTHING if record.amount is None else told(record.amount, record.currency)


def assignee_cell(record: SyncRecord) -> SafeString | str:
    """Whose turn it is, and by when."""
    person = cut(str(record.assignee)) if record.assignee else NOTHING
    return person + day_cell(record.due_on) if record.due_on else person


def day_cell(day: date | None) -> SafeString | str:
    """A day by which something is to be done; one that has passed is marked."""
    if day is None:
        return NOTHING
    if day >= timezone.now().date():
        return format_html('<span class="saldo-nowrap">{}</span>', day.isoformat())
    late = _("overdue")
    return format_html('<span class="saldo-overdue">{} <small>{}</small></span>', day, late)


def moment_cell(moment: datetime | None) -> SafeString | str:
    if moment is None:
        return NOTHING
    return format_html('<span class="saldo-nowrap">{}</span>', f"{moment:%Y-%m-%d %H:%M}")


def company_cell(record: SyncRecord) -> SafeString:
    """The sync, and whose it is."""
    return cut(record.sync.name) + subtle(record.tenant.name)


CELLS: dict[str, Draw] = {
    "names": record_cell,
    "left_id": lambda record: cut(record.left_id) if record.left_id else NOTHING,
    "right_id": lambda record: cut(record.right_id) if record.right_id else NOTHING,
    "object": object_cell,
    "status": state_cell,
    "category": reason_cell,
    "reason": lambda record: reason_of(record) or NOTHING,
    "amount": amount_cell,
    "currency": lambda record: record.currency or NOTHING,
    "age": lambda record: age_cell(record.first_failed_at),
    "first_failed_at": lambda record: moment_cell(record.first_failed_at),
    "last_attempt_at": lambda record: age_cell(record.last_attempt_at),
    "assignee": assignee_cell,
    "due_on": lambda record: day_cell(record.due_on),
    "snoozed_until": lambda record: moment_cell(record.snoozed_until),
    "attempts": lambda record: str(record.attempts),
    "synced_at": lambda record: age_cell(record.synced_at),
    "sync": lambda record: cut(record.sync.name),
    "tenant": lambda record: cut(record.tenant.name),
}
