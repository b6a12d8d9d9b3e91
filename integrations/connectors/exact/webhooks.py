"""Webhook calls: how they are signed, and subscribing to them.

The body is `{"Content":{…},"HashCode":"…"}`: the upper-case hex HMAC-SHA256 of the text between
`{"Content":` and `,"HashCode":` as it came, with the application's own webhook secret. A message
only names a record; it is a hint of what to read again.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from integrations.connectors.exact import odata
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.faults import Refused, fault_of
from integrations.connectors.exact.objects import DEFINITIONS
from integrations.contract import BadSignature, ConnectorError, Event, WebhookRequest
from integrations.http import Http, utc_now

SUBSCRIPTIONS = "webhooks/WebhookSubscriptions"
_BEFORE, _BETWEEN = b'{"Content":', b',"HashCode":'
# Topics are called as the resources are.
_OBJECT_TYPES = {
    definition.resource.rpartition("/")[2]: name for name, definition in DEFINITIONS.items()
}


def webhook_events(request: WebhookRequest, secret: str, now: datetime) -> tuple[Event, ...]:
    """The event of a call, when it is about an object type that Saldo knows.

    Raises BadSignature. The empty call that proves our address to Exact carries nothing.
    """
    content = _signed_content(request.body, secret)
    try:
        message = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return tuple(_events(message, content, now)) if isinstance(message, dict) else ()


def _signed_content(body: bytes, secret: str) -> bytes:
    text = body.strip()
    content, found, rest = text.removeprefix(_BEFORE).rpartition(_BETWEEN)
    if not (secret and found and text.startswith(_BEFORE)):
        raise BadSignature("The call from Exact carries no signature, or none is expected.")
    given = rest.strip().removesuffix(b"}").strip().strip(b'"')
    expected = hmac.digest(secret.encode(), content, hashlib.sha256).hex().upper()
    if not hmac.compare_digest(expected.encode(), given):
        raise BadSignature("The signature of the call is not Exact's.")
    return content


def _events(message: dict[str, Any], content: bytes, now: datetime) -> Iterable[Event]:
    object_type = _OBJECT_TYPES.get(str(message.get("Topic") or ""))
    division, key = str(message.get("Division") or ""), str(message.get("Key") or "").lower()
    if object_type and division and odata.is_guid(key):
        # No message has an id; one without a time of its own may be told again another time.
        told = str(message.get("EventCreatedOn") or int(now.timestamp()))
        digest = hashlib.sha256(content + told.encode()).hexdigest()
        # In which zone Exact tells its times here is not documented.
        yield Event(division, object_type, key, now, digest)


def subscribe(http: Http, external_id: str, callback_url: str) -> None:
    """Have the division's changes told to this address; what is there stays.

    Raises ConnectorError. One that somebody else subscribed to already is left out: the feed
    tells the same, only later.
    """
    client = Client(http, external_id, utc_now)
    rows = client.every(SUBSCRIPTIONS, ("ID", "CallbackURL", "Topic"))
    there = {str(row.get("Topic")) for row in rows if row.get("CallbackURL") == callback_url}
    for topic in _OBJECT_TYPES:
        if topic not in there:
            _subscribe(client, topic, callback_url)


def _subscribe(client: Client, topic: str, callback_url: str) -> None:
    try:
        client.create(SUBSCRIPTIONS, {"CallbackURL": callback_url, "Topic": topic})
    except Refused as refused:
        if refused.status < 500 and "exist" not in str(refused).casefold():
            raise ConnectorError(fault_of(refused)) from refused
