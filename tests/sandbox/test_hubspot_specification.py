"""The stand-in against HubSpot's published specification, where a copy of it is at hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.hubspot.routes import CRM_FAMILIES, ROUTES, VERSION, Route
from tests.sandbox.hubspot_account import OBJECTS, Account

SPECIFICATION = Path(__file__).resolve().parents[2].parent / "shared" / "specs" / "hubspot"

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="no copy of HubSpot's specification beside the project"
)
# Paths of the consent page and of version 1, which the specification of this version leaves out.
OUTSIDE = ("authorize", "access-tokens", "refresh-tokens")


def operations() -> dict[tuple[str, str], dict[str, str]]:
    """(method, path with its parameters blanked) -> row."""
    with (SPECIFICATION / "operations.csv").open(newline="") as file:
        return {(row["method"], blank(row["path"])): row for row in csv.DictReader(file)}


def blank(path: str) -> str:
    return "/".join("*" if part.startswith("{") else part for part in path.split("/"))


def required_fields() -> dict[str, set[str]]:
    required: defaultdict[str, set[str]] = defaultdict(set)
    with (SPECIFICATION / "schemas.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["required"]:
                required[row["schema"]].add(row["field"])
    return required


def claimed() -> Iterator[Route]:
    for route in ROUTES:
        if not any(part in OUTSIDE for part in route.shape):
            yield route


def paths(route: Route) -> list[str]:
    """The path as the specification may write it: with an object type or a blank for it."""
    prefix = "/crm/" if route.family in CRM_FAMILIES else "/"
    shapes = [list(route.shape)]
    if "{type}" in route.shape:
        at = route.shape.index("{type}")
        shapes += [[*route.shape[:at], "contacts", *route.shape[at + 1 :]]]
    return [
        blank("/".join([f"{prefix}{route.family}/{VERSION}", *shape]).rstrip("/"))
        for shape in shapes
    ]


@pytest.mark.parametrize(
    "route", list(claimed()), ids=lambda r: f"{r.method} {r.family}/{'/'.join(r.shape)}"
)
def test_every_operation_that_is_served_exists(route: Route) -> None:
    known = operations()

    assert any((route.method, path) in known for path in paths(route))


def lacking(schema: str, body: dict[str, Any], allowed: set[str] | None = None) -> set[str]:
    """Required fields of a schema that an answer does not have."""
    return required_fields()[schema] - set(body) - (allowed or set())


def test_answers_have_the_required_fields_of_records(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")
    company = account.create("companies", name="Acme")
    account.hubspot.link(record_id, company)

    read = account.get(f"{OBJECTS}/contacts/{record_id}", associations="companies").json()
    listed = account.get(f"{OBJECTS}/contacts", limit=1).json()
    found = account.search("contacts").json()
    batch = account.batch("contacts", "read", [{"id": record_id}, {"id": "9"}]).json()
    upserted = account.batch(
        "contacts", "upsert", [{"id": "b@example.org", "idProperty": "email", "properties": {}}]
    ).json()

    assert lacking("SimplePublicObjectWithAssociations", read) == set()
    assert lacking("AssociatedId", read["associations"]["companies"]["results"][0]) == set()
    assert (
        lacking("CollectionResponseSimplePublicObjectWithAssociationsForwardPaging", listed)
        == set()
    )
    assert lacking("CollectionResponseWithTotalSimplePublicObject", found) == set()
    assert lacking("SimplePublicObject", found["results"][0]) == set()
    assert lacking("BatchResponseSimplePublicObjectWithErrors", batch) == set()
    assert lacking("StandardError", batch["errors"][0]) == set()
    assert lacking("BatchResponseSimplePublicUpsertObject", upserted) == set()
    assert lacking("SimplePublicUpsertObject", upserted["results"][0]) == set()


def test_answers_have_the_required_fields_of_associations(account: Account) -> None:
    contact = account.create("contacts", email="a@example.org")
    company = account.create("companies", name="Acme")
    path = f"{OBJECTS}/contacts/{contact}/associations"
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]

    default = account.put(f"{path}/default/companies/{company}").json()
    labelled = account.put(f"{path}/companies/{company}", spec).json()
    read = account.get(f"{path}/companies").json()
    batch = account.post(
        "/crm/associations/2026-03/contacts/companies/batch/read",
        {"inputs": [{"id": contact}, {"id": "9"}]},
    ).json()

    assert lacking("BatchResponsePublicDefaultAssociation", default) == set()
    assert lacking("PublicDefaultAssociation", default["results"][0]) == set()
    assert lacking("LabelsBetweenObjectPair", labelled) == set()
    (row,) = read["results"]
    assert lacking("MultiAssociatedObjectWithLabel", row) == set()
    assert lacking("AssociationSpecWithLabel", row["associationTypes"][0]) == set()
    assert lacking("BatchResponsePublicAssociationMultiWithLabelWithErrors", batch) == set()
    assert lacking("PublicAssociationMultiWithLabel", batch["results"][0]) == set()
    assert lacking("StandardError", batch["errors"][0]) == set()


def test_answers_have_the_required_fields_of_the_rest(account: Account) -> None:
    properties = account.get("/crm/properties/2026-03/contacts").json()["results"]
    groups = account.get("/crm/properties/2026-03/contacts/groups").json()["results"]
    (pipeline,) = account.get("/crm/pipelines/2026-03/deals").json()["results"]
    owners = account.get("/crm/owners/2026-03").json()["results"]
    details = account.get("/account-info/2026-03/details").json()
    info = account.form("/oauth/2026-03/token/introspect", token=account.ready["access_token"])
    error = account.get(f"{OBJECTS}/contacts/999").json()

    for prop in properties:
        assert lacking("Property", prop) == set()
        assert lacking("PropertyModificationMetadata", prop["modificationMetadata"]) == set()
        for option in prop["options"]:
            assert lacking("Option", option, {"doubleData", "readOnly"}) == set()
    assert lacking("PropertyGroup", groups[0]) == set()
    assert lacking("Pipeline", pipeline) == set()
    assert lacking("PipelineStage", pipeline["stages"][0]) == set()
    assert lacking("PublicOwner", owners[0]) == set()
    assert lacking("PortalInformationResponse", details) == set()
    assert lacking("PublicAccessTokenInfoResponse", info.json()) == set()
    assert lacking("SignedAccessToken", info.json()["signed_access_token"]) == set()
    assert lacking("Error", error) == set()
