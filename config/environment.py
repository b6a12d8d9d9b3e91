"""Reads settings from the environment and refuses what cannot work, naming the variable.

A wrong setting found at start costs a minute; the same one found by a customer costs a day.
"""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50
FERNET_KEY_BYTES = 32
SWITCHES = {
    **dict.fromkeys(("true", "on", "yes", "1"), True),
    **dict.fromkeys(("false", "off", "no", "0"), False),
}
MAIL_BACKENDS = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "smtp+tls": "django.core.mail.backends.smtp.EmailBackend",
    "smtp+ssl": "django.core.mail.backends.smtp.EmailBackend",
    "consolemail": "django.core.mail.backends.console.EmailBackend",
    "filemail": "django.core.mail.backends.filebased.EmailBackend",
}


def refuse(variable: str, trouble: str, remedy: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{variable} {trouble}. {remedy}")


def switch(variable: str, value: str, *, default: bool) -> bool:
    """On or off; a typing error must not be taken for off."""
    if not value:
        return default
    if value.lower() not in SWITCHES:
        raise refuse(variable, "is neither on nor off", "Set it to true or false.")
    return SWITCHES[value.lower()]


def has_fair_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def check_secret_key(value: str) -> str:
    if len(value) < SHORTEST_SECRET or value.startswith("django-insecure"):
        raise refuse(
            "SECRET_KEY",
            f"is shorter than {SHORTEST_SECRET} signs or an example value",
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(64))"',
        )
    return value


def refuse_public(variable: str, values: list[str], known: str) -> None:
    """The development keys stand in the source, so everybody has them."""
    if known in values:
        raise refuse(variable, "is the public development key", "Make one of your own.")


def check_token_keys(values: list[str]) -> list[str]:
    """Keys that encrypt the providers' tokens; the first encrypts, all of them decrypt."""
    keys = [value.strip() for value in values if value.strip()]
    if not keys or not all(_is_fernet_key(key) for key in keys):
        raise refuse(
            "TOKEN_KEYS",
            "must be one or more keys of 32 bytes in url-safe base64, parted by commas",
            "Make one: python -c "
            '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
        )
    return keys


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == FERNET_KEY_BYTES
    except (ValueError, binascii.Error):
        return False


def check_public_url(value: str, *, https: bool) -> str:
    """The address users and providers reach us at, without a path or a closing slash."""
    parts = urlsplit(value)
    schemes = ("https",) if https else ("https", "http")
    fits = parts.scheme in schemes and parts.hostname and not parts.path.strip("/")
    if not fits or not has_fair_port(value):
        raise refuse(
            "PUBLIC_URL",
            f"is {value!r}, which is not the plain address of a site",
            f"Set it to {schemes[0]}://your-host, without a path.",
        )
    return value.rstrip("/")


def check_url(variable: str, value: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname or not has_fair_port(value):
        raise refuse(
            variable,
            "is not an address we can use",
            f"It must look like {schemes[0]}://host:port.",
        )
    return value


def check_pair(names: tuple[str, str], values: tuple[str, str]) -> None:
    """A provider's client id and secret come together or not at all."""
    if bool(values[0]) == bool(values[1]):
        return
    missing = names[0] if not values[0] else names[1]
    present = names[1] if not values[0] else names[0]
    raise refuse(missing, f"is empty while {present} is set", "Set both or neither.")


def country_keys(env: Any, prefix: str) -> dict[str, str]:
    """A provider's application in one country: client id and secret, and the webhooks' word."""
    names = [f"{prefix}_{name}" for name in ("CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_TOKEN")]
    found: dict[str, str] = {name: env.str(name, default="") for name in names}
    check_pair((names[0], names[1]), (found[names[0]], found[names[1]]))
    return found


def mailer(url: str) -> dict[str, Any]:
    """One entry of MAILERS from `smtp+tls://user:password@host:587` and the like."""
    parts = urlsplit(url)
    if parts.scheme not in MAIL_BACKENDS or (
        parts.scheme.startswith("smtp") and not parts.hostname
    ):
        raise refuse(
            "EMAIL_URL",
            "is not the address of a mail server",
            "Use smtp+tls://user:password@host:587, smtp+ssl://…:465 or consolemail://.",
        )
    return {"BACKEND": MAIL_BACKENDS[parts.scheme], "OPTIONS": _mailer_options(url)}


def _mailer_options(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "filemail":
        return {"file_path": unquote(parts.path)}
    if parts.scheme == "consolemail":
        return {}
    timeout = parse_qs(parts.query).get("timeout", ["10"])[0]
    if not timeout.isdecimal():
        raise refuse("EMAIL_URL", "has a timeout that is no number", "Use seconds: ?timeout=10.")
    return {
        "host": parts.hostname,
        "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtp+ssl",
        "timeout": int(timeout),
    }
