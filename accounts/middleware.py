"""What holds for every request: whose rows it may touch, a second factor for our staff, and what
our staff may do while they look as a customer does.
"""

from collections.abc import Callable
from functools import cache

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import viewing
from accounts.models import User
from accounts.permissions import visible_tenants
from accounts.tenancy import Scope, enter

type View = Callable[[HttpRequest], HttpResponse]

# What somebody without a second factor needs in order to set one up, or to leave.
OPEN_WITHOUT_MFA = ("mfa_", "account_logout", "account_reauthenticate", "account_confirm_email")


class TenantScopeMiddleware:
    """Narrows every query of a request to the tenants its user may see.

    A stranger's object is thus not found, rather than found and refused. For somebody who is
    not logged in that is no tenant; a view for machines, such as a webhook, opens its own scope.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked on the first such query only: pages without one pay nothing.
        with enter(Scope(cache(lambda: visible_tenants(request.user)), "request")):
            return self.get_response(request)


class ViewAsMiddleware:
    """Lets our staff look as a customer does, and no further: see accounts.viewing.

    Stands before TenantScopeMiddleware, for whose rows are reached follows from it.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not viewing.is_asked(request):
            return self.get_response(request)
        if viewing.open_for(request) is None:
            # What was asked for was meant as the customer: it is not done with one's own rights.
            viewing.stop(request)
            messages.warning(request, _("The look at the company is over: it ended, or ran out."))
            return _away(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        access = request.user.viewing if isinstance(request.user, User) else None
        if access is None:
            return None
        refusal = viewing.refusal(request, access)
        viewing.note_visit(request, access, allowed=not refusal)
        if not refusal:
            return None
        context = {"access": access, "refusal": refusal}
        return render(request, "accounts/support/refused.html", context, status=403)


class StaffMfaMiddleware:
    """Sends our own staff to set up a second factor before anything else opens."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not _works_for_us(user) or _is_open(request):
            return None
        if is_mfa_enabled(user):
            return None
        messages.warning(request, _("Set up a second factor first: our own staff need one."))
        return redirect("mfa_index")


def _away(request: HttpRequest) -> HttpResponse:
    """To the page of looks; a part that a page fetches takes the whole page there."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": reverse("desk_support_access")})
    return redirect("desk_support_access")


def _works_for_us(user: User) -> bool:
    return user.is_staff or user.viewing is not None


def _is_open(request: HttpRequest) -> bool:
    name = request.resolver_match.url_name if request.resolver_match else None
    return name is not None and name.startswith(OPEN_WITHOUT_MFA)
