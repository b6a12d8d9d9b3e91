"""Signs of life: a supervisor asks through the queue, a worker answers in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.tenancy import all_tenants
from syncs import clock
from syncs.models import Heartbeat, Sync
from syncs.queue import enqueue

BEAT = "syncs.tasks.beat"


@dataclass(frozen=True, slots=True)
class Pulse:
    """How long the oldest question has gone unanswered; nought when none has."""

    silent_for: timedelta
    # Some question since the start was answered.
    has_answered: bool
    # A worker holds a claim, so an answer may take as long as its work.
    is_busy: bool


def ask(name: str) -> None:
    """Send a question through the queue, unless one is under way."""
    now = clock.now()
    beat, _ = Heartbeat.objects.get_or_create(name=name)
    if _is_open(beat):
        return
    Heartbeat.objects.filter(name=name).update(asked_at=now)
    enqueue(BEAT, name)


def answer(name: str) -> None:
    Heartbeat.objects.filter(name=name).update(answered_at=clock.now())


def forget(name: str) -> None:
    """Begin anew, after a restart: what was asked before may never be answered."""
    Heartbeat.objects.filter(name=name).delete()


def pulse(name: str) -> Pulse:
    now = clock.now()
    beat = Heartbeat.objects.filter(name=name).first()
    silent = timedelta(0)
    if beat is not None and beat.asked_at is not None and _is_open(beat):
        silent = now - beat.asked_at
    has_answered = beat is not None and beat.answered_at is not None
    return Pulse(silent, has_answered, _is_busy(name, now))


def _is_open(beat: Heartbeat) -> bool:
    if beat.asked_at is None:
        return False
    return beat.answered_at is None or beat.answered_at < beat.asked_at


def _is_busy(worker: str, now: datetime) -> bool:
    with all_tenants("whoever's sync it is, its worker is busy"):
        held = Sync.objects.filter(claimed_by__startswith=f"{worker}:", claimed_until__gt=now)
        return held.exists()
