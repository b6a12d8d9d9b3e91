"""Documents are definitions too: lines, totals, deleting and voiding, shown on an invented one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.sandbox.quickbooks import entities
from integrations.sandbox.quickbooks.drafts import Draft
from integrations.sandbox.quickbooks.fields import (
    COMMON,
    Entity,
    Field,
    Kind,
    number,
    read_only,
    reference,
    table,
    text,
)
from tests.sandbox.quickbooks_calls import Caller, caller, error_of


def add_up(draft: Draft) -> None:
    draft.after["TotalAmt"] = sum(line.get("Amount", 0) for line in draft.after["Line"])


def take_away(draft: Draft) -> None:
    draft.after["Line"] = [line | {"Amount": 0} for line in draft.after["Line"]]
    draft.after["PrivateNote"] = f"Voided {draft.after.get('PrivateNote', '')}".strip()
    add_up(draft)


LINE = Field(
    "Line",
    Kind.LIST,
    required=True,
    parts=table(number("Amount"), text("Description", 4000), reference("ItemRef", "Item")),
)
SLIP = Entity(
    name="Slip",
    fields=table(
        *COMMON,
        reference("CustomerRef", "Customer", required=True),
        LINE,
        text("PrivateNote", 4000),
        read_only("TotalAmt", Kind.NUMBER),
    ),
    deletable=True,
    void=take_away,
    rules=(add_up,),
    queryable=frozenset({"Id", "TotalAmt", "CustomerRef"}),
    webhooks=frozenset({"Create", "Update", "Delete", "Void"}),
)


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    monkeypatch.setitem(entities.ENTITIES, "Slip", SLIP)
    monkeypatch.setitem(entities.BY_PATH, "slip", SLIP)
    with caller() as found:
        found.books.add_customer(DisplayName="Anna")
        found.books.add_item(Name="Hours")
        yield found


def slip(books: Caller, *amounts: float) -> dict[str, Any]:
    item = next(iter(books.books.items))
    lines = [{"Amount": amount, "ItemRef": {"value": item}} for amount in amounts]
    return books.create("Slip", CustomerRef={"value": "1"}, Line=lines)


def test_lines_are_checked_resolved_and_added_up(books: Caller) -> None:
    made = slip(books, 10, 2.5)

    assert made["TotalAmt"] == 12.5
    assert made["CustomerRef"] == {"value": "1", "name": "Anna"}
    assert made["Line"][0]["ItemRef"]["name"] == "Hours"


@pytest.mark.parametrize(
    ("line", "code", "element"),
    [
        ({"Amount": "much"}, "2100", "Line.Amount"),
        ({"Amount": 1, "ItemRef": {"value": "99"}}, "2500", "Line.ItemRef"),
        ({"Amount": 1, "Colour": "red"}, "2010", "failed to parse json object"),
    ],
)
def test_a_wrong_line_is_refused(
    books: Caller, line: dict[str, Any], code: str, element: str
) -> None:
    answer = books.post("/slip", {"CustomerRef": {"value": "1"}, "Line": [line]})

    assert (error_of(answer)["code"], error_of(answer)["element"]) == (code, element)


def test_lines_that_are_sent_replace_all_lines(books: Caller) -> None:
    made = slip(books, 10, 20, 30)
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Line": [{"Amount": 5}]}

    updated = books.post("/slip", body).json()["Slip"]

    assert updated["Line"] == [{"Amount": 5}]
    assert updated["TotalAmt"] == 5


def test_a_deleted_document_is_gone_and_captured_after_the_live_ones(books: Caller) -> None:
    gone, left = slip(books, 10), slip(books, 20)
    body = {"Id": gone["Id"], "SyncToken": "0"}
    stale = books.post("/slip?operation=delete", body | {"SyncToken": "7"})

    answer = books.post("/slip?operation=delete", body)

    assert error_of(stale)["code"] == "5010"
    assert answer.json()["Slip"] == {"domain": "QBO", "status": "Deleted", "Id": gone["Id"]}
    lost = error_of(books.get(f"/slip/{gone['Id']}"))
    assert (lost["code"], lost["Detail"][-25:]) == ("610", "deleted this transaction.")
    capture = books.get("/cdc", entities="Slip", changedSince="2026-07-01T12:00:00Z").json()
    [part] = capture["CDCResponse"][0]["QueryResponse"]
    assert [row["Id"] for row in part["Slip"]] == [left["Id"], gone["Id"]]
    assert part["Slip"][1] == {
        "domain": "QBO",
        "status": "Deleted",
        "Id": gone["Id"],
        "MetaData": {"LastUpdatedTime": "2026-07-01T05:00:00-07:00"},
    }


def test_a_snapshot_remembers_what_was_deleted(books: Caller) -> None:
    gone = slip(books, 10)
    books.post("/slip?operation=delete", {"Id": gone["Id"], "SyncToken": "0"})

    books.books.restore(json.loads(json.dumps(books.books.snapshot())))

    capture = books.get("/cdc", entities="Slip", changedSince="2026-07-01T12:00:00Z").json()
    assert capture["CDCResponse"][0]["QueryResponse"][0]["Slip"][0]["status"] == "Deleted"


@pytest.mark.parametrize("query", ["operation=void", "operation=update&include=void"])
def test_a_voided_document_stays_with_its_amounts_gone(books: Caller, query: str) -> None:
    made = slip(books, 10, 20)

    answer = books.post(f"/slip?{query}", {"Id": made["Id"], "SyncToken": "0", "sparse": True})

    voided = answer.json()["Slip"]
    assert (voided["TotalAmt"], voided["PrivateNote"], voided["SyncToken"]) == (0, "Voided", "1")
    assert len(voided["Line"]) == 2


def test_documents_are_deleted_and_voided_in_batches_too(books: Caller) -> None:
    first, second = slip(books, 10), slip(books, 20)

    answers = books.batch(
        {"bId": "1", "operation": "delete", "Slip": {"Id": first["Id"], "SyncToken": "0"}},
        {"bId": "2", "operation": "update", "optionsData": "void",
         "Slip": {"Id": second["Id"], "SyncToken": "0"}},
    )  # fmt: skip

    assert answers["1"]["Slip"]["status"] == "Deleted"
    assert answers["2"]["Slip"]["TotalAmt"] == 0


def test_documents_have_no_inactive_ones_to_leave_out(books: Caller) -> None:
    slip(books, 10)
    slip(books, 20)

    found = books.query("SELECT * FROM Slip WHERE CustomerRef = '1' ORDERBY TotalAmt DESC")

    assert [row["TotalAmt"] for row in found["Slip"]] == [20, 10]
