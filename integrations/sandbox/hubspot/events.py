"""Push webhooks: which changes an app subscribed to, and the batches sent to its address.

developers.hubspot.com/docs/guides/api/app-management/webhooks
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from integrations.sandbox.core import Clock
from integrations.sandbox.hubspot.definitions import ObjectDefinition
from integrations.sandbox.hubspot.signature import sign_v1, sign_v3
from integrations.sandbox.webhooks import Delivery, Outbox

EVENTS_A_REQUEST = 100
# Ten retries within a day.
RETRY_AFTER = (60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 21600.0, 32400.0)
NEVER_SENT = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"})
ACTIONS = (
    "creation",
    "deletion",
    "propertyChange",
    "merge",
    "restore",
    "associationChange",
    "privacyDeletion",
)
FLAGS = {"creation": "CREATED", "deletion": "DELETED", "restore": "RESTORED"}


@dataclass(frozen=True)
class Subscription:
    """One kind of change an app wants to hear of."""

    subscription_id: int
    action: str
    singular: str
    property_name: str = ""
    # "object.creation" with an object type, as projects subscribe, instead of "contact.creation".
    is_generic: bool = False

    @property
    def event(self) -> str:
        return f"{'object' if self.is_generic else self.singular}.{self.action}"


class Events:
    """Collects events of changes and hands them over in signed batches."""

    def __init__(self, clock: Clock, portal_id: int, app_id: int, secret: str) -> None:
        self.clock = clock
        self.portal_id = portal_id
        self.app_id = app_id
        self.secret = secret
        self.target_url = ""
        self.subscriptions: list[Subscription] = []
        self._by_kind: dict[tuple[str, str], list[Subscription]] = {}
        self.outbox = Outbox(clock, self._sign, RETRY_AFTER)
        self.pending: list[dict[str, Any]] = []
        self._next_event = 1

    def subscribe(
        self,
        target_url: str,
        wanted: Iterable[Mapping[str, Any]],
        generic: Collection[str] = (),
    ) -> list[Subscription]:
        """Replace the subscriptions; raises ValueError with the reason for a wrong one.

        `generic`: the object types that have no events of their own, only "object.…".
        """
        made = [_subscription(number, row) for number, row in enumerate(wanted, 1)]
        for one in made:
            if one.singular in generic and not one.is_generic:
                raise ValueError(f"{one.event} is subscribed to as object.{one.action}.")
        self.target_url = target_url
        self._set(made)
        return made

    def _set(self, made: list[Subscription]) -> None:
        self.subscriptions = made
        self._by_kind = {}
        for one in made:
            self._by_kind.setdefault((one.singular, one.action), []).append(one)

    def forget(self) -> None:
        """The app is gone: nobody hears of anything any more."""
        self._set([])
        self.pending = []

    def record(
        self, definition: ObjectDefinition, action: str, object_id: int, **more: Any
    ) -> None:
        """Note one change for every subscription that fits."""
        for subscription in self._by_kind.get((definition.singular, action), ()):
            if action != "propertyChange" or subscription.property_name == more["propertyName"]:
                self.pending.append(self._event(subscription, definition, object_id, more))

    def collect(self) -> None:
        """Put the pending events into the outbox, at most a hundred a request."""
        events, self.pending = self.pending, []
        for start in range(0, len(events), EVENTS_A_REQUEST):
            chunk = events[start : start + EVENTS_A_REQUEST]
            self.outbox.add(self.target_url, msgspec.json.encode(chunk))

    def _event(
        self,
        subscription: Subscription,
        definition: ObjectDefinition,
        object_id: int,
        more: dict[str, Any],
    ) -> dict[str, Any]:
        event: dict[str, Any] = {
            "eventId": self._next_event,
            "subscriptionId": subscription.subscription_id,
            "portalId": self.portal_id,
            "appId": self.app_id,
            "occurredAt": int(self.clock.time() * 1000),
            "subscriptionType": subscription.event,
            "attemptNumber": 0,
            "objectId": object_id,
            "changeSource": "CRM_UI",
        }
        self._next_event += 1
        if subscription.is_generic:
            event["objectTypeId"] = definition.type_id
        if subscription.action in FLAGS:
            event["changeFlag"] = FLAGS[subscription.action]
        return event | more

    def _sign(self, delivery: Delivery) -> tuple[bytes, dict[str, str]]:
        body = delivery.body
        if delivery.attempt:
            events = msgspec.json.decode(body)
            body = msgspec.json.encode([e | {"attemptNumber": delivery.attempt} for e in events])
        timestamp = str(int(self.clock.time() * 1000))
        return body, {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks)",
            "X-HubSpot-Signature": sign_v1(self.secret, body),
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Signature-v3": sign_v3(self.secret, "POST", delivery.url, body, timestamp),
            "X-HubSpot-Request-Timestamp": timestamp,
        }

    def snapshot(self) -> dict[str, Any]:
        return {
            "target_url": self.target_url,
            "subscriptions": [asdict(subscription) for subscription in self.subscriptions],
            "pending": list(self.pending),
            "next_event": self._next_event,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.target_url = state["target_url"]
        self._set([Subscription(**row) for row in state["subscriptions"]])
        self.pending = list(state["pending"])
        self._next_event = state["next_event"]
        self.outbox.clear()


def _subscription(number: int, row: Mapping[str, Any]) -> Subscription:
    singular, _, action = str(row.get("event", "")).partition(".")
    if not singular or action not in ACTIONS:
        raise ValueError(f"{row.get('event')!r} is no webhook event such as contact.creation.")
    is_generic = singular == "object"
    if is_generic:
        # Written with a space in the documentation: "line item".
        singular = str(row.get("object_type", "")).replace(" ", "_")
    if not singular:
        raise ValueError("A generic webhook event needs an object_type such as product.")
    name = str(row.get("property", ""))
    if (action == "propertyChange") != bool(name):
        raise ValueError("A property belongs to a propertyChange event, and to no other.")
    if name in NEVER_SENT:
        raise ValueError(f"HubSpot sends no changes of {name}.")
    return Subscription(number, action, singular, name, is_generic)
