"""What django-q2 calls: each fetches by id and calls one service."""

from accounts import letters
from integrations import services as integrations
from syncs import desk_jobs, digest, figures, heartbeat, pruning, runs
from syncs import dispatch as dispatching
from syncs.models import RunTrigger


def run_sync(sync_id: int, trigger: str = RunTrigger.SCHEDULE, by_id: int | None = None) -> str:
    return runs.run_sync(sync_id, RunTrigger(trigger), by_id).value


def dispatch() -> int:
    return dispatching.dispatch()


def run_job(job_id: int) -> str:
    return desk_jobs.run_job(job_id)


def enqueue_lost_jobs() -> int:
    return desk_jobs.enqueue_lost()


def send_letters() -> int:
    return letters.send_due()


def make_digests() -> int:
    return digest.make_due()


def count_days() -> int:
    return figures.count_late()


def prune() -> int:
    return pruning.prune()


def keep_webhooks() -> int:
    return integrations.keep_subscriptions()


def beat(name: str) -> None:
    heartbeat.answer(name)
