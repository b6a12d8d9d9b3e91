"""OAuth: the consent page, the token endpoints of both versions, introspection and revoking.

developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.sandbox.core import Request, Response, html_response, json_response, redirect
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.records_api import NO_CONTENT
from integrations.sandbox.hubspot.refusals import (
    not_found,
    oauth_error,
    unsupported_media_type,
)
from integrations.sandbox.tokens import Grant

ACCESS_SECONDS = 1_800
CODE_SECONDS = 300
# Refresh tokens have no documented end.
REFRESH_SECONDS = 10 * 365 * 86_400
USER_ID = 9001
USER = "sanne@example.com"
HUB_DOMAIN = "bakker-soen.example.com"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1>{content}</main></body></html>"""
CONSENT = """<p>The app <strong>{client}</strong> wants access to the account
<strong>{portal}</strong>:</p><ul>{scopes}</ul>
<form method="post" action="{action}">{fields}
<button name="decision" value="allow">Connect app</button>
<button name="decision" value="deny">Cancel</button></form>"""


class ConsentFault(Exception):
    """The consent page cannot be shown; the message stands on it."""


def consent_page(call: Call) -> Response:
    """GET /oauth/authorize and /oauth/{hubId}/authorize."""
    wanted = {name: values[0] for name, values in call.request.query.items()}
    try:
        scopes = check_consent(call, wanted)
    except ConsentFault as fault:
        return _fault_page(str(fault))
    names = ("client_id", "redirect_uri", "scope", "optional_scope", "state")
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(wanted.get(name, ""))}">'
        for name in names
    )
    content = CONSENT.format(
        client=escape(wanted["client_id"]),
        portal=call.hubspot.account.portal_id,
        scopes="".join(f"<li>{escape(scope)}</li>" for scope in scopes),
        # Relative, so that it holds under whatever address the sandbox is reached.
        action="authorize",
        fields=fields,
    )
    return html_response(200, PAGE.format(title="Connect to HubSpot", content=content))


def _fault_page(message: str) -> Response:
    content = f"<p>{escape(message)}</p>"
    return html_response(400, PAGE.format(title="Authorization failed", content=content))


def check_consent(call: Call, wanted: Mapping[str, str]) -> list[str]:
    """The scopes that would be granted."""
    hubspot, app = call.hubspot, call.hubspot.app
    if wanted.get("client_id") != app.client_id:
        raise ConsentFault("Couldn't find an app with this client_id.")
    if call.parts and call.parts[0] != str(hubspot.account.portal_id):
        raise ConsentFault("You do not have access to this account.")
    _check_redirect(app.redirect_uris, wanted.get("redirect_uri", ""))
    required = wanted.get("scope", "").split()
    optional = wanted.get("optional_scope", "").split()
    if not required:
        raise ConsentFault("The scope parameter is missing.")
    if unknown := sorted({*required, *optional} - set(app.scopes)):
        raise ConsentFault(f"The app does not have these scopes: {', '.join(unknown)}.")
    if left_out := sorted(hubspot.required_scopes - set(required)):
        raise ConsentFault(f"The app requires these scopes: {', '.join(left_out)}.")
    available = hubspot.account_scopes
    if lacking := sorted(set(required) - available):
        raise ConsentFault(f"The account does not have these scopes: {', '.join(lacking)}.")
    # Optional scopes that the account lacks are dropped in silence.
    granted = [*required, *(scope for scope in optional if scope in available)]
    return list(dict.fromkeys([*granted, "oauth"]))


def _check_redirect(registered: Sequence[str], redirect_uri: str) -> None:
    """One of the registered ones; without any, the general rules for such addresses."""
    if registered:
        if redirect_uri not in registered:
            raise ConsentFault("The redirect_uri does not match any that the app registered.")
        return
    parts = urlsplit(redirect_uri)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or parts.hostname not in LOCAL_HOSTS:
        raise ConsentFault("The redirect_uri must use https, or http on localhost.")


def decide(call: Call) -> Response:
    """POST of the consent page's buttons: back to the app with a code or an error."""
    form = call.request.form()
    try:
        scopes = check_consent(call, form)
    except ConsentFault as fault:
        return _fault_page(str(fault))
    answer = {"state": form["state"]} if form.get("state") else {}
    if form.get("decision") != "allow":
        refused = {"error": "access_denied", "error_description": "The user denied access."}
        return redirect(_with_query(form["redirect_uri"], refused | answer))
    code = call.hubspot.issue_code(scopes, form["redirect_uri"])
    return redirect(_with_query(form["redirect_uri"], {"code": code} | answer))


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


# Tokens -----------------------------------------------------------------------------------


def token(call: Call) -> Response:
    form = _form(call.request)
    grants = {"authorization_code": _by_code, "refresh_token": _by_refresh_token}
    exchange = grants.get(form.get("grant_type", ""))
    if exchange is None:
        message = "missing or unknown grant type"
        raise oauth_error("unsupported_grant_type", "BAD_GRANT_TYPE", message)
    _check_client(call, form)
    return json_response(200, exchange(call, form))


def _form(request: Request) -> dict[str, str]:
    """Only the body counts: nothing is read from the query."""
    if not request.header("content-type").startswith("application/x-www-form-urlencoded"):
        raise unsupported_media_type()
    return request.form()


def _check_client(call: Call, form: Mapping[str, str]) -> None:
    app = call.hubspot.app
    if form.get("client_id") != app.client_id:
        raise oauth_error("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
    if form.get("client_secret") != app.client_secret:
        raise oauth_error("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")


def _by_code(call: Call, form: Mapping[str, str]) -> dict[str, Any]:
    tokens = call.hubspot.tokens
    code = tokens.valid("code", form.get("code", ""))
    if code is None:
        raise oauth_error("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
    if code.redirect_uri != form.get("redirect_uri"):
        message = "missing or invalid redirect uri"
        raise oauth_error("invalid_grant", "BAD_REDIRECT_URI", message)
    tokens.take("code", code.value)
    refresh = call.hubspot.issue("refresh", code.scopes, REFRESH_SECONDS, code.sign_in)
    access = call.hubspot.issue("access", code.scopes, ACCESS_SECONDS, code.sign_in)
    return _token_body(call, access, refresh)


def _by_refresh_token(call: Call, form: Mapping[str, str]) -> dict[str, Any]:
    hubspot = call.hubspot
    refresh = hubspot.tokens.valid("refresh", form.get("refresh_token", ""))
    if refresh is None:
        message = "missing or invalid refresh token"
        raise oauth_error("invalid_grant", "BAD_REFRESH_TOKEN", message)
    if hubspot.rotate_refresh_tokens:
        hubspot.tokens.remove(refresh.value)
        refresh = hubspot.issue("refresh", refresh.scopes, REFRESH_SECONDS, refresh.sign_in)
    access = hubspot.issue("access", refresh.scopes, ACCESS_SECONDS, refresh.sign_in)
    hubspot.meter.tokens_refreshed += 1
    return _token_body(call, access, refresh)


def _token_body(call: Call, access: Grant, refresh: Grant) -> dict[str, Any]:
    return {
        "token_type": "bearer",
        "access_token": access.value,
        "refresh_token": refresh.value,
        "expires_in": ACCESS_SECONDS,
        "hub_id": call.hubspot.account.portal_id,
        "scopes": list(access.scopes),
        "token_use": "access_token",
        "user_id": USER_ID,
    }


def introspect(call: Call) -> Response:
    """Takes `token` with a hint, and the older field that is named after the hint."""
    form = _form(call.request)
    kinds = ("access", "refresh")
    named = form.get("access_token") or form.get("refresh_token") or ""
    value = form.get("token") or named
    for kind in kinds:
        grant = call.hubspot.tokens.valid(kind, value)
        if grant is not None:
            return json_response(200, _token_info(call, grant))
    return json_response(200, {"active": False})


def _token_info(call: Call, grant: Grant) -> dict[str, Any]:
    info = {
        "active": True,
        "token": grant.value,
        "token_type": "bearer",
        "token_use": f"{grant.kind}_token",
        "client_id": grant.client_id,
        "app_id": call.hubspot.app.app_id,
        "hub_id": call.hubspot.account.portal_id,
        "hub_domain": HUB_DOMAIN,
        "user": USER,
        "user_id": USER_ID,
        "scopes": list(grant.scopes),
    }
    if grant.kind == "access":
        info |= {
            "expires_in": call.hubspot.tokens.seconds_left(grant),
            "is_private_distribution": False,
            "signed_access_token": _signed(call, grant),
        }
    return info


def _signed(call: Call, grant: Grant) -> dict[str, Any]:
    return {
        "expiresAt": int(grant.expires_at * 1000),
        "scopes": "AAEC",
        "hubId": call.hubspot.account.portal_id,
        "userId": USER_ID,
        "appId": call.hubspot.app.app_id,
        "signature": "c2lnbmF0dXJl",
        "scopeToScopeGroupPks": "",
        "newSignature": "bmV3IHNpZ25hdHVyZQ==",
        "hublet": "na1",
        "trialScopes": "",
        "trialScopeToScopeGroupPks": "",
        "isUserLevel": False,
        "isPrivateDistribution": False,
        "isServiceAccount": False,
        "installingUserId": USER_ID,
        "appInstallId": "1",
        "audience": "",
    }


def revoke(call: Call) -> Response:
    """Deletes a refresh token; access tokens that it gave live on until they expire."""
    form = _form(call.request)
    _check_client(call, form)
    call.hubspot.tokens.remove(form.get("token", ""))
    return Response(200)


# Version 1 --------------------------------------------------------------------------------


def read_access_token(call: Call) -> Response:
    return _read_token(call, "access")


def read_refresh_token(call: Call) -> Response:
    return _read_token(call, "refresh")


def _read_token(call: Call, kind: str) -> Response:
    grant = call.hubspot.tokens.valid(kind, call.parts[0])
    if grant is None:
        raise not_found(f"{kind} token not found or expired")
    info = _token_info(call, grant) | {"token_type": kind}
    return json_response(200, info)


def delete_refresh_token(call: Call) -> Response:
    call.hubspot.tokens.remove(call.parts[0])
    return NO_CONTENT
