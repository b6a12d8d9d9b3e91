"""The address of a record's page, as each provider has it, finds the record."""

import pytest

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations.connectors.exact.objects import DEFINITIONS as EXACT
from integrations.connectors.quickbooks.objects import DEFINITIONS as QUICKBOOKS
from syncs.engine.terms import Side
from syncs.models import Sync, SyncRecord
from syncs.search import search
from syncs.views.ends import ends_of

pytestmark = pytest.mark.django_db
GUID = "8f1c0c7e-52b3-5ec8-a81c-76141e154c47"
APP = "https://app.qbo.intuit.com"
OFFICE = "https://start.exactonline.nl"


def found(tenant: Tenant, words: str) -> list[str]:
    with tenant_scope(tenant):
        return [str(one) for one in search(SyncRecord.objects.all(), words)]


@pytest.mark.parametrize("side", list(Side))
def test_the_links_of_a_record_lead_back_to_it(tenant: Tenant, sync: Sync, side: Side) -> None:
    record = SyncRecord(tenant=tenant, sync=sync, left_id="1001", right_id="58", left_title="Ann")
    record.save()
    record_id = {Side.LEFT: "1001", Side.RIGHT: "58"}[side]

    assert found(tenant, ends_of(sync).link(side, record_id)) == ["Ann"]


@pytest.mark.parametrize(
    ("address", "record_id"),
    [
        pytest.param(APP + each.screen.format(id="58"), "58", id=f"QuickBooks {name}")
        for name, each in QUICKBOOKS.items()
        if "{id}" in each.screen
    ]
    + [
        pytest.param(OFFICE + each.screen.format(id=GUID, division=58), GUID, id=f"Exact {name}")
        for name, each in EXACT.items()
        if "{id}" in each.screen
    ],
)
def test_the_address_of_every_kind_of_page_finds_its_record(
    tenant: Tenant, sync: Sync, address: str, record_id: str
) -> None:
    SyncRecord.objects.create(tenant=tenant, sync=sync, right_id=record_id, right_title="Found")
    SyncRecord.objects.create(tenant=tenant, sync=sync, left_id="999", left_title="Another")

    assert found(tenant, address) == ["Found"]
