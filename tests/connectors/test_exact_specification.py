"""The fields agree with the published field lists, where those are at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.divisions import COLUMNS, RESOURCE
from integrations.connectors.exact.fields import FieldSpec
from integrations.connectors.exact.lists import LISTS, USERS
from integrations.connectors.exact.objects import DEFINITIONS
from integrations.connectors.exact.prices import RESOURCE as PRICES
from integrations.connectors.exact.prices import SYNC
from integrations.connectors.exact.records import columns_for
from integrations.contract import FieldType

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT.parent / "shared" / "specs" / "exact" / "exact-online-entities.json"
pytestmark = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the published field lists are not beside the project"
)
TYPES = {
    FieldType.TEXT: {"Edm.String", "Edm.Guid", "Edm.Int32"},
    FieldType.CHOICE: {"Edm.String", "Edm.Guid", "Edm.Int32", "Edm.Int16"},
    FieldType.REFERENCE: {"Edm.Guid"},
    FieldType.NUMBER: {"Edm.Double", "Edm.Int32", "Edm.Int16"},
    FieldType.MONEY: {"Edm.Double"},
    FieldType.BOOLEAN: {"Edm.Boolean", "Edm.Byte"},
    FieldType.DATE: {"Edm.DateTime"},
    FieldType.DATETIME: {"Edm.DateTime"},
}


def published(resource: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PUBLISHED.read_text())["entities"][resource]["fields"]
    return found


def plain(definition: Definition) -> list[FieldSpec]:
    """Fields that are one column, read and written as it is."""
    return [spec for spec in definition.specs if spec.read is None and len(spec.columns) == 1]


CASES = [pytest.param(definition, id=name) for name, definition in DEFINITIONS.items()]


@pytest.mark.parametrize("definition", CASES)
def test_every_column_is_published(definition: Definition) -> None:
    columns = set(columns_for(definition, [*definition.by_name]))
    there = published(definition.resource)

    assert columns - there.keys() == set()


@pytest.mark.parametrize("definition", CASES)
def test_types_and_access_are_those_published(definition: Definition) -> None:
    there = published(definition.resource)
    for spec in plain(definition):
        told, field = there[spec.column], spec.field
        assert told["type"] in TYPES[field.type], field.name
        assert (told["type"] == "Edm.Byte") == spec.is_byte, field.name
        access = (told.get("access") or "").split("/")
        assert not field.creatable or "post" in access, field.name
        assert not field.updatable or "put" in access, field.name


@pytest.mark.parametrize("definition", [case for case in CASES if case.values[0].sync])  # type: ignore[union-attr] # a definition
def test_the_feed_has_every_column_of_its_records(definition: Definition) -> None:
    if definition.feed is not None and definition.expand:
        pytest.skip("Its feed only tells which documents to read.")
    there = published(definition.sync)
    wanted = {column for spec in definition.specs for column in spec.columns}

    assert wanted - there.keys() == set()
    assert "Timestamp" in there


def test_what_lists_divisions_and_prices_read_is_published() -> None:
    for live in (*LISTS.values(), USERS):
        assert {live.value, *live.columns} <= published(live.resource).keys(), live.resource
    assert set(COLUMNS) <= published(RESOURCE).keys()
    assert {"Item", "Price", "Currency", "Unit", "Quantity"} <= published(PRICES).keys()
    assert "Timestamp" in published(SYNC)
