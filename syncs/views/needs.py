"""What a sync builds on and what it cannot be beside, with what has to be chosen there first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from syncs import services
from syncs.models import Sync, SyncState
from syncs.recipes import recipe_of
from syncs.setup import sync_of


@dataclass(frozen=True, slots=True)
class Choose:
    """A setting that has to be chosen, and where."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Need:
    """A sync that another one builds on; no address while there is none."""

    name: str
    url: str
    chooses: tuple[Choose, ...]


def needs_of(sync: Sync) -> tuple[Need, ...]:
    """What the sync builds on and lacks, what that lacks included: the deepest first."""
    found: dict[str, Need] = {}
    _collect(sync, found)
    return tuple(found.values())


def _collect(sync: Sync, found: dict[str, Need]) -> None:
    for recipe in services.missing_needs(sync):
        there = _there(sync, recipe.code)
        if recipe.code in found:
            continue
        if there is None:
            found[recipe.code] = Need(str(recipe.label), "", ())
            continue
        _collect(there, found)
        found[recipe.code] = Need(there.name, _address(there), chooses_of(there))


def _there(sync: Sync, recipe_code: str) -> Sync | None:
    own = Sync.objects.for_tenant(sync.tenant_id).filter(
        integration_id=sync.integration_id, recipe=recipe_code
    )
    return own.order_by("pk").first()


def chooses_of(sync: Sync) -> tuple[Choose, ...]:
    """The settings that the sync cannot be switched on without."""
    return tuple(
        Choose(str(setting.label), f"{_address(sync)}#id_setting_{setting.name}")
        for setting in services.missing_settings(sync)
    )


def _address(sync: Sync) -> str:
    return reverse("admin:syncs_sync_change", args=[sync.pk])


def rivals_of(sync: Sync) -> tuple[Need, ...]:
    """What is switched on here and cannot be beside this one."""
    others = Sync.objects.for_tenant(sync.tenant_id).filter(integration_id=sync.integration_id)
    return tuple(Need(other.name, _address(other), ()) for other in rivals_among(sync, others))


def rivals_among(sync: Sync, others: Iterable[Sync]) -> list[Sync]:
    """Those of its neighbours that are on and cannot be beside it; as services refuse them."""
    recipe = recipe_of(sync.recipe)
    return [
        other
        for other in others
        if other.pk != sync.pk
        and other.state != SyncState.OFF
        and (other.recipe in recipe.excludes or sync.recipe in recipe_of(other.recipe).excludes)
    ]


def make_needs(sync: Sync, by: User | None) -> None:
    """Make what the sync lacks, switched off, so that people can choose what it asks for."""
    for code in recipe_of(sync.recipe).needs:
        make_needs(sync_of(sync.integration, code, by), by)
