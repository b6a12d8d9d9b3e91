"""Installing: an integration between two connections, with syncs made from recipes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from integrations.models import Connection
from syncs.engine.terms import Direction, Policy, Side
from syncs.models import FilterCondition, Integration, Sync, SyncState
from syncs.models import Mapping as MappingRow
from syncs.recipes import recipe_of, recipes_for
from syncs.recipes.terms import DefaultMapping, Recipe, Setting
from syncs.specs import options_of


class SetupRefused(Exception):
    """Something does not fit; the message is for the person who asked."""


def install(
    left: Connection,
    right: Connection,
    *,
    name: str = "",
    by: User | None = None,  # noqa: ARG001 (every service is told who asks)
) -> Integration:
    """The integration of this pair of connections; the one there is, if there is one."""
    _check_own(left, right)
    integration, _created = Integration.objects.for_tenant(left.tenant_id).get_or_create(
        tenant_id=left.tenant_id,
        left=left,
        right=right,
        defaults={"name": name or f"{left} ⇄ {right}"},
    )
    return integration


def check_pair(left: Connection, right: Connection) -> None:
    """Raise SetupRefused when nothing could be kept in step between these two."""
    _check_own(left, right)
    if not recipes_for(left.provider, right.provider):
        raise SetupRefused(_("There is nothing yet that these two providers can keep in step."))


def set_up(
    left: Connection, right: Connection, by: User | None = None
) -> tuple[Integration, list[Sync]]:
    """The integration with a sync for each of its recipes, switched off until somebody looked."""
    check_pair(left, right)
    with transaction.atomic():
        integration = install(left, right, name=_pair_name(left, right), by=by)
        there = set(integration.syncs.values_list("recipe", flat=True))
        missing = (r for r in recipes_for(left.provider, right.provider) if r.code not in there)
        return integration, [
            create_sync(integration, r.code, direction=r.directions[0], by=by) for r in missing
        ]


def _pair_name(left: Connection, right: Connection) -> str:
    return f"{left.provider_label} ⇄ {right.provider_label}"


def create_sync(
    integration: Integration,
    recipe_code: str,
    *,
    direction: Direction = Direction.BOTH,
    policy: Policy | None = None,
    settings: Mapping[str, Any] | None = None,
    name: str = "",
    by: User | None = None,  # noqa: ARG001 (every service is told who asks)
) -> Sync:
    """A sync with the recipe's mappings and filters; switched off until it is activated."""
    recipe = recipe_of(recipe_code)
    _check_fits(integration, recipe, direction)
    with transaction.atomic():
        sync = Sync.objects.create(
            tenant_id=integration.tenant_id,
            integration=integration,
            recipe=recipe.code,
            name=name or str(recipe.label),
            direction=direction.value,
            policy=(policy or recipe.policy).value,
            leaving=recipe.leaving.value,
            left_removed=recipe.left_removed.value,
            right_removed=recipe.right_removed.value,
            settings=_defaults(recipe) | dict(settings or {}),
            state=SyncState.OFF,
        )
        MappingRow.objects.bulk_create(_mapping_rows(sync, recipe.mappings))
        FilterCondition.objects.bulk_create(_condition_rows(sync, recipe))
    return sync


def _defaults(recipe: Recipe) -> dict[str, Any]:
    return {setting.name: setting.default for setting in recipe.settings if setting.default}


def missing_settings(sync: Sync) -> list[Setting]:
    """What has to be chosen before the sync may create records on the other side."""
    recipe = recipe_of(sync.recipe)
    reached = [side for side in Side if Direction(sync.direction).reaches(side)]
    return [
        setting
        for setting in recipe.settings
        if setting.needed_side in reached and setting.is_missing(sync.settings)
    ]


def missing_needs(sync: Sync) -> list[Recipe]:
    """The recipes that this one builds on and that are not switched on here."""
    wanted = recipe_of(sync.recipe).needs
    rows = Sync.objects.for_tenant(sync.tenant_id).filter(integration_id=sync.integration_id)
    there = set(rows.exclude(state=SyncState.OFF).values_list("recipe", flat=True))
    return [recipe_of(code) for code in wanted if code not in there]


def rivals(sync: Sync) -> list[Recipe]:
    """The recipes that are switched on here and cannot be beside this one."""
    recipe = recipe_of(sync.recipe)
    rows = Sync.objects.for_tenant(sync.tenant_id).filter(integration_id=sync.integration_id)
    on = rows.exclude(state=SyncState.OFF).exclude(pk=sync.pk)
    others = [recipe_of(code) for code in sorted(set(on.values_list("recipe", flat=True)))]
    return [
        other for other in others if other.code in recipe.excludes or recipe.code in other.excludes
    ]


def sync_of(integration: Integration, recipe_code: str, by: User | None = None) -> Sync:
    """The integration's sync of a recipe; made, switched off, when there is none."""
    found = Sync.objects.for_tenant(integration.tenant_id).filter(
        integration=integration, recipe=recipe_code
    )
    directions = recipe_of(recipe_code).directions
    first = found.order_by("pk").first()
    return first or create_sync(integration, recipe_code, direction=directions[0], by=by)


def followers(sync: Sync) -> list[Recipe]:
    """The recipes that are switched on together with this sync, given its direction."""
    direction = Direction(sync.direction)
    return [
        recipe
        for recipe in recipes_for(sync.integration.left.provider, sync.integration.right.provider)
        if recipe.follows == sync.recipe and direction in recipe.follows_when
    ]


def _check_own(left: Connection, right: Connection) -> None:
    if left.tenant_id != right.tenant_id:
        raise SetupRefused(_("The two connections belong to different companies."))
    if left.pk == right.pk:
        raise SetupRefused(_("An integration needs two connections."))


def _check_fits(integration: Integration, recipe: Recipe, direction: Direction) -> None:
    providers = (integration.left.provider, integration.right.provider)
    if providers != (recipe.left.provider, recipe.right.provider):
        raise SetupRefused(_("This recipe is for other providers."))
    if direction not in recipe.directions:
        raise SetupRefused(_("This recipe does not go in that direction."))


def _mapping_rows(sync: Sync, mappings: Iterable[DefaultMapping]) -> list[MappingRow]:
    return [
        MappingRow(
            tenant_id=sync.tenant_id,
            sync=sync,
            key=mapping.key,
            left=list(mapping.left),
            right=list(mapping.right),
            direction=mapping.direction.value,
            enabled=mapping.enabled,
            locked=mapping.locked,
            transform=mapping.transform.kind.value,
            options=options_of(mapping.transform),
            erase=mapping.erase,
            position=position,
        )
        for position, mapping in enumerate(mappings)
    ]


def _condition_rows(sync: Sync, recipe: Recipe) -> list[FilterCondition]:
    return [
        FilterCondition(
            tenant_id=sync.tenant_id,
            sync=sync,
            side=default.side.value,
            group=default.group,
            field=default.condition.field,
            operator=default.condition.operator.value,
            values=list(default.condition.values),
            fixed=default.condition.fixed,
        )
        for default in recipe.conditions
    ]
