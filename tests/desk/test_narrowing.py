"""What an index needs to be told, besides what was asked, leaves out no record that fits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from syncs import narrowing
from syncs.models import Status, Sync, SyncRecord
from tests.desk.conftest import contacts_sync

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTES = (-180, -61, -59, -1, 0, 1, 59, 61, 180)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return contacts_sync(tenant)


def made(sync: Sync, minutes: Sequence[int]) -> None:
    """Records with ids in the order of these minutes around noon."""
    for minute in minutes:
        record = SyncRecord.objects.create(
            tenant_id=sync.tenant_id, sync=sync, left_id=str(minute), left_title=str(minute)
        )
        SyncRecord.objects.for_tenant(sync.tenant_id).filter(pk=record.pk).update(
            created_at=NOON + timedelta(minutes=minute)
        )


# Several that are made together may get their ids in another order than their times.
@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param(MINUTES, id="one after the other"),
        pytest.param((-180, -59, -61, 0, -1, 1, 61, 59, 180), id="crossed"),
        pytest.param((-1, 0, 1), id="nothing long before or after"),
        pytest.param((), id="nothing"),
    ],
)
def test_all_that_was_made_by_then_is_found(
    tenant: Tenant, sync: Sync, minutes: Sequence[int]
) -> None:
    made(sync, minutes)
    with tenant_scope(tenant):
        later = SyncRecord.objects.filter(narrowing.made_from(NOON))
        earlier = SyncRecord.objects.filter(narrowing.made_before(NOON))

        assert {int(row.left_id) for row in later} == {each for each in minutes if each >= 0}
        assert {int(row.left_id) for row in earlier} == {each for each in minutes if each < 0}


def refer(sync: Sync, record_id: str, object_type: str, parent_id: str) -> None:
    SyncRecord.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        left_id=record_id,
        status=Status.WAITING,
        parent_type=object_type,
        parent_id=parent_id,
    )


@pytest.mark.parametrize("most", [pytest.param(5_000, id="few"), pytest.param(1, id="many")])
def test_what_refers_to_a_record_and_what_refers_to_that(
    tenant: Tenant,
    other_tenant: Tenant,
    sync: Sync,
    most: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(narrowing, "MOST_CHILDREN", most)
    refer(sync, "i1", "contact", "c1")
    refer(sync, "i2", "contact", "c1")
    refer(sync, "p1", "invoice", "i1")
    refer(sync, "i3", "contact", "c2")
    refer(sync, "d1", "deal", "c1")
    refer(contacts_sync(other_tenant), "i9", "contact", "c1")

    with tenant_scope(tenant):
        found = SyncRecord.objects.filter(narrowing.held_by("contact", "c1"))
        nothing = SyncRecord.objects.filter(narrowing.held_by("contact", "c9"))

        assert {row.left_id for row in found} == {"i1", "i2", "p1"}
        assert not nothing.exists()


def test_a_cause_and_a_currency_are_those_of_the_company(
    tenant: Tenant, other_tenant: Tenant, sync: Sync
) -> None:
    for one in (sync, contacts_sync(other_tenant)):
        SyncRecord.objects.create(
            tenant_id=one.tenant_id, sync=one, left_id="1", cause="tax|C1|", currency="EUR"
        )
        SyncRecord.objects.create(tenant_id=one.tenant_id, sync=one, left_id="2")

    with tenant_scope(tenant):
        for condition in (narrowing.of_cause("tax|C1|"), narrowing.in_currency("EUR")):
            (found,) = SyncRecord.objects.filter(condition)
            assert (found.sync_id, found.left_id) == (sync.pk, "1")
