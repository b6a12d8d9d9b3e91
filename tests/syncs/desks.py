"""A company at work: its records fail, are mended, and somebody hears of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import (
    Tenant,
)
from syncs.models import (
    Failure,
    Integration,
    Outcome,
    Status,
    Sync,
    SyncRecord,
)
from syncs.setup import create_sync, install
from tests.syncs.conftest import connection as connection_of

# Noon in UTC on a Monday; the digests of the tests come at eight.
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
EIGHT = datetime(2026, 6, 2, 8, tzinfo=UTC)
CAUSE = "field_invalid|2030|Name"


@dataclass
class Desk:
    """A company whose records fail and are mended."""

    tenant: Tenant
    sync: Sync

    def record(self, name: str, **values: Any) -> SyncRecord:
        return SyncRecord.objects.create(
            tenant=self.tenant, sync=self.sync, left_id=name, left_title=name, **values
        )

    def failing(self, name: str, *, at: datetime = NOON, **values: Any) -> SyncRecord:
        record = self.record(name, status=Status.FAILING, cause=CAUSE, **values)
        Failure.objects.create(
            tenant=self.tenant,
            sync=self.sync,
            record=record,
            opened_at=at,
            category="field_invalid",
            cause=CAUSE,
        )
        return record

    def mended(self, name: str, outcome: Outcome, *, at: datetime = NOON) -> None:
        record = self.failing(name, at=at - timedelta(days=3))
        record.failures.update(closed_at=at, outcome=outcome)
        SyncRecord.objects.filter(pk=record.pk).update(status=Status.IN_SYNC, cause="")


def desk_of(tenant: Tenant, code: str = "people") -> Desk:
    pair: Integration = install(connection_of(tenant, "crm"), connection_of(tenant, "books"))
    return Desk(tenant, create_sync(pair, code))
