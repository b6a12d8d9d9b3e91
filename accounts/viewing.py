"""Looking as a customer does: the part of it that lives in one person's session.

While it lasts, one of our staff has a role in that one tenant and nothing else (User.roles) and
changes nothing unless the customer agreed to that. Each page is written down for the customer.
"""

from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.translation import gettext as _

from accounts.models import SupportAccess, SupportVisit, User
from accounts.permissions import Action, may
from accounts.support_access import AccessRefused, State, state_of, tell_begun
from accounts.tenancy import all_tenants

KEY = "viewing"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What ends the look is always allowed.
WAYS_OUT = frozenset({"desk_view_as_leave", "account_logout", "logout"})
# The person's own things, which are no part of the customer's desk.
OWN = (
    "account_",
    "mfa_",
    "usersessions_",
    "password_change",
    "desk_announcement",
    "desk_bell",
    "desk_inbox",
    "desk_preferences",
)
# Parts that pages fetch by themselves and that show nothing of the customer.
UNTOLD = frozenset({"desk_bell", "jsi18n"})
SECRETS = frozenset({"key", "token", "uidb36"})


def start(request: HttpRequest, access: SupportAccess, by: User) -> None:
    """Look as this customer from the next request on."""
    if access.asked_by_id != by.pk or state_of(access) is not State.OPEN:
        raise AccessRefused(_("This look is not open. Ask for a new one."))
    tell_begun(access)
    request.session[KEY] = access.pk
    # Pages that are open in other tabs were made with other rights: their buttons do nothing now.
    rotate_token(request)


def stop(request: HttpRequest) -> None:
    """Be oneself again from the next request on."""
    request.session.pop(KEY, None)
    rotate_token(request)


def is_asked(request: HttpRequest) -> bool:
    return KEY in request.session


def open_for(request: HttpRequest) -> SupportAccess | None:
    """Put the look of this session in force; None when it is over or was never theirs."""
    user = request.user
    if not isinstance(user, User) or not may(user, Action.VIEW_AS):
        return None
    with all_tenants("a look is found by its session; the tenant follows from it"):
        found = SupportAccess.objects.select_related("tenant").filter(
            pk=request.session[KEY], asked_by=user
        )
        access = found.first()
    if access is None or state_of(access) is not State.OPEN:
        return None
    user.viewing = access
    return access


def refusal(request: HttpRequest, access: SupportAccess) -> str:
    """Why this request may not be made during the look, in a sentence; empty when it may."""
    name = _name(request)
    if name in WAYS_OUT:
        return ""
    if name.startswith(OWN):
        return _("This is a page about yourself, and no part of the customer’s desk.")
    if request.method not in SAFE and not access.may_write:
        return _("The customer agreed that you look, not that you change anything.")
    return ""


def note_visit(request: HttpRequest, access: SupportAccess, *, allowed: bool) -> None:
    """Write down what was opened, for the customer to see."""
    if _name(request) in UNTOLD:
        return
    SupportVisit.objects.create(
        tenant_id=access.tenant_id,
        access=access,
        method=request.method or "",
        path=_told_path(request)[:500],
        allowed=allowed,
    )


def _told_path(request: HttpRequest) -> str:
    """The path without its query and without keys: those may open doors."""
    path = request.path
    arguments = request.resolver_match.kwargs if request.resolver_match else {}
    for name, value in arguments.items():
        if name in SECRETS:
            path = path.replace(str(value), "…")
    return path


def _name(request: HttpRequest) -> str:
    return (request.resolver_match.url_name if request.resolver_match else None) or ""
