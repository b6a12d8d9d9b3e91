"""Addresses, scopes, limits and the API version of QuickBooks Online."""

from integrations.connectors import Hosts
from integrations.http import RateRule
from integrations.oauth import OAuthApp

CODE = "quickbooks"
LABEL = "QuickBooks Online"

# Since 2025-08-01 every lower version is answered as this one (blogs.intuit.com, 2025/01/21).
MINOR_VERSION = "75"
SCOPES = ("com.intuit.quickbooks.accounting",)

_APP = "https://app.qbo.intuit.com"


def _intuit(api: str, app: str) -> Hosts:
    """Sign-in is the same for real and for Intuit's own sandbox companies; the API is not."""
    return Hosts(
        api=api,
        app=app,
        authorize="https://appcenter.intuit.com/connect/oauth2",
        token="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # noqa: S106 - an address
        revoke="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    )


HOSTS = {
    "live": _intuit("https://quickbooks.api.intuit.com", _APP),
    "test": _intuit(
        "https://sandbox-quickbooks.api.intuit.com", "https://app.sandbox.qbo.intuit.com"
    ),
}


def hosts_at(sandbox_url: str) -> Hosts:
    """The same paths at a sandbox, where everything shares one host."""
    base = sandbox_url.rstrip("/")
    return Hosts(
        api=base,
        app=base,
        authorize=f"{base}/connect/oauth2",
        token=f"{base}/oauth2/v1/tokens/bearer",
        revoke=f"{base}/v2/oauth2/tokens/revoke",
    )


# With it the token call tells how many seconds the consent has left, in
# `x_refresh_token_hard_expires_in`: five years at most, however often we refresh.
HARD_EXPIRY_HEADER = {"x-include-refresh-token-hard-expires-in": "true"}


def oauth_app(hosts: Hosts, client_id: str, client_secret: str, redirect_uri: str) -> OAuthApp:
    """developer.intuit.com, "OAuth 2.0": Basic credentials, no PKCE, the revoke call takes JSON."""
    return OAuthApp(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=redirect_uri,
        authorize_url=hosts.authorize,
        token_url=hosts.token,
        revoke_url=hosts.revoke,
        scopes=SCOPES,
        basic_auth=True,
        revoke_json=True,
        token_headers=HARD_EXPIRY_HEADER,
    )


# developer.intuit.com, "Limits and throttles": 500 requests a minute, 10 a second and 40 batches a
# minute for a company. In any window at most `calls` of it and `burst` go out; the rest is left
# for calls that were delayed on their way and arrive closer together than they left.
SECOND = RateRule("second", calls=8, seconds=1.0, burst=1)
MINUTE = RateRule("minute", calls=480, seconds=60.0, burst=8)
BATCHES = RateRule("batches", calls=38, seconds=60.0, burst=1)
CALL_RULES = (SECOND, MINUTE)
BATCH_RULES = (BATCHES, SECOND, MINUTE)
# A throttled company rests for so long.
THROTTLED_SECONDS = 60.0

READ_SECONDS = 60.0
# The service itself gives up after 120: before that, a write may still be under way.
WRITE_SECONDS = 125.0
CORRELATION_HEADER = "intuit_tid"
