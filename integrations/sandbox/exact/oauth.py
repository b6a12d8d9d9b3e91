"""Signing in: consent page, codes, ten-minute tokens and refresh tokens that rotate.

Sources: Invantive forum 1040, 1229, 1419, 2903; picqer/exact-php-client, issues 300, 471, 640;
websmurf/laravel-exact-online, issues 23 and 31.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.sandbox.core import (
    Clock,
    Headers,
    Meter,
    Request,
    Response,
    html_response,
    json_response,
    redirect,
)
from integrations.sandbox.tokens import App, Grant, TokenStore

AUTHORIZE = "/api/oauth2/auth"
TOKEN_CALL = "/api/oauth2/token"  # noqa: S105  # a path, no secret
_DAY = 86400.0
CODE_LASTS = 180.0
ACCESS_LASTS = 600.0
REFRESH_LASTS = 30 * _DAY
# No new access token within this time of the last one.
TOO_EARLY = 570.0
MOST_TOKENS_A_DAY = 200
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "testserver", "[::1]", "::1"})


class OAuthRefused(Exception):
    """A token call is refused."""

    def __init__(self, status: int, error: str, description: str, headers: Headers = ()) -> None:
        super().__init__(error)
        self.status = status
        self.content = {"error": error, "error_description": description}
        self.headers = headers


@dataclass
class Chain:
    """The refresh tokens that follow each other since one consent."""

    sign_in: str
    current: str
    # Still good as long as `current` was not used: its answer may have been lost.
    previous: str = ""
    # When the last access token was made.
    issued_at: float = 0.0
    # A later consent of the same user put an end to it.
    is_superseded: bool = False


class SignIn:
    """The OAuth endpoints, for one app and one user."""

    def __init__(self, clock: Clock, seed: int, app: App, user: str, meter: Meter) -> None:
        self.app = app
        self.tokens = TokenStore(clock, seed, "exact")
        self._clock = clock
        self._user = user
        self._meter = meter
        self._chains: dict[str, Chain] = {}
        # Every refresh token ever given, with its chain and when it runs out.
        self._known: dict[str, tuple[str, float]] = {}
        self._day = -1
        self._calls_today = 0

    def handles(self, path: str) -> bool:
        return path in (AUTHORIZE, TOKEN_CALL)

    def handle(self, request: Request) -> Response:
        if request.path == AUTHORIZE:
            return self._authorize(request)
        if request.method != "POST":
            return json_response(405, {"error": "invalid_request"})
        try:
            return json_response(200, self._token(request.form()))
        except OAuthRefused as refusal:
            return json_response(refusal.status, refusal.content, refusal.headers)

    def first_tokens(self) -> tuple[Grant, str]:
        """An access and a refresh token as if a person had just consented."""
        return self._begin("")

    def access_token(self) -> str:
        """A fresh access token beside all chains, so that time may pass in a test."""
        return self._access("in-process").value

    def latest(self) -> str:
        """The refresh token that the user's chain has come to; of a new one when it has ended."""
        for chain in self._chains.values():
            if not chain.is_superseded and self.tokens.valid("refresh", chain.current):
                return chain.current
        return self._begin("")[1]

    def register(self, redirect_uris: tuple[str, ...]) -> None:
        """Let these addresses be called back, besides those of this machine."""
        self.app = replace(self.app, redirect_uris=redirect_uris)

    def expire(self) -> int:
        """Let all access tokens run out now, and allow new ones at once."""
        for chain in self._chains.values():
            chain.issued_at = 0.0
        return self.tokens.expire("access")

    def disconnect(self) -> None:
        """Take the app's access away, as a user does on the page of connected apps."""
        self.tokens.clear()
        for chain in self._chains.values():
            chain.is_superseded = True

    # Consent

    def _authorize(self, request: Request) -> Response:
        sent = request.form() if request.method == "POST" else _firsts(request.query)
        problem = self._problem(sent)
        if problem:
            return _page(400, f"<h1>Exact Online</h1><p>{escape(problem)}</p>")
        if request.method == "GET":
            return _page(200, _form(sent))
        if sent.get("action") != "allow":
            return redirect(_back(sent, {"error": "access_denied"}))
        code = self.tokens.issue(
            "code",
            client_id=self.app.client_id,
            account_id=self._user,
            scopes=(),
            lasts=CODE_LASTS,
            redirect_uri=sent["redirect_uri"],
        )
        return redirect(_back(sent, {"code": code.value}))

    def _problem(self, sent: Mapping[str, str]) -> str:
        if not self._is_app(sent):
            return "The client_id is unknown."
        if not self._is_registered(sent.get("redirect_uri", "")):
            return "The redirect_uri is not the registered one."
        if sent.get("response_type") != "code":
            return "The response_type must be code."
        if sent.get("force_login", "0") not in ("0", "1"):
            return "The force_login parameter is 0 or 1."
        return ""

    def _is_app(self, sent: Mapping[str, str]) -> bool:
        """A client id is a GUID, with or without braces."""
        return sent.get("client_id", "").strip("{}").lower() == self.app.client_id

    def _is_registered(self, uri: str) -> bool:
        parts = urlsplit(uri)
        if parts.scheme not in ("http", "https"):
            return False
        return uri in self.app.redirect_uris or parts.hostname in _LOCAL_HOSTS

    # Tokens

    def _token(self, sent: Mapping[str, str]) -> dict[str, str]:
        self._count()
        if not self._is_app(sent) or sent.get("client_secret") != self.app.client_secret:
            raise OAuthRefused(400, "invalid_client", "Client authentication failed.")
        if sent.get("grant_type") == "authorization_code":
            access, refresh = self._exchange(sent)
        elif sent.get("grant_type") == "refresh_token":
            access, refresh = self._refresh(sent.get("refresh_token", ""))
        else:
            raise OAuthRefused(400, "unsupported_grant_type", "Unsupported grant type.")
        # The number of seconds is a text.
        return {
            "access_token": access.value,
            "token_type": "bearer",
            "expires_in": str(self.tokens.seconds_left(access)),
            "refresh_token": refresh,
        }

    def _count(self) -> None:
        day = int(self._clock.time() // _DAY)
        if day != self._day:
            self._day, self._calls_today = day, 0
        self._calls_today += 1
        if self._calls_today > MOST_TOKENS_A_DAY:
            self._meter.violate("tokens_a_day")
            raise OAuthRefused(400, "access_denied", "Rate limit exceeded: token calls per day")

    def _exchange(self, sent: Mapping[str, str]) -> tuple[Grant, str]:
        code = self.tokens.take("code", sent.get("code", ""))
        if code is None:
            raise OAuthRefused(400, "invalid_grant", "The authorization code is not valid.")
        if code.redirect_uri != sent.get("redirect_uri"):
            raise OAuthRefused(400, "invalid_grant", "The redirect_uri is another one.")
        return self._begin(code.sign_in)

    def _begin(self, sign_in: str) -> tuple[Grant, str]:
        """A user has one chain a time: the new one puts an end to the others."""
        for chain in self._chains.values():
            chain.is_superseded = True
        refresh = self._new_refresh(sign_in)
        chain = Chain(refresh.sign_in, refresh.value)
        self._chains[chain.sign_in] = chain
        return self._issue(chain, refresh)

    def _refresh(self, value: str) -> tuple[Grant, str]:
        chain = self._chain(value)
        if self._clock.time() - chain.issued_at < TOO_EARLY:
            self._meter.violate("token_too_early")
            reason = "TooEarlyToRefreshTokens: access_token not expired"
            raise OAuthRefused(
                400,
                "access_denied",
                "Rate limit exceeded: access_token not expired",
                (("Reason", reason),),
            )
        self._meter.tokens_refreshed += 1
        refresh = self._new_refresh(chain.sign_in)
        if value == chain.current:
            chain.previous = value
        chain.current = refresh.value
        return self._issue(chain, refresh)

    def _chain(self, value: str) -> Chain:
        """The chain that a refresh token may go on with; raises OAuthRefused."""
        sign_in, expires_at = self._known.get(value, ("", 0.0))
        chain = self._chains.get(sign_in)
        if chain is None or chain.is_superseded:
            text = "Token is not allowed, because of invalid or empty chainId"
            raise OAuthRefused(400, "invalid_grant", text)
        if value not in (chain.current, chain.previous):
            raise OAuthRefused(401, "unauthorized_client", "Old refresh token used.")
        now = self._clock.time()
        if now >= expires_at:
            text = f"The refresh token expired at {_us(expires_at)} and it is now {_us(now)}."
            raise OAuthRefused(400, "invalid_request", text)
        return chain

    def _issue(self, chain: Chain, refresh: Grant) -> tuple[Grant, str]:
        chain.issued_at = self._clock.time()
        self._known[refresh.value] = (chain.sign_in, refresh.expires_at)
        return self._access(chain.sign_in), refresh.value

    def _new_refresh(self, sign_in: str) -> Grant:
        return self._grant("refresh", REFRESH_LASTS, sign_in)

    def _access(self, sign_in: str) -> Grant:
        return self._grant("access", ACCESS_LASTS, sign_in)

    def _grant(self, kind: str, lasts: float, sign_in: str) -> Grant:
        return self.tokens.issue(
            kind,
            client_id=self.app.client_id,
            account_id=self._user,
            scopes=(),
            lasts=lasts,
            sign_in=sign_in,
        )

    # State

    def snapshot(self) -> dict[str, Any]:
        return {
            "redirect_uris": list(self.app.redirect_uris),
            "tokens": self.tokens.snapshot(),
            "chains": [asdict(chain) for chain in self._chains.values()],
            "known": {value: list(each) for value, each in self._known.items()},
            "calls": [self._day, self._calls_today],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.register(tuple(state["redirect_uris"]))
        self.tokens.restore(state["tokens"])
        self._chains = {each["sign_in"]: Chain(**each) for each in state["chains"]}
        self._known = {value: (each[0], each[1]) for value, each in state["known"].items()}
        self._day, self._calls_today = state["calls"]


def _firsts(query: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in query.items()}


def _back(sent: Mapping[str, str], answer: dict[str, str]) -> str:
    if sent.get("state"):
        answer["state"] = sent["state"]
    joint = "&" if urlsplit(sent["redirect_uri"]).query else "?"
    return f"{sent['redirect_uri']}{joint}{urlencode(answer)}"


def _us(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.month}/{moment.day}/{moment:%Y %I:%M:%S %p}"


def _page(status: int, inside: str) -> Response:
    page = f"<!doctype html><html lang=en><title>Exact Online sandbox</title><body>{inside}"
    answer = html_response(status, page)
    return Response(status, answer.body, (*answer.headers, ("X-Frame-Options", "DENY")))


def _form(sent: Mapping[str, str]) -> str:
    names = ("client_id", "response_type", "redirect_uri", "state", "force_login")
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(sent[name])}">'
        for name in names
        if name in sent
    )
    return (
        "<h1>Toestemming geven</h1><p>Een app vraagt toegang tot uw administraties.</p>"
        f'<form method="post" action="">{hidden}'
        '<button name="action" value="allow">Toestaan</button> '
        '<button name="action" value="deny">Weigeren</button></form>'
    )
