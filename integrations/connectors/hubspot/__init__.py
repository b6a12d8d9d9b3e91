"""HubSpot: contacts, companies, products, deals, invoices, payments and notes."""

from collections.abc import Mapping

from integrations.connectors import Hosts, Provider
from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.connector import HubSpot
from integrations.connectors.hubspot.webhooks import webhook_events
from integrations.http import Clock, Http
from integrations.oauth import TokenAnswer


def open_connector(
    http: Http,
    external_id: str,
    hosts: Hosts,
    environment: str,  # noqa: ARG001 - HubSpot has one
    clock: Clock,
) -> HubSpot:
    return HubSpot(http, external_id, hosts, clock)


def external_id_from_callback(
    query: Mapping[str, str],  # noqa: ARG001 - other providers tell it there
    answer: TokenAnswer,
) -> str:
    """The account's number comes with the tokens."""
    return answer.raw_extra.get("hub_id", "")


def uninstall(http: Http) -> None:
    """Removes the app and its webhook subscriptions; a listed app must do so on disconnecting.

    developers.hubspot.com/docs/apps/developer-platform/app-management/app-uninstalls/guide
    """
    Client(http).uninstall()


PROVIDER = Provider(
    code=settings.CODE,
    label=settings.LABEL,
    connector=open_connector,
    hosts=settings.HOSTS,
    hosts_at=settings.hosts_at,
    scopes=settings.SCOPES,
    oauth=settings.oauth_app,
    webhook_events=webhook_events,
    external_id_from_callback=external_id_from_callback,
    uninstall=uninstall,
)
