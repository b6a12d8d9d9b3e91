"""Disconnecting: forget the tokens, then give the access back at the provider."""

import logging

from django.utils import timezone

from accounts.tenancy import all_tenants
from integrations import events, oauth
from integrations.contract import ConnectorError
from integrations.models import Connection, ConnectionState
from integrations.opening import close_session, http_with
from integrations.providers import learn_from, oauth_app, provider_of

logger = logging.getLogger(__name__)

FIELDS = (
    "state",
    "access_token",
    "refresh_token",
    "access_expires_at",
    "refresh_expires_at",
    "pause_category",
    "pause_message",
    "paused_at",
)


def disconnect(connection: Connection) -> bool:
    """Forget the tokens and give them back; False when the provider could not be told.

    The connection stays, without tokens, for the sake of its syncs and its history.
    """
    last = _close(connection)
    # First here: whatever the provider answers, nobody uses these tokens any more.
    connection.state = ConnectionState.DISCONNECTED
    connection.access_token = connection.refresh_token = ""
    connection.access_expires_at = connection.refresh_expires_at = None
    connection.pause_category = connection.pause_message = ""
    connection.paused_at = None
    connection.save(update_fields=FIELDS)
    close_session(connection.pk)
    events.tell_state(connection)
    return _give_back(last)


def _close(connection: Connection) -> Connection:
    """The row with the tokens of the last renewal; from now on nobody stores others.

    The connection at hand may have been read before a worker renewed them.
    """
    rows = Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk)
    rows.update(state=ConnectionState.DISCONNECTED)
    return rows.get()


def _give_back(last: Connection) -> bool:
    if not last.refresh_token:
        return True
    try:
        app = oauth_app(last.provider, last.environment)
        refresh_token = _uninstall(app, last)
        oauth.revoke(app, refresh_token)
    except ConnectorError as trouble:
        learn_from(trouble)
        return False
    return True


def _uninstall(app: oauth.OAuthApp, last: Connection) -> str:
    """Remove our application there if that can be done; the refresh token to revoke then.

    Whatever goes wrong here does no harm, for the tokens are revoked next.
    """
    uninstall = provider_of(last.provider).uninstall
    if uninstall is None or _is_shared(last):
        return last.refresh_token
    access_token, refresh_token = last.access_token, last.refresh_token
    try:
        if last.access_expires_at is not None and last.access_expires_at <= timezone.now():
            renewed = oauth.refresh(app, refresh_token)
            access_token, refresh_token = renewed.access_token, renewed.refresh_token
        uninstall(http_with(last, access_token))
    except ConnectorError as trouble:
        logger.warning("%s was not uninstalled: %s", last.provider, trouble.fault.code)
    return refresh_token


def _is_shared(last: Connection) -> bool:
    """Whether the same company is connected once more, which an uninstalling would cut off."""
    with all_tenants("an application is installed once at a company, whoever connected it"):
        twins = Connection.objects.filter(
            provider=last.provider, environment=last.environment, external_id=last.external_id
        )
        return twins.exclude(pk=last.pk).exclude(state=ConnectionState.DISCONNECTED).exists()
