"""The views above the record list: the ready ones, and those that people keep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from syncs.fault_terms import Words
from syncs.models import SavedView, Status
from syncs.saved_views import may_delete
from syncs.selection import MINE, OPEN, ORDER, PLANNED, list_url, parameters_of, query_of

VIEW = "view"
READY: tuple[tuple[Words, Mapping[str, str]], ...] = (
    (_("Open"), OPEN),
    (_("Needs me"), MINE),
    (_("Waiting"), {"status": Status.WAITING.value}),
    (_("Retries planned"), {"retry": PLANNED}),
    (_("Everything"), {}),
)


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    url: str
    is_current: bool
    # Whose it is, where a colleague shares it.
    by: str = ""


@dataclass(frozen=True, slots=True)
class KeptView:
    """The view that is open, and what this person may do with it."""

    pk: int
    name: str
    url: str
    is_shared: bool
    is_own: bool
    may_delete: bool
    # The list shows other filters or another order than the view does.
    is_changed: bool


def tabs(
    asked: Mapping[str, str], views: Iterable[SavedView], current: SavedView | None, user: User
) -> tuple[Tab, ...]:
    query = query_of({**asked, ORDER: None})
    ready = (
        Tab(str(title), list_url(**filters), current is None and query_of(filters) == query)
        for title, filters in READY
    )
    kept = (
        Tab(
            view.name,
            view_url(view),
            current is not None and view.pk == current.pk,
            "" if view.by_id == user.pk else str(view.by),
        )
        for view in views
    )
    return (*ready, *kept)


def view_url(view: SavedView) -> str:
    address = reverse("admin:syncs_syncrecord_changelist")
    return f"{address}?{urlencode({**parameters_of(view.query), VIEW: view.pk})}"


def kept_view(view: SavedView, asked: Mapping[str, str], user: User) -> KeptView:
    return KeptView(
        pk=view.pk,
        name=view.name,
        url=reverse("desk_view", args=[view.pk]),
        is_shared=view.shared,
        is_own=view.by_id == user.pk,
        may_delete=may_delete(view, user),
        is_changed=query_of(parameters_of(view.query)) != query_of(asked),
    )
