"""One worker per job: claims with an expiry, and the fence that keeps late workers out.

`claimed_until` says of a running job how long its worker has it, and of a queued one how long its
message counts as on its way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from syncs import clock
from syncs.models import DeskJob, JobState
from syncs.queue import MESSAGE_LASTS, enqueue

RUN = "syncs.tasks.run_job"
# Longer than the longest stretch between two renewals: putting a large workbook together.
CLAIM_LASTS = timedelta(minutes=5)
OPEN = (JobState.QUEUED, JobState.RUNNING)


class ClaimLost(Exception):
    """The job was cancelled, or another worker has it; nothing of this transaction may stay."""


@dataclass(slots=True)
class Claim:
    """This worker's right to work on a job."""

    job_id: int
    until: datetime

    @contextmanager
    def fenced(self, **changes: object) -> Iterator[None]:
        """A transaction that commits only while the claim is ours; `changes` go to the job."""
        with transaction.atomic():
            until = _until(self.until)
            # First, so that its row lock holds everybody else back until we commit.
            if self._held().update(claimed_until=until, **changes) != 1:
                raise ClaimLost(f"The claim on job {self.job_id} was lost.")
            yield
        self.until = until

    def renew(self) -> None:
        with self.fenced():
            pass

    def put_back(self) -> None:
        """Let whoever comes next go on; silent when the claim is lost."""
        with transaction.atomic():
            if self._held().update(state=JobState.QUEUED, claimed_until=_message_until()):
                enqueue(RUN, self.job_id)

    def rest(self) -> None:
        """The work broke down: it is tried again by the next look for lost jobs."""
        self._held().update(state=JobState.QUEUED, claimed_until=clock.now())

    def end(self, state: JobState, **changes: object) -> bool:
        """Close the job; False when it is ours no more."""
        ended = {"state": state, "ended_at": clock.now(), "claimed_until": None}
        return self._held().update(**ended, **changes) == 1

    def _held(self) -> QuerySet[DeskJob]:
        running = DeskJob.objects.filter(pk=self.job_id, state=JobState.RUNNING)
        return running.filter(claimed_until=self.until)


def claim(job_id: int) -> Claim | None:
    """Take the job for this worker, with the attempt counted; None when there is none to take."""
    now = clock.now()
    until = now + CLAIM_LASTS
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, claimed_until__lte=now)
    taken = DeskJob.objects.filter(free, pk=job_id).update(
        state=JobState.RUNNING,
        claimed_until=until,
        attempts=F("attempts") + 1,
        started_at=Coalesce(F("started_at"), Value(now)),
    )
    return Claim(job_id, until) if taken else None


def hand_in(job: DeskJob) -> None:
    """Have a worker take the job up."""
    with transaction.atomic():
        DeskJob.objects.filter(pk=job.pk).update(claimed_until=_message_until())
        enqueue(RUN, job.pk)


def enqueue_lost() -> int:
    """Enqueue the jobs whose message or worker was lost; how many."""
    now = clock.now()
    lost = DeskJob.objects.filter(state__in=OPEN).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now)
    )
    found = list(lost.order_by("pk").values_list("pk", flat=True))
    return sum(_nudge(job_id, now) for job_id in found)


def _nudge(job_id: int, now: datetime) -> bool:
    still = DeskJob.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), pk=job_id)
    with transaction.atomic():
        changed = still.filter(state__in=OPEN).update(
            state=JobState.QUEUED, claimed_until=_message_until()
        )
        if changed:
            enqueue(RUN, job_id)
    return bool(changed)


def cancel(job: DeskJob) -> bool:
    """Stop the job; what is done stays done. False when it was over already."""
    stopped = DeskJob.objects.filter(pk=job.pk, state__in=OPEN).update(
        state=JobState.CANCELLED, ended_at=clock.now(), claimed_until=None
    )
    return bool(stopped)


def _message_until() -> datetime:
    return clock.now() + MESSAGE_LASTS


def _until(before: datetime) -> datetime:
    """Never the same moment twice: it tells one claim from the next."""
    return max(clock.now() + CLAIM_LASTS, before + timedelta(microseconds=1))
