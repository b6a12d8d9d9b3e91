"""Which kinds of failure a sync has: kept so that people hear of a new kind once."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from accounts.tenancy import TenantQuerySet, all_tenants
from syncs import clock
from syncs.causes import HAS_CAUSE, kind_of
from syncs.models import KnownCause, Sync, SyncRecord

# A kind that went for a shorter time is no news when it is there again.
FLAPPING = timedelta(hours=1)


def refresh(sync: Sync) -> tuple[tuple[KnownCause, ...], tuple[KnownCause, ...]]:
    """Keep the kinds of failure as they are now; those that are news, and those that went.

    A record that is tried again still counts, so that a kind does not come and go with each try.
    """
    now = clock.now()
    causes = causes_now(sync)
    kinds = {kind_of(cause) for cause in causes}
    known = {row.cause: row for row in _rows(sync)}
    came = [known[kind] for kind in kinds & known.keys() if known[kind].closed_at is not None]
    went = [row for kind, row in known.items() if row.closed_at is None and kind not in kinds]
    fresh = [
        KnownCause(tenant_id=sync.tenant_id, sync=sync, cause=kind, opened_at=since or now)
        for kind, since in _first_failed(sync, kinds - known.keys(), causes).items()
    ]
    news = fresh + [row for row in came if row.closed_at and now - row.closed_at >= FLAPPING]
    if fresh or came or went:
        _store(sync, fresh, came, went)
    return tuple(news), tuple(went)


def causes_now(sync: Sync) -> set[str]:
    """What some record of the sync fails for, read off an index alone."""
    with all_tenants("the rows of one sync are of one tenant"):
        rows = SyncRecord.objects.filter(HAS_CAUSE, sync_id=sync.pk).order_by()
        return set(rows.values_list("cause", flat=True).distinct())


def _first_failed(
    sync: Sync, kinds: Collection[str], causes: Iterable[str]
) -> dict[str, datetime | None]:
    """By new kind, since when the first of its records fails."""
    if not kinds:
        return {}
    wanted = [cause for cause in causes if kind_of(cause) in kinds]
    with all_tenants("the rows of one sync are of one tenant"):
        rows = SyncRecord.objects.filter(HAS_CAUSE, sync_id=sync.pk, cause__in=wanted).order_by()
        found = dict(rows.values_list("cause").annotate(Min("first_failed_at")))
    since: dict[str, datetime | None] = dict.fromkeys(sorted(kinds))
    for cause, at in found.items():
        known = since[kind_of(cause)]
        since[kind_of(cause)] = min(known, at) if known and at else known or at
    return since


def _store(
    sync: Sync,
    fresh: Iterable[KnownCause],
    came: Iterable[KnownCause],
    went: Iterable[KnownCause],
) -> None:
    now = clock.now()
    with transaction.atomic():
        # Another worker may have looked at the same moment.
        KnownCause.objects.bulk_create(fresh, ignore_conflicts=True)
        reopened = _rows(sync).filter(pk__in=[row.pk for row in came])
        reopened.update(opened_at=now, closed_at=None)
        _rows(sync).filter(pk__in=[row.pk for row in went]).update(closed_at=now)


def _rows(sync: Sync) -> TenantQuerySet[KnownCause]:
    return KnownCause.objects.for_tenant(sync.tenant_id).filter(sync=sync)
