"""The Dutch company's syncs from first to last: what is planted fails, and payments come back."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.tenancy import tenant_scope
from integrations import opening
from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.dataset import fill_with_exact
from integrations.sandbox.datasets import demo_dutch
from integrations.sandbox.datasets.demo_dutch import PLANTED as PLANTED_COMPANIES
from integrations.sandbox.datasets.demo_dutch_deals import PLANTED as PLANTED_DEALS
from integrations.sandbox.datasets.demo_dutch_people import PLANTED as PLANTED_PEOPLE
from integrations.sandbox.datasets.demo_dutch_products import PLANTED as PLANTED_PRODUCTS
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.bench.stage import QuickLimiter
from syncs.demo.invoicing import DONE
from syncs.demo.techniek import TECHNIEK
from syncs.models import Sync, SyncState
from syncs.recipes.hubspot_exact import COMPANIES, CONTACTS, PEOPLE, PRODUCTS
from syncs.recipes.hubspot_exact_documents import INVOICES
from tests.demo.settling import settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    monkeypatch.setattr(opening, "limiter_for", lambda _connection: QuickLimiter("demo"))
    sandbox = make_sandbox()
    now = int(sandbox.clock.time())
    fill_with_exact(sandbox.hubspot_nl, sandbox.exact, demo_dutch.build(1), now)
    running = SandboxServer(sandbox).start()
    # The sandboxes of all tests share their companies' ids: counts stay in the own database.
    settings.REDIS_URL = ""
    settings.SANDBOX_URL = running.url
    yield running
    running.stop()


def failing(syncs: list[Sync]) -> dict[str, dict[str, int]]:
    return {sync.recipe: dict(services.totals(sync).categories) for sync in syncs}


def test_all_that_was_planted_fails_for_its_own_reason_and_payments_come_back(
    server: SandboxServer,
) -> None:
    tenant = TECHNIEK.tenant()
    told: Any = server.ready()
    with tenant_scope(tenant):
        syncs = TECHNIEK.install(tenant, told)
        settle(server, syncs)
        assert failing(syncs) == expected()
        # Nine refusals in an hour would shut an endpoint.
        assert not server.sandbox.exact.meter.violations

        TECHNIEK.work_on(tenant, syncs, server.url)
        settle(server, syncs)

        locked = {"state_locked": DONE["deal changed after invoicing"]}
        assert failing(syncs)[INVOICES] == expected()[INVOICES] | locked
        assert {sync.state for sync in Sync.objects.all()} == {SyncState.ACTIVE}
    deals = server.sandbox.hubspot_nl.deals.values()
    statuses = Counter(deal.get("saldo_payment_status") for deal in deals)
    assert statuses["paid"] == DONE["processed and paid"]
    assert statuses["partly_paid"] == DONE["processed and partly paid"]


def expected() -> dict[str, dict[str, int]]:
    """The failing records by category, as planted in the data set."""
    companies, people = PLANTED_COMPANIES, PLANTED_PEOPLE
    products, deals = PLANTED_PRODUCTS, PLANTED_DEALS
    shared_by_two = companies["two companies share the VAT number"]
    return {
        COMPANIES: {
            "field_missing": companies["no name"],
            "match_ambiguous": companies["two accounts share the VAT number"] + 2 * shared_by_two,
        },
        PEOPLE: {},
        CONTACTS: {
            "field_missing": people["people without a name"],
            "field_invalid": people["e-mail that Exact refuses"],
            "match_ambiguous": people["e-mail at a company twice in the books"],
            # Those who work for one of the companies that cannot be matched.
            "parent_missing": 2 * shared_by_two,
        },
        PRODUCTS: {
            "field_invalid": products["product name too long"],
            # Two products, and the item that both claim.
            "match_ambiguous": 3 * products["SKU used by a second product"],
        },
        INVOICES: {
            "parent_missing": deals["deals without a customer"]
            + deals["deals of a company that is no customer"],
            "reference_inactive": deals["deals of a blocked customer"]
            + deals["deals of a prospect"]
            + deals["deals with an item that is not for sale"],
            "field_missing": deals["deals without lines"],
            "field_invalid": deals["deals with half of an item sold whole"],
            "currency": deals["deals in a currency the books do not know"],
            # Nothing says the VAT code of the item for lines without one of their own.
            "tax": deals["deals with an item without VAT code"]
            + deals["deals to invoice, with a line that is no product"]
            + deals["deals with a new product"],
        },
    }
