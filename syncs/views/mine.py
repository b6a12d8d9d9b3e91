"""What needs the person who looks: records that are theirs, and fresh ones that are nobody's."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import TenantQuerySet, all_tenants
from syncs import clock, faults
from syncs.models import Status, SyncRecord
from syncs.selection import list_url

SHOWN = 5
# Counting further would tell nobody more.
MOST_FRESH = 1_000
FRESH = timedelta(days=1)
# All of a task that is shown: rows are wide, and all that are assigned are sorted.
READ = ("left_title", "right_title", "left_id", "right_id", "status", "category", "due_on")
# As the record list's tab “Needs me” has it.
OPEN = (Status.FAILING.value, Status.WAITING.value)


@dataclass(frozen=True, slots=True)
class Task:
    title: str
    url: str
    why: str
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """The first tasks, and how many there are."""

    tasks: tuple[Task, ...]
    assigned: int
    assigned_url: str
    overdue: int
    overdue_url: str
    # Failing since yesterday and not assigned to anybody, at most MOST_FRESH; of all companies
    # together they are nobody's task, and are not counted.
    fresh: int
    fresh_url: str

    @property
    def is_empty(self) -> bool:
        return not self.assigned and not self.fresh

    @property
    def fresh_words(self) -> str:
        return f"{self.fresh:,}+" if self.fresh >= MOST_FRESH else f"{self.fresh:,}"


def mine(user: User, tenants: Collection[int] | None) -> Mine:
    """Of these tenants' records, None: of all. Three queries."""
    today = clock.now().date()
    with all_tenants("the tenants are named below; our own staff see all"):
        awake = _awake(tenants)
        own = awake.filter(assignee=user)
        late = Count("pk", filter=Q(due_on__lt=today))
        counted = own.order_by().aggregate(all=Count("pk"), late=late)
        fresh = awake.filter(
            status=Status.FAILING, assignee=None, first_failed_at__gt=clock.now() - FRESH
        )
        first = own.only(*READ).order_by(F("due_on").asc(nulls_last=True), "-pk")
        return Mine(
            tasks=tuple(_tasks(first[:SHOWN], today)),
            assigned=counted["all"],
            assigned_url=list_url(status=OPEN, assignee="me", snoozed="no"),
            overdue=counted["late"],
            overdue_url=list_url(status=OPEN, assignee="me", snoozed="no", due="overdue"),
            fresh=0 if tenants is None else fresh.order_by()[:MOST_FRESH].count(),
            fresh_url=list_url(
                status=Status.FAILING.value, assignee="none", snoozed="no", failing="day"
            ),
        )


def _awake(tenants: Collection[int] | None) -> TenantQuerySet[SyncRecord]:
    """The failing and waiting records that nobody put off."""
    rows = SyncRecord.objects.filter(status__in=OPEN)
    awake = rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=clock.now()))
    return awake if tenants is None else awake.for_tenants(tenants)


def _tasks(records: TenantQuerySet[SyncRecord], today: date) -> Iterator[Task]:
    for record in records:
        due_on: date | None = record.due_on
        yield Task(
            title=str(record),
            url=reverse("admin:syncs_syncrecord_change", args=[record.pk]),
            why=_why(record),
            due_on=due_on,
            is_overdue=due_on is not None and due_on < today,
        )


def _why(record: SyncRecord) -> str:
    if record.category:
        return str(faults.explain(record.category).title)
    return str(Status(record.status).label)
