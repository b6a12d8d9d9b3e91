"""What to do before the first sync runs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Action, may
from integrations.models import TOKEN_FIELDS, Connection
from integrations.registry import PROVIDERS
from syncs.recipes import RECIPES, recipes_for


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do before the first sync runs; no address when it is done or not one's own."""

    text: str
    is_done: bool
    url: str


def steps(user: User, tenants: Collection[int]) -> tuple[Step, ...]:
    """Connect a provider for each side that has recipes, then set up the syncs between them."""
    active = list(Connection.objects.for_tenants(tenants).active().defer(*TOKEN_FIELDS))
    connected = [connection.provider for connection in reversed(active)]
    connect = (_connect_step(user, codes, connected) for codes in _providers())
    set_up = _("Set up what is kept in step, and switch it on")
    return (*connect, Step(set_up, is_done=False, url=_set_up_url(user, active)))


def _providers() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The providers that stand on the left, and those on the right, in the recipes' order."""
    recipes = RECIPES.values()
    left = dict.fromkeys(recipe.left.provider for recipe in recipes)
    right = dict.fromkeys(recipe.right.provider for recipe in recipes)
    known = PROVIDERS.keys()
    return tuple(one for one in left if one in known), tuple(one for one in right if one in known)


def _connect_step(user: User, codes: Sequence[str], connected: Collection[str]) -> Step:
    """One of these providers is enough."""
    found = next((code for code in codes if code in connected), None)
    if found is not None:
        name = {"provider": PROVIDERS[found].label}
        return Step(_("%(provider)s is connected") % name, is_done=True, url="")
    name = {"provider": _(" or ").join(PROVIDERS[code].label for code in codes)}
    return Step(_("Connect %(provider)s") % name, is_done=False, url=_connect_url(user, codes))


def _connect_url(user: User, codes: Sequence[str]) -> str:
    if not may(user, Action.MANAGE_CONNECTIONS):
        return ""
    if len(codes) > 1:
        return reverse("integrations:connect")
    return reverse("integrations:connect_provider", args=[codes[0]])


def _set_up_url(user: User, active: Sequence[Connection]) -> str:
    """Where the first pair of connections that has recipes becomes an integration."""
    for left in active:
        for right in active:
            fits = left.tenant_id == right.tenant_id and recipes_for(left.provider, right.provider)
            if fits and may(user, Action.MANAGE_SYNCS, left.tenant_id):
                query = urlencode({"left": left.pk, "right": right.pk})
                return f"{reverse('admin:syncs_integration_add')}?{query}"
    return ""
