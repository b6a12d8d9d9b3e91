"""Webhooks: changes gathered into signed notices, in the new form or the old.

Source: developer.intuit.com, "Webhooks" and its pages on data objects and best practices.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from integrations.sandbox.core import Clock
from integrations.sandbox.quickbooks.fields import Entity
from integrations.sandbox.quickbooks.times import zulu
from integrations.sandbox.webhooks import Delivery, Outbox

CLOUD_EVENTS = "cloudevents"
OLD_FORM = "eventNotifications"
MOST_EVENTS = 100
_HOUR = 3600.0
# Ten, twenty, thirty seconds, five and twenty minutes, two, four, six hours, then every six.
RETRY_AFTER = (10.0, 20.0, 30.0, 300.0, 1200.0, 2 * _HOUR, 4 * _HOUR) + (6 * _HOUR,) * 9
_ENDINGS = {
    "Create": "created",
    "Update": "updated",
    "Delete": "deleted",
    "Merge": "merged",
    "Void": "voided",
    "Emailed": "emailed",
}


@dataclass(frozen=True)
class Notice:
    """One change that subscribers are told of."""

    number: str
    entity: str
    operation: str
    id: str
    gone: str
    time: str


class Notices:
    """Changes not yet told, and the deliveries under way."""

    def __init__(self, clock: Clock, realm: str, secret: str) -> None:
        self._clock = clock
        self._realm = realm
        self.secret = secret
        self.url = ""
        self.form = CLOUD_EVENTS
        self._untold: list[Notice] = []
        self._count = 0
        self.outbox = Outbox(clock, self.sign, RETRY_AFTER)

    def hear(self, entity: Entity, operation: str, record_id: str, gone: str) -> None:
        """Note a change, when somebody listens and this entity's changes are told at all."""
        if not self.url or operation not in entity.webhooks:
            return
        self._count += 1
        # The time keeps numbers apart from those before a reset, which clients may remember.
        place = f"{self._realm}/{self._clock.time()}/{self._count}"
        number = str(uuid.uuid5(uuid.NAMESPACE_URL, place))
        now = zulu(self._clock.now())
        self._untold.append(Notice(number, entity.name, operation, record_id, gone, now))

    def gather(self) -> None:
        """Put what is untold into the outbox; forget it when nobody listens any more."""
        if not self.url:
            self._untold = []
        for start in range(0, len(self._untold), MOST_EVENTS):
            told = self._untold[start : start + MOST_EVENTS]
            self.outbox.add(self.url, msgspec.json.encode(self._body(told)))
        self._untold = []

    def sign(self, delivery: Delivery) -> tuple[bytes, Mapping[str, str]]:
        kind = "application/json"
        if delivery.body.startswith(b"["):
            kind = "application/cloudevents+json"
        return delivery.body, {
            "Content-Type": kind,
            "intuit-signature": signature(self.secret, delivery.body),
        }

    def snapshot(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "form": self.form,
            "count": self._count,
            "untold": [asdict(notice) for notice in self._untold],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.url, self.form = state["url"], state["form"]
        self._count = state["count"]
        self._untold = [Notice(**each) for each in state["untold"]]
        self.outbox.clear()

    def _body(self, told: list[Notice]) -> Any:
        if self.form == OLD_FORM:
            entities = [_old_entity(notice) for notice in told]
            event = {"realmId": self._realm, "dataChangeEvent": {"entities": entities}}
            return {"eventNotifications": [event]}
        return [self._cloud_event(notice) for notice in told]

    def _cloud_event(self, notice: Notice) -> dict[str, Any]:
        source = hashlib.sha256(self._realm.encode()).hexdigest()[:32]
        return {
            "specversion": "1.0",
            "id": notice.number,
            "source": f"intuit.{source}",
            "type": f"qbo.{notice.entity.lower()}.{_ENDINGS[notice.operation]}.v1",
            "datacontenttype": "application/json",
            "time": notice.time,
            "intuitentityid": notice.id,
            "intuitaccountid": self._realm,
            "data": {"deletedid": notice.gone} if notice.gone else {},
        }


def _old_entity(notice: Notice) -> dict[str, str]:
    told = {
        "name": notice.entity,
        "id": notice.id,
        "operation": notice.operation,
        "lastUpdated": notice.time,
    }
    return told | ({"deletedId": notice.gone} if notice.gone else {})


def signature(secret: str, body: bytes) -> str:
    """base64(HMAC-SHA256(raw body, verifier token))."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
