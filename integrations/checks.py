"""Numbered system checks of what connecting to providers needs."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from integrations.environments import TEST
from integrations.providers import is_registered, variables, webhook_variable
from integrations.registry import PROVIDERS


def register_checks() -> None:
    register(check_token_keys, Tags.security)
    register(check_public_url, Tags.security, deploy=True)
    register(check_registrations, "integrations", deploy=True)
    register(check_webhook_tokens, "integrations", deploy=True)


def check_token_keys(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    keys = list(getattr(settings, "TOKEN_KEYS", []))
    if not keys:
        return [
            Error(
                "TOKEN_KEYS is empty, so the providers' tokens cannot be kept.",
                hint='Make a key: python -c "from cryptography.fernet import Fernet; '
                'print(Fernet.generate_key().decode())"',
                id="integrations.E001",
            )
        ]
    if all(_is_key(key) for key in keys):
        return []
    return [
        Error(
            "TOKEN_KEYS holds something that is not a key of 32 bytes in url-safe base64.",
            hint="Part several keys by commas, the current one first.",
            id="integrations.E002",
        )
    ]


def check_public_url(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    if urlsplit(settings.PUBLIC_URL).scheme == "https":
        return []
    return [
        Error(
            "PUBLIC_URL is not https: providers send neither people nor webhooks to it.",
            hint="Set PUBLIC_URL to https://your-host.",
            id="integrations.E003",
        )
    ]


def check_registrations(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    missing = [
        provider
        for provider in PROVIDERS.values()
        if not any(is_registered(provider.code, name) for name in provider.hosts if name != TEST)
    ]
    return [
        checks.Warning(
            f"{provider.label} cannot be connected: "
            f"{' and '.join(variables(provider.code, next(iter(provider.hosts))))} are not set.",
            hint="Register an application there and set both, or leave the provider out.",
            id="integrations.W001",
        )
        for provider in missing
    ]


def check_webhook_tokens(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """Without its word every webhook of such a provider is refused, and nobody would notice."""
    wanted = [
        (provider, variable)
        for provider in PROVIDERS.values()
        for environment in provider.hosts
        if is_registered(provider.code, environment)
        and (variable := webhook_variable(provider.code, environment))
    ]
    return [
        checks.Warning(
            f"No webhook of {provider.label} can be accepted: {variable} is not set.",
            hint="Copy the verifier token of the application's webhooks from there. Until then "
            "changes are found by the regular reading alone.",
            id="integrations.W002",
        )
        for provider, variable in wanted
        if not getattr(settings, variable, "")
    ]


def _is_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
