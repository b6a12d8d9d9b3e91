"""Webhook calls: the signature, and both shapes of the body.

developer.intuit.com, "Webhooks": `intuit-signature` is the base64 HMAC-SHA256 of the raw body with
the app's verifier token. CloudEvents (a JSON array) replace the older `eventNotifications`; during
the change-over both arrive. A signed body whose content cannot be read yields no events instead of
an error: refused deliveries come back for hours and hold up the next ones.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from integrations.connectors.quickbooks.objects import DEFINITIONS
from integrations.contract import BadSignature, Event, WebhookRequest

SIGNATURE_HEADER = "intuit-signature"
_OBJECT_TYPES = {definition.entity.lower(): name for name, definition in DEFINITIONS.items()}
_MERGED = frozenset({"merge", "merged"})


def webhook_events(request: WebhookRequest, secret: str, _now: datetime) -> tuple[Event, ...]:
    """The events about object types that Saldo knows; raises BadSignature."""
    check_signature(request, secret)
    try:
        body = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return tuple(_cloud_events(body) if isinstance(body, list) else _notifications(body))


def check_signature(request: WebhookRequest, secret: str) -> None:
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get(SIGNATURE_HEADER, "").strip()
    if not secret or not given:
        raise BadSignature("The call from QuickBooks carries no signature, or none is expected.")
    digest = hmac.digest(secret.encode(), request.body, hashlib.sha256)
    if not hmac.compare_digest(base64.b64encode(digest), given.encode()):
        raise BadSignature("The signature of the call is not QuickBooks'.")


def _cloud_events(body: list[Any]) -> Iterator[Event]:
    for entry in body:
        if not isinstance(entry, dict):
            continue
        # qbo.customer.created.v1
        parts = str(entry.get("type", "")).lower().split(".")
        details = entry.get("data")
        yield from _events(
            realm_id=str(entry.get("intuitaccountid") or ""),
            entity=parts[1] if len(parts) > 2 else "",
            operation=parts[2] if len(parts) > 2 else "",
            record_id=str(entry.get("intuitentityid") or ""),
            at=str(entry.get("time") or ""),
            deleted_id=_deleted_id(details if isinstance(details, dict) else {}),
            key=str(entry.get("id") or ""),
        )


def _notifications(body: Any) -> Iterator[Event]:
    for notification in _list(body, "eventNotifications"):
        realm_id = str(notification.get("realmId") or "")
        change = notification.get("dataChangeEvent")
        for entry in _list(change, "entities"):
            yield from _events(
                realm_id=realm_id,
                entity=str(entry.get("name") or "").lower(),
                operation=str(entry.get("operation") or "").lower(),
                record_id=str(entry.get("id") or ""),
                at=str(entry.get("lastUpdated") or ""),
                deleted_id=_deleted_id(entry),
                key="",
            )


def _list(holder: Any, name: str) -> list[dict[str, Any]]:
    members = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(members, list):
        return []
    return [member for member in members if isinstance(member, dict)]


def _deleted_id(entry: Mapping[str, Any]) -> str:
    """The id that was merged away; its spelling differs from page to page."""
    found = (value for name, value in entry.items() if name.lower() == "deletedid")
    return str(next(found, None) or "")


def _events(
    *,
    realm_id: str,
    entity: str,
    operation: str,
    record_id: str,
    at: str,
    deleted_id: str,
    key: str,
) -> Iterator[Event]:
    object_type, moment = _OBJECT_TYPES.get(entity), _moment(at)
    if not (object_type and realm_id and record_id and moment):
        return
    key = key or _key(realm_id, entity, operation, record_id, deleted_id, at)
    yield Event(realm_id, object_type, record_id, moment, key)
    if operation in _MERGED and deleted_id:
        yield Event(
            realm_id, object_type, deleted_id, moment, f"{key}:merged", merged_into=record_id
        )


def _key(*parts: str) -> str:
    """A name for a notice that has none; the same when it is delivered again."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
