"""The record page's buttons: each is posted, does one thing through a service, and comes back."""

from collections.abc import Callable
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
from syncs.views.sending import sending_words

if TYPE_CHECKING:
    from syncs.admin.records import SyncRecordAdmin

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
    chosen = {name: Side(value) for name, value in request.POST.items() if value in set(Side)}
    if not chosen:
        raise services.NotPossible(_("Choose a value first."))
    services.resolve_conflict(record, chosen, by=person_of(request))
    return _("The chosen values will be kept on both sides within a minute.")


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
}
