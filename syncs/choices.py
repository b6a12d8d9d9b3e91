"""Live lists of a provider (income accounts, terms …), kept for minutes: pages stay quick."""

from collections.abc import Sequence

import msgspec
from django.core.cache import cache

from integrations.contract import Choice
from integrations.models import Connection
from integrations.services import opened

LASTS = 300
# What entries are called changes seldom; pages that ask nobody may go by what it was.
NAMES_LAST = 30 * 24 * 3600


def live_choices(connection: Connection, list_name: str) -> Sequence[Choice]:
    """The entries of the list as the provider has them now; raises ConnectorError."""
    key = f"choices:{connection.uuid}:{list_name}"
    kept = cache.get(key)
    if kept is not None:
        return msgspec.json.decode(kept, type=tuple[Choice, ...])
    with opened(connection) as connector:
        found = tuple(connector.choices(list_name))
    encoded = msgspec.json.encode(found)
    cache.set(key, encoded, LASTS)
    cache.set(_names_key(connection, list_name), encoded, NAMES_LAST)
    return found


def kept_choices(connection: Connection, list_name: str) -> Sequence[Choice]:
    """The entries as they were read last, by whomever; none when they were not. Makes no call."""
    kept = cache.get(_names_key(connection, list_name))
    return () if kept is None else msgspec.json.decode(kept, type=tuple[Choice, ...])


def _names_key(connection: Connection, list_name: str) -> str:
    return f"names:{connection.uuid}:{list_name}"
