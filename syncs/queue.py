"""The only place that puts work into the queue.

A message is a nudge; the truth is in the rows. A lost or doubled message does no harm.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django_q.tasks import async_task

from accounts.tenancy import all_tenants
from syncs import clock
from syncs.models import DeskJob, JobState, RunTrigger, Sync

RUN = "syncs.tasks.run_sync"
LETTERS = "syncs.tasks.send_letters"
# After so long a message counts as lost.
MESSAGE_LASTS = timedelta(minutes=10)


def enqueue(task: str, *arguments: int | str | None) -> None:
    """Have a worker call the task, once the data it will look for is committed."""
    if settings.Q_CLUSTER.get("redis"):
        transaction.on_commit(lambda: _push(task, *arguments))
        return
    # The message's row commits together with the data. Outside of a transaction the broker would
    # close the connection that we are using.
    with transaction.atomic():
        _push(task, *arguments)


def enqueue_run(sync_id: int, trigger: RunTrigger, by_id: int | None = None) -> bool:
    """Have the sync worked on; False when a message for it waits already."""
    now = clock.now()
    waiting = Q(queued_at__gt=now - MESSAGE_LASTS)
    with transaction.atomic(), all_tenants("a message names one sync, whoever's it is"):
        if not Sync.objects.filter(~waiting, pk=sync_id).update(queued_at=now):
            return False
        enqueue(RUN, sync_id, trigger.value, by_id)
    return True


def enqueue_letters() -> None:
    """Somebody is to get mail: a worker looks for all that is due."""
    enqueue(LETTERS)


def forget_messages() -> None:
    """Messages may be lost: whatever is due is enqueued anew by the next dispatch."""
    with all_tenants("the queue is everybody's"):
        Sync.objects.exclude(queued_at=None).update(queued_at=None)
    DeskJob.objects.filter(state=JobState.QUEUED).update(claimed_until=None)


def _push(task: str, *arguments: int | str | None) -> None:
    async_task(task, *arguments)
