"""What happened to the crowd's records before: activities, failures, days, runs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from syncs.models import (
    Activity,
    DailyFigure,
    Failure,
    KnownCause,
    MatchValue,
    Outcome,
    Run,
    RunState,
    Status,
    Sync,
    SyncRecord,
)

DAYS = 30
RUNS = 100
PART = 2_000
# Of so many records that are in sync one failed before.
FAILED_BEFORE = 19
# How these failures went away, in turn.
OUTCOMES = (Outcome.PASSED, Outcome.SOURCE, Outcome.PARENT, Outcome.RETRIED, Outcome.RESOLVED)


def add_past() -> None:
    """Of all records there are; needs a scope of all tenants."""
    _add_match_values()
    _add_activities()
    _add_failures()
    _add_known_causes()
    now = timezone.now()
    DailyFigure.objects.bulk_create(_days(now), batch_size=PART)
    Run.objects.bulk_create(_runs(now), batch_size=PART)


def _add_match_values() -> None:
    for side in ("left", "right"):
        columns = ("tenant_id", "sync_id", "record_id", "side", "rule", "value")
        email = f"'person' || {side}_id || '@crowd.example'"
        selected = ("tenant_id", "sync_id", "id", f"'{side}'", "'email'", email)
        _insert_for_each(MatchValue, columns, selected, f"{side}_id <> '' AND amount IS NULL")


def _add_activities() -> None:
    columns = (
        "tenant_id", "sync_id", "record_id", "at", "action", "side", "changes", "category",
        "message", "correlation_id",
    )  # fmt: skip
    selected = (
        "tenant_id", "sync_id", "id", "last_attempt_at", "'linked'", "''", "'[]'", "category",
        "left_title", "''",
    )  # fmt: skip
    _insert_for_each(Activity, columns, selected, "1 = 1")


def _add_failures() -> None:
    """An open one for each failing record; a closed one for some that are in sync."""
    columns = (
        "tenant_id", "sync_id", "record_id", "opened_at", "category", "code", "reason", "cause",
        "outcome", "note", "closed_at",
    )  # fmt: skip
    same = ("tenant_id", "sync_id", "id")
    failing = ("first_failed_at", "category", "''", "reason", "cause", "''", "''", "NULL")
    _insert_for_each(Failure, columns, (*same, *failing), f"status = '{Status.FAILING}'")
    turns = " ".join(f"WHEN {turn} THEN '{each}'" for turn, each in enumerate(OUTCOMES))
    outcome = f"CASE (id / {FAILED_BEFORE}) % {len(OUTCOMES)} {turns} END"
    refused = f"'The value of ' || left_title || ' is refused.', '{'field_invalid|C1|email'}'"
    closed = ("created_at", "'field_invalid'", "'C1'", refused, outcome, "''", "synced_at")
    in_sync = f"status = '{Status.IN_SYNC}' AND id % {FAILED_BEFORE} = 0"
    _insert_for_each(Failure, columns, (*same, *closed), in_sync)


def _add_known_causes() -> None:
    """Missing parents of one type are one kind of failure."""
    kind = "CASE WHEN cause LIKE 'parent|contact|%' THEN 'parent|contact' ELSE cause END"
    columns = ("tenant_id", "sync_id", "cause", "opened_at")
    selected = ("tenant_id", "sync_id", kind, "MIN(first_failed_at)")
    where = f"cause <> '' GROUP BY tenant_id, sync_id, {kind}"
    _insert_for_each(KnownCause, columns, selected, where)


def _days(now: datetime) -> Iterator[DailyFigure]:
    """Each sync as it stands now, a little worse the further back."""
    statuses, at_risk = _statuses(), _at_risk()
    for sync in Sync.objects.all():
        counts = statuses[sync.pk]
        for back in range(DAYS):
            yield DailyFigure(
                tenant_id=sync.tenant_id,
                sync=sync,
                day=(now - timedelta(days=back)).date(),
                synced=counts[Status.IN_SYNC] // 50,
                failed=counts[Status.FAILING] // 10,
                mended=counts[Status.FAILING] // 12,
                **{each.value: counts[each] for each in (*OTHERS, Status.IN_SYNC)},
                failing=counts[Status.FAILING] + back,
                at_risk=at_risk[sync.pk],
                counted_at=now - timedelta(days=back),
            )


OTHERS = (Status.WAITING, Status.PENDING, Status.EXCLUDED)


def _statuses() -> dict[int, dict[str, int]]:
    rows = SyncRecord.objects.order_by().values_list("sync_id", "status").annotate(Count("pk"))
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for sync_id, status, number in rows:
        found[sync_id][status] = number
    return found


def _at_risk() -> dict[int, dict[str, str]]:
    rows = SyncRecord.objects.filter(
        status__in=(Status.FAILING, Status.WAITING), amount__isnull=False
    )
    sums = rows.order_by().values_list("sync_id", "currency").annotate(Sum("amount"))
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for sync_id, currency, amount in sums:
        found[sync_id][currency] = str(amount)
    return found


def _runs(now: datetime) -> Iterator[Run]:
    for sync in Sync.objects.all():
        for number in range(RUNS):
            started = now - timedelta(hours=number)
            yield Run(
                tenant_id=sync.tenant_id,
                sync=sync,
                state=RunState.DONE,
                started_at=started,
                ended_at=started + timedelta(seconds=20),
                decided=number,
            )


def _insert_for_each(
    model: Any, columns: Sequence[str], selected: Sequence[str], where: str
) -> None:
    """A row of the model for each record that fits."""
    records = connection.ops.quote_name(SyncRecord._meta.db_table)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608  # names only
            f"SELECT {', '.join(selected)} FROM {records} WHERE {where}"
        )
