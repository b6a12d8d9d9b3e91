"""The query language: what it finds, in which order, and what it refuses."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.sandbox.quickbooks_calls import Caller, caller, error_of

HOUR = 3600


@pytest.fixture(scope="module")
def books() -> Iterator[Caller]:
    """Five customers an hour apart, one of them inactive, and three items."""
    with caller() as found:
        hand = found.books
        hand.add_customer(DisplayName="Adam's Candy Shop", Email="Adam@Candy.example")
        found.clock.advance(HOUR)
        hand.add_customer(DisplayName="Back\\slash", GivenName="Bo", Balance=10)
        found.clock.advance(HOUR)
        hand.add_customer(DisplayName="Çelik", GivenName="Can", Balance=9.5)
        found.clock.advance(HOUR)
        hand.add_customer(DisplayName="Dora", CompanyName="Dora Ltd", Balance=100)
        found.clock.advance(HOUR)
        hand.add_customer(DisplayName="Eve", Email="eve@mail.example")
        hand.deactivate("Customer", "5")
        for name, sku in (("Hammer", "H-1"), ("Nail", None), ("Screw", "S-1")):
            hand.add_item(Name=name, Sku=sku, UnitPrice=2)
        found.wait(0)
        yield found


ADAM, BO, CAN, DORA = "Adam's Candy Shop", "Back\\slash", "Çelik", "Dora"

# UPDATED stands for MetaData.LastUpdatedTime.
STATEMENTS = [
    pytest.param("SELECT * FROM Customer", [DORA, CAN, BO, ADAM], id="newest id first"),
    pytest.param("select * from Customer orderby DisplayName", [ADAM, BO, DORA, CAN],
                 id="keywords in small letters"),
    pytest.param("SELECT * FROM Customer ORDERBY DisplayName DESC", [CAN, DORA, BO, ADAM],
                 id="descending"),
    pytest.param("SELECT * FROM Customer ORDERBY Id ASC", [ADAM, BO, CAN, DORA], id="by id"),
    pytest.param("SELECT * FROM Customer ORDER BY Id", [ADAM, BO, CAN, DORA],
                 id="two words, as published clients send"),
    pytest.param("SELECT * FROM Customer ORDERBY UPDATED STARTPOSITION 2 MAXRESULTS 2",
                 [BO, CAN], id="a page by time"),
    pytest.param("SELECT * FROM Customer ORDERBY UPDATED DESC STARTPOSITION 2 MAXRESULTS 2",
                 [CAN, BO], id="a page by time backwards"),
    pytest.param("SELECT * FROM Customer STARTPOSITION 4 MAXRESULTS 1000", [ADAM],
                 id="the last page"),
    pytest.param("SELECT * FROM Customer STARTPOSITION 5", [], id="past the end"),
    pytest.param("SELECT * FROM Customer WHERE Active = false", ["Eve (deleted)"], id="inactive"),
    pytest.param("SELECT * FROM Customer WHERE Active IN (true, false) AND Id = '5'",
                 ["Eve (deleted)"], id="active or not"),
    pytest.param("SELECT * FROM Customer WHERE Id = '5'", [], id="active ones only by id too"),
    pytest.param("SELECT * FROM Customer WHERE Id IN ('1', '3', '77')", [CAN, ADAM], id="by ids"),
    pytest.param(r"SELECT * FROM Customer WHERE DisplayName = 'adam\'s candy shop'", [ADAM],
                 id="apostrophe, capitals apart"),
    pytest.param(r"SELECT * FROM Customer WHERE DisplayName = 'back\\slash'", [BO],
                 id="backslash"),
    pytest.param("SELECT * FROM Customer WHERE PrimaryEmailAddr = 'ADAM@candy.EXAMPLE'", [ADAM],
                 id="by e-mail"),
    pytest.param("SELECT * FROM Customer WHERE PrimaryEmailAddr IN ('x', 'adam@candy.example')",
                 [ADAM], id="by e-mails"),
    pytest.param("SELECT * FROM Customer WHERE DisplayName LIKE '%a%' ORDERBY DisplayName",
                 [ADAM, BO, DORA], id="like"),
    pytest.param("SELECT * FROM Customer WHERE DisplayName LIKE 'D_ra'", [],
                 id="only the per cent sign is a wildcard"),
    pytest.param("SELECT * FROM Customer WHERE Balance > '9.5' ORDERBY Id", [BO, DORA],
                 id="numbers are compared as numbers"),
    pytest.param("SELECT * FROM Customer WHERE Balance >= '9.50' AND GivenName = 'can'", [CAN],
                 id="and"),
    pytest.param("SELECT * FROM Customer WHERE UPDATED >= '2026-07-01T14:00:00Z'",
                 [DORA, CAN], id="since, in UTC"),
    pytest.param("SELECT * FROM Customer WHERE UPDATED > '2026-07-01T07:00:00-07:00'", [DORA],
                 id="after, with an offset"),
    pytest.param("SELECT * FROM Customer WHERE UPDATED < '2026-07-01T06:00:00'", [ADAM],
                 id="without an offset it is Pacific time"),
    pytest.param("SELECT * FROM Customer WHERE UPDATED >= '2026-07-01T13:00:00Z' AND "
                 "UPDATED < '2026-07-01T15:00:00Z' ORDERBY UPDATED", [BO, CAN],
                 id="within a window"),
    pytest.param("SELECT * FROM Customer WHERE Metadata.CreateTime >= '2026-07-01T15:00:00Z'",
                 [DORA], id="by time of creation, field name in other letters"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS)
def test_a_query_finds(books: Caller, statement: str, expected: list[str]) -> None:
    assert books.names(statement.replace("UPDATED", "MetaData.LastUpdatedTime")) == expected


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("SELECT COUNT(*) FROM Customer", 4),
        ("SELECT COUNT(*) FROM Customer WHERE Active IN (true, false)", 5),
        ("select count(*) from Customer where DisplayName like 'D%'", 1),
        (
            "SELECT COUNT(*) FROM Customer WHERE MetaData.LastUpdatedTime > '2026-07-01T13:00:00Z'",
            2,
        ),
        ("SELECT COUNT(*) FROM Invoice", 0),
    ],
)
def test_a_count_is_answered_as_total(books: Caller, statement: str, count: int) -> None:
    assert books.query(statement) == {"totalCount": count}


def test_a_page_says_where_it_starts_and_how_long_it_is(books: Caller) -> None:
    page = books.query("SELECT * FROM Customer STARTPOSITION 2 MAXRESULTS 2")

    assert (page["startPosition"], page["maxResults"], page["totalCount"]) == (2, 2, 2)


def test_the_entity_key_is_absent_when_nothing_matches(books: Caller) -> None:
    assert books.query("SELECT * FROM Customer WHERE Id = '77'") == {}


def test_the_sku_comes_only_when_it_is_named(books: Caller) -> None:
    without = books.query("SELECT * FROM Item ORDERBY Name")["Item"]
    found = books.query("SELECT *, Sku FROM Item ORDERBY Name")["Item"]

    assert [item.get("Sku") for item in without] == [None, None, None]
    assert [item.get("Sku") for item in found] == ["H-1", None, "S-1"]


def test_a_hundred_rows_come_unless_more_are_asked_for() -> None:
    with caller("300") as found:
        assert len(found.query("SELECT * FROM Customer")["Customer"]) == 100
        assert len(found.query("SELECT * FROM Customer MAXRESULTS 1000")["Customer"]) == 300


def test_a_search_by_value_follows_changes() -> None:
    ask = "SELECT * FROM Customer WHERE PrimaryEmailAddr = '{}'"
    with caller() as found:
        number = found.books.add_customer(DisplayName="Anna", Email="old@mail.example")
        assert found.names(ask.format("old@mail.example")) == ["Anna"]
        found.books.update("Customer", number, Email="new@mail.example")
        found.books.add_customer(DisplayName="Ben", Email="NEW@mail.example")

        assert found.names(ask.format("old@mail.example")) == []
        assert found.names(ask.format("new@mail.example")) == ["Ben", "Anna"]
        rows = [{"DisplayName": "Carla", "Email": "new@mail.example"}]
        found.books.load("Customer", rows, [1_700_000_000])
        assert len(found.names(ask.format("new@mail.example"))) == 3


def test_a_time_may_equal_and_numbers_be_listed(books: Caller) -> None:
    equal = "SELECT * FROM Customer WHERE MetaData.LastUpdatedTime = '2026-07-01T14:00:00Z'"
    listed = "SELECT * FROM Customer WHERE Balance IN ('10.0', '100') ORDERBY Id"

    assert books.names(equal) == [CAN]
    assert books.names(listed) == [BO, DORA]


def test_a_statement_can_be_posted_as_text(books: Caller) -> None:
    headers = {"Content-Type": "application/text"}
    statement = "SELECT * FROM Customer WHERE DisplayName = 'Çelik'".encode()

    answer = books.session.post(f"{books.base}/query", statement, headers=headers, timeout=10)

    assert answer.json()["QueryResponse"]["Customer"][0]["DisplayName"] == "Çelik"


def test_a_posted_statement_must_say_that_it_is_text(books: Caller) -> None:
    answer = books.session.post(f"{books.base}/query", b"SELECT * FROM Customer", timeout=10)

    assert error_of(answer)["code"] == "1050"


REFUSED = [
    pytest.param("SELECT", "4000", "<EOF>", id="nothing selected"),
    pytest.param("SELECT Id FROM Customer", "4000", '"Id"', id="fields without the star"),
    pytest.param("SELECT * FROM Customer WHERE Id = '1' OR Id = '2'", "4000", '"OR"', id="or"),
    pytest.param("SELECT * FROM Customer, Item", "4000", '","', id="join"),
    pytest.param("SELECT * FROM Customer GROUP BY Id", "4000", '"GROUP"', id="group"),
    pytest.param("SELECT * FROM Customer WHERE DisplayName = 'Adam's'", "4000", "column 51",
                 id="apostrophe not escaped"),
    pytest.param("SELECT * FROM Customer WHERE DisplayName = \"Dora\"", "4000", '"', id="quotes"),
    pytest.param("SELECT * FROM Customer WHERE Balance > 5", "4000", '"5"', id="bare number"),
    pytest.param("SELECT * FROM Customer WHERE Id != '5'", "4000", '"!"', id="unlike"),
    pytest.param("SELECT * FROM Customer WHERE Id IN ()", "4000", '")"', id="empty list"),
    pytest.param("SELECT * FROM Customer MAXRESULTS 5 STARTPOSITION 1", "4000", "STARTPOSITION",
                 id="clauses in the wrong order"),
    pytest.param("SELECT * FROM Customer MAXRESULTS -1", "4000", '"-"', id="negative"),
    pytest.param("SELECT * FROM Customer STARTPOSITION 0", "4001", "startPosition", id="zeroth"),
    pytest.param("SELECT * FROM Customer MAXRESULTS 0", "4001", "maxResults", id="no rows"),
    pytest.param("SELECT * FROM Customer MAXRESULTS 1001", "4001", "1000", id="too many rows"),
    pytest.param("SELECT * FROM Unicorn", "4001", "Unicorn", id="unknown entity"),
    pytest.param("SELECT * FROM Customer WHERE Hat = 'x'", "4001",
                 "Property Hat not found for Entity Customer", id="unknown field"),
    pytest.param("SELECT * FROM Customer WHERE Notes = 'x'", "4001",
                 "property 'Notes' is not queryable", id="field not queryable"),
    pytest.param("SELECT * FROM Vendor WHERE PrimaryEmailAddr = 'x'", "4001",
                 "property 'PrimaryEmailAddr' is not queryable", id="vendors' e-mail"),
    pytest.param("SELECT * FROM Item WHERE Sku = 'x'", "4001", "'Sku' is not queryable",
                 id="items' SKU"),
    pytest.param("SELECT * FROM Customer ORDERBY Notes", "4001", "not queryable",
                 id="order by what is not queryable"),
    pytest.param("SELECT *, Hat FROM Item", "4001", "Hat", id="unknown extra field"),
    pytest.param("SELECT * FROM Customer WHERE Id > '5'", "4001", "'Id'", id="ids are not ordered"),
    pytest.param("SELECT * FROM Customer WHERE Id LIKE '5%'", "4001", "'Id'", id="ids are whole"),
    pytest.param("SELECT * FROM Customer WHERE Active = 'perhaps'", "4001", "perhaps",
                 id="no truth value"),
    pytest.param("SELECT * FROM Customer WHERE Balance > 'much'", "4001", "much", id="no number"),
    pytest.param("SELECT * FROM Customer WHERE UPDATED > '2026-01-15T10:00:00 00:00'", "4001",
                 "Invalid date", id="a plus sign that was not encoded"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "code", "words"), REFUSED)
def test_a_wrong_statement_is_refused(books: Caller, statement: str, code: str, words: str) -> None:
    answer = books.get("/query", query=statement.replace("UPDATED", "MetaData.LastUpdatedTime"))

    assert answer.status_code == 400
    error = error_of(answer)
    assert error["code"] == code
    prefix = {"4000": "QueryParserError: ", "4001": "QueryValidationError: "}[code]
    assert error["Detail"].startswith(prefix)
    assert words in error["Detail"]


PAGE_AT = (
    "SELECT * FROM Customer WHERE MetaData.LastUpdatedTime >= '2020-01-01T00:00:00Z' "
    "AND MetaData.LastUpdatedTime <= '2026-07-01T00:00:00Z' "
    "ORDERBY MetaData.LastUpdatedTime STARTPOSITION "
)


def test_a_whole_list_is_read_in_quick_pages_that_skip_nothing() -> None:
    with caller("20000") as found:
        started = time.perf_counter()
        pages = [found.query(PAGE_AT + f"{n} MAXRESULTS 1000") for n in range(1, 20_000, 1000)]
        spent = time.perf_counter() - started

        assert len({row["Id"] for page in pages for row in page["Customer"]}) == 20_000
        # Twenty pages, read and decoded; a scan of every record a page would take far longer.
        assert spent < 5
