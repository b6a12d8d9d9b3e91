"""A connection's states and the ways between them. One conditional update each, then the news."""

from django.utils import timezone

from integrations import events
from integrations.contract import Fault
from integrations.http import redact
from integrations.models import Connection, ConnectionState


def pause(connection: Connection, fault: Fault) -> bool:
    """Stop using the connection until somebody acts; False when it was not active any more."""
    message = redact(fault.message, 500)
    return _move(
        connection,
        ConnectionState.ACTIVE,
        state=ConnectionState.PAUSED,
        pause_category=fault.category.value,
        pause_message=message,
        paused_at=timezone.now(),
    )


def resume(connection: Connection) -> bool:
    """Use a paused connection again; its waiting work goes on by itself."""
    return _move(
        connection,
        ConnectionState.PAUSED,
        state=ConnectionState.ACTIVE,
        pause_category="",
        pause_message="",
        paused_at=None,
    )


def _move(connection: Connection, before: ConnectionState, **after: object) -> bool:
    row = Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk, state=before)
    if not row.update(**after):
        return False
    for name, value in after.items():
        setattr(connection, name, value)
    events.tell_state(connection)
    return True
