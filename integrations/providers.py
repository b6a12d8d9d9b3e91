"""Which provider can be reached where, and with which of our registrations there."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.urls import reverse

from integrations.connectors import Hosts, Provider
from integrations.contract import Category, ConnectorError, Fault, Misconfigured, RetryLater
from integrations.environments import (
    SANDBOX,
    is_sandbox,
    sandbox_environment,
    sandbox_mount,
)
from integrations.http import new_session
from integrations.oauth import OAuthApp
from integrations.registry import PROVIDERS

SANDBOX_TIMEOUT = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class Registration:
    """Our application as a provider knows it."""

    client_id: str
    client_secret: str = field(repr=False)
    # Empty: no webhook can be verified, so none is accepted.
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


def webhook_variable(code: str, environment: str) -> str:
    """The setting that holds the word webhooks are signed with; empty: the client secret signs."""
    if not provider_of(code).has_webhook_token:
        return ""
    return f"{_prefix(code, environment)}_WEBHOOK_TOKEN"


def _prefix(code: str, environment: str) -> str:
    """A registration holds for one environment; the provider's first one goes without its name."""
    first = next(iter(provider_of(code).hosts))
    return code.upper() + ("" if environment == first else f"_{environment.upper()}")


def is_registered(code: str, environment: str) -> bool:
    """Whether a tenant may connect this provider in this environment."""
    if is_sandbox(environment):
        return bool(settings.SANDBOX_URL)
    return bool(getattr(settings, variables(code, environment)[0], ""))


def registration(code: str, environment: str) -> Registration:
    """Our registration in this environment; raises Misconfigured when there is none."""
    if not is_registered(code, environment):
        message = f"Saldo is not registered with this provider here: {_wanted(code, environment)}."
        raise Misconfigured(Fault(Category.CONFIGURATION, "registration", message))
    if is_sandbox(environment):
        return _sandbox_registration(settings.SANDBOX_URL, sandbox_mount(code, environment))
    client_id, client_secret = (getattr(settings, name) for name in variables(code, environment))
    variable = webhook_variable(code, environment)
    signs = getattr(settings, variable, "") if variable else client_secret
    return Registration(client_id, client_secret, signs)


def _wanted(code: str, environment: str) -> str:
    if is_sandbox(environment):
        return "SANDBOX_URL is not set"
    return " and ".join(variables(code, environment)) + " are not set"


def environments(code: str) -> tuple[str, ...]:
    """Where a tenant may connect this provider now, the real ones first."""
    named = (*provider_of(code).hosts, SANDBOX)
    return tuple(name for name in named if is_registered(code, name))


def hosts_of(code: str, environment: str) -> Hosts:
    """The addresses there; raises Misconfigured where this version serves nobody."""
    provider = provider_of(code)
    if is_sandbox(environment):
        return provider.hosts_at(f"{settings.SANDBOX_URL}/{sandbox_mount(code, environment)}")
    try:
        return provider.hosts[environment]
    except KeyError as error:
        message = f"{provider.label} is not served in {environment!r} in this version."
        raise Misconfigured(Fault(Category.CONFIGURATION, "environment", message)) from error


def oauth_app(code: str, environment: str) -> OAuthApp:
    """Our registration, ready for the OAuth calls; raises Misconfigured without one."""
    ours = registration(code, environment)
    return provider_of(code).oauth(
        hosts_of(code, environment), ours.client_id, ours.client_secret, redirect_uri(code)
    )


def learn_from(refusal: ConnectorError) -> None:
    """A sandbox started anew has other applications: ask it again once it refused ours."""
    if isinstance(refusal, Misconfigured):
        _sandbox_ready.cache_clear()


def redirect_uri(code: str) -> str:
    """Where the provider sends people back; registered there in exactly this spelling."""
    return str(settings.PUBLIC_URL) + reverse("integrations:callback", args=[code])


def webhook_secrets(code: str) -> dict[str, str]:
    """Per environment the secret that signs its webhooks from this provider."""
    names = [name for name in provider_of(code).hosts if is_registered(code, name)]
    names += _sandbox_environments(code)
    return {name: secret for name in names if (secret := registration(code, name).webhook_secret)}


def _sandbox_environments(code: str) -> list[str]:
    try:
        mounts = _sandbox_ready(settings.SANDBOX_URL) if settings.SANDBOX_URL else {}
    except RetryLater:
        # A sandbox that does not run has signed nothing.
        return []
    own = (name for name in mounts if name == code or name.startswith(f"{code}-"))
    return [sandbox_environment(code, name) for name in own]


def _sandbox_registration(sandbox_url: str, mount: str) -> Registration:
    try:
        told = _sandbox_ready(sandbox_url)[mount]
        return Registration(told["client_id"], told["client_secret"], told["webhook_secret"])
    except KeyError as error:
        raise _no_sandbox(sandbox_url) from error


@lru_cache(maxsize=4)
def _sandbox_ready(sandbox_url: str) -> dict[str, dict[str, Any]]:
    """The sandbox makes up an application per provider and tells anybody; it protects nothing."""
    try:
        answer = new_session(sandbox_url).get(
            f"{sandbox_url}/_control/ready", timeout=SANDBOX_TIMEOUT
        )
        return msgspec.json.decode(answer.content, type=dict[str, dict[str, Any]])
    except (OSError, msgspec.DecodeError) as error:
        raise _no_sandbox(sandbox_url) from error


def _no_sandbox(sandbox_url: str) -> RetryLater:
    message = f"No sandbox answers at {sandbox_url}. Start it: python manage.py sandbox."
    return RetryLater(Fault(Category.TRANSIENT, "sandbox", message), 10.0)
