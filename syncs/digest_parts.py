"""What changed in one company since the last digest, for one of its people, as text."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.tenancy import TenantQuerySet
from syncs.causes import kind_of, words_of
from syncs.figures import AT_RISK, Money, risk
from syncs.models import (
    Activity,
    ActivityAction,
    DailyFigure,
    Failure,
    Outcome,
    Status,
    Sync,
    SyncRecord,
)
from syncs.views.money import counted, told

# A list in a mail has so many lines, the largest first.
LINES = 5
# A day's figures are compared with the last ones that are at most so old.
COMPARED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Window:
    """From the last digest up to this one."""

    since: datetime
    until: datetime
    # Its last day where the person is.
    day: date


@dataclass(frozen=True, slots=True)
class CompanyNews:
    """The same for all people of the company."""

    # Title of a kind of failure with the sync's name -> records that began to fail and still do.
    new: Counter[str] = field(default_factory=Counter)
    resolved: Counter[str] = field(default_factory=Counter)
    failing: int = 0
    waiting: int = 0
    at_risk: Money = field(default_factory=dict)
    # None: nobody counted then.
    at_risk_before: Money | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """How many records, and the first of them by name."""

    count: int = 0
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnNews:
    """Records that are this person's turn."""

    open: int = 0
    new: Named = Named()
    due: Named = Named()
    overdue: int = 0
    # Due the day before: that they are late is new.
    just_late: int = 0


def company_news(tenant_id: int, window: Window) -> CompanyNews:
    """A fixed number of queries, all on indexes of the tenant or of its syncs."""
    syncs = {sync.pk: sync for sync in Sync.objects.for_tenant(tenant_id)}
    records = SyncRecord.objects.for_tenant(tenant_id).order_by()
    return CompanyNews(
        new=_new(tenant_id, syncs, window),
        resolved=_resolved(tenant_id, window),
        failing=records.filter(status=Status.FAILING).count(),
        waiting=records.filter(status=Status.WAITING).count(),
        at_risk=_sum(risk(list(syncs)).values()),
        at_risk_before=_at_risk_before(syncs, window),
    )


def own_news(user: User, tenant_id: int, window: Window) -> OwnNews:
    records = SyncRecord.objects.for_tenant(tenant_id)
    own = records.filter(assignee=user, status__in=AT_RISK).order_by("pk")
    given = Activity.objects.for_tenant(tenant_id).filter(
        record__assignee=user,
        record__status__in=AT_RISK,
        action=ActivityAction.ASSIGNED,
        at__gte=window.since,
        at__lt=window.until,
    )
    new = given.exclude(by=user).order_by().values("record_id")
    return OwnNews(
        open=own.count(),
        new=_names(own.filter(pk__in=new)),
        due=_names(own.filter(due_on=window.day)),
        overdue=own.filter(due_on__lt=window.day).count(),
        just_late=own.filter(due_on=window.day - timedelta(days=1)).count(),
    )


def is_news(company: CompanyNews, own: OwnNews) -> bool:
    """Whether anything changed: what only stands as it stood is not worth a mail."""
    return bool(company.new or company.resolved or own.new.count or own.due.count or own.just_late)


def title_of(company: CompanyNews, own: OwnNews) -> str:
    new, resolved = company.new.total(), company.resolved.total()
    parts = []
    if new:
        words = ngettext("%(count)s new failure", "%(count)s new failures", new)
        parts.append(words % {"count": counted(new)})
    if resolved:
        parts.append(_("%(count)s resolved") % {"count": counted(resolved)})
    if own.new.count:
        parts.append(_("%(count)s assigned to you") % {"count": counted(own.new.count)})
    due = own.due.count + own.just_late
    if due:
        parts.append(_("%(count)s of yours due") % {"count": counted(due)})
    return ", ".join(parts)


def text_of(company: CompanyNews, own: OwnNews) -> str:
    """Blocks of lines with an empty line between them; what is none is not named."""
    standing = [_("Failing now: %(count)s") % {"count": counted(company.failing)}]
    if company.waiting:
        standing.append(_("Waiting now: %(count)s") % {"count": counted(company.waiting)})
    standing.extend(_money_lines(company))
    blocks = [
        _listed(_("New, and still failing"), company.new),
        _listed(_("Resolved"), company.resolved),
        standing,
        _own_lines(own),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _new(tenant_id: int, syncs: Mapping[int, Sync], window: Window) -> Counter[str]:
    opened = Failure.objects.for_tenant(tenant_id).filter(
        opened_at__gte=window.since, opened_at__lt=window.until, closed_at=None
    )
    groups = opened.order_by().values_list("sync_id", "cause").annotate(Count("pk"))
    kinds: Counter[tuple[int, str]] = Counter()
    for sync_id, cause, number in groups.iterator():
        kinds[sync_id, kind_of(cause)] += number
    found: Counter[str] = Counter()
    for (sync_id, kind), number in kinds.items():
        sync = syncs[sync_id]
        found[f"{words_of(kind, sync).title} ({sync.name})"] += number
    return found


def _resolved(tenant_id: int, window: Window) -> Counter[str]:
    closed = Failure.objects.for_tenant(tenant_id).filter(
        closed_at__gte=window.since, closed_at__lt=window.until
    )
    groups = closed.order_by().values_list("outcome").annotate(Count("pk"))
    names = dict(Outcome.choices)
    return Counter({str(names.get(outcome, outcome)): number for outcome, number in groups})


def _at_risk_before(syncs: Mapping[int, Sync], window: Window) -> Money | None:
    figures = DailyFigure.objects.filter(
        sync_id__in=list(syncs),
        day__gte=(window.since - COMPARED).date(),
        day__lte=window.since.date(),
        counted_at__lte=window.since,
    )
    last = {row.sync_id: row.at_risk for row in figures.order_by("day")}
    if not last:
        return None
    return _sum(
        {currency: Decimal(amount) for currency, amount in each.items()} for each in last.values()
    )


def _sum(money: Iterable[Money]) -> Money:
    sums: Money = {}
    for each in money:
        for currency, amount in each.items():
            sums[currency] = sums.get(currency, Decimal()) + amount
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def _money_lines(company: CompanyNews) -> list[str]:
    before = company.at_risk_before
    lines = []
    for currency in sorted(company.at_risk.keys() | (before or {}).keys()):
        now = company.at_risk.get(currency, Decimal())
        was = now if before is None else before.get(currency, Decimal())
        words = (
            _("Money at risk: %(now)s") if now == was else _("Money at risk: %(now)s (was %(was)s)")
        )
        lines.append(words % {"now": told(now, currency), "was": told(was, currency)})
    return lines


def _own_lines(own: OwnNews) -> list[str]:
    if not own.open:
        return []
    lines = [_("Assigned to you: %(count)s") % {"count": counted(own.open)}]
    lines += _named(_("New"), own.new)
    lines += _named(_("Due today"), own.due)
    if own.overdue:
        lines.append(_("Overdue: %(count)s") % {"count": counted(own.overdue)})
    return lines


def _listed(head: str, numbers: Counter[str]) -> list[str]:
    if not numbers:
        return []
    lines = [f"{head}: {counted(numbers.total())}"]
    lines += [f"– {counted(number)} × {name}" for name, number in numbers.most_common(LINES)]
    return lines + _rest(len(numbers))


def _named(head: str, found: Named) -> list[str]:
    if not found.count:
        return []
    lines = [f"{head}: {counted(found.count)}", *(f"– {name}" for name in found.first)]
    return lines + _rest(found.count)


def _rest(number: int) -> list[str]:
    left = number - LINES
    return [_("– and %(count)s more") % {"count": counted(left)}] if left > 0 else []


def _names(rows: TenantQuerySet[SyncRecord]) -> Named:
    first = rows.only("left_title", "right_title", "left_id", "right_id")[:LINES]
    return Named(rows.count(), tuple(str(row) for row in first))
