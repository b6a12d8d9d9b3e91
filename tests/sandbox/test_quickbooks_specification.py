"""The entity definitions agree with the published field table, where that is at hand."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from integrations.sandbox.quickbooks.entities import ENTITIES
from integrations.sandbox.quickbooks.fields import LINES_TOGETHER, Field, Kind

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT.parent / "shared" / "specs" / "quickbooks" / "entity-fields.csv"
pytestmark = pytest.mark.skipif(
    not TABLE.exists(), reason="the published field table is not beside the project"
)
CHECKED = ("Account", "Class", "CompanyInfo", "CreditMemo", "Customer", "Department", "Deposit",
           "Estimate", "Invoice", "Item", "Payment", "PaymentMethod", "RefundReceipt", "TaxCode",
           "TaxRate", "Term")  # fmt: skip
# Where the table contradicts itself or the provider's other pages.
NOT_REQUIRED = {
    ("Item", "ItemCategoryType"),
    # Missing, it is refused by a rule of its own (6000), not as a missing parameter.
    ("Payment", "TotalAmt"),
}
OTHERWISE = {
    # "16 chars" stands at the reference; it is three letters.
    ("Customer", "CurrencyRef"),
    ("Account", "AcctNum"),
}


def rows(entity: str) -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["entity"] == entity]


def field_at(entity: str, path: str) -> Field | None:
    """The definition of a path such as BillAddr.City; None where only the service writes."""
    # "<SalesItemLine>" names one kind of line; it is no member.
    first, *rest = (name for name in path.split(".") if not name.startswith("<"))
    field = ENTITIES[entity].fields[first]
    for name in rest:
        if field.kind is Kind.REFERENCE or field.read_only:
            return None
        field = field.parts[name]
    return field


@pytest.mark.parametrize("entity", CHECKED)
def test_every_published_field_is_known(entity: str) -> None:
    names = {row["field"].split(".")[0] for row in rows(entity)}

    assert names - ENTITIES[entity].fields.keys() == set()
    for row in rows(entity):
        field_at(entity, row["field"])


def length_of(field: Field) -> int | None:
    """The limit of a text, or of the text that an e-mail, telephone or link consists of."""
    return field.longest if not field.parts else next(iter(field.parts.values())).longest


@pytest.mark.parametrize("entity", CHECKED)
def test_lengths_are_the_published_ones(entity: str) -> None:
    compared = 0
    for row in rows(entity):
        limit = re.search(r"(\d+) char", row["max_length_or_range"])
        field = field_at(entity, row["field"])
        if not limit or field is None or field.read_only or (entity, row["field"]) in OTHERWISE:
            continue
        longest = (
            field.longest if field.kind is Kind.TEXT else next(iter(field.parts.values())).longest
        )
        assert longest == int(limit[1]), row["field"]
        compared += 1
    assert compared or entity == "TaxRate"


@pytest.mark.parametrize("entity", ["CreditMemo", "Deposit", "Invoice", "Payment"])
def test_amounts_have_fifteen_digits_of_which_five_are_decimals(entity: str) -> None:
    compared = 0
    for row in rows(entity):
        field = field_at(entity, row["field"])
        if "10.5" in row["max_length_or_range"] and field is not None:
            assert field.highest == 9999999999.99999, row["field"]
            compared += 1

    assert compared


def test_address_lines_have_a_limit_together() -> None:
    limits = {row["max_length_or_range"] for row in rows("Customer") if "Line1" in row["field"]}

    assert all(f"combined max of {LINES_TOGETHER} chars" in limit for limit in limits)


@pytest.mark.parametrize("entity", CHECKED)
def test_required_fields_are_required(entity: str) -> None:
    published = {row["field"] for row in rows(entity) if row["requirement"] == "required"}
    required = {path for path in published if "." not in path}
    required -= {name for owner, name in NOT_REQUIRED if owner == entity}

    ours = {field.name for field in ENTITIES[entity].fields.values() if field.required}

    assert required <= ours


@pytest.mark.parametrize("entity", CHECKED)
def test_fields_the_service_writes_are_not_ours_to_write(entity: str) -> None:
    own = {"Id", "SyncToken", "CurrencyRef"}
    published = {row["field"] for row in rows(entity) if row["read_only"] == "yes"} - own

    writable = [
        path
        for path in published
        if "." not in path and not ENTITIES[entity].fields[path].read_only
    ]

    assert writable == []
