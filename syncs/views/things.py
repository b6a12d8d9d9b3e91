"""How many of what: "312 companies"."""

from collections.abc import Mapping

from django.utils.translation import ngettext, ngettext_lazy

from syncs.models import Sync
from syncs.recipes import RECIPES
from syncs.views.money import counted

_THINGS: Mapping[str, object] = {
    "company": ngettext_lazy("%(count)s company", "%(count)s companies", "number"),
    "contact": ngettext_lazy("%(count)s contact", "%(count)s contacts", "number"),
    "deal": ngettext_lazy("%(count)s deal", "%(count)s deals", "number"),
    "invoice": ngettext_lazy("%(count)s invoice", "%(count)s invoices", "number"),
    "note": ngettext_lazy("%(count)s note", "%(count)s notes", "number"),
    "payment": ngettext_lazy("%(count)s payment", "%(count)s payments", "number"),
    "product": ngettext_lazy("%(count)s product", "%(count)s products", "number"),
    "quote": ngettext_lazy("%(count)s quote", "%(count)s quotes", "number"),
}


def things(sync: Sync, number: int) -> str:
    """Such as "312 companies"; of a kind without a word of its own, records."""
    recipe = RECIPES.get(sync.recipe)
    known = _THINGS.get(recipe.left.object_type) if recipe else None
    told = {"count": counted(number), "number": number}
    if known is None:
        return ngettext("%(count)s record", "%(count)s records", number) % told
    return str(known % told)  # type: ignore[operator]  # a lazy text takes its number so
