"""Whole stories over real HTTP: our client and connectors, and the sandbox at the other end."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet, tenant_scope
from integrations import opening
from integrations.models import SANDBOX, Connection, WebhookEvent
from integrations.sandbox.core import Sandbox
from integrations.sandbox.server import SandboxServer, run_sandbox
from syncs import dispatch, services
from syncs.engine.terms import Side
from syncs.models import Run, Status, Sync, SyncRecord
from syncs.recipes import recipe_of
from syncs.runs import Ended, run_sync


@dataclass
class Journey:
    """A tenant with both providers connected and one sync that is switched on."""

    tenant: Tenant
    server: SandboxServer
    sync: Sync

    @property
    def sandbox(self) -> Sandbox:
        return self.server.sandbox

    def run(self) -> Ended:
        services.request_run(self.sync)
        return run_sync(self.sync.pk, seconds=120)

    def settle(self) -> None:
        """Run until nothing is left to do; pauses that a provider asks for are skipped."""
        for _ in range(60):
            if self.run() is Ended.DONE and not self.unsettled():
                return
            self._be_due()
        raise AssertionError(
            f"The sync never came to rest: {self.reasons()[:5]} {self.last_runs()}"
        )

    def tell(self, side: Side, record_id: str, merged_into: str = "") -> None:
        """A webhook arrived, was verified and stored; its listeners hear of it."""
        pair = self.sync.integration
        connection = pair.left if side is Side.LEFT else pair.right
        event = WebhookEvent.objects.create(
            tenant=self.tenant,
            connection=connection,
            provider=connection.provider,
            key=uuid.uuid4().hex,
            object_type=recipe_of(self.sync.recipe).end(side).object_type,
            record_id=record_id,
            merged_into=merged_into,
            at=timezone.now(),
        )
        dispatch.hear_webhook(connection, [event])

    def unsettled(self) -> int:
        return self.records().filter(status=Status.PENDING).count()

    def _be_due(self) -> None:
        pending = self.records().filter(status=Status.PENDING).exclude(due_at=None)
        pending.update(due_at=timezone.now())
        with tenant_scope(self.tenant):
            Sync.objects.filter(pk=self.sync.pk).update(held_until=None)

    def records(self) -> TenantQuerySet[SyncRecord]:
        return SyncRecord.objects.for_tenant(self.tenant).filter(sync=self.sync)

    def record(self, **where: object) -> SyncRecord:
        return self.records().get(**where)

    def last_runs(self) -> list[tuple[str, str, str]]:
        runs = Run.objects.for_tenant(self.tenant).order_by("-pk")[:5]
        return [(run.state, run.category, run.message) for run in runs]

    def reasons(self) -> list[tuple[str, str, str, str]]:
        rows = self.records().exclude(status=Status.IN_SYNC)
        return list(rows.values_list("left_title", "status", "category", "reason"))

    def counts(self) -> dict[str, int]:
        return dict(services.totals(self.sync).statuses)


@pytest.fixture
def server(settings: Settings) -> Iterator[SandboxServer]:
    settings.PUBLIC_URL = "http://localhost:8000"
    with run_sandbox() as running:
        # The sandboxes of all tests share their companies' ids: counts stay in the own database.
        settings.REDIS_URL = ""
        settings.SANDBOX_URL = running.url
        yield running


@pytest.fixture
def no_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next minute's calls; days and refused calls are counted all the same."""
    monkeypatch.setattr(opening, "limiter_for", lambda _connection: opening.NoLimit())


def connect(tenant: Tenant, server: SandboxServer, provider: str) -> Connection:
    ready = server.ready()[provider]
    return Connection.objects.create(
        tenant=tenant,
        provider=provider,
        environment=SANDBOX,
        external_id=ready["account_id"],
        access_token=ready["access_token"],
        refresh_token=ready["refresh_token"],
        refreshed_at=timezone.now(),
        access_expires_at=timezone.now() + timedelta(minutes=30),
    )


def start(tenant: Tenant, server: SandboxServer, recipe: str, **options: Any) -> Journey:
    integration = services.install(
        connect(tenant, server, "hubspot"), connect(tenant, server, "quickbooks")
    )
    sync = services.create_sync(integration, recipe, **options)
    services.activate(sync)
    return Journey(tenant, server, sync)


@pytest.fixture
def contacts(tenant: Tenant, server: SandboxServer) -> Journey:
    """Contacts ⇄ customers, with all the recipe's defaults."""
    return start(tenant, server, "hubspot_quickbooks_contacts")


@pytest.fixture
def products(tenant: Tenant, server: SandboxServer) -> Journey:
    """Products ⇄ items, new items booked to Services."""
    income = server.sandbox.quickbooks.ledger("Services")
    settings = {"income_account": income}
    return start(tenant, server, "hubspot_quickbooks_products", settings=settings)
