"""Where a provider is reached: its live service, its test companies, a country's site, a sandbox.

An environment is a word of the connection. Where each country has a site of its own the words are
the countries'; a sandbox may serve further companies beside its first, as "sandbox-<name>".
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LIVE, TEST, SANDBOX = "live", "test", "sandbox"
NAMES = {
    LIVE: gettext_lazy("Live"),
    TEST: gettext_lazy("Test company"),
    SANDBOX: gettext_lazy("Sandbox"),
    "nl": gettext_lazy("Netherlands"),
    "be": gettext_lazy("Belgium"),
    "de": gettext_lazy("Germany"),
    "uk": gettext_lazy("United Kingdom"),
    "fr": gettext_lazy("France"),
    "es": gettext_lazy("Spain"),
}


def is_sandbox(environment: str) -> bool:
    return environment == SANDBOX or environment.startswith(f"{SANDBOX}-")


def sandbox_mount(provider: str, environment: str) -> str:
    """Under which name the sandbox serves the provider in this of its environments."""
    return provider + environment.removeprefix(SANDBOX)


def sandbox_environment(provider: str, mount: str) -> str:
    return SANDBOX + mount.removeprefix(provider)


def environment_name(environment: str) -> str:
    if environment in NAMES:
        return str(NAMES[environment])
    if is_sandbox(environment):
        return _("Sandbox (%(name)s)") % {"name": environment.removeprefix(f"{SANDBOX}-")}
    return environment.upper()
