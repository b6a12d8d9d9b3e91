"""Copying with the real connectors: fields and lists come from the other end of the line."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Tenant, User
from integrations.sandbox.server import SandboxServer, run_sandbox
from syncs import services
from syncs.choices import live_choices
from syncs.models import FieldList, Integration, SyncState
from tests.conftest import ClientOf
from tests.journeys.conftest import connect

PRODUCTS = "hubspot_quickbooks_products"


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[SandboxServer]:
    with run_sandbox() as running:
        settings.REDIS_URL = ""
        settings.SANDBOX_URL = running.url
        yield running


def pair(tenant: Tenant, sandbox: SandboxServer) -> Integration:
    left, right = (connect(tenant, sandbox, name) for name in ("hubspot", "quickbooks"))
    return services.install(left, right)


def test_a_company_that_was_never_read_is_read_first(
    client_of: ClientOf,
    tenant: Tenant,
    other_tenant: Tenant,
    support: User,
    sandbox: SandboxServer,
) -> None:
    there, here = pair(tenant, sandbox), pair(other_tenant, sandbox)
    income = live_choices(there.right, "income_accounts")[0]
    source = services.create_sync(there, PRODUCTS, settings={"income_account": income.value})
    asked = {"source": there.pk, "target": here.pk, "sync": source.pk}
    client = client_of(support)

    assert income.label in client.get("/desk/copy/", asked).text
    assert FieldList.objects.for_tenant(other_tenant).count() == 2
    assert not here.syncs.exists()

    client.post("/desk/copy/", {**asked, "copy": "1"})
    made = here.syncs.get()
    assert (made.recipe, made.state) == (PRODUCTS, SyncState.OFF)
    assert made.settings["income_account"] == income.value


def test_a_disconnected_company_is_told(
    client_of: ClientOf,
    tenant: Tenant,
    other_tenant: Tenant,
    support: User,
    sandbox: SandboxServer,
) -> None:
    there, here = pair(tenant, sandbox), pair(other_tenant, sandbox)
    source = services.create_sync(there, PRODUCTS)
    here.right.state = "disconnected"
    here.right.save(update_fields=["state"])
    asked = {"source": there.pk, "target": here.pk, "sync": source.pk}

    answer = client_of(support).post("/desk/copy/", {**asked, "copy": "1"})
    assert "does not answer" in answer.text
    assert not here.syncs.exists()
