"""Exact Online: the REST API (OData 2), as Saldo speaks it."""

from integrations.connectors import Provider
from integrations.connectors.exact import settings
from integrations.connectors.exact.connector import ExactConnector, external_id_from_callback
from integrations.connectors.exact.divisions import companies
from integrations.connectors.exact.limits import DAY
from integrations.connectors.exact.sign_in import oauth_app
from integrations.connectors.exact.webhooks import subscribe, webhook_events

PROVIDER = Provider(
    code=settings.CODE,
    label=settings.LABEL,
    connector=ExactConnector,
    hosts=settings.HOSTS,
    hosts_at=settings.hosts_at,
    scopes=settings.SCOPES,
    oauth=oauth_app,
    webhook_events=webhook_events,
    external_id_from_callback=external_id_from_callback,
    has_webhook_token=True,
    day=DAY,
    companies=companies,
    subscribe=subscribe,
)
