"""A filter of the record list in words, for whoever confirms a job or reads what was exported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Tenant, User
from accounts.permissions import Action, tenants_where
from accounts.tenancy import all_tenants, tenant_scope
from syncs import faults
from syncs.causes import words_of
from syncs.models import Integration, Status, Sync
from syncs.recipes import RECIPES
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
# Filter -> number -> name.
type Known = Mapping[str, Mapping[str, str]]


def filter_words(query: str, user: User) -> Worded:
    """Name and value of each filter, as this person may read them."""
    return all_filter_words([query], user)[0]


def all_filter_words(queries: Sequence[str], user: User) -> list[Worded]:
    """As `filter_words`, of many at once: names are looked up together."""
    asked = [parameters_of(query) for query in queries]
    reach = tenants_where(user, Action.VIEW_RECORDS)
    scope = all_tenants("this person may see all") if reach is None else tenant_scope(*reach)
    with scope:
        known = _names(asked)
    return [
        tuple(
            (str(NAMES[name]), _worded(name, value, known))
            for name, value in each.items()
            if name in NAMES
        )
        for each in asked
    ]


def _names(asked: Sequence[Mapping[str, str]]) -> Known:
    """What the numbers in filters stand for, within the scope; four queries at the most."""
    wanted = {name: _numbers(asked, name) for name in ("sync", "integration", "tenant", "assignee")}
    known: dict[str, dict[str, str]] = {}
    for name, model in (("sync", Sync), ("integration", Integration), ("tenant", Tenant)):
        rows: Any = model.objects.filter(pk__in=wanted[name]) if wanted[name] else ()
        known[name] = {str(row.pk): str(row) for row in rows}
    # Colleagues by name; who is nobody's colleague here stays unnamed.
    members = Membership.objects.filter(user_id__in=wanted["assignee"]).select_related("user")
    people = members if wanted["assignee"] else ()
    known["assignee"] = {str(member.user_id): str(member.user) for member in people}
    return known


def _numbers(asked: Sequence[Mapping[str, str]], name: str) -> set[int]:
    values = (each.get(name, "") for each in asked)
    return {int(one) for one in values if one.isascii() and one.isdecimal() and len(one) <= 18}


def _worded(name: str, value: str, known: Known) -> str:
    told = VALUES.get(name, {}).get(value)
    if told is not None:
        return str(told)
    if name in known:
        return known[name].get(value.lstrip("0"), _("another one"))
    worded = WORDED.get(name)
    return worded(value) if worded is not None else value


def _statuses(value: str) -> str:
    labels = dict(Status.choices)
    return ", ".join(str(labels.get(part, part)) for part in value.split(","))


def _categories(value: str) -> str:
    return ", ".join(str(faults.explain(part).title) for part in value.split(",") if part)


def _cause(value: str) -> str:
    """In the words of the recipe that knows it best: some name the very code."""
    titles = [str(words_of(value, Sync(recipe=code)).title) for code in RECIPES]
    general = str(words_of(value, Sync()).title)
    return next((title for title in titles if title != general), general)


WORDED: Mapping[str, Callable[[str], str]] = {
    "status": _statuses,
    "category": _categories,
    "cause": _cause,
}
