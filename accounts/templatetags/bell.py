"""The bell in the head of every page."""

from typing import Any

from django import template

from accounts.inbox import MOST_COUNTED, unread_of
from accounts.models import User

register = template.Library()


@register.inclusion_tag("accounts/inbox/bell.html", takes_context=True)
def bell(context: dict[str, Any]) -> dict[str, Any]:
    """The number of unread messages, as far as one counts; nothing while looking as a customer."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.viewing is not None:
        return {"shown": False}
    unread = unread_of(user)
    count = f"{MOST_COUNTED}+" if unread > MOST_COUNTED else str(unread)
    return {"shown": True, "unread": unread, "count": count}
