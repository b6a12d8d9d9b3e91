"""Why records fail over all companies, for our own staff: one line for each cause."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils.translation import ngettext

from accounts.tenancy import all_tenants
from syncs.causes import HAS_CAUSE, PARENT, words_of
from syncs.figures import Money
from syncs.models import Sync, SyncRecord
from syncs.selection import list_url
from syncs.views.causes import TOP, TopCause
from syncs.views.things import things
from syncs.views.tiles import money_words

# It is a long way over millions of records: counted anew after so long.
KEPT_SECONDS = 120
_KEY = "desk-causes-of-all"


@dataclass(slots=True)
class Wide:
    """Records that fail for one cause, wherever."""

    cause: str
    count: int = 0
    tenants: set[int] = field(default_factory=set)
    # The sync where most fail for it lends it its words.
    sync_id: int = 0
    money: Money = field(default_factory=dict)


def causes_of_all() -> tuple[TopCause, ...]:
    """What most records fail for in all companies together."""
    kept: list[Wide] | None = cache.get(_KEY)
    with all_tenants("our own staff see every company"):
        if kept is None:
            kept = widest(TOP)
            cache.set(_KEY, kept, KEPT_SECONDS)
        syncs = Sync.objects.select_related("integration__left", "integration__right")
        found = syncs.in_bulk([wide.sync_id for wide in kept])
    return tuple(_told(wide, found[wide.sync_id]) for wide in kept if wide.sync_id in found)


def widest(limit: int) -> list[Wide]:
    """Counted off the index of causes alone; run inside all_tenants. Three queries."""
    tenants = dict(Sync.objects.values_list("pk", "tenant_id"))
    found = sorted(_by_cause(tenants), key=lambda wide: (-wide.count, wide.cause))[:limit]
    by_cause = {wide.cause: wide for wide in found}
    rows = SyncRecord.objects.filter(
        HAS_CAUSE, sync_id__in=list(tenants), cause__in=by_cause, amount__isnull=False
    )
    sums = rows.order_by().values_list("cause", "currency").annotate(Sum("amount"))
    for cause, currency, amount in sums:
        by_cause[cause].money[currency] = amount
    return found


def _by_cause(tenants: Mapping[int, int]) -> Iterator[Wide]:
    rows = SyncRecord.objects.filter(HAS_CAUSE, sync_id__in=list(tenants)).order_by()
    own = rows.exclude(cause__startswith=f"{PARENT}|").values_list("cause", "sync_id")
    parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for cause, sync_id, count in own.annotate(count=Count("*")):
        parts[cause].append((count, sync_id))
    for cause, counted in parts.items():
        yield Wide(
            cause,
            sum(count for count, _sync_id in counted),
            {tenants[sync_id] for _count, sync_id in counted},
            max(counted)[1],
        )


def _told(wide: Wide, sync: Sync) -> TopCause:
    words = words_of(wide.cause, sync)
    number = len(wide.tenants)
    companies = ngettext("in %(number)s company", "in %(number)s companies", number)
    return TopCause(
        title=str(words.title),
        explanation=str(words.explanation),
        sync_name=companies % {"number": f"{number:,}"},
        count=wide.count,
        words=things(sync, wide.count),
        money=", ".join(money_words([wide.money])),
        url=list_url(cause=wide.cause),
    )
