"""Taking a sign-in for one company into a connection, or saying why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Action, may
from integrations import events
from integrations.contract import ConnectorError, Identity, SignInAgain
from integrations.models import ConnectAttempt, Connection, ConnectionState
from integrations.oauth import TokenAnswer
from integrations.opening import identity_with
from integrations.providers import learn_from, oauth_app
from integrations.tokens import token_changes


class ConnectRefused(Exception):
    """Connecting did not succeed; the message tells the person why and what to do."""

    def __init__(self, message: str, attempt: ConnectAttempt | None = None) -> None:
        super().__init__(message)
        self.message = message
        # To begin again with the same choice; None when it is not known whose attempt it was.
        self.attempt = attempt


@contextmanager
def refusing(attempt: ConnectAttempt) -> Iterator[None]:
    """Says in words what went wrong at the provider; raises ConnectRefused."""
    try:
        yield
    except SignInAgain as error:
        message = _("The provider says that this sign-in is spent or too old. Begin again.")
        raise ConnectRefused(message, attempt) from error
    except ConnectorError as error:
        learn_from(error)
        message = _("Connecting failed: %(reason)s") % {"reason": error.fault.message}
        raise ConnectRefused(message, attempt) from error


def demand_right(attempt: ConnectAttempt) -> None:
    if not may(attempt.user, Action.MANAGE_CONNECTIONS, attempt.tenant):
        raise ConnectRefused(_("You may not connect anything for this company any more."), attempt)


def accept(
    attempt: ConnectAttempt, external_id: str, answer: TokenAnswer, issued_at: datetime
) -> Connection:
    """The connection to this company, new or renewed; raises ConnectRefused, ConnectorError."""
    demand_same_company(attempt, external_id)
    wanted = Connection(
        tenant=attempt.tenant,
        provider=attempt.provider,
        environment=attempt.environment,
        external_id=external_id,
    )
    # The id may have come through the browser: only what the provider itself says about the
    # token makes it this company's.
    identity = identity_with(wanted, answer.access_token)
    if identity.external_id != external_id:
        raise ConnectRefused(_("The provider's answers name two different companies."), attempt)
    granted = answer.scopes or identity.scopes
    _demand_scopes(attempt, oauth_app(attempt.provider, attempt.environment).scopes, granted)
    return _store(attempt, wanted, identity, answer, granted, issued_at)


def demand_same_company(attempt: ConnectAttempt, external_id: str) -> None:
    renewed = attempt.connection
    if renewed is None or renewed.external_id == external_id:
        return
    message = _(
        "You signed in to another company (%(found)s) than this connection is for (%(wanted)s). "
        "Nothing was changed. To connect the other company, add a new connection."
    )
    names = {"found": external_id, "wanted": renewed.company_name or renewed.external_id}
    raise ConnectRefused(message % names, attempt)


def _demand_scopes(
    attempt: ConnectAttempt, required: tuple[str, ...], granted: tuple[str, ...]
) -> None:
    """Some providers drop scopes silently; others (QuickBooks) do not tell what they granted."""
    missing = sorted(set(required) - set(granted)) if granted else []
    if not missing:
        return
    message = _(
        "The access is not complete, so nothing was connected. Missing: %(scopes)s. Begin again "
        "and allow everything on the provider's page; it may need an administrator there."
    )
    raise ConnectRefused(message % {"scopes": ", ".join(missing)}, attempt)


def _store(
    attempt: ConnectAttempt,
    wanted: Connection,
    identity: Identity,
    answer: TokenAnswer,
    granted: tuple[str, ...],
    issued_at: datetime,
) -> Connection:
    values: dict[str, Any] = {
        **identity_changes(identity),
        **token_changes(answer, issued_at),
        "scopes": list(granted),
        "state": ConnectionState.ACTIVE,
        "pause_category": "",
        "pause_message": "",
        "paused_at": None,
        "refresh_claimed_until": None,
        "connected_by": attempt.user,
        "connected_at": timezone.now(),
        "webhooks_kept_at": None,
        "webhooks_trouble": "",
    }
    connection, _created = Connection.objects.for_tenant(attempt.tenant).update_or_create(
        tenant=attempt.tenant,
        provider=wanted.provider,
        environment=wanted.environment,
        external_id=wanted.external_id,
        defaults=values,
    )
    events.tell_state(connection)
    return connection


def identity_changes(identity: Identity) -> dict[str, Any]:
    """What an identity answer changes in the connection's row."""
    return {
        "company_name": identity.name[:1024],
        "currency": identity.currency[:3],
        "country": identity.country[:60],
        "time_zone": identity.time_zone[:64],
        "url": identity.url[:500],
    }
