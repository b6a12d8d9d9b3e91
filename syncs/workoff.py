"""Working off everything that is due in this process, without a queue: for tests and the demo."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Min, Q

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet, all_tenants
from integrations.models import ConnectionState
from syncs import clock
from syncs.dispatch import due_syncs, try_paused
from syncs.jobs import SLICE_SECONDS
from syncs.models import RunTrigger, Sync, SyncState
from syncs.runs import Ended, run_sync

type Progress = Callable[[Sync, Ended], None]

# A pause that a provider asks for is waited for; a longer one is left to the next time.
LONGEST_WAIT = timedelta(seconds=90)


def work_off(
    tenant: Tenant | None = None,
    *,
    trigger: RunTrigger = RunTrigger.SCHEDULE,
    seconds: float = SLICE_SECONDS,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Run what is due, for one tenant or for all, until nothing is; how many runs it took."""
    try_paused()
    count = 0
    idle: set[int] = set()
    while True:
        # One that is due and does not run is in other hands.
        syncs = [sync for sync in _due(tenant) if sync.pk not in idle]
        if not syncs and not _wait(tenant, sleep):
            return count
        for sync in syncs:
            ended = run_sync(sync.pk, trigger, seconds=seconds)
            count += 1
            if ended is Ended.IDLE:
                idle.add(sync.pk)
            if progress is not None:
                progress(sync, ended)


def _due(tenant: Tenant | None) -> list[Sync]:
    with all_tenants("everything that is due is worked off"):
        due = due_syncs(clock.now())
        return list(_of(tenant, due).order_by("next_run_at", "pk"))


def _of(tenant: Tenant | None, syncs: TenantQuerySet[Sync]) -> TenantQuerySet[Sync]:
    return syncs if tenant is None else syncs.filter(tenant=tenant)


def _wait(tenant: Tenant | None, sleep: Callable[[float], None]) -> bool:
    """Wait for a sync that rests a little; False when there is none."""
    now = clock.now()
    with all_tenants("a resting sync is waited for"):
        resting = Sync.objects.filter(
            Q(held_until__gt=now) & Q(held_until__lte=now + LONGEST_WAIT),
            state=SyncState.ACTIVE,
            integration__left__state=ConnectionState.ACTIVE,
            integration__right__state=ConnectionState.ACTIVE,
        )
        first = _of(tenant, resting).aggregate(first=Min("held_until"))["first"]
    if first is None:
        return False
    sleep(max(0.0, (first - now).total_seconds()))
    return True
