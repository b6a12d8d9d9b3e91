"""Live lists of a provider (income accounts, terms …), kept for minutes: pages stay quick."""

from collections.abc import Sequence

import msgspec
from django.core.cache import cache

from integrations.contract import Choice
from integrations.models import Connection
from integrations.services import opened

LASTS = 300


def live_choices(connection: Connection, list_name: str) -> Sequence[Choice]:
    """The entries of the list as the provider has them now; raises ConnectorError."""
    key = f"choices:{connection.uuid}:{list_name}"
    kept = cache.get(key)
    if kept is not None:
        return msgspec.json.decode(kept, type=tuple[Choice, ...])
    with opened(connection) as connector:
        found = tuple(connector.choices(list_name))
    cache.set(key, msgspec.json.encode(found), LASTS)
    return found
