"""Views of the record list that people keep under a name, for themselves or for colleagues."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Tenant, User
from accounts.permissions import Action, may, visible_tenants
from accounts.tenancy import TenantQuerySet, all_tenants, tenant_scope
from syncs.models import SavedView
from syncs.selection import parameters_of, query_of

MOST_NAME = 100
MOST_QUERY = 2000
# More than this help nobody above a list.
MOST_VIEWS = 30


class ViewRefused(ValueError):
    """A view cannot be kept so; the message is for who asked."""


def views_of(user: User) -> TenantQuerySet[SavedView]:
    """The views a person sees: their own, and those that colleagues share.

    Our staff see their own: customers' views are about customers' work.
    """
    tenants = visible_tenants(user)
    reach = all_tenants("the person's own views") if tenants is None else tenant_scope(*tenants)
    with reach:
        views = SavedView.objects.all()
        return (
            views.filter(by=user) if tenants is None else views.filter(Q(by=user) | Q(shared=True))
        )


def keep_view(
    user: User, tenant: Tenant, name: str, query: str, columns: Iterable[str], *, shared: bool
) -> SavedView:
    """Keep a view under a name; raises ViewRefused for a name that is taken or missing."""
    _check_person(user)
    name, query = _checked(name), query_of(parameters_of(query))
    if len(query) > MOST_QUERY:
        raise ViewRefused(_("These filters are too long to be kept. Shorten the search."))
    with transaction.atomic(), tenant_scope(tenant):
        own = SavedView.objects.filter(by=user)
        if own.count() >= MOST_VIEWS:
            raise ViewRefused(_("You have as many views as fit above the list. Delete one first."))
        _check_free(own, name)
        return SavedView.objects.create(
            tenant=tenant, by=user, name=name, query=query, columns=list(columns), shared=shared
        )


def change_view(
    view: SavedView, user: User, *, name: str | None = None, shared: bool | None = None
) -> None:
    """Rename one's own view, share it, or share it no longer."""
    _check_person(user)
    if view.by_id != user.pk:
        raise ViewRefused(_("Only who made a view can change it. Save one of your own."))
    if name is not None:
        view.name = _checked(name)
        with tenant_scope(view.tenant_id):
            _check_free(SavedView.objects.filter(by=user).exclude(pk=view.pk), view.name)
    if shared is not None:
        view.shared = shared
    view.save(update_fields=["name", "shared"])


def refill_view(view: SavedView, user: User, query: str, columns: Iterable[str]) -> None:
    """Let one's own view show other filters, another order and other columns from now on."""
    change_view(view, user)
    told = query_of(parameters_of(query))
    if len(told) > MOST_QUERY:
        raise ViewRefused(_("These filters are too long to be kept. Shorten the search."))
    view.query, view.columns = told, list(columns)
    view.save(update_fields=["query", "columns"])


def may_delete(view: SavedView, user: User) -> bool:
    """One's own; of shared ones also who runs the company's syncs."""
    return view.by_id == user.pk or (view.shared and may(user, Action.MANAGE_SYNCS, view.tenant_id))


def delete_view(view: SavedView, user: User) -> None:
    _check_person(user)
    if not may_delete(view, user):
        raise ViewRefused(_("Only who made a view, or an owner, can delete it."))
    view.delete()


def _checked(name: str) -> str:
    told = " ".join(name.split())
    if not told:
        raise ViewRefused(_("Give the view a name."))
    if len(told) > MOST_NAME:
        raise ViewRefused(_("A name has at most %d characters.") % MOST_NAME)
    return told


def _check_free(own: TenantQuerySet[SavedView], name: str) -> None:
    if own.filter(name=name).exists():
        raise ViewRefused(_("You have a view “%s” already. Choose another name.") % name)


def _check_person(user: User) -> None:
    """Who looks as a customer leaves that person's things alone."""
    if user.viewing is not None:
        raise ViewRefused(_("While you look as a customer, no views are kept."))
