"""What the sync overview and its panel can be narrowed by."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet
from syncs.models import Integration, Sync
from syncs.recipes import RECIPES
from syncs.selection import object_types, parameters_of

# As the record list calls them.
FILTERS = ("tenant", "integration", "object")
MOST_CHOICES = 500


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    label: str
    choices: tuple[Choice, ...]


def chosen_of(asked: Mapping[str, str], *more: str) -> dict[str, str]:
    """The filters that an address names, and what else the caller knows."""
    known = parameters_of(asked)
    return {name: known[name] for name in (*FILTERS, *more) if name in known}


def syncs_asked(tenants: Collection[int] | None, chosen: Mapping[str, str]) -> TenantQuerySet[Sync]:
    """The syncs that the parameters tenant, integration, object and sync name; run it in a scope.

    A number or a word that nothing has finds nothing.
    """
    syncs = Sync.objects.all() if tenants is None else Sync.objects.for_tenants(tenants)
    columns = {"tenant": "tenant_id", "integration": "integration_id", "sync": "pk"}
    for name, column in columns.items():
        if name in chosen:
            syncs = syncs.filter(**{column: _number(chosen[name])})
    if "object" in chosen:
        codes = [code for code in RECIPES if chosen["object"] in object_types(code)]
        syncs = syncs.filter(recipe__in=codes)
    return syncs


def _number(text: str) -> int:
    """Nothing has the number 0."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def type_words(object_type: str) -> str:
    return object_type.replace("_", " ")


def filters_of(tenants: Collection[int] | None, chosen: Mapping[str, str]) -> Iterator[Filter]:
    """What there is to choose from; companies only for who sees several."""
    if tenants is None or len(tenants) > 1:
        yield _filter("tenant", _("Company"), _companies(tenants), chosen)
    if tenants is not None or "tenant" in chosen:
        integrations = _integrations(tenants, chosen)
        yield _filter("integration", _("Integration"), integrations, chosen)
    yield _filter("object", _("Object"), _objects(tenants), chosen)


def _filter(
    name: str, label: str, values: Iterable[tuple[str, str]], chosen: Mapping[str, str]
) -> Filter:
    asked = chosen.get(name, "")
    return Filter(name, label, tuple(Choice(value, text, value == asked) for value, text in values))


def _companies(tenants: Collection[int] | None) -> list[tuple[str, str]]:
    rows = Tenant.objects.order_by("name")
    named = rows if tenants is None else rows.filter(pk__in=tenants)
    return [(str(pk), name) for pk, name in named.values_list("pk", "name")[:MOST_CHOICES]]


def _integrations(
    tenants: Collection[int] | None, chosen: Mapping[str, str]
) -> list[tuple[str, str]]:
    rows = Integration.objects.all()
    named = rows if tenants is None else rows.for_tenants(tenants)
    if "tenant" in chosen:
        named = named.filter(tenant_id=_number(chosen["tenant"]))
    found = named.order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found[:MOST_CHOICES]]


def _objects(tenants: Collection[int] | None) -> list[tuple[str, str]]:
    """Both ends of what these companies keep in step."""
    rows = Sync.objects.all() if tenants is None else Sync.objects.for_tenants(tenants)
    codes = rows.order_by().values_list("recipe", flat=True).distinct()
    types = {one for code in codes if code in RECIPES for one in object_types(code)}
    return sorted((one, type_words(one)) for one in types)
