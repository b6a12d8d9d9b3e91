"""The home page of our own staff: all companies, the worst first.

Read from each sync's last count (DailyFigure), never from the records themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Tenant, User
from accounts.tenancy import all_tenants
from integrations.models import Connection, ConnectionState
from syncs.models import DailyFigure, Status, Sync, SyncState
from syncs.selection import list_url
from syncs.views.causes import TopCause
from syncs.views.causes_of_all import causes_of_all
from syncs.views.mine import Mine, mine
from syncs.views.tiles import money_words
from syncs.views.trend import Trend, trend_of_all
from syncs.views.weather import Weather, provider_label, weather

SHOWN = 30
MOST_SHOWN = 3_000


@dataclass(frozen=True, slots=True)
class CompanyRow:
    name: str
    url: str
    failing: int
    failing_url: str
    waiting: int
    waiting_url: str
    at_risk: tuple[str, ...]
    # What stands still, in words; not what only a provider's trouble stops.
    stopped: tuple[str, ...]
    # The providers whose trouble it shares with many.
    weather: str
    complete_until: datetime | None
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class StaffPage:
    weather: tuple[Weather, ...]
    rows: tuple[CompanyRow, ...]
    # Of so many that were found.
    total: int
    search: str
    more_url: str
    # False until the first count of any of them.
    is_counted: bool
    failing: int
    failing_companies: int
    failing_url: str
    at_risk: tuple[str, ...]
    mine: Mine
    causes: tuple[TopCause, ...]
    trend: Trend | None


@dataclass(slots=True)
class _Company:
    """What is known of a company, summed up over its syncs."""

    pk: int
    name: str
    failing: int = 0
    waiting: int = 0
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    connections: dict[int, str] = field(default_factory=dict)
    paused: list[int] = field(default_factory=list)
    paused_syncs: int = 0
    complete: list[datetime] = field(default_factory=list)
    counted: list[datetime] = field(default_factory=list)

    def worse(self, hit: Collection[int]) -> tuple[object, ...]:
        """Sorts the worst first: what stands still for its own sake, then what fails most."""
        own = [pk for pk in self.paused if pk not in hit]
        sum_ = sum(map(abs, self.money.values()), Decimal())
        oldest = min(self.complete) if self.complete else None
        is_old = (oldest is None, oldest.timestamp() if oldest else 0)
        return (not own and not self.paused_syncs, -self.failing, -sum_, *is_old, self.name)


def staff_page(user: User, search: str = "", shown: int = SHOWN) -> StaffPage:
    """Whoever may see every company; the same few queries for any number of them."""
    with all_tenants("our own staff see every company"):
        companies = _companies(search.strip())
    skies = weather()
    hit = frozenset().union(*(one.connections for one in skies))
    ranked = sorted(companies, key=lambda company: company.worse(hit))
    shown = min(max(shown, SHOWN), MOST_SHOWN)
    return StaffPage(
        weather=skies,
        rows=tuple(_row(company, skies) for company in ranked[:shown]),
        total=len(ranked),
        search=search.strip(),
        more_url=_more_url(search.strip(), shown) if len(ranked) > shown else "",
        is_counted=any(company.counted for company in companies),
        failing=sum(company.failing for company in companies),
        failing_companies=sum(company.failing > 0 for company in companies),
        failing_url=list_url(status=Status.FAILING.value),
        at_risk=money_words(company.money for company in companies),
        mine=mine(user, None),
        causes=causes_of_all(),
        trend=trend_of_all(),
    )


def _more_url(search: str, shown: int) -> str:
    asked = {"shown": shown * 2, **({"company": search} if search else {})}
    return f"{reverse('admin:index')}?{urlencode(asked)}#companies"


def _row(company: _Company, skies: Iterable[Weather]) -> CompanyRow:
    above = [one for one in skies if not one.connections.isdisjoint(company.connections)]
    hit = frozenset().union(*(one.connections for one in above))
    return CompanyRow(
        name=company.name,
        url=f"{reverse('desk_overview')}?tenant={company.pk}",
        failing=company.failing,
        failing_url=list_url(tenant=company.pk, status=Status.FAILING.value),
        waiting=company.waiting,
        waiting_url=list_url(tenant=company.pk, status=Status.WAITING.value),
        at_risk=money_words([company.money]),
        stopped=tuple(_stopped(company, hit)),
        weather=", ".join(dict.fromkeys(one.label for one in above)),
        complete_until=min(company.complete) if company.complete else None,
        counted_at=max(company.counted) if company.counted else None,
    )


def _stopped(company: _Company, hit: Collection[int]) -> Iterator[str]:
    for pk in company.paused:
        if pk not in hit:
            yield _("%(connection)s needs somebody") % {"connection": company.connections[pk]}
    if company.paused_syncs:
        count = company.paused_syncs
        yield ngettext("%(count)d sync is paused", "%(count)d syncs are paused", count) % {
            "count": count
        }


# --- from the rows --------------------------------------------------------------------------------


def _companies(search: str) -> list[_Company]:
    """Those that have a connection or a sync."""
    named = Tenant.objects.filter(name__icontains=search) if search else Tenant.objects.all()
    companies = {pk: _Company(pk, name) for pk, name in named.values_list("pk", "name")}
    _add_connections(companies)
    _add_syncs(companies)
    _add_figures(companies)
    return [company for company in companies.values() if company.connections]


def _add_connections(companies: Mapping[int, _Company]) -> None:
    rows = Connection.objects.exclude(state=ConnectionState.DISCONNECTED).order_by("pk")
    for pk, tenant, provider, state in rows.values_list("pk", "tenant_id", "provider", "state"):
        company = companies.get(tenant)
        if company is not None:
            company.connections[pk] = provider_label(provider)
            if state == ConnectionState.PAUSED:
                company.paused.append(pk)


def _add_syncs(companies: Mapping[int, _Company]) -> None:
    """A sync that is paused for its connection's sake is told with that."""
    rows = Sync.objects.exclude(state=SyncState.OFF).values_list(
        "tenant_id", "state", "left_complete_until", "right_complete_until",
        "integration__left__state", "integration__right__state",
    )  # fmt: skip
    for tenant, state, left, right, *ends in rows:
        company = companies.get(tenant)
        if company is None:
            continue
        company.complete.extend(at for at in (left, right) if at is not None)
        if state == SyncState.PAUSED and all(end == ConnectionState.ACTIVE for end in ends):
            company.paused_syncs += 1


def _add_figures(companies: Mapping[int, _Company]) -> None:
    """As each sync was counted last."""
    newest = DailyFigure.objects.filter(sync=OuterRef("pk")).order_by("-day")
    last = Sync.objects.annotate(last=Subquery(newest.values("pk")[:1])).values("last")
    rows = DailyFigure.objects.filter(pk__in=last)
    told = ("tenant_id", "failing", "waiting", "at_risk", "counted_at")
    for tenant, failing, waiting, at_risk, counted_at in rows.values_list(*told):
        company = companies.get(tenant)
        if company is None:
            continue
        company.failing += failing
        company.waiting += waiting
        for currency, amount in at_risk.items():
            company.money[currency] += Decimal(amount)
        if counted_at:
            company.counted.append(counted_at)
