"""The columns of the record list: what there is, and which ones a person looks at."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import visible_tenants
from accounts.preferences import change_preferences, preferences_of
from syncs.fault_terms import Words

# The list's name in a person's preferences.
LIST = "records"
# Leads to the record's page: always there.
NAMES = "names"


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of a record as a column."""

    title: Words
    # A name of selection.ORDERS; a minus where the column runs the other way, as an age does.
    order: str = ""
    is_number: bool = False


COLUMNS: dict[str, Column] = {
    NAMES: Column(_("Record")),
    "left_id": Column(_("HubSpot id")),
    "right_id": Column(_("Id on the other side")),
    "object": Column(_("Object")),
    "status": Column(_("Status"), "status"),
    "category": Column(_("Problem"), "category"),
    "reason": Column(_("Reason in full")),
    "amount": Column(_("Amount"), "amount", is_number=True),
    "currency": Column(_("Currency")),
    "age": Column(_("Failing for"), "-first_failed_at"),
    "first_failed_at": Column(_("First failed"), "first_failed_at"),
    "last_attempt_at": Column(_("Last attempt"), "last_attempt_at"),
    "assignee": Column(_("Assigned to")),
    "due_on": Column(_("To be done by"), "due_on"),
    "snoozed_until": Column(_("Snoozed until")),
    "attempts": Column(_("Attempts"), is_number=True),
    "synced_at": Column(_("Last synced")),
    "sync": Column(_("Sync")),
    "tenant": Column(_("Company")),
}
USUAL = (
    NAMES,
    "status",
    "category",
    "amount",
    "age",
    "last_attempt_at",
    "assignee",
    "sync",
)


def columns_of(user: User, chosen: Iterable[str] = ()) -> tuple[str, ...]:
    """The columns this person sees: those of a view, else their own, else the usual ones."""
    wanted = tuple(chosen) or tuple(preferences_of(user).columns.get(LIST, ())) or USUAL
    known = known_columns(wanted)
    if has_several_companies(user):
        return known
    return tuple(name for name in known if name != "tenant")


def known_columns(wanted: Iterable[str]) -> tuple[str, ...]:
    """These columns as far as there are such, each once, beginning with the names."""
    return tuple(name for name in dict.fromkeys((NAMES, *wanted)) if name in COLUMNS)


def keep_columns(user: User, chosen: Iterable[str]) -> None:
    """Remember what this person wants to see; nothing chosen means the usual ones again."""
    names = tuple(chosen)
    change_preferences(user, columns={LIST: list(known_columns(names)) if names else []})


def offered_columns(user: User) -> dict[str, Column]:
    """What this person may choose from."""
    several = has_several_companies(user)
    return {name: each for name, each in COLUMNS.items() if several or name != "tenant"}


def has_several_companies(user: User) -> bool:
    tenants = visible_tenants(user)
    return tenants is None or len(tenants) > 1
