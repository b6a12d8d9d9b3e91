"""Signing in, and what refused token calls mean: their bodies are OAuth's, not the API's."""

import re

from integrations.connectors import Hosts
from integrations.connectors.exact.settings import EARLIEST_REFRESH_SECONDS, SCOPES
from integrations.contract import Category, ConnectorError, Fault, RetryLater, SignInAgain
from integrations.oauth import OAuthApp, TokenRefusal

_TOO_EARLY = re.compile(r"access_token not expired|rate limit exceeded", re.IGNORECASE)
_SPENT = re.compile(
    r"old refresh token used|refresh token (has )?expired|invalid or empty chainid", re.IGNORECASE
)


def oauth_app(hosts: Hosts, client_id: str, client_secret: str, redirect_uri: str) -> OAuthApp:
    """Credentials travel in the form; refresh tokens rotate; there is no call to revoke them."""
    return OAuthApp(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=redirect_uri,
        authorize_url=hosts.authorize,
        token_url=hosts.token,
        scopes=SCOPES,
        earliest_refresh=EARLIEST_REFRESH_SECONDS,
        refusal=token_error,
    )


def token_error(refusal: TokenRefusal) -> ConnectorError | None:
    """The exception for a refused token call; None where the usual reading does.

    A refresh that came too early says so with the code that elsewhere means a withdrawn consent.
    """
    reason = refusal.headers.get("reason", "")
    if _TOO_EARLY.search(refusal.message) or reason.startswith("TooEarly"):
        words = "Exact gives no new token within ten minutes of the last one."
        fault = Fault(Category.RATE_LIMITED, "token_too_early", words, raw=refusal.raw)
        return RetryLater(fault, EARLIEST_REFRESH_SECONDS)
    if _SPENT.search(refusal.message):
        words = "Exact does not accept this sign-in any more."
        fault = Fault(Category.CONNECTION_REAUTH, refusal.code, words, raw=refusal.raw)
        return SignInAgain(fault)
    return None
