"""OAuth 2 with an authorisation code: where to send the person, and the token calls.

Pure and without state: the caller keeps `state`, verifier and tokens. The providers differ in small
ways only, which an `OAuthApp` declares.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests

from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Misconfigured,
    RetryLater,
    SignInAgain,
)
from integrations.http import CONNECT_SECONDS, READ_SECONDS, new_session, redact

BUSY_PAUSE_SECONDS = 10.0
# The grant is spent, expired or withdrawn: only a person can give another.
GRANT_CODES = frozenset(
    {"invalid_grant", "invalid_token", "access_denied", "BAD_REFRESH_TOKEN", "BAD_AUTH_CODE"}
)
_NO_TOKEN = Fault(Category.TRANSIENT, "no_token", "The provider's answer holds no token.")
_SECRET_FIELDS = frozenset({"access_token", "refresh_token", "id_token"})


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """Our registration at a provider and how that provider wants to be asked."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    authorize_url: str
    token_url: str
    # Empty: the provider has no call for it.
    revoke_url: str = ""
    # Empty: chosen where the application is registered.
    scopes: tuple[str, ...] = ()
    optional_scopes: tuple[str, ...] = ()
    # Client id and secret travel in the Authorization header instead of in the form.
    basic_auth: bool = False
    pkce: bool = False
    # The revoke call takes JSON instead of a form.
    revoke_json: bool = False
    # Further parameters of the authorise page.
    extra: Mapping[str, str] = field(default_factory=dict)
    # Further headers of the token calls.
    token_headers: Mapping[str, str] = field(default_factory=dict)
    # Seconds of a token's age before which the provider takes no refresh.
    earliest_refresh: float = 0.0
    # What this provider means by refusing a token call; None: what its code means everywhere.
    refusal: Callable[["TokenRefusal"], ConnectorError | None] | None = None


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """A token call that was refused; header names are lower-case, texts are redacted."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str]
    raw: str


class NoAnswer(RetryLater):
    """The call may have reached the provider, and what it gave us was lost."""


class KeepToken(RetryLater):
    """Refused for now, but with another refresh token, which must be kept in place of the old."""

    def __init__(self, fault: Fault, after: float, refresh_token: str) -> None:
        super().__init__(fault, after)
        self.refresh_token = refresh_token


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the token call gave; `raw_extra` has the remaining plain fields, such as hub_id."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    refresh_expires_in: int | None
    # Empty when the provider does not tell.
    scopes: tuple[str, ...]
    raw_extra: Mapping[str, str]


def new_verifier() -> str:
    """A fresh PKCE verifier (RFC 7636)."""
    return secrets.token_urlsafe(64)


def challenge_for(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def authorize_url(app: OAuthApp, state: str, challenge: str = "") -> str:
    """Where to send the person; `challenge` is used where the provider has PKCE."""
    query = {
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "response_type": "code",
        **({"scope": " ".join(app.scopes)} if app.scopes else {}),
        "state": state,
        **app.extra,
    }
    if app.optional_scopes:
        query["optional_scope"] = " ".join(app.optional_scopes)
    if app.pkce and challenge:
        query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{app.authorize_url}?{urlencode(query)}"


def exchange(app: OAuthApp, code: str, verifier: str = "") -> TokenAnswer:
    """Tokens for the code of the callback; raises SignInAgain when the code is spent or expired."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
    if app.pkce and verifier:
        form["code_verifier"] = verifier
    return _tokens(app, form)


def refresh(app: OAuthApp, refresh_token: str) -> TokenAnswer:
    """New tokens; keep the refresh token that comes back, the old one may no longer work.

    Raises SignInAgain when the person withdrew the consent or it lapsed.
    """
    answer = _tokens(app, {"grant_type": "refresh_token", "refresh_token": refresh_token})
    if answer.refresh_token:
        return answer
    return replace(answer, refresh_token=refresh_token)


def revoke(app: OAuthApp, refresh_token: str) -> None:
    """Give the consent back; a token that is already dead counts as revoked."""
    if not app.revoke_url:
        return
    form = {"token": refresh_token}
    if not app.revoke_json:
        form["token_type_hint"] = "refresh_token"  # noqa: S105 - RFC 7009's word
    try:
        _post(app, app.revoke_url, form, as_json=app.revoke_json)
    except SignInAgain:
        return
    except Misconfigured as refused:
        # QuickBooks calls a token that is dead already a bad request.
        if refused.fault.code != "invalid_request":
            raise


def _tokens(app: OAuthApp, form: Mapping[str, str]) -> TokenAnswer:
    answer = _post(app, app.token_url, form)
    if not isinstance(answer.get("access_token"), str):
        raise NoAnswer(_NO_TOKEN, BUSY_PAUSE_SECONDS)
    return TokenAnswer(
        access_token=answer["access_token"],
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_in=int(answer.get("expires_in") or 0),
        refresh_expires_in=_refresh_expiry(answer),
        scopes=_scopes(answer),
        raw_extra=_plain(answer),
    )


def _refresh_expiry(answer: Mapping[str, Any]) -> int | None:
    for name in ("x_refresh_token_expires_in", "refresh_token_expires_in", "refresh_expires_in"):
        if answer.get(name) is not None:
            return int(answer[name])
    return None


def _scopes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    granted = answer.get("scopes") or answer.get("scope") or ()
    return tuple(granted.split()) if isinstance(granted, str) else tuple(map(str, granted))


def _plain(answer: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in answer.items()
        if isinstance(value, str | int) and name not in _SECRET_FIELDS
    }


def _post(
    app: OAuthApp, url: str, form: Mapping[str, str], *, as_json: bool = False
) -> dict[str, Any]:
    """The answer's fields; raises by what the refusal means."""
    credentials = (app.client_id, app.client_secret)
    body = dict(form)
    if not app.basic_auth:
        body |= {"client_id": app.client_id, "client_secret": app.client_secret}
    try:
        with new_session(url) as session:
            response = session.post(
                url,
                data=None if as_json else body,
                json=body if as_json else None,
                auth=credentials if app.basic_auth else None,
                headers={"Accept": "application/json", **app.token_headers},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
    except requests.RequestException as error:
        fault = Fault(Category.TRANSIENT, type(error).__name__, "The sign-in service is not there.")
        raise NoAnswer(fault, BUSY_PAUSE_SECONDS) from error
    answer = _fields(response.content)
    if response.status_code >= 300:
        raise _refusal(app, response, answer)
    return answer


def _fields(content: bytes) -> dict[str, Any]:
    try:
        answer = msgspec.json.decode(content) if content else {}
    except msgspec.DecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(
    app: OAuthApp, response: requests.Response, answer: Mapping[str, Any]
) -> ConnectorError:
    codes = [str(answer[name]) for name in ("error", "status") if answer.get(name)]
    status = response.status_code
    message = str(answer.get("error_description") or answer.get("message") or f"Status {status}")
    refused = TokenRefusal(
        status,
        codes[0] if codes else str(status),
        redact(message),
        {name.lower(): value for name, value in response.headers.items()},
        redact(response.text),
    )
    meant = (app.refusal and app.refusal(refused)) or _usual(refused, codes)
    kept = answer.get("refresh_token")
    # Only said of providers that refuse a refresh for being early.
    if app.earliest_refresh and isinstance(kept, str) and kept:
        return KeepToken(meant.fault, getattr(meant, "after", BUSY_PAUSE_SECONDS), kept)
    return meant


def _usual(refused: TokenRefusal, codes: Sequence[str]) -> ConnectorError:
    """What the code means everywhere."""
    if refused.status == 429 or refused.status >= 500:
        fault = Fault(Category.TRANSIENT, refused.code, refused.message, raw=refused.raw)
        return RetryLater(fault, _asked(refused))
    if GRANT_CODES.intersection(codes):
        fault = Fault(Category.CONNECTION_REAUTH, refused.code, refused.message, raw=refused.raw)
        return SignInAgain(fault)
    fault = Fault(Category.CONFIGURATION, refused.code, refused.message, raw=refused.raw)
    return Misconfigured(fault)


def _asked(refused: TokenRefusal) -> float:
    try:
        return max(float(refused.headers["retry-after"]), 1.0)
    except (KeyError, ValueError):
        return BUSY_PAUSE_SECONDS
