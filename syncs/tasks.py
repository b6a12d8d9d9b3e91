"""What django-q2 calls: each fetches by id and calls one service."""

from syncs import dispatch as dispatching
from syncs import heartbeat, pruning, runs
from syncs.models import RunTrigger


def run_sync(sync_id: int, trigger: str = RunTrigger.SCHEDULE, by_id: int | None = None) -> str:
    return runs.run_sync(sync_id, RunTrigger(trigger), by_id).value


def dispatch() -> int:
    return dispatching.dispatch()


def prune() -> int:
    return pruning.prune()


def beat(name: str) -> None:
    heartbeat.answer(name)
