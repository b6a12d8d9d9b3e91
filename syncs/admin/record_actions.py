"""The record page's buttons: each is posted, does one thing through a service, and comes back."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin_base import person_of
from accounts.permissions import Action
from accounts.tenancy import TenantQuerySet
from syncs import services
from syncs.engine.terms import Side
from syncs.models import SyncRecord
from syncs.recipes import recipe_of
from syncs.views.record_work import assignable, snooze_until
from syncs.views.sending import sending_words

if TYPE_CHECKING:
    from syncs.admin.records import SyncRecordAdmin

# Chooses one side for all fields of a conflict; no mapping has this key.
ALL = "*"

type Act = Callable[[HttpRequest, SyncRecord], str]
"""Does it and answers with the sentence that the person reads."""


def posted(model_admin: "SyncRecordAdmin", act: Act) -> Callable[..., HttpResponseBase]:
    """The view of one button: found, allowed and posted, or refused."""

    @wraps(act)
    def view(request: HttpRequest, object_id: str) -> HttpResponseBase:
        record = model_admin.object_or_404(request, object_id)
        if not model_admin.allows(request, Action.WORK_RECORDS, record):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            messages.success(request, act(request, record))
        except services.NotPossible as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:syncs_syncrecord_change", _row_that_stays(record).pk)

    return view


def _row_that_stays(record: SyncRecord) -> SyncRecord:
    """Of two records that will be linked the left one's row stays; the other's goes."""
    record.refresh_from_db()
    if record.left_id or not record.partner_id:
        return record
    rows = SyncRecord.objects.for_tenant(record.tenant_id).filter(sync_id=record.sync_id)
    return rows.filter(left_id=record.partner_id).first() or record


def retry(request: HttpRequest, record: SyncRecord) -> str:
    services.retry(_only(record), by=person_of(request))
    return _("It is tried again within a minute.")


def exclude(request: HttpRequest, record: SyncRecord) -> str:
    services.exclude(_only(record), by=person_of(request))
    return _("It is left out of the sync. Nothing was changed on either side.")


def include(request: HttpRequest, record: SyncRecord) -> str:
    services.include(_only(record), by=person_of(request))
    return _("It is part of the sync again and will be tried within a minute.")


def enrol(request: HttpRequest, record: SyncRecord) -> str:
    services.enrol_many(_only(record), by=person_of(request))
    return str(sending_words(recipe_of(record.sync.recipe)).done)


def unlink(request: HttpRequest, record: SyncRecord) -> str:
    services.unlink(record, by=person_of(request))
    return _("The two are no longer linked. Nothing was changed on either side.")


def partner(request: HttpRequest, record: SyncRecord) -> str:
    if request.POST.get("create"):
        services.choose_partner(record, None, by=person_of(request))
        return _("A new one will be created within a minute.")
    chosen = request.POST.get("partner", "")
    if not chosen:
        raise services.NotPossible(_("Choose one first."))
    services.choose_partner(record, chosen, by=person_of(request))
    return _("They will be linked within a minute.")


def leave(request: HttpRequest, record: SyncRecord) -> str:
    services.leave_document(record, by=person_of(request))
    return _("The document stays as it is; the deal's new values count as agreed from now on.")


def resolve(request: HttpRequest, record: SyncRecord) -> str:
    """Of a conflict: one side for all fields, or a side for each."""
    asked = [conflict["mapping"] for conflict in record.details.get("conflicts", ())]
    sides = {name: Side(value) for name, value in request.POST.items() if value in set(Side)}
    for_all = dict.fromkeys(asked, sides[ALL]) if ALL in sides else {}
    chosen = for_all or {name: side for name, side in sides.items() if name in asked}
    if not chosen:
        raise services.NotPossible(_("Choose a value first."))
    services.resolve_conflict(record, chosen, by=person_of(request))
    return _("The chosen values will be kept on both sides within a minute.")


def assign(request: HttpRequest, record: SyncRecord) -> str:
    person = person_of(request)
    chosen = request.POST.get("assignee", "")
    to = assignable(record, person).get(int(chosen)) if chosen.isdecimal() else None
    if chosen and to is None:
        raise services.NotPossible(_("Choose somebody of the list."))
    services.assign(_only(record), to, person, due_on=_day(request.POST.get("due_on", "")))
    return _("Nobody has it now.") if to is None else _("%(person)s has it now.") % {"person": to}


def note(request: HttpRequest, record: SyncRecord) -> str:
    services.note(record, request.POST.get("text", ""), person_of(request))
    return _("The note stands in what happened.")


def snooze(request: HttpRequest, record: SyncRecord) -> str:
    person = person_of(request)
    try:
        until = snooze_until(request.POST.get("until", ""), person, record)
    except (ValueError, OverflowError) as error:
        raise services.NotPossible(_("Choose a day.")) from error
    services.snooze(_only(record), until, person)
    if until is None:
        return _("It is among what needs you again.")
    return _("It is out of what needs you until then. It still counts as failing.")


def dealt(request: HttpRequest, record: SyncRecord) -> str:
    reason = request.POST.get("reason", "")
    if not services.resolve(_only(record), reason, person_of(request)):
        raise services.NotPossible(_("It does not fail any more, or is being synced just now."))
    return _("It is called dealt with. You find it under “Resolved”.")


def cancel_retry(request: HttpRequest, record: SyncRecord) -> str:
    if not services.cancel_retries(_only(record), person_of(request)):
        raise services.NotPossible(_("No next try is planned any more."))
    return _("It is not tried again by itself.")


def _day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise services.NotPossible(_("Enter the day as year-month-day.")) from error


def _only(record: SyncRecord) -> TenantQuerySet[SyncRecord]:
    return SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk)


ACTIONS: dict[str, Act] = {
    "retry": retry,
    "exclude": exclude,
    "include": include,
    "enrol": enrol,
    "unlink": unlink,
    "partner": partner,
    "resolve": resolve,
    "leave": leave,
    "assign": assign,
    "note": note,
    "snooze": snooze,
    "dealt": dealt,
    "cancel_retry": cancel_retry,
}
