"""Which records are meant: the record list's filters, one definition for all that uses them.

The list shows them, a job works them off, an export writes them: each by the same parameters, so
that "everything filtered" is exactly what was shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Action, tenants_where
from accounts.tenancy import TenantQuerySet, all_tenants, tenant_scope
from integrations.contract import Category
from syncs import clock, narrowing, search
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes import RECIPES

# As the admin called the status once: links with it are in mails and bookmarks.
OLD_NAMES = {"status__exact": "status"}
NONE, ME, YES, NO = "none", "me", "yes", "no"
OLDER = "older"
ORDER = "o"
# Of these a list may be asked for.
SEVERAL = frozenset({"status", "category"})
SINCE = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
OVERDUE, THIS_WEEK = "overdue", "week"
PLANNED = "planned"
# What somebody has to do something about, and what they have to do themselves.
OPEN = {"status": Status.FAILING.value, "snoozed": NO}
MINE = {"status": f"{Status.FAILING.value},{Status.WAITING.value}", "assignee": ME, "snoozed": NO}
LONGEST = 500
# What a column of amounts holds.
DIGITS, PLACES = 20, 4

type Condition = Callable[[str, User], Q]


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of the record list: all that fit its parameters, or some chosen one by one."""

    # The list's parameters as in an address, known ones only, in their usual order.
    query: str = ""
    # Then the query says only the order.
    ids: tuple[int, ...] | None = None


def selected(
    selection: Selection, user: User, action: Action = Action.VIEW_RECORDS
) -> TenantQuerySet[SyncRecord]:
    """The records meant of the tenants where this person may do this, in no order.

    Works without a request's scope. Values that make no sense are passed over, as the list does.
    """
    tenants = tenants_where(user, action)
    reach = all_tenants("this person may everywhere") if tenants is None else tenant_scope(*tenants)
    with reach:
        records = SyncRecord.objects.all()
        if selection.ids is not None:
            return records.filter(pk__in=selection.ids)
        return records.filter(conditions(parameters_of(selection.query), user))


def conditions(asked: Mapping[str, str], user: User) -> Q:
    """All of these parameters as one condition; to be made within the tenants' scope."""
    return understood(asked, user)[0]


def understood(asked: Mapping[str, str], user: User) -> tuple[Q, tuple[str, ...]]:
    """The parameters as one condition, and the names of those whose value makes no sense."""
    found, senseless = Q(), []
    for name, value in asked.items():
        try:
            found &= Q() if name == ORDER else PARAMETERS[name](value[:LONGEST], user)
        except ValueError:
            senseless.append(name)
    return found, tuple(senseless)


def parameters_of(query: str | Mapping[str, str]) -> dict[str, str]:
    """The list's own parameters that have a value, in their usual order.

    Of a name that comes more than once the values are joined where several make sense.
    """
    asked: dict[str, str] = {}
    for name, value in _pairs(query):
        known = OLD_NAMES.get(name, name)
        joined = known in SEVERAL and asked.get(known)
        asked[known] = f"{asked[known]},{value.strip()}" if joined else value.strip()
    return {name: asked[name] for name in (*PARAMETERS, ORDER) if asked.get(name)}


def _pairs(query: str | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    if isinstance(query, str):
        return parse_qsl(query)
    if isinstance(query, QueryDict):
        return [(name, value) for name, values in query.lists() for value in values]
    return query.items()


def query_of(parameters: Mapping[str, object]) -> str:
    """The parameters as in an address; what is None or empty is left out, several go by comma."""
    told = {name: _told(value) for name, value in parameters.items()}
    return urlencode(parameters_of(told))


def list_url(**parameters: object) -> str:
    """The address of the record list with these parameters."""
    query = query_of(parameters)
    address = reverse("admin:syncs_syncrecord_changelist")
    return f"{address}?{query}" if query else address


def _told(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


# --- values ---------------------------------------------------------------------------------------


def _number(value: str) -> int:
    # As many digits as every number in a column may have.
    if not (value.isascii() and value.isdecimal() and len(value) <= 18):
        raise ValueError(value)
    return int(value)


def sensible_amount(value: str) -> Decimal:
    """An amount as the column holds it; raises ValueError for anything else."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError(value) from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** (DIGITS - PLACES):
        raise ValueError(value)
    return amount


def day_begins(value: str) -> datetime:
    """Midnight at which this day begins, in UTC as all times that the desk shows.

    Raises ValueError for what is no day.
    """
    day = sensible_day(date.fromisoformat(value))
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def sensible_day[Day: date](day: Day) -> Day:
    """A day to which some may be added; raises ValueError for the calendar's first and last."""
    if not 1900 <= day.year <= 9000:
        raise ValueError(day)
    return day


def sensible_text(value: str) -> str:
    """Text that a database takes; raises ValueError for the sign that ends it."""
    if "\x00" in value:
        raise ValueError(value)
    return value


# --- conditions -----------------------------------------------------------------------------------


def _status(value: str, _user: User) -> Q:
    wanted = [Status(part).value for part in value.split(",")]
    return Q(status=wanted[0]) if len(wanted) == 1 else Q(status__in=wanted)


def _category(value: str, _user: User) -> Q:
    wanted = [Category(part).value for part in value.split(",")]
    return Q(category=wanted[0]) if len(wanted) == 1 else Q(category__in=wanted)


def _held_by(value: str) -> Q:
    """What refers to this record, and what refers to that: a customer's invoices and payments."""
    object_type, mark, parent_id = sensible_text(value).partition("|")
    if not (object_type and mark and parent_id):
        raise ValueError(value)
    return narrowing.held_by(object_type, parent_id)


def _integration(value: str, _user: User) -> Q:
    return _syncs(Q(integration_id=_number(value)))


def _object(value: str, _user: User) -> Q:
    recipes = [code for code, recipe in RECIPES.items() if value in object_types(recipe.code)]
    if not recipes:
        raise ValueError(value)
    return _syncs(Q(recipe__in=recipes))


def object_types(recipe: str) -> tuple[str, str]:
    """What a recipe keeps in step: the object types of both ends."""
    return RECIPES[recipe].left.object_type, RECIPES[recipe].right.object_type


def _syncs(wanted: Q) -> Q:
    """By the syncs' numbers, which the indexes begin with."""
    return Q(sync_id__in=list(Sync.objects.filter(wanted).values_list("pk", flat=True)))


def _assignee(value: str, user: User) -> Q:
    if value == NONE:
        return Q(assignee=None)
    return Q(assignee_id=user.pk if value == ME else _number(value))


def _currency(value: str, _user: User) -> Q:
    if len(value) != 3 or not value.isalpha():
        raise ValueError(value)
    return narrowing.in_currency(value.upper())


def _failing(value: str, _user: User) -> Q:
    if value == OLDER:
        return Q(first_failed_at__lte=clock.now() - SINCE["month"])
    if value not in SINCE:
        raise ValueError(value)
    return Q(first_failed_at__gt=clock.now() - SINCE[value])


def _from(column: str) -> Condition:
    return lambda value, _user: Q(**{f"{column}__gte": day_begins(value)})


def _to(column: str) -> Condition:
    """Up to the end of the day."""
    return lambda value, _user: Q(**{f"{column}__lt": day_begins(value) + timedelta(days=1)})


def _due(value: str, _user: User) -> Q:
    today = clock.now().date()
    choices = {
        OVERDUE: Q(due_on__lt=today),
        THIS_WEEK: Q(due_on__gte=today, due_on__lt=today + timedelta(days=7)),
        NONE: Q(due_on=None),
    }
    return _chosen(choices, value)


def _snoozed(value: str, _user: User) -> Q:
    now = clock.now()
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    return _chosen({YES: Q(snoozed_until__gt=now), NO: awake}, value)


def _retry(value: str, _user: User) -> Q:
    return _chosen({PLANNED: planned_retries()}, value)


def planned_retries() -> Q:
    """Those that are tried again by themselves, at a time that is known."""
    tried = Q(attempts__gt=0, status__in=[Status.FAILING, Status.PENDING])
    return tried & Q(due_at__gt=clock.now())


def _chosen(choices: Mapping[str, Q], value: str) -> Q:
    if value not in choices:
        raise ValueError(value)
    return choices[value]


PARAMETERS: dict[str, Condition] = {
    "status": _status,
    "category": _category,
    "cause": lambda value, _user: narrowing.of_cause(sensible_text(value)),
    "parent": lambda value, _user: _held_by(value),
    "sync": lambda value, _user: Q(sync_id=_number(value)),
    "integration": _integration,
    "object": _object,
    "tenant": lambda value, _user: Q(tenant_id=_number(value)),
    "assignee": _assignee,
    "currency": _currency,
    "amount_from": lambda value, _user: Q(amount__gte=sensible_amount(value)),
    "amount_to": lambda value, _user: Q(amount__lte=sensible_amount(value)),
    "failing": _failing,
    "failed_from": _from("first_failed_at"),
    "failed_to": _to("first_failed_at"),
    "attempted_from": _from("last_attempt_at"),
    "attempted_to": _to("last_attempt_at"),
    "created_from": lambda value, _user: narrowing.made_from(day_begins(value)),
    "created_to": lambda value, _user: narrowing.made_before(day_begins(value) + timedelta(days=1)),
    "due": _due,
    "snoozed": _snoozed,
    "retry": _retry,
    "q": lambda value, _user: search.matching(sensible_text(value)),
}


# --- order ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Order:
    """A column that the list can be sorted by, as one of the indexes runs."""

    column: str
    # Going up, equal values are sorted by id downwards: the newest first.
    newest_first: bool = True
    nullable: bool = False


ORDERS: dict[str, Order] = {
    "status": Order("status"),
    "category": Order("category"),
    "first_failed_at": Order("first_failed_at", newest_first=False, nullable=True),
    "last_attempt_at": Order("last_attempt_at", newest_first=False, nullable=True),
    "amount": Order("amount", nullable=True),
    "due_on": Order("due_on", nullable=True),
    "id": Order("id"),
}
NEWEST = "-id"


def order_of(query: str) -> str:
    """What the list is sorted by: a name of ORDERS, with a minus going down."""
    asked = parameters_of(query).get(ORDER, NEWEST)
    return asked if asked.removeprefix("-") in ORDERS else NEWEST
