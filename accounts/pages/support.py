"""Support access: staff ask for a look at a customer's desk, owners agree and see what was seen."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts import support_access, viewing
from accounts.admin_base import person_of
from accounts.models import SupportAccess, SupportVisit, Tenant
from accounts.pages.visited import page_words
from accounts.paging import CappedPaginator
from accounts.permissions import Action, may, tenants_where
from accounts.support_access import MOST_HOURS, AccessRefused, State, state_of
from accounts.tenancy import TenantQuerySet

ROWS = 25
VISITS = 50
STATES = {
    State.ASKED: (gettext_lazy("waits for an answer"), "warning"),
    State.OPEN: (gettext_lazy("open"), "success"),
    State.REFUSED: (gettext_lazy("not agreed"), ""),
    State.ENDED: (gettext_lazy("ended early"), ""),
    State.EXPIRED: (gettext_lazy("over"), ""),
}
ANSWERS = {
    "agree": (support_access.agree, gettext_lazy("You agreed. The look ends by itself.")),
    "refuse": (support_access.refuse, gettext_lazy("It is refused: nobody looks.")),
    "end": (support_access.end, gettext_lazy("The look is over.")),
}


class AskForm(forms.Form):
    tenant = forms.ModelChoiceField(
        label=gettext_lazy("Company"),
        queryset=Tenant.objects.none(),
        widget=UnfoldAdminSelect2Widget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("The customer reads this: which question, whose, since when."),
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Hours"),
        min_value=1,
        max_value=MOST_HOURS,
        initial=8,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Counted from the moment they agree; at most 72."),
    )
    may_write = forms.BooleanField(
        label=gettext_lazy("I have to change things for them"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=gettext_lazy("As their finance role can. Without it you only look."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.all()  # type: ignore[attr-defined]


def support_access_page(request: HttpRequest) -> HttpResponse:
    """Every look at the companies one owns, or every one there is; staff ask for one here."""
    user = person_of(request)
    may_ask = may(user, Action.VIEW_AS)
    if not may_ask and not may(user, Action.GRANT_SUPPORT):
        raise Http404
    form = AskForm(request.POST or None) if may_ask else None
    if request.method == "POST" and _asked(request, form):
        return redirect("desk_support_access")
    rows = _reached(request).select_related("tenant", "asked_by", "granted_by", "ended_by")
    page = CappedPaginator(rows.order_by("-pk"), ROWS).get_page(request.GET.get("page"))
    seen = _counts(page.object_list)
    context = {
        "title": _("Support access"),
        "form": form,
        "page": page,
        "rows": [_shown(request, access) | seen.get(access.pk, {}) for access in page],
    }
    return _page(request, "page.html", context)


def _asked(request: HttpRequest, form: AskForm | None) -> bool:
    if form is None:
        raise Http404
    if not form.is_valid():
        return False
    told = form.cleaned_data
    try:
        support_access.ask(
            told["tenant"],
            person_of(request),
            reason=told["reason"],
            hours=told["hours"],
            may_write=told["may_write"],
        )
    except AccessRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    text = _("The owners of %(tenant)s are asked. You hear when they answer.")
    messages.success(request, text % {"tenant": told["tenant"]})
    return True


def answer(request: HttpRequest, access_id: int) -> HttpResponse:
    """Agree, refuse or end; whoever asked may only take it back or end it."""
    user, access = person_of(request), _access_or_404(request, access_id)
    is_owner = may(user, Action.GRANT_SUPPORT, access.tenant_id)
    if not is_owner and access.asked_by_id != user.pk:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    name = request.POST.get("answer", "")
    if name not in ANSWERS or (name == "agree" and not is_owner):
        raise Http404
    act, told = ANSWERS[name]
    try:
        act(access, user)
        messages.success(request, told)
    except AccessRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("desk_support_access")


def visits(request: HttpRequest, access_id: int) -> HttpResponse:
    """The pages that were opened during one look, newest first."""
    access = _access_or_404(request, access_id)
    found = CappedPaginator(access.visits.order_by("-pk"), VISITS)
    page = found.get_page(request.GET.get("page"))
    context = {
        "title": _("Pages that were opened"),
        "access": access,
        "state": STATES[state_of(access)],
        "page": page,
        "rows": [(visit, page_words(visit.path)) for visit in page],
    }
    return _page(request, "visits.html", context)


def view_as(request: HttpRequest, access_id: int) -> HttpResponse:
    """Begin to look; only who asked, and only while it is open."""
    user, access = person_of(request), _access_or_404(request, access_id)
    if not may(user, Action.VIEW_AS) or access.asked_by_id != user.pk:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        viewing.start(request, access, user)
    except AccessRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_support_access")
    return redirect("admin:index")


def leave(request: HttpRequest) -> HttpResponse:
    """Be oneself again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    was_looking = viewing.is_asked(request)
    viewing.stop(request)
    return redirect("desk_support_access" if was_looking else "admin:index")


def _reached(request: HttpRequest) -> TenantQuerySet[SupportAccess]:
    """Staff see every look; an owner those at the own companies."""
    user = person_of(request)
    if may(user, Action.VIEW_AS):
        return SupportAccess.objects.all()
    return SupportAccess.objects.for_tenants(tenants_where(user, Action.GRANT_SUPPORT) or ())


def _access_or_404(request: HttpRequest, access_id: int) -> SupportAccess:
    found = _reached(request).select_related("tenant", "asked_by").filter(pk=access_id).first()
    if found is None:
        raise Http404
    return found


def _counts(accesses: Iterable[SupportAccess]) -> dict[int, dict[str, int]]:
    """How many pages were opened during each, and how many of them were refused."""
    rows = SupportVisit.objects.filter(access__in=[access.pk for access in accesses])
    counted = rows.order_by().values("access_id")
    counted = counted.annotate(pages=Count("pk"), refused=Count("pk", filter=Q(allowed=False)))
    return {row["access_id"]: {"pages": row["pages"], "refused": row["refused"]} for row in counted}


def _shown(request: HttpRequest, access: SupportAccess) -> dict[str, Any]:
    user, state = person_of(request), state_of(access)
    is_mine = access.asked_by_id == user.pk
    is_owner = not is_mine and may(user, Action.GRANT_SUPPORT, access.tenant_id)
    return {
        "access": access,
        "state": STATES[state],
        "may_agree": is_owner and state is State.ASKED,
        "may_refuse": (is_owner or is_mine) and state is State.ASKED,
        "may_end": (is_owner or is_mine) and state is State.OPEN,
        "may_look": is_mine and state is State.OPEN and may(user, Action.VIEW_AS),
        "is_mine": is_mine,
    }


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = admin.site.each_context(request)
    return render(request, f"accounts/support/{template}", {**shared, **context})
