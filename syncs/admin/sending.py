"""One record sent by hand from its sync's page: somebody types its id, or pastes an address."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect

from accounts.admin_base import person_of
from accounts.permissions import Action
from syncs import services
from syncs.models import Sync
from syncs.recipes import recipe_of
from syncs.views.ends import ends_of
from syncs.views.sending import NoSuchRecord, is_made_by_hand, sending_words, typed_id

if TYPE_CHECKING:
    from syncs.admin.syncs import SyncAdmin


def send(model_admin: "SyncAdmin", request: HttpRequest, object_id: str) -> HttpResponseBase:
    """Make the document of a deal, once; on to the page of its record."""
    sync: Sync = model_admin.object_or_404(request, object_id)
    if not model_admin.allows(request, Action.WORK_RECORDS, sync):
        raise PermissionDenied
    recipe = recipe_of(sync.recipe)
    if not is_made_by_hand(recipe):
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        typed = typed_id(ends_of(sync), request.POST.get("record", ""))
        record = services.invoice_now(sync.integration, typed, by=person_of(request))
    except (NoSuchRecord, services.NotPossible) as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:syncs_sync_change", sync.pk)
    words = sending_words(recipe)
    if record.right_id:
        messages.info(request, str(words.before))
    else:
        messages.success(request, str(words.done))
    return redirect("admin:syncs_syncrecord_change", record.pk)
