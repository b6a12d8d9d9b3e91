"""The resources agree with the published field lists, where those are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.exact.catalogue import RESOURCES
from integrations.sandbox.exact.fields import Edm, Field

ROOT = Path(__file__).resolve().parents[2]
LISTS = ROOT.parent / "shared" / "specs" / "exact" / "exact-online-entities.json"
pytestmark = pytest.mark.skipif(
    not LISTS.exists(), reason="the published field lists are not beside the project"
)
TYPES = {
    Edm.GUID: "Edm.Guid",
    Edm.STRING: "Edm.String",
    Edm.BOOLEAN: "Edm.Boolean",
    Edm.BYTE: "Edm.Byte",
    Edm.INT16: "Edm.Int16",
    Edm.INT32: "Edm.Int32",
    Edm.INT64: "Edm.Int64",
    Edm.DOUBLE: "Edm.Double",
    Edm.DATETIME: "Edm.DateTime",
    Edm.BINARY: "Edm.Binary",
}
# The page marks both, and says in words that one of them is enough.
ONE_OF_TWO = {("crm/Contacts", "FirstName"), ("crm/Contacts", "LastName")}
# A price of nothing, or for nobody, is refused; the page marks no field at all.
OURS = {
    ("logistics/SalesItemPrices", "Item"),
    ("logistics/SalesItemPrices", "Price"),
    ("crm/Addresses", "Account"),
    # A line on its own must say which document it belongs to.
    ("salesinvoice/SalesInvoiceLines", "InvoiceID"),
    ("salesentry/SalesEntryLines", "EntryID"),
}
# Marked as mandatory, yet derived from the item or its group.
DERIVED = {("salesinvoice/SalesInvoiceLines", "GLAccount")}
# Documented as read-only, yet recordings show that a POST keeps it.
KEPT = {("salesinvoice/SalesInvoices", "InvoiceDate")}
# One of the two sources names no verbs, and the other does not have these.
NO_VERBS = {"system/Users", "read/sync/Sync/SyncTimestamp"}
# Documented with a PUT that is refused in practice.
NO_PUT = {"webhooks/WebhookSubscriptions"}


def published() -> dict[str, Any]:
    if not LISTS.exists():
        return {}
    found: dict[str, Any] = json.loads(LISTS.read_text())["entities"]
    return found


PUBLISHED = published()
CHECKED = sorted(RESOURCES)
WRITABLE = [path for path in CHECKED if "POST" in RESOURCES[path].methods]


@pytest.mark.parametrize("path", CHECKED)
def test_the_fields_are_the_published_ones(path: str) -> None:
    assert RESOURCES[path].fields.keys() == PUBLISHED[path]["fields"].keys()
    assert RESOURCES[path].key == PUBLISHED[path]["key"]


@pytest.mark.parametrize("path", CHECKED)
def test_the_types_are_the_published_ones(path: str) -> None:
    wrong = {
        name: (field.type, wanted)
        for name, field in RESOURCES[path].fields.items()
        if (wanted := PUBLISHED[path]["fields"][name].get("type"))
        and not wanted.startswith("Collection")
        and TYPES.get(field.type) != wanted
    }

    assert wrong == {}


def access(field: Field) -> str:
    verbs = ["read", *(["post"] if field.in_post else []), *(["put"] if field.in_put else [])]
    return "/".join(verbs)


@pytest.mark.parametrize("path", WRITABLE)
def test_what_can_be_written_is_what_is_published(path: str) -> None:
    wrong = {
        name: (access(field), wanted)
        for name, field in RESOURCES[path].fields.items()
        if (wanted := PUBLISHED[path]["fields"][name].get("access"))
        and not field.is_key
        and (path, name) not in KEPT
        and access(field) != wanted
    }

    assert wrong == {}


@pytest.mark.parametrize("path", WRITABLE)
def test_mandatory_fields_are_mandatory(path: str) -> None:
    wanted = {name for name, field in PUBLISHED[path]["fields"].items() if field.get("mandatory")}
    ours = {name for name, field in RESOURCES[path].fields.items() if field.mandatory}

    assert {(path, name) for name in wanted ^ ours} <= ONE_OF_TWO | OURS | DERIVED


@pytest.mark.parametrize("path", [path for path in CHECKED if path not in NO_VERBS])
def test_the_verbs_are_the_published_ones(path: str) -> None:
    wanted = set(PUBLISHED[path]["methods"]) - ({"PUT"} if path in NO_PUT else set())

    ours = RESOURCES[path].methods

    # Divisions can be deleted by an accountant's office; nobody can here.
    assert ours == wanted or wanted - ours == {"DELETE"}
    assert RESOURCES[path].scope in (PUBLISHED[path]["app_scope"], "")
