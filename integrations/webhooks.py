"""Receiving webhooks: verified, stored once per connection, announced. The work is done elsewhere.

An event is only a hint: the record itself is always read again.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from accounts.tenancy import all_tenants, tenant_scope
from integrations import events
from integrations.contract import BadSignature, Event, WebhookRequest
from integrations.models import Connection, ConnectionState, WebhookEvent
from integrations.providers import provider_of, webhook_secrets

logger = logging.getLogger(__name__)


def receive_webhook(provider: str, request: WebhookRequest) -> int:
    """Verify, store and announce a webhook; how many events were new.

    Raises BadSignature. Events of companies that nobody here connected are dropped.
    """
    by_company: dict[str, list[Event]] = defaultdict(list)
    verified, environments = _verified(provider, request)
    for event in verified:
        by_company[event.external_id].append(event)
    with all_tenants("a webhook names the provider's company; the connection names the tenant"):
        known = _connections(provider, tuple(by_company))
        connections = list(known.filter(environment__in=environments))
    return sum(_receive(found, by_company[found.external_id]) for found in connections)


def _verified(provider: str, request: WebhookRequest) -> tuple[Sequence[Event], list[str]]:
    """The events, and the environments they may speak of: those whose secret signed them.

    The sandbox's secret is public, so it must say nothing about a live company.
    """
    secrets = webhook_secrets(provider)
    for secret in dict.fromkeys(secrets.values()):
        try:
            found = provider_of(provider).webhook_events(request, secret, timezone.now())
        except BadSignature:
            continue
        return found, [name for name, own in secrets.items() if own == secret]
    raise BadSignature


def _connections(provider: str, external_ids: Sequence[str]) -> QuerySet[Connection]:
    known = Connection.objects.filter(provider=provider, external_id__in=external_ids)
    return known.exclude(state=ConnectionState.DISCONNECTED)


def _receive(connection: Connection, found: Sequence[Event]) -> int:
    with tenant_scope(connection.tenant_id):
        fresh = _store(connection, {event.key[:255]: event for event in found})
        if fresh:
            events.tell_webhook(connection, fresh)
    return len(fresh)


def _store(connection: Connection, found: dict[str, Event]) -> list[WebhookEvent]:
    """The rows of those that were not delivered before."""
    stored = WebhookEvent.objects.filter(connection=connection)
    known = set(stored.filter(key__in=found).values_list("key", flat=True))
    rows = [_row(connection, key, event) for key, event in found.items() if key not in known]
    # The same delivery may arrive twice at once; then both tell, which does no harm.
    WebhookEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return list(stored.filter(key__in=[row.key for row in rows])) if rows else []


def _row(connection: Connection, key: str, event: Event) -> WebhookEvent:
    return WebhookEvent(
        tenant_id=connection.tenant_id,
        connection=connection,
        provider=connection.provider,
        key=key,
        object_type=event.object_type[:60],
        record_id=event.record_id[:200],
        merged_into=event.merged_into[:200],
        at=event.at,
    )
