"""The demo's desk looks lived in: what its people did, and a month that is made up for it alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification, NotificationKind, Tenant
from accounts.tenancy import tenant_scope
from syncs.demo import deskwork, past
from syncs.demo.company import Company
from syncs.demo.trading import TRADING
from syncs.models import (
    Activity,
    ActivityAction,
    DailyFigure,
    DeskJob,
    Failure,
    JobKind,
    JobState,
    SavedView,
    Status,
    Sync,
    SyncRecord,
)
from tests.desk.conftest import contacts_sync

RECORDS, IN_SYNC = 20, 6
FAILING = RECORDS - IN_SYNC + 1

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return TRADING


@pytest.fixture
def tenant(company: Company, db: None) -> Tenant:
    return company.tenant()


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    sync = contacts_sync(tenant)
    now = timezone.now()
    SyncRecord.objects.bulk_create(
        SyncRecord(
            tenant=tenant,
            sync=sync,
            left_id=str(number),
            status=Status.IN_SYNC if number < IN_SYNC else Status.FAILING,
            category="" if number < IN_SYNC else "tax",
            first_failed_at=None if number < IN_SYNC else now,
        )
        for number in range(1, RECORDS + 1)
    )
    return sync


def test_people_have_worked_at_the_desk(company: Company, tenant: Tenant, sync: Sync) -> None:
    with tenant_scope(tenant):
        deskwork.happen(company, tenant, [sync])

        records = SyncRecord.objects.all()
        done = deskwork.DONE
        assigned = done["assigned"] + done["given by the owner"]
        assert records.exclude(assignee=None).count() == assigned
        assert records.exclude(snoozed_until=None).count() == done["snoozed"]
        assert records.filter(details__exclusion="resolved").count() == done["resolved"]
        assert Activity.objects.filter(message=deskwork.NOTE).count() == 1
        resolved = Activity.objects.filter(action=ActivityAction.RESOLVED)
        assert resolved.count() == done["resolved"]
        assert SavedView.objects.count() == len(deskwork.VIEWS)
        told = set(Notification.objects.values_list("kind", flat=True))
    assert NotificationKind.ASSIGNED in told
    (export,) = DeskJob.objects.filter(kind=JobKind.EXPORT)
    assert export.state == JobState.DONE
    # All that fails still; what is snoozed or somebody's is exported as well.
    assert export.total == FAILING - done["resolved"]


def test_the_past_ends_with_what_is_so_today(company: Company, tenant: Tenant, sync: Sync) -> None:
    with tenant_scope(tenant):
        past.make_up(tenant, [sync])

        days = list(DailyFigure.objects.filter(sync=sync).order_by("day"))
        assert len(days) == past.DAYS
        assert days[-1].day == timezone.now().date()
        assert days[-1].failing == FAILING
        begun = SyncRecord.objects.filter(status=Status.FAILING).values_list("first_failed_at")
        oldest = timezone.now() - timedelta(days=past.LONGEST_DAYS, minutes=1)
        assert len(set(begun)) > 1
        assert all(at is not None and at > oldest for (at,) in begun)
        closed = Failure.objects.exclude(closed_at=None)
        assert closed.count() == IN_SYNC - 1
        assert all(each.opened_at < each.closed_at for each in closed if each.closed_at)


def test_no_customer_gets_a_past_that_never_was(other_tenant: Tenant) -> None:
    with pytest.raises(ValueError, match="for the demo only"):
        past.make_up(other_tenant, [])
