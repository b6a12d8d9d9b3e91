"""How a connection is doing, in one word and one sentence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.models import CallRecord, Connection, ConnectionState

WINDOW = timedelta(hours=1)
# A sign-in that ends sooner than this is worth a word to whoever can renew it.
ENDS_SOON = timedelta(days=14)
FAILED = Q(status=0) | Q(status__gte=400)
# Fewer failed calls than this, or a smaller share of all, are a provider's ordinary day.
FAILURES_WORTH_A_WORD = 5
FAILURE_SHARE = 0.2


class Level(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Health:
    level: Level
    summary: str
    calls: int = 0
    errors: int = 0
    last_call_at: datetime | None = None


def connection_health(connection: Connection) -> Health:
    """Its state, its sign-in's end and its last hour of calls."""
    recent = CallRecord.objects.for_tenant(connection.tenant_id).filter(
        connection=connection, at__gte=timezone.now() - WINDOW
    )
    counted = recent.aggregate(calls=Count("pk"), errors=Count("pk", filter=FAILED))
    return judge(connection, counted["calls"], counted["errors"], timezone.now())


def judge(connection: Connection, calls: int, errors: int, now: datetime) -> Health:
    """The same from counts that are at hand."""
    level, summary = _judge(connection, calls, errors, now)
    return Health(level, summary, calls, errors, connection.last_call_at)


def _judge(connection: Connection, calls: int, errors: int, now: datetime) -> tuple[Level, str]:
    if connection.state == ConnectionState.DISCONNECTED:
        return Level.OFF, _("Disconnected. Connect it again to go on.")
    if connection.state == ConnectionState.PAUSED:
        return Level.BAD, _("Paused. Its records wait until somebody acts.")
    ends = connection.refresh_expires_at
    if ends is not None and ends - now < ENDS_SOON:
        return Level.WARNING, _("The sign-in ends soon. Reconnect to renew it.")
    if errors >= FAILURES_WORTH_A_WORD and errors > calls * FAILURE_SHARE:
        return Level.WARNING, _("Many calls fail at the moment. The call log says which.")
    return Level.GOOD, _("Working.")
