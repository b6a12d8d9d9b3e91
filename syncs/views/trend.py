"""The last 30 days in figures: how many failed at the end of each, how many were synced on it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.tenancy import TenantQuerySet, all_tenants
from syncs import clock
from syncs.models import DailyFigure, Sync

DAYS = 30
# Both colours stand on the theme's light and dark ground; titles tell the charts apart.
FAILING_COLOUR = "var(--color-red-500)"
SYNCED_COLOUR = "var(--color-primary-500)"
TICKS = 6
KEPT_SECONDS = 300
_KEY = "desk-trend-of-all"


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    # Records that failed at its end, and records that were written or linked on it.
    failing: int
    synced: int


@dataclass(frozen=True, slots=True)
class Trend:
    days: tuple[Day, ...]

    @property
    def failing_words(self) -> str:
        """Where failing goes, for who does not see the chart."""
        first, last = self.days[0].failing, self.days[-1].failing
        if last == first:
            return _("As many fail as %(days)d days ago.") % {"days": len(self.days)}
        count = abs(last - first)
        if last < first:
            told = ngettext(
                "%(count)s fewer fails than %(days)d days ago.",
                "%(count)s fewer fail than %(days)d days ago.",
                count,
            )
        else:
            told = ngettext(
                "%(count)s more fails than %(days)d days ago.",
                "%(count)s more fail than %(days)d days ago.",
                count,
            )
        return told % {"count": f"{count:,}", "days": len(self.days)}

    @property
    def synced_words(self) -> str:
        count = sum(day.synced for day in self.days)
        told = ngettext(
            "%(count)s record synced in %(days)d days.",
            "%(count)s records synced in %(days)d days.",
            count,
        )
        return told % {"count": f"{count:,}", "days": len(self.days)}

    @property
    def failing_chart(self) -> str:
        numbers = [day.failing for day in self.days]
        return self._chart(_("Failing"), numbers, FAILING_COLOUR)

    @property
    def synced_chart(self) -> str:
        numbers = [day.synced for day in self.days]
        return self._chart(_("Synced"), numbers, SYNCED_COLOUR)

    def _chart(self, label: str, numbers: list[int], colour: str) -> str:
        """What the theme's chart takes."""
        dataset = {
            "label": label,
            "data": numbers,
            "displayYAxis": True,
            "maxTicksXLimit": TICKS,
            "backgroundColor": colour,
        }
        labels = [date_format(day.day, "j M") for day in self.days]
        return json.dumps({"labels": labels, "datasets": [dataset]})


def trend(tenants: Collection[int] | None, today: date | None = None) -> Trend | None:
    """Of these tenants' syncs, None: of all; None when nothing was counted yet. Two queries.

    A day on which nothing changed has no row: what failed before still failed then.
    """
    last = today or clock.now().date()
    first = last - timedelta(days=DAYS - 1)
    with all_tenants("the tenants are named below; our own staff see all"):
        figures = _of(DailyFigure.objects.all(), tenants)
        before = _failing_before(tenants, first)
        synced: dict[date, int] = defaultdict(int)
        failing: dict[date, list[tuple[int, int]]] = defaultdict(list)
        rows = figures.filter(day__gte=first, day__lte=last)
        for sync_id, day, failed, done in rows.values_list("sync_id", "day", "failing", "synced"):
            synced[day] += done
            failing[day].append((sync_id, failed))
    if not before and not failing:
        return None
    return Trend(tuple(_days(first, before, failing, synced)))


def trend_of_all() -> Trend | None:
    """Of every company; it is a long way over thousands of syncs, and kept for some minutes."""
    kept: tuple[Trend | None] | None = cache.get(_KEY)
    if kept is None:
        kept = (trend(None),)
        cache.set(_KEY, kept, KEPT_SECONDS)
    return kept[0]


def _days(
    first: date,
    standing: dict[int, int],
    failing: dict[date, list[tuple[int, int]]],
    synced: dict[date, int],
) -> Iterator[Day]:
    total = sum(standing.values())
    for number in range(DAYS):
        day = first + timedelta(days=number)
        for sync_id, failed in failing.get(day, ()):
            total += failed - standing.get(sync_id, 0)
            standing[sync_id] = failed
        yield Day(day, total, synced.get(day, 0))


def _failing_before(tenants: Collection[int] | None, first: date) -> dict[int, int]:
    """By sync, as counted last before that day."""
    counted = DailyFigure.objects.filter(sync=OuterRef("pk"), day__lt=first).order_by("-day")
    syncs = _of(Sync.objects.all(), tenants).annotate(
        failing_before=Subquery(counted.values("failing")[:1])
    )
    found = syncs.filter(failing_before__isnull=False).values_list("pk", "failing_before")
    return dict(found)


def _of[M: (Sync, DailyFigure)](
    rows: TenantQuerySet[M], tenants: Collection[int] | None
) -> TenantQuerySet[M]:
    return rows if tenants is None else rows.for_tenants(tenants)
