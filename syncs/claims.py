"""One worker per sync: claims with an expiry, and the fence that keeps late workers out.

A claim is taken by a conditional update and renewed by every fenced transaction. A worker that was
stopped for so long that its claim ran out finds the fence closed: its transaction rolls back.
"""

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from accounts.tenancy import all_tenants
from syncs import clock
from syncs.models import Run, RunState, Sync, SyncRecord, SyncState

# Longer than the longest stretch between two renewals: one call with all its waiting and tries.
CLAIM_LASTS = timedelta(minutes=5)
# A record that was in hand so often when a worker broke down is not tried again by itself.
MOST_CRASHES = 3
# Names the group of processes that a supervisor started, so that it can free what they held.
WORKER_VARIABLE = "SALDO_WORKER"


# What people and new settings make of `crashes`. A record that could never be read stays aside: of
# it nothing is known that could be decided about.
FORGIVEN = Case(When(left_digest="", right_digest="", then=F("crashes")), default=Value(0))


class ClaimLost(Exception):
    """Another worker has the sync now; nothing of this transaction may stay."""


@dataclass(frozen=True, slots=True)
class Claim:
    """This worker's right to work on a sync, as it was configured when the work began."""

    sync_id: int
    token: str
    revision: int

    def renew(self) -> None:
        """Keep the claim for another while, before a call that may take long."""
        self._touch({})

    @contextmanager
    def fenced(self, **changes: object) -> Iterator[None]:
        """A transaction that commits only while the claim is ours; `changes` go to the sync."""
        with transaction.atomic():
            # First, so that its row lock holds everybody else back until we commit.
            self._touch(changes)
            yield

    def take_in_hand(self, record_ids: Sequence[int]) -> None:
        """Note what is worked on, so that a death is blamed on the right records."""
        self._touch({"in_hand": list(record_ids)})

    def blame(self) -> None:
        """The work broke down: count it against what was in hand. Silent when the claim is lost."""
        held = Sync.objects.filter(pk=self.sync_id, claimed_by=self.token).first()
        if held is not None:
            _blame(held)

    def release(self, **changes: object) -> None:
        """Give the sync back; silent when it was lost already."""
        held = Sync.objects.filter(pk=self.sync_id, claimed_by=self.token)
        held.update(claimed_by="", claimed_until=None, in_hand=[], **changes)

    def _touch(self, changes: dict[str, object]) -> None:
        now = clock.now()
        # Who switches a sync off or changes its mappings stops a run at its next step.
        held = Sync.objects.filter(
            pk=self.sync_id,
            claimed_by=self.token,
            claimed_until__gt=now,
            state=SyncState.ACTIVE,
            revision=self.revision,
        )
        if held.update(claimed_until=now + CLAIM_LASTS, **changes) != 1:
            raise ClaimLost(f"The claim on sync {self.sync_id} was lost.")


def free(now: datetime) -> Q:
    """Syncs that no living worker holds."""
    return Q(claimed_until=None) | Q(claimed_until__lte=now)


def claim(sync: Sync) -> Claim | None:
    """Take the sync for this worker; None when another has it."""
    now = clock.now()
    token = f"{worker_name()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    with transaction.atomic():
        taken = Sync.objects.filter(free(now), pk=sync.pk).update(
            claimed_by=token, claimed_until=now + CLAIM_LASTS, queued_at=None
        )
        if taken != 1:
            return None
        if sync.claimed_by:
            _close_runs(sync)
        sync.refresh_from_db()
        _blame(sync)
    return Claim(sync.pk, token, sync.revision)


def _blame(sync: Sync) -> None:
    """A worker broke down: count it against what it had in hand and had not settled."""
    if not sync.in_hand:
        return
    unsettled = SyncRecord.objects.filter(sync=sync, pk__in=sync.in_hand, due_at__isnull=False)
    unsettled.update(crashes=F("crashes") + 1)
    Sync.objects.filter(pk=sync.pk).update(in_hand=[])
    sync.in_hand = []


def _close_runs(sync: Sync) -> None:
    """Whoever had it last never gave it back: nobody else will say how those runs ended."""
    Run.objects.filter(sync=sync, state=RunState.RUNNING).update(
        state=RunState.STOPPED,
        ended_at=clock.now(),
        message="The worker stopped in the middle. The next run goes on from there.",
    )


def is_in_hand(sync: Sync, record_id: int) -> bool:
    """Whether a living worker holds the record now, and may be writing it."""
    until = sync.claimed_until
    return until is not None and until > clock.now() and record_id in sync.in_hand


def worker_name() -> str:
    return os.environ.get(WORKER_VARIABLE, "")[:30]


def release_dead(worker: str, alive: Sequence[int]) -> int:
    """Free the claims of this supervisor's processes that are no longer alive; how many."""
    with all_tenants("a dead worker's claims are freed, whoever's syncs it had"):
        held = Sync.objects.filter(claimed_by__startswith=f"{worker}:").values_list(
            "pk", "claimed_by"
        )
        dead = [pk for pk, token in held if int(token.split(":")[1]) not in alive]
        return Sync.objects.filter(pk__in=dead).update(claimed_until=None)
