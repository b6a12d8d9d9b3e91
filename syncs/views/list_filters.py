"""The filters of the record list as plain values: the form, and what is asked for in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.models import Membership, Tenant, User
from accounts.permissions import visible_tenants
from integrations.contract import Category
from syncs import faults
from syncs.models import Status, Sync
from syncs.selection import ORDER, list_url, object_types, parameters_of
from syncs.views.filter_words import NAMES, VALUES, filter_words

# Support sees every customer's; a list that long helps nobody.
MOST_CHOICES = 200

type Options = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    CHOICE = "choice"
    TICKS = "ticks"
    DATE = "date"
    AMOUNT = "amount"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the filter form."""

    name: str
    label: str
    kind: Kind
    value: str = ""
    options: Options = ()

    @property
    def values(self) -> list[str]:
        return self.value.split(",")


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on, in words, and the list without it."""

    label: str
    value: str
    url: str


def chips(asked: Mapping[str, str], user: User) -> tuple[Chip, ...]:
    """Each filter that is on; the order of the list is none."""
    filters = {name: value for name, value in asked.items() if name != ORDER}
    query = "&".join(list_url(**{name: value}).partition("?")[2] for name, value in filters.items())
    words = filter_words(query, user)
    return tuple(
        Chip(label, value, list_url(**{**asked, name: None}))
        for name, (label, value) in zip(filters, words, strict=True)
    )


def filter_fields(asked: Mapping[str, str], user: User) -> tuple[Field, ...]:
    """The form, with a number of queries that does not depend on the records."""
    syncs = list(_syncs())
    options = {
        "status": _statuses(),
        "category": _categories(),
        "sync": _named_syncs(syncs),
        "integration": _integrations(syncs),
        "object": _objects(syncs),
        "tenant": _tenants(user),
        "assignee": (*_told("assignee"), *_people(user)),
        **{name: _told(name) for name in ("failing", "due", "snoozed", "retry")},
    }
    return tuple(
        Field(name, str(NAMES[name]), kind, asked.get(name, ""), options.get(name, ()))
        for name, kind in KINDS.items()
        if kind is not Kind.CHOICE or _is_a_choice(name, options[name], asked)
    )


KINDS = {
    "status": Kind.TICKS,
    "category": Kind.CHOICE,
    "sync": Kind.CHOICE,
    "integration": Kind.CHOICE,
    "object": Kind.CHOICE,
    "tenant": Kind.CHOICE,
    "assignee": Kind.CHOICE,
    "due": Kind.CHOICE,
    "snoozed": Kind.CHOICE,
    "retry": Kind.CHOICE,
    "failing": Kind.CHOICE,
    "failed_from": Kind.DATE,
    "failed_to": Kind.DATE,
    "attempted_from": Kind.DATE,
    "attempted_to": Kind.DATE,
    "created_from": Kind.DATE,
    "created_to": Kind.DATE,
    "amount_from": Kind.AMOUNT,
    "amount_to": Kind.AMOUNT,
    "currency": Kind.TEXT,
}


def _is_a_choice(name: str, options: Options, asked: Mapping[str, str]) -> bool:
    """Nobody chooses between one integration or one company."""
    return name in asked or len(options) > 1 or name not in ("integration", "tenant", "object")


def hidden(asked: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What the form keeps although it has no field for it: cause, search and order."""
    return tuple((name, value) for name, value in asked.items() if name not in KINDS)


def _syncs() -> Iterable[Sync]:
    found = Sync.objects.select_related("tenant", "integration")
    return found.order_by("tenant__name", "name")[:MOST_CHOICES]


def _named_syncs(syncs: list[Sync]) -> Options:
    several = len({sync.tenant_id for sync in syncs}) > 1
    return tuple(
        (str(sync.pk), f"{sync.tenant.name}: {sync.name}" if several else sync.name)
        for sync in syncs
    )


def _integrations(syncs: list[Sync]) -> Options:
    return tuple({str(sync.integration_id): str(sync.integration) for sync in syncs}.items())


def _objects(syncs: list[Sync]) -> Options:
    """What the syncs at hand keep in step, on either side."""
    kinds = {kind for sync in syncs for kind in object_types(sync.recipe)}
    return tuple(sorted((kind, object_words(kind)) for kind in kinds))


def object_words(object_type: str) -> str:
    """Such as "sales invoice"."""
    return object_type.replace("_", " ")


def _tenants(user: User) -> Options:
    reach = visible_tenants(user)
    if reach is not None and len(reach) < 2:
        return ()
    found = Tenant.objects.order_by("name")[:MOST_CHOICES]
    return tuple((str(tenant.pk), tenant.name) for tenant in found)


def _people(user: User) -> Options:
    """Colleagues; our staff, who have none in a company, find theirs by the records."""
    reach = visible_tenants(user)
    if reach is None:
        return ()
    members = Membership.objects.for_tenants(reach).select_related("user")
    people = {str(row.user_id): str(row.user) for row in members.order_by("user__full_name")}
    return tuple(people.items())[:MOST_CHOICES]


def _statuses() -> Options:
    return tuple((status.value, str(status.label)) for status in Status)


def _categories() -> Options:
    return tuple((each.value, str(faults.explain(each).title)) for each in Category)


def _told(name: str) -> Options:
    return tuple((value, str(words)) for value, words in VALUES[name].items())


def sensible(asked: Mapping[str, str], senseless: Iterable[str]) -> dict[str, str]:
    """What is asked for without what makes no sense."""
    left_out = set(senseless)
    return {name: value for name, value in parameters_of(asked).items() if name not in left_out}


def refusals(asked: Mapping[str, str], senseless: Iterable[str]) -> tuple[str, ...]:
    """What was passed over, in words."""
    text = _("“%(value)s” is no value for “%(name)s”: this filter is left out.")
    return tuple(text % {"value": asked[name][:40], "name": NAMES[name]} for name in senseless)
