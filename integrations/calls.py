"""The call log: collects calls and stores them in bulk; old rows are pruned by age and number."""

import os
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.tenancy import TenantQuerySet, all_tenants
from integrations.http import Call, redact
from integrations.models import CallRecord, ConnectAttempt, Connection, WebhookEvent

FULL = 100
PRUNE_BATCH = 5_000
WEBHOOK_DAYS = 30


class CallBook:
    """The calls of one connection in this process; implements the CallLog port of `http`.

    Stores itself when full. Whoever finishes a slice of work calls `flush_calls()`.
    """

    def __init__(self, connection_id: int, tenant_id: int, full: int = FULL) -> None:
        self._connection_id = connection_id
        self._tenant_id = tenant_id
        self._full = full
        self._calls: list[Call] = []
        self._lock = threading.Lock()
        # Calls since this process began, for the totals of a run.
        self.recorded = 0

    def record(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)
            self.recorded += 1
            is_full = len(self._calls) >= self._full
        if is_full:
            self.flush()

    def flush(self) -> int:
        """Store what was collected; how many calls that were."""
        with self._lock:
            calls, self._calls = self._calls, []
        if not calls:
            return 0
        try:
            CallRecord.objects.bulk_create([self._row(call) for call in calls])
        except IntegrityError:
            # The connection was deleted meanwhile: nobody could read its calls.
            return 0
        self._touch(max(call.at for call in calls))
        return len(calls)

    def _touch(self, at: datetime) -> None:
        last = Greatest(Coalesce(F("last_call_at"), at), at)
        own = Connection.objects.for_tenant(self._tenant_id).filter(pk=self._connection_id)
        own.update(last_call_at=last)

    def _row(self, call: Call) -> CallRecord:
        return CallRecord(
            tenant_id=self._tenant_id,
            connection_id=self._connection_id,
            at=call.at,
            method=call.method[:8],
            path=redact(call.path, 300),
            status=call.status,
            milliseconds=call.milliseconds,
            correlation_id=call.correlation_id[:100],
            error=redact(call.error, 200),
        )


_books: dict[int, CallBook] = {}


def call_book(connection: Connection) -> CallBook:
    """The one book of this connection in this process."""
    return _books.setdefault(connection.pk, CallBook(connection.pk, connection.tenant_id))


def flush_calls(books: Iterable[CallBook] | None = None) -> int:
    """Store what all books of this process collected; how many calls that were."""
    return sum(book.flush() for book in (books or tuple(_books.values())))


# A forked worker must not store its parent's calls a second time.
os.register_at_fork(after_in_child=_books.clear)


def prune_calls(now: datetime | None = None) -> int:
    """Delete calls beyond CALL_LOG_DAYS and, of the rest, the oldest beyond CALL_LOG_ROWS."""
    oldest = (now or timezone.now()) - timedelta(days=settings.CALL_LOG_DAYS)
    with all_tenants("the call log is kept within bounds for everybody"):
        deleted = _delete(CallRecord.objects.filter(at__lt=oldest))
        beyond = CallRecord.objects.order_by("-pk").values_list("pk", flat=True)
        last = beyond[settings.CALL_LOG_ROWS : settings.CALL_LOG_ROWS + 1].first()
        return (
            deleted if last is None else deleted + _delete(CallRecord.objects.filter(pk__lte=last))
        )


def prune_webhook_events(now: datetime | None = None) -> int:
    """Delete webhook events that were received long ago, handled or not."""
    oldest = (now or timezone.now()) - timedelta(days=WEBHOOK_DAYS)
    with all_tenants("old events are of no use to anybody"):
        return _delete(WebhookEvent.objects.filter(received_at__lt=oldest))


def prune_attempts(now: datetime | None = None) -> int:
    """Delete sign-ins that were begun and can no longer be finished."""
    with all_tenants("expired attempts are of no use to anybody"):
        return _delete(ConnectAttempt.objects.filter(expires_at__lt=now or timezone.now()))


def _delete(rows: TenantQuerySet[Any]) -> int:
    """Delete in short transactions, so that workers can write in between."""
    deleted = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:PRUNE_BATCH]):
        rows.filter(pk__in=ids).delete()
        deleted += len(ids)
    return deleted
