"""Who is told that a connection stopped, and that it works again: each once for each time."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notification, NotificationKind
from accounts.notices import notify, people_who_may
from accounts.permissions import Action
from accounts.tenancy import all_tenants
from integrations.models import Connection, ConnectionState

KIND = NotificationKind.CONNECTION


def hear_state(connection: Connection) -> None:
    """A connection was paused, or works again: those who heard the one hear the other."""
    if connection.state == ConnectionState.PAUSED:
        _tell_stopped(connection)
    elif connection.state == ConnectionState.ACTIVE:
        _tell_renewed(connection)


def _tell_stopped(connection: Connection) -> None:
    """Whoever may reconnect it is led there; the others hear whom to ask."""
    tenant, key = connection.tenant_id, _key(connection, f"{connection.paused_at:%Y%m%d%H%M%S}")
    title = _("%(connection)s has stopped") % {"connection": connection}
    waits = _("Nothing is lost: its syncs wait, and go on by themselves once it is reconnected.")
    owners = people_who_may(tenant, Action.MANAGE_CONNECTIONS)
    mend = f"{connection.pause_message}\n\n{waits}"
    notify(owners, KIND, tenant=tenant, key=key, title=title, body=mend, url=_reconnect(connection))
    others = [each for each in people_who_may(tenant, Action.WORK_RECORDS) if each not in owners]
    names = ", ".join(str(owner) for owner in owners) or _("Your support")
    ask = _("%(names)s can reconnect it.") % {"names": names}
    notify(others, KIND, tenant=tenant, key=key, title=title, body=f"{waits}\n\n{ask}")


def _tell_renewed(connection: Connection) -> None:
    stopped = _last_told(connection)
    if stopped is None:
        return
    notify(
        people_who_may(connection.tenant_id, Action.WORK_RECORDS),
        KIND,
        tenant=connection.tenant_id,
        key=stopped.key.replace("stopped", "renewed"),
        title=_("%(connection)s works again") % {"connection": connection},
        body=_("Its syncs go on by themselves."),
    )


def _last_told(connection: Connection) -> Notification | None:
    """The last time that somebody heard that it had stopped."""
    people = people_who_may(connection.tenant_id, Action.WORK_RECORDS)
    with all_tenants("whoever hears of a connection is of its tenant"):
        told = Notification.objects.filter(user__in=people, kind=KIND)
        return told.filter(key__startswith=_key(connection, "")).order_by("-pk").first()


def _key(connection: Connection, moment: str) -> str:
    return f"connection:{connection.pk}:stopped:{moment}"


def _reconnect(connection: Connection) -> str:
    address = reverse("integrations:connect_provider", args=[connection.provider])
    return f"{address}?{urlencode({'connection': str(connection.uuid)})}"
