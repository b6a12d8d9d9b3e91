"""What the rest of Saldo does with connections; everything here is named in `__all__`.

Each service names its tenant through the connection or tenant it is given.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from integrations.accepting import ConnectRefused, identity_changes
from integrations.budgets import Resting, resting
from integrations.calls import flush_calls, prune_attempts, prune_calls, prune_webhook_events
from integrations.choosing import choose_company, companies_of, connected_companies, open_choice
from integrations.connecting import begin_connect, finish_connect
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Identity,
    NotAllowed,
    SignInAgain,
    Suspended,
)
from integrations.disconnecting import disconnect
from integrations.health import Health, connection_health
from integrations.models import Connection
from integrations.opening import open_connector, opened
from integrations.pausing import pause, resume
from integrations.providers import environments
from integrations.quota import Meter, meter, on_spenders
from integrations.subscriptions import keep_subscriptions, webhook_state
from integrations.webhooks import receive_webhook

__all__ = [
    "CheckResult",
    "ConnectRefused",
    "Health",
    "Meter",
    "Resting",
    "begin_connect",
    "check_connection",
    "choose_company",
    "companies_of",
    "connected_companies",
    "connection_health",
    "disconnect",
    "environments",
    "finish_connect",
    "flush_calls",
    "keep_subscriptions",
    "meter",
    "on_spenders",
    "open_choice",
    "open_connector",
    "opened",
    "pause",
    "prune",
    "receive_webhook",
    "resting",
    "resume",
    "webhook_state",
]

# Faults of the whole connection that only a person can mend.
NEEDS_A_PERSON = (SignInAgain, NotAllowed, Suspended)


@dataclass(frozen=True, slots=True)
class CheckResult:
    works: bool
    message: str


def check_connection(connection: Connection) -> CheckResult:
    """Ask the provider who it is; pauses or resumes the connection by what comes back."""
    try:
        with opened(connection) as connector:
            identity = connector.identity()
    except NEEDS_A_PERSON as refusal:
        pause(connection, refusal.fault)
        return CheckResult(works=False, message=refusal.fault.message)
    except ConnectorError as trouble:
        return CheckResult(works=False, message=trouble.fault.message)
    if identity.external_id != connection.external_id:
        fault = _another_company(connection, identity)
        pause(connection, fault)
        return CheckResult(works=False, message=fault.message)
    rows = Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk)
    rows.update(**identity_changes(identity))
    resume(connection)
    return CheckResult(works=True, message=_("%(name)s answers.") % {"name": identity.name})


def _another_company(connection: Connection, identity: Identity) -> Fault:
    """Nothing may be read or written then: it would end up in somebody else's books."""
    message = _(
        "The sign-in opens another company (%(found)s) than this connection is for (%(wanted)s). "
        "Reconnect and choose the right company."
    )
    names = {
        "found": identity.name or identity.external_id,
        "wanted": connection.company_name or connection.external_id,
    }
    return Fault(Category.CONNECTION_REAUTH, "another_company", message % names)


def prune(now: datetime | None = None) -> int:
    """Delete what is kept for a while only: calls, webhook events, sign-ins that were begun."""
    return prune_calls(now) + prune_webhook_events(now) + prune_attempts(now)
