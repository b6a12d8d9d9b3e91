"""Webhooks: one message a change, signed with the app's webhook secret.

Sources: hookdeck/webhook-skills, pull 152; picqer/exact-php-client, Authenticatable.php.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

from integrations.sandbox.core import Clock
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.resources import Entity
from integrations.sandbox.exact.system import SUBSCRIPTIONS
from integrations.sandbox.webhooks import Delivery, Outbox, post

RETRY_AFTER = (60.0, 300.0, 1800.0)


def probe(url: str) -> int:
    """The empty POST that a callback address must answer before it is subscribed."""
    return post(url, b"", {"Content-Length": "0"})


class Notices:
    """Messages under way to subscribers."""

    def __init__(self, clock: Clock, client_id: str, secret: str) -> None:
        self._clock = clock
        self._client_id = client_id
        self.secret = secret
        # Where the API was last called at; the message names the record's address.
        self.base_url = "https://start.exactonline.nl"
        self.outbox = Outbox(clock, _sign, RETRY_AFTER)

    def hear(
        self, division: Division, entity: Entity, action: str, values: Mapping[str, Any]
    ) -> None:
        """Put a change into the outbox when somebody subscribed to its topic."""
        if not entity.topic:
            return
        subscription = division.holder(SUBSCRIPTIONS, "Topic", entity.topic)
        if subscription is None:
            return
        is_line = bool(entity.told_key)
        content = {
            "Topic": entity.topic,
            "ClientId": self._client_id,
            "Division": division.code,
            "Action": "Update" if is_line else action,
            "Key": values[entity.told_key or entity.key],
            "ExactOnlineEndpoint": f"{self.base_url}/api/v1/{division.code}/{entity.path}",
            "EventCreatedOn": self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3],
        }
        body = signed(self.secret, msgspec.json.encode(content))
        self.outbox.add(subscription.values["CallbackURL"], body)


def signed(secret: str, content: bytes) -> bytes:
    """The message with its hash: upper-case hex over the text of the content."""
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().upper()
    return b'{"Content":' + content + b',"HashCode":"' + digest.encode() + b'"}'


def _sign(delivery: Delivery) -> tuple[bytes, Mapping[str, str]]:
    return delivery.body, {"Content-Type": "application/json; charset=utf-8"}
