"""Which provider can be reached where, and with which of our registrations there."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse

from integrations.connectors import Hosts, Provider
from integrations.contract import Category, Fault, Misconfigured
from integrations.models import LIVE, SANDBOX, TEST
from integrations.oauth import OAuthApp
from integrations.registry import PROVIDERS

# The stand-in knows one application per provider; its secrets protect nothing.
SANDBOX_CLIENT_ID = "saldo-sandbox"


@dataclass(frozen=True, slots=True)
class Registration:
    """Our application as a provider knows it."""

    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)


def provider_of(code: str) -> Provider:
    """The provider; raises Misconfigured for a code that nobody serves (any more)."""
    try:
        return PROVIDERS[code]
    except KeyError as error:
        message = f"There is no provider {code!r} in this version."
        raise Misconfigured(Fault(Category.CONFIGURATION, "provider", message)) from error


def variables(code: str, environment: str) -> tuple[str, str]:
    """The settings that hold client id and secret."""
    prefix = _prefix(code, environment)
    return f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET"


def _prefix(code: str, environment: str) -> str:
    return code.upper() + ("_TEST" if environment == TEST else "")


def registration(code: str, environment: str) -> Registration | None:
    """Our registration in this environment; None when there is none."""
    if environment == SANDBOX:
        return _sandbox_registration(code) if settings.SANDBOX_URL else None
    client_id, client_secret = (getattr(settings, n, "") for n in variables(code, environment))
    if not client_id:
        return None
    # Some providers sign webhooks with a word of their own, the others with the client secret.
    own_word = getattr(settings, f"{_prefix(code, environment)}_WEBHOOK_TOKEN", "")
    return Registration(client_id, client_secret, own_word or client_secret)


def environments(code: str) -> tuple[str, ...]:
    """Where a tenant may connect this provider now, the real one first."""
    served = [name for name in (LIVE, TEST) if name in provider_of(code).hosts]
    return tuple(name for name in (*served, SANDBOX) if registration(code, name))


def hosts_of(code: str, environment: str) -> Hosts:
    provider = provider_of(code)
    if environment == SANDBOX:
        return provider.hosts_at(f"{settings.SANDBOX_URL}/{code}")
    return provider.hosts[environment]


def oauth_app(code: str, environment: str) -> OAuthApp:
    """Our registration, ready for the OAuth calls; raises Misconfigured without one."""
    ours = registration(code, environment)
    if ours is None:
        names = " and ".join(variables(code, environment))
        message = f"Saldo is not registered with this provider here: {names} are not set."
        raise Misconfigured(Fault(Category.CONFIGURATION, "registration", message))
    return provider_of(code).oauth(
        hosts_of(code, environment), ours.client_id, ours.client_secret, redirect_uri(code)
    )


def redirect_uri(code: str) -> str:
    """Where the provider sends people back; registered there in exactly this spelling."""
    return settings.PUBLIC_URL + reverse("integrations:callback", args=[code])


def webhook_secrets(code: str) -> tuple[str, ...]:
    """Every secret that may have signed a webhook of this provider."""
    found = (registration(code, environment) for environment in (LIVE, TEST, SANDBOX))
    return tuple({ours.webhook_secret: None for ours in found if ours and ours.webhook_secret})


def _sandbox_registration(code: str) -> Registration:
    return Registration(SANDBOX_CLIENT_ID, f"{code}-sandbox-secret", f"{code}-sandbox-webhook")
