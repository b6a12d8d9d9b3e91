"""Connections that need somebody: each once, however many integrations stand on it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Action, may
from integrations.models import Connection, ConnectionState


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that stops syncs, and where to mend it; no address for who may not."""

    title: str
    message: str
    # The syncs that stand still for it.
    stops: str
    button: str
    url: str


def troubles(connections: Iterable[tuple[Connection, list[str]]], user: User) -> Iterator[Trouble]:
    """Of connections with the names of the syncs that stand on each."""
    for connection, syncs in connections:
        if connection.state != ConnectionState.ACTIVE:
            yield _trouble(connection, syncs, user)


def _trouble(connection: Connection, syncs: list[str], user: User) -> Trouble:
    place = {"connection": str(connection)}
    if connection.state == ConnectionState.PAUSED:
        title = _("%(connection)s needs you") % place
    else:
        title = _("%(connection)s is disconnected") % place
    mine = may(user, Action.MANAGE_CONNECTIONS, connection.tenant_id)
    message = connection.pause_message if mine else _("An owner of your company can reconnect it.")
    stops = _("Waits for it: %(syncs)s.") % {"syncs": ", ".join(syncs)}
    return Trouble(title, message, stops, _("Reconnect"), _address(connection) if mine else "")


def _address(connection: Connection) -> str:
    url = reverse("integrations:connect_provider", args=[connection.provider])
    return f"{url}?{urlencode({'connection': str(connection.uuid)})}"
