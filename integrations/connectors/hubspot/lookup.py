"""Looking records up by search: the values of a field, as many as fit into a call."""

from collections.abc import Iterator, Sequence

import msgspec

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.client import Client, Filter, search_body
from integrations.connectors.hubspot.cursors import RECORD_ID, next_id
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.records import Payload

# How many values one IN filter may hold.
VALUES = 100


def search_values(
    client: Client, kind: Kind, key: str, values: Sequence[str], properties: Sequence[str]
) -> Iterator[Payload]:
    """The records with one of the values, which must be in lower case (HubSpot's rule for IN)."""
    for some in fitting_groups(key, values):
        last, more = "", True
        while more:
            filters = [_in(key, some), _after(last)]
            listed = client.search(kind, filters, RECORD_ID, properties)
            last, more = next_id(listed, last), bool(listed.after)
            yield from client.filled(kind, listed, properties)


def fitting_groups(key: str, values: Sequence[str]) -> Iterator[list[str]]:
    """Values in groups that a search's body can hold; one that is too long alone is left out."""
    room = settings.SEARCH_BODY - len(search_body([_in(key, [])], RECORD_ID, [RECORD_ID] * 6))
    group: list[str] = []
    used = 0
    for value in values:
        size = len(msgspec.json.encode(value)) + 1
        if size > room:
            continue
        if used + size > room or len(group) == VALUES:
            yield group
            group, used = [], 0
        group.append(value)
        used += size
    if group:
        yield group


def _in(key: str, values: Sequence[str]) -> Filter:
    return {"propertyName": key, "operator": "IN", "values": values}


def _after(last: str) -> Filter:
    return {"propertyName": RECORD_ID, "operator": "GT", "value": last or "0"}
