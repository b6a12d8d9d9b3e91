"""Reading Exact's changes: timestamps, deletions, prices, and divisions that were moved."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from integrations.connectors.exact import cursors
from integrations.connectors.exact.accounts import ACCOUNT
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.feed import Feed, own_stream
from integrations.connectors.exact.payloads import Payload, Rows
from integrations.contract import NotAllowed, RecordState
from tests.connectors.rig import Rig, wired
from tests.connectors.test_exact_times import AMSTERDAM

NAMES = ("Name", "City")
ITEM = ("Code", "Description", "SalesPrice")


@pytest.fixture
def rig() -> Iterator[Rig]:
    with wired("exact") as rig:
        yield rig


def account(rig: Rig, number: int, **fields: Any) -> str:
    return rig.sandbox.exact.add("crm/Accounts", Name=f"Relatie {number}", **fields)


def priced(rig: Rig, code: str, price: float, **fields: Any) -> str:
    item = rig.sandbox.exact.add("logistics/Items", Code=code, Description=f"Item {code}")
    rig.sandbox.exact.add("logistics/SalesItemPrices", Item=item, Price=price, **fields)
    return item


# Deletions


def test_what_was_deleted_is_told_as_gone(rig: Rig) -> None:
    kept, deleted = account(rig, 1), account(rig, 2)
    _, cursor = rig.read_all("account", NAMES)
    rig.sandbox.exact.delete("crm/Accounts", deleted)

    records, cursor = rig.read_all("account", NAMES, cursor)
    again, _ = rig.read_all("account", NAMES, cursor)

    assert [(record.id, record.state) for record in records] == [(deleted, RecordState.GONE)]
    assert again == []
    assert kept != deleted


def test_the_deletion_of_another_kind_of_thing_is_none_of_ours(rig: Rig) -> None:
    account(rig, 1)
    item = rig.sandbox.exact.add("logistics/Items", Code="A", Description="A")
    _, cursor = rig.read_all("account", NAMES)
    rig.sandbox.exact.delete("logistics/Items", item)

    records, _ = rig.read_all("account", NAMES, cursor)

    assert records == []


# Divisions


@pytest.mark.parametrize("how", ["move", "link_hr"])
def test_a_division_that_was_moved_is_read_anew(rig: Rig, how: str) -> None:
    ids = [account(rig, number) for number in range(3)]
    _, cursor = rig.read_all("account", NAMES)
    getattr(rig.sandbox.exact, how)()
    rig.advance(timedelta(days=1, hours=1))

    page = rig.connector.changes("account", cursor, NAMES)

    assert page.anew
    assert sorted(record.id for record in page.records) == sorted(ids)
    assert not rig.connector.changes("account", page.cursor, NAMES).anew


def test_the_division_is_looked_at_once_a_day(rig: Rig) -> None:
    _, cursor = rig.read_all("account", NAMES)
    rig.advance(timedelta(hours=20))
    before = rig.calls
    _, cursor = rig.read_all("account", NAMES, cursor)
    quiet = rig.calls - before
    rig.advance(timedelta(hours=5))
    before = rig.calls

    rig.read_all("account", NAMES, cursor)

    assert rig.calls - before == quiet + 1


def test_what_was_not_read_for_two_months_is_read_anew(rig: Rig) -> None:
    """Exact forgets deletions after that time."""
    one = account(rig, 1)
    _, cursor = rig.read_all("account", NAMES)
    told = cursors.from_text(cursor)
    long_ago = rig.clock.now() - timedelta(days=56)

    page = rig.connector.changes(
        "account", cursors.to_text(structs.replace(told, complete=long_ago)), NAMES
    )

    assert page.anew
    assert [record.id for record in page.records] == [one]


def test_a_division_that_may_not_be_entered_any_more_stops_the_connection(rig: Rig) -> None:
    connector = rig.provider.connector(
        rig.http,
        "7654321",
        rig.provider.hosts_at(rig.server.base_url("exact")),
        "nl",
        rig.clock.now,
    )

    with pytest.raises(NotAllowed):
        connector.identity()


# Prices


def test_items_come_with_their_list_price(rig: Rig) -> None:
    item = priced(rig, "A", 12.5)
    buyer = account(rig, 1)
    add = rig.sandbox.exact.add
    # None of these is the price for everybody, today, of one piece.
    add("logistics/SalesItemPrices", Item=item, Price=9.0, Account=buyer)
    add("logistics/SalesItemPrices", Item=item, Price=8.0, Quantity=10)
    add("logistics/SalesItemPrices", Item=item, Price=7.0, StartDate="2027-01-01")
    add("logistics/SalesItemPrices", Item=item, Price=6.0, Currency="USD")
    bare = rig.sandbox.exact.add("logistics/Items", Code="B", Description="B")

    records, _ = rig.read_all("item", ITEM)

    prices = {record.id: record.fields["SalesPrice"] for record in records}
    assert prices == {item: Decimal("12.5"), bare: None}


def test_a_changed_price_makes_its_item_news(rig: Rig) -> None:
    item, other = priced(rig, "A", 12.5), priced(rig, "B", 3.0)
    records, cursor = rig.read_all("item", ITEM)
    version = {record.id: record.version for record in records}[item]
    rig.advance()
    (price,) = rig.sandbox.exact.find("logistics/SalesItemPrices", Item=item)
    rig.sandbox.exact.update("logistics/SalesItemPrices", price, Price=13.0)

    (changed,), _ = rig.read_all("item", ITEM, cursor)

    assert (changed.id, changed.fields["SalesPrice"]) == (item, Decimal(13))
    assert changed.version != version
    assert other != item


def test_prices_of_many_items_are_read_in_large_pages(rig: Rig) -> None:
    for number in range(150):
        priced(rig, f"C{number}", 1.0 + number)
    before = rig.calls

    records, _ = rig.read_all("item", ITEM)

    assert len(records) == 150
    assert all(record.fields["SalesPrice"] is not None for record in records)
    # The division twice, the prices, the items, prices since, deletions.
    assert rig.calls - before <= 6


def test_without_the_price_nothing_is_asked_about_prices(rig: Rig) -> None:
    priced(rig, "A", 1.0)

    rig.read_all("item", ("Code", "Description"))

    assert not [call for call in rig.log.calls if "Prices" in call.path]


# Pages


def test_a_feed_asked_for_other_fields_in_the_middle_reads_them_from_the_mark(rig: Rig) -> None:
    for number in range(1100):
        account(rig, number, City="Zwolle")
    page = rig.connector.changes("account", "", ("Name",))

    records, _ = rig.read_all("account", NAMES, page.cursor)

    assert page.more
    assert len(records) == 1100
    assert {record.fields["City"] for record in records} == {"Zwolle"}


def test_the_end_of_a_round_says_since_when_nothing_is_missing(rig: Rig) -> None:
    account(rig, 1)

    page = rig.connector.changes("account", "", NAMES)

    assert not page.more
    assert page.complete_until == rig.clock.now()


# Rows that come in another order than that of their timestamps


class Shuffled(Client):
    """Pages in the order of ids: what changes while they are read may be on a page already read."""

    def __init__(self, *pages: list[int]) -> None:
        self.pages = [[self._row(stamp) for stamp in stamps] for stamps in pages]
        self.asked: list[str] = []

    def _row(self, stamp: int) -> Payload:
        key = f"00000000-0000-4000-8000-{stamp:012d}"
        return {"ID": key, "Name": f"R{stamp}", "Modified": "/Date(0)/", "Timestamp": str(stamp)}

    def page(self, resource: str, select: Any, where: str = "", *more: Any, **others: Any) -> Rows:
        self.asked.append(where)
        return self._answer(0)

    def follow(self, address: str, resource: str) -> Rows:
        return self._answer(int(address))

    def _answer(self, number: int) -> Rows:
        is_last = number + 1 >= len(self.pages)
        return Rows(tuple(self.pages[number]), "" if is_last else str(number + 1))


@pytest.mark.parametrize(
    ("pages", "mark"),
    [
        pytest.param(([2, 3], [4, 9]), 9, id="in order: up to the highest"),
        pytest.param(([7, 3], [4, 9]), 7, id="out of order: up to the highest of the first page"),
        pytest.param(([2, 8], [4, 9]), 8, id="out of order from page to page"),
    ],
)
def test_the_mark_never_passes_what_may_be_missing(
    rig: Rig, pages: tuple[list[int], ...], mark: int
) -> None:
    client = Shuffled(*pages)
    context = Context(client, ACCOUNT, ("Name",), AMSTERDAM, rig.clock.now)
    feed = KnownDivision(context, own_stream(context))

    page = feed.page("")
    feed.page(page.cursor)

    assert len(page.records) == 4
    assert client.asked == ["Timestamp gt 1L", f"Timestamp gt {mark}L"]


class KnownDivision(Feed):
    def _division(self) -> str:
        return ""
