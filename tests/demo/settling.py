"""Running a demo company's syncs until they rest."""

from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.models import Sync
from syncs.runs import Ended, run_sync

MOST_ROUNDS = 8


def settle(server: SandboxServer, syncs: list[Sync]) -> None:
    """Run all, one after the other, until a round writes nothing."""
    for _ in range(MOST_ROUNDS):
        before = server.sandbox.writes
        for sync in syncs:
            services.request_run(sync)
            assert run_sync(sync.pk, seconds=300) is Ended.DONE
        if server.sandbox.writes == before:
            return
    raise AssertionError("The syncs never came to rest.")
