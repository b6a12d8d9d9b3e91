"""Why a sync that is on does nothing for a while, and until when."""

from dataclasses import dataclass
from datetime import datetime

from syncs import clock
from syncs.models import Run, Sync, SyncState


@dataclass(frozen=True, slots=True)
class Rest:
    """A pause of a sync's own: the provider asked for it, or a limit that we keep is reached."""

    category: str
    message: str
    until: datetime


def rest_of(sync: Sync) -> Rest | None:
    """None for a sync that goes on, or that is not to run at all."""
    if sync.state != SyncState.ACTIVE or sync.held_until is None:
        return None
    if sync.held_until <= clock.now():
        return None
    last = Run.objects.for_tenant(sync.tenant_id).filter(sync=sync).order_by("-pk").first()
    if last is None:
        return Rest("", "", sync.held_until)
    return Rest(last.category, last.message, sync.held_until)
