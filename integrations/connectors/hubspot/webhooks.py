"""Push webhooks: the signature of version 3, and events as hints of what to read again.

developers.hubspot.com/docs/api-reference/latest/webhooks/guide and …/authentication/
validating-requests. HubSpot repeats a call on any answer but 2xx, so unknown events are ignored.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from integrations.connectors.hubspot.objects import (
    KINDS,
    KINDS_BY_TYPE_ID,
    LINE_ITEM,
    WITH_LINE_ITEMS,
)
from integrations.connectors.hubspot.relations import LINE_HINT
from integrations.connectors.hubspot.values import from_milliseconds, milliseconds
from integrations.contract import BadSignature, Event, WebhookRequest

SIGNATURE = "x-hubspot-signature-v3"
TIMESTAMP = "x-hubspot-request-timestamp"
# Calls older than this are refused; so are calls from a future that no clock error explains.
OLDEST = 300_000
# The last millisecond that a date can tell.
END_OF_TIME = 253_402_300_799_999
# The only escapes that HubSpot decodes in the address before it signs.
_DECODED = {
    "3a": ":", "2f": "/", "3f": "?", "40": "@", "21": "!", "24": "$", "27": "'",
    "28": "(", "29": ")", "2a": "*", "2c": ",", "3b": ";",
}  # fmt: skip
_ESCAPE = re.compile("%(" + "|".join(_DECODED) + ")", re.IGNORECASE)
_CHANGES = frozenset(
    {"creation", "deletion", "restore", "propertyChange", "privacyDeletion", "merge"}
)
_ASSOCIATION = re.compile(r"([A-Z]+)_TO_[A-Z]+")


def webhook_events(request: WebhookRequest, secret: str, now: datetime) -> Sequence[Event]:
    """The events of a call, in the order in which they happened; raises BadSignature."""
    check_signature(request, secret, now)
    try:
        rows = msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        return ()
    found = [event for row in _objects(rows) for event in _events(row)]
    return sorted(found, key=lambda event: event.at)


def check_signature(request: WebhookRequest, secret: str, now: datetime) -> None:
    """Raises BadSignature for a call that HubSpot did not sign in the last five minutes."""
    if not secret:
        raise BadSignature("There is no secret to check the call with.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    timestamp = headers.get(TIMESTAMP, "")
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise BadSignature("The call carries no time.")
    if abs(milliseconds(now) - int(timestamp)) > OLDEST:
        raise BadSignature("The call is too old.")
    expected = sign(secret, request.method, request.url, request.body, timestamp)
    given = headers.get(SIGNATURE, "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise BadSignature("The signature does not fit the call.")


def sign(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    address = _ESCAPE.sub(lambda found: _DECODED[found[1].lower()], url.partition("#")[0])
    message = f"{method.upper()}{address}".encode() + body + timestamp.encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def _objects(rows: Any) -> Iterator[Mapping[str, Any]]:
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and _is_time(row.get("occurredAt")):
            yield row


def _is_time(number: Any) -> bool:
    return isinstance(number, int) and 0 <= number <= END_OF_TIME


def _events(row: Mapping[str, Any]) -> Iterator[Event]:
    # The documentation says one name, its samples the other.
    name = str(row.get("subscriptionType") or row.get("eventType") or "")
    prefix, _, change = name.rpartition(".")
    if change == "associationChange":
        yield from _association(row)
        return
    if _is_line_item(row, prefix):
        yield from _line_item(row, change)
        return
    object_type = _object_type(row, prefix)
    if not object_type or change not in _CHANGES:
        return
    if change == "merge":
        yield from _merge(row, object_type)
    elif row.get("objectId") is not None:
        yield _event(row, object_type, str(row["objectId"]))


def _object_type(row: Mapping[str, Any], prefix: str) -> str:
    kind = KINDS_BY_TYPE_ID.get(str(row.get("objectTypeId"))) or KINDS.get(prefix)
    return kind.name if kind and kind.is_read else ""


def _is_line_item(row: Mapping[str, Any], prefix: str) -> bool:
    return str(row.get("objectTypeId")) == LINE_ITEM.type_id or prefix == LINE_ITEM.name


def _line_item(row: Mapping[str, Any], change: str) -> Iterator[Event]:
    """A hint of the invoice or deal that has it, which is found out when the hint is read."""
    if change in _CHANGES and row.get("objectId") is not None:
        for kind in WITH_LINE_ITEMS:
            yield _event(row, kind.name, f"{LINE_HINT}{row['objectId']}")


def _merge(row: Mapping[str, Any], object_type: str) -> Iterator[Event]:
    """The survivor may be a third, new record."""
    primary = str(row.get("primaryObjectId") or row.get("objectId") or "")
    survivor = str(row.get("newObjectId") or primary)
    losers = [str(id_) for id_ in row.get("mergedObjectIds") or ()]
    if survivor != primary:
        losers.append(primary)
    for loser in losers:
        if loser and loser != survivor:
            yield _event(row, object_type, loser, survivor)
    if survivor:
        yield _event(row, object_type, survivor)


def _association(row: Mapping[str, Any]) -> Iterator[Event]:
    """Fires once for each side; each event speaks for the record it starts from."""
    kind = KINDS_BY_TYPE_ID.get(str(row.get("fromObjectTypeId")))
    if kind is None and (found := _ASSOCIATION.match(str(row.get("associationType")))):
        kind = KINDS.get(found[1].lower())
    if kind is not None and kind.is_read and row.get("fromObjectId") is not None:
        yield _event(row, kind.name, str(row["fromObjectId"]))


def _event(
    row: Mapping[str, Any], object_type: str, record_id: str, merged_into: str = ""
) -> Event:
    portal = str(row.get("portalId", ""))
    # `eventId` alone is not unique; a line item can be a hint of several object types.
    named = f"{object_type}:{record_id}" if record_id.startswith(LINE_HINT) else record_id
    parts = (portal, row.get("subscriptionId"), named, row.get("eventId"), row["occurredAt"])
    return Event(
        external_id=portal,
        object_type=object_type,
        record_id=record_id,
        at=from_milliseconds(row["occurredAt"]),
        key=":".join(str(part) for part in parts),
        merged_into=merged_into,
    )
