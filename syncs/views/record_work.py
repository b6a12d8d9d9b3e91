"""Whose turn a record is, by when, and until when it sleeps."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from accounts.notices import people_who_may, time_zone_of
from accounts.permissions import Action
from syncs import clock
from syncs.models import Status, SyncRecord

# The hour at which a snoozed record is back: the beginning of the working day.
MORNING = 8


@dataclass(frozen=True, slots=True)
class Colleague:
    id: int
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Work:
    assignee: str
    is_mine: bool
    due_on: date | None
    is_overdue: bool
    snoozed_until: datetime | None
    # Whom it can be given to; first the person who looks.
    people: tuple[Colleague, ...]
    tomorrow: date
    # Only what fails needs somebody to call it dealt with, or to sleep over it.
    is_open: bool


def work_of(record: SyncRecord, person: User) -> Work:
    now = clock.now()
    today = timezone.localdate(now, time_zone_of(person, record.tenant))
    snoozed = record.snoozed_until
    return Work(
        assignee=str(record.assignee or ""),
        is_mine=record.assignee_id == person.pk,
        due_on=record.due_on,
        is_overdue=record.due_on is not None and record.due_on < today,
        snoozed_until=snoozed if snoozed is not None and snoozed > now else None,
        people=tuple(
            Colleague(pk, str(one), pk == record.assignee_id)
            for pk, one in assignable(record, person).items()
        ),
        tomorrow=today + timedelta(days=1),
        is_open=record.status in (Status.FAILING, Status.WAITING),
    )


def assignable(record: SyncRecord, person: User) -> dict[int, User]:
    """Those of the company who may work on it, whoever has it now, and the person who asks."""
    found = {one.pk: one for one in people_who_may(record.tenant_id, Action.WORK_RECORDS)}
    others = [record.assignee] if record.assignee is not None else []
    return {person.pk: person} | found | {one.pk: one for one in others}


def next_morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, MORNING, tzinfo=zone)


def snooze_until(chosen: str, person: User, record: SyncRecord) -> datetime | None:
    """The moment behind a button or a typed day; None wakes it. Raises ValueError for no day."""
    zone = time_zone_of(person, record.tenant)
    today = timezone.localdate(clock.now(), zone)
    days = {"tomorrow": 1, "week": 7 - today.weekday()}
    if chosen == "wake":
        return None
    if chosen in days:
        return next_morning(today + timedelta(days=days[chosen]), zone)
    return next_morning(date.fromisoformat(chosen), zone)
