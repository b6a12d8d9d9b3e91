"""A tenant with both providers connected, whose syncs run until nothing is left to do."""

from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations.sandbox.core import Sandbox
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.models import Integration, Status, Sync, SyncRecord
from syncs.runs import Ended, run_sync

MOST_ROUNDS = 40


@dataclass
class Story:
    """Syncs by their recipes, in the order in which they run."""

    tenant: Tenant
    server: SandboxServer
    integration: Integration
    syncs: dict[str, Sync] = field(default_factory=dict)

    @property
    def sandbox(self) -> Sandbox:
        return self.server.sandbox

    def find_syncs(self) -> None:
        """Those that are there, in the order in which they were made."""
        rows = Sync.objects.for_tenant(self.tenant).select_related("integration")
        self.syncs = {sync.recipe: sync for sync in rows.order_by("pk")}

    # Running.

    def settle(self) -> None:
        """Run all syncs until nothing is left to do in any of them."""
        for _ in range(MOST_ROUNDS):
            ended = [self._run(sync) for sync in self.syncs.values()]
            if all(one in (Ended.DONE, Ended.IDLE) for one in ended) and not self._unsettled():
                return
            self._be_due()
        raise AssertionError(f"The syncs never came to rest: {self.reasons()[:8]}")

    def _run(self, sync: Sync) -> Ended:
        services.request_run(sync)
        return run_sync(sync.pk, seconds=120)

    def _unsettled(self) -> bool:
        rows = SyncRecord.objects.for_tenant(self.tenant).filter(sync__in=self.syncs.values())
        return rows.filter(due_at__lte=timezone.now()).exists() or any(
            row.status == Status.PENDING for row in rows.only("status")
        )

    def _be_due(self) -> None:
        now = timezone.now()
        pending = SyncRecord.objects.for_tenant(self.tenant).filter(status=Status.PENDING)
        pending.exclude(due_at=None).update(due_at=now)
        with tenant_scope(self.tenant):
            Sync.objects.update(held_until=None)

    # Looking.

    def record(self, sync: Sync | None = None, **where: object) -> SyncRecord:
        rows = SyncRecord.objects.for_tenant(self.tenant)
        return rows.get(sync=sync or self.main, **where)

    def records(self, sync: Sync | None = None) -> list[SyncRecord]:
        rows = SyncRecord.objects.for_tenant(self.tenant).filter(sync=sync or self.main)
        return list(rows.order_by("pk"))

    def reasons(self) -> list[tuple[str, str, str, str, str]]:
        rows = SyncRecord.objects.for_tenant(self.tenant).exclude(status=Status.IN_SYNC)
        return list(
            rows.values_list("sync__recipe", "left_title", "right_title", "category", "reason")
        )

    def statuses(self, sync: Sync | None = None) -> dict[str, int]:
        return dict(services.totals(sync or self.main).statuses)

    @property
    def main(self) -> Sync:
        """The sync that is meant where none is named."""
        raise NotImplementedError


def again(story: Story) -> None:
    """A second run writes nothing."""
    writes = story.sandbox.writes
    story.settle()
    assert story.sandbox.writes == writes
