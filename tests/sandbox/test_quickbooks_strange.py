"""Strange requests: whatever comes, the answer is a documented one and the books stay whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.sandbox.core import HandClock, Request, Response, Setting
from integrations.sandbox.quickbooks.entities import ENTITIES
from integrations.sandbox.quickbooks.provider import QuickBooks
from tests.sandbox.quickbooks_calls import START

MEMBERS = sorted({part for entity in ENTITIES.values() for field in entity.fields.values()
                  for part in field.parts} | {"value", "name", "x"})  # fmt: skip
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(
        st.sampled_from(MEMBERS),
        inside, max_size=2),
    max_leaves=4,
)  # fmt: skip


def fields_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Junk in the fields that an entity really has."""
    return st.dictionaries(st.sampled_from(sorted(ENTITIES[name].fields)), JUNK, max_size=4)


ENTITY_AND_BODY = st.sampled_from(sorted(ENTITIES)).flatmap(
    lambda name: st.tuples(st.just(name), fields_of(name) | JUNK)
)
WORDS = st.sampled_from(
    ["SELECT", "*", ",", "COUNT", "(", ")", "FROM", "Customer", "Item", "WHERE", "AND", "Id", "=",
     "'1'", "IN", "LIKE", "'%a'", "<", "Active", "true", "Balance", "Sku", "ORDERBY", "DESC",
     "MetaData.LastUpdatedTime", "'2026-07-01'", "STARTPOSITION", "MAXRESULTS", "1", "'", "\\"]
)  # fmt: skip


STATEMENT = ["SELECT", "*", "FROM", "Customer"]


class Desk:
    """Books with a little in them, and a way in."""

    def __init__(self) -> None:
        self.books = QuickBooks(Setting(HandClock(START)))
        self.books.add_customer(DisplayName="Anna")
        self.books.add_item(Name="Hours", Sku="H-1")
        self.headers = {
            "authorization": f"Bearer {self.books.access_token()}",
            "accept": "application/json",
            "content-type": "application/json",
        }

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Response:
        asked = {name: [value] for name, value in query.items()}
        sent = b"" if body is None else json.dumps(body).encode()
        whole = f"/v3/company/{self.books.realm}/{path}"
        return self.books.handle(Request(method, whole, asked, self.headers, sent))


def check(answer: Response) -> None:
    assert answer.status in (200, 400)
    if answer.status == 400:
        for error in answer.json()["Fault"]["Error"]:
            assert error["code"].isdigit()
            assert error["Message"]


@settings(max_examples=300, deadline=None)
@given(chosen=ENTITY_AND_BODY)
def test_any_body_is_answered(chosen: tuple[str, Any]) -> None:
    name, body = chosen

    check(Desk().call("POST", name.lower(), body))


@settings(max_examples=200, deadline=None)
@given(changes=fields_of("Customer"), sparse=st.booleans())
def test_any_change_is_answered_and_the_record_stays_readable(
    changes: dict[str, Any], sparse: bool
) -> None:
    desk = Desk()

    answer = desk.call(
        "POST", "customer", changes | {"Id": "1", "SyncToken": "0", "sparse": sparse}
    )

    check(answer)
    found = desk.call("GET", "query", query="SELECT * FROM Customer WHERE Active IN (true, false)")
    [row] = found.json()["QueryResponse"]["Customer"]
    assert row["DisplayName"]
    assert row["SyncToken"] == ("1" if answer.status == 200 else "0")


@settings(max_examples=300, deadline=None)
@given(words=st.lists(WORDS, max_size=14))
def test_any_statement_is_answered(words: list[str]) -> None:
    desk = Desk()

    check(desk.call("GET", "query", query=" ".join(words)))
    check(desk.call("GET", "query", query=" ".join([*STATEMENT, *words])))


ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "bId": JUNK,
        "operation": st.sampled_from(["create", "update", "delete"]) | JUNK,
        "optionsData": st.just("void") | JUNK,
        "Query": JUNK,
        "Customer": fields_of("Customer") | JUNK,
        "Item": fields_of("Item") | JUNK,
    },
)


@settings(max_examples=150, deadline=None)
@given(items=st.lists(ITEMS, max_size=3), requestid=st.text(max_size=40))
def test_any_batch_is_answered(items: list[dict[str, Any]], requestid: str) -> None:
    desk = Desk()

    answer = desk.call("POST", "batch", {"BatchItemRequest": items}, requestid=requestid)

    check(answer)
    if answer.status == 200:
        assert len(answer.json()["BatchItemResponse"]) == len(items)


@settings(max_examples=100, deadline=None)
@given(entities=st.text(max_size=12) | st.just("Customer"), since=st.text(max_size=12))
def test_any_question_for_changes_is_answered(entities: str, since: str) -> None:
    check(Desk().call("GET", "cdc", entities=entities, changedSince=since))


@pytest.mark.parametrize("path", ["customer/", "customer/1/pdf", "customer/../1", "query/x"])
def test_any_path_is_answered(path: str) -> None:
    check(Desk().call("GET", path))
