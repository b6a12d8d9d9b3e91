"""Who spends a connection's calls: each of its syncs that is on has a share of the day's."""

from django.db.models import Q

from accounts.tenancy import TenantQuerySet
from integrations.models import Connection
from syncs.models import Sync, SyncState


def spender_of(sync: Sync) -> str:
    return f"sync:{sync.pk}"


def active_syncs(connection: Connection) -> TenantQuerySet[Sync]:
    """The syncs that are on and use this connection."""
    ours = Q(integration__left=connection) | Q(integration__right=connection)
    return Sync.objects.for_tenant(connection.tenant_id).filter(ours, state=SyncState.ACTIVE)


def spenders(connection: Connection) -> dict[str, str]:
    """By spender what people call it."""
    return {spender_of(sync): sync.name for sync in active_syncs(connection).order_by("pk")}
