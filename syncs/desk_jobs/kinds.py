"""What each kind of job does to some records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Action
from accounts.tenancy import TenantQuerySet
from syncs import handling, services
from syncs.models import JobKind, SyncRecord

type Records = TenantQuerySet[SyncRecord]
type Options = Mapping[str, Any]
type Act = Callable[[Records, Options, User], int]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done, what it takes, and why it leaves some records as they are."""

    act: Act
    # Of records that it did not change although nothing refused them.
    left: str | Promise
    needs: Action = Action.WORK_RECORDS


def _retry(records: Records, _options: Options, by: User) -> int:
    return services.retry(records, by)


def _exclude(records: Records, _options: Options, by: User) -> int:
    return services.exclude(records.filter(excluded_by_hand=False), by)


def _include(records: Records, _options: Options, by: User) -> int:
    return services.include(records.filter(excluded_by_hand=True), by)


def _send(records: Records, _options: Options, by: User) -> int:
    return services.enrol_many(records, by)


def _assign(records: Records, options: Options, by: User) -> int:
    """Whoever it is, is told once: by the job, when it is over."""
    person = assignee_of(options)
    due_on = options.get("due_on")
    day = date.fromisoformat(due_on) if due_on else None
    return handling.assign(records, person, by, day, is_told=False)


def assignee_of(options: Options) -> User | None:
    chosen = options.get("assignee")
    if not chosen:
        return None
    person = User.objects.filter(pk=chosen).first()
    if person is None:
        raise services.NotPossible(_("This person is no longer here. Choose somebody else."))
    return person


def _snooze(records: Records, options: Options, by: User) -> int:
    until = options.get("until")
    return handling.snooze(records, datetime.fromisoformat(until) if until else None, by)


def _resolve(records: Records, options: Options, by: User) -> int:
    return handling.resolve(records, str(options.get("reason", "")), by)


def _cancel_retries(records: Records, _options: Options, by: User) -> int:
    return handling.cancel_retries(records, by)


KINDS: Mapping[JobKind, Kind] = {
    JobKind.RETRY: Kind(
        _retry, gettext_lazy("their sync does not run now; they are tried once it does")
    ),
    JobKind.EXCLUDE: Kind(_exclude, gettext_lazy("they were left out already")),
    JobKind.INCLUDE: Kind(_include, gettext_lazy("nobody had left them out")),
    JobKind.SEND: Kind(_send, gettext_lazy("they are gone")),
    JobKind.ASSIGN: Kind(_assign, gettext_lazy("they were assigned so already")),
    JobKind.SNOOZE: Kind(_snooze, gettext_lazy("they were snoozed so already")),
    JobKind.RESOLVE: Kind(_resolve, gettext_lazy("they are not failing")),
    JobKind.CANCEL_RETRY: Kind(_cancel_retries, gettext_lazy("no retry of them was planned")),
}
