"""A filter of the record list in words, for whoever confirms a job or reads what was exported."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Tenant, User
from accounts.permissions import Action, tenants_where
from accounts.tenancy import all_tenants, tenant_scope
from syncs import faults
from syncs.causes import words_of
from syncs.models import Integration, Status, Sync
from syncs.selection import parameters_of

NAMES = {
    "status": gettext_lazy("Status"),
    "category": gettext_lazy("Problem"),
    "cause": gettext_lazy("Cause"),
    "parent": gettext_lazy("Held up by"),
    "sync": gettext_lazy("Sync"),
    "integration": gettext_lazy("Integration"),
    "object": gettext_lazy("Object"),
    "tenant": gettext_lazy("Company"),
    "assignee": gettext_lazy("Assigned to"),
    "currency": gettext_lazy("Currency"),
    "amount_from": gettext_lazy("Amount from"),
    "amount_to": gettext_lazy("Amount up to"),
    "failing": gettext_lazy("Failing for"),
    "failed_from": gettext_lazy("First failed from"),
    "failed_to": gettext_lazy("First failed up to"),
    "attempted_from": gettext_lazy("Last attempt from"),
    "attempted_to": gettext_lazy("Last attempt up to"),
    "created_from": gettext_lazy("First seen from"),
    "created_to": gettext_lazy("First seen up to"),
    "due": gettext_lazy("To be done"),
    "snoozed": gettext_lazy("Snoozed"),
    "retry": gettext_lazy("Retries"),
    "q": gettext_lazy("Search"),
}
VALUES: Mapping[str, Mapping[str, object]] = {
    "failing": {
        "day": gettext_lazy("less than a day"),
        "week": gettext_lazy("less than a week"),
        "month": gettext_lazy("less than 30 days"),
        "older": gettext_lazy("30 days and longer"),
    },
    "due": {
        "overdue": gettext_lazy("overdue"),
        "week": gettext_lazy("within a week"),
        "none": gettext_lazy("no date"),
    },
    "snoozed": {"yes": gettext_lazy("yes"), "no": gettext_lazy("no")},
    "retry": {"planned": gettext_lazy("planned")},
    "assignee": {"me": gettext_lazy("me"), "none": gettext_lazy("nobody")},
}

type Worded = tuple[tuple[str, str], ...]


def filter_words(query: str, user: User) -> Worded:
    """Name and value of each filter, as this person may read them."""
    reach = tenants_where(user, Action.VIEW_RECORDS)
    scope = all_tenants("this person may see all") if reach is None else tenant_scope(*reach)
    with scope:
        return tuple(
            (str(NAMES[name]), _worded(name, value))
            for name, value in parameters_of(query).items()
            if name in NAMES
        )


def _worded(name: str, value: str) -> str:
    known = VALUES.get(name, {}).get(value)
    if known is not None:
        return str(known)
    told = WORDED.get(name)
    return told(value) if told is not None else value


def _statuses(value: str) -> str:
    labels = dict(Status.choices)
    return ", ".join(str(labels.get(part, part)) for part in value.split(","))


def _categories(value: str) -> str:
    return ", ".join(str(faults.explain(part).title) for part in value.split(",") if part)


def _cause(value: str) -> str:
    sync = Sync.objects.select_related("integration").first()
    return str(words_of(value, sync).title) if sync is not None else value


def _held_by(value: str) -> str:
    return value.replace("_", " ").replace("|", " ", 1)


def _sync(value: str) -> str:
    return _named(Sync.objects.filter(pk=value).first() if _is_number(value) else None)


def _integration(value: str) -> str:
    return _named(Integration.objects.filter(pk=value).first() if _is_number(value) else None)


def _tenant(value: str) -> str:
    return _named(Tenant.objects.filter(pk=value).first() if _is_number(value) else None)


def _person(value: str) -> str:
    """Colleagues by name; who is nobody's colleague here stays unnamed."""
    if not _is_number(value):
        return _named(None)
    member = Membership.objects.filter(user_id=value).select_related("user").first()
    return _named(member.user if member else None)


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= 18


def _named(found: object) -> str:
    return str(found) if found is not None else _("another one")


WORDED: Mapping[str, Callable[[str], str]] = {
    "status": _statuses,
    "category": _categories,
    "cause": _cause,
    "parent": _held_by,
    "sync": _sync,
    "integration": _integration,
    "tenant": _tenant,
    "assignee": _person,
}
