"""Which path goes to which handler, and what a call to it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from integrations.sandbox.core import Response
from integrations.sandbox.hubspot import (
    account_api,
    associations_api,
    batch_api,
    money_api,
    oauth_api,
    properties_api,
    records_api,
)
from integrations.sandbox.hubspot.call import Call

VERSION = "2026-03"
# The older paths take the same bodies; published client libraries still call them.
OLD_VERSIONS = {
    "objects": ("v3", "v4"),
    "properties": ("v3",),
    "associations": ("v4",),
    "pipelines": ("v3",),
    "owners": ("v3",),
    "account-info": ("v3",),
    "tax-rates": ("v1",),
    "settings/currencies": ("v3",),
    "appinstalls": ("v3",),
    "oauth": ("v1",),
}
Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """One operation. `access`: what of the object type it needs, a scope, or "" for no token."""

    method: str
    family: str
    shape: tuple[str, ...]
    handler: Handler
    access: str

    def fits(self, rest: Sequence[str]) -> bool:
        return all(
            mine == theirs or mine.startswith("{")
            for mine, theirs in zip(self.shape, rest, strict=True)
        )

    def parts(self, rest: Sequence[str]) -> list[str]:
        """The path's variable parts, decoded."""
        return [
            unquote(theirs)
            for mine, theirs in zip(self.shape, rest, strict=True)
            if mine.startswith("{")
        ]

    def template(self, object_type: str) -> str:
        """How calls are counted: by version-less path, with the object type in it."""
        shape = [object_type if part == "{type}" else part for part in self.shape]
        prefix = "/crm" if self.family in CRM_FAMILIES else ""
        return "/".join([f"{self.method} {prefix}", self.family, *shape])


CRM_FAMILIES = frozenset({"objects", "properties", "associations", "pipelines", "owners"})

# The families below it have two parts: settings/currencies.
SETTINGS = "settings/"


def _route(line: str, handler: Handler, access: str) -> Route:
    method, path = line.split()
    at = 2 if path.startswith(SETTINGS) else 1
    parts = path.split("/")
    return Route(method, "/".join(parts[:at]), tuple(parts[at:]), handler, access)


ROUTES = tuple(
    _route(line, handler, access)
    for line, handler, access in (
        ("GET objects/{type}", records_api.list_records, "read"),
        ("POST objects/{type}", records_api.create_record, "write"),
        ("POST objects/{type}/search", records_api.search_records, "read"),
        ("POST objects/{type}/merge", records_api.merge_records, "write"),
        ("POST objects/{type}/gdpr-delete", records_api.gdpr_delete, "write"),
        ("POST objects/{type}/batch/read", batch_api.read_batch, "read"),
        ("POST objects/{type}/batch/create", batch_api.create_batch, "write"),
        ("POST objects/{type}/batch/update", batch_api.update_batch, "write"),
        ("POST objects/{type}/batch/upsert", batch_api.upsert_batch, "write"),
        ("POST objects/{type}/batch/archive", batch_api.archive_batch, "write"),
        ("GET objects/{type}/{id}", records_api.read_record, "read"),
        ("PATCH objects/{type}/{id}", records_api.update_record, "write"),
        ("DELETE objects/{type}/{id}", records_api.archive_record, "write"),
        ("GET objects/{type}/{id}/associations/{to}", associations_api.read_one, "read"),
        ("PUT objects/{type}/{id}/associations/{to}/{toId}", associations_api.put_labels, "write"),
        (
            "DELETE objects/{type}/{id}/associations/{to}/{toId}",
            associations_api.delete_pair,
            "write",
        ),
        (
            "PUT objects/{type}/{id}/associations/default/{to}/{toId}",
            associations_api.put_default,
            "write",
        ),
        ("POST associations/{type}/{to}/batch/read", associations_api.read_batch, "read"),
        ("POST associations/{type}/{to}/batch/create", associations_api.create_batch, "write"),
        ("POST associations/{type}/{to}/batch/archive", associations_api.archive_batch, "write"),
        (
            "POST associations/{type}/{to}/batch/associate/default",
            associations_api.associate_default_batch,
            "write",
        ),
        (
            "POST associations/{type}/{to}/batch/labels/archive",
            associations_api.archive_labels_batch,
            "write",
        ),
        ("GET associations/{type}/{to}/labels", associations_api.list_labels, "read"),
        ("POST associations/{type}/{to}/labels", associations_api.create_label, "write"),
        ("PUT associations/{type}/{to}/labels", associations_api.rename_label, "write"),
        ("DELETE associations/{type}/{to}/labels/{id}", associations_api.delete_label, "write"),
        ("GET properties/{type}", properties_api.list_properties, "schema read"),
        ("POST properties/{type}", properties_api.create_property, "schema write"),
        ("GET properties/{type}/groups", properties_api.list_groups, "schema read"),
        ("POST properties/{type}/groups", properties_api.create_group, "schema write"),
        ("GET properties/{type}/groups/{name}", properties_api.read_group, "schema read"),
        ("PATCH properties/{type}/groups/{name}", properties_api.update_group, "schema write"),
        ("DELETE properties/{type}/groups/{name}", properties_api.archive_group, "schema write"),
        ("POST properties/{type}/batch/read", properties_api.read_batch, "schema read"),
        ("POST properties/{type}/batch/create", properties_api.create_batch, "schema write"),
        ("POST properties/{type}/batch/archive", properties_api.archive_batch, "schema write"),
        ("GET properties/{type}/{name}", properties_api.read_property, "schema read"),
        ("PATCH properties/{type}/{name}", properties_api.update_property, "schema write"),
        ("DELETE properties/{type}/{name}", properties_api.archive_property, "schema write"),
        ("GET pipelines/{type}", account_api.list_pipelines, "crm.objects.deals.read"),
        ("GET pipelines/{type}/{id}", account_api.read_pipeline, "crm.objects.deals.read"),
        ("GET pipelines/{type}/{id}/stages", account_api.list_stages, "crm.objects.deals.read"),
        (
            "GET pipelines/{type}/{id}/stages/{stageId}",
            account_api.read_stage,
            "crm.objects.deals.read",
        ),
        ("GET owners", account_api.list_owners, "crm.objects.owners.read"),
        ("GET owners/{id}", account_api.read_owner, "crm.objects.owners.read"),
        ("GET tax-rates/tax-rates", money_api.list_tax_rates, "tax_rates.read"),
        ("GET tax-rates/tax-rates/{id}", money_api.read_tax_rate, "tax_rates.read"),
        (
            "GET settings/currencies/codes",
            money_api.list_currency_codes,
            "settings.currencies.read",
        ),
        (
            "GET settings/currencies/company-currency",
            money_api.read_company_currency,
            "settings.currencies.read",
        ),
        ("GET account-info/details", account_api.account_details, "oauth"),
        ("DELETE appinstalls/external-install", account_api.uninstall, "oauth"),
        ("GET oauth/authorize", oauth_api.consent_page, ""),
        ("POST oauth/authorize", oauth_api.decide, ""),
        ("GET oauth/{hubId}/authorize", oauth_api.consent_page, ""),
        ("POST oauth/{hubId}/authorize", oauth_api.decide, ""),
        ("POST oauth/token", oauth_api.token, ""),
        ("POST oauth/token/introspect", oauth_api.introspect, ""),
        ("POST oauth/token/revoke", oauth_api.revoke, ""),
        ("GET oauth/access-tokens/{token}", oauth_api.read_access_token, ""),
        ("GET oauth/refresh-tokens/{token}", oauth_api.read_refresh_token, ""),
        ("DELETE oauth/refresh-tokens/{token}", oauth_api.delete_refresh_token, ""),
    )
)


@lru_cache(maxsize=4096)
def find_route(method: str, path: str) -> tuple[Route | None, tuple[str, ...], bool]:
    """The route and its variable parts; without a route, whether another method would have one."""
    family, rest = split_path(path)
    known = [
        route
        for route in ROUTES
        if route.family == family and len(route.shape) == len(rest) and route.fits(rest)
    ]
    for route in known:
        if route.method == method:
            return route, tuple(route.parts(rest)), False
    return None, (), bool(known)


def split_path(path: str) -> tuple[str, list[str]]:
    """The API family and what follows it, whichever version the path is of."""
    segments = path.strip("/").split("/")
    if segments[0] == "oauth" and len(segments) > 1:
        # The consent page has no version in its address.
        if segments[-1] == "authorize" and len(segments) <= 3:
            return "oauth", segments[1:]
        family, version, rest = "oauth", segments[1], segments[2:]
    elif segments[0] == "crm" and len(segments) > 2:
        dated = segments[2] == VERSION
        family, version = (segments[1], VERSION) if dated else (segments[2], segments[1])
        rest = segments[3:]
    elif path.strip("/").startswith(SETTINGS) and len(segments) > 3:
        family, version, rest = "/".join(segments[:2]), segments[2], segments[3:]
    elif len(segments) > 1:
        family, version, rest = segments[0], segments[1], segments[2:]
    else:
        return "", []
    served = version == VERSION or version in OLD_VERSIONS.get(family, ())
    return (family, rest) if served else ("", [])
