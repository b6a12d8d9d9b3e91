"""The home page of the desk, for the theme."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from syncs.views.home import home_page


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The theme asks for this when it draws the index."""
    page = home_page(request.user) if isinstance(request.user, User) else None
    return {**context, "page": page}
