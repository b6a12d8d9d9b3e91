"""Ready-made syncs, one file per pair of providers."""

from integrations.contract import Category, Fault, Misconfigured
from syncs.recipes import (
    hubspot_exact,
    hubspot_exact_documents,
    hubspot_exact_opportunities,
    hubspot_quickbooks,
    hubspot_quickbooks_documents,
)
from syncs.recipes.terms import Recipe

RECIPES: dict[str, Recipe] = {
    recipe.code: recipe
    for module in (
        hubspot_quickbooks,
        hubspot_quickbooks_documents,
        hubspot_exact,
        hubspot_exact_documents,
        hubspot_exact_opportunities,
    )
    for recipe in module.RECIPES
}


def recipe_of(code: str) -> Recipe:
    """The recipe; raises Misconfigured for one that this version does not have."""
    try:
        return RECIPES[code]
    except KeyError:
        message = f"There is no recipe {code!r} in this version."
        raise Misconfigured(Fault(Category.CONFIGURATION, "recipe", message)) from None


def recipes_for(left: str, right: str) -> tuple[Recipe, ...]:
    """The recipes between two providers."""
    return tuple(
        recipe
        for recipe in RECIPES.values()
        if (recipe.left.provider, recipe.right.provider) == (left, right)
    )
