"""Pieces that several pages show alike: status labels, reasons with their explanation, ages."""

from datetime import datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from syncs.models import Status, SyncRecord
from syncs.views.ends import reason_of
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


def age_cell(moment: datetime | None) -> SafeString | str:
    """How long ago, with the exact time on hover."""
    if moment is None:
        return NOTHING
    return render_to_string("syncs/cells/age.html", {"moment": moment, "age": age(moment)})


def age(moment: datetime) -> str:
    if timezone.now() - moment < JUST_NOW:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}
