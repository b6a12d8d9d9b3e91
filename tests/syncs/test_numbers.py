"""Counting records: right to the last one, in as many queries at any size, off indexes alone."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant
from accounts.tenancy import all_tenants
from integrations.models import TOKEN_FIELDS
from syncs import numbers
from syncs.models import Status, Sync, SyncRecord
from tests.desk.conftest import contacts_sync
from tests.factories import TenantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return contacts_sync(tenant)


def add(sync: Sync, status: Status, number: int = 1, category: str = "") -> None:
    known = SyncRecord.objects.for_tenant(sync.tenant_id).count()
    SyncRecord.objects.bulk_create(
        SyncRecord(
            tenant_id=sync.tenant_id,
            sync=sync,
            left_id=str(known + each),
            status=status,
            category=category,
        )
        for each in range(number)
    )


def test_records_are_counted_by_status_and_failing_ones_by_category(sync: Sync) -> None:
    add(sync, Status.IN_SYNC, 3)
    add(sync, Status.FAILING, 2, "tax")
    add(sync, Status.FAILING, 1, "currency")
    add(sync, Status.WAITING, 1, "parent_missing")

    found = numbers.totals(sync)

    assert found.statuses == {Status.IN_SYNC: 3, Status.FAILING: 3, Status.WAITING: 1}
    assert found.categories == {"tax": 2, "currency": 1}
    assert found.all == 7


def test_a_sync_without_records_is_told_as_empty(sync: Sync) -> None:
    assert numbers.totals(sync).all == 0


def test_an_overview_holds_the_syncs_of_these_tenants_alone(sync: Sync) -> None:
    stranger = contacts_sync(TenantFactory.create())
    add(sync, Status.IN_SYNC, 2)
    add(stranger, Status.FAILING, 5, "tax")

    (found,) = numbers.overview(sync.tenant_id)

    assert found.sync == sync
    assert (found.all, found.categories.total()) == (2, 0)


def test_an_overview_takes_four_queries_however_many_syncs_there_are(
    sync: Sync, django_assert_num_queries: Any
) -> None:
    others = [contacts_sync(TenantFactory.create()) for _ in range(3)]
    for each in (sync, *others):
        add(each, Status.FAILING, 1, "tax")

    with django_assert_num_queries(4):
        numbers.overview(*(each.tenant_id for each in (sync, *others)))


def test_counting_for_a_page_deciphers_no_tokens(sync: Sync) -> None:
    (found,) = numbers.overview(sync.tenant_id)

    assert {*TOKEN_FIELDS} <= found.sync.integration.left.get_deferred_fields()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the rows there are")
def test_counting_reads_no_row_of_the_table(sync: Sync) -> None:
    with CaptureQueriesContext(connection) as capture:
        numbers.totals(sync)

    assert [_plan(query["sql"]) for query in capture] == [
        "SEARCH syncs_syncrecord USING COVERING INDEX record_sync_status (sync_id=?)",
        "SEARCH syncs_syncrecord USING COVERING INDEX record_failing (sync_id=?)",
    ]


def test_progress_counts_what_is_still_to_be_decided(sync: Sync) -> None:
    add(sync, Status.IN_SYNC, 4)
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(
        revision=2, decided_revision=1, marking_revision=2
    )
    sync.refresh_from_db()
    with all_tenants("the second of four"):
        sync.marked_until = SyncRecord.objects.order_by("pk").values_list("pk", flat=True)[1]

    assert numbers.progress(sync) == numbers.Progress(done=2, total=4)


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return str(cursor.fetchall()[0][-1])
