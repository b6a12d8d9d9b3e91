"""Views of the record list: kept, changed and deleted; and which columns somebody looks at."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin_base import MOST, person_of
from accounts.models import Tenant
from accounts.permissions import Action, may, visible_tenants
from syncs.admin.listing.tabs import view_url
from syncs.models import SavedView
from syncs.saved_views import (
    ViewRefused,
    change_view,
    delete_view,
    keep_view,
    refill_view,
    views_of,
)
from syncs.selection import list_url, parameters_of
from syncs.views.columns import columns_of, keep_columns, offered_columns


def desk_views(request: HttpRequest) -> HttpResponseBase:
    """Keep what the list shows now under a name."""
    if not may(request.user, Action.VIEW_RECORDS):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    person, query = person_of(request), request.POST.get("query", "")
    tenant, is_shared = _tenant(request), "shared" in request.POST
    name, shown = request.POST.get("name", ""), _shown_view(request)
    columns = columns_of(person, shown.columns if shown else ())
    try:
        view = keep_view(person, tenant, name, query, columns, shared=is_shared)
    except ViewRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(_list(query))
    messages.success(request, _("The view “%s” is kept above the list.") % view.name)
    return redirect(view_url(view))


def desk_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One view: opened, or changed as one of its buttons says."""
    view = _view_or_404(request, pk)
    if request.method == "GET":
        return redirect(view_url(view))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        messages.success(request, act(request, view))
    except ViewRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(view_url(view) if view.pk else list_url())


def _view_or_404(request: HttpRequest, pk: int) -> SavedView:
    found = views_of(person_of(request)).filter(pk=pk).first() if pk <= MOST else None
    if found is None:
        raise Http404
    return found


def _tenant(request: HttpRequest) -> Tenant:
    """The company for whose people it is kept; of several the one that was chosen."""
    reach = visible_tenants(request.user)
    tenants = Tenant.objects.all() if reach is None else Tenant.objects.filter(pk__in=reach)
    told = request.POST.get("tenant", "")
    chosen = tenants.filter(pk=int(told)) if told.isdecimal() and len(told) <= 18 else tenants
    found = chosen.order_by("name", "pk").first()
    if found is None:
        raise Http404
    return found


# --- what is done to a view: each answers with the sentence that the person reads -----------------

type Act = Callable[[HttpRequest, SavedView], str]


def _rename(request: HttpRequest, view: SavedView) -> str:
    change_view(view, person_of(request), name=request.POST.get("name", ""))
    return _("The view is called “%s” now.") % view.name


def _share(request: HttpRequest, view: SavedView) -> str:
    change_view(view, person_of(request), shared=True)
    return _("Your colleagues see this view now.")


def _unshare(request: HttpRequest, view: SavedView) -> str:
    change_view(view, person_of(request), shared=False)
    return _("Only you see this view now.")


def _refill(request: HttpRequest, view: SavedView) -> str:
    person = person_of(request)
    refill_view(view, person, request.POST.get("query", ""), columns_of(person, view.columns))
    return _("The view shows these filters from now on.")


def _delete(request: HttpRequest, view: SavedView) -> str:
    delete_view(view, person_of(request))
    return _("The view “%s” is deleted. No record was changed.") % view.name


ACTS: dict[str, Act] = {
    "rename": _rename,
    "share": _share,
    "unshare": _unshare,
    "refill": _refill,
    "delete": _delete,
}


# --- columns --------------------------------------------------------------------------------------


def desk_columns(request: HttpRequest) -> HttpResponseBase:
    """Remember which columns somebody looks at, of their own list or of a view of theirs."""
    if not may(request.user, Action.VIEW_RECORDS):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    person, query = person_of(request), request.POST.get("query", "")
    if person.viewing is not None:
        messages.warning(request, _("While you look as a customer, no columns are kept."))
        return redirect(_list(query))
    chosen = () if "usual" in request.POST else _chosen(request)
    view = _shown_view(request)
    if view is None or view.by_id != person.pk:
        keep_columns(person, chosen)
        return redirect(_list(query))
    refill_view(view, person, view.query, chosen)
    return redirect(view_url(view))


def _shown_view(request: HttpRequest) -> SavedView | None:
    """The view that the list showed, as far as this person sees it."""
    told = request.POST.get("view", "")
    if not (told.isascii() and told.isdecimal() and len(told) <= 18):
        return None
    return views_of(person_of(request)).filter(pk=int(told)).first()


def _chosen(request: HttpRequest) -> list[str]:
    """The columns with a tick, by the places that were typed."""
    ticked = [name for name in offered_columns(person_of(request)) if name in request.POST]
    return sorted(ticked, key=lambda name: _place(request.POST.get(f"place_{name}", "")))


def _place(told: str) -> int:
    """Without a place a column comes last."""
    return int(told) if told.isdecimal() and len(told) <= 3 else 1000


def _list(query: str) -> str:
    return list_url(**parameters_of(query))
