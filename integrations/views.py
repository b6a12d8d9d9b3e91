"""Connecting in the browser, and the providers' webhooks. The work is done by services."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Tenant, User
from accounts.permissions import Action, may, tenants_where
from integrations import services
from integrations.connectors import Provider
from integrations.contract import BadSignature, ConnectorError, WebhookRequest
from integrations.forms import CompanyForm, ConnectForm
from integrations.models import ConnectAttempt, Connection
from integrations.registry import PROVIDERS

# A batch of 100 events is some 50 KB; nobody honest sends a megabyte.
WEBHOOK_BYTES = 1_000_000


@never_cache
@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which provider?"""
    _demand_right(request)
    offered = [
        {"provider": provider, "available": bool(services.environments(code))}
        for code, provider in PROVIDERS.items()
    ]
    return _page(request, "choose", _("Connect"), {"offered": offered})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest, provider: str) -> HttpResponse:
    """For which company and in which environment? Then on to the provider's page."""
    _demand_right(request)
    found = _provider_or_404(provider)
    renewed = _renewed(request, found)
    form = ConnectForm(
        request.POST if request.method == "POST" else None,
        tenants=_own_tenants(request.user),
        environments=services.environments(provider),
        renewed=renewed,
    )
    if form.is_bound and form.is_valid():
        return _leave(request, found, form, renewed)
    context = {"provider": found, "form": form, "renewed": renewed, "steps": _promises(found)}
    title = _("Reconnect %(name)s") if renewed else _("Connect %(name)s")
    return _page(request, "connect", title % {"name": found.label}, context)


@never_cache
@login_required
@require_GET
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider's page."""
    found = _provider_or_404(provider)
    try:
        reached = services.finish_connect(
            request.session, _user(request), provider, request.GET.dict()
        )
    except services.ConnectRefused as refusal:
        return _refused(request, found, refusal.message, refusal.attempt)
    if isinstance(reached, ConnectAttempt):
        return redirect("integrations:choose_company", key=reached.choice_key)
    return redirect("integrations:connected", uuid=reached.uuid)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def choose_company(request: HttpRequest, key: str) -> HttpResponse:
    """The sign-in opens several companies: which one?"""
    attempt = services.open_choice(_user(request), key)
    if attempt is None:
        raise Http404
    found = _provider_or_404(attempt.provider)
    form = CompanyForm(
        request.POST if request.method == "POST" else None,
        companies=services.companies_of(attempt),
        connected=services.connected_companies(attempt),
    )
    if form.is_bound and form.is_valid():
        return _chosen(request, found, attempt, form.cleaned_data["company"])
    context = {"provider": found, "form": form, "attempt": attempt, "again": _again(attempt)}
    return _page(request, "choose_company", _("Choose the company"), context)


@never_cache
@login_required
@require_GET
def connected(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What was connected, and what to do next."""
    connection = get_object_or_404(Connection, uuid=uuid)
    _demand_right(request, connection.tenant)
    context = {"connection": connection, "provider": PROVIDERS[connection.provider]}
    return _page(request, "connected", _("Connected"), context)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Events from a provider: verified and stored at once, worked on later."""
    _provider_or_404(provider)
    if int(request.headers.get("Content-Length") or 0) > WEBHOOK_BYTES:
        return HttpResponse(
            "This is too long for a webhook.", status=413, content_type="text/plain"
        )
    if not request.body:
        # Some try the address before they send anything to it; there is nothing to verify.
        return HttpResponse(status=200)
    call = WebhookRequest(
        method=request.method or "POST",
        # As the provider called us: behind a proxy the request itself knows another address.
        url=settings.PUBLIC_URL + request.get_full_path(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )
    try:
        services.receive_webhook(provider, call)
    except BadSignature:
        return HttpResponse("The signature is wrong.", status=401, content_type="text/plain")
    return HttpResponse(status=200)


def _leave(
    request: HttpRequest, provider: Provider, form: ConnectForm, renewed: Connection | None
) -> HttpResponse:
    tenant, environment = form.cleaned_data["tenant"], form.cleaned_data["environment"]
    try:
        url = services.begin_connect(
            request.session, _user(request), tenant, provider.code, environment, renewed
        )
    except ConnectorError as error:
        return _refused(request, provider, error.fault.message, None)
    # A page of our own in between: the site's policy lets no form end at another host.
    return _page(request, "leaving", provider.label, {"provider": provider, "url": url})


def _chosen(
    request: HttpRequest, provider: Provider, attempt: ConnectAttempt, external_id: str
) -> HttpResponse:
    try:
        connection = services.choose_company(attempt, external_id)
    except services.ConnectRefused as refusal:
        return _refused(request, provider, refusal.message, refusal.attempt)
    return redirect("integrations:connected", uuid=connection.uuid)


def _again(attempt: ConnectAttempt) -> str:
    """Where to begin again with the same choice."""
    page = reverse("integrations:connect_provider", args=[attempt.provider])
    return page if attempt.connection is None else f"{page}?connection={attempt.connection.uuid}"


def _refused(
    request: HttpRequest, provider: Provider, message: str, attempt: ConnectAttempt | None
) -> HttpResponse:
    unknown = reverse("integrations:connect_provider", args=[provider.code])
    again = unknown if attempt is None else _again(attempt)
    context = {"provider": provider, "message": message, "again": again}
    return _page(request, "refused", _("Not connected"), context, status=400)


def _page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page in the look of the desk, with its navigation."""
    framed = {**admin.site.each_context(request), "title": title, **context}
    return render(request, f"integrations/{name}.html", framed, status=status)


def _promises(provider: Provider) -> list[str]:
    """What happens now, in the order in which it happens."""
    name = {"name": provider.label}
    promises = [
        _("You sign in at %(name)s, on its own page. Saldo never sees your password.") % name,
        _("%(name)s shows what Saldo wants to read and write, and asks you to allow it.") % name,
    ]
    if provider.companies is not None:
        promises.append(_("You come back here. If you may enter several companies, choose one."))
        return [*promises, _("Nothing is synced before you switch a sync on.")]
    return [*promises, _("You come back here. Nothing is synced before you switch a sync on.")]


def _demand_right(request: HttpRequest, tenant: Tenant | None = None) -> None:
    if not may(request.user, Action.MANAGE_CONNECTIONS, tenant):
        raise PermissionDenied


def _provider_or_404(code: str) -> Provider:
    if code not in PROVIDERS:
        raise Http404
    return PROVIDERS[code]


def _renewed(request: HttpRequest, provider: Provider) -> Connection | None:
    """The connection that is to be renewed, if the address names one; a stranger's is a 404."""
    named = request.GET.get("connection")
    if not named:
        return None
    try:
        uuid = UUID(named)
    except ValueError as error:
        raise Http404 from error
    connection: Connection = get_object_or_404(Connection, uuid=uuid, provider=provider.code)
    _demand_right(request, connection.tenant)
    return connection


def _own_tenants(user: Any) -> Any:
    ids = tenants_where(user, Action.MANAGE_CONNECTIONS)
    return Tenant.objects.all() if ids is None else Tenant.objects.filter(pk__in=ids)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
