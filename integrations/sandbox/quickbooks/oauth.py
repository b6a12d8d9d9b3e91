"""Signing in: consent page, code and refresh grants, revocation, discovery.

Source: developer.intuit.com, "OAuth 2.0" and its FAQ.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.sandbox.core import (
    BadRequest,
    Clock,
    Meter,
    Request,
    Response,
    html_response,
    json_response,
    redirect,
)
from integrations.sandbox.tokens import App, Grant, TokenStore

SCOPE = "com.intuit.quickbooks.accounting"
SCOPES = frozenset({SCOPE, "com.intuit.quickbooks.payment", "openid", "profile", "email"})
AUTHORIZE = "/connect/oauth2"
TOKEN_CALL = "/oauth2/v1/tokens/bearer"  # noqa: S105  # a path, no secret
REVOKE = "/v2/oauth2/tokens/revoke"
DISCOVERY = ("/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration")
_DAY = 86400.0
CODE_LASTS = 600.0
ACCESS_LASTS = 3600.0
REFRESH_LASTS = 101 * _DAY
ROTATES_AFTER = _DAY
# A sign-in ends five years after consent, however often it was refreshed.
HARD_LIMIT = 5 * 365 * _DAY
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "testserver", "[::1]", "::1"})


class OAuthRefused(Exception):
    """A token call is refused, in the words of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.content = {"error": error, "error_description": description}


class SignIn:
    """The OAuth endpoints of one company and one app."""

    def __init__(self, clock: Clock, seed: int, app: App, realm: str, meter: Meter) -> None:
        self.app = app
        self.tokens = TokenStore(clock, seed, "qbo")
        self._clock = clock
        self._realm = realm
        self._meter = meter
        # When each refresh token got its value, and when its sign-in was consented to.
        self._made: dict[str, float] = {}
        self._consented: dict[str, float] = {}
        # Codes already exchanged, with the sign-in that came of it.
        self._used_codes: dict[str, str] = {}

    def handles(self, path: str) -> bool:
        return path in (AUTHORIZE, TOKEN_CALL, REVOKE, *DISCOVERY)

    def handle(self, request: Request) -> Response:
        wanted = "GET" if request.path in DISCOVERY else "POST"
        if request.path != AUTHORIZE and request.method != wanted:
            return json_response(405, {"error": "method_not_allowed"})
        try:
            return self._route(request)
        except OAuthRefused as refusal:
            return json_response(refusal.status, refusal.content)
        except BadRequest:
            return json_response(400, {"error": "invalid_request"})

    def first_tokens(self) -> tuple[Grant, Grant]:
        """An access and a refresh token as if a person had just consented."""
        return self._issue((SCOPE,), "")

    def register(self, redirect_uris: tuple[str, ...]) -> None:
        """Let these addresses be called back, besides those of this machine."""
        self.app = replace(self.app, redirect_uris=redirect_uris)

    def _route(self, request: Request) -> Response:
        if request.path == AUTHORIZE:
            return self._authorize(request)
        if request.path in DISCOVERY:
            return json_response(200, _discovery(request.header("host", "localhost")))
        self._check_client(request)
        return self._token(request) if request.path == TOKEN_CALL else self._revoke(request)

    # Consent

    def _authorize(self, request: Request) -> Response:
        sent = request.form() if request.method == "POST" else _firsts(request.query)
        problem = self._consent_problem(sent)
        if problem:
            return _page(400, f"<h1>Sorry</h1><p>{escape(problem)}</p>")
        if request.method == "GET":
            return _page(200, _consent_form(sent, self._realm))
        return redirect(self._callback(sent))

    def _consent_problem(self, sent: Mapping[str, str]) -> str:
        if sent.get("client_id") != self.app.client_id:
            return "The client_id query parameter value is missing or invalid."
        if not self._is_registered(sent.get("redirect_uri", "")):
            return "The redirect_uri query parameter value is invalid. Make sure it is registered."
        if sent.get("response_type") != "code":
            return "The response_type query parameter value is missing or invalid."
        scopes = sent.get("scope", "").split()
        if not scopes or not SCOPES.issuperset(scopes):
            return "The scope query parameter value is missing or invalid."
        if not sent.get("state"):
            return "The state query parameter value is missing."
        return ""

    def _is_registered(self, uri: str) -> bool:
        """Addresses of this machine count as registered; none may carry a query."""
        parts = urlsplit(uri)
        if parts.query or parts.fragment or parts.scheme not in ("http", "https"):
            return False
        return uri in self.app.redirect_uris or parts.hostname in _LOCAL_HOSTS

    def _callback(self, sent: Mapping[str, str]) -> str:
        answer = {"state": sent["state"]}
        if sent.get("action") != "allow":
            return f"{sent['redirect_uri']}?{urlencode(answer | {'error': 'access_denied'})}"
        code = self.tokens.issue(
            "code",
            client_id=self.app.client_id,
            account_id=self._realm,
            scopes=sent["scope"].split(),
            lasts=CODE_LASTS,
            redirect_uri=sent["redirect_uri"],
        )
        answer |= {"code": code.value, "realmId": self._realm}
        return f"{sent['redirect_uri']}?{urlencode(answer)}"

    # Tokens

    def _check_client(self, request: Request) -> None:
        scheme, _, encoded = request.header("authorization").partition(" ")
        try:
            pair = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            pair = ""
        if scheme != "Basic" or pair != f"{self.app.client_id}:{self.app.client_secret}":
            raise OAuthRefused("invalid_client", "Invalid client id or secret", 401)

    def _token(self, request: Request) -> Response:
        sent = request.form()
        grant_type = sent.get("grant_type")
        if grant_type == "authorization_code":
            access, refresh = self._exchange(sent)
        elif grant_type == "refresh_token":
            access, refresh = self._refresh(sent.get("refresh_token", ""))
        else:
            raise OAuthRefused("unsupported_grant_type", "Unsupported grant type")
        shows_limit = request.header("x-include-refresh-token-hard-expires-in").lower() == "true"
        return json_response(200, self._answer(access, refresh, shows_limit))

    def _exchange(self, sent: Mapping[str, str]) -> tuple[Grant, Grant]:
        value = sent.get("code", "")
        if value in self._used_codes:
            # A code that comes twice may have been stolen: what it gave is taken back.
            self.tokens.end_sign_in(self._used_codes[value])
            raise OAuthRefused("invalid_grant", "Authorization code was already used")
        code = self.tokens.take("code", value)
        if code is None:
            raise OAuthRefused("invalid_grant", "Invalid authorization code")
        if code.redirect_uri != sent.get("redirect_uri"):
            raise OAuthRefused("invalid_grant", "The redirect_uri is not the one of the code")
        self._used_codes[value] = code.sign_in
        return self._issue(code.scopes, code.sign_in)

    def _issue(self, scopes: tuple[str, ...], sign_in: str) -> tuple[Grant, Grant]:
        refresh = self._grant("refresh", scopes, REFRESH_LASTS, sign_in)
        access = self._grant("access", scopes, ACCESS_LASTS, refresh.sign_in)
        now = self._clock.time()
        self._made[refresh.value] = now
        self._consented.setdefault(refresh.sign_in, now)
        return access, refresh

    def _refresh(self, value: str) -> tuple[Grant, Grant]:
        """New access; the refresh token gets a new value when the old is a day old."""
        old = self.tokens.valid("refresh", value)
        if old is None or self._hard_seconds(old) <= 0:
            raise OAuthRefused("invalid_grant", "Incorrect or invalid refresh token")
        self._meter.tokens_refreshed += 1
        now = self._clock.time()
        if now - self._made.get(value, now) >= ROTATES_AFTER:
            self.tokens.remove(value)
            self._made.pop(value, None)
            return self._issue(old.scopes, old.sign_in)
        old.expires_at = now + REFRESH_LASTS
        return self._grant("access", old.scopes, ACCESS_LASTS, old.sign_in), old

    def _grant(self, kind: str, scopes: tuple[str, ...], lasts: float, sign_in: str) -> Grant:
        return self.tokens.issue(
            kind,
            client_id=self.app.client_id,
            account_id=self._realm,
            scopes=scopes,
            lasts=lasts,
            sign_in=sign_in,
        )

    def _hard_seconds(self, refresh: Grant) -> int:
        consented = self._consented.get(refresh.sign_in, self._clock.time())
        return int(consented + HARD_LIMIT - self._clock.time())

    def _answer(self, access: Grant, refresh: Grant, shows_limit: bool) -> dict[str, Any]:
        content: dict[str, Any] = {
            "token_type": "bearer",
            "access_token": access.value,
            "expires_in": self.tokens.seconds_left(access),
            "refresh_token": refresh.value,
            "x_refresh_token_expires_in": self.tokens.seconds_left(refresh),
        }
        if shows_limit:
            content["x_refresh_token_hard_expires_in"] = self._hard_seconds(refresh)
        return content

    def _revoke(self, request: Request) -> Response:
        sent = request.json()
        value = sent.get("token", "") if isinstance(sent, dict) else ""
        grant = self.tokens.find("refresh", value) or self.tokens.find("access", value)
        if grant is None:
            raise OAuthRefused("invalid_request", "Invalid token")
        self.tokens.end_sign_in(grant.sign_in)
        return Response(200)

    # State

    def snapshot(self) -> dict[str, Any]:
        return {
            "redirect_uris": list(self.app.redirect_uris),
            "tokens": self.tokens.snapshot(),
            "made": dict(self._made),
            "consented": dict(self._consented),
            "used_codes": dict(self._used_codes),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.register(tuple(state["redirect_uris"]))
        self.tokens.restore(state["tokens"])
        self._made = dict(state["made"])
        self._consented = dict(state["consented"])
        self._used_codes = dict(state["used_codes"])


def _firsts(query: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in query.items()}


def _discovery(host: str) -> dict[str, Any]:
    """The endpoints of this very server, so that a client needs to be told the host only."""
    base = f"http://{host}/quickbooks"
    return {
        "issuer": base,
        "authorization_endpoint": base + AUTHORIZE,
        "token_endpoint": base + TOKEN_CALL,
        "revocation_endpoint": base + REVOKE,
        "userinfo_endpoint": base + "/v1/openid_connect/userinfo",
        "jwks_uri": base + "/v1/openid_connect/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", SCOPE],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }


def _page(status: int, inside: str) -> Response:
    page = f"<!doctype html><html lang=en><title>QuickBooks sandbox</title><body>{inside}"
    answer = html_response(status, page)
    # The consent page refuses to be framed.
    return Response(status, answer.body, (*answer.headers, ("X-Frame-Options", "DENY")))


def _consent_form(sent: Mapping[str, str], realm: str) -> str:
    names = ("client_id", "response_type", "scope", "redirect_uri", "state")
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(sent.get(name, ""))}">'
        for name in names
    )
    return (
        f"<h1>Connect your company</h1><p>An app asks for access to company {escape(realm)}: "
        f"{escape(sent.get('scope', ''))}.</p>"
        f'<form method="post" action="">{hidden}'
        '<button name="action" value="allow">Connect</button> '
        '<button name="action" value="deny">Cancel</button></form>'
    )
