"""The stand-in against HubSpot's published specification, where a copy of it is at hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.hubspot.routes import CRM_FAMILIES, ROUTES, VERSION, Route, find_route
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


PAIR = {"from": {"id": "101"}, "to": {"id": "20001"}}
SPEC = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
OWN = {
    "name": "own",
    "label": "Own",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
}
LINKS = "/crm/associations/2026-03/contacts/companies"
PROPERTIES = "/crm/properties/2026-03/contacts"
# Calls that succeed one after the other on an account with contact 101 and company 20001.
SUCCEEDING: list[tuple[str, str, Any]] = [
    ("GET", f"{OBJECTS}/contacts", None),
    ("POST", f"{OBJECTS}/contacts", {"properties": {"email": "b@example.org"}}),
    ("GET", f"{OBJECTS}/contacts/101", None),
    ("PATCH", f"{OBJECTS}/contacts/101", {"properties": {"city": "Ghent"}}),
    ("POST", f"{OBJECTS}/contacts/search", {}),
    ("POST", f"{OBJECTS}/contacts/batch/read", {"inputs": [{"id": "101"}]}),
    (
        "POST",
        f"{OBJECTS}/contacts/batch/create",
        {"inputs": [{"properties": {"email": "c@example.org"}}]},
    ),
    ("POST", f"{OBJECTS}/contacts/batch/update", {"inputs": [{"id": "101", "properties": {}}]}),
    (
        "POST",
        f"{OBJECTS}/contacts/batch/upsert",
        {"inputs": [{"id": "d@example.org", "idProperty": "email", "properties": {}}]},
    ),
    ("PUT", f"{OBJECTS}/contacts/101/associations/default/companies/20001", None),
    ("PUT", f"{OBJECTS}/contacts/101/associations/companies/20001", [SPEC]),
    ("GET", f"{OBJECTS}/contacts/101/associations/companies", None),
    ("DELETE", f"{OBJECTS}/contacts/101/associations/companies/20001", None),
    ("POST", f"{LINKS}/batch/associate/default", {"inputs": [PAIR]}),
    ("POST", f"{LINKS}/batch/create", {"inputs": [PAIR | {"types": [SPEC]}]}),
    ("POST", f"{LINKS}/batch/read", {"inputs": [{"id": "101"}]}),
    ("POST", f"{LINKS}/batch/labels/archive", {"inputs": [PAIR | {"types": [SPEC]}]}),
    ("POST", f"{LINKS}/batch/archive", {"inputs": [PAIR | {"to": [{"id": "20001"}]}]}),
    ("GET", f"{LINKS}/labels", None),
    ("POST", f"{LINKS}/labels", {"label": "Pays", "name": "pays"}),
    ("PUT", f"{LINKS}/labels", {"associationTypeId": 1001, "label": "Paid"}),
    ("DELETE", f"{LINKS}/labels/1001", None),
    ("POST", f"{OBJECTS}/contacts/merge", {"primaryObjectId": "101", "objectIdToMerge": "102"}),
    ("POST", f"{OBJECTS}/contacts/gdpr-delete", {"objectId": "103"}),
    ("POST", f"{OBJECTS}/contacts/batch/archive", {"inputs": [{"id": "104"}]}),
    ("DELETE", f"{OBJECTS}/contacts/101", None),
    ("GET", PROPERTIES, None),
    ("POST", PROPERTIES, OWN),
    ("GET", f"{PROPERTIES}/own", None),
    ("PATCH", f"{PROPERTIES}/own", {"label": "Mine"}),
    ("POST", f"{PROPERTIES}/batch/create", {"inputs": [OWN | {"name": "two"}]}),
    ("POST", f"{PROPERTIES}/batch/read", {"inputs": [{"name": "own"}]}),
    ("POST", f"{PROPERTIES}/batch/archive", {"inputs": [{"name": "two"}]}),
    ("DELETE", f"{PROPERTIES}/own", None),
    ("POST", f"{PROPERTIES}/groups", {"name": "saldo", "label": "Saldo"}),
    ("GET", f"{PROPERTIES}/groups", None),
    ("GET", f"{PROPERTIES}/groups/saldo", None),
    ("PATCH", f"{PROPERTIES}/groups/saldo", {"label": "Books"}),
    ("DELETE", f"{PROPERTIES}/groups/saldo", None),
    ("GET", "/crm/pipelines/2026-03/deals", None),
    ("GET", "/crm/pipelines/2026-03/deals/default", None),
    ("GET", "/crm/pipelines/2026-03/deals/default/stages", None),
    ("GET", "/crm/pipelines/2026-03/deals/default/stages/closedwon", None),
    ("GET", "/crm/owners/2026-03", None),
    ("GET", "/crm/owners/2026-03/70001", None),
    ("GET", "/tax-rates/2026-03/tax-rates", None),
    ("GET", "/tax-rates/2026-03/tax-rates/81001", None),
    ("GET", "/settings/currencies/2026-03/codes", None),
    ("GET", "/settings/currencies/2026-03/company-currency", None),
    ("GET", "/account-info/2026-03/details", None),
    ("DELETE", "/appinstalls/2026-03/external-install", None),
]


def test_successes_have_the_documented_status(account: Account) -> None:
    account.hubspot.add_contact(email="a@example.org")
    account.hubspot.add_company(name="Acme")
    account.hubspot.add_tax_rate("VAT", "21")
    known = operations()
    proved = set()

    for method, path, body in SUCCEEDING:
        answer = account.call(method, path, json=body)
        route, _, _ = find_route(method, path)
        assert route is not None
        proved.add(route)
        (row,) = [known[method, p] for p in paths(route) if (method, p) in known][-1:]
        first = row["responses"].split()[0]
        assert first.partition("=")[0] == str(answer.status_code), (method, path, answer.text)
        assert bool(answer.content) is (not first.endswith("=-")), (method, path)

    left = {route for route in claimed() if route not in proved and route.family != "oauth"}
    assert left == set()


PART = {"hs_type": "FIXED", "hs_value": "1"}
# What a record of each type is made with.
MINIMAL: dict[str, dict[str, str]] = {
    "deals": {"dealname": "Chairs", "dealstage": "closedwon"},
    "quotes": {"hs_title": "Chairs", "hs_expiration_date": "2026-12-01"},
    "notes": {"hs_timestamp": "2026-11-02T09:00:00Z"},
    "line_items": {"name": "Chair", "price": "40", "quantity": "1"},
    "invoices": {"hs_currency": "EUR"},
    "commerce_payments": {
        "hs_initial_amount": "1",
        "hs_initiated_date": "2026-11-02T09:00:00Z",
    },
    "discounts": PART,
    "fees": PART,
    "taxes": PART,
}


def own_calls(object_type: str, record: str, spare: str) -> list[tuple[str, str, Any]]:
    """The calls on one object type, with what succeeds on it."""
    path, new = f"{OBJECTS}/{object_type}", {"properties": MINIMAL[object_type]}
    upsert = {"id": "7", "idProperty": "books_id"} | new
    return [
        ("POST", path, new | {"associations": []}),
        ("GET", path, None),
        ("GET", f"{path}/{record}", None),
        ("PATCH", f"{path}/{record}", new),
        ("POST", f"{path}/search", {}),
        ("POST", f"{path}/batch/read", {"inputs": [{"id": record}]}),
        ("POST", f"{path}/batch/create", {"inputs": [new]}),
        ("POST", f"{path}/batch/update", {"inputs": [{"id": record} | new]}),
        ("POST", f"{path}/batch/upsert", {"inputs": [upsert]}),
        ("POST", f"{path}/batch/archive", {"inputs": [{"id": spare}]}),
        ("DELETE", f"{path}/{record}", None),
    ]


def specified(known: dict[tuple[str, str], dict[str, str]], path: str) -> str:
    """The path as the specification has it: that of deals names their type's id."""
    is_named = any(one == path for _, one in known)
    return path if is_named else path.replace("/deals", "/0-3")


@pytest.mark.parametrize("object_type", MINIMAL)
def test_each_object_type_answers_as_its_own_specification_says(
    account: Account, object_type: str
) -> None:
    known = operations()
    group = account.hubspot.crm.stores[object_type].definition.groups[0].name
    own = OWN | {"name": "books_id", "groupName": group, "hasUniqueValue": True}
    account.hubspot.add_property(object_type, own)
    record, spare = (account.hubspot.add(object_type, **MINIMAL[object_type]) for _ in range(2))

    for method, path, body in own_calls(object_type, record, spare):
        answer = account.call(method, path, json=body)
        row = known[method, specified(known, path.replace(f"/{record}", "/*"))]
        first = row["responses"].split()[0]
        assert first.partition("=")[0] == str(answer.status_code), (method, path, answer.text)
        schema = first.partition("=")[2]
        if schema != "-":
            assert lacking(schema, answer.json()) == set(), (method, path)


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
    account.hubspot.add_tax_rate("VAT", "21")
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
    rates = account.get("/tax-rates/2026-03/tax-rates").json()
    currency = account.get("/settings/currencies/2026-03/company-currency").json()
    codes = account.get("/settings/currencies/2026-03/codes").json()
    assert lacking("CollectionResponsePublicTaxRateGroupForwardPaging", rates) == set()
    assert lacking("PublicTaxRateGroup", rates["results"][0]) == set()
    assert lacking("CompanyCurrency", currency) == set()
    assert lacking("CurrencyCodeInfo", codes["results"][0]) == set()
    assert lacking("PropertyGroup", groups[0]) == set()
    assert lacking("Pipeline", pipeline) == set()
    assert lacking("PipelineStage", pipeline["stages"][0]) == set()
    assert lacking("PublicOwner", owners[0]) == set()
    assert lacking("PortalInformationResponse", details) == set()
    assert lacking("PublicAccessTokenInfoResponse", info.json()) == set()
    assert lacking("SignedAccessToken", info.json()["signed_access_token"]) == set()
    assert lacking("Error", error) == set()
