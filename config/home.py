"""The home page of the desk, for the theme."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import Action, may, visible_tenants
from syncs.views.companies import SHOWN, staff_page
from syncs.views.home import home_page

# As many digits as a number of companies may have.
MOST_DIGITS = 6


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The theme asks for this when it draws the index."""
    user = request.user
    if not isinstance(user, User) or not may(user, Action.VIEW_RECORDS):
        return context
    if visible_tenants(user) is None:
        search = request.GET.get("company", "")[:100]
        return {**context, "staff": staff_page(user, search, _shown(request))}
    return {**context, "page": home_page(user)}


def _shown(request: HttpRequest) -> int:
    asked = request.GET.get("shown", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= MOST_DIGITS
    return int(asked) if is_number else SHOWN
