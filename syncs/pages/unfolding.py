"""What unfolds under a row of the record list: what to do, and what happened last."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from accounts.admin_base import MOST, person_of
from accounts.permissions import Action, may
from syncs.models import SyncRecord
from syncs.selection import Selection, selected
from syncs.views.ends import ends_of, reason_of
from syncs.views.record import explanation_of, is_at_fault
from syncs.views.timeline import timeline

ACTIVITIES = 5


def desk_unfolded(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A part of the list, fetched when somebody unfolds a row."""
    person = person_of(request)
    record = _record_or_404(request, pk)
    context = {
        "record": record,
        "explanation": explanation_of(record) if is_at_fault(record) else None,
        "reason": reason_of(record),
        "rows": timeline(record, ends_of(record.sync)).rows[:ACTIVITIES],
        "may_work": may(person, Action.WORK_RECORDS, record.tenant_id),
        "opts": SyncRecord._meta,
    }
    return TemplateResponse(request, "syncs/list/unfolded.html", context)


def _record_or_404(request: HttpRequest, pk: int) -> SyncRecord:
    if pk > MOST:
        raise Http404
    rows = selected(Selection(ids=(pk,)), person_of(request))
    found = rows.select_related("sync__integration__left", "sync__integration__right").first()
    if found is None:
        raise Http404
    return found
