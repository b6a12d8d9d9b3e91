"""The one admin site: finance staff of our customers and our own staff share it."""

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from accounts.permissions import may_enter


class Desk(UnfoldAdminSite):
    """Open to members of a tenant and to our staff; what they see is decided per model."""

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter(request.user)
