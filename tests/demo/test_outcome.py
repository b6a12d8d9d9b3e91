"""The demo's syncs from first to last: every planted mistake is found, and nothing else fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.tenancy import tenant_scope
from integrations import opening
from integrations.sandbox.datasets.demo_invoices import PAYMENTS as MADE_PAYMENTS
from integrations.sandbox.datasets.demo_invoices import PLANTED
from integrations.sandbox.server import SandboxServer, run_sandbox
from syncs import services
from syncs.bench.stage import QuickLimiter
from syncs.demo import afterwards
from syncs.demo.trading import TRADING
from syncs.models import Sync
from syncs.recipes.hubspot_quickbooks_documents import INVOICES, PAYMENTS
from tests.demo.settling import settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    monkeypatch.setattr(opening, "limiter_for", lambda _connection: QuickLimiter("demo"))
    with run_sandbox(dataset="demo", real_limits=False) as running:
        # The sandboxes of all tests share their companies' ids: counts stay in the own database.
        settings.REDIS_URL = ""
        settings.SANDBOX_URL = running.url
        yield running


def failing(syncs: list[Sync], recipe: str) -> dict[str, int]:
    (sync,) = (one for one in syncs if one.recipe == recipe)
    return dict(services.totals(sync).categories)


def test_all_that_was_planted_fails_for_its_own_reason_and_nothing_else(
    server: SandboxServer,
) -> None:
    tenant = TRADING.tenant()
    told: Any = server.ready()
    with tenant_scope(tenant):
        syncs = TRADING.install(tenant, told)
        settle(server, syncs)
        assert failing(syncs, INVOICES) == expected()
        assert failing(syncs, PAYMENTS) == {}
        payments = next(sync for sync in syncs if sync.recipe == PAYMENTS)
        assert services.totals(payments).statuses == {"in_sync": sum(MADE_PAYMENTS.values())}

        afterwards.happen(tenant, syncs, server.url)
        settle(server, syncs)

        done = afterwards.DONE
        assert failing(syncs, INVOICES) == expected() | {
            "reference_inactive": done["item switched off in the books"],
            "state_locked": done["price changed in the books"],
        }
        assert failing(syncs, PAYMENTS) == {"state_locked": done["deposited payment corrected"]}


def expected() -> dict[str, int]:
    """The failing invoices by category, as planted in the data set."""
    return {
        "parent_missing": PLANTED["no customer"]
        + PLANTED["customer is no customer yet"]
        + PLANTED["customer that cannot be synced"],
        "tax": PLANTED["tax rate without a tax code"] + PLANTED["totals that differ"],
        "currency": PLANTED["currency that is not switched on"],
        "period_closed": PLANTED["dated in a closed period"],
        "field_invalid": PLANTED["discount on the whole invoice"]
        + PLANTED["description of a line too long"],
        "field_missing": PLANTED["recognised over time, without a service date"],
        "duplicate_key": PLANTED["number that is taken"],
    }
