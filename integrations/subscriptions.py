"""Webhooks that each connected company must be asked to send: made, and looked after daily."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import all_tenants
from integrations.contract import ConnectorError
from integrations.http import redact
from integrations.models import Connection
from integrations.opening import http_of
from integrations.registry import PROVIDERS

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(days=1)
AGAIN_AFTER_TROUBLE = timedelta(hours=1)


def keep_subscriptions(now: datetime | None = None) -> int:
    """Ask for the webhooks of every connection whose turn it is; how many were looked after.

    One that was just connected is due at once. Nothing is asked while providers could not reach
    us: they call https addresses only.
    """
    if not _is_reachable():
        return 0
    moment = now or timezone.now()
    return sum(keep_subscription(connection, moment) for connection in _due(moment))


def keep_subscription(connection: Connection, now: datetime) -> bool:
    """Ask for this connection's webhooks; False when another worker does, or it failed."""
    subscribe = PROVIDERS[connection.provider].subscribe
    rows = Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk)
    mine = rows.filter(webhooks_kept_at=connection.webhooks_kept_at)
    if subscribe is None or not mine.update(webhooks_kept_at=now):
        return False
    try:
        with http_of(connection) as http:
            subscribe(http, connection.external_id, _address(connection))
    except ConnectorError as trouble:
        # Changes are found by the regular reading all the same.
        logger.warning("%s sends no webhooks: %s", connection, trouble.fault.code)
        rows.update(webhooks_trouble=redact(trouble.fault.message, 500))
        return False
    rows.update(webhooks_trouble="")
    return True


def webhook_state(connection: Connection) -> str:
    """How changes are told to us, in a sentence."""
    provider = PROVIDERS.get(connection.provider)
    if provider is None or provider.subscribe is None:
        return _("This provider sends them to the application as a whole.")
    if not _is_reachable():
        return _("Off: this site has no https address. Changes are found by regular reading.")
    if connection.webhooks_trouble:
        reason = {"reason": connection.webhooks_trouble}
        return _("Off: %(reason)s Changes are found by regular reading.") % reason
    if connection.webhooks_kept_at is None:
        return _("They are asked for within minutes.")
    return _("On.")


def _is_reachable() -> bool:
    return urlsplit(settings.PUBLIC_URL).scheme == "https"


def _due(now: datetime) -> Iterator[Connection]:
    offered = [provider.code for provider in PROVIDERS.values() if provider.subscribe]
    late = Q(webhooks_kept_at=None) | Q(webhooks_kept_at__lte=now - AGAIN_AFTER)
    failed = ~Q(webhooks_trouble="") & Q(webhooks_kept_at__lte=now - AGAIN_AFTER_TROUBLE)
    with all_tenants("webhooks are looked after for everybody"):
        active = Connection.objects.active().filter(provider__in=offered)
        found = list(active.filter(late | failed).order_by("pk"))
    yield from found


def _address(connection: Connection) -> str:
    """Where the provider's webhooks come to us."""
    return str(settings.PUBLIC_URL) + reverse("integrations:webhook", args=[connection.provider])
