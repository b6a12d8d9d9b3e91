"""Who is told what fails in a sync: one message for each change of state, not for each record.

Kinds of failure are told when a sync comes to rest, so that the message counts them all; what the
first pass of a sync finds is one message, however many kinds there are.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import NotificationKind
from accounts.notices import notify, people_who_may
from accounts.permissions import Action
from accounts.tenancy import TenantQuerySet
from syncs import clock
from syncs.causes import HAS_CAUSE, PARENT, kind_of, words_of
from syncs.engine.values import digest
from syncs.known_causes import refresh
from syncs.models import KnownCause, Status, Sync, SyncRecord, SyncState
from syncs.selection import list_url

# Fewer records than these are the day's own coming and going.
FEW = 200
# A sync that may not go on for so long is at rest, whatever is left to do.
LONG = timedelta(minutes=15)
# A message names so many kinds of failure, the largest first.
NAMED = 5


def announce(sync: Sync) -> None:
    """Tell what is new about the failures of this sync; it must be read anew, with its tenant."""
    if sync.state == SyncState.PAUSED:
        _tell_paused(sync)
    if not sync.is_read or not _is_at_rest(sync, clock.now()):
        return
    # Known and told together: what is not told now is news again after the next run.
    with transaction.atomic():
        news, _gone = refresh(sync)
        if sync.first_told_at is None:
            _tell_first(sync)
        elif news:
            _tell_news(sync, news)


def _is_at_rest(sync: Sync, now: datetime) -> bool:
    if sync.state != SyncState.ACTIVE or (sync.held_until and sync.held_until > now + LONG):
        return True
    due = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, due_at__lte=now)
    return due[:FEW].count() < FEW


def _tell_first(sync: Sync) -> None:
    untold = Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk, first_told_at=None)
    if not untold.update(first_told_at=clock.now()):
        return
    kinds = KnownCause.objects.for_tenant(sync.tenant_id).filter(sync=sync, closed_at=None)
    failing = _failing(sync).count()
    title = ngettext(
        "%(sync)s: first sync done, %(count)s record needs you",
        "%(sync)s: first sync done, %(count)s records need you",
        failing,
    )
    done = _("%(sync)s: first sync done, nothing needs you")
    _tell_workers(
        sync,
        key=f"first:{sync.pk}",
        title=(title if failing else done) % {"sync": sync.name, "count": f"{failing:,}"},
        body=_lines(_counted(sync, kinds)),
        url=list_url(sync=sync.pk, status=Status.FAILING.value if failing else None),
    )


def _tell_news(sync: Sync, news: Sequence[KnownCause]) -> None:
    counted = _counted(sync, news)
    # To the hour: two workers that see it at the same moment tell it once.
    moment = f"{clock.now():%Y%m%d%H}"
    kinds = digest({"kinds": sorted(each.cause for each in news)})
    _tell_workers(
        sync,
        key=f"failure:{sync.pk}:{moment}:{kinds}",
        title=_news_title(sync, counted),
        body=_lines(counted) if len(counted) > 1 else _explained(sync, news[0]),
        url=_news_url(sync, news),
    )


def _news_title(sync: Sync, counted: Sequence[tuple[str, int]]) -> str:
    if len(counted) > 1:
        words = _("%(sync)s: %(count)d new kinds of failure")
        return words % {"sync": sync.name, "count": len(counted)}
    title, count = counted[0]
    words = ngettext(
        "%(sync)s: %(cause)s, %(count)s record", "%(sync)s: %(cause)s, %(count)s records", count
    )
    return words % {"sync": sync.name, "cause": title, "count": f"{count:,}"}


def _news_url(sync: Sync, news: Sequence[KnownCause]) -> str:
    if len(news) == 1 and not news[0].cause.startswith(PARENT):
        return list_url(sync=sync.pk, cause=news[0].cause)
    return f"{reverse('desk_causes')}?{urlencode({'sync': sync.pk})}"


def _explained(sync: Sync, kind: KnownCause) -> str:
    words = words_of(kind.cause, sync)
    # A step may go on in the next one.
    return f"{words.explanation}\n\n{' '.join(map(str, words.steps))}".strip()


def _lines(counted: Sequence[tuple[str, int]]) -> str:
    lines = [f"{count:,} × {title}" for title, count in counted[:NAMED]]
    left = len(counted) - NAMED
    if left > 0:
        lines.append(ngettext("and %d other kind", "and %d other kinds", left) % left)
    return "\n".join(lines)


def _counted(
    sync: Sync, kinds: Sequence[KnownCause] | TenantQuerySet[KnownCause]
) -> list[tuple[str, int]]:
    """Each kind's title with the number of records, the largest first."""
    numbers: Counter[str] = Counter()
    groups = _failing(sync).order_by().values_list("cause").annotate(Count("pk"))
    for cause, number in groups.iterator():
        numbers[kind_of(cause)] += number
    titled = [(str(words_of(kind.cause, sync).title), numbers[kind.cause]) for kind in kinds]
    return sorted(titled, key=lambda told: (-told[1], told[0]))


def _failing(sync: Sync) -> TenantQuerySet[SyncRecord]:
    # With the condition of the index on causes, off which they are counted.
    records = SyncRecord.objects.for_tenant(sync.tenant_id)
    return records.filter(HAS_CAUSE, sync=sync, status=Status.FAILING)


def _tell_paused(sync: Sync) -> None:
    """Tried again each hour, and told anew only for another reason, or in another month."""
    reason = digest({"message": sync.pause_message})
    _tell_workers(
        sync,
        key=f"paused:{sync.pk}:{clock.now():%Y%m}:{reason}",
        title=_("%(sync)s stands still: its settings need you") % {"sync": sync.name},
        body=sync.pause_message,
        url=reverse("admin:syncs_sync_change", args=[sync.pk]),
    )


def _tell_workers(sync: Sync, *, key: str, title: str, body: str, url: str) -> None:
    people = people_who_may(sync.tenant_id, Action.WORK_RECORDS)
    kind = NotificationKind.NEW_FAILURE
    notify(people, kind, tenant=sync.tenant_id, key=key, title=title, body=body, url=url)
