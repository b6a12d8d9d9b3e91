"""The inbox: what somebody was told, newest first."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_base import MOST, person_of
from accounts.inbox import inbox_of, mark_read
from accounts.models import NotificationKind
from accounts.permissions import visible_tenants

ROWS = 50
ALL, UNREAD = "", "unread"
SHOWN = (
    (ALL, gettext_lazy("All")),
    (UNREAD, gettext_lazy("Unread")),
    (NotificationKind.NEW_FAILURE, gettext_lazy("New failures")),
    (NotificationKind.CONNECTION, gettext_lazy("Connections")),
    (NotificationKind.JOB, gettext_lazy("Jobs")),
    (NotificationKind.ASSIGNED, gettext_lazy("Assigned")),
    (NotificationKind.SUPPORT, gettext_lazy("Support")),
    (NotificationKind.DIGEST, gettext_lazy("Digests")),
)


def inbox_page(request: HttpRequest) -> HttpResponse:
    """One page of one's own messages, all or of one kind."""
    user = person_of(request)
    asked = request.GET.get("kind", ALL)
    kind = asked if asked in dict(SHOWN) else ALL
    shown = inbox_of(user)
    if kind == UNREAD:
        shown = shown.filter(read_at=None)
    elif kind:
        shown = shown.filter(kind=kind)
    before = _number(request.GET.get("before", ""))
    older_than = shown.filter(pk__lt=before) if before else shown
    rows = list(older_than.select_related("tenant")[: ROWS + 1])
    companies = visible_tenants(user)
    context = {
        **admin.site.each_context(request),
        "title": _("Messages"),
        "rows": rows[:ROWS],
        "older": rows[ROWS - 1].pk if len(rows) > ROWS else None,
        "newest": not before,
        "kind": kind,
        "kinds": SHOWN,
        "has_unread": inbox_of(user).filter(read_at=None).exists(),
        "names_company": companies is None or len(companies) > 1,
    }
    return render(request, "accounts/inbox/page.html", context)


def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message as read and go where it leads."""
    user = person_of(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    message = inbox_of(user).filter(pk=pk).first() if pk <= MOST else None
    if message is None:
        raise Http404
    mark_read(inbox_of(user).filter(pk=pk))
    leads_here = url_has_allowed_host_and_scheme(message.url, {request.get_host()})
    return redirect(message.url if message.url and leads_here else "desk_inbox")


def read_all(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    mark_read(inbox_of(user))
    return redirect("desk_inbox")


def bell_part(request: HttpRequest) -> HttpResponse:
    """The bell as it is now, for the page that has been open for a while."""
    person_of(request)
    return render(request, "accounts/inbox/bell_part.html")


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
