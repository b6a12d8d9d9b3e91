"""What django-q2 calls: each fetches by id and calls one service."""

from integrations import services as integrations
from syncs import dispatch as dispatching
from syncs import heartbeat, pruning, runs
from syncs.models import RunTrigger


def run_sync(sync_id: int, trigger: str = RunTrigger.SCHEDULE, by_id: int | None = None) -> str:
    return runs.run_sync(sync_id, RunTrigger(trigger), by_id).value


def dispatch() -> int:
    return dispatching.dispatch()


def prune() -> int:
    return pruning.prune()


def keep_webhooks() -> int:
    return integrations.keep_subscriptions()


def beat(name: str) -> None:
    heartbeat.answer(name)
