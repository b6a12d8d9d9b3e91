"""The one admin site, shared by finance staff of our customers and our own staff."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from accounts.permissions import may_enter


class Desk(UnfoldAdminSite):
    """Open to members of a tenant and to our staff; what they see is decided per model.

    It has no login form of its own: one would let people past the second factor.
    """

    index_title = _("Home")

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter(request.user)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        target = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
            target = resolve_url("admin:index")
        if self.has_permission(request):
            return HttpResponseRedirect(target)
        if request.user.is_authenticated:
            raise PermissionDenied
        return HttpResponseRedirect(f"{resolve_url('account_login')}?{urlencode({'next': target})}")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")
