"""The providers that Saldo can connect: one line each."""

from collections.abc import Mapping

from integrations.connectors import Hosts, Provider
from integrations.connectors.exact import PROVIDER as EXACT
from integrations.connectors.hubspot import PROVIDER as HUBSPOT
from integrations.connectors.quickbooks import PROVIDER as QUICKBOOKS

PROVIDERS: Mapping[str, Provider] = {
    provider.code: provider for provider in (HUBSPOT, QUICKBOOKS, EXACT)
}

__all__ = ["PROVIDERS", "Hosts", "Provider", "provider_for"]


def provider_for(code: str) -> Provider:
    """The provider of that code; raises LookupError with the codes that exist."""
    try:
        return PROVIDERS[code]
    except KeyError:
        known = ", ".join(sorted(PROVIDERS))
        raise LookupError(f"There is no provider {code!r}; known are: {known}.") from None
