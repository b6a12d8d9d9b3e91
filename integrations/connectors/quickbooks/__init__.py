"""QuickBooks Online: the Accounting API v3, as Saldo speaks it."""

from integrations.connectors import Provider
from integrations.connectors.quickbooks import settings
from integrations.connectors.quickbooks.connector import (
    QuickBooksConnector,
    external_id_from_callback,
)
from integrations.connectors.quickbooks.webhooks import webhook_events

PROVIDER = Provider(
    code=settings.CODE,
    label=settings.LABEL,
    connector=QuickBooksConnector,
    hosts=settings.HOSTS,
    hosts_at=settings.hosts_at,
    scopes=settings.SCOPES,
    oauth=settings.oauth_app,
    webhook_events=webhook_events,
    external_id_from_callback=external_id_from_callback,
    has_webhook_token=True,
)
